//! KITTI MOTS: tracking of masks that do not overlap, one class at a time.
//!
//! Source: Voigtlaender et al., *MOTS*, CVPR 2019, and `mots_tools`' `MOTS_metrics.py`. Because the masks of a frame do
//! not overlap, a true mask can share more than half with one predicted mask only; those two belong together.

use std::collections::{BTreeMap, BTreeSet};

use tubelet_geometry::RunLength;

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::protocols::tracks::mots_counts::MotsCounts;
use crate::track_overlap::mask_iou;

/// A pair belongs together above this overlap, and a mask is ignored where the ignored region covers more of it.
const OVERLAP: f64 = 0.5;

/// The class of cars.
pub const MOTS_CAR: u32 = 1;
/// The class of pedestrians.
pub const MOTS_PEDESTRIAN: u32 = 2;
/// The class of regions that are ignored.
pub const MOTS_IGNORED: u32 = 10;

/// A mask in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackedMask<'a> {
    /// The number of its track.
    pub track: u64,
    /// Its class.
    pub class: u32,
    /// The mask.
    pub mask: &'a RunLength,
}

/// Scores one class in one sequence.
#[derive(Debug, Clone)]
pub struct KittiMotsSequence {
    class: u32,
    frames: usize,
    counts: MotsCounts,
    tracks: BTreeMap<u64, TrackState>,
    predicted_tracks: BTreeSet<u64>,
}

/// A true track so far. Only frames in which it is visible count.
#[derive(Debug, Clone, Copy, Default)]
struct TrackState {
    frames: usize,
    tracked: usize,
    /// The predicted track of the last frame, where there was one.
    current: Option<u64>,
    /// The predicted track of the frame before.
    before: Option<u64>,
    /// The last predicted track there was.
    last: Option<u64>,
    /// Whether the last frame is a fragmentation if the track goes on.
    is_pending: bool,
}

impl KittiMotsSequence {
    /// A sequence of `frames` frames (in the benchmark's sequence maps one more than the last number), of which one class
    /// is scored.
    pub fn new(class: u32, frames: usize) -> Self {
        Self {
            class,
            frames,
            counts: MotsCounts::default(),
            tracks: BTreeMap::new(),
            predicted_tracks: BTreeSet::new(),
        }
    }

    /// Adds a frame with the masks of all classes.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] after the last frame; [`MetricsError::RepeatedTrack`] and
    /// [`MetricsError::OverlappingMasks`] where the masks of a side are not those of distinct objects, which the official
    /// code refuses too; [`MetricsError::Geometry`] where sizes differ.
    pub fn push(
        &mut self,
        truth: &[TrackedMask<'_>],
        predictions: &[TrackedMask<'_>],
    ) -> Result<(), MetricsError> {
        let frame = self.counts.frames;
        if frame >= self.frames {
            let (expected, found) = (self.frames, frame + 1);
            return Err(MetricsError::FrameCount { expected, found });
        }
        check_distinct(frame, "ground truth", truth)?;
        check_distinct(frame, "prediction", predictions)?;
        let of_class = |class: u32| move |mask: &&TrackedMask<'_>| mask.class == class;
        let ignored = region(truth.iter().filter(of_class(MOTS_IGNORED)))?;
        let objects: Vec<_> = truth.iter().filter(of_class(self.class)).collect();
        let found: Vec<_> = predictions.iter().filter(of_class(self.class)).collect();
        let mut matched = Vec::new();
        let mut is_matched = vec![false; found.len()];
        let mut overlaps = Mean::default();
        for object in &objects {
            let mut track = None;
            for (prediction, is_matched) in found.iter().zip(&mut is_matched) {
                let overlap = mask_iou(object.mask, prediction.mask)?;
                if overlap > OVERLAP {
                    *is_matched = true;
                    track = Some(prediction.track);
                    self.counts.overlap += overlap;
                    overlaps.push(overlap);
                    self.counts.true_positives += 1;
                }
            }
            matched.push((object.track, track));
        }
        let mut ignored_masks = 0;
        for (prediction, _) in found
            .iter()
            .zip(&is_matched)
            .filter(|(_, matched)| !**matched)
        {
            let covered = match &ignored {
                Some(region) => prediction.mask.intersection_count(region)?,
                None => 0,
            };
            ignored_masks += usize::from(covered as f64 > OVERLAP * prediction.mask.area() as f64);
        }
        let right = is_matched.iter().filter(|&&is_matched| is_matched).count();
        self.counts.objects += objects.len();
        self.counts.predictions += found.len();
        self.counts.ignored += ignored_masks;
        self.counts.false_negatives += objects.len() - right;
        self.counts.false_positives += found.len() - right - ignored_masks;
        self.counts.frames += 1;
        self.counts.frame_overlap += if right == 0 { 1.0 } else { overlaps.value() };
        self.predicted_tracks
            .extend(found.iter().map(|prediction| prediction.track));
        for (track, prediction) in matched {
            let state = self.tracks.entry(track).or_default();
            state.push(prediction, &mut self.counts);
        }
        Ok(())
    }

    /// The counts of the sequence.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing.
    pub fn finish(&self) -> Result<MotsCounts, MetricsError> {
        let (expected, found) = (self.frames, self.counts.frames);
        if found != expected {
            return Err(MetricsError::FrameCount { expected, found });
        }
        let mut counts = self.counts;
        counts.tracks = self.tracks.len();
        counts.predicted_tracks = self.predicted_tracks.len();
        for state in self.tracks.values() {
            state.finish(&mut counts);
        }
        Ok(counts)
    }
}

impl TrackState {
    /// Adds a frame in which the track is visible.
    fn push(&mut self, prediction: Option<u64>, counts: &mut MotsCounts) {
        if self.is_pending && prediction.is_some() {
            counts.fragmentations += 1;
        }
        let switches = self.frames > 0 && prediction.is_some() && self.last.is_some();
        if switches && self.last != prediction {
            counts.identity_switches += 1;
        }
        self.is_pending = switches && self.current != prediction;
        self.frames += 1;
        self.tracked += usize::from(prediction.is_some());
        self.before = self.current;
        self.current = prediction;
        self.last = prediction.or(self.last);
    }

    /// Adds what is known of the whole track.
    fn finish(self, counts: &mut MotsCounts) {
        // The last frame is a fragmentation without a frame after it, and without one before that was tracked.
        if self.tracked > 0
            && self.frames > 1
            && self.current.is_some()
            && self.before != self.current
        {
            counts.fragmentations += 1;
        }
        let share = self.tracked as f64 / self.frames as f64;
        if share > 0.8 {
            counts.mostly_tracked += 1;
        } else if share < 0.2 {
            counts.mostly_lost += 1;
        } else {
            counts.partly_tracked += 1;
        }
    }
}

/// All masks as one; `None` where there is none.
fn region<'a>(
    masks: impl Iterator<Item = &'a TrackedMask<'a>>,
) -> Result<Option<RunLength>, MetricsError> {
    let mut region: Option<RunLength> = None;
    for mask in masks {
        region = Some(match region {
            Some(region) => region.union(mask.mask)?,
            None => mask.mask.clone(),
        });
    }
    Ok(region)
}

fn check_distinct(
    frame: usize,
    role: &'static str,
    masks: &[TrackedMask<'_>],
) -> Result<(), MetricsError> {
    let mut tracks = BTreeSet::new();
    for mask in masks {
        if !tracks.insert(mask.track) {
            let track = mask.track;
            return Err(MetricsError::RepeatedTrack { frame, role, track });
        }
    }
    let covered = region(masks.iter())?.map_or(0, |region| region.area());
    let areas: usize = masks.iter().map(|mask| mask.mask.area()).sum();
    if covered != areas {
        return Err(MetricsError::OverlappingMasks { frame, role });
    }
    Ok(())
}
