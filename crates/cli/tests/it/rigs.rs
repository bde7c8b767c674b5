//! Six cameras go in, masks of all of them come out.

use std::{collections::BTreeSet, fmt::Write, path::Path};

use serde_json::Value;
use tubelet_datasets::{
    DetectionNoise, DrivingWorldConfig, NuScenes, RigTracks, driving_clip, synthetic_detections,
    write_synthetic_detections,
};
use tubelet_geometry::FrameSize;

use crate::program::{refuses, stderr, stdout, tubelet};

/// Makes a drive of three steps with the demonstration and gives its folder and the object's number.
fn drive() -> (tempfile::TempDir, u64) {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["demo", "--rig", "--seed", "4", "--frames", "3"];
    let asked = [&asked[..], &["--out", "demo", "--json"]].concat();
    let output = tubelet(folder.path(), &asked);
    assert!(output.status.success(), "{}", stderr(&output));
    let summary: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["steps"], 3);
    let object = summary["objects"][0].as_u64().unwrap();
    (folder, object)
}

fn names(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_demonstration_tracks_through_six_cameras_and_can_be_judged() {
    let (folder, object) = drive();
    let demo = folder.path().join("demo");
    for name in ["mosaic.mp4", "contact-sheet.png", "first-mask.png"] {
        assert!(demo.join(name).metadata().unwrap().len() > 100, "{name}");
    }
    let cameras = names(&demo.join("masks"));
    assert_eq!(cameras.len(), 6);
    for camera in &cameras {
        let pictures = names(&demo.join("masks").join(camera));
        assert_eq!(
            pictures,
            ["00000.png", "00001.png", "00002.png"],
            "{camera}"
        );
    }
    let tracks = RigTracks::read(demo.join("tracks.json")).unwrap();
    assert_eq!((tracks.steps, tracks.masks.len()), (3, 18));
    // Predictions carry the drive's own number of the object.
    let asked = [
        "evaluate",
        "rig-generic",
        "--gt",
        "demo/drive",
        "--pred",
        "demo/masks",
        "--rules",
        "predicted-objects",
        "--json",
    ];
    let judged = tubelet(folder.path(), &asked);
    assert!(judged.status.success(), "{}", stderr(&judged));
    let report: Value = serde_json::from_str(&stdout(&judged)).unwrap();
    let samples = report["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 1, "{report}");
    let id = samples[0]["id"].as_str().unwrap();
    assert!(id.ends_with(&format!("/{object}")), "{id}");
    // The variant that looks at nothing but pictures does not need what the others are told.
    let again = tubelet(
        folder.path(),
        &[
            "track",
            "demo/drive",
            "--camera",
            "CAM_FRONT",
            "--point",
            "200,120",
            "--variant",
            "sam2-mv",
            "--model",
            "tubelet-nano",
            "--direction",
            "forward",
            "--tracks-only",
            "--out",
            "again",
        ],
    );
    assert!(again.status.success(), "{}", stderr(&again));
    assert!(!folder.path().join("again/mosaic.mp4").exists());
}

#[test]
fn a_correction_in_one_camera_leaves_the_steps_before_as_they_are() {
    let (folder, _) = drive();
    let track = |out: &str, more: &[&str]| {
        let first = ["track", "demo/drive", "--camera", "CAM_FRONT"];
        let rest = ["--point", "400:200,120", "--tracks-only", "--out", out];
        let output = tubelet(folder.path(), &[&first[..], more, &rest[..]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        RigTracks::read(folder.path().join(out).join("tracks.json")).unwrap()
    };
    let plain = track("plain", &[]);
    let corrected = track("corrected", &["--not-point", "400:200,120@1"]);
    let of_step = |tracks: &RigTracks, wanted: usize| -> Vec<_> {
        let views = tracks.masks.iter().filter(|((_, step), _)| *step == wanted);
        views.map(|(_, masks)| masks.clone()).collect()
    };
    assert_eq!(of_step(&plain, 0), of_step(&corrected, 0));
    assert_ne!(of_step(&plain, 1), of_step(&corrected, 1));
}

#[test]
fn a_rig_of_ones_own_is_tracked() {
    let (folder, _) = drive();
    let at = folder.path();
    let mut text =
        "[poses]\nrows = [[0, 0, 0, 0, 1, 0, 0, 0], [1000000, 3, 0, 0, 1, 0, 0, 0]]\n".to_owned();
    for (camera, yaw) in [("CAM_FRONT", 0.0_f64), ("CAM_FRONT_LEFT", 55.0)] {
        let (sine, cosine) = yaw.to_radians().sin_cos();
        // The columns are the camera's x, y and z in the vehicle's frame.
        let _ = write!(
            text,
            "[[camera]]\nname = \"{camera}\"\nvideo = \"demo/drive/samples/{camera}\"\nfps = 2.0\n\
             [camera.calibration]\nsize = [1600, 900]\nfocal = [1260.0, 1260.0]\ncenter = [800.0, 450.0]\n\
             distortion = {{model = \"none\"}}\n\
             ego_from_camera = [{sine}, 0.0, {cosine}, 1.7, {}, 0.0, {sine}, 0.0, 0.0, -1.0, 0.0, 1.5, 0.0, 0.0, 0.0, 1.0]\n",
            -cosine
        );
    }
    std::fs::write(at.join("rig.toml"), text).unwrap();
    let arguments = [
        "track",
        "rig.toml",
        "--camera",
        "CAM_FRONT",
        "--box",
        "20,20,80,60",
        "--out",
        "own",
    ];
    let output = tubelet(at, &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        !stderr(&output).contains("calibration"),
        "{}",
        stderr(&output)
    );
    let tracks = RigTracks::read(at.join("own/tracks.json")).unwrap();
    let names: Vec<&str> = tracks
        .cameras
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["CAM_FRONT", "CAM_FRONT_LEFT"]);
    assert_eq!((tracks.steps, tracks.masks.len()), (3, 6));
    assert!(at.join("own/mosaic.mp4").exists());
}

/// What a good detector finds on the demonstration's drive, as a file beside it.
fn detections(folder: &Path) {
    let config = DrivingWorldConfig {
        size: FrameSize::new(400, 225),
        steps: 3,
        difficulty: 0.4,
        ..DrivingWorldConfig::default()
    };
    let clip = driving_clip(4, &config).unwrap();
    let found = synthetic_detections(&clip, &DetectionNoise::default()).unwrap();
    let set = NuScenes::open(folder.join("demo/drive"), "v1.0-mini").unwrap();
    let samples = set.scenes()[0].samples.iter();
    let tokens: Vec<String> = samples.map(|sample| sample.token.clone()).collect();
    write_synthetic_detections(folder.join("found.json"), &tokens, &found).unwrap();
    write_synthetic_detections(folder.join("few.json"), &tokens[..2], &found).unwrap();
}

#[test]
fn detected_objects_are_tracked_in_space_and_segmented_in_every_camera() {
    let (folder, _) = drive();
    let at = folder.path();
    detections(at);
    let track = |more: &[&'static str]| {
        let mut arguments = vec!["track", "demo/drive", "--tracks-only", "--json"];
        arguments.extend(more);
        arguments
    };
    let all = tubelet(at, &track(&["--detections", "found.json", "--out", "all"]));
    assert!(all.status.success(), "{}", stderr(&all));
    let summary: Value = serde_json::from_str(&stdout(&all)).unwrap();
    assert_eq!(summary["variant"], "FastPoly-SAM");
    assert_eq!(summary["model"], "tubelet-nano");
    let numbers = summary["objects"].as_array().unwrap();
    assert!(numbers.len() > 5, "{summary}");
    let tracks = RigTracks::read(at.join("all/tracks.json")).unwrap();
    assert_eq!(tracks.masks.len(), 18);
    let cameras_of = |tracks: &RigTracks, object: u64| {
        let shown = tracks.masks.iter().filter(|(_, masks)| {
            let mut masks = masks.iter();
            masks.any(|it| it.object == object && it.mask.area() > 0)
        });
        let cameras: BTreeSet<usize> = shown.map(|((camera, _), _)| *camera).collect();
        cameras.len()
    };
    let several = numbers
        .iter()
        .filter(|number| cameras_of(&tracks, number.as_u64().unwrap()) > 1);
    assert!(several.count() > 0, "no object is in two cameras");

    // A prompt chooses an object and gives it its number: the largest of the front camera.
    let front = tracks
        .cameras
        .iter()
        .position(|(name, _)| name == "CAM_FRONT");
    let found = tracks.masks[&(front.unwrap(), 0)].iter();
    let largest = found.max_by_key(|found| found.mask.area()).unwrap();
    let bounds = largest.mask.decode().bounding_box().unwrap();
    let bounds = format!(
        "17:{},{},{},{}",
        bounds.left, bounds.top, bounds.right, bounds.bottom
    );
    let arguments = [
        "track",
        "demo/drive",
        "--detections",
        "found.json",
        "--box",
        &bounds,
        "--camera",
        "CAM_FRONT",
        "--out",
        "one",
    ];
    let one = tubelet(at, &arguments);
    assert!(one.status.success(), "{}", stderr(&one));
    let alone = RigTracks::read(at.join("one/tracks.json")).unwrap();
    assert!(alone.masks.values().all(|masks| masks.len() == 1));
    let chosen = &alone.masks[&(front.unwrap(), 0)][0];
    assert_eq!((chosen.object, &chosen.mask), (17, &largest.mask));
    assert!(cameras_of(&alone, 17) > 0);
    assert!(at.join("one/mosaic.mp4").exists());

    for (more, part) in [
        (&["--detections", "few.json"][..], "which is step 2"),
        (&["--detections", "no.json"], "no.json"),
        (
            &[
                "--detections",
                "found.json",
                "--camera",
                "CAM_BACK",
                "--point",
                "399,0",
            ],
            "nothing was detected",
        ),
    ] {
        refuses(at, &track(more), (1, part));
    }
    let no_rig = ["track", "demo/mosaic.mp4", "--detections", "found.json"];
    refuses(at, &no_rig, (1, "no rig"));
}

#[test]
fn what_does_not_fit_a_rig_is_refused_by_name() {
    let (folder, _) = drive();
    let track = |more: &[&'static str]| {
        let mut arguments = vec!["track", "demo/drive", "--out", "no"];
        arguments.extend(more);
        arguments
    };
    let at = folder.path();
    let point = ["--point", "20,20"];
    refuses(at, &track(&point), (1, "does not say in which camera"));
    refuses(
        at,
        &track(&["--camera", "CAM_TOP", "--point", "20,20"]),
        (1, "there is no camera `CAM_TOP`"),
    );
    refuses(
        at,
        &track(&["--camera", "CAM_BACK", "--point", "20,2000"]),
        (1, "CAM_BACK"),
    );
    refuses(
        at,
        &track(&["--camera", "CAM_BACK", "--point", "20,20@7"]),
        (1, "7"),
    );
    refuses(
        at,
        &track(&["--camera", "CAM_BACK", "--point", "2,2", "--scene", "other"]),
        (1, "there is no scene `other`"),
    );
    refuses(
        at,
        &track(&[
            "--camera",
            "CAM_BACK",
            "--point",
            "2,2",
            "--variant",
            "best",
        ]),
        (2, "MST-SAM-G"),
    );
    refuses(
        at,
        &[
            "track",
            "demo/masks/CAM_BACK",
            "--camera",
            "CAM_BACK",
            "--point",
            "2,2",
        ],
        (1, "no rig"),
    );
    std::fs::write(at.join("broken.toml"), "[rig]\ncameras = 3\n").unwrap();
    refuses(
        at,
        &["track", "broken.toml", "--camera", "A", "--point", "2,2"],
        (1, "broken.toml"),
    );
}
