//! Table `[rig]` of a recipe: drives with several cameras in place of clips.
//!
//! Knows no worlds. Where it is there, `frames` of a stage are time steps and a batch is one drive.

use serde::{Deserialize, Deserializer, de::Error as _};
use tubelet_geometry::FrameSize;
use tubelet_segmentation::{RigRule, RigVariant};

use super::number::{Count, Positive, Share};

/// Table `[rig]`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RigRecipe {
    /// Which views are looked back on and what they are told: `SAM2-MV`, `MST-SAM-L`, `MST-SAM-G`, `MST-SAM-M`,
    /// `MST-SAM`.
    #[serde(deserialize_with = "variant")]
    pub variant: RigVariant,
    /// Neighbouring cameras of a drive, of the six there are.
    pub cameras: Count,
    /// Time steps per second.
    pub rate: Positive,
    /// Objects of the world.
    pub objects: Count,
    /// Share of objects that look like an earlier one.
    pub lookalikes: Share,
    /// Chance of objects that several cameras see rather than one.
    pub across: Share,
    /// Width and height of the world's pictures, which the model's square squeezes as it does real ones; square if absent.
    pub picture: Option<[Count; 2]>,
    /// Chance of the five cameras of the Waymo Open Dataset in place of the six of nuScenes.
    #[serde(default = "never")]
    pub waymo: Share,
    /// Chance of a clip of the flat world in place of a drive, so that what was learnt there is not forgotten.
    #[serde(default = "never")]
    pub flat: Share,
}

fn never() -> Share {
    Share::constant(0.0)
}

impl RigRecipe {
    /// Size of the world's pictures for a model that looks at squares of a side.
    pub(crate) fn picture_size(&self, side: usize) -> FrameSize {
        let [width, height] = self.picture.map_or([side; 2], |size| size.map(Count::get));
        FrameSize::new(width, height)
    }

    /// How views look back.
    pub fn rule(&self) -> RigRule {
        self.variant.rule()
    }
}

fn variant<'a, D: Deserializer<'a>>(text: D) -> Result<RigVariant, D::Error> {
    String::deserialize(text)?.parse().map_err(D::Error::custom)
}
