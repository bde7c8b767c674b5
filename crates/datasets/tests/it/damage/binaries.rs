//! HDF5, MATLAB, pickles, TFRecords and Parquet.

use std::fs;
use std::path::Path;

use tubelet_datasets::{
    A2dFrame, CocoReference, MaskDictionary, PuppetMasks, WaymoComponents, WaymoRecords,
};
use tubelet_geometry::FrameSize;
use tubelet_video::{Frame, OpenOptions, VideoSource, VideoWriter, WriteOptions};

use super::messages::waymo_record;
use super::pictures::picture;
use super::repair;
use super::target::Target;
use crate::shared::{shared_file, stored};

const REAL_RECORD: &str = "mmdet3d/tests/data/waymo/waymo_format/validation/val.tfrecord";

const REAL_POSES: &str =
    "v2/testdata/dataset/vehicle_pose/10023947602400723454_1120_000_1140_000.parquet";

pub(super) fn targets() -> Vec<Target> {
    let files = |names: &[&str]| {
        names
            .iter()
            .map(|name| fs::read(stored(name)).unwrap())
            .collect()
    };
    let labels = picture(png::ColorType::Grayscale, png::BitDepth::Sixteen);
    let mut records = vec![waymo_record(&labels)];
    records.extend(shared_file("waymo", REAL_RECORD).map(|path| fs::read(path).unwrap()));
    let mut targets = vec![
        Target::new(
            "binaries",
            "a2d.h5",
            files(&["a2d_one_actor.h5", "a2d_two_actors.h5"]),
            |path| A2dFrame::read(path).is_ok(),
        ),
        Target::new(
            "binaries",
            "puppet.mat",
            files(&["puppet_mask.mat", "puppet_mask_v6.mat"]),
            |path| {
                let Ok(masks) = PuppetMasks::read(path) else {
                    return false;
                };
                masks.mask(0).is_some() && masks.mask(usize::MAX).is_none()
            },
        ),
        Target::new(
            "binaries",
            "refs(unc).p",
            files(&[
                "refs_protocol_0.p",
                "refs_protocol_2.p",
                "refs_protocol_4.p",
            ]),
            |path| CocoReference::read_all(path).is_ok(),
        ),
        Target::new(
            "binaries",
            "mask_dict.pkl",
            files(&["mask_dict_protocol_3.pkl", "mask_dict_protocol_5.pkl"]),
            |path| {
                let masks = MaskDictionary::open(path);
                masks.is_ok_and(|masks| (0..3).filter(|key| masks.masks(*key).is_ok()).count() == 3)
            },
        ),
        Target::new(
            "binaries",
            "damaged.tfrecord",
            records.clone(),
            read_records,
        ),
        Target::new("binaries", "mended.tfrecord", records, read_records).repaired(repair::record),
    ];
    targets.push(Target::new("binaries", "clip.mp4", vec![clip()], read_clip));
    for (file, stored) in [
        (
            "camera_segmentation/1.parquet",
            "waymo_v2/camera_segmentation/1_0_1.parquet",
        ),
        (
            "camera_image/1.parquet",
            "waymo_v2/camera_image/1_0_1.parquet",
        ),
        (
            "camera_calibration/1.parquet",
            "waymo_v2/camera_calibration/1_0_1.parquet",
        ),
    ] {
        targets.push(Target::new(
            "binaries",
            file,
            files(&[stored]),
            read_component,
        ));
    }
    if let Some(poses) = shared_file("waymo", REAL_POSES) {
        targets.push(Target::new(
            "binaries",
            "vehicle_pose/1.parquet",
            vec![fs::read(poses).unwrap()],
            read_component,
        ));
    }
    targets
}

/// A short clip as it is written by this workspace.
fn clip() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    let size = FrameSize::new(32, 32);
    let mut writer = VideoWriter::create(&path, size, WriteOptions::default()).unwrap();
    for index in 0..4 {
        let pixels = (0..size.pixel_count() * 3).map(|it| (it * 5 + index * 40) as u8);
        let frame = Frame {
            seconds: index as f64 / 25.0,
            ..Frame::new(size, pixels.collect()).unwrap()
        };
        writer.write(&frame).unwrap();
    }
    writer.finish().unwrap();
    fs::read(path).unwrap()
}

fn read_clip(path: &Path) -> bool {
    const MOST: usize = 8;
    let options = OpenOptions {
        allow_ffmpeg: false,
        ..OpenOptions::default()
    };
    let Ok(mut source) = VideoSource::open_with(path, options) else {
        return false;
    };
    for _ in 0..MOST {
        match source.next_frame() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
    true
}

fn read_records(path: &Path) -> bool {
    let mut records = WaymoRecords::open(path).unwrap();
    let Ok(Some(frame)) = records.next_frame() else {
        return false;
    };
    let mut decoded = frame.segmentations.iter().map(|it| &it.segmentation);
    decoded.all(|it| {
        let covered = it.cameras_covered().is_ok();
        it.decode().is_ok_and(|it| it.objects().len() < 1 << 16) && covered
    })
}

fn read_component(path: &Path) -> bool {
    const MOST: usize = 99;
    let folder = path.parent().unwrap();
    let Ok(set) = WaymoComponents::open(folder.parent().unwrap()) else {
        return false;
    };
    let good = match folder.file_name().unwrap().to_str().unwrap() {
        "camera_segmentation" => set.segmentations("1").map(|rows| {
            let mut rows = rows.take(MOST);
            rows.all(|row| row.is_ok_and(|row| row.content.decode().is_ok()))
        }),
        "camera_image" => set.images("1").map(|rows| {
            let mut rows = rows.take(MOST);
            rows.all(|row| row.is_ok_and(|row| row.content.decode().is_ok()))
        }),
        "vehicle_pose" => set
            .vehicle_poses("1")
            .map(|rows| rows.take(MOST).all(|row| row.is_ok())),
        _ => set
            .calibrations("1")
            .map(|rows| rows.take(MOST).all(|row| row.is_ok())),
    };
    good.unwrap_or(false)
}
