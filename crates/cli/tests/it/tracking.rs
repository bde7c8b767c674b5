//! A clip goes in, masks come out: with every output where the documentation says.

use std::{fs, path::Path};

use serde_json::Value;
use tubelet_geometry::{FrameSize, RunLength};
use tubelet_video::LabelMap;

use crate::program::{refuses, stderr, stdout, tubelet};

pub(crate) fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Makes a clip of eight frames with the demonstration and gives its folder.
pub(crate) fn demonstration() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let output = tubelet(
        folder.path(),
        &["demo", "--out", "demo", "--frames", "8", "--json"],
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let summary: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["frames"], 8);
    folder
}

#[test]
fn the_demonstration_leaves_what_it_promises() {
    let folder = demonstration();
    let demo = folder.path().join("demo");
    for name in [
        "clip.mp4",
        "overlay.mp4",
        "contact-sheet.png",
        "masks/00007.png",
    ] {
        assert!(demo.join(name).metadata().unwrap().len() > 100, "{name}");
    }
    assert!(!demo.join("tracks.partial.jsonl").exists());
    let tracks = read_json(&demo.join("tracks.json"));
    assert_eq!(tracks["format"], "tubelet-tracks");
    let frames = tracks["objects"][0]["frames"].as_array().unwrap();
    assert_eq!(frames.len(), 8);
    for (index, record) in frames.iter().enumerate() {
        assert_eq!(record["frame"], index);
        let size = FrameSize::new(480, 360);
        let text = record["mask"]["counts"].as_str().unwrap();
        let mask = RunLength::from_text(size, text).unwrap();
        assert_eq!(record["area"], mask.area());
        let labels = LabelMap::read_png(demo.join(format!("masks/{index:05}.png"))).unwrap();
        assert_eq!(labels.mask(1), mask.decode());
    }
}

#[test]
fn several_objects_are_tracked_both_ways_from_a_file_of_prompts() {
    let folder = demonstration();
    let prompts = r#"{"prompts": [
        {"object": 1, "frame": 4, "box": [100, 80, 300, 280]},
        {"object": 7, "frame": 2, "points": [[240, 180, 1], [10, 10, 0]]}
    ]}"#;
    fs::write(folder.path().join("prompts.json"), prompts).unwrap();
    let clip = "demo/clip.mp4";
    let output = tubelet(
        folder.path(),
        &[
            "track",
            clip,
            "--prompts",
            "prompts.json",
            "--out",
            "both",
            "--tracks-only",
        ],
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let tracks = read_json(&folder.path().join("both/tracks.json"));
    for (object, id) in [(0, 1), (1, 7)] {
        let object = &tracks["objects"][object];
        assert_eq!(object["id"], id);
        assert_eq!(object["frames"].as_array().unwrap().len(), 8);
    }
    assert!(!folder.path().join("both/overlay.mp4").exists());
}

/// Tracks the demonstration's object by its first mask, and gives the records of its eight frames.
fn records(folder: &Path, out: &str, more: &[&str]) -> Vec<Value> {
    let first = ["track", "demo/clip.mp4", "--mask", "demo/masks/00000.png"];
    let rest = ["--tracks-only", "--out", out];
    let output = tubelet(folder, &[&first[..], more, &rest[..]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let tracks = read_json(&folder.join(out).join("tracks.json"));
    let frames = tracks["objects"][0]["frames"].as_array().unwrap();
    assert_eq!(frames.len(), 8);
    frames.clone()
}

fn overlap(left: &Value, right: &Value) -> f64 {
    let [left, right] = [left, right].map(|record| {
        let text = record["mask"]["counts"].as_str().unwrap();
        let code = RunLength::from_text(FrameSize::new(480, 360), text);
        code.unwrap().decode()
    });
    left.iou(&right)
}

#[test]
fn a_correction_changes_the_mask_that_was_found_and_not_the_object() {
    let folder = demonstration();
    let plain = records(folder.path(), "plain", &[]);
    let corrected = records(folder.path(), "corrected", &["--not-point", "2,2@5"]);
    assert_eq!(plain[..5], corrected[..5]);
    assert_ne!(plain[5], corrected[5]);
    for (plain, corrected) in plain.iter().zip(&corrected).skip(5) {
        // A click in a far corner is no news about the object.
        let overlap = overlap(plain, corrected);
        assert!(overlap > 0.8, "frame {}: {overlap}", plain["frame"]);
    }
}

#[test]
fn objects_do_not_overlap_also_where_one_is_tracked_back_to_the_other() {
    let folder = demonstration();
    let first = ["track", "demo/clip.mp4", "--mask", "demo/masks/00000.png"];
    let rest = [
        "--box",
        "2:60,40,420,320@6",
        "--no-overlap",
        "--tracks-only",
        "--out",
        "apart",
    ];
    let output = tubelet(folder.path(), &[&first[..], &rest[..]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let tracks = read_json(&folder.path().join("apart/tracks.json"));
    let [first, second] = [0, 1].map(|object| tracks["objects"][object]["frames"].clone());
    let pairs = first
        .as_array()
        .unwrap()
        .iter()
        .zip(second.as_array().unwrap());
    assert_eq!(pairs.len(), 8);
    for (first, second) in pairs {
        assert_eq!(first["frame"], second["frame"]);
        assert_eq!(overlap(first, second), 0.0, "frame {}", first["frame"]);
    }
}

#[test]
fn products_in_half_precision_give_nearly_the_same_masks() {
    let folder = demonstration();
    let single = records(folder.path(), "single", &[]);
    let half = records(folder.path(), "half", &["--dtype", "bf16"]);
    assert_ne!(single, half);
    for (single, half) in single.iter().zip(&half) {
        let overlap = overlap(single, half);
        assert!(overlap > 0.9, "frame {}: {overlap}", single["frame"]);
    }
}

#[test]
fn prompts_that_miss_the_clip_are_refused() {
    let folder = demonstration();
    let clip = "demo/clip.mp4";
    for (arguments, part) in [
        (["--point", "900,20"], "outside the frame"),
        (["--point", "20,20@99"], "frame 99 does not exist"),
        (["--box", "30,30,20,40"], "is empty"),
        (["--mask", "missing.png"], "missing.png"),
        (
            ["--not-point", "20,20@3"],
            "object 1 is never pointed at: frame 3",
        ),
        (
            ["--box=1,2,30,40", "--box=5,6,70,80"],
            "more than one box in frame 0",
        ),
        (["--point", "0:20,20"], "object 0 cannot be shown"),
        (["--point", "255:20,20"], "object 255 cannot be shown"),
    ] {
        let arguments = [
            "track",
            clip,
            arguments[0],
            arguments[1],
            "--out",
            "refused",
        ];
        refuses(folder.path(), &arguments, (1, part));
    }
}

#[test]
fn weights_are_converted_and_used() {
    let folder = demonstration();
    let convert = [
        "models",
        "convert",
        "tubelet-nano",
        "nano.safetensors",
        "--names",
        "official",
    ];
    let output = tubelet(folder.path(), &convert);
    assert!(output.status.success(), "{}", stderr(&output));
    let info = tubelet(
        folder.path(),
        &["models", "info", "nano.safetensors", "--json"],
    );
    let info: Value = serde_json::from_str(&stdout(&info)).unwrap();
    assert_eq!(
        (&info["names"], &info["fits"]),
        (&"Official".into(), &true.into())
    );
}
