//! Recall over the views of a rig: the verb, with the choice of views and their places.
//!
//! In: features of a view, a bank for each object. Out: the features as each object's past sees them.

use super::{
    bank::{Reach, ViewBank},
    rule::RigRule,
    selection::RigMoment,
    sights::Sights,
};
use crate::{ImageFeatures, RecallPolicy, Recalled, Segmenter, memory::recall::Lookout};

/// What a view of a rig looks back on.
#[derive(Debug)]
pub struct ViewPast<'a, 'b> {
    /// Memories, object by object or group by group.
    pub banks: &'a [&'a ViewBank],
    /// The view that looks back.
    pub moment: RigMoment,
    /// How it looks back.
    pub rule: &'a RigRule,
    /// Where all views are.
    pub sights: &'a mut Sights<'b>,
}

impl Segmenter {
    /// Looks back on the memories of each object over the views of a rig.
    ///
    /// # Shapes
    /// - `features`: one view, or one for each object
    pub fn recall_views(&self, features: &ImageFeatures, past: ViewPast<'_, '_>) -> Recalled {
        let ViewPast {
            banks,
            moment,
            rule,
            sights,
        } = past;
        let reach = Reach {
            rule,
            window: self.recall.window(RecallPolicy::default()),
        };
        let lookout = Lookout {
            banks: banks.iter().map(|bank| bank.memories()).collect(),
            selections: banks
                .iter()
                .map(|bank| bank.select(moment, reach))
                .collect(),
            sights: Some((moment.view.number(moment.cameras), sights)),
        };
        Recalled {
            looked_at: lookout.looked_at(),
            embedding: self.recall.forward(features, lookout, &self.object_pointer),
        }
    }
}
