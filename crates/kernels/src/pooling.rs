//! Pooling.
//!
//! In and out: maps `[batch, height, width, channels]`.

use burn::tensor::Tensor;

use crate::cpu;
use crate::extension::{apply, is_fast};

/// Takes the largest of every two by two pixels, channel by channel; an odd last row or column is left out.
///
/// # Shapes
/// - `map`: `[batch, height, width, channels]`
/// - output: `[batch, height / 2, width / 2, channels]`
pub fn max_pool_by_two(map: Tensor<4>) -> Tensor<4> {
    if is_fast(&map) {
        return apply(cpu::PoolByTwo, vec![map.into_dispatch()]);
    }
    let [batch, height, width, channels] = map.dims();
    let [rows, columns] = [height / 2, width / 2];
    let map = map
        .slice([0..batch, 0..rows * 2, 0..columns * 2, 0..channels])
        .reshape([batch * rows, 2, columns, 2 * channels]);
    let pooled = map
        .clone()
        .narrow(1, 0, 1)
        .max_pair(map.narrow(1, 1, 1))
        .reshape([batch, rows, columns, 2 * channels]);
    pooled
        .clone()
        .narrow(3, 0, channels)
        .max_pair(pooled.narrow(3, channels, channels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::assert_matches_plain;

    #[test]
    fn pooling_matches_its_plain_body() {
        for shape in [[1, 2, 2, 1], [2, 5, 4, 7], [3, 8, 9, 32], [1, 4, 4, 48]] {
            for narrowed in [false, true] {
                let [batch, height, width, channels] = shape;
                let length = shape.iter().product::<usize>() * 2;
                assert_matches_plain(&format!("{shape:?} {narrowed}"), &[length], |x| {
                    let wide = x[0].clone().reshape([batch, height, width, 2 * channels]);
                    if narrowed {
                        max_pool_by_two(wide.narrow(3, channels, channels))
                    } else {
                        max_pool_by_two(wide)
                    }
                });
            }
        }
    }
}
