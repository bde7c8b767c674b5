//! The gradient of a module as flat vectors: taken out of a backward pass, added up, measured and shortened.
//!
//! In: what the backward pass left. Out: one vector for each parameter, in the order of [`parameters`](super::parameters), zero
//! where nothing depends on it.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Gradients, Tensor},
};

/// Added to the norm before dividing by it, as in PyTorch.
const EPSILON: f64 = 1e-6;

/// The gradient of all parameters.
#[derive(Clone, Debug)]
pub struct ModuleGradient {
    /// One flat vector for each parameter, outside autodiff; `None` where nothing depends on it.
    pub parts: Vec<Option<Tensor<1>>>,
}

impl ModuleGradient {
    /// Takes the gradient of a module's parameters out of a backward pass.
    pub fn take<M: Module>(module: &M, gradients: &mut Gradients) -> Self {
        let mut taker = Taker {
            gradients,
            parts: Vec::new(),
        };
        module.visit(&mut taker);
        Self { parts: taker.parts }
    }

    /// The sum of two gradients.
    pub fn plus(self, other: Self) -> Self {
        let pairs = self.parts.into_iter().zip(other.parts);
        let sum = |(left, right)| match (left, right) {
            (Some(left), Some(right)) => Some(left + right),
            (left, right) => left.or(right),
        };
        Self {
            parts: pairs.map(sum).collect(),
        }
    }

    /// Every entry times a factor.
    pub fn scaled(self, factor: f64) -> Self {
        let scale = |part: Option<Tensor<1>>| part.map(|part| part.mul_scalar(factor));
        Self {
            parts: self.parts.into_iter().map(scale).collect(),
        }
    }

    /// Euclidean length over all parameters together.
    pub fn norm(&self) -> f64 {
        let square = |part: &Tensor<1>| -> f64 {
            let sum = (part.clone() * part.clone()).sum().into_data();
            sum.iter::<f64>().sum()
        };
        self.parts.iter().flatten().map(square).sum::<f64>().sqrt()
    }

    /// Shortened to `longest` if it is longer; `norm` is what [`ModuleGradient::norm`] gave.
    pub fn clipped(self, norm: f64, longest: f64) -> Self {
        let factor = longest / (norm + EPSILON);
        if factor < 1.0 {
            self.scaled(factor)
        } else {
            self
        }
    }
}

struct Taker<'a> {
    gradients: &'a mut Gradients,
    parts: Vec<Option<Tensor<1>>>,
}

impl ModuleVisitor for Taker<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let part = value
            .is_require_grad()
            .then(|| value.grad_remove(self.gradients))
            .flatten();
        self.parts.push(part.map(|part| {
            let length = part.shape().num_elements();
            part.reshape([length])
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use tubelet_nn::{Linear, LinearConfig};

    fn gradient(layer: &Linear, input: [[f32; 2]; 1]) -> ModuleGradient {
        let input = Tensor::<2>::from_floats(input, &Device::default());
        let mut gradients = layer.forward(input).sum().backward();
        ModuleGradient::take(layer, &mut gradients)
    }

    fn entries(gradient: &ModuleGradient) -> Vec<f32> {
        let parts = gradient.parts.iter().flatten();
        parts
            .flat_map(|part| part.clone().into_data().iter::<f32>().collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn gradients_are_taken_added_and_measured() {
        let layer = LinearConfig::new(2, 1).init(&Device::default().autodiff());
        let first = gradient(&layer, [[2.0, -1.0]]);
        assert_eq!(entries(&first), [2.0, -1.0, 1.0]);
        let both = first.plus(gradient(&layer, [[1.0, 1.0]])).scaled(0.5);
        assert_eq!(entries(&both), [1.5, 0.0, 1.0]);
        assert!((both.norm() - 3.25f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn only_long_gradients_are_shortened() {
        let layer = LinearConfig::new(2, 1).init(&Device::default().autodiff());
        let long = gradient(&layer, [[2.0, 2.0]]);
        let norm = long.norm();
        assert!((long.clone().clipped(norm, 0.1).norm() - 0.1).abs() < 1e-6);
        assert_eq!(entries(&long.clone().clipped(norm, 10.0)), entries(&long));
    }

    #[test]
    fn a_parameter_that_nothing_depends_on_has_no_gradient() {
        let device = Device::default().autodiff();
        let used = LinearConfig::new(2, 1).init(&device);
        let unused = LinearConfig::new(2, 1).init(&device);
        let input = Tensor::<2>::from_floats([[1.0, 1.0]], &Device::default());
        let mut gradients = used.forward(input).sum().backward();
        let found = ModuleGradient::take(&unused, &mut gradients);
        assert!(found.parts.iter().all(Option::is_none));
    }
}
