//! One camera at one moment, prepared for drawing.
//!
//! In: a camera on a vehicle somewhere. Out: places in the camera's frame, pixels, directions. Lenses are pinholes here.

use glam::{DMat3, DVec3, Mat3, Vec2, Vec3};
use tubelet_geometry::{Camera, RigidTransform};

/// Nearest depth in metres that is drawn.
pub(super) const NEAREST: f32 = 0.15;
/// Farthest distance in metres at which things are drawn.
pub(super) const FARTHEST: f32 = 220.0;

/// See the module docs.
#[derive(Clone, Debug)]
pub(super) struct View {
    camera_from_world: DMat3,
    pub(super) eye: DVec3,
    pub(super) focal: Vec2,
    pub(super) center: Vec2,
    pub(super) size: [usize; 2],
    /// The camera's axes in the world: to the right, down, ahead.
    pub(super) axes: [Vec3; 3],
}

/// A motion into the camera's frame: a turn, then a shift.
#[derive(Clone, Copy, Debug)]
pub(super) struct MotionIntoCamera {
    pub(super) turn: Mat3,
    pub(super) shift: Vec3,
}

impl View {
    pub(super) fn new(camera: &Camera, world_from_ego: &RigidTransform) -> Self {
        let world_from_camera = *world_from_ego * camera.ego_from_camera;
        let axes = [DVec3::X, DVec3::Y, DVec3::Z].map(|axis| world_from_camera.rotate(axis));
        let (focal, center) = (camera.lens.focal(), camera.lens.center());
        Self {
            camera_from_world: DMat3::from_cols(axes[0], axes[1], axes[2]).transpose(),
            eye: world_from_camera.translation(),
            focal: focal.as_vec2(),
            center: center.as_vec2(),
            size: [camera.size.width, camera.size.height],
            axes: axes.map(DVec3::as_vec3),
        }
    }

    /// The motion from a frame in the world into the camera's.
    pub(super) fn motion_from(&self, world_from_frame: &RigidTransform) -> MotionIntoCamera {
        let axes = [DVec3::X, DVec3::Y, DVec3::Z]
            .map(|axis| (self.camera_from_world * world_from_frame.rotate(axis)).as_vec3());
        let shift = self.camera_from_world * (world_from_frame.translation() - self.eye);
        MotionIntoCamera {
            turn: Mat3::from_cols(axes[0], axes[1], axes[2]),
            shift: shift.as_vec3(),
        }
    }

    /// A direction of the world in the camera's frame.
    pub(super) fn direction(&self, in_world: Vec3) -> Vec3 {
        (self.camera_from_world * in_world.as_dvec3()).as_vec3()
    }

    /// The direction that a pixel shows, in the world, one metre deep.
    #[inline]
    pub(super) fn ray(&self, x: f32, y: f32) -> Vec3 {
        let [right, down, ahead] = self.axes;
        right * ((x - self.center.x) / self.focal.x)
            + down * ((y - self.center.y) / self.focal.y)
            + ahead
    }

    /// The pixel of a point in the camera's frame that lies ahead.
    #[inline]
    pub(super) fn pixel(&self, point: Vec3) -> Vec2 {
        point.truncate() / point.z * self.focal + self.center
    }

    /// Whether a ball may be seen.
    pub(super) fn may_see(&self, middle: Vec3, radius: f32) -> bool {
        if middle.z < -radius || middle.z > FARTHEST + radius {
            return false;
        }
        let size = Vec2::new(self.size[0] as f32, self.size[1] as f32);
        let low = -self.center / self.focal;
        let high = (size - self.center) / self.focal;
        // The four sides of what is seen pass through the eye; one is crossed by `position` per metre of depth.
        let inside = |position: f32, border: f32, outward: f32| {
            (position - border * middle.z) * outward <= radius * (1.0 + border * border).sqrt()
        };
        inside(middle.x, low.x, -1.0)
            && inside(middle.x, high.x, 1.0)
            && inside(middle.y, low.y, -1.0)
            && inside(middle.y, high.y, 1.0)
    }

    /// A plane of pixels `a x + b y + c` whose value is the product of a vector with the direction that a pixel shows in
    /// the camera's frame.
    pub(super) fn plane(&self, vector: Vec3) -> [f32; 3] {
        let slope = vector.truncate() / self.focal;
        [slope.x, slope.y, vector.z - slope.dot(self.center)]
    }
}

/// What of a convex outline in the camera's frame lies at least [`NEAREST`] ahead; returns the number of corners.
pub(super) fn cut_near(outline: &[Vec3], cut: &mut [Vec3; 8]) -> usize {
    let mut count = 0;
    let mut keep = |point: Vec3| {
        if count < cut.len() {
            cut[count] = point;
            count += 1;
        }
    };
    for (index, &here) in outline.iter().enumerate() {
        let next = outline[(index + 1) % outline.len()];
        if here.z >= NEAREST {
            keep(here);
        }
        if (here.z >= NEAREST) != (next.z >= NEAREST) {
            // From the nearer end, so that two faces with this edge cut it at the same place.
            let (near, far) = if here.z < next.z {
                (here, next)
            } else {
                (next, here)
            };
            let share = (NEAREST - near.z) / (far.z - near.z);
            keep((near + (far - near) * share).with_z(NEAREST));
        }
    }
    count
}
