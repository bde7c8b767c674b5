//! Upright boxes, prepared for comparing many of them.
//!
//! In: a place, three lengths and a heading. Out: the footprint's corners, and the smallest box along the world's axes
//! around it ("norm corners" in Fast-Poly).

use glam::{DVec2, DVec3};
use tubelet_geometry::{GeometryError, OrientedBox, RigidTransform};

/// See the module docs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Middle of the box.
    pub center: DVec3,
    /// Length, width and height.
    pub size: DVec3,
    /// Heading in radians.
    pub yaw: f64,
    /// Corners of the footprint, counter-clockwise.
    pub corners: [DVec2; 4],
    /// Smallest coordinates of the footprint.
    pub low: DVec2,
    /// Largest coordinates of the footprint.
    pub high: DVec2,
}

impl Shape {
    pub(crate) fn new(center: DVec3, size: DVec3, yaw: f64) -> Self {
        let ahead = DVec2::from_angle(yaw);
        let (half_length, half_width) = (ahead * (size.x / 2.0), ahead.perp() * (size.y / 2.0));
        let middle = center.truncate();
        let corners = [
            middle + half_length - half_width,
            middle + half_length + half_width,
            middle - half_length + half_width,
            middle - half_length - half_width,
        ];
        let extent = half_length.abs() + half_width.abs();
        Self {
            center,
            size,
            yaw,
            corners,
            low: middle - extent,
            high: middle + extent,
        }
    }

    /// Of a detected box, whose lengths count `factor` times.
    pub(crate) fn of(bounds: &OrientedBox, factor: f64) -> Self {
        let pose = &bounds.pose;
        Self::new(pose.translation(), bounds.size * factor, pose.yaw())
    }

    /// As a box of the interface.
    pub(crate) fn bounds(&self) -> Result<OrientedBox, GeometryError> {
        Ok(OrientedBox {
            pose: RigidTransform::from_yaw(self.yaw, self.center)?,
            size: self.size,
        })
    }

    /// Lowest and highest point.
    pub(crate) fn heights(&self) -> (f64, f64) {
        let half = self.size.z / 2.0;
        (self.center.z - half, self.center.z + half)
    }
}
