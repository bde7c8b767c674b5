//! How good weights are across cameras, on drives that nobody trained on.
//!
//! In: a segmenter, a rule. Out: J and F of the cross-view and of the generic benchmark (*MST-SAM*, appendix A.2). Objects are
//! pointed at in one camera at the first time step; that view does not count.

use burn::tensor::Device;
use tubelet_geometry::Mask;
use tubelet_metrics::{InstanceMean, MultiViewSequence, ViewMasks};
use tubelet_segmentation::{RigRule, Segmenter};

use super::{
    fast_poly::{self, Detections},
    scene::{Choice, SceneRequest, drive, photograph},
};
use crate::{
    TrainingError,
    batch::clip::ClipBatch,
    clicks::plan::{PromptKind, PromptPlan},
    log::Score,
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

/// Scores of the two benchmarks; shares from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RigScores {
    /// Of instances that several cameras see.
    pub across: Score,
    /// How many those are.
    pub instances_across: usize,
    /// Of all instances.
    pub generic: Score,
    /// How many those are.
    pub instances: usize,
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
            let scene = SceneRequest {
                seed: randomness.seed(Purpose::HeldOut, number),
                side: request.side,
                steps: request.steps,
                cameras: usize::MAX,
                difficulty: request.difficulty,
                texture: 1.0,
            };
            let drive = drive(&scene, recipe)?;
            let scene = photograph(&drive, scene.cameras, &mut random)?;
            let choice = Choice {
                objects: request.objects,
                least: request.side * request.side / PIXELS_PER_LEAST_AREA,
                across: number % 4 != 3,
            };
            let rule = recipe.rule();
            if let Some(batch) = scene.batch(rule, choice, &mut random) {
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
        let mut means = Vec::new();
        for drive in &self.drives {
            let mut batch = drive.batch.clone();
            if let Some(way) = &mut batch.rig {
                way.rule = rule;
            }
            let predicted = tracked(segmenter, &batch, kind, &device);
            means.extend(score(&batch, &predicted)?);
        }
        Ok(RigScores::of(&means))
    }

    /// The same for FastPoly-SAM, whose segmenter never looks back.
    ///
    /// # Errors
    /// Where boxes cannot be tracked or masks cannot be compared.
    pub fn evaluate_fast_poly(&self, segmenter: &Segmenter) -> Result<RigScores, TrainingError> {
        let device = segmenter.device();
        let mut means = Vec::new();
        for drive in &self.drives {
            let Some(way) = &drive.batch.rig else {
                continue;
            };
            let seen = (&drive.batch, way);
            let predicted = fast_poly::masks(segmenter, seen, &drive.detections, &device)?;
            means.extend(score(&drive.batch, &predicted)?);
        }
        Ok(RigScores::of(&means))
    }
}

impl RigScores {
    fn of(means: &[InstanceMean]) -> Self {
        let (across, instances_across) = mean(means.iter().filter(|mean| mean.views > 1));
        let (generic, instances) = mean(means.iter());
        Self {
            across,
            instances_across,
            generic,
            instances,
        }
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

/// The scores of a batch's objects over all views but the one that was prompted.
fn score(batch: &ClipBatch, predicted: &[Vec<Mask>]) -> Result<Vec<InstanceMean>, TrainingError> {
    let Some(way) = &batch.rig else {
        return Ok(Vec::new());
    };
    let mut sequence = MultiViewSequence::default();
    for (frame, predicted) in predicted.iter().enumerate() {
        if frame == way.first {
            continue;
        }
        for (instance, (truth, prediction)) in batch.masks[frame].iter().zip(predicted).enumerate()
        {
            sequence.push(&ViewMasks {
                view: way.view(frame).camera,
                instance: instance as u64,
                truth,
                prediction,
            })?;
        }
    }
    // Objects that no other view shows have nothing to be compared with.
    Ok(sequence.finish().unwrap_or_default())
}

fn mean<'a>(means: impl Iterator<Item = &'a InstanceMean>) -> (Score, usize) {
    let (mut sum, mut count) = (Score::default(), 0);
    for mean in means {
        sum.region += mean.scores.region;
        sum.boundary += mean.scores.boundary;
        count += 1;
    }
    let share = 1.0 / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX));
    let mean = Score {
        region: sum.region * share,
        boundary: sum.boundary * share,
    };
    (mean, count)
}
