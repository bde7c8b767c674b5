//! Features of several frames taken apart: one frame, or the rows that belong to some objects.
//!
//! In and out: [`ImageFeatures`]. A frame is encoded once for all objects, so a batch of one serves any number of them.

use burn::tensor::{Int, Tensor};

use crate::ImageFeatures;

impl ImageFeatures {
    /// Features of frame `index` of those that were encoded together.
    pub fn frame(&self, index: usize) -> Self {
        self.map(|features| features.narrow(0, index, 1))
    }

    /// Features of a frame for each object, where objects are in different clips.
    ///
    /// # Shapes
    /// - `frames`: `[objects]`, indices among the frames that were encoded together
    pub fn frames(&self, frames: &Tensor<1, Int>) -> Self {
        self.map(|features| features.select(0, frames.clone()))
    }

    /// Runs of rows `(start, length)`, one after the other; unchanged where one frame serves all objects.
    pub(crate) fn rows(&self, runs: &[(usize, usize)]) -> Self {
        self.map(|features| {
            if let [1, _, _, _] = features.dims() {
                return features;
            }
            let run = |&(start, length): &(usize, usize)| features.clone().narrow(0, start, length);
            Tensor::cat(runs.iter().map(run).collect(), 0)
        })
    }

    fn map(&self, change: impl Fn(Tensor<4>) -> Tensor<4>) -> Self {
        let [fine, middle] = &self.high_resolution;
        Self {
            embedding: change(self.embedding.clone()),
            position: self.position.clone(),
            high_resolution: [change(fine.clone()), change(middle.clone())],
        }
    }
}
