//! Waymo's calibration in this project's terms, and back.
//!
//! In: numbers of either release. Out: cameras. Waymo's camera frame has `x` ahead, `y` to the left and `z` up; here `x` is
//! to the right, `y` down and `z` ahead. The vehicle's frame is the same. A rolling shutter is taken for a picture at one
//! time, that of its pose.

use glam::DVec3;
use tubelet_geometry::{Camera, Distortion, GeometryError, Lens, Rig, RigidTransform};

use crate::driving::waymo::camera::{WaymoCalibration, WaymoCamera, WaymoTransform};

/// This project's camera frame as Waymo's sees it.
fn waymo_from_camera() -> Result<RigidTransform, GeometryError> {
    RigidTransform::from_axes([-DVec3::Y, -DVec3::Z, DVec3::X], DVec3::ZERO)
}

/// A camera from its calibration; the message says what is wrong with it.
pub(super) fn camera(calibration: &WaymoCalibration) -> Result<Camera, GeometryError> {
    let [f_u, f_v, c_u, c_v, k1, k2, p1, p2, k3] = calibration.intrinsic;
    let distortion = Distortion::BrownConrady {
        radial: [k1, k2, k3],
        tangential: [p1, p2],
    };
    let lens = Lens::from_calibration([f_u, f_v], [c_u, c_v], distortion)?;
    let vehicle_from_waymo = RigidTransform::from_rows(&calibration.vehicle_from_camera)?;
    Camera::new(
        calibration.size,
        lens,
        vehicle_from_waymo * waymo_from_camera()?,
    )
}

/// A rig from calibrations, in the order of Waymo's numbers; the message names the camera.
pub(super) fn rig(calibrations: &[WaymoCalibration]) -> Result<Rig, String> {
    let mut sorted: Vec<&WaymoCalibration> = calibrations.iter().collect();
    sorted.sort_by_key(|it| it.camera);
    let cameras = sorted.into_iter().map(|calibration| {
        let name = calibration.camera.name();
        let camera = camera(calibration).map_err(|error| format!("camera {name}: {error}"))?;
        Ok((name.to_owned(), camera))
    });
    let cameras = cameras.collect::<Result<_, String>>()?;
    Rig::new(cameras).map_err(|error| error.to_string())
}

/// The calibration of a camera; `None` where its lens is of a kind that Waymo does not have.
pub(super) fn calibration(name: WaymoCamera, camera: &Camera) -> Option<WaymoCalibration> {
    let ([k1, k2, k3], [p1, p2]) = match camera.lens.distortion() {
        Distortion::None => ([0.0; 3], [0.0; 2]),
        Distortion::BrownConrady { radial, tangential } => (radial, tangential),
        Distortion::KannalaBrandt(_) => return None,
    };
    let focal = camera.lens.focal();
    let center = camera.lens.center() - 0.5;
    let waymo_from_camera = waymo_from_camera().ok()?;
    let vehicle_from_waymo = camera.ego_from_camera * waymo_from_camera.inverse();
    Some(WaymoCalibration {
        camera: name,
        intrinsic: [focal.x, focal.y, center.x, center.y, k1, k2, p1, p2, k3],
        vehicle_from_camera: vehicle_from_waymo.rows(),
        size: camera.size,
    })
}

/// Waymo's camera for a name: its own, or nuScenes' with `CAM_` before and `BACK` for `REAR`.
pub(super) fn named(name: &str) -> Option<WaymoCamera> {
    let plain = name.strip_prefix("CAM_").unwrap_or(name);
    WaymoCamera::from_name(&plain.to_uppercase().replace("BACK", "REAR"))
}

/// A motion from a release's numbers.
pub(super) fn motion(rows: Option<&WaymoTransform>) -> Result<Option<RigidTransform>, String> {
    let motion = rows.map(RigidTransform::from_rows).transpose();
    motion.map_err(|error| format!("a pose: {error}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use tubelet_geometry::FrameSize;

    use super::*;

    fn front() -> WaymoCalibration {
        let mut rows = RigidTransform::IDENTITY.rows();
        (rows[3], rows[11]) = (1.5, 2.0);
        WaymoCalibration {
            camera: WaymoCamera::Front,
            intrinsic: [
                2000.0, 2000.0, 959.5, 639.5, 0.04, -0.3, 0.001, -0.002, 0.01,
            ],
            vehicle_from_camera: rows,
            size: FrameSize::new(1920, 1280),
        }
    }

    #[test]
    fn a_camera_that_waymo_mounts_without_a_turn_looks_ahead() {
        let camera = camera(&front()).unwrap();
        let (pixel, depth) = camera.sees(DVec3::new(21.5, 0.0, 2.0)).unwrap();
        assert_eq!((pixel.x, pixel.y, depth), (960.0, 640.0, 20.0));
        // To the left of the vehicle is to the left in the picture, and below is below.
        let (pixel, _) = camera.sees(DVec3::new(21.5, 1.0, 1.0)).unwrap();
        assert!(pixel.x < 960.0 && pixel.y > 640.0, "{pixel:?}");
    }

    #[test]
    fn a_calibration_comes_back() {
        let again = calibration(WaymoCamera::Front, &camera(&front()).unwrap()).unwrap();
        assert_eq!(again.intrinsic, front().intrinsic);
        let pairs = again
            .vehicle_from_camera
            .iter()
            .zip(front().vehicle_from_camera);
        pairs.for_each(|(one, other)| assert!((one - other).abs() < 1e-12));
        let mut mirrored = front();
        mirrored.vehicle_from_camera[0] = -1.0;
        let refused = rig(&[mirrored]).unwrap_err();
        assert!(refused.contains("camera FRONT") && refused.contains("mirrors"));
        assert!(
            rig(&[front(), front()])
                .unwrap_err()
                .contains("two cameras")
        );
    }

    #[test]
    fn cameras_of_nu_scenes_have_counterparts() {
        assert_eq!(named("CAM_BACK_LEFT"), Some(WaymoCamera::RearLeft));
        assert_eq!(named("front"), Some(WaymoCamera::Front));
        assert_eq!(named("roof"), None);
    }
}
