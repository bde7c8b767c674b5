//! How good weights are on clips that nobody trained on.
//!
//! In: a segmenter, the recipe. Out: J and F for each kind of first prompt. It goes the same way through a clip as training, with
//! the policies of inference. The first frame, where the prompt is, does not count.

use std::time::Instant;

use burn::tensor::Device;
use tubelet_metrics::FrameScorer;
use tubelet_segmentation::Segmenter;

use crate::{
    TrainingError,
    batch::{
        clip::ClipBatch,
        clip_source::{ClipRequest, render},
    },
    clicks::plan::{PromptKind, PromptPlan},
    log::{EvaluationRecord, Score},
    randomness::{Purpose, Randomness},
    recipe::clips::EvaluationRecipe,
    steps::clip_pass::{ClipPass, PassPolicies},
};

/// Objects smaller than one in so many pixels of the first frame are left out.
const PIXELS_PER_LEAST_AREA: usize = 250;

/// Clips that are never trained on, rendered once for all evaluations of a run.
#[derive(Clone, Debug)]
pub struct HeldOutClips {
    clips: Vec<ClipBatch>,
}

/// Sums of scores over objects.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    sum: Score,
    objects: usize,
}

impl HeldOutClips {
    /// Renders the clips.
    ///
    /// # Errors
    /// Where the recipe asks for clips that cannot be drawn.
    pub fn render(
        recipe: &EvaluationRecipe,
        side: usize,
        seed: u64,
    ) -> Result<Self, TrainingError> {
        let clip = |number| {
            let request = ClipRequest {
                purpose: Purpose::HeldOut,
                number,
                side,
                frames: recipe.frames.get(),
                objects: recipe.objects.get(),
                longest_stride: 1,
                difficulty: recipe.difficulty.get(),
                texture: 1.0,
            };
            let clip = render(&request, Randomness(seed))?;
            let mut objects = clip.visible_in(0, side * side / PIXELS_PER_LEAST_AREA);
            objects.truncate(recipe.objects.get());
            Ok(ClipBatch::new(clip.size, vec![(clip, objects)]))
        };
        let clips = (0..recipe.clips.get() as u64)
            .map(clip)
            .collect::<Result<Vec<_>, TrainingError>>()?;
        Ok(Self {
            clips: clips
                .into_iter()
                .filter(|clip| clip.objects() > 0)
                .collect(),
        })
    }

    /// Tracks all objects from their first frame and compares; `step` is noted in the record.
    pub fn evaluate(
        &self,
        segmenter: &Segmenter,
        device: &Device,
        step: usize,
    ) -> EvaluationRecord {
        let start = Instant::now();
        let score = |kind| {
            let mut tally = Tally::default();
            for clip in &self.clips {
                tally.add_clip(segmenter, clip, kind, device);
            }
            tally.mean()
        };
        EvaluationRecord {
            step,
            mask: score(PromptKind::Mask),
            boxed: score(PromptKind::Box),
            click: score(PromptKind::Click),
            views: None,
            seconds: start.elapsed().as_secs_f64(),
        }
    }
}

impl Tally {
    fn add_clip(
        &mut self,
        segmenter: &Segmenter,
        clip: &ClipBatch,
        kind: PromptKind,
        device: &Device,
    ) {
        let plan = PromptPlan::first_frame(kind);
        let policies = PassPolicies::inference();
        let pass = ClipPass {
            segmenter,
            batch: clip,
            plan: &plan,
            policies,
            device,
        };
        let scorer = FrameScorer::new(clip.size);
        let counted = clip.frames().saturating_sub(1).max(1) as f64;
        // A careful user leaves nothing to chance.
        let mut random = Randomness(0).generator(Purpose::Prompt, 0);
        pass.run(&mut random, |step| {
            if step.frame == 0 {
                return;
            }
            for (truth, predicted) in clip.masks[step.frame]
                .iter()
                .zip(pass.shown_masks(step.prediction))
            {
                let score = scorer.score(truth, &predicted);
                self.sum.region += score.region / counted;
                self.sum.boundary += score.boundary / counted;
            }
        });
        self.objects += clip.objects();
    }

    fn mean(self) -> Score {
        let objects = self.objects.max(1) as f64;
        Score {
            region: self.sum.region / objects,
            boundary: self.sum.boundary / objects,
        }
    }
}
