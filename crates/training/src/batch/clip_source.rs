//! Clips of the procedural world, each from its number.
//!
//! In: a stage of the recipe and a number. Out: a rendered clip, the same whenever it is asked for.

use rand::Rng;
use tubelet_datasets::{World, WorldConfig};

use super::clip::{LabelledClip, LabelledFrame};
use crate::{
    TrainingError,
    randomness::{Purpose, Randomness},
};

/// Objects with an identity in a world, at least; more than a stage asks for leave a choice.
const LEAST_OBJECTS: usize = 4;

/// Which clip of the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ClipRequest {
    /// Whether it is trained on or held out.
    pub(crate) purpose: Purpose,
    /// Its number among those.
    pub(crate) number: u64,
    /// Height and width.
    pub(crate) side: usize,
    /// Frames.
    pub(crate) frames: usize,
    /// Most objects that a batch will take.
    pub(crate) objects: usize,
    /// Most frames of the world from one frame of the clip to the next.
    pub(crate) longest_stride: usize,
    /// Difficulty of the world.
    pub(crate) difficulty: f64,
    /// Strength of its textures.
    pub(crate) texture: f64,
}

/// Renders a clip.
pub(crate) fn render(
    request: &ClipRequest,
    randomness: Randomness,
) -> Result<LabelledClip, TrainingError> {
    let ClipRequest {
        purpose, number, ..
    } = *request;
    let mut random = randomness.generator(purpose, number);
    let stride = random.random_range(1..=request.longest_stride.max(1));
    let config = WorldConfig {
        frames: request.frames,
        objects: request.objects.max(LEAST_OBJECTS),
        texture: request.texture as f32,
        ..WorldConfig::training(request.side)
    };
    let config = config.with_difficulty(request.difficulty as f32);
    let size = config.size;
    let world = World::new(config, randomness.seed(purpose, number))?;
    let frames = (0..request.frames).map(|frame| {
        let drawn = world.frame(frame * stride);
        LabelledFrame {
            rgb: drawn.rgb,
            ids: drawn.ids,
        }
    });
    Ok(LabelledClip {
        size,
        frames: frames.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_follows_from_seed_purpose_and_number() {
        let request = ClipRequest {
            purpose: Purpose::World,
            number: 3,
            side: 32,
            frames: 2,
            objects: 2,
            longest_stride: 2,
            difficulty: 0.5,
            texture: 1.0,
        };
        let clip = render(&request, Randomness(1)).unwrap();
        assert_eq!(clip, render(&request, Randomness(1)).unwrap());
        assert!(!clip.visible_in(0, 1).is_empty());
        let held_out = ClipRequest {
            purpose: Purpose::HeldOut,
            ..request
        };
        for other in [
            render(&request, Randomness(2)),
            render(&held_out, Randomness(1)),
        ] {
            assert_ne!(clip, other.unwrap());
        }
    }
}
