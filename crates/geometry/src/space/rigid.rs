//! Rigid motions: a rotation, then a translation in metres.
//!
//! In: quaternions or matrices from calibration files, checked. Out: motions that compose and invert. A motion is named
//! after its two frames, target first, so that a chain reads from the right and neighbours match:
//! `world_from_ego * ego_from_camera`.

use std::ops::Mul;

use glam::{DMat3, DQuat, DVec3};

use crate::GeometryError;

/// How far the rows of a rotation matrix may be from orthonormal. Calibration files round to about six digits.
const ROTATION_TOLERANCE: f64 = 1e-3;
/// Shortest quaternion that still has a direction.
const SHORTEST_QUATERNION: f64 = 1e-6;

/// See the module docs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RigidTransform {
    rotation: DQuat,
    translation: DVec3,
}

impl RigidTransform {
    /// No motion.
    pub const IDENTITY: Self = Self {
        rotation: DQuat::IDENTITY,
        translation: DVec3::ZERO,
    };

    /// A motion from a quaternion `w, x, y, z`, which need not have unit length, and a translation in metres.
    ///
    /// # Errors
    /// [`GeometryError::NotRigid`] where the quaternion is zero or a number is not finite.
    pub fn from_quaternion(
        [w, x, y, z]: [f64; 4],
        translation: [f64; 3],
    ) -> Result<Self, GeometryError> {
        let rotation = DQuat::from_xyzw(x, y, z, w);
        let translation = DVec3::from_array(translation);
        if !rotation.is_finite() || rotation.length() < SHORTEST_QUATERNION {
            return Err(GeometryError::NotRigid {
                reason: "the quaternion has no direction",
            });
        }
        Self::checked(rotation.normalize(), translation)
    }

    /// A motion from a 4 by 4 matrix, row after row.
    ///
    /// # Errors
    /// [`GeometryError::NotRigid`] where a number is not finite, the last row is not `0 0 0 1`, or the other rows do not
    /// rotate: they scale, shear or mirror.
    pub fn from_rows(rows: &[f64; 16]) -> Result<Self, GeometryError> {
        let refuse = |reason| Err(GeometryError::NotRigid { reason });
        if !rows.iter().all(|value| value.is_finite()) {
            return refuse("a number is not finite");
        }
        let [a, b, c, x, d, e, f, y, g, h, i, z, last @ ..] = *rows;
        if last != [0.0, 0.0, 0.0, 1.0] {
            return refuse("the last row is not 0 0 0 1");
        }
        let matrix = DMat3::from_cols_array(&[a, d, g, b, e, h, c, f, i]);
        let product = matrix * matrix.transpose();
        if !product.abs_diff_eq(DMat3::IDENTITY, ROTATION_TOLERANCE) {
            return refuse("the matrix scales or shears");
        }
        if matrix.determinant() < 0.0 {
            return refuse("the matrix mirrors");
        }
        let rotation = DQuat::from_mat3(&matrix).normalize();
        Self::checked(rotation, DVec3::new(x, y, z))
    }

    /// A motion from the three axes of a frame as another frame sees them, and its origin there.
    ///
    /// # Errors
    /// [`GeometryError::NotRigid`] where the axes are not orthonormal and right-handed.
    pub fn from_axes(axes: [DVec3; 3], origin: DVec3) -> Result<Self, GeometryError> {
        let [x, y, z] = axes;
        Self::from_rows(&[
            x.x, y.x, z.x, origin.x, x.y, y.y, z.y, origin.y, x.z, y.z, z.z, origin.z, 0.0, 0.0,
            0.0, 1.0,
        ])
    }

    /// A turn around the third axis by an angle in radians, and a translation.
    ///
    /// # Errors
    /// [`GeometryError::NotRigid`] where a number is not finite.
    pub fn from_yaw(yaw: f64, translation: DVec3) -> Result<Self, GeometryError> {
        Self::checked(DQuat::from_rotation_z(yaw), translation)
    }

    fn checked(rotation: DQuat, translation: DVec3) -> Result<Self, GeometryError> {
        if rotation.is_finite() && translation.is_finite() {
            Ok(Self {
                rotation,
                translation,
            })
        } else {
            Err(GeometryError::NotRigid {
                reason: "a number is not finite",
            })
        }
    }

    /// The 4 by 4 matrix, row after row.
    pub fn rows(&self) -> [f64; 16] {
        let [x, y, z] = DMat3::from_quat(self.rotation).to_cols_array_2d();
        let t = self.translation;
        [
            x[0], y[0], z[0], t.x, x[1], y[1], z[1], t.y, x[2], y[2], z[2], t.z, 0.0, 0.0, 0.0, 1.0,
        ]
    }

    /// The rotation as a unit quaternion `w, x, y, z`.
    pub fn quaternion(&self) -> [f64; 4] {
        let DQuat { x, y, z, w } = self.rotation;
        [w, x, y, z]
    }

    /// Where the origin goes, in metres.
    pub fn translation(&self) -> DVec3 {
        self.translation
    }

    /// Angle of the turn around the third axis, in radians: the heading of something that stands upright.
    pub fn yaw(&self) -> f64 {
        let ahead = self.rotation * DVec3::X;
        ahead.y.atan2(ahead.x)
    }

    /// Moves a point.
    pub fn apply(&self, point: DVec3) -> DVec3 {
        self.rotation * point + self.translation
    }

    /// Turns a direction.
    pub fn rotate(&self, direction: DVec3) -> DVec3 {
        self.rotation * direction
    }

    /// The way back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let rotation = self.rotation.conjugate();
        Self {
            rotation,
            translation: -(rotation * self.translation),
        }
    }

    /// The motion a share of the way to another, 0 being this one: translations in a straight line, rotations along the
    /// shortest arc.
    #[must_use]
    pub fn towards(&self, other: &Self, share: f64) -> Self {
        Self {
            rotation: self.rotation.slerp(other.rotation, share),
            translation: self.translation.lerp(other.translation, share),
        }
    }
}

/// The motion on the right first, then the one on the left.
impl Mul for RigidTransform {
    type Output = Self;

    fn mul(self, first: Self) -> Self {
        Self {
            rotation: (self.rotation * first.rotation).normalize(),
            translation: self.apply(first.translation),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn turned() -> RigidTransform {
        RigidTransform::from_quaternion([0.5, 0.5, -0.5, 0.5], [1.0, 2.0, 3.0]).unwrap()
    }

    #[test]
    fn a_motion_and_its_inverse_cancel() {
        let there_and_back = turned().inverse() * turned();
        let point = DVec3::new(4.0, -5.0, 6.0);
        assert!(there_and_back.apply(point).abs_diff_eq(point, 1e-12));
        assert!(
            (turned() * turned())
                .apply(point)
                .abs_diff_eq(turned().apply(turned().apply(point)), 1e-12)
        );
    }

    #[test]
    fn matrices_and_quaternions_say_the_same() {
        let rows = turned().rows();
        let again = RigidTransform::from_rows(&rows).unwrap();
        let point = DVec3::new(0.3, 0.2, 0.1);
        assert!(again.apply(point).abs_diff_eq(turned().apply(point), 1e-12));
        let axes = [DVec3::X, DVec3::Y, DVec3::Z].map(|axis| turned().rotate(axis));
        let from_axes = RigidTransform::from_axes(axes, turned().translation()).unwrap();
        assert!(
            from_axes
                .apply(point)
                .abs_diff_eq(turned().apply(point), 1e-12)
        );
    }

    #[test]
    fn half_of_a_right_angle_is_half_a_right_angle() {
        let right_angle = RigidTransform::from_yaw(std::f64::consts::FRAC_PI_2, DVec3::X).unwrap();
        let half = RigidTransform::IDENTITY.towards(&right_angle, 0.5);
        assert!((half.yaw() - std::f64::consts::FRAC_PI_4).abs() < 1e-12);
        assert!(half.translation().abs_diff_eq(DVec3::X * 0.5, 1e-12));
    }

    #[test]
    fn what_does_not_rotate_is_refused_with_the_reason() {
        let mut scaled = RigidTransform::IDENTITY.rows();
        scaled[0] = 2.0;
        let mut mirrored = RigidTransform::IDENTITY.rows();
        mirrored[0] = -1.0;
        let mut projective = RigidTransform::IDENTITY.rows();
        projective[12] = 1.0;
        let mut unknown = RigidTransform::IDENTITY.rows();
        unknown[3] = f64::NAN;
        let reasons = [scaled, mirrored, projective, unknown]
            .map(|rows| RigidTransform::from_rows(&rows).unwrap_err().to_string());
        assert!(reasons[0].contains("scales"), "{}", reasons[0]);
        assert!(reasons[1].contains("mirrors"), "{}", reasons[1]);
        assert!(reasons[2].contains("last row"), "{}", reasons[2]);
        assert!(reasons[3].contains("finite"), "{}", reasons[3]);
        assert!(RigidTransform::from_quaternion([0.0; 4], [0.0; 3]).is_err());
    }
}
