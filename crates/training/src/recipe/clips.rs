//! What a recipe says about clips, how they are changed, and how their objects are prompted.
//!
//! In: the tables `[[stages]]`, `[augmentation]`, `[prompts]`. Out: the settings of the batches.

use serde::Deserialize;
use tubelet_geometry::FrameSize;

use super::number::{Count, Positive, Share};
use crate::clicks::plan::PromptChances;

/// Table `[[stages]]`: a stretch of the run with clips of one kind. Stages follow each other.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRecipe {
    /// Steps of the optimiser.
    pub steps: Count,
    /// Frames of a clip; 1 gives still pictures.
    pub frames: Count,
    /// Clips in one forward pass.
    pub clips: Count,
    /// Most objects of a clip.
    pub objects: Count,
    /// Difficulty of the world at the beginning and at the end of the stage.
    pub difficulty: [Share; 2],
    /// Strength of the world's textures at the beginning and at the end of the stage.
    #[serde(default = "full")]
    pub texture: [Share; 2],
    /// Most frames of the world from one frame of the clip to the next.
    #[serde(default = "one")]
    pub longest_stride: Count,
    /// How often a rendered clip is used, each time with other objects, prompts and augmentation.
    #[serde(default = "one")]
    pub uses: Count,
    /// Rendered clips among which the uses alternate.
    #[serde(default = "one")]
    pub pool: Count,
    /// Least share of the first picture that an object covers which is learnt from; of drives, of the pictures of other cameras too.
    #[serde(default = "a_thousandth")]
    pub smallest: Share,
    /// Height and width of the frames where they differ from the model's.
    pub image_size: Option<Count>,
    /// Neighbouring cameras of a drive where they differ from the rig's.
    pub cameras: Option<Count>,
}

impl StageRecipe {
    /// [`StageRecipe::smallest`] in pixels of pictures of this size.
    pub(crate) fn least_pixels(&self, size: FrameSize) -> usize {
        ((size.width * size.height) as f64 * self.smallest.get()) as usize
    }
}

/// Table `[augmentation]`: changes to a clip, the same in all its frames unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentationRecipe {
    /// Chance of running backwards.
    pub reversal: Share,
    /// Chance of being mirrored.
    pub mirror: Share,
    /// Chance of being turned and sheared.
    pub affine: Share,
    /// Largest turn in degrees.
    pub degrees: f64,
    /// Largest shear in degrees.
    pub shear: f64,
    /// Largest change of brightness, contrast and saturation.
    pub colour: Share,
    /// The same, drawn anew for every frame.
    pub flicker: Share,
    /// Chance of losing all colour.
    pub grey: Share,
}

/// Table `[prompts]`: see [`PromptChances`].
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptRecipe {
    /// Chance of clicks or boxes rather than masks.
    pub points: Share,
    /// Chance of a box, where there are clicks or boxes.
    pub boxes: Share,
    /// Most frames prompted from the start.
    pub prompted_frames: Count,
    /// Most frames that are corrected.
    pub corrected_frames: usize,
    /// Clicks in a corrected frame.
    pub corrections: usize,
    /// Chance of a correction anywhere on the object.
    pub on_object: Share,
}

/// Table `[loss]`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossRecipe {
    /// Weight of the focal loss.
    pub focal: f64,
    /// Weight of the dice loss.
    pub dice: f64,
    /// Weight of the quality's error.
    pub iou: f64,
    /// Weight of presence.
    pub presence: f64,
    /// Whether the quality of every candidate is learnt.
    pub all_qualities: bool,
    /// Whether all frames of a pass without their object count together no more than those with it.
    #[serde(default)]
    pub balanced_presence: bool,
    /// Factor on what is lost in views of other cameras than the one in which an object was pointed at, where they show it: there
    /// are few of them.
    #[serde(default = "same")]
    pub other_cameras: Positive,
    /// Pixels of the frame to a side of one pixel of the loss; SAM 2's is 1.
    pub stride: Count,
}

/// Table `[evaluation]`: clips that are never trained on; of rigs drives, with all cameras.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationRecipe {
    /// Steps between two evaluations.
    pub every: Count,
    /// Clips.
    pub clips: Count,
    /// Frames of a clip, time steps of a drive.
    pub frames: Count,
    /// Most objects of a clip.
    pub objects: Count,
    /// Difficulty of the world.
    pub difficulty: Share,
}

/// Table `[checkpoints]`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointRecipe {
    /// Minutes between two checkpoints.
    pub minutes: Positive,
    /// Checkpoints kept, the newest.
    pub keep: Count,
}

fn one() -> Count {
    Count::ONE
}

fn same() -> Positive {
    Positive::ONE
}

fn a_thousandth() -> Share {
    Share::constant(0.001)
}

fn full() -> [Share; 2] {
    [Share::constant(1.0); 2]
}

impl Default for AugmentationRecipe {
    /// SAM 2's, with time running backwards as often as forwards.
    fn default() -> Self {
        Self {
            reversal: Share::constant(0.5),
            mirror: Share::constant(0.5),
            affine: Share::constant(1.0),
            degrees: 25.0,
            shear: 20.0,
            colour: Share::constant(0.1),
            flicker: Share::constant(0.05),
            grey: Share::constant(0.05),
        }
    }
}

impl AugmentationRecipe {
    /// Nothing is changed.
    pub fn none() -> Self {
        let never = Share::constant(0.0);
        Self {
            reversal: never,
            mirror: never,
            affine: never,
            degrees: 0.0,
            shear: 0.0,
            colour: never,
            flicker: never,
            grey: never,
        }
    }
}

impl PromptRecipe {
    /// The chances of a plan.
    pub fn chances(&self) -> PromptChances {
        PromptChances {
            points: self.points.get(),
            boxes: self.boxes.get(),
            prompted_frames: self.prompted_frames.get(),
            corrected_frames: self.corrected_frames,
            corrections: self.corrections,
            on_object: self.on_object.get(),
        }
    }
}
