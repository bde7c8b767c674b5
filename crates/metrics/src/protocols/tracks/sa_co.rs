//! The tracks of a video of SA-Co/VEval: noun phrases, and all objects each means.
//!
//! In: per frame a mask or a box, or none, for each true and each predicted track. Out: overlaps of whole tracks, and
//! similarities frame by frame, which the figures of [`SaCoFold`](crate::SaCoFold) need.

use std::collections::BTreeSet;

use tubelet_geometry::RunLength;

use crate::alignment::FrameTracks;
use crate::error::MetricsError;
use crate::hota::Arithmetic;
use crate::precise_box::PreciseBox;
use crate::protocols::tracks::youtube_vis::ScoredTrack;
use crate::track_overlap::{TrackOverlaps, mask_iou};

/// The overlap of two boxes of a frame.
fn frame_iou(one: PreciseBox, other: PreciseBox, arithmetic: Arithmetic) -> f64 {
    match arithmetic {
        Arithmetic::Double => one.iou(other),
        Arithmetic::Single => f64::from(single_iou(one, other)),
    }
}

/// IoU with every step rounded to f32.
fn single_iou(one: PreciseBox, other: PreciseBox) -> f32 {
    let edges = |of: PreciseBox| {
        let (left, top) = (of.left as f32, of.top as f32);
        let (width, height) = ((of.right - of.left) as f32, (of.bottom - of.top) as f32);
        [left, top, left + width, top + height]
    };
    let area = |[left, top, right, bottom]: [f32; 4]| (right - left) * (bottom - top);
    let (one, other) = (edges(one), edges(other));
    let along = |start: usize, end: usize| {
        let shared = one[end].min(other[end]) - one[start].max(other[start]);
        shared.max(0.0)
    };
    let shared = along(0, 2) * along(1, 3);
    let iou = shared / (area(one) + area(other) - shared);
    if area(one) > 0.0 && area(other) > 0.0 && iou.is_finite() {
        iou
    } else {
        0.0
    }
}

/// The tracks of one video, as masks or as boxes.
#[derive(Debug, Clone)]
pub struct SaCoVideo {
    /// The phrases of the true tracks.
    pub(crate) truth: Vec<u64>,
    pub(crate) predictions: Vec<ScoredTrack>,
    pub(crate) asked: BTreeSet<u64>,
    pub(crate) overlaps: TrackOverlaps,
    pub(crate) frames: Vec<FrameTracks>,
    pub(crate) arithmetic: Arithmetic,
}

impl SaCoVideo {
    /// A video with the phrases of its true tracks, its predicted tracks (whose categories are phrases), and all phrases
    /// that were asked, those without an object too.
    pub fn new(
        truth: Vec<u64>,
        predictions: Vec<ScoredTrack>,
        asked: impl IntoIterator<Item = u64>,
    ) -> Self {
        Self {
            overlaps: TrackOverlaps::new(truth.len(), predictions.len()),
            asked: asked.into_iter().collect(),
            truth,
            predictions,
            frames: Vec::new(),
            arithmetic: Arithmetic::Double,
        }
    }

    /// The video with another arithmetic for boxes, given before its first frame. Masks have one.
    pub fn with_arithmetic(self, arithmetic: Arithmetic) -> Self {
        Self { arithmetic, ..self }
    }

    /// Adds the masks of a frame, one or none per track. An empty predicted mask is none.
    ///
    /// # Errors
    /// As [`TrackOverlaps::push_masks`].
    pub fn push_masks(
        &mut self,
        truth: &[Option<RunLength>],
        predictions: &[Option<RunLength>],
    ) -> Result<(), MetricsError> {
        self.overlaps.push_masks(truth, predictions)?;
        let shown = present(predictions, |mask| !mask.is_empty());
        let mask = |masks: &[Option<RunLength>], track: usize| masks.get(track).cloned().flatten();
        self.frames.push(FrameTracks::new(
            present(truth, |_| true),
            shown,
            |one, other| {
                let pair = mask(truth, one).zip(mask(predictions, other));
                // That sizes agree has been checked.
                pair.map_or(0.0, |(one, other)| mask_iou(&one, &other).unwrap_or(0.0))
            },
        ));
        Ok(())
    }

    /// Adds the boxes of a frame, one or none per track. A predicted box whose edges are all 0 is none, which is how result
    /// files write it; another box without area is a wrong one.
    ///
    /// # Errors
    /// As [`TrackOverlaps::push_boxes`].
    pub fn push_boxes(
        &mut self,
        truth: &[Option<PreciseBox>],
        predictions: &[Option<PreciseBox>],
    ) -> Result<(), MetricsError> {
        self.overlaps.push_boxes(truth, predictions)?;
        let nothing = PreciseBox::from_edges([0.0; 4]);
        let shown = present(predictions, |&edges| edges != nothing);
        let edges =
            |boxes: &[Option<PreciseBox>], track: usize| boxes.get(track).copied().flatten();
        self.frames.push(FrameTracks::new(
            present(truth, |_| true),
            shown,
            |one, other| {
                let pair = edges(truth, one).zip(edges(predictions, other));
                pair.map_or(0.0, |(one, other)| frame_iou(one, other, self.arithmetic))
            },
        ));
        Ok(())
    }

    /// The overlap of a predicted and a true track; 1 where neither covers anything, as SAM 3's code has it.
    pub(crate) fn track_iou(&self, prediction: usize, truth: usize) -> f64 {
        match self.overlaps.areas(prediction, truth) {
            (_, covered) if covered <= 0.0 => 1.0,
            (shared, covered) => shared / covered,
        }
    }
}

/// The tracks that are in a frame.
fn present<T>(shapes: &[Option<T>], is_shown: impl Fn(&T) -> bool) -> Vec<usize> {
    let tracks = shapes.iter().enumerate();
    tracks
        .filter(|(_, shape)| shape.as_ref().is_some_and(&is_shown))
        .map(|(track, _)| track)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_arithmetics_agree_to_five_digits(edges in prop::array::uniform2(prop::array::uniform4(0.5..900.0f64))) {
            let [one, other] = edges.map(PreciseBox::from_corner_and_size);
            let [double, single] = [Arithmetic::Double, Arithmetic::Single]
                .map(|arithmetic| frame_iou(one, other, arithmetic));
            prop_assert!((single - double).abs() < 1e-5);
        }
    }

    #[test]
    fn empty_boxes_share_nothing() {
        let nothing = PreciseBox::from_edges([3.0; 4]);
        assert_eq!(frame_iou(nothing, nothing, Arithmetic::Single), 0.0);
    }
}
