//! KITTI MOTS and nuScenes: real files where they are at hand, else files in the published form.

use std::collections::BTreeMap;
use std::fs;

use tubelet_datasets::{
    MotsRange, MotsSequence, NuDetectedBox, NuDetectionResults, NuPose, NuScenes, NuSource,
    NuTrackedBox, NuTrackingResults,
};
use tubelet_geometry::FrameSize;

use crate::shared::shared;

#[test]
fn real_masks_of_kitti_mots_fill_the_official_validation_split() {
    let Some(root) = shared("kitti_mots") else {
        return;
    };
    let ranges = MotsRange::read_all(root.join("mots_eval/val.seqmap")).unwrap();
    assert_eq!(ranges.len(), 9);
    let mut masks = BTreeMap::new();
    for range in &ranges {
        let path = root.join(format!("instances_txt/{}.txt", range.sequence));
        let sequence = MotsSequence::read(&path).unwrap();
        assert!(*sequence.frames.keys().next_back().unwrap() <= range.last);
        for object in sequence.frames.values().flatten() {
            *masks.entry(object.class).or_insert(0) += 1;
            assert!(object.class == 10 || object.track / 1000 == u32::from(object.class));
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        sequence.write(file.path()).unwrap();
        assert_eq!(MotsSequence::read(file.path()).unwrap(), sequence);
    }
    assert_eq!((masks[&1], masks[&2], masks[&10]), (8029, 3347, 2766));
    let maps = [
        "train",
        "fulltrain",
        "test",
        "val_MOTSchallenge",
        "test_MOTSchallenge",
    ];
    for map in maps {
        MotsRange::read_all(root.join(format!("mots_eval/{map}.seqmap"))).unwrap();
    }
}

#[test]
fn lines_of_kitti_mots_that_say_something_else_are_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let line = "0 1001 1 2 3 123";
    for (text, reason) in [
        ("0 1001 1 2 3".to_owned(), "has 5 parts instead of 6"),
        (
            format!("{line}\n{line}"),
            "line 2: a second mask of track 1001 in frame 0",
        ),
        ("0 1001 1 2 3 124".to_owned(), "must add up to 6"),
        ("0 1001 1 99999 99999 1".to_owned(), "99999×99999"),
        (
            format!("{line}\n99999999999 1001 1 2 3 123"),
            "line 2: frame 99999999999, where 10000000 is the last",
        ),
    ] {
        fs::write(file.path(), text).unwrap();
        let error = MotsSequence::read(file.path()).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    fs::write(file.path(), line).unwrap();
    assert_eq!(
        MotsSequence::read(file.path()).unwrap().tracks(),
        BTreeMap::from([(1001, 1)])
    );
}

#[test]
fn a_picture_of_kitti_mots_written_from_its_description_holds_objects() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut encoder = png::Encoder::new(fs::File::create(file.path()).unwrap(), 3, 1);
    encoder.set_depth(png::BitDepth::Sixteen);
    let values = [1002_u16, 0, 10_000].map(u16::to_be_bytes).concat();
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&values)
        .unwrap();
    let objects = MotsSequence::read_picture(file.path()).unwrap();
    let found: Vec<_> = objects
        .iter()
        .map(|it| (it.track, it.class, it.mask.area()))
        .collect();
    assert_eq!(found, [(1002, 1, 1), (10_000, 10, 1)]);
}

#[test]
fn real_tables_of_nu_scenes_are_joined() {
    let Some(root) = shared("nuscenes") else {
        return;
    };
    let set = NuScenes::open(&root, "v1.0-test").unwrap();
    let [scene] = set.scenes() else {
        panic!("one scene");
    };
    assert_eq!(
        (scene.name.as_str(), scene.samples.len()),
        ("scene-0061", 1)
    );
    let sample = &scene.samples[0];
    assert_eq!(sample.timestamp_micros, 1_532_402_927_647_951);
    let channels: Vec<&str> = sample
        .cameras
        .iter()
        .map(|it| it.channel.as_str())
        .collect();
    assert_eq!(
        channels,
        [
            "CAM_BACK",
            "CAM_BACK_LEFT",
            "CAM_BACK_RIGHT",
            "CAM_FRONT",
            "CAM_FRONT_LEFT",
            "CAM_FRONT_RIGHT"
        ]
    );
    let back = &sample.cameras[0];
    assert_eq!(
        (back.size, back.timestamp_micros),
        (FrameSize::new(1600, 900), 1_532_402_927_637_525)
    );
    assert!(back.intrinsic[0][0] > 700.0 && back.intrinsic[2] == [0.0, 0.0, 1.0]);
    // The pictures lie in another folder of the same collection.
    assert!(back.image().is_err());
    let error = NuScenes::open(&root, "v1.0-mini").unwrap_err().to_string();
    assert!(
        error.contains("v1.0-mini/sample_data.json") && error.contains("v1.0-test"),
        "{error}"
    );
}

#[test]
fn boxes_of_nu_scenes_written_from_their_description_belong_to_key_frames() {
    let folder = tempfile::tempdir().unwrap();
    let tables = folder.path().join("v1.0-mini");
    fs::create_dir_all(&tables).unwrap();
    let write =
        |name: &str, text: &str| fs::write(tables.join(format!("{name}.json")), text).unwrap();
    write(
        "scene",
        r#"[{"token": "s", "name": "scene-1", "description": "d", "log_token": "l", "nbr_samples": 1}]"#,
    );
    write(
        "sample",
        r#"[{"token": "k", "timestamp": 5, "scene_token": "s", "next": "", "prev": ""}]"#,
    );
    write(
        "sensor",
        r#"[{"token": "c", "channel": "CAM_FRONT", "modality": "camera"}]"#,
    );
    write(
        "calibrated_sensor",
        r#"[{"token": "cs", "sensor_token": "c", "translation": [1, 0, 1.5], "rotation": [1, 0, 0, 0], "camera_intrinsic": [[9, 0, 2], [0, 9, 2], [0, 0, 1]]}]"#,
    );
    write(
        "ego_pose",
        r#"[{"token": "e", "timestamp": 5, "rotation": [1, 0, 0, 0], "translation": [0, 0, 0]}, {"token": "other", "timestamp": 6, "rotation": [1, 0, 0, 0], "translation": [0, 0, 0]}]"#,
    );
    let data = r#"[{"token": "d", "sample_token": "k", "ego_pose_token": "e", "calibrated_sensor_token": "cs", "timestamp": 5, "fileformat": "jpg", "is_key_frame": true, "height": 4, "width": 6, "filename": "samples/CAM_FRONT/a.jpg", "prev": "", "next": ""},
        {"token": "d2", "sample_token": "k", "ego_pose_token": "gone", "calibrated_sensor_token": "cs", "timestamp": 6, "fileformat": "jpg", "is_key_frame": false, "height": 4, "width": 6, "filename": "sweeps/CAM_FRONT/b.jpg", "prev": "", "next": ""}]"#;
    write("sample_data", data);
    write(
        "category",
        r#"[{"token": "car", "name": "vehicle.car", "description": ""}]"#,
    );
    write(
        "instance",
        r#"[{"token": "i", "category_token": "car", "nbr_annotations": 1}]"#,
    );
    let annotation = r#"[{"token": "a", "sample_token": "k", "instance_token": "i", "attribute_tokens": [], "visibility_token": "4", "translation": [9, 1, 1], "size": [2, 4, 1.5], "rotation": [0, 0, 0, 1], "num_lidar_pts": 7, "num_radar_pts": 0, "next": "", "prev": ""}]"#;
    write("sample_annotation", annotation);
    let open = || NuScenes::open(folder.path(), "v1.0-mini");
    let set = open().unwrap();
    let object = &set.scenes()[0].samples[0].objects[0];
    assert_eq!(
        (
            object.category.as_str(),
            object.visibility,
            object.lidar_points
        ),
        ("vehicle.car", Some(4), 7)
    );
    assert_eq!(set.scenes()[0].samples[0].cameras.len(), 1);
    for (table, from, to, reason) in [
        (
            "sample_annotation",
            "\"i\"",
            "\"j\"",
            "no category of instance `j`",
        ),
        (
            "sample_annotation",
            "[0, 0, 0, 1]",
            "[0, 0, 0, 0]",
            "no rigid motion",
        ),
        ("sample_data", "\"e\"", "\"f\"", "no ego_pose `f`"),
        (
            "sample_data",
            "samples/CAM",
            "../CAM",
            "`../CAM_FRONT/a.jpg`",
        ),
    ] {
        write("sample_annotation", annotation);
        write("sample_data", data);
        let text = fs::read_to_string(tables.join(format!("{table}.json"))).unwrap();
        write(table, &text.replace(from, to));
        let error = open().unwrap_err().to_string();
        assert!(
            error.contains(&format!("{table}.json")) && error.contains(reason),
            "{error}"
        );
    }
}

#[test]
fn results_of_tracking_in_nu_scenes_come_back() {
    let mut results = NuTrackingResults::default();
    results.used.insert(NuSource::Camera);
    let tracked = NuTrackedBox {
        pose: NuPose {
            rotation: [1.0, 0.0, 0.0, 0.0],
            translation: [1.0, 2.0, 3.0],
        },
        size: [2.0, 4.0, 1.5],
        velocity: [0.0, -1.0],
        track: "7".into(),
        class: "car".into(),
        score: 0.5,
    };
    results.samples.insert("token".into(), vec![tracked]);
    results.samples.insert("empty".into(), Vec::new());
    let file = tempfile::NamedTempFile::new().unwrap();
    results.write(file.path()).unwrap();
    assert_eq!(NuTrackingResults::read(file.path()).unwrap(), results);
    let text = fs::read_to_string(file.path()).unwrap();
    assert!(
        text.contains("\"use_camera\":true")
            && text.contains("\"use_map\":false")
            && text.contains("\"tracking_name\":\"car\"")
    );
    fs::write(
        file.path(),
        text.replace("\"sample_token\":\"token\"", "\"sample_token\":\"x\""),
    )
    .unwrap();
    assert!(
        NuTrackingResults::read(file.path())
            .unwrap_err()
            .to_string()
            .contains("sample `x`")
    );
}

#[test]
fn results_of_detection_in_nu_scenes_come_back() {
    let mut results = NuDetectionResults::default();
    results.used.insert(NuSource::Lidar);
    let detected = NuDetectedBox {
        pose: NuPose {
            rotation: [0.8, 0.0, 0.0, 0.6],
            translation: [1.0, 2.0, 3.0],
        },
        size: [2.0, 4.0, 1.5],
        velocity: [0.0, -1.0],
        class: "car".into(),
        score: 0.5,
        attribute: "vehicle.moving".into(),
    };
    results.samples.insert("token".into(), vec![detected]);
    results.samples.insert("empty".into(), Vec::new());
    let file = tempfile::NamedTempFile::new().unwrap();
    results.write(file.path()).unwrap();
    assert_eq!(NuDetectionResults::read(file.path()).unwrap(), results);
    let text = fs::read_to_string(file.path()).unwrap();
    assert!(text.contains("\"detection_name\":\"car\"") && text.contains("\"use_lidar\":true"));
    // Old methods leave attributes out; a box of a track is none of a detection.
    let without = text.replace(",\"attribute_name\":\"vehicle.moving\"", "");
    fs::write(file.path(), without).unwrap();
    let read = NuDetectionResults::read(file.path()).unwrap();
    assert_eq!(read.samples["token"][0].attribute, "");
    fs::write(file.path(), text.replace("detection_name", "tracking_name")).unwrap();
    let error = NuDetectionResults::read(file.path()).unwrap_err();
    assert!(error.to_string().contains("detection_name"), "{error}");
}
