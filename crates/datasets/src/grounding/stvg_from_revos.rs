//! Spatio-temporal grounding from ReVOS (Bridge-STG, appendix A).
//!
//! In: ReVOS with its masks. Out: samples whose boxes enclose the masks, and whose clip is put before or behind a clip
//! that has nothing to do with the sentence, so that there is a time to find. Filters are the paper's: no video longer
//! than 180 seconds, no event shorter than one second. What the paper leaves open is a field of
//! [`StvgConstruction`].

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use tubelet_geometry::FrameSize;

use super::constructed::{ConstructedPart, ConstructedSample};
use super::unrelated_clips::UnrelatedClips;
use super::vid_stg::BoxTube;
use crate::annotated_box::AnnotatedBox;
use crate::error::{DatasetError, Result};
use crate::referring::expressions::{Expression, ReferringVideo};
use crate::referring::mask_dictionary::{ExpressionMasks, MaskDictionary};
use crate::referring::revos::Revos;
use crate::segmentation::video_instances::around;

/// What becomes of a sentence that means several objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeveralObjects {
    /// It is left out, since a tube follows one object.
    LeaveOut,
    /// One box encloses all of them.
    Enclose,
}

/// How the event lies in the clip that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventExtent {
    /// The whole clip, as in the paper; boxes are missing where the object is hidden.
    WholeClip,
    /// From the first to the last frame in which the object is seen.
    Seen,
}

/// How samples are put together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StvgConstruction {
    /// Frames in a second of ReVOS's pictures.
    pub frame_rate: f64,
    /// Longest video put together, in seconds.
    pub longest_seconds: f64,
    /// Shortest event, in seconds.
    pub shortest_seconds: f64,
    /// Sentences about several objects.
    pub several_objects: SeveralObjects,
    /// How the event lies in its clip.
    pub event: EventExtent,
    /// Which clips are put together, and in which order.
    pub seed: u64,
}

impl Default for StvgConstruction {
    /// The paper's filters, at 6 frames a second.
    fn default() -> Self {
        Self {
            frame_rate: 6.0,
            longest_seconds: 180.0,
            shortest_seconds: 1.0,
            several_objects: SeveralObjects::LeaveOut,
            event: EventExtent::WholeClip,
            seed: 0,
        }
    }
}

/// What became of the sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConstructionCounts {
    /// Sentences that became samples.
    pub samples: usize,
    /// Left out: they mean nothing that is there, or it is never seen.
    pub nothing_seen: usize,
    /// Left out: they mean several objects.
    pub several_objects: usize,
    /// Left out: no clip was found that has nothing to do with them.
    pub no_unrelated_clip: usize,
    /// Left out: the video put together is too long.
    pub too_long: usize,
    /// Left out: the event is too short.
    pub too_short: usize,
}

impl StvgConstruction {
    /// Puts together a sample for each sentence that passes the filters, one after the other, and shows it to a closure.
    /// The same seed gives the same samples; each depends on its own sentence alone.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where ReVOS is without masks, [`DatasetError::Entry`] where masks and frames disagree in
    /// number, and those of the closure.
    pub fn construct(
        &self,
        revos: &Revos,
        mut show: impl FnMut(ConstructedSample) -> Result<()>,
    ) -> Result<ConstructionCounts> {
        let masks = revos.masks().ok_or_else(|| DatasetError::Layout {
            path: revos.root().to_owned(),
            dataset: "ReVOS with masks",
            reason: "there is no `mask_dict.json`".into(),
        })?;
        let clips = UnrelatedClips::new(revos.videos());
        let mut counts = ConstructionCounts::default();
        for (place, video) in revos.videos().iter().enumerate() {
            for expression in &video.expressions {
                let Some((tube, size)) = self.event(masks, video, expression, &mut counts)? else {
                    continue;
                };
                let mut dice = dice(self.seed, &video.name, &expression.id);
                let Some(other) = clips.draw(place, &expression.text, &mut dice) else {
                    counts.no_unrelated_clip += 1;
                    continue;
                };
                let Some(other) = revos.videos().get(other) else {
                    continue;
                };
                let sample = self.join(video, expression, other, (tube, size), &mut dice);
                if sample.frames() as f64 / self.frame_rate > self.longest_seconds {
                    counts.too_long += 1;
                } else if sample.span().duration() < self.shortest_seconds {
                    counts.too_short += 1;
                } else {
                    counts.samples += 1;
                    show(sample)?;
                }
            }
        }
        Ok(counts)
    }

    /// The boxes of what a sentence means, by frames of its own clip; `None` where it is left out.
    fn event(
        &self,
        masks: &MaskDictionary,
        video: &ReferringVideo,
        expression: &Expression,
        counts: &mut ConstructionCounts,
    ) -> Result<Option<(BoxTube, FrameSize)>> {
        if expression.annotations.len() > 1 && self.several_objects == SeveralObjects::LeaveOut {
            counts.several_objects += 1;
            return Ok(None);
        }
        let masks_of = masks.expression_masks(expression)?;
        let seen = masks_of.tracks.iter().flatten().flatten().next();
        let Some(size) = seen.map(tubelet_geometry::RunLength::size) else {
            counts.nothing_seen += 1;
            return Ok(None);
        };
        if masks_of.frames() != video.frames.len() {
            return Err(DatasetError::Entry {
                path: masks.path().to_owned(),
                entry: format!("{}/{}", video.name, expression.id),
                reason: format!(
                    "{} masks for {} frames",
                    masks_of.frames(),
                    video.frames.len()
                ),
            });
        }
        let boxes = boxes(&masks_of);
        let first = boxes.iter().position(Option::is_some);
        let last = boxes.iter().rposition(Option::is_some);
        let (Some(first), Some(last)) = (first, last) else {
            counts.nothing_seen += 1;
            return Ok(None);
        };
        let tube = match self.event {
            EventExtent::WholeClip => BoxTube {
                first_frame: 0,
                boxes,
            },
            EventExtent::Seen => BoxTube {
                first_frame: first,
                boxes: boxes.get(first..=last).unwrap_or_default().to_vec(),
            },
        };
        Ok(Some((tube, size)))
    }

    /// Puts a stretch of another clip before or behind the one that is meant.
    fn join(
        &self,
        video: &ReferringVideo,
        expression: &Expression,
        other: &ReferringVideo,
        (mut tube, size): (BoxTube, FrameSize),
        dice: &mut ChaCha8Rng,
    ) -> ConstructedSample {
        let own = video.frames.len();
        // From a quarter of the clip's length to all of it, as far as the other clip lasts.
        let length = own.div_ceil(4) + below(own - own.div_ceil(4) + 1, dice);
        let length = length.min(other.frames.len());
        let start = below(other.frames.len() - length + 1, dice);
        let part = |video: &ReferringVideo, frames| ConstructedPart {
            video: video.name.clone(),
            frames,
        };
        let meant = part(video, 0..own);
        let mut parts = vec![meant];
        if length > 0 {
            let unrelated = part(other, start..start + length);
            if below(2, dice) == 0 {
                tube.first_frame += length;
                parts.insert(0, unrelated);
            } else {
                parts.push(unrelated);
            }
        }
        ConstructedSample {
            video: video.name.clone(),
            expression: expression.id.clone(),
            text: expression.text.clone(),
            frame_rate: self.frame_rate,
            size,
            parts,
            tube,
        }
    }
}

/// The box around everything that is meant, in each frame.
fn boxes(masks: &ExpressionMasks) -> Vec<Option<AnnotatedBox>> {
    let in_frame = |frame: usize| {
        let masks = masks
            .tracks
            .iter()
            .filter_map(|track| track.get(frame)?.as_ref());
        masks.filter_map(around).reduce(AnnotatedBox::union)
    };
    (0..masks.frames()).map(in_frame).collect()
}

/// Random numbers of one sentence.
fn dice(seed: u64, video: &str, expression: &str) -> ChaCha8Rng {
    // FNV-1a over the names, so that a sentence keeps its sample when others come or go.
    let names = video.bytes().chain([0]).chain(expression.bytes());
    let hash = names.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ChaCha8Rng::seed_from_u64(seed ^ hash)
}

fn below(count: usize, dice: &mut ChaCha8Rng) -> usize {
    (dice.next_u64() % (count.max(1) as u64)) as usize
}
