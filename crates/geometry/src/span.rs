//! An interval of time.

/// An interval of time in seconds, half open: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// First moment inside, in seconds.
    pub start: f64,
    /// First moment after, in seconds.
    pub end: f64,
}

impl Span {
    /// A span from its two ends.
    pub const fn new(start: f64, end: f64) -> Self {
        Self { start, end }
    }

    /// Length in seconds; zero where the end is not after the start.
    pub fn duration(self) -> f64 {
        (self.end - self.start).max(0.0)
    }

    /// Whether a moment lies inside.
    pub fn contains(self, seconds: f64) -> bool {
        self.start <= seconds && seconds < self.end
    }

    /// What both spans share; a span of no duration where they do not meet.
    pub fn intersection(self, other: Self) -> Self {
        let start = self.start.max(other.start);
        Self {
            start,
            end: self.end.min(other.end).max(start),
        }
    }

    /// Shared time divided by the time covered by either; 0 where neither lasts.
    pub fn iou(self, other: Self) -> f64 {
        let shared = self.intersection(other).duration();
        let covered = self.duration() + other.duration() - shared;
        if covered > 0.0 { shared / covered } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_does_not_belong_to_the_span() {
        let span = Span::new(1.0, 2.0);
        assert!(span.contains(1.0) && !span.contains(2.0));
    }

    #[test]
    fn disjoint_and_empty_spans_share_nothing() {
        assert_eq!(Span::new(0.0, 1.0).iou(Span::new(1.0, 3.0)), 0.0);
        assert_eq!(Span::new(2.0, 1.0).iou(Span::new(2.0, 1.0)), 0.0);
        assert_eq!(Span::new(0.0, 2.0).iou(Span::new(1.0, 3.0)), 1.0 / 3.0);
    }
}
