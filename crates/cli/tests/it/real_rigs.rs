//! Real rigs through the program: five cameras of Waymo, six of nuScenes with and without calibration.

use std::{
    fmt::Write,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use tubelet_datasets::{NuScenes, RigTracks};
use tubelet_geometry::{FrameSize, Mask, PixelRect};
use tubelet_video::LabelMap;

use crate::{
    program::{stderr, tubelet},
    shared::{shared, shared_file},
};

/// What is tracked, how much of it there is, and in which camera something is pointed at.
struct Drive {
    rig: PathBuf,
    steps: usize,
    camera: &'static str,
    cameras: usize,
    asked: Asked,
}

/// What is said in the first picture.
enum Asked {
    Click(usize, usize),
    /// A mask for pictures of a size.
    Mask(FrameSize),
}

impl Asked {
    /// The arguments that say it.
    fn in_folder(&self, folder: &Path) -> [String; 2] {
        match *self {
            Self::Click(x, y) => ["--point".to_owned(), format!("{x},{y}")],
            Self::Mask(size) => {
                let mut labels = LabelMap::new(size);
                labels.paint(&middle(size), 1).unwrap();
                labels.write_png(folder.join("mask.png")).unwrap();
                ["--mask", "mask.png"].map(str::to_owned)
            }
        }
    }

    /// Whether a mask is an answer to it.
    fn is_answered_by(&self, found: &Mask) -> bool {
        match *self {
            Self::Click(x, y) => found.get(x, y),
            Self::Mask(size) => found.iou(&middle(size)) > 0.9,
        }
    }
}

/// A rectangle below the middle of a picture.
fn middle(size: FrameSize) -> Mask {
    let mut mask = Mask::new(size);
    mask.fill_rect(PixelRect {
        left: size.width / 3,
        top: size.height / 2,
        right: size.width / 2,
        bottom: size.height * 3 / 4,
    });
    mask
}

/// Tracks with the model for rigs, and looks at all that is written.
fn is_tracked(folder: &Path, drive: &Drive) {
    let rig = drive.rig.to_str().unwrap();
    let said = drive.asked.in_folder(folder);
    let arguments = [
        "track",
        rig,
        "--camera",
        drive.camera,
        &said[0],
        &said[1],
        "--out",
        "out",
    ];
    let output = tubelet(folder, &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let out = folder.join("out");
    assert!(out.join("mosaic.mp4").metadata().unwrap().len() > 1000);
    let tracks = RigTracks::read(out.join("tracks.json")).unwrap();
    assert_eq!(tracks.steps, drive.steps);
    assert_eq!(tracks.cameras.len(), drive.cameras);
    let names: Vec<&str> = tracks
        .cameras
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let prompted = names.iter().position(|name| *name == drive.camera).unwrap();
    let [found] = &tracks.masks[&(prompted, 0)][..] else {
        panic!("one object was pointed at");
    };
    let mask = found.mask.decode();
    assert!(
        drive.asked.is_answered_by(&mask),
        "what was pointed at is what is marked"
    );
    let masks = fs::read_dir(out.join("masks")).unwrap();
    for camera in masks {
        let pictures = fs::read_dir(camera.unwrap().path()).unwrap().count();
        assert_eq!(pictures, drive.steps);
    }
}

#[test]
fn five_real_cameras_of_waymo_are_tracked() {
    let Some(rig) = shared_file("waymo", "utils/testdata/pvps_data_one_frame.tfrecord") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let drive = Drive {
        rig,
        steps: 1,
        camera: "FRONT",
        cameras: 5,
        asked: Asked::Click(960, 900),
    };
    is_tracked(folder.path(), &drive);
}

#[test]
fn six_real_cameras_of_nu_scenes_are_tracked() {
    let Some(root) = shared("nuscenes") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let rig = folder.path().join("scene");
    fs::create_dir(&rig).unwrap();
    symlink(root.join("v1.0-test"), rig.join("v1.0-test")).unwrap();
    // The pictures lie elsewhere in the same collection.
    let pictures = root.join("mmdet3d/demo/data/nuscenes");
    for scene in NuScenes::open(&rig, "v1.0-test").unwrap().scenes() {
        for picture in &scene.samples[0].cameras {
            fs::create_dir_all(picture.path.parent().unwrap()).unwrap();
            let name = picture.path.file_name().unwrap();
            symlink(pictures.join(name), &picture.path).unwrap();
        }
    }
    let drive = Drive {
        rig,
        steps: 1,
        camera: "CAM_FRONT",
        cameras: 6,
        asked: Asked::Mask(FrameSize::new(1600, 900)),
    };
    is_tracked(folder.path(), &drive);
}

#[test]
fn six_real_cameras_without_calibration_are_tracked_through_time() {
    let Some(root) = shared("drivelm_nuscenes") else {
        return;
    };
    let samples = root.join("llama_adapter_v2_multimodal7b/data/nuscenes/samples");
    let cameras = fs::read_dir(&samples).unwrap();
    let mut cameras: Vec<PathBuf> = cameras.map(|entry| entry.unwrap().path()).collect();
    cameras.sort();
    let mut text = "[sync]\nfollow = \"CAM_FRONT\"\n".to_owned();
    for camera in &cameras {
        let names = fs::read_dir(camera).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        // Names end in the time at which the picture was taken.
        let times = names.map(|name| {
            let stem = name.strip_suffix(".jpg").unwrap();
            stem.rsplit("__").next().unwrap().parse::<i64>().unwrap()
        });
        let mut times: Vec<i64> = times.collect();
        times.sort_unstable();
        let name = camera.file_name().unwrap().to_str().unwrap();
        let video = camera.display();
        writeln!(
            text,
            "[[camera]]\nname = \"{name}\"\nvideo = \"{video}\"\ntimes = {times:?}"
        )
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let rig = folder.path().join("rig.toml");
    fs::write(&rig, text).unwrap();
    let drive = Drive {
        rig,
        steps: 4,
        camera: "CAM_FRONT",
        cameras: cameras.len(),
        asked: Asked::Mask(FrameSize::new(1600, 900)),
    };
    is_tracked(folder.path(), &drive);
}
