//! Recall over the views of a rig: what a fresh model, one camera and a batch of views must not change, and what places do.

use std::{collections::BTreeMap, sync::Arc};

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Distribution, Tensor},
};
use glam::DVec3;
use tubelet_geometry::{Camera, Distortion, FrameSize, Lens, RigidTransform};
use tubelet_segmentation::{
    Direction, Encodings, FrameMemory, FramePolicy, FrameRole, HeldView, HieraConfig,
    ImageFeatures, MemoryBank, Moment, Past, RayGrid, RigMoment, RigVariant, Segmenter,
    SegmenterConfig, SegmenterSizes, Sights, SpatialPositionConfig, View, ViewBank, ViewPast,
    Viewpoint,
};

const GRID: usize = 4;
const CAMERAS: usize = 3;

fn config() -> SegmenterConfig {
    SegmenterConfig::from_sizes(SegmenterSizes {
        image_size: 64,
        channels: 64,
        trunk: HieraConfig {
            channels: 8,
            heads: 1,
            blocks: [1, 1, 2, 1],
            windows: [4, 4, 6, 3],
            global_blocks: vec![3],
            background: 3,
        },
        token_hidden_channels: 16,
        quality_hidden_channels: 8,
    })
    .with_spatial(Some(SpatialPositionConfig::default()))
}

/// Fills parameters whose path has a word in it with noise.
struct Filled(&'static str, Vec<String>);

impl ModuleMapper for Filled {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.1.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.1.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.1.iter().any(|name| name == self.0) {
            parameter.map(|tensor| {
                let asks = tensor.is_require_grad();
                let noise = tensor.random_like(Distribution::Normal(0.0, 0.3));
                noise.set_require_grad(asks)
            })
        } else {
            parameter
        }
    }
}

fn with_places(segmenter: Segmenter) -> Segmenter {
    segmenter.map(&mut Filled("spatial", Vec::new()))
}

fn viewpoints(speed: f64) -> BTreeMap<usize, Viewpoint> {
    let rays: Vec<Arc<RayGrid>> = (0..CAMERAS)
        .map(|camera| {
            let lens = Lens::from_calibration([60.0; 2], [47.5, 31.5], Distortion::None).unwrap();
            let ahead = RigidTransform::from_axes([-DVec3::Y, -DVec3::Z, DVec3::X], DVec3::ZERO);
            let turn = RigidTransform::from_yaw(camera as f64 * 0.9, DVec3::new(1.0, 0.0, 1.5));
            let place = turn.unwrap() * ahead.unwrap();
            let camera = Camera::new(FrameSize::new(96, 64), lens, place).unwrap();
            Arc::new(RayGrid::new(&camera, GRID))
        })
        .collect();
    (0..8 * CAMERAS)
        .map(|number| {
            let view = View::from_number(number, CAMERAS);
            let place = DVec3::X * speed * view.step as f64;
            let viewpoint = Viewpoint {
                rays: rays[view.camera].clone(),
                world_from_ego: Some(RigidTransform::from_yaw(0.0, place).unwrap()),
            };
            (number, viewpoint)
        })
        .collect()
}

fn moment(step: usize, camera: usize) -> RigMoment {
    RigMoment {
        view: View { step, camera },
        direction: Direction::Forward,
        cameras: CAMERAS,
        steps: None,
    }
}

fn noise<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), &Device::flex())
}

fn memory() -> FrameMemory {
    FrameMemory {
        spatial: noise([1, GRID * GRID, 64]),
        pointer: noise([1, 64]),
    }
}

/// A bank with all views before step 4; every other one shows the object.
fn bank() -> ViewBank {
    let mut bank = ViewBank::new(CAMERAS);
    for number in 0..4 * CAMERAS {
        let held = HeldView {
            view: View::from_number(number, CAMERAS),
            is_prompted: number == 1,
            has_mask: number % 2 == 1,
        };
        bank.insert(held, memory());
    }
    bank
}

struct Look<'a> {
    segmenter: &'a Segmenter,
    features: &'a ImageFeatures,
    banks: &'a [&'a ViewBank],
    viewpoints: &'a BTreeMap<usize, Viewpoint>,
}

impl Look<'_> {
    fn recall(&self, variant: RigVariant, moment: RigMoment) -> Vec<f32> {
        let rule = variant.rule();
        let base = self
            .viewpoints
            .get(&moment.view.number(CAMERAS))
            .and_then(|viewpoint| viewpoint.world_from_ego);
        let mut encoded = Encodings::default();
        let mut sights = Sights::new(self.viewpoints, (base, rule.scope), &mut encoded);
        let past = ViewPast {
            banks: self.banks,
            moment,
            rule: &rule,
            sights: &mut sights,
        };
        let recalled = self.segmenter.recall_views(self.features, past);
        numbers(recalled.embedding)
    }
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

#[test]
fn untrained_places_change_nothing_and_trained_ones_do() {
    let fresh = config().init(&Device::flex());
    let features = fresh.encode(noise([1, 3, 64, 64]));
    let (held, known, unknown) = (bank(), viewpoints(2.0), BTreeMap::new());
    let trained = with_places(fresh.clone());
    let look = |segmenter, viewpoints, variant| {
        let look = Look {
            segmenter,
            features: &features,
            banks: &[&held],
            viewpoints,
        };
        look.recall(variant, moment(4, 1))
    };
    for variant in RigVariant::ALL {
        let plain = look(&fresh, &unknown, variant);
        assert_eq!(look(&fresh, &known, variant), plain, "{variant:?}");
        assert_eq!(look(&trained, &unknown, variant), plain, "{variant:?}");
        let placed = look(&trained, &known, variant);
        let is_told = variant != RigVariant::Sam2Mv;
        assert_eq!(placed != plain, is_told, "{variant:?}");
    }
}

#[test]
fn motion_matters_to_all_but_the_local_variant() {
    let trained = with_places(config().init(&Device::flex()));
    let features = trained.encode(noise([1, 3, 64, 64]));
    let held = bank();
    let (standing, driving) = (viewpoints(0.0), viewpoints(5.0));
    for variant in RigVariant::ALL {
        let [first, second] = [&standing, &driving].map(|viewpoints| {
            let look = Look {
                segmenter: &trained,
                features: &features,
                banks: &[&held],
                viewpoints,
            };
            look.recall(variant, moment(4, 0))
        });
        let is_told = !matches!(variant, RigVariant::Sam2Mv | RigVariant::Local);
        assert_eq!(first != second, is_told, "{variant:?}");
    }
}

#[test]
fn objects_that_look_at_different_views_are_recalled_as_if_alone() {
    let trained = with_places(config().init(&Device::flex()));
    let features = trained.encode(noise([1, 3, 64, 64]));
    let known = viewpoints(2.0);
    let (first, mut second) = (bank(), ViewBank::new(CAMERAS));
    for number in 0..4 * CAMERAS {
        let held = HeldView {
            view: View::from_number(number, CAMERAS),
            is_prompted: number == 0,
            has_mask: number % 2 == 0,
        };
        second.insert(held, memory());
    }
    let look = |banks: &[&ViewBank]| {
        let look = Look {
            segmenter: &trained,
            features: &features,
            banks,
            viewpoints: &known,
        };
        look.recall(RigVariant::Full, moment(4, 2))
    };
    let together = look(&[&first, &second]);
    let alone = [look(&[&first]), look(&[&second])].concat();
    let largest = together
        .iter()
        .zip(&alone)
        .map(|(left, right)| (left - right).abs())
        .fold(0.0, f32::max);
    assert!(largest < 1e-4, "{largest}");
}

#[test]
fn one_camera_without_calibration_is_bit_equal_to_a_video() {
    let segmenter = with_places(config().init(&Device::flex()));
    let features = segmenter.encode(noise([1, 3, 64, 64]));
    let (mut rig, mut video) = (ViewBank::new(1), MemoryBank::default());
    for step in 0..12 {
        let remembered = memory();
        let (is_prompted, role) = match step {
            0 => (true, FrameRole::Prompted),
            _ => (false, FrameRole::Tracked),
        };
        let view = View { step, camera: 0 };
        let held = HeldView {
            view,
            is_prompted,
            has_mask: true,
        };
        rig.insert(held, remembered.clone());
        video.insert(step, role, remembered);
    }
    let unknown = BTreeMap::new();
    for variant in RigVariant::ALL {
        let rule = variant.rule();
        let mut encoded = Encodings::default();
        let mut sights = Sights::new(&unknown, (None, rule.scope), &mut encoded);
        let past = ViewPast {
            banks: &[&rig],
            moment: RigMoment {
                cameras: 1,
                ..moment(12, 0)
            },
            rule: &rule,
            sights: &mut sights,
        };
        let in_rig = segmenter.recall_views(&features, past);
        let in_video = Past {
            banks: &[&video],
            moment: Moment {
                frame: 12,
                direction: Direction::Forward,
                clip_frames: None,
            },
        };
        let in_video = segmenter.recall(&features, in_video, FramePolicy::tracked());
        assert_eq!(
            numbers(in_rig.embedding),
            numbers(in_video.embedding),
            "{variant:?}"
        );
    }
}

#[test]
fn views_encoded_together_are_views_encoded_alone() {
    let segmenter = config().init(&Device::flex());
    let views = noise([CAMERAS, 3, 64, 64]);
    let together = segmenter.encode(views.clone());
    for camera in 0..CAMERAS {
        let alone = segmenter.encode(views.clone().narrow(0, camera, 1));
        let [left, right] = [together.frame(camera), alone].map(|one| numbers(one.embedding));
        let largest = left
            .iter()
            .zip(&right)
            .map(|(left, right)| (left - right).abs())
            .fold(0.0, f32::max);
        assert!(largest < 1e-5, "{camera}: {largest}");
    }
}

#[test]
fn gradients_reach_what_tells_places() {
    let device = Device::flex().autodiff();
    let segmenter = with_places(config().init(&device));
    let features = segmenter.encode(noise([1, 3, 64, 64]).to_device(&device));
    let held = bank();
    let known = viewpoints(2.0);
    let rule = RigVariant::Full.rule();
    let mut encoded = Encodings::default();
    let mut sights = Sights::new(&known, (None, rule.scope), &mut encoded);
    let past = ViewPast {
        banks: &[&held],
        moment: moment(4, 1),
        rule: &rule,
        sights: &mut sights,
    };
    let recalled = segmenter.recall_views(&features, past);
    let gradients = recalled.embedding.square().sum().backward();
    let reached = Reached::of(&segmenter, &gradients);
    assert_eq!(reached.0, 6, "lift, image and memory, each weight and bias");
}

/// Parameters of places with a gradient that is not zero.
struct Reached<'a>(usize, Vec<String>, &'a burn::tensor::Gradients);

impl<'a> Reached<'a> {
    fn of(segmenter: &Segmenter, gradients: &'a burn::tensor::Gradients) -> Self {
        let mut reached = Self(0, Vec::new(), gradients);
        segmenter.visit(&mut reached);
        reached
    }
}

impl burn::module::ModuleVisitor for Reached<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.1.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.1.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if self.1.iter().any(|name| name == "spatial") {
            let gradient = parameter.val().grad(self.2);
            let sum = gradient.map(|gradient| gradient.abs().sum().into_scalar::<f32>());
            self.0 += usize::from(sum.is_some_and(|sum| sum > 0.0));
        }
    }
}
