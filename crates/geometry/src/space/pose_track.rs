//! Where a vehicle was over time.
//!
//! In: poses with their times. Out: the pose at any time between them, or the gap that prevents it.

use super::rigid::RigidTransform;
use crate::GeometryError;

/// Poses in order of time; see the module docs.
#[derive(Clone, Debug, PartialEq)]
pub struct PoseTrack {
    /// Microseconds, strictly ascending.
    poses: Vec<(i64, RigidTransform)>,
    longest_gap: i64,
}

impl PoseTrack {
    /// A track from times in microseconds and `world_from_ego` motions, in any order. Between two poses farther apart than
    /// `longest_gap`, and farther than that before the first or after the last, there is no pose; within it before the
    /// first or after the last, the nearest one holds. Of poses of the same time the first counts.
    ///
    /// # Errors
    /// [`GeometryError::NoPoses`] where there is none.
    pub fn new(
        mut poses: Vec<(i64, RigidTransform)>,
        longest_gap: i64,
    ) -> Result<Self, GeometryError> {
        if poses.is_empty() {
            return Err(GeometryError::NoPoses);
        }
        poses.sort_by_key(|(time, _)| *time);
        poses.dedup_by_key(|(time, _)| *time);
        Ok(Self { poses, longest_gap })
    }

    /// The `world_from_ego` motion at a time in microseconds.
    ///
    /// # Errors
    /// [`GeometryError::PoseGap`].
    pub fn at(&self, time: i64) -> Result<RigidTransform, GeometryError> {
        let next = self.poses.partition_point(|(known, _)| *known < time);
        let after = self.poses.get(next);
        let before = next.checked_sub(1).and_then(|index| self.poses.get(index));
        let gap = |span: i64| GeometryError::PoseGap {
            time,
            span,
            longest: self.longest_gap,
        };
        match (before, after) {
            (_, Some((known, pose))) if *known == time => Ok(*pose),
            (Some((start, from)), Some((end, to))) => {
                let span = end.saturating_sub(*start);
                if span > self.longest_gap {
                    return Err(gap(span));
                }
                Ok(from.towards(to, (time - start) as f64 / span as f64))
            }
            (Some((known, pose)), None) | (None, Some((known, pose))) => {
                let span = time.saturating_sub(*known).saturating_abs();
                if span > self.longest_gap {
                    return Err(gap(span));
                }
                Ok(*pose)
            }
            (None, None) => Err(GeometryError::NoPoses),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use glam::DVec3;

    fn at(metres: f64) -> RigidTransform {
        RigidTransform::from_yaw(0.0, DVec3::X * metres).unwrap()
    }

    #[test]
    fn between_two_poses_the_vehicle_moves_evenly() {
        let track = PoseTrack::new(vec![(100, at(2.0)), (0, at(0.0))], 200).unwrap();
        assert!((track.at(25).unwrap().translation().x - 0.5).abs() < 1e-12);
        assert_eq!(track.at(100).unwrap(), at(2.0));
        assert_eq!(track.at(150).unwrap(), at(2.0));
        assert_eq!(track.at(-150).unwrap(), at(0.0));
    }

    #[test]
    fn a_gap_is_named() {
        let track = PoseTrack::new(vec![(0, at(0.0)), (1000, at(2.0))], 200).unwrap();
        let error = track.at(500).unwrap_err();
        assert_eq!(
            error,
            GeometryError::PoseGap {
                time: 500,
                span: 1000,
                longest: 200
            }
        );
        assert!(track.at(1201).is_err());
        assert!(PoseTrack::new(Vec::new(), 1).is_err());
    }
}
