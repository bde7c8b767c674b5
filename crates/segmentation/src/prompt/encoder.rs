//! The prompt encoder.
//!
//! In: points with labels (a box is its two corners) and mask logits, in model pixels. Out: sparse tokens for the points and a
//! dense map for the mask. Knows no image.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Int, Tensor},
};

use super::{
    mask_downscaling::{MaskDownscaling, MaskDownscalingConfig},
    random_frequencies::{RandomFrequencies, RandomFrequenciesConfig},
};
use crate::config::STRIDE;

/// Labels with a vector of their own.
const LABELS: usize = 4;

/// Sizes of a [`PromptEncoder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromptEncoderConfig {
    /// Channels of tokens.
    pub channels: usize,
    /// Height and width of the image in model pixels.
    pub image_size: usize,
    /// Channels inside the mask prompt's layers.
    pub mask_channels: usize,
}

impl PromptEncoderConfig {
    /// Builds the module with fresh weights.
    pub fn init(&self, device: &Device) -> PromptEncoder {
        let channels = self.channels;
        let draw = Initializer::Normal {
            mean: 0.0,
            std: 1.0,
        };
        PromptEncoder {
            frequencies: RandomFrequenciesConfig { channels }.init(device),
            points: vec![draw.init([LABELS, channels], device)],
            not_a_point: draw.init([1, channels], device),
            mask: MaskDownscalingConfig {
                hidden_channels: self.mask_channels,
                channels,
            }
            .init(device),
            no_mask: draw.init([1, channels], device),
            image_size: self.image_size,
        }
    }
}

/// What a prompt point says. A box is its two corners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum PointLabel {
    /// Fills up a shorter list of points; its token is zero.
    Absent = -10,
    /// No point is given; has a token of its own.
    Nothing = -1,
    /// Outside the object.
    Background = 0,
    /// On the object.
    Foreground = 1,
    /// Top left corner of a box.
    TopLeft = 2,
    /// Bottom right corner of a box.
    BottomRight = 3,
}

/// Points of several objects, equally many for each.
#[derive(Clone, Debug)]
pub struct PointPrompts {
    /// x and y in model pixels, the centre of the first pixel at 0: `[objects, points, 2]`.
    pub coordinates: Tensor<3>,
    /// [`PointLabel`]s: `[objects, points]`.
    pub labels: Tensor<2, Int>,
}

/// Encoded prompts.
#[derive(Clone, Debug)]
pub struct PromptEmbeddings {
    /// `[objects, tokens, channels]`.
    pub sparse: Tensor<3>,
    /// `[objects, channels, height, width]`.
    pub dense: Tensor<4>,
}

/// See the module docs.
#[derive(Module, Debug)]
pub struct PromptEncoder {
    frequencies: RandomFrequencies,
    /// Added to points by label: background, foreground, top left, bottom right. Together `[4, channels]`, in as
    /// many parts as a weight file has them.
    points: Vec<Param<Tensor<2>>>,
    not_a_point: Param<Tensor<2>>,
    mask: MaskDownscaling,
    no_mask: Param<Tensor<2>>,
    #[module(skip)]
    image_size: usize,
}

impl PromptEncoder {
    /// Encodes the prompts of `objects` objects. Every list of points ends with one "not a point"; without points
    /// there are two of them, as in SAM 2.
    ///
    /// # Shapes
    /// - `masks`: logits `[objects, 1, size / 4, size / 4]`
    pub fn forward(
        &self,
        points: Option<PointPrompts>,
        masks: Option<Tensor<4>>,
        objects: usize,
    ) -> PromptEmbeddings {
        let side = self.image_size / STRIDE;
        let no_mask = self.no_mask.val();
        let [_, channels] = no_mask.dims();
        let end = self.not_a_point.val().unsqueeze::<3>();
        let sparse = match points {
            Some(points) => Tensor::cat(
                vec![self.embed(points), end.expand([objects, 1, channels])],
                1,
            ),
            None => end.expand([objects, 2, channels]),
        };
        let dense = match masks {
            Some(masks) => self.mask.forward(masks),
            None => no_mask
                .reshape([1, channels, 1, 1])
                .expand([objects, channels, side, side]),
        };
        PromptEmbeddings { sparse, dense }
    }

    /// Encodes the position of every pixel of the image embedding.
    ///
    /// # Shapes
    /// - output: `[1, channels, height, width]`
    pub fn dense_position(&self) -> Tensor<4> {
        self.frequencies
            .forward_dense([self.image_size / STRIDE; 2])
    }

    /// The same encoder with its labels' vectors in `parts` parameters: published checkpoints differ in this.
    pub(crate) fn with_points_in(self, parts: usize) -> Self {
        let points = Tensor::cat(self.points.iter().map(Param::val).collect(), 0).detach();
        let points = points.chunk(parts, 0);
        Self {
            points: points.into_iter().map(Param::from_tensor).collect(),
            ..self
        }
    }

    /// Position plus the label's own vector; the latter alone for [`PointLabel::Nothing`].
    fn embed(&self, points: PointPrompts) -> Tensor<3> {
        let PointPrompts {
            coordinates,
            labels,
        } = points;
        let [objects, count] = labels.dims();
        let fractions = coordinates
            .add_scalar(0.5)
            .div_scalar(self.image_size as f64);
        let position = self.frequencies.forward(fractions);
        let [_, _, channels] = position.dims();

        let placed = labels
            .clone()
            .greater_equal_elem(0)
            .float()
            .unsqueeze_dim::<3>(2);
        let present = labels
            .clone()
            .greater_equal_elem(-1)
            .float()
            .unsqueeze_dim::<3>(2);
        let rows = labels.clamp(-1, 3).add_scalar(1).reshape([objects * count]);
        let vectors = std::iter::once(&self.not_a_point)
            .chain(&self.points)
            .map(Param::val)
            .collect();
        let meaning = Tensor::cat(vectors, 0)
            .select(0, rows)
            .reshape([objects, count, channels]);
        position * placed + meaning * present
    }
}
