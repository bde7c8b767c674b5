//! Sums.
//!
//! In and out: tensors of any rank.

use burn::tensor::Tensor;

use crate::cpu;
use crate::extension::{apply, is_fast};

/// Fewer numbers than this are not repeated one set after another.
const WORTH_REPEATING: usize = 64;

/// `a + b`.
///
/// # Shapes
/// - `a`, output: any
/// - `b`: that of `a`, or with dimensions of one before those that are as in `a`; then it is repeated along them
pub fn add<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    if is_fast(&a) && is_fast(&b) && repeats(a.dims(), b.dims()) {
        let second = b.dims().to_vec();
        let inputs = vec![a.into_dispatch(), b.into_dispatch()];
        return apply(cpu::Addition { second }, inputs);
    }
    a + b
}

/// Whether numbers of shape `b`, one set after another, meet those of shape `a`; none of them is empty, and no set that is repeated
/// is shorter than is worth a call.
fn repeats<const D: usize>(a: [usize; D], b: [usize; D]) -> bool {
    let leading = b.iter().take_while(|size| **size == 1).count();
    let length: usize = b.iter().product();
    a[leading..] == b[leading..] && !a.contains(&0) && (length >= WORTH_REPEATING || a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{assert_matches_plain, cases};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(cases(48))]

        #[test]
        fn it_matches_its_plain_body(
            sizes in [1_usize..6, 1_usize..40, 1_usize..300],
            leading in 0_usize..4,
            turned in any::<bool>(),
        ) {
            let second: [usize; 3] = std::array::from_fn(|i| if i < leading { 1 } else { sizes[i] });
            let lengths = [sizes, second].map(|sizes| sizes.iter().product());
            assert_matches_plain(&format!("{sizes:?} {second:?}"), &lengths, |x| {
                let a = if turned {
                    x[0].clone().reshape([sizes[2], sizes[1], sizes[0]]).swap_dims(0, 2)
                } else {
                    x[0].clone().reshape(sizes)
                };
                add(a, x[1].clone().reshape(second))
            });
        }
    }

    #[test]
    fn what_does_not_repeat_is_left_to_the_backend() {
        assert!(repeats([2, 3, 64], [1, 3, 64]) && repeats([2, 3, 64], [1, 1, 64]));
        assert!(repeats([2, 3, 4], [2, 3, 4]) && !repeats([2, 3, 4], [1, 1, 4]));
        assert!(!repeats([2, 3, 64], [2, 1, 64]) && !repeats([1, 64], [2, 64]));
        assert!(!repeats([0, 64], [1, 64]));
    }

    #[test]
    fn a_long_one_is_repeated_over_chunks() {
        let (a, b) = ([2, 100, 300], [1, 100, 300]);
        assert_matches_plain("long", &[60_000, 30_000], |x| {
            add(x[0].clone().reshape(a), x[1].clone().reshape(b))
        });
        // Neither lies in order.
        assert_matches_plain("turned", &[60_000, 30_000], |x| {
            let a = x[0].clone().reshape([2, 300, 100]).swap_dims(1, 2);
            add(a, x[1].clone().reshape([1, 300, 100]).swap_dims(1, 2))
        });
    }
}
