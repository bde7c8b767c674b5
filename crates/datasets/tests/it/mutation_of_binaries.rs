//! Damage to pictures, HDF5, MATLAB, pickles, TFRecords and Parquet.

use std::fs;
use std::path::Path;

use tubelet_datasets::{
    A2dFrame, Annotation, CocoReference, DeepLabels, LabelEncoding, MotsSequence, PuppetMasks,
    WaymoComponents, WaymoRecords,
};
use tubelet_geometry::FrameSize;
use tubelet_video::LabelMap;

use crate::mutation::survives;
use crate::shared::{shared_file, stored};

const COPIES: usize = 3000;

fn bytes_of(name: &str) -> Vec<u8> {
    fs::read(stored(name)).unwrap()
}

#[test]
fn damaged_label_pictures_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    let labels = (0..40).map(|it| it % 3).collect();
    let map = LabelMap::from_labels(FrameSize::new(8, 5), labels).unwrap();
    map.write_png(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    survives("a.png", &whole, COPIES, |path| {
        Annotation::read(path, LabelEncoding::ObjectsAndVoid).is_ok()
    });
}

#[test]
fn damaged_pictures_of_sixteen_bits_do_no_harm() {
    let mut whole = Vec::new();
    let mut encoder = png::Encoder::new(&mut whole, 4, 2);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[7; 16]).unwrap();
    writer.finish().unwrap();
    survives("a.png", &whole, COPIES, |path| {
        let objects = MotsSequence::read_picture(path).is_ok();
        DeepLabels::read(path).is_ok() && objects
    });
}

#[test]
fn damaged_frames_of_a2d_do_no_harm() {
    for name in ["a2d_one_actor.h5", "a2d_two_actors.h5"] {
        survives(name, &bytes_of(name), COPIES, |path| {
            A2dFrame::read(path).is_ok()
        });
    }
}

#[test]
fn damaged_puppet_masks_do_no_harm() {
    let read = |path: &Path| {
        let Ok(masks) = PuppetMasks::read(path) else {
            return false;
        };
        masks.mask(0).is_some() && masks.mask(usize::MAX).is_none()
    };
    survives("a.mat", &bytes_of("puppet_mask.mat"), COPIES, read);
    // The tail, which is nothing but pixels, is cut so that the damage hits what is read.
    survives("a.mat", &bytes_of("puppet_mask_v6.mat"), COPIES, read);
}

#[test]
fn damaged_pickles_do_no_harm() {
    for protocol in [0, 2, 4] {
        let whole = bytes_of(&format!("refs_protocol_{protocol}.p"));
        survives("refs(unc).p", &whole, COPIES, |path| {
            CocoReference::read_all(path).is_ok()
        });
    }
}

#[test]
fn damaged_records_do_no_harm() {
    let Some(path) = shared_file(
        "waymo",
        "mmdet3d/tests/data/waymo/waymo_format/validation/val.tfrecord",
    ) else {
        return;
    };
    survives("a.tfrecord", &fs::read(path).unwrap(), COPIES, |path| {
        let frame = WaymoRecords::open(path).unwrap().next_frame();
        frame.is_ok_and(|frame| frame.is_some())
    });
}

#[test]
fn damaged_components_do_no_harm() {
    let read = |path: &Path| {
        let root = path.parent().unwrap().parent().unwrap();
        let Ok(set) = WaymoComponents::open(root) else {
            return false;
        };
        let good = match path
            .parent()
            .unwrap()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
        {
            "camera_segmentation" => set.segmentations("1").map(|rows| {
                rows.take(99)
                    .all(|row| row.is_ok_and(|row| row.content.decode().is_ok()))
            }),
            "camera_image" => set.images("1").map(|rows| {
                rows.take(99)
                    .all(|row| row.is_ok_and(|row| row.content.decode().is_ok()))
            }),
            _ => set
                .calibrations("1")
                .map(|rows| rows.take(99).all(|row| row.is_ok())),
        };
        good.unwrap_or(false)
    };
    for component in ["camera_segmentation", "camera_image", "camera_calibration"] {
        let whole = bytes_of(&format!("waymo_v2/{component}/1_0_1.parquet"));
        survives(&format!("{component}/1.parquet"), &whole, 1000, read);
    }
}
