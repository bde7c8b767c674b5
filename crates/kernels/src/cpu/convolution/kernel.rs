//! Convolution and its transpose as kernels.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::super::gemm::Matrix;
use super::super::memory::{tensor, unwritten};
use super::super::pointwise::{activate_all, differentiate_all};
use super::super::rows::sum;
use super::super::simd::{Level, Simd, Task};
use super::super::view::{dense, dimensions, numbers, owned};
use super::dense::{RowBias, correlate, spread, turned, weight_gradient};
use super::depthwise;
use super::patches::Window;
use crate::Activation;
use crate::extension::{Kernel, Outcome};

/// Inputs: `input`, `weight` and, where present, `bias`.
#[derive(Clone, Debug)]
pub(crate) struct Convolution {
    /// Whether a bias follows the weight.
    pub bias: bool,
    /// Rows and columns between two windows.
    pub stride: [usize; 2],
    /// Zeros added on each side.
    pub padding: [usize; 2],
    /// Whether each channel has a window of its own; the stride is one then.
    pub depthwise: bool,
    /// Applied after the bias.
    pub activation: Activation,
}

const PLAIN: RowBias = RowBias {
    bias: None,
    activation: Activation::None,
};

impl Convolution {
    fn window(&self, input: &FlexTensor, weight: &FlexTensor) -> Window {
        let (image, weight) = (dimensions(input), dimensions(weight));
        Window {
            image: [image[1], image[2], image[3]],
            kernel: [weight[2], weight[3]],
            stride: self.stride,
            padding: self.padding,
        }
    }

    fn correlate(
        &self,
        level: Level,
        window: &Window,
        [images, weight]: [&FlexTensor; 2],
        finish: &RowBias,
    ) -> Vec<f32> {
        if self.depthwise {
            depthwise::correlate(level, numbers(images), window, numbers(weight), finish)
        } else {
            let matrix = Matrix::dense(numbers(weight), [dimensions(weight)[0], window.elements()]);
            correlate(level, numbers(images), window, matrix, finish)
        }
    }

    fn input_gradient(
        &self,
        level: Level,
        window: &Window,
        weight: &FlexTensor,
        gradient: &[f32],
    ) -> Vec<f32> {
        let channels = dimensions(weight)[0];
        let elements = window.kernel[0] * window.kernel[1];
        let [rows, columns] = window.output();
        let fits = (0..2).all(|axis| window.padding[axis] < window.kernel[axis]);
        if self.stride == [1, 1] && fits {
            // The gradient of a correlation is one with the windows turned around.
            let back = Window {
                image: [channels, rows, columns],
                padding: [0, 1].map(|axis| window.kernel[axis] - 1 - window.padding[axis]),
                ..*window
            };
            if self.depthwise {
                let weight = turned(numbers(weight), [1, channels, elements]);
                return depthwise::correlate(level, gradient, &back, &weight, &PLAIN);
            }
            let inputs = window.image[0];
            let weight = turned(numbers(weight), [channels, inputs, elements]);
            let matrix = Matrix::dense(&weight, [inputs, channels * elements]);
            return correlate(level, gradient, &back, matrix, &PLAIN);
        }
        let matrix = Matrix::dense(numbers(weight), [channels, window.elements()]);
        spread(level, gradient, window, matrix, &PLAIN)
    }
}

impl Kernel for Convolution {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let (input, weight) = (dense(&inputs[0]), dense(&inputs[1]));
        let bias = self.bias.then(|| dense(&inputs[2]));
        let window = self.window(&input, &weight);
        let [rows, columns] = window.output();
        let shape = [dimensions(&input)[0], dimensions(&weight)[0], rows, columns];
        // The backward pass needs what went into the activation, so that runs on its own then.
        let split = keep && self.activation != Activation::None;
        let finish = RowBias {
            bias: bias.as_ref().map(numbers),
            activation: if split {
                Activation::None
            } else {
                self.activation
            },
        };
        let mut output = self.correlate(level, &window, [&input, &weight], &finish);
        let mut saved = Vec::new();
        if keep {
            saved.extend([input, weight]);
        }
        if split {
            let before = output;
            output = unwritten(before.len());
            activate_all(level, self.activation, &before, &mut output);
            saved.push(tensor(before, shape));
        }
        Outcome {
            output: tensor(output, shape),
            saved,
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let level = Level::current();
        let (input, weight) = (&saved[0], &saved[1]);
        let mut gradient = owned(gradient);
        if let Some(before) = saved.get(2) {
            let values = gradient.storage_mut();
            differentiate_all(level, self.activation, numbers(before), values);
        }
        let gradient = numbers(&gradient);
        let window = self.window(input, weight);
        let channels = dimensions(weight)[0];
        let mut found = vec![None, None];
        if wanted[0] {
            let data = self.input_gradient(level, &window, weight, gradient);
            found[0] = Some(tensor(data, dimensions(input).to_vec()));
        }
        if wanted[1] {
            let data = if self.depthwise {
                depthwise::weight_gradient(level, numbers(input), &window, gradient)
            } else {
                weight_gradient(level, numbers(input), &window, gradient, channels)
            };
            found[1] = Some(tensor(data, dimensions(weight).to_vec()));
        }
        if self.bias {
            found.push(wanted[2].then(|| channel_sums(level, gradient, channels, window.pixels())));
        }
        found
    }
}

/// Transposed convolution without padding. Inputs: `input`, `weight` and, where present, `bias`.
#[derive(Clone, Debug)]
pub(crate) struct Transposed {
    /// Whether a bias follows the weight.
    pub bias: bool,
    /// Factor by which the image grows.
    pub stride: [usize; 2],
}

impl Transposed {
    /// The window over the output whose places are the input's pixels.
    fn window(&self, input: &FlexTensor, weight: &FlexTensor) -> Window {
        let (input, weight) = (dimensions(input), dimensions(weight));
        let size =
            [0, 1].map(|axis| (input[axis + 2].max(1) - 1) * self.stride[axis] + weight[axis + 2]);
        Window {
            image: [weight[1], size[0], size[1]],
            kernel: [weight[2], weight[3]],
            stride: self.stride,
            padding: [0, 0],
        }
    }
}

impl Kernel for Transposed {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let (input, weight) = (dense(&inputs[0]), dense(&inputs[1]));
        let bias = self.bias.then(|| dense(&inputs[2]));
        let window = self.window(&input, &weight);
        let matrix = Matrix::dense(
            numbers(&weight),
            [dimensions(&weight)[0], window.elements()],
        );
        let bias = RowBias {
            bias: bias.as_ref().map(numbers),
            activation: Activation::None,
        };
        let output = spread(level, numbers(&input), &window, matrix, &bias);
        let [channels, height, width] = window.image;
        Outcome {
            output: tensor(output, [dimensions(&input)[0], channels, height, width]),
            saved: if keep {
                vec![input, weight]
            } else {
                Vec::new()
            },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let level = Level::current();
        let (input, weight) = (&saved[0], &saved[1]);
        let gradient = dense(&gradient);
        let gradient = numbers(&gradient);
        let window = self.window(input, weight);
        let inputs = dimensions(weight)[0];
        let matrix = Matrix::dense(numbers(weight), [inputs, window.elements()]);
        let mut found = vec![
            wanted[0].then(|| {
                let data = correlate(level, gradient, &window, matrix, &PLAIN);
                tensor(data, dimensions(input).to_vec())
            }),
            wanted[1].then(|| {
                let data = weight_gradient(level, gradient, &window, numbers(input), inputs);
                tensor(data, dimensions(weight).to_vec())
            }),
        ];
        if self.bias {
            let [channels, height, width] = window.image;
            found.push(wanted[2].then(|| channel_sums(level, gradient, channels, height * width)));
        }
        found
    }
}

struct Sum<'a>(&'a [f32]);

impl Task for Sum<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f32 {
        sum(simd, self.0)
    }
}

/// Sum of every channel over images and pixels.
fn channel_sums(level: Level, values: &[f32], channels: usize, pixels: usize) -> FlexTensor {
    let planes: Vec<f32> = values
        .par_chunks_exact(pixels.max(1))
        .map(|plane| level.run(Sum(plane)))
        .collect();
    let mut sums = vec![0.0; channels];
    for (index, plane) in planes.into_iter().enumerate() {
        sums[index % channels] += plane;
    }
    tensor(sums, [channels])
}
