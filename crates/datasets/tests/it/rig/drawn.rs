//! A small clip in memory, and what makes two clips equal.

use std::sync::Arc;

use glam::DVec3;
use tubelet_datasets::{
    RigAbout, RigBox, RigClip, RigMasks, RigObject, RigPicture, RigStep, RigSteps, RigView,
};
use tubelet_geometry::{
    Camera, Distortion, FrameSize, Lens, Mask, OrientedBox, Rig, RigidTransform,
};
use tubelet_video::Frame;

pub(crate) const SIZES: [FrameSize; 2] = [FrameSize::new(48, 32), FrameSize::new(32, 16)];
pub(crate) const STEPS: usize = 3;

/// A camera on the vehicle that looks to the left of ahead by an angle.
pub(crate) fn camera(size: FrameSize, degrees: f64, distortion: Distortion) -> Camera {
    let focal = size.width as f64 * 0.8;
    let center = [
        size.width as f64 / 2.0 - 0.5,
        size.height as f64 / 2.0 - 0.5,
    ];
    let lens = Lens::from_calibration([focal; 2], center, distortion).unwrap();
    let ahead =
        RigidTransform::from_axes([-DVec3::Y, -DVec3::Z, DVec3::X], DVec3::new(1.5, 0.1, 1.6));
    let turned = RigidTransform::from_yaw(degrees.to_radians(), DVec3::ZERO).unwrap();
    Camera::new(size, lens, turned * ahead.unwrap()).unwrap()
}

fn moved(step: usize) -> RigidTransform {
    let metres = step as f64;
    RigidTransform::from_yaw(0.1 * metres, DVec3::new(600.0 + metres, 1600.0, 0.5)).unwrap()
}

fn object(instance: u64, category: &str, size: FrameSize, left: usize) -> RigObject {
    let mut mask = Mask::new(size);
    for x in left..left + 4 {
        mask.set(x, 5, true);
        mask.set(x, 6, true);
    }
    RigObject {
        instance,
        is_tracked: true,
        category: category.to_owned(),
        mask,
    }
}

fn picture(size: FrameSize, step: usize) -> RigPicture {
    let pixels = (0..size.pixel_count() * 3).map(|at| (at / 9 + step * 40) as u8);
    RigPicture::Pixels(Arc::new(Frame::new(size, pixels.collect()).unwrap()))
}

/// Two cameras and three steps. The second camera drops out at step 1, and step 2 is annotated in the first camera only,
/// without an object. Object 3 is seen by both cameras.
pub(crate) fn clip(name: &str, distortion: Distortion) -> RigClip {
    let cameras = [("CAM_FRONT", 0.0), ("CAM_FRONT_LEFT", 50.0)];
    let cameras = cameras.into_iter().zip(SIZES);
    let cameras = cameras.map(|((name, degrees), size)| {
        let camera = camera(size, degrees, distortion);
        (name.to_owned(), camera)
    });
    let about = RigAbout::calibrated(name, Rig::new(cameras.collect()).unwrap());
    let steps = (0..STEPS).map(|step| {
        let views = SIZES.into_iter().enumerate().map(|(camera, size)| {
            let objects = match (step, camera) {
                (2, 0) => Some(Vec::new()),
                (2, _) => None,
                (_, 0) => Some(vec![
                    object(3, "car", size, step),
                    object(70_000, "pedestrian", size, 20),
                ]),
                _ => Some(vec![object(3, "car", size, 10)]),
            };
            (step != 1 || camera == 0).then(|| RigView {
                timestamp_micros: 1_500_000_000_000_000
                    + step as i64 * 500_000
                    + camera as i64 * 7001,
                world_from_ego: Some(moved(step)),
                picture: picture(size, step),
                masks: objects.map(|objects| RigMasks::Objects(objects.into())),
            })
        });
        RigStep {
            index: step,
            timestamp_micros: 1_500_000_000_000_000 + step as i64 * 500_000,
            key_frame: None,
            views: views.collect(),
            boxes: vec![RigBox {
                instance: 3,
                category: "car".to_owned(),
                world_box: OrientedBox {
                    pose: moved(step),
                    size: DVec3::new(4.5, 1.9, 1.6),
                },
            }],
        }
    });
    RigClip::new(about, RigSteps(steps.collect()))
}

/// How many counts a value of a pixel may be off.
#[derive(Clone, Copy)]
pub(crate) enum Loss {
    None,
    Jpeg,
}

pub(crate) fn assert_same_motion(one: &RigidTransform, other: &RigidTransform) {
    let pairs = one.rows().into_iter().zip(other.rows());
    pairs.for_each(|(one, other)| assert!((one - other).abs() < 1e-9, "{one} {other}"));
}

/// Compares everything but names of cameras and boxes.
pub(crate) fn assert_same(found: &mut RigClip, expected: &mut RigClip, loss: Loss) {
    assert_eq!(found.name(), expected.name());
    assert_eq!(found.step_count(), expected.step_count());
    let (rig, true_rig) = (
        found.rig().unwrap().clone(),
        expected.rig().unwrap().clone(),
    );
    for (camera, expected) in rig.cameras().iter().zip(true_rig.cameras()) {
        assert_eq!(camera.size, expected.size);
        assert!(camera.lens.focal().distance(expected.lens.focal()) < 1e-9);
        assert!(camera.lens.center().distance(expected.lens.center()) < 1e-9);
        assert_same_motion(&camera.ego_from_camera, &expected.ego_from_camera);
    }
    for index in 0..expected.step_count() {
        let (step, true_step) = (found.step(index).unwrap(), expected.step(index).unwrap());
        assert_eq!(step.index, index);
        assert_eq!(step.timestamp_micros, true_step.timestamp_micros);
        assert_eq!(step.views.len(), true_step.views.len());
        for (view, expected) in step.views.iter().zip(&true_step.views) {
            let (Some(view), Some(expected)) = (view, expected) else {
                assert_eq!(view.is_some(), expected.is_some(), "step {index}");
                continue;
            };
            assert_eq!(view.timestamp_micros, expected.timestamp_micros);
            assert_same_motion(
                &view.world_from_ego.unwrap(),
                &expected.world_from_ego.unwrap(),
            );
            let decoded = |view: &RigView| view.masks.as_ref().map(|it| it.decode().unwrap());
            assert_eq!(decoded(view), decoded(expected), "step {index}");
            let (one, other) = (
                view.picture.decode().unwrap(),
                expected.picture.decode().unwrap(),
            );
            assert_eq!(one.size, other.size);
            let allowed = match loss {
                Loss::None => 0,
                Loss::Jpeg => 40,
            };
            let pairs = one.pixels.iter().zip(&other.pixels);
            assert!(
                pairs
                    .into_iter()
                    .all(|(one, other)| one.abs_diff(*other) <= allowed)
            );
        }
    }
}
