//! AdamW with decoupled weight decay (Loshchilov and Hutter 2019), step for step as PyTorch calculates it.
//!
//! In: values, gradients, groups, the learning rate. Out: new values. Its state is plain vectors in the order of the
//! parameters, so that it can be written to a file and a run goes on exactly.

use burn::tensor::Tensor;
use tubelet_kernels::{AdamWState, AdamWStep, adam_w_step};

use super::{gradients::ModuleGradient, groups::ParameterGroup};

/// Constants of [`AdamW`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamWOptions {
    /// Memory of the mean gradient.
    pub first_decay: f64,
    /// Memory of the mean square.
    pub second_decay: f64,
    /// Added to the root of the mean square.
    pub epsilon: f64,
    /// Share of the value that a step at learning rate 1 takes away, where a group decays.
    pub weight_decay: f64,
}

/// Running means of one parameter's gradient.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Mean gradient.
    pub first: Tensor<1>,
    /// Mean square of the gradient.
    pub second: Tensor<1>,
    /// Gradients seen so far.
    pub steps: usize,
}

impl Moments {
    /// Before the first gradient.
    fn none(value: &Tensor<1>) -> Self {
        let zeros = value.zeros_like();
        Self {
            first: zeros.clone(),
            second: zeros,
            steps: 0,
        }
    }
}

/// The optimiser.
#[derive(Clone, Debug)]
pub struct AdamW {
    options: AdamWOptions,
    groups: Vec<ParameterGroup>,
    moments: Vec<Option<Moments>>,
}

impl AdamW {
    /// An optimiser that has seen no gradient yet.
    pub fn new(options: AdamWOptions, groups: Vec<ParameterGroup>) -> Self {
        let moments = vec![None; groups.len()];
        Self {
            options,
            groups,
            moments,
        }
    }

    /// The state, in the order of the parameters; `None` where there has been no gradient.
    pub fn moments(&self) -> &[Option<Moments>] {
        &self.moments
    }

    /// The optimiser in a state that was saved.
    pub fn with_moments(self, moments: Vec<Option<Moments>>) -> Self {
        Self { moments, ..self }
    }

    /// New values. A parameter without a gradient keeps its value.
    pub fn step(
        &mut self,
        values: Vec<Tensor<1>>,
        gradient: ModuleGradient,
        rate: f64,
    ) -> Vec<Tensor<1>> {
        let options = self.options;
        let states = self.groups.iter().zip(&mut self.moments);
        let inputs = values.into_iter().zip(gradient.parts);
        inputs
            .zip(states)
            .map(|((value, gradient), (group, moments))| match gradient {
                None => value,
                Some(gradient) => {
                    let old = moments.take().unwrap_or_else(|| Moments::none(&value));
                    let decays = if group.decays { 1.0 } else { 0.0 };
                    let step = AdamWStep {
                        rate: rate * group.rate,
                        first_decay: options.first_decay,
                        second_decay: options.second_decay,
                        epsilon: options.epsilon,
                        weight_decay: options.weight_decay * decays,
                        step: old.steps + 1,
                    };
                    let state = AdamWState {
                        value,
                        first: old.first,
                        second: old.second,
                    };
                    let state = adam_w_step(state, gradient, step);
                    *moments = Some(Moments {
                        first: state.first,
                        second: state.second,
                        steps: step.step,
                    });
                    state.value
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};
    use std::path::Path;
    use tubelet_nn::WeightFile;

    /// Values, gradients and results of `torch.optim.AdamW`, written by `fixtures/training/adam_w.py`.
    fn golden() -> WeightFile {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/adam_w.safetensors");
        WeightFile::open(&path).unwrap()
    }

    fn vector(file: &WeightFile, name: &str) -> Tensor<1> {
        let values = file.read_f32(name).unwrap();
        let length = values.len();
        Tensor::from_data(TensorData::new(values, [length]), &Device::default())
    }

    #[test]
    fn it_takes_the_same_steps_as_pytorch() {
        let file = golden();
        let options = AdamWOptions {
            first_decay: 0.9,
            second_decay: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.1,
        };
        let groups = vec![
            ParameterGroup {
                decays: true,
                rate: 1.0,
            },
            ParameterGroup {
                decays: false,
                rate: 0.5,
            },
        ];
        let mut optimizer = AdamW::new(options, groups);
        let names = ["matrix", "bias"];
        let mut values = names
            .map(|name| vector(&file, &format!("{name}.start")))
            .to_vec();
        for step in 0..6 {
            let gradient = ModuleGradient {
                parts: names
                    .map(|name| Some(vector(&file, &format!("{name}.gradient.{step}"))))
                    .to_vec(),
            };
            let rate = 1e-2 * (1.0 - f64::from(step) / 10.0);
            values = optimizer.step(values, gradient, rate);
            for (name, value) in names.iter().zip(&values) {
                let expected = file.read_f32(&format!("{name}.after.{step}")).unwrap();
                for (found, expected) in value.clone().into_data().iter::<f32>().zip(expected) {
                    assert!(
                        (found - expected).abs() <= 1e-6 * (1.0 + expected.abs()),
                        "{name} step {step}: {found} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_parameter_without_a_gradient_keeps_its_value_and_has_no_state() {
        let options = AdamWOptions {
            first_decay: 0.9,
            second_decay: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.1,
        };
        let mut optimizer = AdamW::new(
            options,
            vec![ParameterGroup {
                decays: true,
                rate: 1.0,
            }],
        );
        let value = Tensor::<1>::from_floats([1.0, 2.0], &Device::default());
        let after = optimizer.step(
            vec![value.clone()],
            ModuleGradient { parts: vec![None] },
            0.1,
        );
        assert_eq!(after[0].clone().into_data(), value.into_data());
        assert!(optimizer.moments()[0].is_none());
    }
}
