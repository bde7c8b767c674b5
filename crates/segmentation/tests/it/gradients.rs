//! Gradients go through the very functions that inference calls.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Device, Distribution, Gradients, Tensor},
};
use tubelet_segmentation::{
    FramePolicy, HieraConfig, PointPrompts, Prompt, Segmenter, SegmenterConfig, SegmenterSizes,
};

fn config() -> SegmenterConfig {
    SegmenterConfig::from_sizes(SegmenterSizes {
        image_size: 64,
        channels: 16,
        trunk: HieraConfig {
            channels: 4,
            heads: 1,
            blocks: [1, 1, 2, 1],
            windows: [4, 4, 6, 3],
            global_blocks: vec![3],
            background: 3,
        },
        token_hidden_channels: 16,
        quality_hidden_channels: 8,
    })
}

/// Two objects in a frame: a click each, then a second click that corrects the first answer.
fn loss(segmenter: &Segmenter, frame: &Tensor<4>) -> Tensor<1> {
    let device = frame.device();
    let policy = FramePolicy::training();
    let features = segmenter.encode(frame.clone());
    let mut recalled = segmenter.recall_nothing(&features);
    recalled.embedding = recalled.embedding.repeat_dim(0, 2);
    let click = |x: f32, label: i32| PointPrompts {
        coordinates: Tensor::from_data([[[x, 20.0], [5.0, x]], [[40.0, x], [x, x]]], &device),
        labels: Tensor::from_data([[1, label], [2, 3]], &device),
    };
    let first = Prompt::Points {
        points: click(10.0, 0),
        previous: None,
    };
    let first = segmenter.predict(&features, &recalled, first, policy);
    let second = Prompt::Points {
        points: click(50.0, 1),
        previous: Some(first.candidates.logits.clone()),
    };
    let second = segmenter.predict(&features, &recalled, second, policy);
    let mut total = Tensor::zeros([1], &device);
    for prediction in [first, second] {
        let candidates = prediction.candidates;
        total = total
            + candidates.logits.square().mean()
            + candidates.iou.sum()
            + candidates.object_score_logits.square().sum()
            + candidates.object_tokens.square().mean();
    }
    total
}

struct Missing<'a> {
    gradients: &'a Gradients,
    path: Vec<String>,
    without: Vec<String>,
    squares: f64,
}

impl ModuleVisitor for Missing<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        match param.val().grad(self.gradients) {
            Some(gradient) => {
                let square = gradient.square().sum().into_scalar::<f32>();
                assert!(square.is_finite(), "{}", self.path.join("."));
                self.squares += f64::from(square);
            }
            None => self.without.push(self.path.join(".")),
        }
    }
}

/// Moves every parameter along its gradient.
struct Step<'a> {
    gradients: &'a Gradients,
    length: f64,
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match param.val().grad(self.gradients) {
            Some(gradient) => {
                let moved = param.val().inner() + gradient.mul_scalar(self.length);
                Param::initialized(param.id, moved)
            }
            None => param,
        }
    }
}

#[test]
fn the_loss_moves_as_its_gradient_says() {
    let device = Device::default();
    // Of a hundred draws one lies where a rectifier bends between the two ends of the slope.
    device.seed(7);
    let segmenter = config().init(&device.clone().autodiff());
    let frame = Tensor::random([1, 3, 64, 64], Distribution::Normal(0.0, 1.0), &device);
    let gradients = loss(&segmenter, &frame.clone().autodiff()).backward();
    let mut missing = Missing {
        gradients: &gradients,
        path: Vec::new(),
        without: Vec::new(),
        squares: 0.0,
    };
    segmenter.visit(&mut missing);
    let unused = |name: &String| {
        let beyond_this_loss = ["recall.", "memory_encoder.", "object_pointer."];
        beyond_this_loss.iter().any(|part| name.starts_with(part))
    };
    let without: Vec<_> = missing
        .without
        .iter()
        .filter(|name| !unused(name))
        .collect();
    assert_eq!(without, ["prompt_encoder.frequencies.frequencies"]);

    let expected = missing.squares;
    let length = 1e-3 / expected.sqrt();
    let at = |length: f64| {
        let mut step = Step {
            gradients: &gradients,
            length,
        };
        let moved = segmenter.clone().map(&mut step);
        f64::from(loss(&moved, &frame).into_scalar::<f32>())
    };
    let found = (at(length) - at(-length)) / (2.0 * length);
    let error = (found - expected).abs() / expected;
    assert!(error < 0.02, "slope {found}, gradient says {expected}");
}
