//! Which of the predicted masks to take.
//!
//! In: all masks of a prediction. Out: the same prediction with fewer masks. Indices stay in tensors, so gradients flow through.

use burn::tensor::{Int, Tensor};

/// Mask tokens: one for an unambiguous prompt, three for whole, part and subpart.
pub(crate) const MASKS: usize = 4;

/// Logit of a pixel whose object is not in the frame.
pub const ABSENT_LOGIT: f64 = -1024.0;

/// When a mask is distrusted: its area depends too much on where logits are cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stability {
    /// The mask is cut at minus and plus this logit.
    pub delta: f64,
    /// Least ratio of the two areas for a mask to be trusted.
    pub threshold: f64,
}

impl Default for Stability {
    /// As in SAM 2.
    fn default() -> Self {
        Self {
            delta: 0.05,
            threshold: 0.98,
        }
    }
}

/// Which masks to take of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskChoice {
    /// The three for ambiguous prompts.
    Multiple,
    /// The one for unambiguous prompts.
    Single,
    /// The single one where it is stable, else the best of the three. SAM 2 does so except in training.
    StableSingle,
}

/// Masks of several objects.
#[derive(Clone, Debug)]
pub struct MaskPrediction {
    /// Mask logits at stride 4: `[objects, masks, height, width]`.
    pub logits: Tensor<4>,
    /// Expected intersection over union of each mask, 0 to 1: `[objects, masks]`.
    pub iou: Tensor<2>,
    /// What object pointers are made of: `[objects, masks, channels]`.
    pub object_tokens: Tensor<3>,
    /// Above zero where the object is in the frame: `[objects, 1]`.
    pub object_score_logits: Tensor<2>,
}

impl MaskPrediction {
    /// Takes masks from a prediction with all four. With [`MaskChoice::StableSingle`] logits and quality may be
    /// those of another mask, the object token is always the single mask's, as in SAM 2.
    pub(super) fn choose(self, choice: MaskChoice, stability: Stability) -> Self {
        match choice {
            MaskChoice::Multiple => self.narrow(1, MASKS - 1),
            MaskChoice::Single => self.narrow(0, 1),
            MaskChoice::StableSingle => {
                let best = self.clone().narrow(1, MASKS - 1).best();
                let single = self.narrow(0, 1);
                let unstable = single
                    .stability(stability.delta)
                    .lower_elem(stability.threshold);
                let [objects, _, height, width] = single.logits.dims();
                let everywhere = unstable
                    .clone()
                    .reshape([objects, 1, 1, 1])
                    .expand([objects, 1, height, width]);
                Self {
                    logits: single.logits.mask_where(everywhere, best.logits),
                    iou: single.iou.mask_where(unstable, best.iou),
                    ..single
                }
            }
        }
    }

    /// Keeps `count` masks from `start`.
    fn narrow(self, start: usize, count: usize) -> Self {
        Self {
            logits: self.logits.narrow(1, start, count),
            iou: self.iou.narrow(1, start, count),
            object_tokens: self.object_tokens.narrow(1, start, count),
            object_score_logits: self.object_score_logits,
        }
    }

    /// Fills the masks of absent objects with [`ABSENT_LOGIT`].
    pub(crate) fn without_absent(self) -> Self {
        let [objects, masks, height, width] = self.logits.dims();
        let absent = self
            .object_score_logits
            .clone()
            .lower_equal_elem(0.0)
            .reshape([objects, 1, 1, 1])
            .expand([objects, masks, height, width]);
        Self {
            logits: self.logits.mask_fill(absent, ABSENT_LOGIT),
            ..self
        }
    }

    /// Keeps the mask with the highest expected quality of each object.
    pub fn best(self) -> Self {
        let [objects, masks, height, width] = self.logits.dims();
        if masks == 1 {
            return self;
        }
        let [_, _, channels] = self.object_tokens.dims();
        let best = self.iou.clone().detach().argmax(1).reshape([objects]);
        let first = Tensor::<1, Int>::arange(0..objects as i64, &best.device());
        let rows = best + first.mul_scalar(masks as i64);
        Self {
            logits: self
                .logits
                .reshape([objects * masks, height, width])
                .select(0, rows.clone())
                .reshape([objects, 1, height, width]),
            iou: self
                .iou
                .reshape([objects * masks])
                .select(0, rows.clone())
                .reshape([objects, 1]),
            object_tokens: self
                .object_tokens
                .reshape([objects * masks, channels])
                .select(0, rows)
                .reshape([objects, 1, channels]),
            object_score_logits: self.object_score_logits,
        }
    }

    /// Area above `delta` by area above `-delta` of the first mask; one where the latter is empty: `[objects, 1]`.
    fn stability(&self, delta: f64) -> Tensor<2> {
        let [objects, _, height, width] = self.logits.dims();
        let logits = self
            .logits
            .clone()
            .detach()
            .narrow(1, 0, 1)
            .reshape([objects, height * width]);
        let area = |cut: f64| logits.clone().greater_elem(cut).int().sum_dim(1).float();
        let outer = area(-delta);
        let empty = outer.clone().equal_elem(0.0);
        (area(delta) / outer.mask_fill(empty.clone(), 1.0)).mask_fill(empty, 1.0)
    }
}
