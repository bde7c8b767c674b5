//! Where the tokens of a camera's feature map may lie in space: frustum lifting.
//!
//! In: a calibrated camera, depths, poses. Out: points in the vehicle's frame at the base time, as plain numbers
//! (*MST-SAM*, equations 1 and 2). Knows no tensor.

use glam::{DVec2, DVec3};
use tubelet_geometry::{Camera, RigidTransform};

/// Depths that a token is lifted to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DepthRange {
    /// How many.
    pub count: usize,
    /// Nearest, in metres.
    pub near: f64,
    /// Farthest, in metres; points are divided by it, so that coordinates are about one.
    pub far: f64,
}

impl Default for DepthRange {
    fn default() -> Self {
        Self {
            count: 16,
            near: 1.0,
            far: 60.0,
        }
    }
}

impl DepthRange {
    /// The depths in metres: their distances grow evenly.
    pub fn depths(&self) -> impl Iterator<Item = f64> + Clone {
        let Self { count, near, far } = *self;
        let last = (count.saturating_sub(1) * count).max(1) as f64;
        (0..count).map(move |index| near + (far - near) * (index * (index + 1)) as f64 / last)
    }
}

/// The directions that a camera's tokens look in, in the vehicle's frame.
#[derive(Clone, Debug)]
pub struct RayGrid {
    origin: DVec3,
    /// Row by row, one metre deep.
    directions: Vec<DVec3>,
}

impl RayGrid {
    /// Rays through the centres of a square grid of tokens over the whole picture, `grid` on each side. Where the lens
    /// shows nothing, the ray is that of a lens without distortion.
    pub fn new(camera: &Camera, grid: usize) -> Self {
        let side = grid as f64;
        let (width, height) = (camera.size.width as f64, camera.size.height as f64);
        let directions = (0..grid * grid)
            .map(|token| {
                let (row, column) = (token / grid, token % grid);
                let pixel = DVec2::new(
                    (column as f64 + 0.5) / side * width,
                    (row as f64 + 0.5) / side * height,
                );
                let straight =
                    || ((pixel - camera.lens.center()) / camera.lens.focal()).extend(1.0);
                let ray = camera.ray(pixel).unwrap_or_else(straight);
                camera.ego_from_camera.rotate(ray)
            })
            .collect();
        Self {
            origin: camera.ego_from_camera.translation(),
            directions,
        }
    }

    /// Points of every token at every depth after a motion, and the depth itself, all divided by the farthest depth:
    /// `[tokens, depths, 4]`. `base_from_source` takes the vehicle's frame when the picture was taken to its frame now.
    pub fn lift(&self, depths: &DepthRange, base_from_source: &RigidTransform) -> Vec<f32> {
        let origin = base_from_source.apply(self.origin);
        let scale = 1.0 / depths.far;
        self.directions
            .iter()
            .flat_map(|direction| {
                let direction = base_from_source.rotate(*direction);
                depths.depths().flat_map(move |depth| {
                    let point = (origin + direction * depth) * scale;
                    [point.x, point.y, point.z, depth * scale].map(|value| value as f32)
                })
            })
            .collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use tubelet_geometry::{Distortion, FrameSize, Lens};

    fn front() -> Camera {
        let lens = Lens::from_calibration([100.0; 2], [99.5, 49.5], Distortion::None).unwrap();
        let axes = [-DVec3::Y, -DVec3::Z, DVec3::X];
        let place = RigidTransform::from_axes(axes, DVec3::new(2.0, 0.0, 1.0)).unwrap();
        Camera::new(FrameSize::new(200, 100), lens, place).unwrap()
    }

    #[test]
    fn depths_grow_evenly_apart() {
        let depths: Vec<f64> = DepthRange::default().depths().collect();
        assert_eq!((depths[0], depths[15], depths.len()), (1.0, 60.0, 16));
        let steps: Vec<f64> = depths.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let growth = steps[1] - steps[0];
        assert!(
            steps
                .windows(2)
                .all(|pair| (pair[1] - pair[0] - growth).abs() < 1e-9)
        );
    }

    #[test]
    fn a_lifted_token_projects_back_to_its_place() {
        let camera = front();
        let depths = DepthRange::default();
        let grid = RayGrid::new(&camera, 4);
        // The vehicle has driven three metres ahead and turned since.
        let moved = RigidTransform::from_yaw(0.3, DVec3::new(3.0, -1.0, 0.0)).unwrap();
        let base_from_source = moved.inverse();
        let lifted = grid.lift(&depths, &base_from_source);
        assert_eq!(lifted.len(), 16 * 16 * 4);
        for (index, point) in lifted.chunks_exact(4).enumerate() {
            let token = index / 16;
            let metres = DVec3::new(point[0].into(), point[1].into(), point[2].into()) * 60.0;
            let at_source = moved.apply(metres);
            let (pixel, depth) = camera.sees(at_source).unwrap();
            let expected = (
                (token % 4) as f32 * 50.0 + 25.0,
                (token / 4) as f32 * 25.0 + 12.5,
            );
            assert!((pixel.x - expected.0).abs() < 1e-2 && (pixel.y - expected.1).abs() < 1e-2);
            assert!((depth / 60.0 - f64::from(point[3])).abs() < 1e-5);
        }
    }
}
