//! The update of AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", algorithm 2), on one tensor.
//!
//! In: a parameter, its moments, its gradient. Out: the parameter and its moments after the step. No gradient flows
//! through it.

use burn::tensor::Tensor;

use crate::cpu::adam_w::{self, Factors};
use crate::extension::{from_primitive, into_primitive, is_untracked};

/// A parameter and its moments, `[length]` each.
#[derive(Clone, Debug)]
pub struct AdamWState {
    /// The parameter.
    pub value: Tensor<1>,
    /// Running mean of the gradient.
    pub first: Tensor<1>,
    /// Running mean of its square.
    pub second: Tensor<1>,
}

/// The numbers of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamWStep {
    /// Learning rate.
    pub rate: f64,
    /// Decay of [`AdamWState::first`].
    pub first_decay: f64,
    /// Decay of [`AdamWState::second`].
    pub second_decay: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Share of the parameter that a rate of one takes away.
    pub weight_decay: f64,
    /// Which step this is, from one on.
    pub step: usize,
}

/// Takes one step. Moments start as zeros.
pub fn adam_w_step(state: AdamWState, gradient: Tensor<1>, step: AdamWStep) -> AdamWState {
    let count = step.step as i32;
    let first_bias = 1.0 - step.first_decay.powi(count);
    let second_bias = 1.0 - step.second_decay.powi(count);
    let keep = 1.0 - step.rate * step.weight_decay;
    let tensors = [&state.value, &state.first, &state.second, &gradient];
    if tensors.into_iter().all(is_untracked) {
        let factors = Factors {
            decays: [step.first_decay as f32, step.second_decay as f32],
            keep: keep as f32,
            rate: (step.rate / first_bias) as f32,
            root: (1.0 / second_bias.sqrt()) as f32,
            epsilon: step.epsilon as f32,
        };
        let state = [state.value, state.first, state.second].map(into_primitive);
        let [value, first, second] =
            adam_w::step(state, &into_primitive(gradient), factors).map(from_primitive);
        return AdamWState {
            value,
            first,
            second,
        };
    }
    let first = state.first.mul_scalar(step.first_decay)
        + gradient.clone().mul_scalar(1.0 - step.first_decay);
    let second = state.second.mul_scalar(step.second_decay)
        + gradient.square().mul_scalar(1.0 - step.second_decay);
    let root = second.clone().sqrt().div_scalar(second_bias.sqrt());
    let direction = first.clone() / root.add_scalar(step.epsilon);
    AdamWState {
        value: state.value.mul_scalar(keep) - direction.mul_scalar(step.rate / first_bias),
        first,
        second,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{assert_close, numbers};
    use burn::tensor::{DType, Device, TensorData};

    fn run(dtype: DType, length: usize) -> Vec<f64> {
        let tensor = |seed: usize, shift: f64| {
            let data = TensorData::new(numbers(length, seed), [length]);
            Tensor::<1>::from_data(data, (&Device::flex(), dtype)).add_scalar(shift)
        };
        let mut state = AdamWState {
            value: tensor(1, 0.0),
            first: tensor(2, 0.0).mul_scalar(0.0),
            second: tensor(3, 0.0).mul_scalar(0.0),
        };
        for step in 1..4 {
            let step = AdamWStep {
                rate: 0.01,
                first_decay: 0.9,
                second_decay: 0.999,
                epsilon: 1e-8,
                weight_decay: 0.1,
                step,
            };
            state = adam_w_step(state, tensor(step.step + 10, 0.3), step);
        }
        [state.value, state.first, state.second]
            .into_iter()
            .flat_map(|tensor| tensor.into_data().iter::<f64>().collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn the_step_matches_its_plain_body() {
        for length in [1, 33, 9000] {
            let expected = run(DType::F64, length);
            assert_close(&run(DType::F32, length), &expected, &length.to_string());
        }
    }
}
