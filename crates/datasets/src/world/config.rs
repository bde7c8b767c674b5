//! What kind of clips a world yields.

use tubelet_geometry::FrameSize;

/// Settings of a [`World`](super::scene::World).
#[derive(Clone, Debug, PartialEq)]
pub struct WorldConfig {
    /// Width and height of the frames in pixels, at least 16 each.
    pub size: FrameSize,
    /// Number of frames of a clip.
    pub frames: usize,
    /// Most objects with an identity in one clip, 1 to 32.
    pub objects: usize,
    /// From 0 (one slow, contrasting object) to 1 (look-alikes, camouflage, occlusion, fast cameras, worn pictures).
    pub difficulty: f32,
    /// From 0 (every surface has one colour) to 1 (surfaces have textures as in nature).
    pub texture: f32,
    /// Least share of the frame that every object covers in the first frame.
    pub least_area: f32,
    /// Frames per second, for times and for writing video.
    pub frames_per_second: f64,
}

impl WorldConfig {
    /// Square clips of eight frames at full difficulty: what a tracker is trained on.
    pub fn training(side: usize) -> Self {
        Self {
            size: FrameSize::new(side, side),
            frames: 8,
            objects: 4,
            difficulty: 1.0,
            texture: 1.0,
            least_area: 0.004,
            frames_per_second: 24.0,
        }
    }

    /// Single pictures, for training without time.
    pub fn still(side: usize) -> Self {
        Self {
            frames: 1,
            ..Self::training(side)
        }
    }

    /// A longer clip in the format of ordinary video.
    pub fn video(size: FrameSize, frames: usize) -> Self {
        Self {
            size,
            frames,
            ..Self::training(16)
        }
    }

    /// The same with another difficulty, clamped to `0..=1`.
    pub fn with_difficulty(self, difficulty: f32) -> Self {
        Self {
            difficulty: difficulty.clamp(0.0, 1.0),
            ..self
        }
    }
}
