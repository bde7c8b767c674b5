//! The mask decoder.
//!
//! In: image, prompts. Out: every candidate mask with its expected quality, and whether the object is there. Which
//! mask to take is decided in [`super::selection`].

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor, activation::sigmoid},
};
use tubelet_kernels::{Activation, add};
use tubelet_nn::{FeedForward, FeedForwardConfig};

use super::{
    mask_heads::{MaskHeads, MaskHeadsConfig},
    selection::{MASKS, MaskChoice, MaskPrediction, Stability},
    two_way_block::TwoWayState,
    two_way_transformer::{TwoWayTransformer, TwoWayTransformerConfig},
};

/// Sizes of a [`MaskDecoder`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaskDecoderConfig {
    /// Channels of tokens and image.
    pub channels: usize,
    /// Attention heads.
    pub heads: usize,
    /// Layers of the two-way transformer.
    pub layers: usize,
    /// Hidden channels of the transformer's perceptrons.
    pub token_hidden_channels: usize,
    /// Hidden channels of the quality head.
    pub quality_hidden_channels: usize,
    /// When the single mask is distrusted.
    pub stability: Stability,
}

impl MaskDecoderConfig {
    /// Builds the module with fresh weights.
    pub fn init(&self, device: &Device) -> MaskDecoder {
        let channels = self.channels;
        let draw = Initializer::Normal {
            mean: 0.0,
            std: 1.0,
        };
        let head = |hidden_channels, out_channels| {
            FeedForwardConfig {
                channels: [channels, out_channels],
                hidden_channels,
                layers: 3,
                activation: Activation::Relu,
            }
            .init(device)
        };
        MaskDecoder {
            presence_token: draw.init([1, channels], device),
            quality_token: draw.init([1, channels], device),
            mask_tokens: draw.init([MASKS, channels], device),
            transformer: TwoWayTransformerConfig {
                channels,
                heads: self.heads,
                layers: self.layers,
                hidden_channels: self.token_hidden_channels,
            }
            .init(device),
            masks: MaskHeadsConfig {
                channels,
                masks: MASKS,
            }
            .init(device),
            quality: head(self.quality_hidden_channels, MASKS),
            presence: head(channels, 1),
            stability: self.stability,
        }
    }
}

/// What a [`MaskDecoder`] looks at. A batch of one serves all objects.
#[derive(Clone, Debug)]
pub struct MaskDecoderInput {
    /// Image embedding, conditioned on memory: `[objects or 1, channels, height, width]`.
    pub image: Tensor<4>,
    /// [`PromptEncoder::dense_position`](crate::PromptEncoder::dense_position): `[1, channels, height, width]`.
    pub image_position: Tensor<4>,
    /// Prompt tokens: `[objects, tokens, channels]`.
    pub sparse: Tensor<3>,
    /// Mask prompts: `[objects, channels, height, width]`.
    pub dense: Tensor<4>,
    /// [`ImageFeatures::high_resolution`](crate::ImageFeatures::high_resolution), with a batch of `objects` or one.
    pub high_resolution: [Tensor<4>; 2],
}

/// See the module docs.
#[derive(Module, Debug)]
pub struct MaskDecoder {
    presence_token: Param<Tensor<2>>,
    quality_token: Param<Tensor<2>>,
    mask_tokens: Param<Tensor<2>>,
    transformer: TwoWayTransformer,
    masks: MaskHeads,
    quality: FeedForward,
    presence: FeedForward,
    #[module(skip)]
    stability: Stability,
}

impl MaskDecoder {
    /// Predicts all four masks of every object; the first is the one for unambiguous prompts.
    pub fn forward(&self, input: MaskDecoderInput) -> MaskPrediction {
        let [objects, _, channels] = input.sparse.dims();
        let outputs = Tensor::cat(
            vec![
                self.presence_token.val(),
                self.quality_token.val(),
                self.mask_tokens.val(),
            ],
            0,
        );
        let outputs = outputs
            .unsqueeze::<3>()
            .expand([objects, MASKS + 2, channels]);
        let image = add(input.image, input.dense);
        let [batch, _, height, width] = image.dims();
        let state = TwoWayState {
            tokens: Tensor::cat(vec![outputs, input.sparse], 1),
            image: to_sequence(image),
        };
        let TwoWayState { tokens, image } = self
            .transformer
            .forward(state, to_sequence(input.image_position));

        let image = image
            .swap_dims(1, 2)
            .reshape([batch, channels, height, width]);
        let object_tokens = tokens.clone().narrow(1, 2, MASKS);
        let token = |index| {
            tokens
                .clone()
                .narrow(1, index, 1)
                .reshape([objects, channels])
        };
        MaskPrediction {
            logits: self
                .masks
                .forward(object_tokens.clone(), image, input.high_resolution),
            iou: sigmoid(self.quality.forward(token(1))),
            object_score_logits: self.presence.forward(token(0)),
            object_tokens,
        }
    }

    /// Takes masks from a prediction of [`MaskDecoder::forward`].
    pub fn select(&self, prediction: MaskPrediction, choice: MaskChoice) -> MaskPrediction {
        prediction.choose(choice, self.stability)
    }
}

/// `[batch, channels, height, width]` to `[batch, height · width, channels]`.
fn to_sequence(map: Tensor<4>) -> Tensor<3> {
    let [batch, channels, height, width] = map.dims();
    map.permute([0, 2, 3, 1])
        .reshape([batch, height * width, channels])
}
