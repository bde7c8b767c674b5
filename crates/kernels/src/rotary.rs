//! Rotary positions.
//!
//! In and out: tokens by head. The tables are the caller's, and constant.

use burn::tensor::Tensor;

use crate::cpu;
use crate::extension::{apply, is_fast};

/// Turns every pair of neighbouring channels: `token · cosines + partner · sines`, where a channel's partner is the other
/// one of its pair. A rotation by `a` has `cos a` twice and `−sin a`, `sin a`. Tables repeat along the tokens and get no
/// gradient.
///
/// # Shapes
/// - `tokens`, output: `[batch, repeats · period, heads, channels]`
/// - `cosines`, `sines`: `[1, period, 1, channels]`
pub fn rotate_pairs(tokens: Tensor<4>, cosines: Tensor<4>, sines: Tensor<4>) -> Tensor<4> {
    let [batch, count, heads, channels] = tokens.dims();
    let [_, period, _, _] = cosines.dims();
    if tokens.dims().contains(&0) {
        return tokens;
    }
    let fits = cosines.dims() == [1, period, 1, channels]
        && sines.dims() == cosines.dims()
        && channels % 2 == 0
        && count % period.max(1) == 0;
    if fits && is_fast(&tokens) && is_fast(&cosines) && is_fast(&sines) {
        let inputs = vec![
            tokens.into_dispatch(),
            cosines.into_dispatch(),
            sines.into_dispatch(),
        ];
        return apply(cpu::Rotate::Neighbours, inputs);
    }
    let tokens = tokens.reshape([batch * count / period, period, heads, channels]);
    let [repeats, ..] = tokens.dims();
    let partners = tokens
        .clone()
        .reshape([repeats, period, heads * channels / 2, 2])
        .flip([3])
        .reshape([repeats, period, heads, channels]);
    (tokens * cosines + partners * sines).reshape([batch, count, heads, channels])
}

/// As [`rotate_pairs`], where each channel of the first half pairs with the one at its place in the second: `first · cosines −
/// second · sines`, then `second · cosines + first · sines`. Tables repeat along the tokens of all batches and get no
/// gradient.
///
/// # Shapes
/// - `tokens`, output: `[batch, tokens, heads, channels]`
/// - `cosines`, `sines`: `[period, channels / 2]`, where the period divides `batch · tokens`
pub fn rotate_halves(tokens: Tensor<4>, cosines: Tensor<2>, sines: Tensor<2>) -> Tensor<4> {
    let shape = tokens.dims();
    let [batch, count, heads, channels] = shape;
    let [period, half] = cosines.dims();
    if shape.contains(&0) {
        return tokens;
    }
    let fits = 2 * half == channels
        && sines.dims() == cosines.dims()
        && (batch * count) % period.max(1) == 0;
    if fits && is_fast(&tokens) && is_fast(&cosines) && is_fast(&sines) {
        let table = |table: Tensor<2>| table.reshape([1, period, 1, half]).into_dispatch();
        let inputs = vec![tokens.into_dispatch(), table(cosines), table(sines)];
        return apply(cpu::Rotate::Halves, inputs);
    }
    let tokens = tokens.reshape([batch * count / period, period, heads, channels]);
    let table = |table: Tensor<2>| table.reshape([1, period, 1, half]);
    let (cosines, sines) = (table(cosines), table(sines));
    let first = tokens.clone().narrow(3, 0, half);
    let second = tokens.narrow(3, half, half);
    let turned = vec![
        first.clone() * cosines.clone() - second.clone() * sines.clone(),
        second * cosines + first * sines,
    ];
    Tensor::cat(turned, 3).reshape(shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{assert_matches_plain, numbers};
    use burn::tensor::TensorData;

    #[test]
    fn rotation_matches_its_plain_body() {
        for ([batch, period, heads, channels], repeats) in
            [([1, 1, 1, 2], 1), ([2, 5, 3, 22], 1), ([1, 7, 1, 32], 3)]
        {
            let count = period * repeats;
            let length = batch * count * heads * channels;
            assert_matches_plain(
                &format!("{batch} {count} {heads} {channels}"),
                &[length],
                |x| {
                    let table = |seed: usize| {
                        let data = numbers(period * channels, seed);
                        let data = TensorData::new(data, [1, period, 1, channels]);
                        Tensor::from_data(data, (&x[0].device(), x[0].dtype()))
                    };
                    let tokens = x[0].clone().reshape([batch, count, heads, channels]);
                    rotate_pairs(tokens, table(5), table(6))
                },
            );
        }
    }

    #[test]
    fn rotation_of_halves_matches_its_plain_body() {
        for ([batch, period, heads, channels], repeats) in
            [([1, 1, 1, 2], 1), ([2, 5, 3, 22], 1), ([1, 7, 2, 64], 3)]
        {
            let count = period * repeats;
            let length = batch * count * heads * channels;
            let name = format!("{batch} {count} {heads} {channels}");
            assert_matches_plain(&name, &[length], |x| {
                let table = |seed: usize| {
                    let data = numbers(period * channels / 2, seed);
                    let data = TensorData::new(data, [period, channels / 2]);
                    Tensor::from_data(data, (&x[0].device(), x[0].dtype()))
                };
                let tokens = x[0].clone().reshape([batch, count, heads, channels]);
                rotate_halves(tokens, table(5), table(6))
            });
        }
    }
}
