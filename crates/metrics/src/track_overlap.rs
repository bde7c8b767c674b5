//! Overlap of tracks: a mask or a box per frame, of several true and predicted objects of one video.
//!
//! In: the masks or boxes of one frame after the other. Out: for each pair, all shared area divided by all area covered
//! by either. A frame that one side lacks adds the area of the other. Kept are numbers per pair, not per frame. Source:
//! Yang et al., *Video Instance Segmentation*, ICCV 2019.

use tubelet_geometry::{GeometryError, RunLength};

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::precise_box::PreciseBox;

/// Sums areas over the frames of a video.
#[derive(Debug, Clone)]
pub struct TrackOverlaps {
    truth: Vec<TrackArea>,
    predictions: Vec<TrackArea>,
    /// By prediction, then by true object.
    shared: Vec<f64>,
    frame: usize,
}

/// The area of one track.
#[derive(Debug, Clone, Copy, Default)]
struct TrackArea {
    sum: f64,
    /// Over the frames where it has any.
    mean: Mean,
}

impl TrackArea {
    fn push(&mut self, area: f64) {
        self.sum += area;
        if area > 0.0 {
            self.mean.push(area);
        }
    }

    fn mean(self) -> f64 {
        let mean = self.mean.value();
        if mean.is_nan() { 0.0 } else { mean }
    }
}

impl TrackOverlaps {
    /// No frame yet, of a number of true and predicted tracks.
    pub fn new(truth: usize, predictions: usize) -> Self {
        Self {
            truth: vec![TrackArea::default(); truth],
            predictions: vec![TrackArea::default(); predictions],
            shared: vec![0.0; truth * predictions],
            frame: 0,
        }
    }

    /// Adds the masks of a frame, one or none per track.
    ///
    /// # Errors
    /// [`MetricsError::ObjectCount`] where there are more or fewer than tracks, [`MetricsError::Geometry`] where sizes
    /// differ.
    pub fn push_masks(
        &mut self,
        truth: &[Option<RunLength>],
        predictions: &[Option<RunLength>],
    ) -> Result<(), MetricsError> {
        let mut shared = Vec::new();
        for (prediction, one) in predictions.iter().enumerate() {
            for (object, other) in truth.iter().enumerate() {
                if let (Some(one), Some(other)) = (one, other) {
                    let pixels = one.intersection_count(other)?;
                    shared.push((prediction, object, pixels as f64));
                }
            }
        }
        let area = |mask: &Option<RunLength>| mask.as_ref().map_or(0.0, |mask| mask.area() as f64);
        let truth: Vec<f64> = truth.iter().map(area).collect();
        let predictions: Vec<f64> = predictions.iter().map(area).collect();
        self.push(&truth, &predictions, &shared)
    }

    /// Adds the boxes of a frame, one or none per track.
    ///
    /// # Errors
    /// [`MetricsError::ObjectCount`] where there are more or fewer than tracks.
    pub fn push_boxes(
        &mut self,
        truth: &[Option<PreciseBox>],
        predictions: &[Option<PreciseBox>],
    ) -> Result<(), MetricsError> {
        let mut shared = Vec::new();
        for (prediction, one) in predictions.iter().enumerate() {
            for (object, other) in truth.iter().enumerate() {
                if let (Some(one), Some(other)) = (one, other) {
                    shared.push((prediction, object, one.intersection(*other).area()));
                }
            }
        }
        let area = |edges: &Option<PreciseBox>| edges.map_or(0.0, PreciseBox::area);
        let truth: Vec<f64> = truth.iter().map(area).collect();
        let predictions: Vec<f64> = predictions.iter().map(area).collect();
        self.push(&truth, &predictions, &shared)
    }

    /// The overlap of a predicted and a true track; 0 where neither covers anything, or there is no such track.
    pub fn iou(&self, prediction: usize, truth: usize) -> f64 {
        let (shared, covered) = self.areas(prediction, truth);
        if covered > 0.0 { shared / covered } else { 0.0 }
    }

    /// Area shared by a predicted and a true track, and area covered by either, in square pixels over all frames.
    pub(crate) fn areas(&self, prediction: usize, truth: usize) -> (f64, f64) {
        let pair = (self.predictions.get(prediction), self.truth.get(truth));
        let (Some(one), Some(other)) = pair else {
            return (0.0, 0.0);
        };
        let place = prediction * self.truth.len() + truth;
        let shared = self.shared.get(place).copied().unwrap_or(0.0);
        (shared, one.sum + other.sum - shared)
    }

    /// The mean area of a true track over the frames that show it, in square pixels; 0 where none does.
    pub fn truth_area(&self, truth: usize) -> f64 {
        self.truth.get(truth).map_or(0.0, |area| area.mean())
    }

    /// The mean area of a predicted track over the frames that show it, in square pixels; 0 where none does.
    pub fn prediction_area(&self, prediction: usize) -> f64 {
        self.predictions
            .get(prediction)
            .map_or(0.0, |area| area.mean())
    }

    fn push(
        &mut self,
        truth: &[f64],
        predictions: &[f64],
        shared: &[(usize, usize, f64)],
    ) -> Result<(), MetricsError> {
        let frame = self.frame;
        let counts = [
            ("ground truth", self.truth.len(), truth.len()),
            ("prediction", self.predictions.len(), predictions.len()),
        ];
        for (role, expected, found) in counts {
            if expected != found {
                return Err(MetricsError::ObjectCount {
                    frame,
                    role,
                    expected,
                    found,
                });
            }
        }
        self.frame += 1;
        for (track, &area) in self.truth.iter_mut().zip(truth) {
            track.push(area);
        }
        for (track, &area) in self.predictions.iter_mut().zip(predictions) {
            track.push(area);
        }
        for &(prediction, object, area) in shared {
            let place = prediction * self.truth.len() + object;
            if let Some(sum) = self.shared.get_mut(place) {
                *sum += area;
            }
        }
        Ok(())
    }
}

/// Overlap of two masks of one frame; 0 where both are empty, as COCO's tools say.
pub(crate) fn mask_iou(first: &RunLength, second: &RunLength) -> Result<f64, GeometryError> {
    let shared = first.intersection_count(second)?;
    let covered = first.area() + second.area() - shared;
    Ok(if covered == 0 {
        0.0
    } else {
        shared as f64 / covered as f64
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use tubelet_geometry::FrameSize;

    fn columns(count: u32) -> RunLength {
        let size = FrameSize::new(10, 1);
        RunLength::new(size, &[0, count, 10 - count]).unwrap()
    }

    #[test]
    fn a_frame_that_one_side_lacks_counts_against_it() {
        let mut overlaps = TrackOverlaps::new(2, 1);
        overlaps
            .push_masks(&[Some(columns(4)), None], &[Some(columns(8))])
            .unwrap();
        overlaps
            .push_masks(&[Some(columns(4)), Some(columns(2))], &[None])
            .unwrap();
        // Four of eight pixels, then four against none.
        assert_eq!(overlaps.iou(0, 0), 4.0 / 12.0);
        assert_eq!((overlaps.iou(0, 1), overlaps.iou(1, 0)), (0.0, 0.0));
        assert_eq!(overlaps.truth_area(1), 2.0);
        assert_eq!(
            (overlaps.prediction_area(0), overlaps.truth_area(9)),
            (8.0, 0.0)
        );
    }

    #[test]
    fn boxes_add_up_like_masks() {
        let edges = |right| Some(PreciseBox::from_edges([0.0, 0.0, right, 1.0]));
        let mut overlaps = TrackOverlaps::new(1, 1);
        overlaps.push_boxes(&[edges(4.0)], &[edges(8.0)]).unwrap();
        overlaps.push_boxes(&[edges(4.0)], &[None]).unwrap();
        assert_eq!(overlaps.iou(0, 0), 4.0 / 12.0);
        let nothing = TrackOverlaps::new(1, 1);
        assert_eq!((nothing.iou(0, 0), nothing.truth_area(0)), (0.0, 0.0));
    }

    #[test]
    fn tracks_that_are_missing_are_named() {
        let mut overlaps = TrackOverlaps::new(1, 1);
        let error = overlaps.push_masks(&[Some(columns(1))], &[]).unwrap_err();
        assert!(matches!(
            error,
            MetricsError::ObjectCount {
                role: "prediction",
                ..
            }
        ));
        let other = RunLength::new(FrameSize::new(1, 10), &[10]).unwrap();
        assert!(
            overlaps
                .push_masks(&[Some(columns(1))], &[Some(other)])
                .is_err()
        );
    }
}
