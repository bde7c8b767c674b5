//! What a law of motion says.

use glam::DVec2;

use crate::config::class::InitialVariance;

/// A matrix, row after row.
pub(crate) type Matrix<const N: usize> = [[f64; N]; N];

/// A law of motion with `N` quantities, of which the first two are the place.
pub(crate) trait Law<const N: usize>: std::fmt::Debug + Send + Sync {
    /// Which quantity is the heading.
    const HEADING: usize;
    /// How much of the process noise each quantity has.
    const PROCESS: [f64; N];
    /// How much of the measurement noise place, velocity and heading have.
    const MEASUREMENT: [f64; 3];

    /// The quantities at the first detection.
    fn begin(place: DVec2, velocity: DVec2, heading: f64) -> [f64; N];

    /// Their variances.
    fn variances(initial: &InitialVariance) -> [f64; N];

    /// The quantities some seconds later, and how each of them changes with each before (the Jacobian).
    fn advance(state: &[f64; N], seconds: f64) -> ([f64; N], Matrix<N>);

    /// The velocity along the axes, and how both components change with the quantities.
    fn velocity(state: &[f64; N]) -> (DVec2, [[f64; N]; 2]);
}

/// The matrix that changes nothing.
pub(crate) fn identity<const N: usize>() -> Matrix<N> {
    std::array::from_fn(|row| std::array::from_fn(|column| f64::from(row == column)))
}
