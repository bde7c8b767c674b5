//! Six cameras go in, masks of all of them come out.

use std::path::Path;

use serde_json::Value;
use tubelet_datasets::RigTracks;

use crate::program::{refuses, stderr, stdout, tubelet};

/// Makes a drive of three steps with the demonstration and gives its folder and the object's number.
fn drive() -> (tempfile::TempDir, u64) {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["demo", "--rig", "--out", "demo", "--frames", "3", "--json"];
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
