//! One object of a session: what was said about it, what was seen of it, what is remembered.

use std::collections::BTreeMap;

use tubelet_segmentation::{Direction, FrameMemory, FrameRole, MemoryBank, Window};

use crate::{
    command::{ObjectId, Origin},
    outcome::Outcome,
    said::Said,
    tracked_frames::TrackedFrames,
};

/// See the module docs.
#[derive(Debug)]
pub(crate) struct TrackedObject {
    pub(crate) id: ObjectId,
    /// What was said, frame by frame; a given mask leaves nothing to add clicks to.
    pub(crate) said: BTreeMap<usize, Said>,
    /// What was seen in prompted frames and in those that are near, except for what is pending.
    pub(crate) outcomes: BTreeMap<usize, Outcome>,
    /// What is remembered.
    pub(crate) bank: MemoryBank,
    /// Answers to what was said since the last propagation. They are not looked back on before the next one, so that the
    /// order in which things are said about several frames does not matter, and taking them back leaves nothing behind.
    pub(crate) pending: BTreeMap<usize, Answer>,
    pub(crate) tracked: TrackedFrames,
}

/// What a prompt led to.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) role: FrameRole,
    pub(crate) memory: FrameMemory,
    pub(crate) outcome: Outcome,
}

impl TrackedObject {
    pub(crate) fn new(id: ObjectId) -> Self {
        Self {
            id,
            said: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            bank: MemoryBank::default(),
            pending: BTreeMap::new(),
            tracked: TrackedFrames::default(),
        }
    }

    /// Takes what was said into memory. Says in which frames.
    pub(crate) fn settle(&mut self) -> Vec<usize> {
        let mut settled = Vec::new();
        for (frame, answer) in std::mem::take(&mut self.pending) {
            // A prompted frame stays one: a correction that only counts as tracked is lost on it.
            if answer.role == FrameRole::Prompted || !self.bank.is_prompted(frame) {
                self.bank.insert(frame, answer.role, answer.memory);
                self.outcomes.insert(frame, answer.outcome);
                settled.push(frame);
            }
        }
        settled
    }

    /// What was seen last in a frame, if it is still known.
    pub(crate) fn outcome(&self, frame: usize) -> Option<&Outcome> {
        let pending = self.pending.get(&frame).map(|answer| &answer.outcome);
        pending.or_else(|| self.outcomes.get(&frame))
    }

    /// Takes back what was said in a frame; what was seen there counts as tracked from now on.
    pub(crate) fn clear(&mut self, frame: usize) {
        self.said.remove(&frame);
        self.pending.remove(&frame);
        if self.bank.is_prompted(frame) {
            self.bank.demote(frame);
            self.tracked.remove(frame);
        }
        let held = self.bank.held();
        if held.spatial.binary_search(&frame).is_err() {
            self.outcomes.remove(&frame);
        }
    }

    /// Frames that are prompted, or will be once what was said is settled.
    pub(crate) fn prompted_frames(&self) -> impl Iterator<Item = usize> {
        let pending = self.pending.iter();
        let prompted = pending.filter(|(_, answer)| answer.role == FrameRole::Prompted);
        let waiting: Vec<usize> = prompted.map(|(&frame, _)| frame).collect();
        self.bank.held().prompted.into_iter().chain(waiting)
    }

    /// The frame that it is tracked away from; `None` where it is tracked anywhere or has no prompt.
    pub(crate) fn origin(&self, origin: Origin) -> Option<usize> {
        match origin {
            Origin::Anywhere => None,
            Origin::FirstPrompt => self.prompted_frames().min(),
            Origin::LastPrompt => self.prompted_frames().max(),
        }
    }

    /// Whether it is to be tracked in a frame that it is not prompted in.
    pub(crate) fn waits(&self, frame: usize, direction: Direction, origin: Origin) -> bool {
        let leads_away = match (self.origin(origin), direction) {
            (None, _) => true,
            (Some(from), Direction::Forward) => from < frame,
            (Some(from), Direction::Backward) => frame < from,
        };
        self.has_prompt() && !self.bank.is_prompted(frame) && leads_away
    }

    /// Whether there is a prompt to track it from.
    pub(crate) fn has_prompt(&self) -> bool {
        !self.bank.held().prompted.is_empty()
    }

    /// Lets go of what none of `anchors` can look back on.
    pub(crate) fn let_go(&mut self, anchors: &[usize], window: Window) {
        self.bank.keep_near(anchors, window);
        let held = self.bank.held();
        self.outcomes.retain(|outcome, _| {
            held.prompted.binary_search(outcome).is_ok()
                || held.spatial.binary_search(outcome).is_ok()
        });
    }
}
