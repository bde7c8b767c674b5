//! Folders with one damaged file, looked at and read as a whole.

use std::fs;
use std::path::Path;

use tubelet_datasets::{DatasetKind, inspect, validate_as};

use super::pictures::picture;
use super::target::{Target, put};
use crate::shared::stored;

const SENTENCES: &str = r#"{"videos": {"v": {"frames": ["0"], "expressions": {"0": {"exp": "a", "anno_id": [1], "obj_id": [1]}}}}}"#;

/// Whether everything in a folder can be read.
fn is_whole(root: &Path, kind: DatasetKind) -> bool {
    let found = validate_as(root, kind, &mut |_| ()).unwrap();
    found.overview.problem_count == 0
}

pub(super) fn targets() -> Vec<Target> {
    let labels = picture(png::ColorType::Indexed, png::BitDepth::Eight);
    let target = |file, seed: &[u8], read: fn(&Path) -> bool| {
        Target::new("overviews", file, vec![seed.to_vec()], read)
    };
    vec![
        target(
            "train/meta_expressions.json",
            SENTENCES.as_bytes(),
            |path| {
                put(&path.with_file_name("mask_dict.json"), br#"{"1": [null]}"#);
                let root = path.ancestors().nth(2).unwrap();
                is_whole(root, DatasetKind::Mevis)
                    && inspect(root).is_ok_and(|found| found[0].problem_count == 0)
            },
        ),
        target("Annotations/480p/v/0.png", &labels, |path| {
            is_whole(path.ancestors().nth(4).unwrap(), DatasetKind::Davis2017)
        }),
        target(
            "camera_segmentation/1.parquet",
            &fs::read(stored("waymo_v2/camera_segmentation/1_0_1.parquet")).unwrap(),
            |path| {
                is_whole(
                    path.ancestors().nth(2).unwrap(),
                    DatasetKind::WaymoComponents,
                )
            },
        ),
    ]
}
