//! What is remembered of one object, or of several that are prompted in the same frames.
//!
//! In: memories by frame. Out: those that [`select`](super::selection::select) asks for. A value in the caller's hands: it
//! grows with the number of prompted frames and never with the length of the video, if the caller lets go of what is
//! out of reach.

use std::collections::BTreeMap;

use burn::tensor::Tensor;

use super::selection::{Held, Window};

/// What one frame leaves behind.
#[derive(Clone, Debug)]
pub struct FrameMemory {
    /// `[objects, tokens, memory channels]`.
    pub spatial: Tensor<3>,
    /// `[objects, channels]`.
    pub pointer: Tensor<2>,
}

impl FrameMemory {
    /// The memory of each object by itself.
    pub fn split(&self) -> Vec<Self> {
        let [objects, _] = self.pointer.dims();
        (0..objects)
            .map(|object| Self {
                spatial: self.spatial.clone().narrow(0, object, 1),
                pointer: self.pointer.clone().narrow(0, object, 1),
            })
            .collect()
    }

    /// Nothing, of a small model's sizes.
    #[cfg(test)]
    pub(crate) fn blank() -> Self {
        let device = burn::tensor::Device::flex();
        Self {
            spatial: Tensor::zeros([1, 4, 2], &device),
            pointer: Tensor::zeros([1, 8], &device),
        }
    }
}

/// Why a frame is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameRole {
    /// Someone said where the object is; kept for good.
    Prompted,
    /// The model said so.
    Tracked,
}

/// Memories by frame.
#[derive(Clone, Debug, Default)]
pub struct MemoryBank {
    prompted: BTreeMap<usize, FrameMemory>,
    spatial: BTreeMap<usize, Tensor<3>>,
    pointers: BTreeMap<usize, Tensor<2>>,
}

impl MemoryBank {
    /// Remembers a frame in place of what was known of it.
    pub fn insert(&mut self, frame: usize, role: FrameRole, memory: FrameMemory) {
        self.remove(frame);
        match role {
            FrameRole::Prompted => {
                self.prompted.insert(frame, memory);
            }
            FrameRole::Tracked => {
                self.spatial.insert(frame, memory.spatial);
                self.pointers.insert(frame, memory.pointer);
            }
        }
    }

    /// Forgets a frame.
    pub fn remove(&mut self, frame: usize) {
        self.prompted.remove(&frame);
        self.spatial.remove(&frame);
        self.pointers.remove(&frame);
    }

    /// Takes a prompted frame as a tracked one from now on.
    pub fn demote(&mut self, frame: usize) {
        if let Some(memory) = self.prompted.remove(&frame) {
            self.insert(frame, FrameRole::Tracked, memory);
        }
    }

    /// Lets go of tracked frames that neither `frame` nor a prompted frame can ask for, on either side.
    pub fn keep_within_reach(&mut self, frame: usize, window: Window) {
        let anchors: Vec<usize> = self.prompted.keys().copied().chain([frame]).collect();
        self.keep_near(&anchors, window);
    }

    /// Lets go of tracked frames that none of `anchors` can ask for, on either side.
    pub fn keep_near(&mut self, anchors: &[usize], window: Window) {
        let near =
            |held: usize, reach: usize| anchors.iter().any(|anchor| anchor.abs_diff(held) <= reach);
        self.spatial
            .retain(|&held, _| near(held, window.spatial_reach()));
        self.pointers
            .retain(|&held, _| near(held, window.pointer_reach()));
    }

    /// Lets go of prompted frames that no frame from `frame` on can ask for, where the window limits how many are looked back
    /// on as such.
    pub fn keep_prompted_behind(&mut self, frame: usize, window: Window) {
        let Some(limit) = window.policy.prompted_limit else {
            return;
        };
        let reach = window.spatial_reach().max(window.pointer_reach());
        let latest: Vec<usize> = self
            .prompted
            .keys()
            .rev()
            .take(limit.max(1))
            .copied()
            .collect();
        self.prompted
            .retain(|held, _| latest.contains(held) || held + reach >= frame);
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.prompted.is_empty() && self.spatial.is_empty() && self.pointers.is_empty()
    }

    /// Objects the memories are of; one while nothing is remembered.
    pub fn objects(&self) -> usize {
        let prompted = self.prompted.values().map(|memory| &memory.pointer);
        prompted
            .chain(self.pointers.values())
            .next()
            .map_or(1, |pointer| pointer.dims()[0])
    }

    /// Whether the frame is remembered as prompted.
    pub fn is_prompted(&self, frame: usize) -> bool {
        self.prompted.contains_key(&frame)
    }

    /// What is remembered of a tracked frame; `None` where a part of it has been let go of.
    pub fn tracked(&self, frame: usize) -> Option<FrameMemory> {
        let spatial = self.spatial.get(&frame)?.clone();
        let pointer = self.pointers.get(&frame)?.clone();
        Some(FrameMemory { spatial, pointer })
    }

    /// Whether a tracked frame's pointer is held.
    pub fn has_pointer(&self, frame: usize) -> bool {
        self.pointers.contains_key(&frame)
    }

    /// The frames that are held.
    pub fn held(&self) -> Held {
        Held {
            prompted: self.prompted.keys().copied().collect(),
            spatial: self.spatial.keys().copied().collect(),
            pointers: self.pointers.keys().copied().collect(),
        }
    }

    /// `[objects, tokens, memory channels]` of a frame.
    pub(crate) fn spatial(&self, frame: usize) -> Option<Tensor<3>> {
        let prompted = self.prompted.get(&frame).map(|memory| &memory.spatial);
        prompted.or_else(|| self.spatial.get(&frame)).cloned()
    }

    /// `[objects, channels]` of a frame.
    pub(crate) fn pointer(&self, frame: usize) -> Option<Tensor<2>> {
        let prompted = self.prompted.get(&frame).map(|memory| &memory.pointer);
        prompted.or_else(|| self.pointers.get(&frame)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_video_fills_the_bank_no_further() {
        let mut bank = MemoryBank::default();
        bank.insert(0, FrameRole::Prompted, FrameMemory::blank());
        let mut sizes = Vec::new();
        for frame in 1..400 {
            bank.insert(frame, FrameRole::Tracked, FrameMemory::blank());
            bank.keep_within_reach(frame, Window::PUBLISHED);
            let held = bank.held();
            sizes.push((held.prompted.len(), held.spatial.len(), held.pointers.len()));
        }
        assert!(sizes[40..].iter().all(|&size| size == sizes[40]));
        // Around frame 0, for a later turn in time, and behind the last frame, which is held itself.
        assert_eq!(sizes[40], (1, 6 + 7, 15 + 16));
    }

    #[test]
    fn a_frame_has_one_role() {
        let mut bank = MemoryBank::default();
        bank.insert(3, FrameRole::Tracked, FrameMemory::blank());
        bank.insert(3, FrameRole::Prompted, FrameMemory::blank());
        assert_eq!(bank.held().spatial, Vec::<usize>::new());
        bank.demote(3);
        assert_eq!(
            (bank.held().prompted, bank.held().spatial),
            (vec![], vec![3])
        );
        bank.remove(3);
        assert!(bank.is_empty());
    }
}
