//! Damage to files: no reader may panic, whatever happens to its input.
//!
//! Each reader is shown a few thousand damaged copies; the example `fuzz` shows them for hours. `TUBELET_COPIES` sets
//! the number of copies.

use crate::survival::all_survive;

const COPIES: usize = 2000;

#[test]
fn damaged_files_of_segmentation_do_no_harm() {
    all_survive("segmentation/", COPIES);
}

#[test]
fn damaged_files_of_sentences_do_no_harm() {
    all_survive("sentences/", COPIES);
}

#[test]
fn damaged_files_of_grounding_do_no_harm() {
    all_survive("grounding/", COPIES);
}

#[test]
fn damaged_files_of_questions_do_no_harm() {
    all_survive("questions/", COPIES);
}

#[test]
fn damaged_tables_do_no_harm() {
    all_survive("tables/", COPIES);
}

#[test]
fn damaged_pictures_do_no_harm() {
    all_survive("pictures/", COPIES);
}

#[test]
fn damaged_binaries_do_no_harm() {
    all_survive("binaries/", COPIES);
}

#[test]
fn overviews_of_damaged_folders_do_no_harm() {
    all_survive("overviews/", COPIES);
}

#[test]
fn damaged_rigs_do_no_harm() {
    all_survive("rigs/", COPIES);
}
