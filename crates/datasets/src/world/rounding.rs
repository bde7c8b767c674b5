//! Rounding without a call into the library, for loops over pixels.

/// The nearest integer (the even one of two) of a number below 2²² in magnitude.
///
/// Adding and taking away 1.5·2²³ pushes the fraction out of the mantissa.
#[inline]
pub(super) fn nearest(value: f32) -> f32 {
    const PUSH: f32 = 12_582_912.0;
    (value + PUSH) - PUSH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_the_library() {
        for step in -5000..5000 {
            let value = step as f32 * 0.37 + 0.01;
            assert_eq!(nearest(value), value.round_ties_even(), "{value}");
        }
    }
}
