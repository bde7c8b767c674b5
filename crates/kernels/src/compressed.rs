//! Weights compressed to eight or four bits, and products with them.
//!
//! In: a weight in PyTorch's `[out, in]` layout. Out: the same in a quarter or an eighth of f32's memory: groups of thirty-two
//! numbers of a row share a scale in bfloat16. Compressed weights are constants; gradients flow through inputs.

use std::sync::Arc;

use burn::tensor::{DType, Device, Tensor, TensorData, bf16};
use rayon::prelude::*;

use crate::cpu::{self, Codes, Compressed, GROUP};
use crate::extension::{from_primitive, into_primitive, is_untracked};
use crate::linear::fits;
use crate::{LinearOptions, linear};

/// Bits of a number in a [`CompressedWeight`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Whole numbers from −127 to 127.
    EightBit,
    /// Whole numbers from −8 to 7.
    FourBit,
}

/// See the module docs.
#[derive(Clone)]
pub struct CompressedWeight {
    shape: [usize; 2],
    codes: Stored,
    scales: Arc<[bf16]>,
}

#[derive(Clone)]
enum Stored {
    Eight(Arc<[i8]>),
    Four(Arc<[u8]>),
}

impl std::fmt::Debug for CompressedWeight {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bits = match self.codes {
            Stored::Eight(_) => 8,
            Stored::Four(_) => 4,
        };
        write!(formatter, "{:?} of {bits} bits", self.shape)
    }
}

impl CompressedWeight {
    /// Compresses a weight; `None` where its rows are no whole groups of thirty-two.
    pub fn new(weight: Tensor<2>, compression: Compression) -> Option<Self> {
        let shape = weight.dims();
        if shape[1] == 0 || !shape[1].is_multiple_of(GROUP) {
            return None;
        }
        let data = weight.without_autodiff().into_data();
        let scaled = |most: f32, limit: f32| bf16::from_f32(most / limit);
        let group_of = |numbers: &[f32], codes: &mut [u8]| match compression {
            Compression::EightBit => {
                let most = numbers.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
                let scale = scaled(most, 127.0);
                let inverse = inverse(scale);
                for (code, number) in codes.iter_mut().zip(numbers) {
                    let whole = nearest(number * inverse).clamp(-127.0, 127.0) as i8;
                    *code = whole.cast_unsigned();
                }
                scale
            }
            Compression::FourBit => {
                let most = numbers.iter().fold(
                    0.0,
                    |most: f32, x| {
                        if x.abs() > most.abs() { *x } else { most }
                    },
                );
                let scale = scaled(most, -8.0);
                let inverse = inverse(scale);
                let nibble = |x: f32| (nearest(x * inverse) + 8.0).clamp(0.0, 15.0) as u8;
                let (low, high) = numbers.split_at(GROUP / 2);
                for ((code, low), high) in codes.iter_mut().zip(low).zip(high) {
                    *code = nibble(*low) | nibble(*high) << 4;
                }
                scale
            }
        };
        let group_bytes = match compression {
            Compression::EightBit => GROUP,
            Compression::FourBit => GROUP / 2,
        };
        let groups = shape[0] * shape[1] / GROUP;
        let mut codes = vec![0_u8; groups * group_bytes];
        let mut scales = vec![bf16::ZERO; groups];
        let numbers_at = |group: usize, numbers: &mut [f32; GROUP]| {
            let place = group * GROUP..(group + 1) * GROUP;
            if data.dtype() == DType::BF16 {
                let halves = data.as_slice::<bf16>().unwrap_or_default();
                for (number, half) in numbers.iter_mut().zip(&halves[place]) {
                    *number = half.to_f32();
                }
            } else {
                numbers.copy_from_slice(&data.as_slice::<f32>().unwrap_or_default()[place]);
            }
        };
        codes
            .par_chunks_mut(group_bytes)
            .zip(&mut scales)
            .with_min_len(1 << 10)
            .enumerate()
            .for_each(|(group, (codes, scale))| {
                let mut numbers = [0.0; GROUP];
                numbers_at(group, &mut numbers);
                *scale = group_of(&numbers, codes);
            });
        let codes = match compression {
            Compression::EightBit => {
                Stored::Eight(codes.into_iter().map(u8::cast_signed).collect())
            }
            Compression::FourBit => Stored::Four(codes.into()),
        };
        Some(Self {
            shape,
            codes,
            scales: scales.into(),
        })
    }

    /// Rows and columns.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// Bytes that it takes up.
    pub fn bytes(&self) -> usize {
        let codes = match &self.codes {
            Stored::Eight(codes) => codes.len(),
            Stored::Four(codes) => codes.len(),
        };
        codes + self.scales.len() * 2
    }

    /// The numbers that it stands for, f32.
    ///
    /// # Shapes
    /// - output: `[out, in]`
    pub fn tensor(&self, device: &Device) -> Tensor<2> {
        self.rows_tensor(0..self.shape[0], device)
    }

    /// Some rows of [`CompressedWeight::tensor`].
    ///
    /// # Panics
    /// Where there are not as many.
    pub fn rows(&self, rows: &[usize], device: &Device) -> Tensor<2> {
        self.rows_tensor(rows.iter().copied(), device)
    }

    fn rows_tensor(
        &self,
        rows: impl ExactSizeIterator<Item = usize>,
        device: &Device,
    ) -> Tensor<2> {
        let (count, columns) = (rows.len(), self.shape[1]);
        let mut numbers = vec![0.0; count * columns];
        for (row, out) in rows.zip(numbers.chunks_exact_mut(columns)) {
            self.view().decode(row, 0..columns, out);
        }
        let data = TensorData::new(numbers, [count, columns]);
        Tensor::from_data(data, (device, DType::F32))
    }

    fn view(&self) -> Compressed<'_> {
        Compressed {
            codes: match &self.codes {
                Stored::Eight(codes) => Codes::Eight(codes),
                Stored::Four(codes) => Codes::Four(codes),
            },
            scales: &self.scales,
            shape: self.shape,
        }
    }
}

/// The factor from numbers to codes; zero where all numbers are.
fn inverse(scale: bf16) -> f32 {
    let scale = scale.to_f32();
    if scale == 0.0 { 0.0 } else { 1.0 / scale }
}

/// The nearest whole number, for magnitudes below 2²²; unlike the library's function it becomes vector instructions on
/// every processor.
fn nearest(number: f32) -> f32 {
    const ROUNDING: f32 = 12_582_912.0;
    (number + ROUNDING) - ROUNDING
}

/// [`linear`](crate::linear()) with a compressed weight. Where the processor has that, many rows are multiplied in half precision,
/// and a few rows with a weight of four bits.
///
/// # Shapes
/// - `input`: `[..., in]`
/// - output: `[..., out]`
pub fn compressed_linear<const D: usize>(
    input: Tensor<D>,
    weight: &CompressedWeight,
    options: LinearOptions<D>,
) -> Tensor<D> {
    let is_plain = options.bias.as_ref().is_none_or(is_untracked)
        && options.residual.as_ref().is_none_or(is_untracked)
        && fits(&input, weight.shape(), &options);
    if !is_untracked(&input) || !is_plain {
        let device = input.device().without_autodiff();
        return linear(input, weight.tensor(&device), options);
    }
    let after = cpu::CompressedLinear {
        bias: options.bias.map(into_primitive),
        residual: options.residual.map(into_primitive),
        activation: options.activation,
    };
    from_primitive(after.multiply(&into_primitive(input), &weight.view()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use super::*;
    use crate::Activation;
    use crate::cpu::level_tests::at_each_level;
    use crate::reference::numbers;

    fn tensor(shape: [usize; 2], seed: usize) -> Tensor<2> {
        let data = TensorData::new(numbers(shape[0] * shape[1], seed), shape);
        Tensor::from_data(data, (&Device::flex(), DType::F32))
    }

    fn largest(tensor: Tensor<2>) -> f32 {
        tensor.abs().max().into_scalar()
    }

    #[test]
    fn compression_keeps_numbers_as_near_as_its_bits_allow() {
        let weight = tensor([40, 96], 1);
        for (compression, most, bytes) in [
            (Compression::EightBit, 0.6 / 127.0, 40 * 96 * 17 / 16),
            (Compression::FourBit, 1.05 / 8.0, 40 * 96 * 9 / 16),
        ] {
            let compressed = CompressedWeight::new(weight.clone(), compression).unwrap();
            assert_eq!(compressed.bytes(), bytes);
            let error = largest(compressed.tensor(&Device::flex()) - weight.clone());
            assert!(error <= most, "{compression:?}: {error}");
            let half = weight.clone().cast(DType::BF16);
            let half = CompressedWeight::new(half, compression).unwrap();
            let error = largest(half.tensor(&Device::flex()) - weight.clone());
            assert!(
                error <= most + 0.004,
                "{compression:?} of bfloat16: {error}"
            );
            let rows = compressed.rows(&[7, 0], &Device::flex());
            let expected = compressed.tensor(&Device::flex()).narrow(0, 7, 1);
            rows.narrow(0, 0, 1)
                .into_data()
                .assert_eq(&expected.into_data(), true);
        }
        assert!(CompressedWeight::new(tensor([3, 40], 1), Compression::EightBit).is_none());
    }

    #[test]
    fn products_are_those_with_the_numbers_it_stands_for() {
        for compression in [Compression::EightBit, Compression::FourBit] {
            for (rows, outer, inner) in [
                (1, 70, 64),
                (1, 5, 2080),
                (2, 4, 64),
                (3, 33, 160),
                (4, 5, 32),
                (50, 40, 96),
            ] {
                let weight = CompressedWeight::new(tensor([outer, inner], 2), compression).unwrap();
                let input = tensor([rows, inner], 1);
                let options = || LinearOptions {
                    bias: Some(tensor([1, outer], 3).reshape([outer])),
                    activation: Activation::Silu,
                    residual: Some(tensor([rows, outer], 4)),
                };
                let plain = linear(input.clone(), weight.tensor(&Device::flex()), options());
                let scale = largest(plain.clone());
                at_each_level(|level| {
                    let found = compressed_linear(input.clone(), &weight, options());
                    let error = largest(found - plain.clone()) / scale;
                    let rounded = rows > 4 || compression == Compression::FourBit;
                    let most = if rounded { 8e-3 } else { 1e-5 };
                    assert!(error <= most, "{compression:?} {rows} at {level}: {error}");
                });
            }
        }
    }

    #[test]
    fn gradients_flow_through_the_input() {
        let weight = CompressedWeight::new(tensor([5, 32], 2), Compression::EightBit).unwrap();
        let input = tensor([2, 32], 1).autodiff().require_grad();
        let output = compressed_linear(input.clone(), &weight, LinearOptions::default());
        let found = input.grad(&output.sum().backward()).unwrap();
        let expected = weight.tensor(&Device::flex()).sum_dim(0).repeat_dim(0, 2);
        assert!(largest(found - expected) < 1e-5);
    }
}
