//! Tracks of masks in a file of results, beside those of the ground truth.
//!
//! In: videos with tracks, and results. Out: the tracks of a video on both sides, frame by frame, checked against the
//! videos; and what to show of them.

use std::collections::{BTreeMap, BTreeSet};

use tubelet_datasets::{InstanceResult, InstanceTrack, InstanceVideo, VideoInstances};
use tubelet_geometry::RunLength;

use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::{Evidence, FramePicture, MaskEvidence, MaskSource};
use crate::task::{Missing, Task};

/// A video with the tracks of both sides.
pub(crate) struct TrackVideo<'a> {
    /// The video.
    pub(crate) video: &'a InstanceVideo,
    /// True tracks.
    pub(crate) truth: Vec<&'a InstanceTrack>,
    /// Predicted tracks, with their places in the file.
    pub(crate) found: Vec<(usize, &'a InstanceResult)>,
}

impl<'a> TrackVideo<'a> {
    /// All videos in the order of their numbers, which decides among equal scores.
    ///
    /// A video without results is one in which nothing was found, which the protocols allow.
    pub(crate) fn all(
        task: &Task<'_>,
        truth: &'a VideoInstances,
        results: &'a [InstanceResult],
    ) -> Result<Vec<Self>, EvaluationError> {
        let mut videos: BTreeMap<u64, Self> = BTreeMap::new();
        for video in &truth.videos {
            let (tracks, found) = (Vec::new(), Vec::new());
            videos.insert(
                video.id,
                Self {
                    video,
                    truth: tracks,
                    found,
                },
            );
        }
        for track in &truth.tracks {
            if let Some(video) = videos.get_mut(&track.video) {
                video.truth.push(track);
            }
        }
        let mut problems = Problems::default();
        let mut unknown = BTreeSet::new();
        for (index, result) in results.iter().enumerate() {
            let Some(video) = videos.get_mut(&result.video) else {
                unknown.insert(result.video);
                continue;
            };
            let name = || format!("result {index}");
            let (expected, found) = (video.video.files.len(), result.masks.len());
            if expected != found {
                problems.push(Problem::Count {
                    name: name(),
                    what: "frames",
                    expected,
                    found,
                });
            }
            let sizes = result.masks.iter().flatten().map(RunLength::size);
            if let Some(size) = sizes.into_iter().find(|size| *size != video.video.size) {
                let reason = format!("a mask is {size}, the video {}", video.video.size);
                problems.push(Problem::value(name(), reason));
            }
            if !result.score.is_finite() {
                problems.push(Problem::value(name(), "a score that is not finite"));
            }
            if !truth.categories.is_empty() && !truth.categories.contains_key(&result.category) {
                let reason = format!("the ground truth has no category {}", result.category);
                problems.push(Problem::value(name(), reason));
            }
            video.found.push((index, result));
        }
        if task.options.missing != Missing::LeaveOut {
            for video in unknown {
                problems.push(Problem::Unexpected {
                    what: "video",
                    name: video.to_string(),
                });
            }
        }
        problems.check(task.inputs.predictions)?;
        Ok(videos.into_values().collect())
    }

    /// The true and the predicted masks of a frame.
    pub(crate) fn masks(&self, frame: usize) -> [Vec<Option<RunLength>>; 2] {
        let truth = self
            .truth
            .iter()
            .map(|track| track.masks.get(frame).cloned().flatten());
        let found = self
            .found
            .iter()
            .map(|(_, track)| track.masks.get(frame).cloned().flatten());
        [truth.collect(), found.collect()]
    }

    /// What to show of some tracks: the middle one of the frames in which there is any.
    pub(crate) fn evidence(
        &self,
        task: &Task<'_>,
        caption: &str,
        truth: &[&Vec<Option<RunLength>>],
        found: &[&Vec<Option<RunLength>>],
    ) -> Option<Evidence> {
        let is_seen = |frame: &usize| {
            let mut tracks = truth.iter().chain(found);
            tracks.any(|masks| masks.get(*frame).is_some_and(Option::is_some))
        };
        let seen: Vec<usize> = (0..self.video.files.len()).filter(is_seen).collect();
        let frame = *seen.get(seen.len() / 2)?;
        let codes = |tracks: &[&Vec<Option<RunLength>>]| {
            let masks = tracks
                .iter()
                .filter_map(|masks| masks.get(frame).cloned().flatten());
            MaskSource::Codes(masks.collect())
        };
        let file = self.video.files.get(frame)?;
        let folder = task.options.frames.as_ref();
        let image = folder
            .map(|folder| folder.join(file))
            .filter(|path| path.is_file());
        Some(Evidence::Masks(MaskEvidence {
            caption: format!("{caption}, frame {frame} ({file})"),
            image: image.map(FramePicture::File),
            truth: codes(truth),
            prediction: codes(found),
        }))
    }
}
