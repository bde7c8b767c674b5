//! The benchmarks of rigs, on clips whose scores are calculated by hand.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tubelet_datasets::{
    NuScenesWriter, RigAbout, RigClip, RigLabelWriter, RigMaskForm, RigMasks, RigObject,
    RigPicture, RigPictureForm, RigStep, RigSteps, RigTrackedMask, RigTracks, RigView,
};
use tubelet_evaluation::{Missing, Options, Protocol};
use tubelet_geometry::{
    Camera, Distortion, FrameSize, Lens, Mask, PixelRect, Rig, RigidTransform, RunLength,
};
use tubelet_video::Frame;

use crate::judged::{common, figure, judge, near, of_group};

pub(crate) const SIZES: [FrameSize; 2] = [FrameSize::new(40, 30), FrameSize::new(32, 20)];
const CAMERAS: [&str; 2] = ["left", "right"];
const STEPS: usize = 2;

pub(crate) fn square(size: FrameSize, left: usize, width: usize) -> Mask {
    let mut mask = Mask::new(size);
    mask.fill_rect(PixelRect {
        left,
        top: 4,
        right: left + width,
        bottom: 12,
    });
    mask
}

/// Object 1 is seen by both cameras at both times, object 300 by the left one at the first.
fn truth(step: usize, camera: usize) -> Vec<(u64, Mask)> {
    let mut objects = vec![(1, square(SIZES[camera], 2 + step, 8))];
    if step == 0 && camera == 0 {
        objects.push((300, square(SIZES[0], 20, 8)));
    }
    objects
}

/// Object 1 is right, but for the right camera's second picture, where half of it is found. Object 300 is missed, and an
/// object is invented.
fn found(step: usize, camera: usize) -> Vec<(u64, Mask)> {
    if (step, camera) == (1, 1) {
        return vec![(1, square(SIZES[1], 3, 4)), (9, square(SIZES[1], 20, 4))];
    }
    vec![truth(step, camera).swap_remove(0)]
}

pub(crate) fn labels(folder: &Path, objects: impl Fn(usize, usize) -> Vec<(u64, Mask)>) {
    let writer = RigLabelWriter::create(folder, &CAMERAS.map(str::to_owned)).unwrap();
    for step in 0..STEPS {
        for (camera, name) in CAMERAS.into_iter().enumerate() {
            let objects = objects(step, camera);
            let objects = objects.iter().map(|(number, mask)| (*number, mask));
            writer.write((name, step), SIZES[camera], objects).unwrap();
        }
    }
}

/// J of object 1: 1, 1, 1 and 1/2. Its F: 1, 1, 1 and that of 4 by 8 pixels for 8 by 8: the outlines have 24 and 32
/// pixels, of which 19 each lie within a pixel of the other, so that F is 2 × 19 / (24 + 32).
///
/// Object 300 is scored at both times of the left camera: missed, then absent on both sides, which counts as 1.
fn check(truth: &Path, predictions: &Path) {
    let report = judge("rig-generic", truth, predictions, &Options::default()).unwrap();
    let (region, boundary) = (3.5 / 4.0, (3.0 + 38.0 / 56.0) / 4.0);
    near("J", figure(&report, "J"), f64::midpoint(region, 0.5));
    near("cross-view J", figure(&report, "cross-view J"), region);
    near("cross-view F", figure(&report, "cross-view F"), boundary);
    let both = f64::midpoint(region, boundary);
    near("cross-view J&F", figure(&report, "cross-view J&F"), both);
    near("single-view J", figure(&report, "single-view J"), 0.5);
    near("instances", figure(&report, "instances"), 2.0);
    let ids: Vec<&str> = report.samples.iter().map(|it| it.id.as_str()).collect();
    assert!(
        ids[0].ends_with("/1") && ids[1].ends_with("/300"),
        "{ids:?}"
    );
    assert_eq!(report.samples[0].values[3], Some(2.0));
    near("of 300", report.samples[1].values[1].unwrap(), 0.5);
    let frames = (report.samples[0].frames, report.samples[1].frames);
    assert_eq!(frames, (Some(4), Some(2)));
    near("group", of_group(&report, "2 cameras", "J"), region);
    let note = "1 predicted objects that the ground truth does not have are left out.";
    assert_eq!(report.notes, [note]);
    let html = tempfile::NamedTempFile::new().unwrap();
    report.write_html(html.path(), 4).unwrap();
    let page = fs::read_to_string(html.path()).unwrap();
    assert!(page.contains("right/00001, object 1"));
    let report = judge("rig-cross-view", truth, predictions, &Options::default()).unwrap();
    near("J&F", figure(&report, "J&F"), both);
    assert_eq!(report.samples.len(), 1);
    let options = Options {
        rules: Some("predicted-objects".to_owned()),
        ..Options::default()
    };
    let report = judge("rig-generic", truth, predictions, &options).unwrap();
    near("J", figure(&report, "J"), region);
    assert_eq!(report.samples.len(), 1);
    let note = "1 objects without a predicted mask in any picture are left out.";
    assert!(report.notes.iter().any(|known| known == note), "{report:?}");
}

#[test]
fn label_pictures_of_one_clip_and_of_several_score_as_calculated_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, pred) = (folder.path().join("gt"), folder.path().join("pred"));
    labels(&gt.join("clip"), truth);
    labels(&pred.join("clip"), found);
    check(&gt, &pred);
    check(&gt.join("clip"), &pred.join("clip"));
    // A second clip without any fault.
    labels(&gt.join("other"), truth);
    labels(&pred.join("other"), truth);
    let report = judge("rig-cross-view", &gt, &pred, &Options::default()).unwrap();
    near("J", figure(&report, "J"), f64::midpoint(3.5 / 4.0, 1.0));
    fs::remove_dir_all(pred.join("other")).unwrap();
    let error = judge("rig-cross-view", &gt, &pred, &Options::default()).unwrap_err();
    assert!(
        error.to_string().contains("no prediction for clip `other`"),
        "{error}"
    );
    let report = judge("rig-cross-view", &gt, &pred, &common()).unwrap();
    near("J", figure(&report, "J"), 3.5 / 4.0);
}

#[test]
fn tracks_in_one_file_score_as_label_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, pred) = (folder.path().join("gt"), folder.path().join("pred"));
    labels(&gt, truth);
    fs::create_dir_all(&pred).unwrap();
    let cameras = CAMERAS.into_iter().map(str::to_owned).zip(SIZES);
    let mut tracks = RigTracks {
        clip: "clip".into(),
        steps: STEPS,
        cameras: cameras.collect(),
        masks: std::collections::BTreeMap::new(),
    };
    for step in 0..STEPS {
        for camera in 0..2 {
            let masks = found(step, camera).into_iter();
            let masks = masks.map(|(object, mask)| RigTrackedMask {
                object,
                score: 1.0,
                presence: 1.0,
                mask: RunLength::encode(&mask),
            });
            tracks.masks.insert((camera, step), masks.collect());
        }
    }
    tracks.write(pred.join("tracks.json")).unwrap();
    check(&gt, &pred);
}

#[test]
fn a_folder_of_nu_scenes_and_a_segment_of_waymo_are_ground_truth() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let waymo = ["SIDE_LEFT", "FRONT"];
    let gt = root.join("nuscenes");
    let forms = (RigPictureForm::Png, RigMaskForm::RunLengths);
    let mut writer = NuScenesWriter::create(&gt, "v1.0-mini", forms).unwrap();
    writer.write(&mut calibrated(CAMERAS, truth)).unwrap();
    writer.finish().unwrap();
    let pred = root.join("pred");
    labels(&pred.join("clip"), found);
    check(&gt, &pred);
    // Waymo's cameras are in the order of its numbers: the front camera comes first.
    let segment = root.join("segment.tfrecord");
    calibrated(waymo, truth)
        .write_waymo_records(&segment, 90)
        .unwrap();
    let other = root.join("other");
    for (ours, theirs) in CAMERAS.into_iter().zip(waymo) {
        fs::create_dir_all(&other).unwrap();
        fs::rename(pred.join("clip").join(ours), other.join(theirs)).unwrap();
    }
    let report = judge("rig-cross-view", &segment, &other, &Options::default()).unwrap();
    near("J", figure(&report, "J"), 3.5 / 4.0);
}

pub(crate) fn calibrated(
    names: [&str; 2],
    truth: impl Fn(usize, usize) -> Vec<(u64, Mask)>,
) -> RigClip {
    let cameras = names.into_iter().zip(SIZES).map(|(name, size)| {
        let lens = Lens::from_calibration([30.0; 2], [19.5, 14.5], Distortion::None).unwrap();
        let place = RigidTransform::IDENTITY;
        (name.to_owned(), Camera::new(size, lens, place).unwrap())
    });
    let about = RigAbout::calibrated("clip", Rig::new(cameras.collect()).unwrap());
    let steps = (0..STEPS).map(|index| {
        let views = SIZES.into_iter().enumerate().map(|(camera, size)| {
            let objects = truth(index, camera).into_iter();
            let objects = objects.map(|(instance, mask)| RigObject {
                instance,
                is_tracked: true,
                category: "car".into(),
                mask,
            });
            Some(RigView {
                timestamp_micros: index as i64 * 100_000 + 1,
                world_from_ego: Some(RigidTransform::IDENTITY),
                picture: RigPicture::Pixels(Arc::new(Frame::filled(size, [90; 3]))),
                masks: Some(RigMasks::Objects(objects.collect())),
            })
        });
        RigStep {
            index,
            timestamp_micros: index as i64 * 100_000 + 1,
            key_frame: None,
            views: views.collect(),
            boxes: Vec::new(),
        }
    });
    RigClip::new(about, RigSteps(steps.collect()))
}

#[test]
fn missing_pictures_and_other_sizes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, pred) = (folder.path().join("gt"), folder.path().join("pred"));
    labels(&gt, truth);
    labels(&pred, truth);
    let path = pred.join("right/00001.png");
    fs::remove_file(&path).unwrap();
    let score = |missing| {
        let options = Options {
            missing,
            ..Options::default()
        };
        let report = judge("rig-cross-view", &gt, &pred, &options);
        report
            .map(|report| figure(&report, "J"))
            .map_err(|error| error.to_string())
    };
    let error = score(Missing::Refuse).unwrap_err();
    assert!(
        error.contains("no prediction for picture `gt/right/00001`"),
        "{error}"
    );
    near("left out", score(Missing::LeaveOut).unwrap(), 1.0);
    near("zero", score(Missing::Zero).unwrap(), 0.75);
    let writer = RigLabelWriter::create(&pred, &[]).unwrap();
    writer.write(("right", 1), SIZES[0], []).unwrap();
    let error = score(Missing::Refuse).unwrap_err();
    assert!(
        error.contains("is 40×30, the ground truth is 32×20"),
        "{error}"
    );
    let error = writer.write(("right", 1), SIZES[0], [(70_000, &Mask::new(SIZES[0]))]);
    assert!(error.unwrap_err().to_string().contains("1 to 65535"));
    assert!(Protocol::ALL.contains(&Protocol::RigGeneric));
    // Nothing but objects of one camera.
    labels(&gt, |step, camera| {
        if camera == 0 {
            truth(step, 0)
        } else {
            Vec::new()
        }
    });
    labels(&pred, truth);
    assert!(judge("rig-cross-view", &gt, &pred, &Options::default()).is_err());
    assert!(judge("rig-generic", &gt, &pred, &Options::default()).is_ok());
}
