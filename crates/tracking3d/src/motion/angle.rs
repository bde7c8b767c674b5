//! Angles in radians.

use std::f64::consts::{PI, TAU};

/// The same direction from -π to, but not including, π.
pub(crate) fn wrapped(angle: f64) -> f64 {
    if (-PI..PI).contains(&angle) {
        return angle;
    }
    let turned = (angle + PI).rem_euclid(TAU) - PI;
    // Rounding may end on the excluded side.
    if turned < PI { turned } else { turned - TAU }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_stay_the_same_direction() {
        for angle in [-9.0, -PI, -1.0, 0.0, 3.0, PI, 7.0, 1e6] {
            let found = wrapped(angle);
            assert!((-PI..PI).contains(&found));
            assert!((found.cos() - angle.cos()).abs() < 1e-9);
            assert!((found.sin() - angle.sin()).abs() < 1e-9);
        }
    }
}
