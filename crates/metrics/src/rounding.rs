//! Rounding as official evaluators do it on the way to their figures.

/// A share as a percentage with two decimals, rounded as NumPy rounds: scaled, rounded half to even, and scaled back.
pub(crate) fn percent_with_two_decimals(share: f64) -> f64 {
    let percent = 100.0 * share;
    (percent * 100.0).round_ties_even() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_keep_two_decimals() {
        assert_eq!(percent_with_two_decimals(0.5), 50.0);
        assert_eq!(percent_with_two_decimals(0.123_456), 12.35);
        // As a decimal number this lies below the middle, and would be rounded down.
        assert_eq!(percent_with_two_decimals(0.906_95), 90.7);
        assert!(percent_with_two_decimals(f64::NAN).is_nan());
    }
}
