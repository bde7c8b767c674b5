//! Table `[rig]` of a recipe: drives with several cameras in place of clips.
//!
//! Knows no worlds. Where it is there, `frames` of a stage are time steps and a batch is one drive.

use serde::{Deserialize, Deserializer, de::Error as _};
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
}

impl RigRecipe {
    /// How views look back.
    pub fn rule(&self) -> RigRule {
        self.variant.rule()
    }
}

fn variant<'a, D: Deserializer<'a>>(text: D) -> Result<RigVariant, D::Error> {
    String::deserialize(text)?.parse().map_err(D::Error::custom)
}
