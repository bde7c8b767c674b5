//! Ground truth that is not simple: objects in pieces or over one another, and files at fault.

use std::collections::BTreeMap;
use std::fs;

use serde_json::json;
use tubelet_datasets::{DeepLabels, RigLabelWriter};
use tubelet_evaluation::{EvaluationError, Options};
use tubelet_geometry::{FrameSize, Mask, PixelRect, RunLength};
use tubelet_video::LabelMap;

use crate::judged::{by, figure, judge, near};
use crate::rigs::{SIZES, calibrated, labels, square};
use crate::segmentation::sequence;
use crate::sentences::code;
use crate::shared::{read, shared};

#[test]
fn pieces_with_one_number_are_one_object_of_a_rig() {
    let folder = tempfile::tempdir().unwrap();
    let (segment, found) = (
        folder.path().join("segment.tfrecord"),
        folder.path().join("found"),
    );
    let pieces = |_: usize, camera: usize| {
        let size = SIZES[camera];
        let (small, large) = (square(size, 2, 2), square(size, 8, 12));
        vec![(5, small), (5, large)]
    };
    let cameras = ["FRONT", "SIDE_LEFT"];
    let clip = calibrated(cameras, pieces);
    let mut clip = clip;
    clip.write_waymo_records(&segment, 90).unwrap();
    let whole = |step: usize, camera: usize| {
        let pieces = pieces(step, camera);
        let union = &pieces[0].1 | &pieces[1].1;
        vec![(5, union)]
    };
    labels(&found, whole);
    for (ours, theirs) in ["left", "right"].into_iter().zip(cameras) {
        fs::rename(found.join(ours), found.join(theirs)).unwrap();
    }
    let report = judge("rig-generic", &segment, &found, &Options::default()).unwrap();
    assert_eq!(figure(&report, "J&F"), 1.0);
    assert_eq!(report.samples.len(), 1);
}

#[test]
fn a_real_frame_of_waymo_answered_with_its_own_pixels_scores_one() {
    let Some(data) = shared("waymo") else {
        return;
    };
    let derived = data.join("derived");
    let truth = data.join("utils/testdata/pvps_data_one_frame.tfrecord");
    let cameras = read(&derived.join("frame.json"))["cameras"].clone();
    let names: Vec<String> = cameras.as_object().unwrap().keys().cloned().collect();
    let folder = tempfile::tempdir().unwrap();
    let writer = RigLabelWriter::create(folder.path(), &names).unwrap();
    for (name, camera) in cameras.as_object().unwrap() {
        let numbers = camera["instance_id_to_global_id"].as_array().unwrap();
        let numbers = numbers.iter().filter(|it| it["is_tracked"] == 1);
        let numbers: BTreeMap<u64, u64> = numbers
            .map(|it| {
                (
                    it["local"].as_u64().unwrap(),
                    it["global"].as_u64().unwrap(),
                )
            })
            .collect();
        let picture = DeepLabels::read(derived.join(format!("{name}_panoptic.png"))).unwrap();
        let size = picture.size();
        let masks = numbers.iter().map(|(local, global)| {
            let is_own = |value: &u16| u8::from(u64::from(*value) % 1000 == *local);
            let bytes: Vec<u8> = picture.values().iter().map(is_own).collect();
            (*global, Mask::from_bytes(size, &bytes).unwrap())
        });
        let masks: Vec<(u64, Mask)> = masks.collect();
        let masks = masks.iter().map(|(number, mask)| (*number, mask));
        writer.write((name, 0), size, masks).unwrap();
    }
    let report = judge("rig-generic", &truth, folder.path(), &Options::default()).unwrap();
    let wrong = report.samples.iter().filter(|it| it.values[0] != Some(1.0));
    let wrong: Vec<&str> = wrong.map(|it| it.id.as_str()).collect();
    assert_eq!(wrong, [""; 0]);
    assert_eq!(figure(&report, "J&F"), 1.0);
    assert!(report.samples.iter().any(|it| it.id.ends_with("/15")));
}

#[test]
fn a_perfect_prediction_of_objects_that_overlap_is_perfect_by_the_exact_rules_of_revos() {
    const SIZE: FrameSize = FrameSize::new(24, 16);
    let folder = tempfile::tempdir().unwrap();
    let (gt, found) = (folder.path().join("gt"), folder.path().join("found"));
    fs::create_dir_all(&gt).unwrap();
    let object = |left: usize| {
        let mut mask = Mask::new(SIZE);
        mask.fill_rect(PixelRect {
            left,
            top: 4,
            right: left + 8,
            bottom: 12,
        });
        mask
    };
    let (one, other) = (object(4), object(6));
    let union = &one | &other;
    let track = |mask: &Mask| json!([code(&RunLength::encode(mask))]);
    let write = |name: &str, value: serde_json::Value| {
        fs::write(gt.join(name), value.to_string()).unwrap();
    };
    let sentence =
        |kind: u8| json!({"exp": "both", "obj_id": [1, 2], "anno_id": [7, 8], "type_id": kind});
    let video = json!({"frames": ["00000"], "height": SIZE.height, "width": SIZE.width,
        "expressions": {"0": sentence(0), "1": sentence(1)}});
    write(
        "meta_expressions_valid_.json",
        json!({"videos": {"v": video}}),
    );
    write(
        "mask_dict.json",
        json!({"7": track(&one), "8": track(&other)}),
    );
    write(
        "mask_dict_foreground.json",
        json!({"v": {"masks_rle": track(&union)}}),
    );
    for sentence in ["v/0", "v/1"] {
        fs::create_dir_all(found.join(sentence)).unwrap();
        let mut picture = LabelMap::new(SIZE);
        picture.paint(&union, 1).unwrap();
        picture
            .write_png(found.join(sentence).join("00000.png"))
            .unwrap();
    }
    let both = (&one & &other).count() as f64;
    for (rules, accuracy, robustness) in [
        ("exact", 1.0, 1.0),
        // The pixels of both have the byte 2 and count as wrong, 255 times each for R.
        (
            "sa2va",
            ((1.0 - both / SIZE.pixel_count() as f64) * 1e4).round() / 1e4,
            0.0,
        ),
    ] {
        let report = judge("revos", &gt, &found, &by(rules)).unwrap();
        near(rules, figure(&report, "J&F"), 1.0);
        near(rules, figure(&report, "A"), accuracy);
        near(rules, figure(&report, "R"), robustness);
    }
}

#[test]
fn faults_of_the_truth_stand_under_its_own_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let found = root.join("found");
    let faulty = |protocol: &str, truth: &str, options: &Options| {
        let error = judge(protocol, &root.join(truth), &found, options).unwrap_err();
        assert!(
            matches!(error, EvaluationError::FaultyTruth { count: 1, .. }),
            "{protocol}: {error:?}"
        );
        error.to_string()
    };
    // A sentence about masks that are one frame short.
    let text = json!({"videos": {"v": {"frames": ["00000", "00001"], "expressions":
        {"0": {"exp": "it", "obj_id": [1], "anno_id": [7]}}}}});
    let valid = root.join("mevis/valid_u");
    fs::create_dir_all(&valid).unwrap();
    fs::write(valid.join("meta_expressions.json"), text.to_string()).unwrap();
    fs::write(valid.join("mask_dict.json"), r#"{"7": [null]}"#).unwrap();
    sequence(&found.join("v/0"), 1, 0);
    let error = faulty("mevis", "mevis", &Options::default());
    let named = "mask_dict.json: 1 problem\n  1. `v/0`: the ground truth has 1 masks for 2 frames";
    assert!(error.ends_with(named), "{error}");
    fs::remove_dir_all(&found).unwrap();
    // A clip whose tube begins behind its end.
    let clip = json!({"a.mp4": {"bbox": [[1, 2, 3, 4]], "st_frame": 90, "st_time": 0, "ed_time": 1, "img_num": 40,
        "English": "c", "img_size": [8, 9]}});
    fs::write(root.join("clips.json"), clip.to_string()).unwrap();
    let tube = |id: serde_json::Value| {
        let tube = json!([{"id": id, "span": [0, 1], "boxes": {"0": [1, 2, 3, 4]}}]);
        fs::write(&found, tube.to_string()).unwrap();
    };
    tube(json!("a.mp4"));
    let error = faulty("hc-stvg", "clips.json", &by("stcat"));
    assert!(
        error.contains("clips.json: 1 problem\n  1. `a.mp4`: "),
        "{error}"
    );
    // A sentence about an object that has no boxes.
    let boxes = root.join("vidstg/vidor/0000");
    fs::create_dir_all(&boxes).unwrap();
    let vidor = json!({"video_id": "1", "frame_count": 6, "fps": 5.0, "width": 64, "height": 48,
        "subject/objects": [], "trajectories": [[], [], [], [], [], []]});
    fs::write(boxes.join("1.json"), vidor.to_string()).unwrap();
    let annotations = json!([{"vid": "1", "frame_count": 6, "fps": 5.0, "width": 64, "height": 48,
        "used_segment": {"begin_fid": 0, "end_fid": 5}, "temporal_gt": {"begin_fid": 1, "end_fid": 4},
        "subject/objects": [{"tid": 0, "category": "dog"}],
        "captions": [{"description": "a dog", "target_id": 0}], "questions": []}]);
    let file = root.join("vidstg/test_annotations.json");
    fs::write(file, annotations.to_string()).unwrap();
    tube(json!(0));
    let error = faulty("vidstg", "vidstg", &by("definition"));
    let named = "test_annotations.json: 1 problem\n  1. `0`: VidOR has no object 0 in `1`";
    assert!(error.ends_with(named), "{error}");
    fs::write(boxes.join("1.json"), "{}").unwrap();
    let error = faulty("vidstg", "vidstg", &by("definition"));
    assert!(
        error.contains("vidor: 1 problem") && error.contains("1.json"),
        "{error}"
    );
    fs::remove_file(&found).unwrap();
    // Pictures and lists of masks that are none.
    sequence(&root.join("davis/Annotations/480p/v"), 1, 0);
    sequence(&found.join("v"), 1, 0);
    fs::write(
        root.join("davis/Annotations/480p/v/00003.png"),
        "no picture",
    )
    .unwrap();
    let error = faulty("davis-2017", "davis", &Options::default());
    assert!(error.contains("00003.png: 1 problem"), "{error}");
    fs::create_dir_all(root.join("mots")).unwrap();
    fs::write(root.join("mots/0002.txt"), "no mask\n").unwrap();
    fs::write(found.join("0002.txt"), "").unwrap();
    let error = faulty("kitti-mots", "mots", &Options::default());
    assert!(error.contains("mots/0002.txt: 1 problem"), "{error}");
}
