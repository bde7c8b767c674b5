//! The vision tower as a whole.
//!
//! In: the patches of one image or video. Out: one token for each square of patches, and the features that DeepStack's taps
//! hand to the decoder's first blocks. Frames see only themselves, so that long videos go through in portions.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{DType, Device, Int, Tensor, TensorData},
};
use tubelet_kernels::{LinearOptions, linear};

use super::{
    block::{VisionBlock, VisionPass},
    grid::{VisionGrid, angles, interpolation},
    merger::Merger,
};
use crate::{
    adapter::{
        packed::part_recomputed,
        usage::{AdapterUse, tracked},
    },
    config::VisionConfig,
    language::rotary::RotaryTables,
    projection::beside,
};

/// Patches that go through the tower together, where a frame does not have more.
const PORTION: usize = 8192;
/// As many where a portion is computed again for the backward pass, and the inputs of all its blocks are in memory then.
const RECOMPUTED_PORTION: usize = 2048;

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct VisionTower {
    /// `[channels, colours, frames, rows, columns]`.
    patch_weight: Param<Tensor<5>>,
    /// `[channels]`.
    patch_bias: Param<Tensor<1>>,
    /// `[positions, channels]`.
    positions: Param<Tensor<2>>,
    pub blocks: Vec<VisionBlock>,
    pub merger: Merger,
    pub taps: Vec<Merger>,
    #[module(skip)]
    config: VisionConfig,
}

/// What the tower makes of an image or a video.
#[derive(Clone, Debug)]
pub struct VisualFeatures {
    /// `[tokens, decoder channels]`.
    pub tokens: Tensor<2>,
    /// The same size, one for each of the decoder's first blocks (DeepStack).
    pub taps: Vec<Tensor<2>>,
}

impl VisionTower {
    pub(crate) fn new(config: &VisionConfig, device: &Device) -> Self {
        let spread = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        let patch = config.patch;
        let positions = config.position_side * config.position_side;
        Self {
            patch_weight: spread.init(
                [
                    config.channels,
                    config.image_channels,
                    config.patch_frames,
                    patch,
                    patch,
                ],
                device,
            ),
            patch_bias: Initializer::Zeros.init([config.channels], device),
            positions: spread.init([positions, config.channels], device),
            blocks: (0..config.depth)
                .map(|index| VisionBlock::new(config, &format!("vision.blocks.{index}"), device))
                .collect(),
            merger: Merger::last(config, device),
            taps: (0..config.taps.len())
                .map(|index| Merger::tap(config, index, device))
                .collect(),
            config: config.clone(),
        }
    }

    /// # Shapes
    /// - `patches`: `[patches, colours · frames · rows · columns]`
    pub(crate) fn forward(
        &self,
        patches: Tensor<2>,
        grid: VisionGrid,
        adapter: Option<AdapterUse>,
    ) -> VisualFeatures {
        let in_frame = grid.frame_patches();
        let [_, numbers] = patches.dims();
        let device = patches.device().without_autodiff();
        let frequencies = self.config.channels / self.config.heads / 2;
        let rotary =
            RotaryTables::new(angles(&self.config, grid), [in_frame, frequencies], &device);
        let positions = self.frame_positions(grid);
        let recomputed = adapter.filter(|used| {
            used.manner().recomputing.is_some() && !self.positions.lazy_device().is_autodiff()
        });
        let most = recomputed.map_or(PORTION, |_| RECOMPUTED_PORTION);
        let step = (most / in_frame).max(1);
        let portions: Vec<VisualFeatures> = (0..grid.frames)
            .step_by(step)
            .map(|first| {
                let count = step.min(grid.frames - first) * in_frame;
                let part = patches
                    .clone()
                    .slice([first * in_frame..first * in_frame + count, 0..numbers]);
                let patches = tracked(part, adapter);
                if let Some(used) = recomputed {
                    let surroundings = (rotary.clone(), positions.clone());
                    return self.recomputed_portion(first, patches, surroundings, used);
                }
                let pass = VisionPass {
                    rotary: &rotary,
                    adapter,
                };
                self.portion(patches, positions.clone(), pass)
            })
            .collect();
        joined(portions)
    }

    /// A portion that keeps nothing for the backward pass but its patches; then, each of its blocks keeps its own.
    fn recomputed_portion(
        &self,
        first: usize,
        patches: Tensor<2>,
        (rotary, positions): (RotaryTables, Tensor<2>),
        used: AdapterUse,
    ) -> VisualFeatures {
        let tower = self.clone();
        let packed = part_recomputed(("vision.", first), patches, used, move |patches, used| {
            let pass = VisionPass {
                rotary: &rotary,
                adapter: Some(used),
            };
            let VisualFeatures { tokens, mut taps } =
                tower.portion(patches, positions.clone(), pass);
            taps.insert(0, tokens);
            Tensor::cat(taps, 1)
        });
        let width = self.config.output_channels;
        let part = |index: usize| packed.clone().narrow(1, index * width, width);
        VisualFeatures {
            tokens: part(0),
            taps: (1..=self.taps.len()).map(part).collect(),
        }
    }

    fn portion(
        &self,
        patches: Tensor<2>,
        positions: Tensor<2>,
        pass: VisionPass,
    ) -> VisualFeatures {
        let [count, numbers] = patches.dims();
        let [in_frame, channels] = positions.dims();
        let weight = self.patch_weight.val().reshape([channels, numbers]);
        let patches = beside(patches, &weight);
        let options = LinearOptions {
            bias: Some(self.patch_bias.val()),
            ..LinearOptions::default()
        };
        let embedded = linear(patches, weight, options);
        let positions = beside(positions, &embedded);
        let embedded =
            embedded.reshape([count / in_frame, in_frame, channels]) + positions.unsqueeze::<3>();
        let mut patches = embedded.reshape([count, channels]);
        let mut taps = Vec::with_capacity(self.taps.len());
        let is_frozen = !self.positions.lazy_device().is_autodiff();
        for (index, block) in self.blocks.iter().enumerate() {
            patches = match pass.adapter {
                Some(used) if is_frozen => {
                    let (block, rotary) = (block.clone(), pass.rotary.clone());
                    let path = format!("vision.blocks.{index}.");
                    part_recomputed((&path, 0), patches, used, move |patches, used| {
                        let pass = VisionPass {
                            rotary: &rotary,
                            adapter: Some(used),
                        };
                        block.forward(patches, pass)
                    })
                }
                _ => block.forward(patches, pass),
            };
            if let Some(tap) = self.config.taps.iter().position(|tap| *tap == index) {
                taps.push(self.taps[tap].forward(patches.clone(), pass.adapter));
            }
        }
        VisualFeatures {
            tokens: self.merger.forward(patches, pass.adapter),
            taps,
        }
    }

    /// Learned positions between grid points, for the patches of a frame: `[frame patches, channels]`.
    fn frame_positions(&self, grid: VisionGrid) -> Tensor<2> {
        let table = self.positions.val();
        let device = table.device();
        let found = interpolation(&self.config, grid);
        let parts = found.indices.into_iter().zip(found.weights);
        let corners = parts.map(|(indices, weights)| {
            let indices = Tensor::<1, Int>::from_data(indices.as_slice(), &device);
            let rows = table.clone().select(0, indices).cast(DType::F32);
            let count = weights.len();
            rows * Tensor::<2>::from_data(TensorData::new(weights, [count, 1]), &device)
        });
        let sum = corners.reduce(|left, right| left + right);
        sum.unwrap_or_else(|| unreachable!("there are four corners"))
    }
}

fn joined(mut portions: Vec<VisualFeatures>) -> VisualFeatures {
    if portions.len() == 1 {
        return portions.remove(0);
    }
    let taps = portions.first().map_or(0, |portion| portion.taps.len());
    let tap = |index: usize| {
        let parts = portions.iter().map(|portion| portion.taps[index].clone());
        Tensor::cat(parts.collect(), 0)
    };
    VisualFeatures {
        taps: (0..taps).map(tap).collect(),
        tokens: Tensor::cat(portions.iter().map(|part| part.tokens.clone()).collect(), 0),
    }
}
