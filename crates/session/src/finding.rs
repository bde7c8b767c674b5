//! What one look at a picture gives: outcomes, holes filled, and the memories of them.
//!
//! In: the features of a picture, what is looked back on, a prompt or none. Out: an outcome and a memory for each object.
//! Knows neither banks nor frames, so that videos and rigs share it.

use tubelet_segmentation::{
    FrameMemory, FramePolicy, ImageFeatures, Prediction, Prompt, Recalled, Segmenter,
};

use crate::{error::SessionError, outcome::Outcome};

/// A picture to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct Finder<'a> {
    /// The model.
    pub(crate) segmenter: &'a Segmenter,
    /// The picture.
    pub(crate) features: &'a ImageFeatures,
    /// Largest hole that is filled, in pixels of the model's mask.
    pub(crate) largest_filled_hole: Option<usize>,
}

impl Finder<'_> {
    /// The object that a prompt points at.
    pub(crate) fn prompted(
        &self,
        recalled: &Recalled,
        prompt: Prompt,
    ) -> Result<(Outcome, FrameMemory), SessionError> {
        let policy = FramePolicy::prompted();
        let mut prediction = self.predict(recalled, prompt, policy);
        let mut outcome = Outcome::one(&prediction);
        // What is remembered of a prompted frame is what was shown.
        if let Some(largest) = self.largest_filled_hole
            && outcome.fill_holes(largest)?
        {
            prediction.logits = outcome.tensor(&self.segmenter.device());
        }
        let memory = self.segmenter.remember(self.features, &prediction, policy);
        Ok((outcome, memory))
    }

    /// All objects that memories tell of, in their order.
    pub(crate) fn tracked(
        &self,
        recalled: &Recalled,
    ) -> Result<Vec<(Outcome, FrameMemory)>, SessionError> {
        let policy = FramePolicy::tracked();
        let prediction = self.predict(recalled, Prompt::None, policy);
        let memory = self.segmenter.remember(self.features, &prediction, policy);
        let mut outcomes = Outcome::all(&prediction);
        if let Some(largest) = self.largest_filled_hole {
            for outcome in &mut outcomes {
                outcome.fill_holes(largest)?;
            }
        }
        Ok(outcomes.into_iter().zip(memory.split()).collect())
    }

    fn predict(&self, recalled: &Recalled, prompt: Prompt, policy: FramePolicy) -> Prediction {
        self.segmenter
            .predict(self.features, recalled, prompt, policy)
    }
}
