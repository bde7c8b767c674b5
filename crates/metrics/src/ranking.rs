//! The order of scores.

use std::cmp::Ordering;

/// Smaller scores first. Zeros are equal whatever their sign, as they are for the evaluators that sort them; what is not a number
/// comes last.
pub(crate) fn by_score(first: f64, second: f64) -> Ordering {
    // The sum of a negative and a positive zero is the positive one.
    (first + 0.0).total_cmp(&(second + 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_equal() {
        assert_eq!(by_score(-0.0, 0.0), Ordering::Equal);
        assert_eq!(by_score(-1.0, 0.0), Ordering::Less);
        assert_eq!(by_score(f64::NAN, 7.0), Ordering::Greater);
    }
}
