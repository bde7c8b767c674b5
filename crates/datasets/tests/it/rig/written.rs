//! What is written as nuScenes or Waymo is read back equal.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tubelet_datasets::{
    DrivingClip, DrivingWorldConfig, NuScenes, NuScenesWriter, RigAbout, RigClip, RigMaskForm,
    RigPictureForm, RigSteps, WaymoComponents, WaymoRecords,
};
use tubelet_geometry::{Distortion, FrameSize, Mask};

use super::drawn::{Loss, assert_same, assert_same_motion, clip};

const BENT: Distortion = Distortion::BrownConrady {
    radial: [0.04, -0.33, 0.01],
    tangential: [0.001, -0.002],
};

fn write(folder: &Path, masks: RigMaskForm) {
    let forms = (RigPictureForm::Png, masks);
    let mut writer = NuScenesWriter::create(folder, "v1.0-mini", forms).unwrap();
    writer
        .write(&mut clip("scene-1", Distortion::None))
        .unwrap();
    writer
        .write(&mut clip("scene-2", Distortion::None))
        .unwrap();
    writer.finish().unwrap();
}

#[test]
fn a_folder_of_nu_scenes_is_read_back_equal_with_masks_in_both_forms() {
    for form in [RigMaskForm::RunLengths, RigMaskForm::Panoptic] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), form);
        let set = NuScenes::open(folder.path(), "v1.0-mini").unwrap();
        let masks = folder.path().join("masks");
        assert_eq!(set.scenes().len(), 2);
        for scene in set.scenes() {
            let mut found = RigClip::from_nu_scene(scene, Some(&masks)).unwrap();
            let mut expected = clip(&scene.name, Distortion::None);
            assert_eq!(found.cameras(), expected.cameras());
            assert_same(&mut found, &mut expected, Loss::None);
            for index in 0..expected.step_count() {
                let (found, expected) = (found.step(index).unwrap(), expected.step(index).unwrap());
                let (found, expected) = (&found.boxes[0], &expected.boxes[0]);
                assert_eq!((found.instance, &found.category), (3, &expected.category));
                assert_eq!(found.world_box.size, expected.world_box.size);
                assert_same_motion(&found.world_box.pose, &expected.world_box.pose);
            }
        }
    }
}

#[test]
fn rows_of_a_written_folder_are_linked_in_order_of_time() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), RigMaskForm::RunLengths);
    let table = |name: &str| -> Vec<serde_json::Value> {
        let path = folder.path().join(format!("v1.0-mini/{name}.json"));
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    for (name, rows, chains) in [
        ("sample", 6, 2),
        ("sample_data", 10, 4),
        ("sample_annotation", 6, 2),
    ] {
        let table = table(name);
        assert_eq!(table.len(), rows, "{name}");
        let first = table.iter().filter(|row| row["prev"] == "");
        assert_eq!(first.clone().count(), chains, "{name}");
        let mut reached = 0;
        for row in first {
            let mut row = row;
            loop {
                reached += 1;
                if row["next"] == "" {
                    break;
                }
                let next = table.iter().find(|it| it["token"] == row["next"]).unwrap();
                assert_eq!(next["prev"], row["token"]);
                row = next;
            }
        }
        assert_eq!(reached, rows, "{name}");
    }
    let counts = [
        "scene",
        "log",
        "calibrated_sensor",
        "ego_pose",
        "instance",
        "category",
        "sensor",
        "map",
    ];
    let counts = counts.map(|name| table(name).len());
    assert_eq!(counts, [2, 2, 4, 10, 2, 1, 2, 0]);
    let instance = &table("instance")[0];
    assert_eq!(instance["nbr_annotations"], 3);
    let scene = &table("scene")[0];
    let samples = table("sample");
    assert!(
        samples
            .iter()
            .any(|it| it["token"] == scene["last_sample_token"])
    );
}

#[test]
fn a_segment_of_waymo_is_read_back_equal_with_panoptic_labels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segment.tfrecord");
    let written = clip("segment-1", BENT)
        .write_waymo_records(&path, 95)
        .unwrap();
    assert_eq!(written, 3);
    let mut found = RigClip::from_waymo_records(&path).unwrap();
    assert_eq!(found.cameras(), ["FRONT", "FRONT_LEFT"]);
    let lens = found.rig().unwrap().cameras()[0].lens;
    assert_eq!(lens.distortion(), BENT);
    assert_same(&mut found, &mut clip("segment-1", BENT), Loss::Jpeg);
    // Backward as well, and the bytes of pictures survive another turn.
    let back = folder.path().join("again.tfrecord");
    found.step(0).unwrap();
    found.write_waymo_records(&back, 10).unwrap();
    let mut again = RigClip::from_waymo_records(&back).unwrap();
    assert_same(&mut again, &mut found, Loss::None);
    let mut records = WaymoRecords::open(&path).unwrap();
    let frame = records.next_frame().unwrap().unwrap();
    let labels = frame.segmentations[0].segmentation.decode().unwrap();
    let classes: Vec<_> = labels
        .objects()
        .iter()
        .map(|it| (it.class, it.local))
        .collect();
    assert_eq!(classes, [(2, 1), (9, 2)]);
    assert_eq!(frame.segmentations[0].segmentation.sequence, "segment-1");
}

#[test]
fn components_of_waymo_are_read_back_equal_with_panoptic_labels() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["segment-1", "segment-2"] {
        let written = clip(name, BENT).write_waymo_components(root, 95).unwrap();
        assert_eq!(written, 3);
    }
    let set = WaymoComponents::open(root).unwrap();
    let names = [
        "camera_calibration",
        "camera_image",
        "camera_segmentation",
        "vehicle_pose",
    ];
    assert_eq!(set.components().unwrap(), names);
    let segments = ["segment-1", "segment-2"];
    assert_eq!(set.segments("camera_image").unwrap(), segments);
    let mut found = RigClip::from_waymo_components(&set, "segment-1").unwrap();
    assert_eq!(found.cameras(), ["FRONT", "FRONT_LEFT"]);
    let lens = found.rig().unwrap().cameras()[0].lens;
    assert_eq!(lens.distortion(), BENT);
    assert_same(&mut found, &mut clip("segment-1", BENT), Loss::Jpeg);
    // From one release to the other and back, the bytes of pictures stay as they are.
    let records = root.join("segment.tfrecord");
    found.write_waymo_records(&records, 10).unwrap();
    let mut again = RigClip::from_waymo_records(&records).unwrap();
    assert_same(&mut again, &mut found, Loss::None);
    let back = tempfile::tempdir().unwrap();
    again.write_waymo_components(back.path(), 10).unwrap();
    let set = WaymoComponents::open(back.path()).unwrap();
    let mut again = RigClip::from_waymo_components(&set, "segment-1").unwrap();
    assert_same(&mut again, &mut found, Loss::None);
    let poses = set.vehicle_poses("segment-1").unwrap();
    let times = poses.map(|pose| pose.unwrap().timestamp_micros);
    assert_eq!(times.collect::<Vec<_>>().len(), 3);
    let mut labels = set.segmentations("segment-1").unwrap();
    let first = labels.next().unwrap().unwrap().content;
    assert_eq!(
        (first.divisor, first.sequence.as_str()),
        (1000, "segment-1")
    );
    assert_eq!(first.instances[&2].global, 70_000);
    assert_eq!(first.cameras_covered().unwrap(), None);
}

/// Numbers and pixels of all objects, by step and by Waymo's name of the camera.
type Seen = BTreeMap<(usize, String), BTreeMap<u64, Mask>>;

fn seen(clip: &mut RigClip) -> Seen {
    let cameras = clip.cameras().to_vec();
    let steps: Vec<_> = clip.steps().collect::<Result<_, _>>().unwrap();
    let named = steps.into_iter().flat_map(|step| {
        let views = cameras.iter().zip(step.views).collect::<Vec<_>>();
        views.into_iter().map(move |(camera, view)| {
            let objects = view.unwrap().masks.unwrap().decode().unwrap();
            let masks = objects.into_iter().map(|it| (it.instance, it.mask));
            let camera = camera.replace("CAM_", "").replace("BACK", "REAR");
            ((step.index, camera), masks.collect())
        })
    });
    named.collect()
}

#[test]
fn the_driving_world_survives_components_of_waymo() {
    let drive = DrivingClip::new(DrivingWorldConfig {
        seed: 4,
        size: FrameSize::new(96, 54),
        steps: 9,
        ..DrivingWorldConfig::default()
    });
    let mut expected = RigClip::driving("drive-4", drive.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let written = expected.write_waymo_components(folder.path(), 92).unwrap();
    assert_eq!(written, 9);
    let set = WaymoComponents::open(folder.path()).unwrap();
    let mut found = RigClip::from_waymo_components(&set, "drive-4").unwrap();
    let (found, expected) = (seen(&mut found), seen(&mut expected));
    assert_eq!(found.len(), 9 * 6);
    assert!(found.values().map(BTreeMap::len).sum::<usize>() > 54);
    assert_eq!(found, expected);
}

#[test]
fn what_a_form_cannot_hold_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tfrecord");
    let wide = Distortion::KannalaBrandt([0.01, 0.0, 0.0, 0.0]);
    let error = clip("a", wide).write_waymo_records(&path, 90).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("wide angles as camera `CAM_FRONT`"),
        "{error}"
    );
    let outside = clip("../a", BENT).write_waymo_components(folder.path(), 90);
    assert!(outside.unwrap_err().to_string().contains("../a"));
    let forms = (RigPictureForm::Jpeg(90), RigMaskForm::RunLengths);
    let mut writer = NuScenesWriter::create(folder.path(), "v1.0-mini", forms).unwrap();
    let error = writer.write(&mut clip("a", BENT)).unwrap_err();
    assert!(error.to_string().contains("must be rectified"), "{error}");
    let plain = RigAbout {
        name: "plain".into(),
        cameras: vec!["a".into()],
        rig: None,
        warnings: Vec::new(),
    };
    let mut plain = RigClip::new(plain, RigSteps::default());
    assert!(
        writer
            .write(&mut plain)
            .unwrap_err()
            .to_string()
            .contains("not calibrated")
    );
    assert!(plain.write_waymo_records(&path, 90).is_err());
    assert!(plain.write_waymo_components(folder.path(), 90).is_err());
    assert!(
        plain
            .step(0)
            .unwrap_err()
            .to_string()
            .contains("no frame 0")
    );
    // Nobody knows where the vehicle was.
    let mut lost = clip("lost", Distortion::None);
    let mut steps = RigSteps(lost.steps().collect::<Result<_, _>>().unwrap());
    steps.0[1].views[0].as_mut().unwrap().world_from_ego = None;
    let mut lost = RigClip::new(lost.about().clone(), steps);
    let error = writer.write(&mut lost).unwrap_err().to_string();
    assert!(
        error.contains("step 1, camera `CAM_FRONT`: nobody knows"),
        "{error}"
    );
    let error = lost.write_waymo_components(folder.path(), 90);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`step 1`: FRONT: nobody knows"), "{error}");
    assert!(NuScenesWriter::create(folder.path(), "../x", forms).is_err());
}

#[test]
fn masks_of_unknown_instances_and_changed_calibrations_are_named() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), RigMaskForm::RunLengths);
    let masks = folder.path().join("masks");
    fs::write(masks.join("instances.json"), "{}").unwrap();
    let set = NuScenes::open(folder.path(), "v1.0-mini").unwrap();
    let scene = &set.scenes()[0];
    let mut found = RigClip::from_nu_scene(scene, Some(&masks)).unwrap();
    // Without the file the tables' instances are numbered from 1; object 70000 has no box.
    let step = found.step(0).unwrap();
    assert_eq!(step.boxes[0].instance, 1);
    let error = step.views[0]
        .as_ref()
        .unwrap()
        .masks
        .as_ref()
        .unwrap()
        .decode()
        .unwrap_err();
    assert!(error.to_string().contains("know this instance"), "{error}");
    let mut changed = scene.clone();
    changed.samples[2].cameras[0].intrinsic[0][0] += 1.0;
    let error = RigClip::from_nu_scene(&changed, None)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("camera CAM_FRONT`") && error.contains("changes"),
        "{error}"
    );
    for (value, reason) in [
        (0.0, "inverted"),
        (-3.0, "inverted"),
        (f64::NAN, "inverted"),
    ] {
        let mut changed = scene.clone();
        changed.samples[0].cameras[1].intrinsic[0][0] = value;
        let error = RigClip::from_nu_scene(&changed, None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("CAM_FRONT_LEFT") && error.contains(reason),
            "{error}"
        );
    }
    let mut skewed = scene.clone();
    skewed.samples[0].cameras[1].intrinsic[0][1] = 3.0;
    assert!(RigClip::from_nu_scene(&skewed, None).is_err());
    let plain = RigClip::from_nu_scene(scene, None)
        .unwrap()
        .step(0)
        .unwrap();
    assert!(
        plain
            .views
            .iter()
            .flatten()
            .all(|view| view.masks.is_none())
    );
}
