//! The extended Kalman filter (Kalman 1960), for any law of motion.
//!
//! In: a law, its noise, detections. Out: estimates. Measured quantities are independent of each other, so they are taken
//! one after the other against the same linearisation: the result is that of taking them together, no matrix has to be
//! inverted, and a detector that measures no velocity leaves those steps out.

use std::marker::PhantomData;

use glam::DVec2;

use super::angle::wrapped;
use super::law::{Law, Matrix};
use crate::config::class::MotionConfig;

/// What a detection says about motion.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measurement {
    pub place: DVec2,
    pub heading: f64,
    pub velocity: Option<DVec2>,
}

/// An estimate that follows an object.
pub(crate) trait Motion: std::fmt::Debug + Send + Sync {
    /// Goes some seconds on.
    fn predict(&mut self, seconds: f64);

    /// Takes a detection in.
    fn correct(&mut self, measured: &Measurement);

    /// Place, heading and velocity as estimated.
    fn estimate(&self) -> Measurement;

    /// Whether every number is finite.
    fn is_finite(&self) -> bool;
}

/// See the module docs.
#[derive(Debug)]
pub(crate) struct Filter<L, const N: usize> {
    state: [f64; N],
    covariance: Matrix<N>,
    process_noise: f64,
    measurement_noise: f64,
    law: PhantomData<L>,
}

impl<L: Law<N>, const N: usize> Filter<L, N> {
    pub(crate) fn new(config: &MotionConfig, first: &Measurement) -> Self {
        let velocity = first.velocity.unwrap_or(DVec2::ZERO);
        let variances = L::variances(&config.initial);
        let mut covariance = [[0.0; N]; N];
        for (index, variance) in variances.into_iter().enumerate() {
            covariance[index][index] = variance;
        }
        Self {
            state: L::begin(first.place, velocity, first.heading),
            covariance,
            process_noise: config.process_noise,
            measurement_noise: config.measurement_noise,
            law: PhantomData,
        }
    }

    fn wrap_heading(&mut self) {
        self.state[L::HEADING] = wrapped(self.state[L::HEADING]);
    }
}

impl<L: Law<N>, const N: usize> Motion for Filter<L, N> {
    fn predict(&mut self, seconds: f64) {
        let (state, motion) = L::advance(&self.state, seconds);
        self.state = state;
        self.covariance = moved(&self.covariance, &motion);
        for (index, share) in L::PROCESS.into_iter().enumerate() {
            self.covariance[index][index] += share * self.process_noise;
        }
        self.wrap_heading();
    }

    fn correct(&mut self, measured: &Measurement) {
        let [place_noise, velocity_noise, heading_noise] =
            L::MEASUREMENT.map(|share| share * self.measurement_noise);
        let (velocity, slopes) = L::velocity(&self.state);
        let axis = |index: usize| std::array::from_fn(|column| f64::from(column == index));
        let heading = wrapped(measured.heading - self.state[L::HEADING]);
        let missing = [0.0; N];
        let (first, second, surprise) = match measured.velocity {
            Some(seen) => (slopes[0], slopes[1], seen - velocity),
            None => (missing, missing, DVec2::ZERO),
        };
        let rows = [
            (axis(0), measured.place.x - self.state[0], place_noise),
            (axis(1), measured.place.y - self.state[1], place_noise),
            (first, surprise.x, velocity_noise),
            (second, surprise.y, velocity_noise),
            (axis(L::HEADING), heading, heading_noise),
        ];
        let mut step = [0.0; N];
        for (row, surprise, noise) in rows {
            let spread = self.covariance.map(|covariance| dot(&covariance, &row));
            let variance = dot(&row, &spread) + noise;
            let left = surprise - dot(&row, &step);
            for (index, covariance) in self.covariance.iter_mut().enumerate() {
                let gain = spread[index] / variance;
                step[index] += gain * left;
                for (entry, spread) in covariance.iter_mut().zip(spread) {
                    *entry -= gain * spread;
                }
            }
        }
        for (quantity, step) in self.state.iter_mut().zip(step) {
            *quantity += step;
        }
        self.wrap_heading();
    }

    fn estimate(&self) -> Measurement {
        Measurement {
            place: DVec2::new(self.state[0], self.state[1]),
            heading: self.state[L::HEADING],
            velocity: Some(L::velocity(&self.state).0),
        }
    }

    fn is_finite(&self) -> bool {
        let mut numbers = self.state.iter().chain(self.covariance.iter().flatten());
        numbers.all(|number| number.is_finite())
    }
}

fn dot<const N: usize>(first: &[f64; N], second: &[f64; N]) -> f64 {
    first.iter().zip(second).map(|(a, b)| a * b).sum()
}

/// The covariance after a linear map.
fn moved<const N: usize>(covariance: &Matrix<N>, map: &Matrix<N>) -> Matrix<N> {
    // Rows of `map * covariance`; the covariance is symmetric.
    let half = map.map(|row| covariance.map(|other| dot(&row, &other)));
    half.map(|row| map.map(|other| dot(&row, &other)))
}
