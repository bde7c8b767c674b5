//! Table `[beginning]` of a recipe: changes to the weights that a run begins with.
//!
//! Knows no tensors. What a model looks for first can stand in the way of what it is to learn next.

use serde::Deserialize;

use super::number::Positive;

/// Table `[beginning]`. A run that is resumed is not changed again.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BeginningRecipe {
    /// Factors by layer on the biases of queries and keys of the memory attention, which make a frame look for memories where it
    /// looks itself. The preference goes with their square; layers that are not mentioned keep theirs.
    pub own_place: Vec<Positive>,
    /// Factor on what a memory keeps of how its frame looks.
    pub memory_features: Option<Positive>,
    /// Deviation of noise on the last layers of what tells tokens their place in space. Both begin at zero, where neither learns
    /// to agree with the other.
    pub places: Option<Positive>,
}
