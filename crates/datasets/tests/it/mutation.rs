//! Damage to files: no reader may panic, whatever happens to its input.
//!
//! Each reader is shown a few thousand damaged copies; the example `fuzz` shows them for hours. `TUBELET_COPIES` sets
//! the number of copies.

use std::fs;

use crate::damage::{Damage, Target, all_targets};

const COPIES: usize = 2000;

/// Shows a reader damaged copies of files that it can read.
fn survives(target: &Target) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(target.file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    for seed in &target.seeds {
        fs::write(&path, seed).unwrap();
        assert!(
            (target.read)(&path),
            "{}: an undamaged file is not read by {}",
            target.name,
            target.parser
        );
    }
    let wanted = std::env::var("TUBELET_COPIES").ok();
    let copies = wanted.map_or(COPIES, |wanted| wanted.parse().unwrap());
    let mut damage = Damage::new(1);
    for _ in 0..copies {
        let mut bytes = damage.copy(&target.seeds);
        if let Some(repair) = target.repair.filter(|_| damage.below(4) > 0) {
            repair(&mut bytes);
        }
        // A new file each time: some file systems wait for the disk when a file is written over.
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        (target.read)(&path);
    }
}

fn all_survive(group: &str) {
    let targets = all_targets().into_iter();
    let of_group: Vec<Target> = targets.filter(|it| it.name.starts_with(group)).collect();
    assert!(!of_group.is_empty());
    of_group.iter().for_each(survives);
}

#[test]
fn damaged_files_of_segmentation_do_no_harm() {
    all_survive("segmentation/");
}

#[test]
fn damaged_files_of_sentences_do_no_harm() {
    all_survive("sentences/");
}

#[test]
fn damaged_files_of_grounding_do_no_harm() {
    all_survive("grounding/");
}

#[test]
fn damaged_files_of_questions_do_no_harm() {
    all_survive("questions/");
}

#[test]
fn damaged_tables_do_no_harm() {
    all_survive("tables/");
}

#[test]
fn damaged_pictures_do_no_harm() {
    all_survive("pictures/");
}

#[test]
fn damaged_binaries_do_no_harm() {
    all_survive("binaries/");
}

#[test]
fn overviews_of_damaged_folders_do_no_harm() {
    all_survive("overviews/");
}

#[test]
fn damaged_rigs_do_no_harm() {
    all_survive("rigs/");
}
