//! GOT-10k: overlap of a tracked box, the first frame of every sequence left out.
//!
//! Frames of all sequences are pooled, so a long sequence weighs more. Source: the GOT-10k toolkit.

use tubelet_geometry::FrameSize;

use crate::box_overlap::{OverlapFold, OverlapReport};
use crate::error::MetricsError;
use crate::mean::Mean;
use crate::precise_box::SizedBox;

/// The toolkit's IoU: both boxes are clipped to the frame first, in its own way, and two empty boxes share nothing.
///
/// A box that begins left of (or above) the frame is moved in without losing width (or height), up to what the frame
/// holds; only what reaches beyond the right or lower edge is cut off. What is not a number overlaps nothing (the toolkit: its
/// mean is not a number then).
pub fn got10k_iou(truth: SizedBox, prediction: SizedBox, size: FrameSize) -> f64 {
    let truth = Clipped::new(truth, size);
    let prediction = Clipped::new(prediction, size);
    let intersection = truth.x.shared(prediction.x) * truth.y.shared(prediction.y);
    let union = truth.area() + prediction.area() - intersection;
    (intersection / (union + f64::EPSILON)).clamp(0.0, 1.0)
}

/// The toolkit's speed in frames per second: the mean of the inverse times, in seconds, of frames that took any; `None`
/// where none did (the toolkit: -1).
pub fn got10k_speed(seconds: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut speed = Mean::default();
    for seconds in seconds.into_iter().filter(|&seconds| seconds > 0.0) {
        speed.push(1.0 / seconds);
    }
    let speed = speed.value();
    (!speed.is_nan()).then_some(speed)
}

/// A box in the frame.
#[derive(Clone, Copy)]
struct Clipped {
    x: Extent,
    y: Extent,
}

impl Clipped {
    fn new(sized: SizedBox, size: FrameSize) -> Self {
        Self {
            x: Extent::new(sized.left, sized.width, size.width),
            y: Extent::new(sized.top, sized.height, size.height),
        }
    }

    fn area(self) -> f64 {
        self.x.length * self.y.length
    }
}

/// A box along one axis.
#[derive(Clone, Copy)]
struct Extent {
    start: f64,
    length: f64,
}

impl Extent {
    fn new(start: f64, length: f64, limit: usize) -> Self {
        let limit = limit as f64;
        if start.is_nan() || length.is_nan() {
            return Self {
                start: 0.0,
                length: 0.0,
            };
        }
        let start = start.clamp(0.0, limit);
        Self {
            start,
            length: length.clamp(0.0, limit - start),
        }
    }

    fn shared(self, other: Self) -> f64 {
        let end = (self.start + self.length).min(other.start + other.length);
        (end - self.start.max(other.start)).max(0.0)
    }
}

/// Collects the frames of all sequences.
#[derive(Debug, Clone, Default)]
pub struct Got10kFold {
    overlaps: OverlapFold,
    size: Option<FrameSize>,
    is_first: bool,
}

impl Got10kFold {
    /// Begins a sequence, or another run of the same one, whose frames have a size.
    pub fn begin_sequence(&mut self, size: FrameSize) {
        self.size = Some(size);
        self.is_first = true;
    }

    /// Adds a frame and gives its IoU; `None` where it does not count: the first of its sequence, one whose object is
    /// hidden (`cover`, from 0 to 8, is 0), or one before any sequence has begun.
    pub fn push(&mut self, truth: SizedBox, prediction: SizedBox, cover: u8) -> Option<f64> {
        let size = self.size?;
        if std::mem::take(&mut self.is_first) || cover == 0 {
            return None;
        }
        let iou = got10k_iou(truth, prediction, size);
        self.overlaps.push(iou);
        Some(iou)
    }

    /// Adds the frames of whole sequences that another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.overlaps.merge(&other.overlaps);
    }

    /// The measures over all frames that count.
    ///
    /// # Errors
    /// [`MetricsError::NothingToScore`] where none did.
    pub fn finish(&self) -> Result<OverlapReport, MetricsError> {
        self.overlaps.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: FrameSize = FrameSize::new(100, 100);

    #[test]
    fn a_box_that_begins_outside_keeps_its_width() {
        let outside = SizedBox::new([-5.0, -5.0, 20.0, 20.0]);
        let inside = SizedBox::new([0.0, 0.0, 20.0, 20.0]);
        assert!((got10k_iou(inside, outside, SIZE) - 1.0).abs() < 1e-12);
        let nothing = SizedBox::new([0.0; 4]);
        assert_eq!(got10k_iou(nothing, nothing, SIZE), 0.0);
        let nowhere = SizedBox::new([f64::NAN, 0.0, f64::INFINITY, 20.0]);
        assert_eq!(got10k_iou(inside, nowhere, SIZE), 0.0);
    }

    #[test]
    fn a_size_that_is_no_difference_of_edges_keeps_its_last_digit() {
        let truth = SizedBox::new([12.9, 36.9, 5.7, 6.7]);
        let half = SizedBox::new([12.9, 36.9, 5.7, 3.35]);
        assert!(got10k_iou(truth, half, FrameSize::new(120, 120)) > 0.5);
    }

    #[test]
    fn frames_that_took_no_time_do_not_count_for_speed() {
        assert_eq!(got10k_speed([0.5, 0.0, 0.25, -1.0, f64::NAN]), Some(3.0));
        assert_eq!(got10k_speed([0.0]), None);
    }

    #[test]
    fn first_and_hidden_frames_do_not_count() {
        let mut fold = Got10kFold::default();
        let edges = SizedBox::new([1.0, 1.0, 8.0, 8.0]);
        assert_eq!(fold.push(edges, edges, 8), None);
        fold.begin_sequence(SIZE);
        let counted: Vec<bool> = [8, 0, 1]
            .map(|cover| fold.push(edges, edges, cover).is_some())
            .into();
        assert_eq!(counted, [false, false, true]);
    }
}
