//! The order in which a track's samples are shown, and when.
//!
//! In: samples in decoding order and the edit list. Out: for every shown frame, its sample and its time; for every sample
//! its place among the shown frames. Samples that the edit list cuts away are decoded, since others may need them, but
//! never shown.

use super::refusal::Refusal;
use super::samples::Sample;
use super::track::Edit;

/// Decoded frames that may wait for an earlier one; H.264 allows 16.
const DEEPEST_REORDERING: usize = 32;

/// When and in which order samples are shown.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    /// Sample of each shown frame.
    samples: Vec<u32>,
    /// Shown frame of each sample; `u32::MAX` where it is never shown.
    frames: Vec<u32>,
    /// Samples from which decoding may start, ascending, with the first frame that is whole from there on.
    entries: Vec<Entry>,
    /// Units per second.
    time_scale: u32,
    /// Added to media time to get presentation time.
    shift: i64,
}

/// A sample from which decoding may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The sample, in decoding order.
    pub(crate) sample: usize,
    /// The first frame, in presentation order, that can be shown when decoding starts there.
    pub(crate) frame: usize,
}

/// Time scales of a track and its movie, in units per second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeScales {
    /// Of media times.
    pub(crate) track: u32,
    /// Of edit durations.
    pub(crate) movie: u32,
}

const HIDDEN: u32 = u32::MAX;

impl Timeline {
    /// Orders the samples.
    pub(crate) fn new(
        samples: &[Sample],
        edits: &[Edit],
        scales: TimeScales,
    ) -> Result<Self, Refusal> {
        let window = Window::new(edits, scales)?;
        let mut shown: Vec<u32> = (0..samples.len() as u32).collect();
        // An empty sample is a frame that the encoder left out.
        let is_shown = |sample: &Sample| sample.size > 0 && window.shows(sample.time);
        shown.retain(|&sample| samples.get(sample as usize).is_some_and(is_shown));
        // A stable sort: samples with the same time keep their decoding order.
        shown.sort_by_key(|&sample| samples.get(sample as usize).map(|sample| sample.time));
        let mut frames = vec![HIDDEN; samples.len()];
        for (frame, &sample) in shown.iter().enumerate() {
            if let Some(slot) = frames.get_mut(sample as usize) {
                *slot = frame as u32;
            }
        }
        check_reordering(&frames)?;
        let entries = entries(samples, &frames);
        Ok(Self {
            samples: shown,
            frames,
            entries,
            time_scale: scales.track,
            shift: window.shift,
        })
    }

    /// Number of shown frames.
    pub(crate) fn frame_count(&self) -> usize {
        self.samples.len()
    }

    /// The frame that shows a sample.
    pub(crate) fn frame_of(&self, sample: usize) -> Option<usize> {
        self.frames
            .get(sample)
            .filter(|&&frame| frame != HIDDEN)
            .map(|&frame| frame as usize)
    }

    /// The sample of a frame.
    pub(crate) fn sample_of(&self, frame: usize) -> Option<usize> {
        self.samples.get(frame).map(|&sample| sample as usize)
    }

    /// Presentation time of a media time, in seconds.
    pub(crate) fn seconds(&self, media_time: i64) -> f64 {
        media_time.saturating_add(self.shift) as f64 / f64::from(self.time_scale)
    }

    /// The latest place to start decoding in order to show a frame.
    pub(crate) fn entry_for(&self, frame: usize) -> Entry {
        let after = self.entries.partition_point(|entry| entry.frame <= frame);
        let before = after
            .checked_sub(1)
            .and_then(|index| self.entries.get(index));
        before.copied().unwrap_or(Entry {
            sample: 0,
            frame: 0,
        })
    }
}

/// Sync samples whose frame, and every frame after it, is decoded from there on.
///
/// An open group of pictures has frames that come after the sync sample in the file and before it on the screen; they
/// need the group before, so they are not counted to this one.
fn entries(samples: &[Sample], frames: &[u32]) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut next_frame = 0;
    for (index, (sample, &frame)) in samples.iter().zip(frames).enumerate() {
        // A hidden sync sample starts the frames that follow it on the screen.
        let first = if frame == HIDDEN { next_frame } else { frame };
        if sample.is_sync && first >= next_frame {
            entries.push(Entry {
                sample: index,
                frame: first as usize,
            });
        }
        if frame != HIDDEN {
            next_frame = next_frame.max(frame + 1);
        }
    }
    entries
}

/// Refuses an order that would need more than [`DEEPEST_REORDERING`] frames in memory.
fn check_reordering(frames: &[u32]) -> Result<(), Refusal> {
    let mut decoded = vec![false; frames.len()];
    let (mut next, mut waiting) = (0, 0usize);
    for &frame in frames.iter().filter(|&&frame| frame != HIDDEN) {
        if let Some(slot) = decoded.get_mut(frame as usize) {
            *slot = true;
            waiting += 1;
        }
        while decoded.get(next).copied().unwrap_or(false) {
            next += 1;
            waiting -= 1;
        }
        if waiting > DEEPEST_REORDERING {
            return Refusal::damaged(format!(
                "more than {DEEPEST_REORDERING} frames wait for an earlier one"
            ));
        }
    }
    Ok(())
}

/// The part of the media that is shown.
struct Window {
    start: i64,
    end: i64,
    shift: i64,
}

impl Window {
    fn new(edits: &[Edit], scales: TimeScales) -> Result<Self, Refusal> {
        let to_track = |movie_time: u64| -> i64 {
            let scaled =
                u128::from(movie_time) * u128::from(scales.track) / u128::from(scales.movie.max(1));
            i64::try_from(scaled).unwrap_or(i64::MAX / 2)
        };
        let mut empty = 0i64;
        let mut window: Option<Self> = None;
        for edit in edits {
            match (edit.media_start, &mut window) {
                (None, None) => empty = empty.saturating_add(to_track(edit.duration)),
                (None, Some(_)) if edit.duration == 0 => {}
                (Some(start), None) => {
                    let length = if edit.duration == 0 {
                        i64::MAX
                    } else {
                        to_track(edit.duration)
                    };
                    window = Some(Self {
                        start,
                        end: start.saturating_add(length),
                        shift: empty.saturating_sub(start),
                    });
                }
                // Pieces that continue each other are one piece.
                (Some(start), Some(window)) if start == window.end => {
                    window.end = start.saturating_add(to_track(edit.duration));
                }
                _ => return Err(Refusal::Foreign("an edit list of several pieces".into())),
            }
        }
        Ok(window.unwrap_or(Self {
            start: i64::MIN,
            end: i64::MAX,
            shift: empty,
        }))
    }

    fn shows(&self, time: i64) -> bool {
        self.start <= time && time < self.end
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const SCALES: TimeScales = TimeScales {
        track: 10,
        movie: 1000,
    };

    fn samples(times: &[i64], syncs: &[usize]) -> Vec<Sample> {
        let sample = |(index, &time)| Sample {
            offset: 0,
            size: 1,
            is_sync: syncs.contains(&index),
            time,
        };
        times.iter().enumerate().map(sample).collect()
    }

    #[test]
    fn frames_are_ordered_by_time_and_shifted_by_the_edit_list() {
        let samples = samples(&[2, 5, 3, 4], &[0]);
        let edits = [
            Edit {
                duration: 500,
                media_start: None,
            },
            Edit {
                duration: 0,
                media_start: Some(2),
            },
        ];
        let timeline = Timeline::new(&samples, &edits, SCALES).unwrap();
        assert_eq!(timeline.samples, [0, 2, 3, 1]);
        assert_eq!(timeline.frame_of(1), Some(3));
        assert_eq!(timeline.seconds(2), 0.5);
    }

    #[test]
    fn samples_outside_the_edit_are_hidden() {
        let samples = samples(&[0, 1, 2, 3, 4], &[0]);
        let edits = [Edit {
            duration: 200,
            media_start: Some(2),
        }];
        let timeline = Timeline::new(&samples, &edits, SCALES).unwrap();
        assert_eq!(timeline.samples, [2, 3]);
        assert_eq!(timeline.frame_of(0), None);
        assert_eq!(
            timeline.entry_for(1),
            Entry {
                sample: 0,
                frame: 0
            }
        );
    }

    #[test]
    fn decoding_starts_before_the_leading_frames_of_an_open_group() {
        // Sample 3 is a sync sample; samples 4 and 5 are shown before it and need the group before.
        let samples = samples(&[0, 2, 1, 5, 3, 4, 6], &[0, 3]);
        let timeline = Timeline::new(&samples, &[], SCALES).unwrap();
        assert_eq!(
            timeline.entry_for(4),
            Entry {
                sample: 0,
                frame: 0
            }
        );
        assert_eq!(
            timeline.entry_for(5),
            Entry {
                sample: 3,
                frame: 5
            }
        );
    }

    #[test]
    fn hostile_orders_are_refused() {
        let times: Vec<i64> = (0..200).rev().collect();
        assert!(Timeline::new(&samples(&times, &[0]), &[], SCALES).is_err());
    }
}
