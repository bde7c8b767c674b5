//! Object pointers: one vector for what an object is in a frame.
//!
//! In: the decoder's token of the chosen mask and whether the object is there. Out: pointers, the tokens that stand for
//! them in memory, and their encodings in time (SAM 2, section 4 and appendix D, "object pointers").

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor, TensorData},
};
use tubelet_kernels::Activation;
use tubelet_nn::{Conv2d, Conv2dConfig, FeedForward, FeedForwardConfig, Linear, LinearConfig};

use crate::config::{Generation, SegmenterConfig};

/// Layers between the decoder's token and a pointer.
const LAYERS: usize = 3;
/// Factor between a full-size mask and the masks the prompt encoder takes.
const MASK_STRIDE: usize = 4;
/// Base of the wavelengths of the encoding in time.
const TIME_BASE: f32 = 10_000.0;

/// Builds the module with fresh weights.
pub(crate) fn init(config: &SegmenterConfig, device: &Device) -> ObjectPointer {
    let channels = config.channels();
    let projection = FeedForwardConfig {
        channels: [channels, channels],
        hidden_channels: channels,
        layers: LAYERS,
        activation: Activation::Relu,
    };
    ObjectPointer {
        projection: projection.init(device),
        absent: embedding([1, channels], device),
        mask_reduction: Conv2dConfig::new([1, 1], MASK_STRIDE)
            .with_stride(MASK_STRIDE)
            .init(device),
        time_projection: match config.generation {
            Generation::Sam2 => None,
            Generation::Sam21 => {
                Some(LinearConfig::new(channels, config.memory.channels).init(device))
            }
        },
    }
}

/// Fresh learned vectors.
pub(crate) fn embedding<const D: usize>(shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
    Initializer::Normal {
        mean: 0.0,
        std: 0.02,
    }
    .init(shape, device)
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct ObjectPointer {
    projection: FeedForward,
    /// `[1, channels]`: the pointer of an object that is not in the frame.
    absent: Param<Tensor<2>>,
    /// Brings a mask to the size and the range of the prompt encoder's masks, for the pointer of a given mask.
    mask_reduction: Conv2d,
    time_projection: Option<Linear>,
}

impl ObjectPointer {
    /// # Shapes
    /// - `tokens`, output: `[objects, channels]`
    /// - `presence`: `[objects, 1]`, one where the object is in the frame and zero elsewhere
    pub(crate) fn forward(&self, tokens: Tensor<2>, presence: Tensor<2>) -> Tensor<2> {
        self.gate(self.projection.forward(tokens), presence)
    }

    /// Replaces the pointers of absent objects.
    ///
    /// # Shapes
    /// As [`ObjectPointer::forward`].
    pub(crate) fn gate(&self, pointers: Tensor<2>, presence: Tensor<2>) -> Tensor<2> {
        let absence = presence.clone().neg().add_scalar(1.0);
        pointers * presence + self.absent.val() * absence
    }

    /// A given mask as a mask prompt.
    ///
    /// # Shapes
    /// - `masks`: `[objects, 1, height, width]`
    /// - output: `[objects, 1, height / 4, width / 4]`
    pub(crate) fn mask_prompt(&self, masks: Tensor<4>) -> Tensor<4> {
        self.mask_reduction.forward(masks)
    }

    /// Encodings of distances in time; zeros in SAM 2, which does not tell pointers' ages.
    ///
    /// `like` gives device and element type.
    ///
    /// # Shapes
    /// - output: `[distances, memory channels]`
    pub(crate) fn time_encodings(
        &self,
        distances: &[f32],
        memory_channels: usize,
        like: &Tensor<3>,
    ) -> Tensor<2> {
        let options = (&like.device(), like.dtype());
        match &self.time_projection {
            None => Tensor::zeros([distances.len(), memory_channels], options),
            Some(projection) => {
                let [_, channels] = projection.weight.dims();
                let data = TensorData::new(
                    sine_encodings(distances, channels),
                    [distances.len(), channels],
                );
                projection.forward(Tensor::from_data(data, options))
            }
        }
    }
}

/// Sines, then cosines, of each position over wavelengths that grow from pair to pair: `[positions, channels]`.
fn sine_encodings(positions: &[f32], channels: usize) -> Vec<f32> {
    let half = channels / 2;
    let wavelength = |channel: usize| {
        let exponent = 2.0 * (channel / 2) as f32 / half as f32;
        TIME_BASE.powf(exponent)
    };
    positions
        .iter()
        .flat_map(|position| {
            let angle = move |channel| position / wavelength(channel);
            let sines = (0..half).map(move |channel| angle(channel).sin());
            sines.chain((0..half).map(move |channel| angle(channel).cos()))
        })
        .collect()
}
