//! Exponential moving average of the weights: what is evaluated and kept in the end.
//!
//! In: the values after every step. Out: their average, which forgets its first steps faster than later ones.

use burn::tensor::Tensor;

/// Averages of all parameters.
#[derive(Clone, Debug)]
pub struct WeightAverage {
    decay: f64,
    values: Vec<Tensor<1>>,
}

impl WeightAverage {
    /// An average that starts at the given values and keeps `decay` of itself in every step.
    pub fn new(decay: f64, values: Vec<Tensor<1>>) -> Self {
        Self { decay, values }
    }

    /// The averages, in the order of the parameters.
    pub fn values(&self) -> &[Tensor<1>] {
        &self.values
    }

    /// Takes in the values after step `step`, counted from 0.
    pub fn update(&mut self, values: &[Tensor<1>], step: usize) {
        let early = (1 + step) as f64 / (10 + step) as f64;
        let decay = self.decay.min(early);
        for (average, value) in self.values.iter_mut().zip(values) {
            *average = average.clone().mul_scalar(decay) + value.clone().mul_scalar(1.0 - decay);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn number(average: &WeightAverage) -> f32 {
        average.values()[0].clone().into_data().iter::<f32>().sum()
    }

    #[test]
    fn it_follows_quickly_at_first_and_slowly_later() {
        let value = |number: f32| vec![Tensor::<1>::from_floats([number], &Device::default())];
        let mut average = WeightAverage::new(0.99, value(0.0));
        average.update(&value(1.0), 0);
        assert!((number(&average) - 0.9).abs() < 1e-6);
        let before = number(&average);
        average.update(&value(0.0), 100_000);
        assert!((number(&average) - before * 0.99).abs() < 1e-6);
    }
}
