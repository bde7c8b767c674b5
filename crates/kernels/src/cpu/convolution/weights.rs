//! The gradient of a convolution's weights, from the image where it lies.
//!
//! In: an image in the layout of its window, and the gradient of its outputs. Out: for each channel and element, the sum over all
//! outputs of the gradient times what the element met there.

use super::super::gemm::Target;
use super::super::simd::{Level, Simd, Task};
use super::batch::Threads;
use super::layout::Layout;
use super::patches::Window;

/// Channels and elements whose sums are in registers together.
const TILE: usize = 4;
/// Outputs that are summed at a time: with them the lines of a tile's elements stay in the inner cache.
const OUTPUTS: usize = 1024;
/// Elements that a thread takes at a time.
const ELEMENTS: usize = 4 * TILE;

/// `[out, window elements]`.
pub(super) fn weight_gradient(
    level: Level,
    images: &[f32],
    window: &Window,
    gradient: &[f32],
    channels: usize,
) -> Vec<f32> {
    let layout = Layout::new(*window);
    let (elements, pixels) = (window.elements(), window.pixels());
    let mut weights = vec![0.0; channels * elements];
    let threads = Threads::all(level);
    let gradients = gradient.chunks_exact((channels * pixels).max(1));
    for (image, gradient) in images.chunks_exact(window.size().max(1)).zip(gradients) {
        let weights = Target::dense(&mut weights, [channels, elements]);
        layout.with_image(threads, image, |image| {
            threads.each_index(elements.div_ceil(ELEMENTS), |index| {
                level.run(Sums {
                    layout: &layout,
                    image,
                    gradient,
                    elements: [index * ELEMENTS, elements.min((index + 1) * ELEMENTS)],
                    weights,
                });
            });
        });
    }
    weights
}

/// The sums for some elements, all channels, of one image.
struct Sums<'a> {
    layout: &'a Layout,
    image: &'a [f32],
    /// Planes of channels.
    gradient: &'a [f32],
    /// The first, and the one behind the last.
    elements: [usize; 2],
    weights: Target<'a>,
}

impl Task for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let [rows, columns] = self.layout.window.output();
        let channels = self.weights.rows();
        let step = (OUTPUTS / columns).max(1);
        for start in (0..rows).step_by(step) {
            let rows = [start, rows.min(start + step)];
            for element in (self.elements[0]..self.elements[1]).step_by(TILE) {
                for channel in (0..channels).step_by(TILE) {
                    let sums = self.tile(simd, rows, [channel, element]);
                    for (row, sums) in sums.into_iter().take(channels - channel).enumerate() {
                        let there = self.elements[1] - element;
                        for (column, sum) in sums.into_iter().take(there).enumerate() {
                            // SAFETY: no other task has these elements.
                            unsafe {
                                *self.weights.at(channel + row, element + column) += simd.sum(sum);
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Sums<'_> {
    /// Products of some rows, lane by lane; beyond the last channel or element those of the last one again.
    #[inline(always)]
    fn tile<S: Simd>(
        &self,
        simd: S,
        rows: [usize; 2],
        [channel, element]: [usize; 2],
    ) -> [[S::Vector; TILE]; TILE] {
        let [_, columns] = self.layout.window.output();
        let pixels = self.layout.window.pixels();
        let (channels, elements) = (self.weights.rows(), self.elements[1]);
        let distances: [usize; TILE] =
            std::array::from_fn(|index| self.layout.distances[(element + index).min(elements - 1)]);
        let planes: [usize; TILE] =
            std::array::from_fn(|index| (channel + index).min(channels - 1) * pixels);
        let last = self.layout.place(rows[1] - 1) + columns.next_multiple_of(S::LANES);
        assert!(
            last + self.layout.reach <= self.image.len(),
            "beyond the image"
        );
        assert!(
            channels * pixels <= self.gradient.len(),
            "beyond the gradient"
        );
        let mut sums = [[simd.splat(0.0); TILE]; TILE];
        for row in rows[0]..rows[1] {
            let place = self.layout.place(row);
            let whole = columns / S::LANES * S::LANES;
            // SAFETY, here and below: the row's outputs lie in every channel's plane, and what an element meets there in the image,
            // both as checked.
            let image =
                distances.map(|distance| unsafe { self.image.as_ptr().add(place + distance) });
            let gradient =
                planes.map(|plane| unsafe { self.gradient.as_ptr().add(plane + row * columns) });
            for column in (0..whole).step_by(S::LANES) {
                let met = image.map(|line| unsafe { simd.load_at(line.add(column)) });
                for (sums, line) in sums.iter_mut().zip(gradient) {
                    let gradient = unsafe { simd.load_at(line.add(column)) };
                    for (sum, met) in sums.iter_mut().zip(met) {
                        *sum = simd.mul_add(gradient, met, *sum);
                    }
                }
            }
            let rest = columns - whole;
            if rest > 0 {
                let met = image.map(|line| unsafe { simd.load_first(line.add(whole), rest) });
                for (sums, line) in sums.iter_mut().zip(gradient) {
                    let gradient = unsafe { simd.load_first(line.add(whole), rest) };
                    for (sum, met) in sums.iter_mut().zip(met) {
                        *sum = simd.mul_add(gradient, met, *sum);
                    }
                }
            }
        }
        sums
    }
}
