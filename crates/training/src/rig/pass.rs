//! The segmenter's way through the views of a rig, with a simulated user at its side.
//!
//! Views of a time step are encoded as one batch; each object has its own memory, because which views it looks back on depends
//! on where it was seen. Otherwise as a pass through a clip.

use std::{collections::BTreeMap, sync::Arc};

use rand::Rng;
use tubelet_segmentation::{
    Direction, Encodings, HeldView, ImageFeatures, Prediction, RayGrid, Reach, Recalled, RigMoment,
    Sights, ViewBank, ViewPast, Viewpoint,
};

use super::way::RigWay;
use crate::{
    batch::tensors::pictures,
    steps::clip_pass::{ClipPass, PassStep, View},
};

impl ClipPass<'_> {
    /// Makes the pass over a rig and shows every prediction to `watch`.
    pub(crate) fn run_rig(
        &self,
        way: &RigWay,
        random: &mut impl Rng,
        watch: &mut impl FnMut(PassStep<'_>),
    ) {
        let mut trip = Trip::new(self, way);
        for frame in self.plan.order(self.batch.frames()) {
            let features = trip.features(frame);
            let starts = self.plan.prompted.contains(&frame);
            let corrections = self.plan.corrections_in(frame);
            let is_prompted = starts || corrections > 0;
            let recalled = if starts {
                self.segmenter.recall_nothing(&features)
            } else {
                trip.recall(frame, &features)
            };
            let view = View {
                frame,
                features: &features,
                recalled: &recalled,
                policy: self.policy(is_prompted),
            };
            let prediction = self.predict(&view, corrections, random, watch);
            trip.remember((frame, is_prompted), &features, &prediction);
        }
    }
}

/// What is carried from view to view.
struct Trip<'a> {
    pass: &'a ClipPass<'a>,
    way: &'a RigWay,
    viewpoints: BTreeMap<usize, Viewpoint>,
    banks: Vec<ViewBank>,
    /// Of the time step that was looked at last.
    features: Option<(usize, ImageFeatures)>,
    encoded: (usize, Encodings),
}

impl<'a> Trip<'a> {
    fn new(pass: &'a ClipPass<'a>, way: &'a RigWay) -> Self {
        let grid = pass.segmenter.embedding_size();
        let rays: Vec<Arc<RayGrid>> = way
            .cameras
            .iter()
            .map(|camera| Arc::new(RayGrid::new(camera, grid)))
            .collect();
        let viewpoints = (0..pass.batch.frames())
            .map(|frame| {
                let view = way.view(frame);
                let viewpoint = Viewpoint {
                    rays: Arc::clone(&rays[view.camera]),
                    world_from_ego: way.world_from_ego.get(view.step).copied(),
                };
                (frame, viewpoint)
            })
            .collect();
        Self {
            pass,
            way,
            viewpoints,
            banks: vec![ViewBank::new(way.cameras.len()); pass.batch.objects()],
            features: None,
            encoded: (0, Encodings::default()),
        }
    }

    /// Features of a view; all views of its time step are encoded together.
    fn features(&mut self, frame: usize) -> ImageFeatures {
        let view = self.way.view(frame);
        if let Some((step, features)) = &self.features
            && *step == view.step
        {
            return features.frame(view.camera);
        }
        let batch = self.pass.batch;
        let count = self.way.cameras.len();
        let views: Vec<Vec<u8>> = (view.step * count..(view.step + 1) * count)
            .filter_map(|frame| batch.pictures[frame].first().cloned())
            .collect();
        let images = pictures(&views, batch.size, self.pass.device);
        let features = self.pass.segmenter.encode(images);
        let one = features.frame(view.camera);
        self.features = Some((view.step, features));
        one
    }

    fn recall(&mut self, frame: usize, features: &ImageFeatures) -> Recalled {
        let view = self.way.view(frame);
        if self.encoded.0 != view.step {
            self.encoded.0 = view.step;
            self.encoded.1.move_on();
        }
        let base = self.way.world_from_ego.get(view.step).copied();
        let scope = self.way.rule.scope;
        let mut sights = Sights::new(&self.viewpoints, (base, scope), &mut self.encoded.1);
        let banks: Vec<&ViewBank> = self.banks.iter().collect();
        let past = ViewPast {
            banks: &banks,
            moment: RigMoment {
                view,
                direction: Direction::Forward,
                cameras: self.way.cameras.len(),
                steps: Some(self.way.world_from_ego.len()),
            },
            rule: &self.way.rule,
            sights: &mut sights,
        };
        self.pass.segmenter.recall_views(features, past)
    }

    fn remember(
        &mut self,
        (frame, is_prompted): (usize, bool),
        features: &ImageFeatures,
        prediction: &Prediction,
    ) {
        let policy = self.pass.policy(is_prompted);
        let view = self.way.view(frame);
        let memory = self.pass.segmenter.remember(features, prediction, policy);
        let found = found(prediction);
        for ((bank, memory), has_mask) in self.banks.iter_mut().zip(memory.split()).zip(found) {
            let held = HeldView {
                view,
                is_prompted,
                has_mask,
            };
            bank.insert(held, memory);
        }
        if view.camera + 1 == self.way.cameras.len() {
            let reach = Reach {
                rule: &self.way.rule,
                window: self.pass.segmenter.window(policy.recall),
            };
            for bank in &mut self.banks {
                bank.let_go(view.step, Direction::Forward, reach);
            }
        }
    }
}

/// Which objects were found: those with a mask that are held to be there.
fn found(prediction: &Prediction) -> Vec<bool> {
    let logits = prediction.logits.clone().without_autodiff();
    let scores = prediction.object_score_logits.clone().without_autodiff();
    let [objects, _, height, width] = logits.dims();
    let highest = logits.reshape([objects, height * width]).max_dim(1);
    let highest = highest.into_data();
    let scores = scores.into_data();
    highest
        .iter::<f32>()
        .zip(scores.iter::<f32>())
        .map(|(highest, score)| highest > 0.0 && score > 0.0)
        .collect()
}
