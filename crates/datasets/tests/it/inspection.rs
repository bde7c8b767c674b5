//! Overviews of the real folders, and of small folders of every data set that has none.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tubelet_datasets::{
    DatasetError, DatasetKind, DavisWriter, Overview, World, WorldConfig, inspect, inspect_as,
};
use tubelet_geometry::FrameSize;
use tubelet_video::{Frame, LabelMap};

use crate::shared::{shared, stored};

/// Folder of the shared data, and what is in it.
const REAL: &[(&str, &[DatasetKind])] = &[
    (
        "a2d_jhmdb_sentences",
        &[DatasetKind::A2dSentences, DatasetKind::JhmdbSentences],
    ),
    ("charades_sta", &[DatasetKind::CharadesSta]),
    ("clevrer", &[DatasetKind::Clevrer]),
    ("clips", &[]),
    ("davis2016", &[DatasetKind::Davis2016]),
    ("davis2017_eval", &[DatasetKind::LabelPictures]),
    (
        "davis_interactive",
        &[DatasetKind::Davis2017, DatasetKind::LabelPictures],
    ),
    ("drivelm_nuscenes", &[]),
    ("got10k_format", &[DatasetKind::Got10k]),
    ("kitti_mots", &[DatasetKind::KittiMots]),
    ("metric_vectors", &[]),
    ("mmtracking_fixtures", &[DatasetKind::YoutubeVis]),
    ("nextgqa", &[DatasetKind::NextGqa]),
    ("nextqa", &[DatasetKind::NextQa]),
    ("nuscenes", &[DatasetKind::NuScenes]),
    ("panoptic_fixtures", &[]),
    ("ref_youtube_vos", &[DatasetKind::RefYoutubeVos]),
    ("refcoco", &[DatasetKind::RefCocoResults]),
    ("saco_veval_toy", &[DatasetKind::SaCo]),
    ("sav_example", &[DatasetKind::SaV]),
    ("video_mme", &[DatasetKind::VideoMme]),
    ("vidstg", &[DatasetKind::VidStg]),
    ("vidstg_videos", &[]),
    (
        "waymo",
        &[DatasetKind::WaymoRecords, DatasetKind::WaymoComponents],
    ),
];

#[test]
fn every_real_folder_is_recognised_for_what_it_is() {
    let Some(path) = shared("davis2016") else {
        return;
    };
    let names = fs::read_dir(path.parent().unwrap()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let listed = REAL.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(names.collect::<BTreeSet<_>>(), listed.collect());
    for (name, kinds) in REAL {
        let Some(path) = shared(name) else {
            return;
        };
        let found = match inspect(&path) {
            Ok(found) => found.iter().map(|it| it.kind).collect(),
            Err(DatasetError::Unrecognised { .. }) => BTreeSet::new(),
            Err(error) => panic!("{name}: {error}"),
        };
        assert_eq!(found, kinds.iter().copied().collect(), "{name}");
    }
}

fn only(path: &Path) -> Overview {
    let mut found = inspect(path).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn known_faults_of_real_files_are_among_the_problems() {
    let problem = |folder: &str, text: &str| {
        let Some(path) = shared(folder) else {
            return;
        };
        let found = inspect(path).unwrap();
        let problems: Vec<&String> = found.iter().flat_map(|it| &it.problems).collect();
        assert!(problems.iter().any(|it| it.contains(text)), "{problems:?}");
        assert!(found.iter().all(|it| it.problem_count >= it.problems.len()));
    };
    problem("a2d_jhmdb_sentences", "line 3181: T6bNPuKV-wY,1 (copy)");
    problem(
        "charades_sta",
        "charades_sta_train.txt: 4 lines do not begin before they end",
    );
    problem(
        "davis2016",
        "12 of 20 sequences of `val` are not on the disk",
    );
    problem("got10k_format", "62 labels for 64 boxes");
    problem("nuscenes", "6 pictures are not there");
    problem("ref_youtube_vos", "lists the 305 test videos among its 507");
    problem("sav_example", "sav_000001.mp4: the video is not there");
    problem(
        "vidstg",
        "val_annotations.json: 744 events end after their segment",
    );
    problem("waymo", "`record 0`: no frame");
}

#[test]
fn parts_of_real_folders_are_counted() {
    let Some(path) = shared("saco_veval_toy") else {
        return;
    };
    let split = only(&path).splits.remove(0);
    let counts = (split.videos, split.objects, split.expressions, split.frames);
    assert_eq!(counts, (Some(1), Some(33), Some(8), Some(146)));
    let splits = only(&shared("kitti_mots").unwrap()).splits;
    let masks = splits.iter().find(|it| it.name == "instances_txt").unwrap();
    assert_eq!((masks.videos, masks.expressions), (Some(12), None));
}

#[test]
fn a_written_world_is_davis_2017_and_a_file_out_of_place_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DavisWriter::create(folder.path(), "train").unwrap();
    let world = World::new(WorldConfig::training(64), 3).unwrap();
    world.write_davis(&mut writer, "clip").unwrap();
    writer.finish().unwrap();
    let found = only(folder.path());
    assert_eq!(
        (found.kind, found.problem_count),
        (DatasetKind::Davis2017, 0)
    );
    assert_eq!(
        (found.splits[0].videos, found.splits[0].frames),
        (Some(1), Some(8))
    );
    assert_eq!(found.splits[0].objects, Some(world.objects()));
    fs::remove_file(folder.path().join("JPEGImages/480p/clip/00003.jpg")).unwrap();
    let found = only(folder.path());
    assert_eq!(found.problem_count, 1);
    assert!(
        found.problems[0].contains("clip/00003.png"),
        "{:?}",
        found.problems
    );
}

/// Writes a file and the folders that lead to it.
fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    if path.extension().is_some_and(|ending| ending == "png") {
        LabelMap::new(FrameSize::new(2, 2)).write_png(path).unwrap();
    } else {
        fs::write(path, text).unwrap();
    }
}

const SENTENCES: &str =
    r#"{"videos": {"v": {"frames": ["0"], "expressions": {"0": {"exp": "a", "anno_id": [1]}}}}}"#;
const MASKS: &str = r#"{"1": [null]}"#;
const BOX_TRACK: &str = r#"{"a.mp4": {"bbox": [[1, 2, 3, 4]], "st_frame": 2, "st_time": 0, "ed_time": 1, "img_num": 2, "caption": "c", "width": 8, "height": 8}}"#;
const VID_OR: &str = r#"{"video_id": "1", "frame_count": 1, "fps": 25, "width": 8, "height": 8, "subject/objects": [], "trajectories": [[]]}"#;
const INSTANCES: &str = r#"{"videos": [{"id": 1, "width": 2, "height": 2, "file_names": ["v/0.jpg"]}], "annotations": [], "categories": []}"#;
const CONSTRUCTED: &str = r#"{"video": "v", "expression": "0", "text": "a", "frame_rate": 6, "width": 8, "height": 8, "parts": [{"video": "v", "begin": 0, "end": 1}], "begin": 0, "end": 1, "boxes": [null]}"#;

/// Names of files and what they hold.
type Files = &'static [(&'static str, &'static str)];

/// Data set, the part that should be found, and the files of a small one.
const WRITTEN: &[(DatasetKind, &str, Files)] = &[
    (
        DatasetKind::YoutubeVos,
        "valid",
        &[
            ("valid/meta.json", r#"{"videos": {"v": {"objects": {}}}}"#),
            ("valid/Annotations/v/0.png", ""),
        ],
    ),
    (
        DatasetKind::Mose,
        "train",
        &[("train/Annotations/v/0.png", "")],
    ),
    (
        DatasetKind::SaV,
        "sav_val",
        &[("sav_val/Annotations_6fps/v/000/0.png", "")],
    ),
    (
        DatasetKind::Mevis,
        "valid_u",
        &[
            ("valid_u/meta_expressions.json", SENTENCES),
            ("valid_u/mask_dict.json", MASKS),
        ],
    ),
    (
        DatasetKind::Revos,
        "train",
        &[
            ("meta_expressions_train_.json", SENTENCES),
            ("mask_dict.json", MASKS),
        ],
    ),
    (
        DatasetKind::RefYoutubeVos,
        "test",
        &[("meta_expressions/test/meta_expressions.json", SENTENCES)],
    ),
    (
        DatasetKind::GRefCoco,
        "unc val",
        &[
            (
                "grefs(unc).json",
                r#"[{"ref_id": 5, "ann_id": [1], "image_id": 7, "split": "val", "sentences": [{"sent_id": 9, "sent": "it"}]}, {"ref_id": 6, "ann_id": [-1], "image_id": 7, "split": "testA", "sentences": [{"sent_id": 10, "sent": "a cat"}]}]"#,
            ),
            (
                "instances.json",
                r#"{"images": [{"id": 7, "file_name": "a.jpg", "width": 8, "height": 6}], "annotations": [{"id": 1, "image_id": 7, "iscrowd": 0, "bbox": [0, 0, 2, 2], "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]]}]}"#,
            ),
        ],
    ),
    (
        DatasetKind::HcStvg,
        "val_v2",
        &[("annos/val_v2.json", BOX_TRACK)],
    ),
    (
        DatasetKind::VidOr,
        "training",
        &[("annotation/training/0001/1.json", VID_OR)],
    ),
    (
        DatasetKind::YoutubeVis,
        "instances",
        &[("instances.json", INSTANCES)],
    ),
    (
        DatasetKind::ConstructedStvg,
        "stvg",
        &[("stvg.jsonl", CONSTRUCTED)],
    ),
    (
        DatasetKind::QvHighlights,
        "test",
        &[(
            "highlight_test_release.jsonl",
            r#"{"qid": 1, "query": "a", "vid": "v", "duration": 150}"#,
        )],
    ),
    (
        DatasetKind::RefDavis,
        "Davis17_annot2",
        &[
            ("davis_text_annotations/Davis17_annot1.txt", "bear 1 \"a\""),
            (
                "davis_text_annotations/Davis17_annot1_full_video.txt",
                "bear 1 \"a\"",
            ),
            ("davis_text_annotations/Davis17_annot2.txt", "bear 1 \"a\""),
            (
                "davis_text_annotations/Davis17_annot2_full_video.txt",
                "bear 1 \"a\"",
            ),
        ],
    ),
];

#[test]
fn folders_written_from_their_descriptions_are_recognised() {
    for (kind, part, files) in WRITTEN {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in *files {
            write(folder.path(), name, text);
        }
        let found = only(folder.path());
        assert_eq!((found.kind, found.problem_count), (*kind, 0), "{found:?}");
        assert!(found.splits.iter().any(|it| it.name == *part), "{found:?}");
        assert_eq!(inspect_as(&found.root, *kind).unwrap(), found);
    }
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        stored("refs_protocol_2.p"),
        folder.path().join("refs(unc).p"),
    )
    .unwrap();
    let found = only(folder.path());
    assert_eq!(found.kind, DatasetKind::RefCoco);
    let names: Vec<&str> = found.splits.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["unc testA", "unc train"]);
}

#[test]
fn pictures_in_colour_are_label_pictures_where_they_have_colours_of_the_palette() {
    let folder = tempfile::tempdir().unwrap();
    let save = |color: [u8; 3]| {
        let picture = Frame::new(FrameSize::new(1, 1), color.to_vec()).unwrap();
        fs::create_dir_all(folder.path().join("video")).unwrap();
        picture
            .write_png(folder.path().join("video/0.png"))
            .unwrap();
    };
    save([128, 0, 0]);
    assert_eq!(only(folder.path()).kind, DatasetKind::LabelPictures);
    save([1, 2, 3]);
    let found = inspect(folder.path());
    assert!(matches!(found, Err(DatasetError::Unrecognised { .. })));
}

#[test]
fn three_problems_are_kept_and_all_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c", "d", "e"] {
        write(folder.path(), &format!("sav_{name}_manual.json"), "{");
    }
    let found = only(folder.path());
    assert_eq!(
        (found.kind, found.problems.len(), found.problem_count),
        (DatasetKind::SaV, 3, 5)
    );
    assert!(
        found.problems[0].contains("sav_a_manual.json, line 1, column 1: "),
        "{:?}",
        found.problems
    );
}

#[test]
fn a_folder_that_is_not_what_it_is_called_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        inspect(folder.path()),
        Err(DatasetError::Unrecognised { .. })
    ));
    assert!(matches!(
        inspect(folder.path().join("gone")),
        Err(DatasetError::Read { .. })
    ));
    let kinds = ["MeViS", "nuscenes", "SA-Co/VEval", "davis 2016", "Waymo v2"];
    for name in kinds {
        let kind = DatasetKind::from_name(name).unwrap();
        assert!(kind.name().eq_ignore_ascii_case(name));
        assert!(matches!(
            inspect_as(folder.path(), kind),
            Err(DatasetError::Layout { .. })
        ));
    }
    assert_eq!(DatasetKind::from_name("nothing"), None);
}
