//! FastPoly-SAM: objects tracked in space by their boxes, the boxes projected to each camera, and a frozen segmenter asked for
//! what is in them (*MST-SAM*, appendix A.3).
//!
//! In: detections of a drive, a segmenter. Out: masks of every view, scored as those of other methods are.

use burn::tensor::{Device, Int, Tensor, TensorData};
use tubelet_datasets::{DetectionNoise, DrivingClip, synthetic_detections};
use tubelet_geometry::{BoundingBox, Mask};
use tubelet_segmentation::{FramePolicy, PointLabel, PointPrompts, Prompt, Segmenter};
use tubelet_tracking3d::{
    BoxPrompt, Detection, Target, TrackedBox, Tracker, TrackerConfig, VelocityInput, View,
    box_prompts, choose_targets,
};

use super::way::RigWay;
use crate::{
    TrainingError,
    batch::{
        clip::ClipBatch,
        tensors::{masks_of_logits, pictures},
    },
};

/// Least overlap of a target with a track that is taken for it.
const LEAST_IOU: f64 = 0.1;
/// Share of a box that a nearer one may hide; what is hidden more is not asked for.
const MOST_HIDDEN: f64 = 0.9;

/// What a detector reports on a drive, step by step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Detections {
    steps: Vec<Vec<Detection>>,
    /// Seconds from step to step.
    interval: f64,
}

impl Detections {
    /// Detections of a drive with a good detector's mistakes.
    pub(crate) fn of(clip: &DrivingClip) -> Result<Self, TrainingError> {
        let config = TrackerConfig::nu_scenes(VelocityInput::Measured);
        let class = |name: &str| config.classes.iter().position(|class| class.name == name);
        let found = synthetic_detections(clip, &DetectionNoise::default())?;
        let steps = found
            .iter()
            .map(|step| {
                step.iter()
                    .filter_map(|found| {
                        Detection::upright(
                            (found.rotation, found.translation),
                            (found.size, found.velocity),
                            (class(found.detection_name)?, found.detection_score),
                        )
                        .ok()
                    })
                    .collect()
            })
            .collect();
        Ok(Self {
            steps,
            interval: 1.0 / clip.config().rate,
        })
    }

    fn tracks(&self) -> Result<Vec<Vec<TrackedBox>>, TrainingError> {
        let mut tracker = Tracker::new(TrackerConfig::nu_scenes(VelocityInput::Measured))?;
        let mut tracks = Vec::with_capacity(self.steps.len());
        for (step, detections) in self.steps.iter().enumerate() {
            tracks.push(tracker.step(step as f64 * self.interval, detections)?);
        }
        Ok(tracks)
    }
}

/// The masks of a batch's objects, by frame and object.
pub(crate) fn masks(
    segmenter: &Segmenter,
    (batch, way): (&ClipBatch, &RigWay),
    detections: &Detections,
    device: &Device,
) -> Result<Vec<Vec<Mask>>, TrainingError> {
    let cameras = way.cameras.len();
    let tracks = detections.tracks()?;
    let prompts: Vec<Vec<BoxPrompt>> = tracks
        .iter()
        .zip(&way.world_from_ego)
        .map(|(tracks, &world_from_ego)| {
            let views: Vec<View<'_>> = way
                .cameras
                .iter()
                .map(|camera| View {
                    camera,
                    world_from_ego,
                    seconds_later: 0.0,
                })
                .collect();
            box_prompts(tracks, &views)
        })
        .collect();
    let chosen = chosen_tracks(batch, way, prompts.first().map_or(&[], Vec::as_slice));
    let mut masks = Vec::with_capacity(batch.frames());
    for frame in 0..batch.frames() {
        let view = way.view(frame);
        let here = prompts.get(view.step).map_or(&[][..], Vec::as_slice);
        let boxes: Vec<Option<BoundingBox>> = chosen
            .iter()
            .map(|track| {
                here.iter()
                    .find(|prompt| {
                        prompt.view == frame % cameras
                            && Some(prompt.track) == *track
                            && prompt.occlusion < MOST_HIDDEN
                    })
                    .map(|prompt| prompt.bounds)
            })
            .collect();
        masks.push(segment(segmenter, batch, (frame, &boxes), device));
    }
    Ok(masks)
}

/// The track of each object: by its box in the view where it was pointed at.
fn chosen_tracks(batch: &ClipBatch, way: &RigWay, prompts: &[BoxPrompt]) -> Vec<Option<u64>> {
    let targets: Vec<Target> = batch.masks[way.first]
        .iter()
        .map(|mask| {
            mask.bounding_box()
                .map(|bounds| (way.first, bounds))
                .into_iter()
                .collect()
        })
        .collect();
    let here: Vec<BoxPrompt> = prompts
        .iter()
        .filter(|prompt| prompt.view == way.first)
        .copied()
        .collect();
    choose_targets(&here, &targets, LEAST_IOU)
}

/// What is in the boxes of a view; nothing where there is no box.
fn segment(
    segmenter: &Segmenter,
    batch: &ClipBatch,
    (frame, boxes): (usize, &[Option<BoundingBox>]),
    device: &Device,
) -> Vec<Mask> {
    let mut masks = vec![Mask::new(batch.size); boxes.len()];
    let asked: Vec<(usize, BoundingBox)> = boxes
        .iter()
        .enumerate()
        .filter_map(|(object, bounds)| Some((object, (*bounds)?)))
        .collect();
    if asked.is_empty() {
        return masks;
    }
    let features = segmenter.encode(pictures(&batch.pictures[frame], batch.size, device));
    let mut recalled = segmenter.recall_nothing(&features);
    recalled.embedding = recalled.embedding.repeat_dim(0, asked.len());
    let coordinates: Vec<f32> = asked
        .iter()
        .flat_map(|(_, edges)| [edges.left, edges.top, edges.right - 1.0, edges.bottom - 1.0])
        .collect();
    let labels = [PointLabel::TopLeft as i64, PointLabel::BottomRight as i64].repeat(asked.len());
    let points = PointPrompts {
        coordinates: Tensor::from_data(TensorData::new(coordinates, [asked.len(), 2, 2]), device),
        labels: Tensor::<2, Int>::from_data(TensorData::new(labels, [asked.len(), 2]), device),
    };
    let prompt = Prompt::Points {
        points,
        previous: None,
    };
    let prediction = segmenter.predict(&features, &recalled, prompt, FramePolicy::prompted());
    let shown = batch.shown(prediction.logits);
    for ((object, _), mask) in asked.iter().zip(masks_of_logits(shown)) {
        masks[*object] = mask;
    }
    masks
}
