//! Boxes in space as a detector might report them, made from the truth.
//!
//! In: a clip, rates of mistakes. Out: for each step boxes with scores, in the terms of the nuScenes detection task. They
//! are what a tracker of boxes takes as its input.

use glam::{DVec2, DVec3};
use tubelet_geometry::{OrientedBox, RigidTransform};

use super::actor::DrivingClass;
use super::clip::DrivingClip;
use super::step::DrivingBox;
use crate::error::Result;
use crate::world::dice::Dice;

/// How a detector errs. Errors grow with distance, up to twice their size at its reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectionNoise {
    /// Deviation of the middle along each axis of the ground, in metres.
    pub place: f64,
    /// Deviation of each length, as a share.
    pub size: f64,
    /// Deviation of the heading in radians; one in fifty is turned around.
    pub heading: f64,
    /// Deviation of the velocity along each axis, in metres per second.
    pub velocity: f64,
    /// Share of objects that are missed next to the vehicle.
    pub misses: f64,
    /// Mean number of boxes per step where nothing is.
    pub false_positives: f64,
    /// Distance in metres up to which it sees.
    pub reach: f64,
}

impl Default for DetectionNoise {
    /// About as good as detectors from lidar were in 2021.
    fn default() -> Self {
        Self {
            place: 0.15,
            size: 0.05,
            heading: 0.06,
            velocity: 0.3,
            misses: 0.08,
            false_positives: 4.0,
            reach: 55.0,
        }
    }
}

/// One box as the result file of nuScenes lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticDetection {
    /// Middle of the box in the world, in metres.
    pub translation: [f64; 3],
    /// Width, length and height in metres.
    pub size: [f64; 3],
    /// Unit quaternion `w, x, y, z`.
    pub rotation: [f64; 4],
    /// Metres per second along the world's first two axes.
    pub velocity: [f64; 2],
    /// A class of the detection task.
    pub detection_name: &'static str,
    /// How sure the detector is, `0..=1`.
    pub detection_score: f64,
    /// The object it comes from; `None` where nothing is. For tests, not for trackers.
    pub id: Option<u16>,
}

/// What a detector reports at every step of a clip, in no order that tells identities. The clip's seed and the noise
/// decide everything.
///
/// # Errors
/// Those of [`DrivingClip::boxes`].
pub fn synthetic_detections(
    clip: &DrivingClip,
    noise: &DetectionNoise,
) -> Result<Vec<Vec<SyntheticDetection>>> {
    (0..clip.config().steps)
        .map(|step| {
            let dice = &mut Dice::new(clip.config().seed ^ (step as u64) << 32, 77);
            let world_from_ego = clip.world_from_ego(step)?;
            let mut found: Vec<SyntheticDetection> = clip
                .boxes(step)?
                .iter()
                .filter_map(|truth| noise.report(dice, truth, world_from_ego.translation()))
                .collect();
            found.extend(noise.invent(dice, &world_from_ego));
            // Detectors list what they are sure of first.
            found.sort_by(|one, other| other.detection_score.total_cmp(&one.detection_score));
            Ok(found)
        })
        .collect()
}

impl DetectionNoise {
    /// What becomes of an object; `None` where it is missed.
    fn report(
        &self,
        dice: &mut Dice,
        truth: &DrivingBox,
        ego: DVec3,
    ) -> Option<SyntheticDetection> {
        let OrientedBox { pose, size } = truth.in_world;
        let away = pose.translation().distance(ego) / self.reach.max(1e-3);
        // Drawn for everyone, so that one more object changes nothing for the others.
        let lost = f64::from(dice.unit());
        let mut normal = |deviation: f64| f64::from(dice.normal()) * deviation * (1.0 + away);
        let shift = DVec3::new(
            normal(self.place),
            normal(self.place),
            normal(self.place * 0.4),
        );
        let stretch = DVec3::new(normal(self.size), normal(self.size), normal(self.size));
        let turn = normal(self.heading);
        let drift = DVec2::new(normal(self.velocity), normal(self.velocity));
        let doubt = normal(0.1).abs();
        let turned_around = dice.chance(0.02);
        if away > 1.0 || lost < self.misses * (1.0 + 3.0 * away * away) {
            return None;
        }
        let yaw = pose.yaw()
            + turn
            + if turned_around {
                std::f64::consts::PI
            } else {
                0.0
            };
        let placed = RigidTransform::from_yaw(yaw, pose.translation() + shift).ok()?;
        let size = size * (DVec3::ONE + stretch).max(DVec3::splat(0.3));
        Some(SyntheticDetection {
            translation: placed.translation().to_array(),
            size: [size.y, size.x, size.z],
            rotation: placed.quaternion(),
            velocity: (truth.velocity + drift).to_array(),
            detection_name: truth.class.nu_scenes_name(),
            detection_score: (0.92 - 0.45 * away - doubt).clamp(0.05, 0.99),
            id: Some(truth.id),
        })
    }

    /// Boxes where nothing is, mostly with low scores.
    fn invent(&self, dice: &mut Dice, world_from_ego: &RigidTransform) -> Vec<SyntheticDetection> {
        let count = (f64::from(dice.unit()) * (2.0 * self.false_positives + 1.0)) as usize;
        let typical = |class: DrivingClass| match class {
            DrivingClass::Car | DrivingClass::Van => [1.9, 4.5, 1.6],
            DrivingClass::Truck => [2.5, 7.5, 3.2],
            DrivingClass::Bus => [2.6, 11.0, 3.2],
            DrivingClass::Pedestrian => [0.65, 0.7, 1.75],
            DrivingClass::Bicycle => [0.6, 1.75, 1.7],
            DrivingClass::Motorcycle => [0.75, 1.9, 1.6],
        };
        (0..count)
            .filter_map(|_| {
                let class = DrivingClass::ALL[dice.weighted(&[3.0, 0.5, 1.0, 0.4, 3.0, 1.0, 0.8])];
                let away = self.reach * f64::from(dice.unit()).sqrt();
                let size = typical(class).map(|side: f64| side * f64::from(dice.range(0.8, 1.2)));
                let at = DVec2::from_angle(f64::from(dice.angle())) * away;
                let at = world_from_ego.apply(at.extend(size[2] * 0.5));
                let placed = RigidTransform::from_yaw(f64::from(dice.angle()), at).ok()?;
                let sure = f64::from(dice.unit());
                Some(SyntheticDetection {
                    translation: at.to_array(),
                    size,
                    rotation: placed.quaternion(),
                    velocity: [f64::from(dice.normal()), f64::from(dice.normal())],
                    detection_name: class.nu_scenes_name(),
                    detection_score: 0.05 + 0.5 * sure * sure,
                    id: None,
                })
            })
            .collect()
    }
}
