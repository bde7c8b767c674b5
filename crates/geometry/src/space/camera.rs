//! Cameras: a lens, a picture size, and a place on a vehicle.
//!
//! In: points in metres. Out: pixels, and rays back. The camera's frame has `x` to the right, `y` down and `z` ahead; the
//! ego frame is the vehicle's, in both data sets `x` ahead, `y` to the left and `z` up.

use glam::{DVec2, DVec3};

use super::{lens::Lens, rigid::RigidTransform};
use crate::{FrameSize, GeometryError, Point};

/// Nearest depth, in metres, at which a point counts as in front of the camera.
const NEAREST: f64 = 1e-3;

/// See the module docs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Width and height of its pictures.
    pub size: FrameSize,
    /// How directions become pixels.
    pub lens: Lens,
    /// From the camera's frame to the vehicle's.
    pub ego_from_camera: RigidTransform,
}

impl Camera {
    /// A camera.
    ///
    /// # Errors
    /// [`GeometryError::EmptyPicture`] where the picture has no pixels.
    pub fn new(
        size: FrameSize,
        lens: Lens,
        ego_from_camera: RigidTransform,
    ) -> Result<Self, GeometryError> {
        if size.pixel_count() == 0 {
            return Err(GeometryError::EmptyPicture { size });
        }
        Ok(Self {
            size,
            lens,
            ego_from_camera,
        })
    }

    /// The pixel of a point in the camera's frame, inside the picture or not; `None` behind the camera.
    pub fn project(&self, in_camera: DVec3) -> Option<DVec2> {
        if in_camera.z < NEAREST {
            return None;
        }
        self.lens.pixel(in_camera.truncate() / in_camera.z)
    }

    /// The pixel in the picture that shows a point of the vehicle's frame, and its depth in metres; `None` where the
    /// camera does not see it.
    pub fn sees(&self, in_ego: DVec3) -> Option<(Point, f64)> {
        let in_camera = self.ego_from_camera.inverse().apply(in_ego);
        let pixel = self.project(in_camera)?;
        self.shows(pixel)
            .then(|| (Point::new(pixel.x as f32, pixel.y as f32), in_camera.z))
    }

    /// Whether a pixel lies in the picture.
    pub fn shows(&self, pixel: DVec2) -> bool {
        let FrameSize { width, height } = self.size;
        (0.0..width as f64).contains(&pixel.x) && (0.0..height as f64).contains(&pixel.y)
    }

    /// The direction that a pixel shows, in the camera's frame, with `z = 1`: times a depth it is a point. `None` where
    /// the lens shows nothing.
    pub fn ray(&self, pixel: DVec2) -> Option<DVec3> {
        self.lens
            .on_plane(pixel)
            .map(|on_plane| on_plane.extend(1.0))
    }

    /// The same camera with pictures of another size.
    ///
    /// # Errors
    /// [`GeometryError::EmptyPicture`] where that size has no pixels.
    pub fn resized(&self, size: FrameSize) -> Result<Self, GeometryError> {
        let scale = DVec2::new(
            size.width as f64 / self.size.width as f64,
            size.height as f64 / self.size.height as f64,
        );
        Self::new(size, self.lens.scaled(scale), self.ego_from_camera)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::Distortion;

    fn front() -> Camera {
        let lens = Lens::from_calibration([1000.0; 2], [799.5, 449.5], Distortion::None).unwrap();
        // Looks ahead: the camera's z is the vehicle's x.
        let axes = [-DVec3::Y, -DVec3::Z, DVec3::X];
        let place = RigidTransform::from_axes(axes, DVec3::new(1.5, 0.0, 1.5)).unwrap();
        Camera::new(FrameSize::new(1600, 900), lens, place).unwrap()
    }

    #[test]
    fn what_is_ahead_is_seen_in_the_middle_and_what_is_behind_is_not() {
        let camera = front();
        let (pixel, depth) = camera.sees(DVec3::new(11.5, 0.0, 1.5)).unwrap();
        assert_eq!((pixel, depth), (Point::new(800.0, 450.0), 10.0));
        // A metre to the left at ten metres, and a metre down.
        let (pixel, _) = camera.sees(DVec3::new(11.5, 1.0, 0.5)).unwrap();
        assert_eq!(pixel, Point::new(700.0, 550.0));
        assert!(camera.sees(DVec3::new(-10.0, 0.0, 1.5)).is_none());
        assert!(camera.sees(DVec3::new(11.5, 9.0, 1.5)).is_none());
    }

    #[test]
    fn a_ray_times_its_depth_is_the_point() {
        let camera = front();
        let point = DVec3::new(25.0, -4.0, 0.3);
        let (pixel, depth) = camera.sees(point).unwrap();
        let ray = camera
            .ray(DVec2::new(f64::from(pixel.x), f64::from(pixel.y)))
            .unwrap();
        let again = camera.ego_from_camera.apply(ray * depth);
        assert!(again.distance(point) < 1e-3, "{again}");
    }

    #[test]
    fn a_smaller_picture_shows_the_same() {
        let small = front().resized(FrameSize::new(400, 225)).unwrap();
        let (pixel, _) = small.sees(DVec3::new(11.5, 1.0, 0.5)).unwrap();
        assert_eq!(pixel, Point::new(175.0, 137.5));
        assert!(front().resized(FrameSize::new(0, 3)).is_err());
    }
}
