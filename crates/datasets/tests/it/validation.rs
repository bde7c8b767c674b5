//! Data sets read from the first file to the last.

use std::fs;
use std::path::{Path, PathBuf};

use tubelet_datasets::{
    DatasetError, DatasetKind, DavisWriter, Validation, World, WorldConfig, inspect, validate,
    validate_as,
};
use tubelet_geometry::FrameSize;
use tubelet_video::LabelMap;

use crate::shared::shared;

fn only(path: &Path) -> Validation {
    let mut found = validate(path, &mut |_| ()).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn write_world(folder: &Path) {
    let mut writer = DavisWriter::create(folder, "train").unwrap();
    let world = World::new(WorldConfig::training(64), 3).unwrap();
    world.write_davis(&mut writer, "clip").unwrap();
    writer.finish().unwrap();
}

#[test]
fn every_file_of_a_written_world_is_read() {
    let folder = tempfile::tempdir().unwrap();
    write_world(folder.path());
    let mut seen: Vec<PathBuf> = Vec::new();
    let found = validate(folder.path(), &mut |path| seen.push(path.to_owned())).unwrap();
    assert_eq!(found[0].overview.problem_count, 0, "{found:?}");
    assert_eq!(found[0].overview, inspect(folder.path()).unwrap()[0]);
    assert_eq!(seen.len(), 16);
    assert!(seen.iter().all(|path| path.is_file()));
}

#[test]
fn what_an_overview_passes_over_a_validation_names() {
    let folder = tempfile::tempdir().unwrap();
    write_world(folder.path());
    let labels = folder.path().join("Annotations/480p/clip");
    let bytes = fs::read(labels.join("00004.png")).unwrap();
    fs::write(labels.join("00004.png"), &bytes[..bytes.len() / 2]).unwrap();
    let small = LabelMap::new(FrameSize::new(3, 2));
    small.write_png(labels.join("00006.png")).unwrap();
    fs::write(folder.path().join("JPEGImages/480p/clip/00007.jpg"), "x").unwrap();
    assert_eq!(inspect(folder.path()).unwrap()[0].problem_count, 0);
    let found = only(folder.path());
    assert_eq!(found.overview.problem_count, 3);
    let [cut, small, picture] = found.problems.as_slice() else {
        panic!("{:?}", found.problems);
    };
    assert_eq!(cut.path, Some(labels.join("00004.png")));
    assert!(small.reason.contains("3×2"), "{small}");
    assert!(picture.to_string().contains("00007.jpg: "), "{picture}");
}

#[test]
fn masks_of_every_sentence_are_read_and_lines_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let sentences = r#"{"videos": {"v": {"frames": ["0"], "expressions": {"0": {"exp": "a", "anno_id": [1]}, "1": {"exp": "b", "anno_id": [2]}}}}}"#;
    fs::create_dir(at("train")).unwrap();
    fs::write(at("train/meta_expressions.json"), sentences).unwrap();
    let masks = r#"{"1": [null], "2": [{"size": [2, 3], "counts": [1, 1]}]}"#;
    fs::write(at("train/mask_dict.json"), masks).unwrap();
    assert_eq!(inspect(folder.path()).unwrap()[0].problem_count, 0);
    let found = only(folder.path());
    assert_eq!(found.overview.problem_count, 1);
    assert!(found.problems[0].reason.contains("`2`"), "{found:?}");

    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("instances_txt")).unwrap();
    let path = folder.path().join("instances_txt/0002.txt");
    fs::write(&path, "0 1001 1 2 3 123\n0 1001 1 2 3\n").unwrap();
    let found = only(folder.path());
    let problem = &found.problems[0];
    assert_eq!(
        (problem.path.as_ref(), problem.line),
        (Some(&path), Some(2))
    );
    assert!(problem.reason.contains("5 parts"), "{problem}");
}

#[test]
fn a_folder_that_is_not_what_it_is_said_to_be_has_problems() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        validate(folder.path(), &mut |_| ()),
        Err(DatasetError::Unrecognised { .. })
    ));
    for kind in DatasetKind::all() {
        let found = validate_as(folder.path(), kind, &mut |_| ()).unwrap();
        assert!(found.overview.problem_count > 0, "{kind}");
        assert_eq!(DatasetKind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(
        DatasetKind::from_name("davis-2017"),
        Some(DatasetKind::Davis2017)
    );
}

#[test]
fn real_folders_have_no_problems_but_those_that_are_known() {
    for name in ["kitti_mots", "saco_veval_toy", "video_mme", "nextqa"] {
        let Some(path) = shared(name) else {
            return;
        };
        for found in validate(&path, &mut |_| ()).unwrap() {
            assert_eq!(found.overview.problem_count, 0, "{:?}", found.problems);
        }
    }
}
