//! Hiera, the backbone: four stages, each with half the resolution and twice the channels (Ryali et al. 2023).
//!
//! In: normalised frames. Out: the feature map of every stage, channels last.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use tubelet_kernels::add;
use tubelet_nn::{Conv2d, Conv2dConfig};

use super::{
    hiera_attention::HieraAttentionConfig,
    hiera_block::{HieraBlock, HieraBlockConfig},
    window_position::{WindowPosition, WindowPositionConfig},
};

/// Sizes of a [`Hiera`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HieraConfig {
    /// Channels of the first stage; every further stage doubles them.
    pub channels: usize,
    /// Attention heads of the first stage; every further stage doubles them.
    pub heads: usize,
    /// Blocks in each stage.
    pub blocks: [usize; 4],
    /// Side of the attention windows in each stage. The first block of a stage still uses the one before.
    pub windows: [usize; 4],
    /// Blocks, counted through all stages, that attend over the whole map.
    pub global_blocks: Vec<usize>,
    /// Height and width of the learned background positions.
    pub background: usize,
}

impl HieraConfig {
    pub(crate) fn tiny() -> Self {
        Self {
            channels: 96,
            heads: 1,
            blocks: [1, 2, 7, 2],
            windows: [8, 4, 14, 7],
            global_blocks: vec![5, 7, 9],
            background: 7,
        }
    }

    pub(crate) fn small() -> Self {
        Self {
            blocks: [1, 2, 11, 2],
            global_blocks: vec![7, 10, 13],
            ..Self::tiny()
        }
    }

    pub(crate) fn base_plus() -> Self {
        Self {
            channels: 112,
            heads: 2,
            blocks: [2, 3, 16, 3],
            global_blocks: vec![12, 16, 20],
            background: 14,
            ..Self::tiny()
        }
    }

    pub(crate) fn large() -> Self {
        Self {
            channels: 144,
            heads: 2,
            blocks: [2, 6, 36, 4],
            windows: [8, 4, 16, 8],
            global_blocks: vec![23, 33, 43],
            background: 7,
        }
    }

    /// Channels of every stage.
    pub(crate) fn stage_channels(&self) -> [usize; 4] {
        [0, 1, 2, 3].map(|stage| self.channels << stage)
    }

    /// Builds the module with fresh weights.
    pub fn init(&self, device: &Device) -> Hiera {
        Hiera {
            patches: Conv2dConfig::new([3, self.channels], 7)
                .with_stride(4)
                .with_padding(3)
                .init(device),
            position: WindowPositionConfig {
                channels: self.channels,
                background: self.background,
                window: self.windows[0],
            }
            .init(device),
            blocks: self
                .block_configs()
                .iter()
                .map(|block| block.init(device))
                .collect(),
            stage_lengths: self.blocks,
        }
    }

    fn block_configs(&self) -> Vec<HieraBlockConfig> {
        let mut configs = Vec::new();
        for (stage, &count) in self.blocks.iter().enumerate() {
            for block in 0..count {
                let enters = stage > 0 && block == 0;
                let source = if enters { stage - 1 } else { stage };
                let global = self.global_blocks.contains(&configs.len());
                configs.push(HieraBlockConfig {
                    attention: HieraAttentionConfig {
                        channels: [self.channels << source, self.channels << stage],
                        heads: self.heads << stage,
                        pools: enters,
                    },
                    window: (!global).then_some(self.windows[source]),
                });
            }
        }
        configs
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub struct Hiera {
    patches: Conv2d,
    position: WindowPosition,
    blocks: Vec<HieraBlock>,
    #[module(skip)]
    stage_lengths: [usize; 4],
}

impl Hiera {
    /// # Shapes
    /// - `images`: `[batch, 3, height, width]`, sides multiples of 32
    /// - output: strides 4, 8, 16, 32: `[batch, height / stride, width / stride, channels · stride / 4]`
    pub fn forward(&self, images: Tensor<4>) -> [Tensor<4>; 4] {
        let patches = self.patches.forward(images).permute([0, 2, 3, 1]);
        let [_, height, width, _] = patches.dims();
        let mut map = add(patches, self.position.forward([height, width]));
        let mut blocks = self.blocks.iter();
        self.stage_lengths.map(|length| {
            for block in blocks.by_ref().take(length) {
                map = block.forward(map.clone());
            }
            map.clone()
        })
    }
}
