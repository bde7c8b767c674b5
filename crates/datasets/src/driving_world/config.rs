//! What kind of drives the three-dimensional world yields.

use tubelet_geometry::FrameSize;

use crate::error::{DatasetError, Result};

/// Which cameras the vehicle carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CameraLayout {
    /// The six of nuScenes: a ring with overlapping neighbours, 65 degrees wide each, 89 the one that looks back.
    #[default]
    NuScenes,
    /// The five of the Waymo Open Dataset: ahead, to both corners and to both sides; none looks back.
    Waymo,
    /// The front camera of nuScenes alone.
    Front,
}

/// Settings of a [`DrivingClip`](super::clip::DrivingClip). One seed and the same settings give the same bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct DrivingWorldConfig {
    /// Decides everything that the other fields leave open.
    pub seed: u64,
    /// Which cameras there are.
    pub cameras: CameraLayout,
    /// Width and height of every camera's pictures, 1 to 8192 pixels on a side.
    pub size: FrameSize,
    /// Number of moments, 1 to 10,000. Streets are furnished for some two minutes of driving; later they are bare.
    pub steps: usize,
    /// Moments per second, 0.1 to 1000; nuScenes notes two, Waymo ten.
    pub rate: f64,
    /// Most objects with an identity: vehicles and people, 0 to 1000. Those for whom there is no room are left out; of the
    /// others, most are in sight of some camera at any time.
    pub objects: usize,
    /// Share of the objects that have the shape, and nearly the paint, of an earlier one, `0..=1`.
    pub lookalikes: f32,
    /// From 0 (clear day, steady drive straight on, clean pictures) to 1 (turns, dusk, fog, cameras that disagree in
    /// exposure, noise, blur, compression).
    pub difficulty: f32,
    /// From 0 (every surface has one colour) to 1 (surfaces have textures as in nature).
    pub texture: f32,
}

impl Default for DrivingWorldConfig {
    /// Eight steps at two a second from six cameras of 256×144, at full difficulty: what a tracker is trained on.
    fn default() -> Self {
        Self {
            seed: 0,
            cameras: CameraLayout::NuScenes,
            size: FrameSize::new(256, 144),
            steps: 8,
            rate: 2.0,
            objects: 18,
            lookalikes: 0.35,
            difficulty: 1.0,
            texture: 1.0,
        }
    }
}

impl DrivingWorldConfig {
    /// Seconds from the first step to the last.
    pub(super) fn duration(&self) -> f64 {
        self.steps.saturating_sub(1) as f64 / self.rate
    }

    /// The same with shares inside `0..=1`.
    ///
    /// # Errors
    /// [`DatasetError::DrivingWorld`] names the first setting that cannot be drawn.
    pub(super) fn checked(self) -> Result<Self> {
        let FrameSize { width, height } = self.size;
        let sides = 1..=8192;
        let refusals = [
            (
                sides.contains(&width) && sides.contains(&height),
                "size",
                "sides of 1 to 8192 pixels",
                self.size.to_string(),
            ),
            (
                (1..=10_000).contains(&self.steps),
                "steps",
                "1 to 10000",
                self.steps.to_string(),
            ),
            (
                (0.1..=1000.0).contains(&self.rate),
                "rate",
                "0.1 to 1000 steps per second",
                self.rate.to_string(),
            ),
            (
                self.objects <= 1000,
                "objects",
                "0 to 1000",
                self.objects.to_string(),
            ),
        ];
        for (holds, setting, expected, found) in refusals {
            if !holds {
                return Err(DatasetError::DrivingWorld {
                    setting,
                    expected,
                    found,
                });
            }
        }
        // A share that is no number counts as none.
        let share = |value: f32| {
            if value.is_nan() {
                0.0
            } else {
                value.clamp(0.0, 1.0)
            }
        };
        Ok(Self {
            lookalikes: share(self.lookalikes),
            difficulty: share(self.difficulty),
            texture: share(self.texture),
            ..self
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_is_refused_by_name() {
        let refused = |config: DrivingWorldConfig| config.checked().unwrap_err().to_string();
        let config = DrivingWorldConfig::default;
        let size = FrameSize::new(0, 4);
        assert!(refused(DrivingWorldConfig { size, ..config() }).contains("size"));
        assert!(
            refused(DrivingWorldConfig {
                steps: 0,
                ..config()
            })
            .contains("steps")
        );
        let rate = f64::NAN;
        assert!(refused(DrivingWorldConfig { rate, ..config() }).contains("rate"));
        let objects = 1001;
        assert!(
            refused(DrivingWorldConfig {
                objects,
                ..config()
            })
            .contains("1001")
        );
        let difficulty = f32::NAN;
        let texture = 7.0;
        let clamped = DrivingWorldConfig {
            difficulty,
            texture,
            ..config()
        };
        let clamped = clamped.checked().unwrap();
        assert_eq!((clamped.difficulty, clamped.texture), (0.0, 1.0));
    }
}
