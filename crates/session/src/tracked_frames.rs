//! In which frames an object was tracked, and which way: runs of frames, so that a long video takes no space.

use std::collections::BTreeMap;

use tubelet_segmentation::Direction;

/// A set of frames with a direction each.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrackedFrames {
    /// First frame of a run to the frame after its last, and its direction. Runs do not meet.
    runs: BTreeMap<usize, (usize, Direction)>,
}

impl TrackedFrames {
    /// Which way the frame was tracked, if it was.
    pub(crate) fn direction(&self, frame: usize) -> Option<Direction> {
        let (_, &(end, direction)) = self.runs.range(..=frame).next_back()?;
        (frame < end).then_some(direction)
    }

    /// Whether the frame was tracked.
    pub(crate) fn contains(&self, frame: usize) -> bool {
        self.direction(frame).is_some()
    }

    /// Notes that the frame was tracked.
    pub(crate) fn insert(&mut self, frame: usize, direction: Direction) {
        self.remove(frame);
        let (mut start, mut end) = (frame, frame + 1);
        let before = self.runs.range(..frame).next_back();
        if let Some((&first, &(stop, way))) = before
            && (stop, way) == (frame, direction)
        {
            start = first;
        }
        if let Some(&(stop, way)) = self.runs.get(&end)
            && way == direction
        {
            self.runs.remove(&end);
            end = stop;
        }
        self.runs.insert(start, (end, direction));
    }

    /// Notes that the frame was not tracked.
    pub(crate) fn remove(&mut self, frame: usize) {
        let Some((&start, &(end, direction))) = self.runs.range(..=frame).next_back() else {
            return;
        };
        if frame >= end {
            return;
        }
        self.runs.remove(&start);
        if start < frame {
            self.runs.insert(start, (frame, direction));
        }
        if frame + 1 < end {
            self.runs.insert(frame + 1, (end, direction));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Backward, Forward};

    #[test]
    fn runs_grow_on_both_sides_and_split() {
        let mut frames = TrackedFrames::default();
        for frame in [5, 6, 7, 3, 4] {
            frames.insert(frame, Forward);
        }
        assert_eq!(frames.runs.len(), 1);
        frames.insert(5, Backward);
        assert_eq!(frames.runs.len(), 3);
        let directions: Vec<_> = (2..9).map(|frame| frames.direction(frame)).collect();
        let (forward, backward) = (Some(Forward), Some(Backward));
        assert_eq!(
            directions,
            [None, forward, forward, backward, forward, forward, None]
        );
        frames.remove(7);
        assert!(!frames.contains(7) && frames.contains(6));
        frames.insert(5, Forward);
        assert_eq!(frames.runs.len(), 1);
    }
}
