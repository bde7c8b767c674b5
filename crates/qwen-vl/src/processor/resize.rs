//! Bicubic resizing of 8-bit RGB with antialiasing, to the bit as torchvision does it on the CPU.
//!
//! In and out: RGB, row by row. Weights are rounded to 16 bits and colours to 8 after each of the two passes, first along
//! rows, then along columns; Pillow's own resizing differs by the rounding of its weights alone.

use rayon::prelude::*;

use super::size::Size;

/// Which source pixels make one target pixel.
struct Window {
    start: usize,
    weights: Vec<i32>,
}

/// The windows along one axis, and how many bits of their weights are behind the point.
struct Axis {
    windows: Vec<Window>,
    precision: u32,
}

/// Resizes `pixels` of size `from`.
///
/// # Panics
/// Where there are not as many pixels as `from` says.
pub(crate) fn resized(pixels: &[u8], from: Size, to: Size) -> Vec<u8> {
    let [rows, columns] = from;
    assert_eq!(pixels.len(), rows * columns * 3, "pixels of {from:?}");
    let wide = if columns == to[1] {
        pixels.to_vec()
    } else {
        let axis = Axis::new(columns, to[1]);
        let mut wide = vec![0; rows * to[1] * 3];
        wide.par_chunks_mut(to[1] * 3)
            .zip(pixels.par_chunks(columns * 3))
            .for_each(|(out, row)| axis.along(row, out));
        wide
    };
    if rows == to[0] {
        return wide;
    }
    let axis = Axis::new(rows, to[0]);
    let stride = to[1] * 3;
    let mut tall = vec![0; to[0] * stride];
    tall.par_chunks_mut(stride)
        .zip(&axis.windows)
        .for_each(|(out, window)| {
            let rows = wide[window.start * stride..].chunks_exact(stride);
            let mut sums = vec![axis.half(); stride];
            for (row, weight) in rows.zip(&window.weights) {
                for (sum, colour) in sums.iter_mut().zip(row) {
                    *sum += weight * i32::from(*colour);
                }
            }
            for (out, sum) in out.iter_mut().zip(sums) {
                *out = axis.colour(sum);
            }
        });
    tall
}

impl Axis {
    fn new(from: usize, to: usize) -> Self {
        let scale = from as f64 / to as f64;
        let stretch = scale.max(1.0);
        let reach = 2.0 * stretch;
        let windows: Vec<(usize, Vec<f64>)> = (0..to)
            .map(|index| {
                let centre = scale * (index as f64 + 0.5);
                let start = ((centre - reach + 0.5) as i64).max(0) as usize;
                let end = ((centre + reach + 0.5) as usize).min(from);
                let weights: Vec<f64> = (start..end)
                    .map(|place| cubic((place as f64 - centre + 0.5) / stretch))
                    .collect();
                let total: f64 = weights.iter().sum();
                (start, weights.into_iter().map(|w| w / total).collect())
            })
            .collect();
        let largest = windows
            .iter()
            .flat_map(|(_, weights)| weights)
            .fold(0.0, |most: f64, weight| most.max(*weight));
        let precision = (0..22)
            .find(|bits| (0.5 + largest * f64::from(1 << (bits + 1))) as i32 >= 1 << 15)
            .unwrap_or(22);
        let unit = f64::from(1 << precision);
        let rounded = |weight: f64| (weight * unit + if weight < 0.0 { -0.5 } else { 0.5 }) as i32;
        Self {
            windows: windows
                .into_iter()
                .map(|(start, weights)| Window {
                    start,
                    weights: weights.into_iter().map(rounded).collect(),
                })
                .collect(),
            precision,
        }
    }

    fn along(&self, row: &[u8], out: &mut [u8]) {
        for (out, window) in out.as_chunks_mut::<3>().0.iter_mut().zip(&self.windows) {
            let mut sums = [self.half(); 3];
            let source = row[window.start * 3..].as_chunks::<3>().0;
            for (pixel, weight) in source.iter().zip(&window.weights) {
                for (sum, colour) in sums.iter_mut().zip(pixel) {
                    *sum += weight * i32::from(*colour);
                }
            }
            *out = sums.map(|sum| self.colour(sum));
        }
    }

    fn half(&self) -> i32 {
        if self.precision == 0 {
            0
        } else {
            1 << (self.precision - 1)
        }
    }

    fn colour(&self, sum: i32) -> u8 {
        (sum >> self.precision).clamp(0, 255) as u8
    }
}

/// Keys' cubic with a slope of −1/2.
fn cubic(x: f64) -> f64 {
    const SLOPE: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((SLOPE + 2.0) * x - (SLOPE + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * SLOPE
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_colour_stays_that_colour() {
        for (from, to) in [([3, 5], [16, 8]), ([40, 30], [7, 11]), ([9, 9], [9, 18])] {
            let pixels = [10, 200, 255].repeat(from[0] * from[1]);
            let found = resized(&pixels, from, to);
            assert_eq!(found, [10, 200, 255].repeat(to[0] * to[1]));
        }
    }
}
