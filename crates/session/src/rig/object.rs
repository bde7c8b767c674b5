//! One object of a rig: what was said about it and seen of it in the present step, and what is remembered.

use std::collections::BTreeMap;

use tubelet_segmentation::{FrameMemory, HeldView, View, ViewBank};

use crate::{command::ObjectId, outcome::Outcome, said::Said};

/// See the module docs.
#[derive(Clone, Debug)]
pub(crate) struct RigObject {
    pub(crate) id: ObjectId,
    /// By camera, in the present step.
    pub(crate) said: BTreeMap<usize, Said>,
    /// By camera, in the present step.
    pub(crate) outcomes: BTreeMap<usize, Outcome>,
    pub(crate) bank: ViewBank,
    /// By camera, in the present step: memories that the look drew on.
    pub(crate) looked_at: BTreeMap<usize, usize>,
}

impl RigObject {
    pub(crate) fn new(id: ObjectId, cameras: usize) -> Self {
        Self {
            id,
            said: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            bank: ViewBank::new(cameras),
            looked_at: BTreeMap::new(),
        }
    }

    /// Forgets what belongs to the step before.
    pub(crate) fn turn_page(&mut self) {
        self.said.clear();
        self.outcomes.clear();
        self.looked_at.clear();
    }

    /// Takes up what was found in a view.
    pub(crate) fn take(&mut self, view: View, is_prompted: bool, found: (Outcome, FrameMemory)) {
        let (outcome, memory) = found;
        let has_mask =
            outcome.object_score > 0.0 && outcome.logits.iter().any(|logit| *logit > 0.0);
        let held = HeldView {
            view,
            is_prompted,
            has_mask,
        };
        self.bank.insert(held, memory);
        self.outcomes.insert(view.camera, outcome);
    }
}
