//! How good weights are across cameras, on drives that nobody trained on.
//!
//! In: a segmenter, a rule. Out: J and F of the cross-view and of the generic benchmark (*MST-SAM*, appendix A.2). Objects are
//! pointed at in one camera at the first time step; that view does not count.

use std::time::Instant;

use burn::tensor::Device;
use tubelet_geometry::Mask;
use tubelet_metrics::{InstanceMean, MultiViewSequence, ViewMasks};
use tubelet_segmentation::{RigRule, Segmenter};

use super::{
    fast_poly::{self, Detections},
    scene::{Choice, SceneRequest, Sight, drive, photograph},
    scores::{RigScores, ViewCounts},
};
use crate::{
    TrainingError,
    batch::clip::ClipBatch,
    clicks::plan::{PromptKind, PromptPlan},
    log::EvaluationRecord,
    randomness::{Purpose, Randomness},
    recipe::rig::RigRecipe,
    steps::clip_pass::{ClipPass, PassPolicies},
};

/// Objects smaller than one in so many pixels are left out.
const PIXELS_PER_LEAST_AREA: usize = 250;

/// Drives that are never trained on.
#[derive(Clone, Debug)]
pub struct HeldOutDrives {
    drives: Vec<Drive>,
}

#[derive(Clone, Debug)]
struct Drive {
    batch: ClipBatch,
    detections: Detections,
}

/// Which drives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrivesRequest {
    /// How many.
    pub drives: usize,
    /// Time steps of each.
    pub steps: usize,
    /// Most objects of each.
    pub objects: usize,
    /// Height and width of the pictures.
    pub side: usize,
    /// Of the world.
    pub difficulty: f64,
    /// Where they come from.
    pub seed: u64,
}

impl HeldOutDrives {
    /// Renders the drives, with all cameras of the rig.
    ///
    /// # Errors
    /// Where the world cannot be drawn.
    pub fn render(request: &DrivesRequest, recipe: &RigRecipe) -> Result<Self, TrainingError> {
        let randomness = Randomness(request.seed);
        let mut drives = Vec::with_capacity(request.drives);
        for number in 0..request.drives as u64 {
            let mut random = randomness.generator(Purpose::HeldOut, number);
            let request_of_scene = SceneRequest {
                seed: randomness.seed(Purpose::HeldOut, number),
                side: request.side,
                steps: request.steps,
                cameras: usize::MAX,
                difficulty: request.difficulty,
                texture: 1.0,
            };
            let drive = drive(&request_of_scene, recipe, &mut random)?;
            let scene = photograph(&drive, &request_of_scene, &mut random)?;
            let mut batch = |sight| {
                let choice = Choice {
                    objects: request.objects,
                    least: request.side * request.side / PIXELS_PER_LEAST_AREA,
                    sight,
                };
                scene.batch(recipe.rule(), choice, &mut random)
            };
            let wanted = Sight::across(number % 4 != 3);
            if let Some(batch) = batch(wanted).or_else(|| batch(Sight::Any)) {
                drives.push(Drive {
                    batch,
                    detections: Detections::of(&drive)?,
                });
            }
        }
        Ok(Self { drives })
    }

    /// Tracks all objects through all drives and compares.
    ///
    /// # Errors
    /// Where masks cannot be compared.
    pub fn evaluate(
        &self,
        segmenter: &Segmenter,
        rule: RigRule,
        kind: PromptKind,
    ) -> Result<RigScores, TrainingError> {
        let device = segmenter.device();
        let mut verdict = Verdict::default();
        for drive in &self.drives {
            let mut batch = drive.batch.clone();
            if let Some(way) = &mut batch.rig {
                way.rule = rule;
            }
            let predicted = tracked(segmenter, &batch, kind, &device);
            verdict.add(&batch, &predicted)?;
        }
        Ok(verdict.scores())
    }

    /// A record of a run in progress: J&F of all instances for every kind of prompt, and with masks what became of the views.
    ///
    /// # Errors
    /// Where masks cannot be compared.
    pub(crate) fn record(
        &self,
        segmenter: &Segmenter,
        rule: RigRule,
        step: usize,
    ) -> Result<EvaluationRecord, TrainingError> {
        let start = Instant::now();
        let scores = |kind| self.evaluate(segmenter, rule, kind);
        let mask = scores(PromptKind::Mask)?;
        Ok(EvaluationRecord {
            step,
            mask: mask.generic,
            boxed: scores(PromptKind::Box)?.generic,
            click: scores(PromptKind::Click)?.generic,
            views: Some(mask.views.shares()),
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// What [`HeldOutDrives::evaluate`] does, for the prompted camera's pictures as a video of their own; other cameras' get no masks.
    ///
    /// # Errors
    /// Where masks cannot be compared.
    pub fn evaluate_one_camera(
        &self,
        segmenter: &Segmenter,
        kind: PromptKind,
    ) -> Result<RigScores, TrainingError> {
        let device = segmenter.device();
        let mut verdict = Verdict::default();
        for Drive { batch, .. } in &self.drives {
            let Some(video) = prompted_video(batch) else {
                continue;
            };
            let mut own = tracked(segmenter, &video, kind, &device).into_iter();
            let nothing = vec![Mask::new(batch.size); batch.objects()];
            let predicted: Vec<Vec<Mask>> = (0..batch.frames())
                .map(|frame| {
                    let masks = if is_prompted_camera(batch, frame) {
                        own.next()
                    } else {
                        None
                    };
                    masks.unwrap_or_else(|| nothing.clone())
                })
                .collect();
            verdict.add(batch, &predicted)?;
        }
        Ok(verdict.scores())
    }

    /// The same for FastPoly-SAM, whose segmenter never looks back.
    ///
    /// # Errors
    /// Where boxes cannot be tracked or masks cannot be compared.
    pub fn evaluate_fast_poly(&self, segmenter: &Segmenter) -> Result<RigScores, TrainingError> {
        let device = segmenter.device();
        let mut verdict = Verdict::default();
        for drive in &self.drives {
            let Some(way) = &drive.batch.rig else {
                continue;
            };
            let seen = (&drive.batch, way);
            let predicted = fast_poly::masks(segmenter, seen, &drive.detections, &device)?;
            verdict.add(&drive.batch, &predicted)?;
        }
        Ok(verdict.scores())
    }
}

/// The masks that tracking finds, by frame and object.
fn tracked(
    segmenter: &Segmenter,
    batch: &ClipBatch,
    kind: PromptKind,
    device: &Device,
) -> Vec<Vec<Mask>> {
    let plan = PromptPlan::first_frame(kind).starting_in(batch.first());
    let pass = ClipPass {
        segmenter,
        batch,
        plan: &plan,
        policies: PassPolicies::inference(),
        device,
    };
    let mut predicted: Vec<Vec<Mask>> = vec![Vec::new(); batch.frames()];
    // A careful user leaves nothing to chance.
    let mut random = Randomness(0).generator(Purpose::Prompt, 0);
    pass.run(&mut random, |step| {
        predicted[step.frame] = pass.shown_masks(step.prediction);
    });
    predicted
}

/// The frames of the camera in which a batch's objects are pointed at.
fn prompted_video(batch: &ClipBatch) -> Option<ClipBatch> {
    batch.rig.as_ref()?;
    let own = |frame: &usize| is_prompted_camera(batch, *frame);
    let frames: Vec<usize> = (0..batch.frames()).filter(own).collect();
    let pictures = frames.iter().map(|&frame| batch.pictures[frame].clone());
    let masks = frames.iter().map(|&frame| batch.masks[frame].clone());
    Some(ClipBatch {
        size: batch.size,
        pictures: pictures.collect(),
        masks: masks.collect(),
        clip_of_object: batch.clip_of_object.clone(),
        least: batch.least,
        rig: None,
    })
}

fn is_prompted_camera(batch: &ClipBatch, frame: usize) -> bool {
    batch
        .rig
        .as_ref()
        .is_some_and(|way| way.view(frame).camera == way.view(way.first).camera)
}

/// What is known of the drives so far.
#[derive(Default)]
struct Verdict {
    means: Vec<InstanceMean>,
    views: ViewCounts,
}

impl Verdict {
    /// Compares a batch's masks in all views but the one that was prompted.
    fn add(&mut self, batch: &ClipBatch, predicted: &[Vec<Mask>]) -> Result<(), TrainingError> {
        let Some(way) = &batch.rig else {
            return Ok(());
        };
        let mut sequence = MultiViewSequence::default();
        for (frame, predicted) in predicted.iter().enumerate() {
            if frame == way.first {
                continue;
            }
            let is_own = is_prompted_camera(batch, frame);
            let pairs = batch.masks[frame].iter().zip(predicted);
            for (instance, (truth, prediction)) in pairs.enumerate() {
                self.views.push((truth, prediction), batch.least, is_own);
                sequence.push(&ViewMasks {
                    view: way.view(frame).camera,
                    instance: instance as u64,
                    truth,
                    prediction,
                })?;
            }
        }
        // Objects that no other view shows have nothing to be compared with.
        self.means.extend(sequence.finish().unwrap_or_default());
        Ok(())
    }

    fn scores(&self) -> RigScores {
        RigScores::of(&self.means, self.views)
    }
}
