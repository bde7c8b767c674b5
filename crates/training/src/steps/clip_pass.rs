//! The segmenter's way through a clip with a simulated user at its side.
//!
//! In: a batch of clips, a plan, policies. Out: every prediction, in the order in which it is made, to whoever watches: training
//! makes losses of them, evaluation scores. Both go the same way, with the same four verbs as tracking a real video.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::Rng;
use tubelet_geometry::Mask;
use tubelet_segmentation::{
    Direction, FramePolicy, FrameRole, ImageFeatures, MemoryBank, Moment, Past, Prediction, Prompt,
    Recalled, Segmenter,
};

use super::prompts::{PointLists, UserModel};
use crate::{
    batch::{
        clip::ClipBatch,
        tensors::{mask_prompt, masks_of_logits, pictures},
    },
    clicks::plan::{PromptKind, PromptPlan},
};

/// Policies of a pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PassPolicies {
    /// Of frames with prompts.
    pub prompted: FramePolicy,
    /// Of other frames.
    pub tracked: FramePolicy,
    /// How prompts are made.
    pub user: UserModel,
}

impl PassPolicies {
    /// What gradients need: nothing is rounded or chosen by a threshold.
    pub fn training(on_object: f64) -> Self {
        let policy = FramePolicy::training();
        Self {
            prompted: policy,
            tracked: policy,
            user: UserModel::Hasty { on_object },
        }
    }

    /// What tracking a video does.
    pub fn inference() -> Self {
        Self {
            prompted: FramePolicy::prompted(),
            tracked: FramePolicy::tracked(),
            user: UserModel::Careful,
        }
    }
}

/// A pass to be made.
#[derive(Clone, Copy, Debug)]
pub struct ClipPass<'a> {
    /// The model.
    pub segmenter: &'a Segmenter,
    /// What it sees.
    pub batch: &'a ClipBatch,
    /// What it is told.
    pub plan: &'a PromptPlan,
    /// How.
    pub policies: PassPolicies,
    /// Where pictures and prompts are put.
    pub device: &'a Device,
}

/// One prediction of a pass.
#[derive(Clone, Copy, Debug)]
pub struct PassStep<'a> {
    /// The frame.
    pub frame: usize,
    /// The masks of all objects.
    pub prediction: &'a Prediction,
    /// Whether these are masks that were given, so that there is nothing to learn.
    pub given: bool,
    /// Whether no correction follows in this frame.
    pub last: bool,
}

impl ClipPass<'_> {
    /// Makes the pass and shows every prediction to `watch`.
    pub fn run(&self, random: &mut impl Rng, mut watch: impl FnMut(PassStep<'_>)) {
        if let Some(way) = &self.batch.rig {
            return self.run_rig(way, random, &mut watch);
        }
        let frames = self.batch.frames();
        let mut bank = MemoryBank::default();
        for frame in self.plan.order(frames) {
            let features = self.encode(frame);
            let corrections = self.plan.corrections_in(frame);
            let starts = self.plan.prompted.contains(&frame);
            let policy = self.policy(starts || corrections > 0);
            let recalled = if starts {
                self.segmenter.recall_nothing(&features)
            } else {
                let moment = Moment {
                    frame,
                    direction: Direction::Forward,
                    clip_frames: Some(frames),
                };
                self.segmenter.recall(
                    &features,
                    Past {
                        banks: &[&bank],
                        moment,
                    },
                    policy,
                )
            };
            let view = View {
                frame,
                features: &features,
                recalled: &recalled,
                policy,
            };
            let prediction = self.predict(&view, corrections, random, &mut watch);
            let memory = self.segmenter.remember(&features, &prediction, policy);
            let role = if starts || corrections > 0 {
                FrameRole::Prompted
            } else {
                FrameRole::Tracked
            };
            bank.insert(frame, role, memory);
            bank.keep_within_reach(frame, self.segmenter.window(policy.recall));
        }
    }

    pub(crate) fn policy(&self, is_prompted: bool) -> FramePolicy {
        if is_prompted {
            self.policies.prompted
        } else {
            self.policies.tracked
        }
    }

    /// Features of a frame of all clips; of one for each object if there are several clips.
    fn encode(&self, frame: usize) -> ImageFeatures {
        let images = pictures(&self.batch.pictures[frame], self.batch.size, self.device);
        let features = self.segmenter.encode(images);
        if self.batch.clips() == 1 {
            return features;
        }
        let rows: Vec<i64> = self
            .batch
            .clip_of_object
            .iter()
            .map(|&clip| clip as i64)
            .collect();
        let rows =
            Tensor::<1, Int>::from_data(TensorData::new(rows, [self.batch.objects()]), self.device);
        features.frames(&rows)
    }

    /// Predicts a frame, with corrections if there are any, and returns the last prediction.
    pub(crate) fn predict(
        &self,
        view: &View<'_>,
        corrections: usize,
        random: &mut impl Rng,
        watch: &mut impl FnMut(PassStep<'_>),
    ) -> Prediction {
        let truth = &self.batch.masks[view.frame];
        let user = self.policies.user;
        let mut points = PointLists::default();
        let starts = self.plan.prompted.contains(&view.frame);
        let given = starts && self.plan.kind == PromptKind::Mask;
        let prompt = if given {
            Prompt::Mask(mask_prompt(truth, self.batch.size, self.device))
        } else if starts {
            points = PointLists::first(truth, self.plan.kind, user, random);
            Prompt::Points {
                points: points.tensors(self.device),
                previous: None,
            }
        } else {
            Prompt::None
        };
        let mut prediction = self.ask(view, prompt);
        watch(PassStep {
            frame: view.frame,
            prediction: &prediction,
            given,
            last: corrections == 0,
        });
        for left in (0..corrections).rev() {
            points.correct(truth, &self.shown_masks(&prediction), user, random);
            let prompt = Prompt::Points {
                points: points.tensors(self.device),
                previous: Some(prediction.logits.clone()),
            };
            prediction = self.ask(view, prompt);
            watch(PassStep {
                frame: view.frame,
                prediction: &prediction,
                given: false,
                last: left == 0,
            });
        }
        prediction
    }

    fn ask(&self, view: &View<'_>, prompt: Prompt) -> Prediction {
        self.segmenter
            .predict(view.features, view.recalled, prompt, view.policy)
    }

    /// The masks of a prediction as a user sees them, in the size of the frame.
    pub fn shown_masks(&self, prediction: &Prediction) -> Vec<Mask> {
        let logits = prediction.logits.clone().without_autodiff();
        masks_of_logits(self.batch.shown(logits))
    }
}

/// A frame as it is looked at.
pub(crate) struct View<'a> {
    pub(crate) frame: usize,
    pub(crate) features: &'a ImageFeatures,
    pub(crate) recalled: &'a Recalled,
    pub(crate) policy: FramePolicy,
}
