//! Tracks through the frames of a scene.
//!
//! In: the detections of one frame after another. Out: the tracks of each. What is kept are the tracks that are alive, so
//! memory does not grow with the length of a scene.

use crate::association::{Classed, associate};
use crate::config::tracker::{Interval, TrackerConfig};
use crate::detection::{Detection, TrackedBox};
use crate::error::TrackingError;
use crate::life::Stage;
use crate::shape::Shape;
use crate::suppression::survivors;
use crate::track::{Now, Track};

/// Fast-Poly (Li et al., RA-L 2024): filter, suppress, predict, associate twice, update.
#[derive(Debug)]
pub struct Tracker {
    config: TrackerConfig,
    /// Those that are reported, then those that are not yet.
    tracks: Vec<Track>,
    next_number: u64,
    frame: u64,
    time: Option<f64>,
}

impl Tracker {
    /// A tracker before its first frame.
    ///
    /// # Errors
    /// [`TrackingError::Setting`] and its kin for settings that make no sense.
    pub fn new(config: TrackerConfig) -> Result<Self, TrackingError> {
        config.check()?;
        Ok(Self {
            config,
            tracks: Vec::new(),
            next_number: 0,
            frame: 0,
            time: None,
        })
    }

    /// Its settings.
    pub fn config(&self) -> &TrackerConfig {
        &self.config
    }

    /// Forgets everything, for another scene.
    pub fn reset(&mut self) {
        self.tracks.clear();
        self.next_number = 0;
        self.frame = 0;
        self.time = None;
    }

    /// The tracks of a frame, the surest first. `seconds` is the frame's time on any clock.
    ///
    /// # Errors
    /// [`TrackingError::Detection`] for a detection that cannot be meant, [`TrackingError::Time`] where the frame is not
    /// later than the one before. The tracker is then as it was.
    pub fn step(
        &mut self,
        seconds: f64,
        detections: &[Detection],
    ) -> Result<Vec<TrackedBox>, TrackingError> {
        for (index, detection) in detections.iter().enumerate() {
            detection.check(index, self.config.classes.len())?;
        }
        let passed = self.passed(seconds)?;
        self.frame += 1;
        self.time = Some(seconds);
        let now = Now {
            config: &self.config,
            frame: self.frame,
        };
        for track in &mut self.tracks {
            track.predict(now, passed);
        }
        self.tracks.retain(Track::is_finite);

        let kept = survivors(&self.config, detections);
        let found: Vec<Classed> = kept
            .iter()
            .map(|&index| &detections[index])
            .map(|it| (Shape::of(&it.bounds, 1.0), it.class))
            .collect();
        let predicted: Vec<Classed> = self.tracks.iter().map(Track::place).collect();
        let track_of = associate(&self.config, &found, &predicted);

        let mut detection_of = vec![None; self.tracks.len()];
        for (index, track) in kept.into_iter().zip(track_of) {
            if let Some(track) = track {
                detection_of[track] = Some(index);
            } else {
                let track = Track::new(now, self.next_number, &detections[index]);
                self.tracks.push(track);
                detection_of.push(Some(index));
                self.next_number += 1;
            }
        }
        let boxes = update(
            now,
            &mut self.tracks,
            (&detection_of, predicted.len()),
            detections,
        )?;
        self.tracks.retain(|track| track.stage() != Stage::Over);
        self.tracks
            .sort_by_key(|track| track.stage() == Stage::Tentative);
        Ok(surest(boxes, self.config.most_boxes))
    }

    /// Seconds that the motion models are moved by.
    fn passed(&self, now: f64) -> Result<f64, TrackingError> {
        let before = self.time.unwrap_or(f64::NEG_INFINITY);
        if !now.is_finite() || now <= before {
            return Err(TrackingError::Time { before, now });
        }
        Ok(match self.config.interval {
            Interval::Fixed(seconds) => seconds,
            // Before the first frame there is nothing to move.
            Interval::Measured => self.time.map_or(0.0, |before| now - before),
        })
    }
}

/// Takes in the detections of tracks, of which the first `known` are not new; gives what is reported.
fn update(
    now: Now<'_>,
    tracks: &mut [Track],
    (detection_of, known): (&[Option<usize>], usize),
    detections: &[Detection],
) -> Result<Vec<TrackedBox>, TrackingError> {
    let mut boxes = Vec::with_capacity(tracks.len());
    for (place, (track, detection)) in tracks.iter_mut().zip(detection_of).enumerate() {
        if place < known {
            track.update(now, detection.map(|index| &detections[index]));
        }
        boxes.extend(track.report(now, *detection)?);
    }
    Ok(boxes)
}

/// The surest boxes in order; among equals the older track first.
fn surest(mut boxes: Vec<TrackedBox>, count: usize) -> Vec<TrackedBox> {
    boxes.sort_by(|a, b| b.score.total_cmp(&a.score));
    boxes.truncate(count);
    boxes
}
