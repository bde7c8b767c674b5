//! Gradients of what is learnt beside the weights: embeddings in the places of tokens, and adapters on weights of few bits.

use burn::tensor::{Device, Distribution, Tensor, activation};
use tubelet_nn::relative_error;
use tubelet_qwen_vl::{Adapter, AdapterUse, Compression, Embedded, QwenVl, WeightType};

use crate::{
    adapters::adapter_everywhere,
    golden::{Golden, close, folder, model},
};

/// Where the learnt embeddings stand: after the picture.
const START: usize = 12;

fn embedded(model: &QwenVl, used: Option<AdapterUse>) -> Embedded {
    let special = [model.config().tokens.image, model.config().tokens.video];
    let sequence = Golden::open("model_cases").sequence("image", special);
    model.embed(&sequence, used, 0).unwrap()
}

fn loss(model: &QwenVl, embedded: Embedded, used: Option<AdapterUse>) -> Tensor<1> {
    let states = model.states(embedded, None, used);
    activation::log_softmax(model.logits(states), 2)
        .slice([0..1, 13..16, 5..9])
        .mean()
        .neg()
}

fn number(loss: Tensor<1>) -> f32 {
    loss.into_scalar()
}

#[test]
fn gradients_reach_embeddings_in_the_places_of_tokens() {
    let model = model();
    let adapter = adapter_everywhere(&model, 0.0);
    let device = Device::default();
    let rows = Tensor::<2>::random([2, 32], Distribution::Normal(0.0, 0.5), &device);
    let of_rows = |rows: Tensor<2>, used| {
        let replaced = embedded(&model, used).replaced(START, rows);
        loss(&model, replaced, used)
    };
    let training = AdapterUse::training(&adapter);
    let uses = [None, Some(training), Some(training.recomputing(1))];
    let gradients = uses.map(|used| {
        let learnt = rows.clone().autodiff().require_grad();
        let gradients = of_rows(learnt.clone(), used).backward();
        let gradient = learnt.grad(&gradients).unwrap();
        // Along itself, a gradient climbs by its own length.
        let length = number(gradient.clone().powf_scalar(2.0).sum().sqrt());
        let step = gradient.clone().mul_scalar(0.01 / length);
        let [above, below] = [rows.clone() + step.clone(), rows.clone() - step]
            .map(|rows| number(of_rows(rows, used).without_autodiff()));
        let slope = (above - below) / 0.02;
        assert!(length > 1e-3, "{length}");
        assert!((slope - length).abs() < 0.01 * length, "{slope} {length}");
        gradient
    });
    let [plain, kept, again] = gradients;
    close("computed again", again, kept.clone());
    assert!(relative_error(plain, kept) > 0.01, "the adapter matters");
}

/// Loss and all gradients of a training step.
fn step(model: &QwenVl, adapter: &Adapter) -> (f32, Tensor<1>) {
    let used = Some(AdapterUse::training(adapter));
    let loss = loss(model, embedded(model, used), used);
    let gradients = loss.backward();
    let matrices = adapter
        .projections()
        .flat_map(|name| adapter.matrices(name).unwrap());
    let parts = matrices.map(|matrix| matrix.grad(&gradients).unwrap().flatten::<1>(0, 1));
    (number(loss), Tensor::cat(parts.collect(), 0))
}

#[test]
fn a_training_step_on_weights_of_few_bits_is_near_that_in_single_precision() {
    let model = model();
    let adapter = adapter_everywhere(&model, 0.0);
    let (loss, gradient) = step(&model, &adapter);
    let path = folder().join("model");
    let half = QwenVl::load(&path, WeightType::Half, &Device::default()).unwrap();
    let length = |vector: Tensor<1>| number(vector.powf_scalar(2.0).sum().sqrt());
    for (base, [most_of_loss, most_of_gradient]) in [
        (half, [5e-3, 0.1]),
        (
            model.clone().compressed(Compression::EightBit),
            [5e-3, 0.05],
        ),
        (model.clone().compressed(Compression::FourBit), [0.05, 0.55]),
    ] {
        let (found, other) = step(&base, &adapter);
        let of_loss = (found - loss).abs() / loss;
        // The length of the difference, as a share of the gradient's own.
        let of_gradient = length(other - gradient.clone()) / length(gradient.clone());
        assert!(of_loss < most_of_loss, "{of_loss}");
        assert!(of_gradient < most_of_gradient, "{of_gradient}");
    }
}
