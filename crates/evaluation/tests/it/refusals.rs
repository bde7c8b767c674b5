//! Folders that are not what they claim to be.

use std::fs;

use tubelet_evaluation::{EvaluationError, Missing, Options, Protocol};
use tubelet_geometry::FrameSize;
use tubelet_video::LabelMap;

use crate::judged::{by, common, judge};
use crate::segmentation::{picture, sequence};

#[test]
fn the_first_three_problems_are_named_and_all_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("truth"), folder.path().join("found"));
    for name in ["a", "b", "c", "d", "e"] {
        sequence(&truth.join("Annotations/480p").join(name), 1, 0);
    }
    sequence(&found.join("a"), 1, 0);
    sequence(&found.join("x"), 1, 0);
    let error = judge("davis-2017", &truth, &found, &Options::default())
        .unwrap_err()
        .to_string();
    let expected = "5 problems\n  1. no prediction for sequence `b`\n  2. no prediction for sequence `c`\n  \
                    3. no prediction for sequence `d`\n  and 2 more";
    assert!(error.ends_with(expected), "{error}");
    let report = judge("davis-2017", &truth, &found, &common()).unwrap();
    assert_eq!((report.samples.len(), report.notes.len()), (1, 1));
}

#[test]
fn missing_frames_wrong_sizes_and_unknown_objects_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("truth"), folder.path().join("found"));
    sequence(&truth.join("Annotations/480p/v"), 1, 0);
    sequence(&found.join("v"), 1, 0);
    let refused = || {
        judge("davis-2017", &truth, &found, &Options::default())
            .unwrap_err()
            .to_string()
    };
    fs::remove_file(found.join("v/00002.png")).unwrap();
    assert!(
        refused().contains("no prediction for frame `v/00002`"),
        "{}",
        refused()
    );
    LabelMap::new(FrameSize::new(8, 8))
        .write_png(found.join("v/00002.png"))
        .unwrap();
    assert!(
        refused().contains("00002.png: is 8×8, the ground truth is 24×16"),
        "{}",
        refused()
    );
    picture(&found.join("v/00002.png"), 3, 0);
    assert!(refused().contains("contains object 3"), "{}", refused());
    fs::write(found.join("v/00002.png"), "no picture").unwrap();
    assert!(refused().contains("00002.png"), "{}", refused());
}

#[test]
fn several_objects_in_a_predicted_mask_of_one_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("sav_val"), folder.path().join("found"));
    sequence(&truth.join("Annotations_6fps/v/000"), 1, 0);
    sequence(&found.join("v/000"), 1, 0);
    judge("sa-v", &truth, &found, &Options::default()).unwrap();
    picture(&found.join("v/000/00002.png"), 2, 0);
    let error = judge("sa-v", &truth, &found, &Options::default());
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("00002.png") && error.contains("[1, 2]"),
        "{error}"
    );
}

#[test]
fn what_is_missing_of_sa_v_is_named_with_its_video_and_object() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("sav_val"), folder.path().join("found"));
    for object in ["000", "001"] {
        sequence(&truth.join("Annotations_6fps/judo").join(object), 1, 0);
    }
    sequence(&found.join("judo/000"), 1, 0);
    let refused = || {
        let error = judge("sa-v", &truth, &found, &Options::default());
        error.unwrap_err().to_string()
    };
    let error = refused();
    assert!(
        error.ends_with("no prediction for object `judo/001`"),
        "{error}"
    );
    sequence(&found.join("judo/001"), 1, 0);
    fs::remove_file(found.join("judo/001/00002.png")).unwrap();
    let error = refused();
    assert!(
        error.ends_with("no prediction for frame `judo/001/00002`"),
        "{error}"
    );
}

#[test]
fn what_leaving_out_does_not_mend_is_another_error() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("truth"), folder.path().join("found"));
    sequence(&truth.join("Annotations/480p/v"), 1, 0);
    sequence(&found.join("v"), 1, 0);
    fs::remove_file(found.join("v/00002.png")).unwrap();
    let refused = |options: &Options| judge("davis-2017", &truth, &found, options).unwrap_err();
    let (whole, in_common) = (refused(&Options::default()), refused(&common()));
    assert!(matches!(whole, EvaluationError::Refused { count: 1, .. }));
    assert!(matches!(
        in_common,
        EvaluationError::Unusable { count: 1, .. }
    ));
    assert_eq!(whole.to_string(), in_common.to_string());
}

#[test]
fn folders_without_drives_are_no_ground_truth_of_kitti_mots() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("truth"), folder.path().join("found"));
    fs::create_dir_all(&found).unwrap();
    let refused = |options: &Options| {
        let error = judge("kitti-mots", &truth, &found, options);
        error.unwrap_err().to_string()
    };
    fs::create_dir_all(&truth).unwrap();
    let looked_for = "neither in the folder nor in `instances_txt`";
    assert!(refused(&Options::default()).contains(looked_for));
    sequence(&truth.join("Annotations/480p/v"), 1, 0);
    for options in [Options::default(), common()] {
        let error = refused(&options);
        assert!(
            error.contains("truth") && error.contains(looked_for),
            "{error}"
        );
    }
    fs::write(truth.join("0002.txt"), "0 1001 1 2 3 123\n").unwrap();
    let error = refused(&Options::default());
    assert!(
        error.contains("no prediction for sequence `0002`"),
        "{error}"
    );
    let error = refused(&common());
    assert!(
        error.starts_with("there is no sample to score in "),
        "{error}"
    );
}

#[test]
fn where_nothing_is_left_to_score_both_sides_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("t.json"), folder.path().join("f.json"));
    fs::write(&truth, "[]").unwrap();
    fs::write(&found, "[]").unwrap();
    let error = judge("clevrer", &truth, &found, &Options::default());
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("there is no sample to score in "),
        "{error}"
    );
    assert!(
        error.contains("t.json") && error.ends_with("f.json"),
        "{error}"
    );
}

#[test]
fn drives_and_videos_without_end_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("0002.txt"), "0 1001 1 2 3 123\n").unwrap();
    for last in ["10000001", "18446744073709551615"] {
        fs::write(root.join("all.seqmap"), format!("0002 empty 0 {last}\n")).unwrap();
        let options = Options {
            split: Some("all".to_owned()),
            ..Options::default()
        };
        let error = judge("kitti-mots", root, root, &options).unwrap_err();
        assert!(
            error.to_string().contains("all.seqmap, line 1: frame"),
            "{error}"
        );
    }
    let (truth, found) = (root.join("t.json"), root.join("f.json"));
    let clip = r#"{"a.mp4": {"bbox": [[1, 2, 3, 4]], "st_frame": 1, "st_time": 0, "ed_time": 1, "img_num": 18446744073709551615,
        "English": "c", "img_size": [8, 9]}}"#;
    fs::write(&truth, clip).unwrap();
    let tubes = r#"[{"id": "a.mp4", "span": [0, 1], "boxes": {"1": [1, 2, 3, 4]}}]"#;
    fs::write(&found, tubes).unwrap();
    let error = judge("hc-stvg", &truth, &found, &by("tubedetr")).unwrap_err();
    assert!(error.to_string().contains("are the most"), "{error}");
}

#[test]
fn wrong_names_say_which_there_are() {
    let path = std::path::Path::new("nowhere");
    let error = judge("davis-2018", path, path, &Options::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("davis-2017") && error.contains("saco"),
        "{error}"
    );
    let error = judge("vidstg", path, path, &by("lgi"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("tubedetr, stcat"), "{error}");
    let zero = Options {
        missing: Missing::Zero,
        ..Options::default()
    };
    let error = judge("davis-2016", path, path, &zero)
        .unwrap_err()
        .to_string();
    assert!(error.contains("do not count as 0"), "{error}");
}

#[test]
fn a_missing_folder_is_an_error_for_every_protocol() {
    let path = std::path::Path::new("/nowhere/at/all");
    for protocol in Protocol::ALL {
        let error = judge(protocol.name(), path, path, &Options::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("nowhere"), "{protocol}: {error}");
    }
}

#[test]
fn the_documents_show_what_the_list_shows() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/evaluate.md");
    let text = fs::read_to_string(path).unwrap();
    for protocol in Protocol::ALL {
        let head = format!("### {protocol}\n");
        let section = text
            .split(&head)
            .nth(1)
            .unwrap_or_else(|| panic!("no {head}"));
        let section = section.split("\n### ").next().unwrap();
        let mut expected = vec![protocol.truth_layout(), protocol.prediction_layout()];
        expected.extend(protocol.split_meaning());
        expected.extend(protocol.rules().iter().map(|rules| rules.about));
        for words in expected {
            assert!(section.contains(words), "{protocol}: {words}");
        }
    }
}
