//! Where the cameras sit and how they look: the layouts of nuScenes and Waymo, each vehicle a little different.
//!
//! In: a layout, a picture size, random choices. Out: a rig. Lenses are pinholes: nuScenes rectifies its pictures, and
//! the bent lines of Waymo's are left out.

use glam::{DVec2, DVec3};
use tubelet_geometry::{Camera, Distortion, FrameSize, GeometryError, Lens, Rig, RigidTransform};

use super::config::CameraLayout;
use crate::world::dice::Dice;

/// A camera of a real vehicle. The picture is measured in its own width and height, so that any size can be had.
struct Mount {
    name: &'static str,
    /// Metres from the middle of the rear axle on the ground.
    at: [f64; 3],
    /// Degrees to the left of straight ahead.
    yaw: f64,
    /// Focal length over the picture's width.
    focal: f64,
    /// Principal point over width and height.
    center: [f64; 2],
}

const fn mount(
    name: &'static str,
    at: [f64; 3],
    (yaw, focal): (f64, f64),
    center: [f64; 2],
) -> Mount {
    Mount {
        name,
        at,
        yaw,
        focal,
        center,
    }
}

/// From a calibration record of nuScenes.
const NU_SCENES: [Mount; 6] = [
    mount(
        "CAM_FRONT",
        [1.70, 0.016, 1.51],
        (0.3, 0.7915),
        [0.510, 0.546],
    ),
    mount(
        "CAM_FRONT_LEFT",
        [1.52, 0.495, 1.51],
        (55.0, 0.7954),
        [0.517, 0.533],
    ),
    mount(
        "CAM_FRONT_RIGHT",
        [1.55, -0.493, 1.50],
        (-56.4, 0.7880),
        [0.505, 0.550],
    ),
    mount(
        "CAM_BACK",
        [0.03, 0.003, 1.58],
        (-179.5, 0.5058),
        [0.518, 0.535],
    ),
    mount(
        "CAM_BACK_LEFT",
        [1.04, 0.485, 1.59],
        (108.6, 0.7855),
        [0.495, 0.548],
    ),
    mount(
        "CAM_BACK_RIGHT",
        [1.01, -0.481, 1.56],
        (-110.6, 0.7872),
        [0.505, 0.557],
    ),
];

/// From a frame of the Waymo Open Dataset. The vehicle's origin is at the rear axle here, too.
const WAYMO: [Mount; 5] = [
    mount(
        "FRONT",
        [1.54, -0.024, 2.115],
        (-0.2, 1.0648),
        [0.495, 0.495],
    ),
    mount(
        "FRONT_LEFT",
        [1.49, 0.091, 2.115],
        (44.2, 1.0710),
        [0.497, 0.505],
    ),
    mount(
        "FRONT_RIGHT",
        [1.49, -0.095, 2.115],
        (-45.3, 1.0655),
        [0.500, 0.505],
    ),
    mount(
        "SIDE_LEFT",
        [1.43, 0.110, 2.115],
        (90.3, 1.0650),
        [0.500, 0.330],
    ),
    mount(
        "SIDE_RIGHT",
        [1.43, -0.111, 2.115],
        (-90.3, 1.0650),
        [0.500, 0.330],
    ),
];

/// A rig of a layout with pictures of a size, its calibration moved by as much as two vehicles of a fleet differ.
pub(super) fn rig(
    layout: CameraLayout,
    size: FrameSize,
    dice: &mut Dice,
) -> Result<Rig, GeometryError> {
    let mounts: &[Mount] = match layout {
        CameraLayout::NuScenes => &NU_SCENES,
        CameraLayout::Waymo => &WAYMO,
        CameraLayout::Front => &NU_SCENES[..1],
    };
    let cameras = mounts.iter().map(|mount| {
        let name = mount.name.to_owned();
        Ok((name, camera(mount, size, dice)?))
    });
    Rig::new(cameras.collect::<Result<_, GeometryError>>()?)
}

fn camera(mount: &Mount, size: FrameSize, dice: &mut Dice) -> Result<Camera, GeometryError> {
    let mut near = |spread: f32| f64::from(dice.normal() * spread);
    let width = size.width as f64;
    // Pixels are square, whatever the shape of the picture.
    let focal = DVec2::splat(mount.focal * width * (1.0 + near(0.006)));
    let center = DVec2::new(
        (mount.center[0] + near(0.006)) * width,
        (mount.center[1] + near(0.006)) * size.height as f64,
    );
    let lens = Lens::new(focal, center, Distortion::None)?;
    let (sine, cosine) = mount.yaw.to_radians().sin_cos();
    let (ahead, right) = (
        DVec3::new(cosine, sine, 0.0),
        DVec3::new(sine, -cosine, 0.0),
    );
    let at = DVec3::from_array(mount.at) + DVec3::new(near(0.02), near(0.02), near(0.02));
    let straight = RigidTransform::from_axes([right, ahead.cross(right), ahead], at)?;
    let tilt = [1.0, near(0.004), near(0.006), near(0.003)];
    let tilt = RigidTransform::from_quaternion(tilt, [0.0; 3])?;
    Camera::new(size, lens, straight * tilt)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn each_camera_of_the_ring_overlaps_its_two_neighbours() {
        let size = FrameSize::new(256, 144);
        let rig = rig(CameraLayout::NuScenes, size, &mut Dice::new(3, 0)).unwrap();
        let pairs = rig.neighbours(2.0, 40.0);
        assert_eq!(pairs.len(), 6, "{pairs:?}");
        assert_eq!(rig.names()[1], "CAM_FRONT_LEFT");
        // To the left of the vehicle, at the height of the camera.
        assert!(rig.cameras()[1].sees(DVec3::new(12.0, 15.0, 1.5)).is_some());
        assert!(rig.cameras()[3].sees(DVec3::new(-10.0, 0.0, 0.5)).is_some());
    }

    #[test]
    fn five_cameras_look_ahead_and_aside_and_pictures_of_one_pixel_can_be_had() {
        let mut dice = Dice::new(3, 0);
        let rig = rig(CameraLayout::Waymo, FrameSize::new(1, 1), &mut dice).unwrap();
        assert_eq!(rig.cameras().len(), 5);
        assert!(rig.cameras()[4].sees(DVec3::new(1.4, -9.0, 2.0)).is_some());
        assert!(
            rig.cameras()
                .iter()
                .all(|camera| camera.sees(DVec3::new(-9.0, 0.0, 2.0)).is_none())
        );
    }
}
