//! Rigs of several cameras: descriptions, motions, masks, results, and the two releases of Waymo as clips.
//!
//! The files beside the damaged one are whole.

use std::fs;
use std::path::Path;

use tubelet_datasets::{NuScenes, RigClip, RigTracks, WaymoComponents};

use super::messages::waymo_record;
use super::pictures::picture;
use super::repair;
use super::tables::put_tables;
use super::target::{Case, Target, put};
use crate::shared::stored;

/// Steps that are read of a clip, however many it claims to have.
const MOST: usize = 12;

const DESCRIPTION: &str = "name = \"street\"
[sync]
follow = \"front\"
tolerance_ms = 30.0
[poses]
rows = [[5000000, 0, 0, 0, 1, 0, 0, 0], [6000000, 9, 0, 0, 1, 0, 0, 0]]
longest_gap_ms = 1000.0
gaps = \"refuse\"
[[camera]]
name = \"front\"
video = \"front\"
start = 5000000
fps = 10.0
masks = \"masks\"
[camera.calibration]
size = [18, 10]
focal = [9, 9.5]
center = [8.5, 4.5]
distortion = {model = \"brown-conrady\", terms = [0.01, 0, 0, 0, 0]}
position = [1.5, 0.0, 1.6]
rotation = [0.5, -0.5, 0.5, -0.5]
[[camera]]
name = \"side\"
video = \"front\"
times = [5000000, 5110000]
[camera.calibration]
size = [9, 5]
focal = [9, 9]
center = [4, 2]
distortion = {model = \"kannala-brandt\", terms = [0.01, 0, 0, 0]}
ego_from_camera = [0, 0, 1, 1.5, -1, 0, 0, 0, 0, -1, 0, 1.6, 0, 0, 0, 1]
";

/// A description that reads motion and times from other files.
const REFERRING: &str = "[poses]
file = \"poses.csv\"
gaps = \"absent\"
[[camera]]
name = \"front\"
video = \"front\"
times = \"times.txt\"
";

pub(super) const CASES: &[Case] = &[
    ("rig.toml", DESCRIPTION, described),
    (
        "poses.csv",
        "timestamp,x,y,z,qw,qx,qy,qz\n5000000,0,0,0,1,0,0,0\n6000000,10,0,0,1,0,0,0\n",
        |path| {
            put(&path.with_file_name("rig.toml"), REFERRING.as_bytes());
            put(&path.with_file_name("times.txt"), b"5000000\n5110000\n");
            described(path)
        },
    ),
    ("times.txt", "5000000\n5110000\n", |path| {
        put(&path.with_file_name("rig.toml"), REFERRING.as_bytes());
        let poses = b"timestamp,x,y,z,qw,qx,qy,qz\n5000000,0,0,0,1,0,0,0\n";
        put(&path.with_file_name("poses.csv"), poses);
        described(path)
    }),
    (
        "poses.json",
        r#"[{"token": "e", "timestamp": 5000000, "rotation": [1, 0, 0, 0], "translation": [0, 0, 0]}, {"timestamp": 5110000, "rotation": [1, 0, 0, 0], "translation": [1, 0, 0]}]"#,
        |path| {
            let text = REFERRING.replace("poses.csv", "poses.json");
            put(&path.with_file_name("rig.toml"), text.as_bytes());
            put(&path.with_file_name("times.txt"), b"5000000\n5110000\n");
            described(path)
        },
    ),
    (
        "tracks.json",
        r#"{"format": "tubelet-tracks", "version": 1, "rig": {"clip": "rig.toml", "steps": 4, "cameras": [{"name": "A", "width": 3, "height": 2}]}, "objects": [{"id": 1, "frames": [{"camera": "A", "frame": 0, "score": 0.9, "presence": 0.9, "mask": {"size": [2, 3], "counts": "123"}}]}]}"#,
        |path| RigTracks::read(path).is_ok(),
    ),
    (
        "nu/masks/d.json",
        r#"[{"instance_token": "i", "category": "vehicle.car", "mask": {"size": [4, 6], "counts": [3, 2, 19]}}]"#,
        annotated,
    ),
    (
        "nu/masks/other/d.json",
        r#"{"panoptic": "d.png", "divisor": 1000, "instances": {"0": "i", "2": "i"}}"#,
        annotated,
    ),
    ("nu/masks/instances.json", r#"{"i": 17, "j": 3}"#, annotated),
];

pub(super) fn targets() -> Vec<Target> {
    let labels = picture(png::ColorType::Grayscale, png::BitDepth::Sixteen);
    let target =
        |file, seed: Vec<u8>, read: fn(&Path) -> bool| Target::new("rigs", file, vec![seed], read);
    let component = |name: &str| fs::read(stored(&component_file(name))).unwrap();
    vec![
        target("labels/CAM/00000.png", labels.clone(), |path| {
            let folder = path.ancestors().nth(2).unwrap();
            RigClip::from_label_pictures(folder).is_ok_and(decodes)
        })
        .repaired(repair::png),
        target("drive.tfrecord", waymo_record(&labels), |path| {
            RigClip::from_waymo_records(path).is_ok_and(decodes)
        })
        .repaired(repair::record),
        target(
            "v2/camera_image/1.parquet",
            component("camera_image"),
            with_components,
        )
        .of("rigs/components"),
        target(
            "v2/camera_calibration/1.parquet",
            component("camera_calibration"),
            with_components,
        )
        .of("rigs/components"),
    ]
}

fn component_file(name: &str) -> String {
    format!("waymo_v2/{name}/1_0_1.parquet")
}

/// Whether the masks of a clip can be decoded.
fn decodes(mut clip: RigClip) -> bool {
    let mut steps = clip.steps().take(MOST);
    steps.all(|step| {
        step.is_ok_and(|step| {
            let masks = step
                .views
                .iter()
                .flatten()
                .filter_map(|it| it.masks.as_ref());
            masks
                .map(|it| it.decode().is_ok())
                .fold(true, |all, it| all & it)
        })
    })
}

/// Two pictures, a mask, and the description in their folder.
fn described(path: &Path) -> bool {
    let folder = path.parent().unwrap();
    let frame = picture(png::ColorType::Rgb, png::BitDepth::Eight);
    put(&folder.join("front/0.png"), &frame);
    put(&folder.join("front/1.png"), &frame);
    let labels = picture(png::ColorType::Grayscale, png::BitDepth::Sixteen);
    put(&folder.join("masks/00001.png"), &labels);
    RigClip::from_description(folder).is_ok_and(decodes)
}

/// A scene of nuScenes with the annotation folder in which the damaged file lies.
fn annotated(path: &Path) -> bool {
    let folder = path.parent().unwrap();
    let root = path.ancestors().find(|it| it.ends_with("nu")).unwrap();
    put_tables(root);
    let labels = picture(png::ColorType::Grayscale, png::BitDepth::Sixteen);
    put(&folder.join("d.png"), &labels);
    if path.ends_with("instances.json") {
        let empty = br#"[{"instance_token": "i", "mask": {"size": [1, 1], "counts": [1]}}]"#;
        put(&folder.join("d.json"), empty);
    }
    let set = NuScenes::open(root, "v1.0-mini").unwrap();
    let scene = set.scenes().first().unwrap();
    RigClip::from_nu_scene(scene, Some(folder)).is_ok_and(decodes)
}

/// A segment of Waymo's second release of which one component is damaged.
fn with_components(path: &Path) -> bool {
    let root = path.ancestors().nth(2).unwrap();
    for name in ["camera_image", "camera_calibration", "camera_segmentation"] {
        let place = root.join(name).join("1.parquet");
        if place != path && !place.is_file() {
            put(&place, &fs::read(stored(&component_file(name))).unwrap());
        }
    }
    let set = WaymoComponents::open(root).unwrap();
    RigClip::from_waymo_components(&set, "1").is_ok_and(decodes)
}
