//! Intervals of frames and their overlap.

/// A run of frames, half open: `start` belongs to it, `end` does not. With `end` at or before `start` it has no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameSpan {
    /// First frame inside.
    pub start: usize,
    /// First frame after.
    pub end: usize,
}

impl FrameSpan {
    /// A span from its two ends.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Number of frames.
    pub const fn frames(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether a frame lies inside.
    pub const fn contains(self, frame: usize) -> bool {
        self.start <= frame && frame < self.end
    }

    /// The frames of both.
    pub fn intersection(self, other: Self) -> Self {
        Self {
            start: self.start.max(other.start),
            end: self.end.min(other.end),
        }
    }

    /// From the earlier start to the later end, with what lies between.
    pub fn hull(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Number of frames in either.
    pub fn union_frames(self, other: Self) -> usize {
        let shared = self.intersection(other).frames();
        self.frames().saturating_add(other.frames() - shared)
    }

    /// Frames of both divided by frames of either; 0 where they have none in common.
    pub fn iou(self, other: Self) -> f64 {
        let shared = self.intersection(other).frames();
        if shared == 0 {
            return 0.0;
        }
        shared as f64 / self.union_frames(other) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans() -> impl Strategy<Value = FrameSpan> {
        (0usize..30, 0usize..30).prop_map(|(start, end)| FrameSpan::new(start, end))
    }

    proptest! {
        #[test]
        fn overlap_counts_frames(first in spans(), second in spans()) {
            let count = |is_member: &dyn Fn(usize) -> bool| (0..40).filter(|&frame| is_member(frame)).count();
            let both = count(&|frame| first.contains(frame) && second.contains(frame));
            let either = count(&|frame| first.contains(frame) || second.contains(frame));
            let expected = if both == 0 { 0.0 } else { both as f64 / either as f64 };
            prop_assert_eq!(first.iou(second), expected);
            prop_assert_eq!(second.iou(first), expected);
            prop_assert_eq!(first.union_frames(second), either);
        }
    }

    #[test]
    fn spans_of_any_numbers_have_an_overlap() {
        let all = FrameSpan::new(0, usize::MAX);
        assert_eq!(all.iou(all), 1.0);
        assert_eq!(all.iou(FrameSpan::new(usize::MAX, 0)), 0.0);
        assert_eq!(FrameSpan::new(3, 3).iou(FrameSpan::new(3, 3)), 0.0);
    }
}
