//! Recall: a frame's features as each object's past sees them.
//!
//! In: features, one bank for each object or group of objects, the moment. Out: features for every object. Which
//! memories are looked at is decided in [`selection`](super::selection); here they become tokens and are attended to. Banks that
//! look at equally many memories go through the attention together.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};

use super::{
    attention::{self, MemoryAttention, MemoryTokens},
    bank::MemoryBank,
    object_pointer::{ObjectPointer, embedding},
    selection::{Moment, RecallPolicy, Selection, Window, select},
};
use crate::{ImageFeatures, config::SegmenterConfig, image_encoder::sine_position::sine_position};

/// Builds the module with fresh weights.
pub(crate) fn init(config: &SegmenterConfig, device: &Device) -> MemoryRecall {
    MemoryRecall {
        attention: attention::init(config, device),
        no_memory: embedding([1, 1, config.channels()], device),
        ages: embedding([config.memory.frames, config.memory.channels], device),
        frames: config.memory.frames,
        pointers: config.memory.pointers,
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct MemoryRecall {
    attention: MemoryAttention,
    /// `[1, 1, channels]`: added where there is nothing to recall.
    no_memory: Param<Tensor<3>>,
    /// `[frames, memory channels]`: encodings of distances one, two, …, and last that of prompted frames.
    ages: Param<Tensor<2>>,
    #[module(skip)]
    frames: usize,
    #[module(skip)]
    pointers: usize,
}

/// What a frame looks back on.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// Memories, object by object or group by group; an empty bank stands for one object.
    pub banks: &'a [&'a MemoryBank],
    /// The frame that looks back.
    pub moment: Moment,
}

/// Banks that are attended to together.
struct Group {
    /// Indices of the banks.
    banks: Vec<usize>,
    selections: Vec<Selection>,
}

impl Group {
    /// Spatial memories and pointers of each bank in the group.
    fn counts(&self) -> Option<(usize, usize)> {
        let first = self.selections.first()?;
        Some((first.memories.len(), first.pointers.len()))
    }
}

impl MemoryRecall {
    pub(crate) fn device(&self) -> Device {
        self.no_memory.val().device()
    }

    /// The window of a policy.
    pub(crate) fn window(&self, policy: RecallPolicy) -> Window {
        Window {
            frames: self.frames,
            pointers: self.pointers,
            policy,
        }
    }

    /// Features of a frame that looks back on nothing.
    ///
    /// # Shapes
    /// - output: as `features.embedding`
    pub(crate) fn without_memory(&self, features: &ImageFeatures) -> Tensor<4> {
        let [_, channels, _, _] = features.embedding.dims();
        features.embedding.clone() + self.no_memory.val().reshape([1, channels, 1, 1])
    }

    /// # Shapes
    /// - `features`: one frame, or one for each object
    /// - output: `[objects, channels, height, width]`, objects in the order of the banks
    pub(crate) fn forward(
        &self,
        features: &ImageFeatures,
        past: Past<'_>,
        policy: RecallPolicy,
        pointer: &ObjectPointer,
    ) -> Tensor<4> {
        let groups = self.group(past, policy);
        let objects: Vec<usize> = past.banks.iter().map(|bank| bank.objects()).collect();
        if let [only] = groups.as_slice() {
            return self.recall_group(features, only, past, pointer);
        }
        let mut recalled: Vec<Option<Tensor<4>>> = vec![None; objects.len()];
        let start_of = |bank: usize| objects[..bank].iter().sum::<usize>();
        for group in &groups {
            let rows: Vec<(usize, usize)> = group
                .banks
                .iter()
                .map(|&bank| (start_of(bank), objects[bank]))
                .collect();
            let output = self.recall_group(&features.rows(&rows), group, past, pointer);
            let mut start = 0;
            for &bank in &group.banks {
                recalled[bank] = Some(output.clone().narrow(0, start, objects[bank]));
                start += objects[bank];
            }
        }
        Tensor::cat(recalled.into_iter().flatten().collect(), 0)
    }

    /// Banks by the number of memories they look at.
    fn group(&self, past: Past<'_>, policy: RecallPolicy) -> Vec<Group> {
        let window = self.window(policy);
        let mut groups: Vec<Group> = Vec::new();
        for (index, bank) in past.banks.iter().enumerate() {
            let selection = select(&bank.held(), past.moment, window);
            let counts = Some((selection.memories.len(), selection.pointers.len()));
            match groups.iter_mut().find(|group| group.counts() == counts) {
                Some(group) => {
                    group.banks.push(index);
                    group.selections.push(selection);
                }
                None => groups.push(Group {
                    banks: vec![index],
                    selections: vec![selection],
                }),
            }
        }
        groups
    }

    fn recall_group(
        &self,
        features: &ImageFeatures,
        group: &Group,
        past: Past<'_>,
        pointer: &ObjectPointer,
    ) -> Tensor<4> {
        let [_, channels, height, width] = features.embedding.dims();
        let banks: Vec<&MemoryBank> = group.banks.iter().map(|&bank| past.banks[bank]).collect();
        let objects: usize = banks.iter().map(|bank| bank.objects()).sum();
        if matches!(group.counts(), Some((0, 0)) | None) {
            let fresh = self.without_memory(features);
            return match fresh.dims() {
                [1, _, _, _] => fresh.repeat_dim(0, objects),
                _ => fresh,
            };
        }
        let memory = self.tokens(features, &banks, group, pointer);
        let by_token = |image: &Tensor<4>| image.clone().flatten::<3>(2, 3).swap_dims(1, 2);
        let tokens = self.attention.forward(
            by_token(&features.embedding),
            by_token(&features.position),
            memory,
        );
        tokens
            .swap_dims(1, 2)
            .reshape([objects, channels, height, width])
    }

    fn tokens(
        &self,
        features: &ImageFeatures,
        banks: &[&MemoryBank],
        group: &Group,
        pointer: &ObjectPointer,
    ) -> MemoryTokens {
        let [_, channels, height, width] = features.embedding.dims();
        let [_, memory_channels] = self.ages.dims();
        let splits = channels / memory_channels;
        let dtype = features.embedding.dtype();
        let values = banks
            .iter()
            .zip(&group.selections)
            .map(|(bank, selection)| {
                let spatial = selection
                    .memories
                    .iter()
                    .filter_map(|choice| bank.spatial(choice.frame))
                    .map(|memory| memory.cast(dtype));
                let pointers = selection
                    .pointers
                    .iter()
                    .filter_map(|choice| bank.pointer(choice.frame))
                    .map(|pointer| {
                        let [objects, _] = pointer.dims();
                        pointer.reshape([objects, splits, memory_channels])
                    });
                Tensor::cat(spatial.chain(pointers).collect(), 1)
            })
            .collect();
        let grid = sine_position(memory_channels, [height, width], &features.embedding)
            .flatten::<3>(2, 3)
            .swap_dims(1, 2);
        let places = Places {
            grid,
            splits,
            pointer,
        };
        let alike = group.selections.windows(2).all(|pair| {
            let [first, second] = pair else { return true };
            first.has_same_distances(second)
        });
        let positions = if alike {
            group
                .selections
                .first()
                .map(|selection| self.positions(selection, &places))
                .into_iter()
                .collect()
        } else {
            banks
                .iter()
                .zip(&group.selections)
                .map(|(bank, selection)| {
                    self.positions(selection, &places)
                        .repeat_dim(0, bank.objects())
                })
                .collect()
        };
        MemoryTokens {
            values: Tensor::cat(values, 0),
            positions: Tensor::cat(positions, 0),
            pointer_tokens: splits * group.counts().map_or(0, |(_, pointers)| pointers),
        }
    }

    /// Encodings in space and time of what a selection looks at.
    ///
    /// # Shapes
    /// - output: `[1, tokens, memory channels]`
    fn positions(&self, selection: &Selection, places: &Places<'_>) -> Tensor<3> {
        let ages = self.ages.val();
        let [frames, memory_channels] = ages.dims();
        let spatial = selection.memories.iter().map(|choice| {
            let row = choice.distance.map_or(frames, |distance| distance) - 1;
            places.grid.clone() + ages.clone().narrow(0, row, 1).unsqueeze_dim(0)
        });
        let mut positions: Vec<Tensor<3>> = spatial.collect();
        if !selection.pointers.is_empty() {
            let span = selection.pointer_span as f32;
            let distances: Vec<f32> = selection
                .pointers
                .iter()
                .map(|choice| choice.distance as f32 / span)
                .collect();
            let times = places
                .pointer
                .time_encodings(&distances, memory_channels, &places.grid);
            let tokens = distances.len() * places.splits;
            let times = times
                .unsqueeze_dim::<3>(1)
                .repeat_dim(1, places.splits)
                .reshape([1, tokens, memory_channels]);
            positions.push(times);
        }
        Tensor::cat(positions, 1)
    }
}

/// What the encodings of all banks share.
struct Places<'a> {
    /// `[1, tokens, memory channels]`: the encoding of one spatial memory in space.
    grid: Tensor<3>,
    /// Tokens that stand for one pointer.
    splits: usize,
    pointer: &'a ObjectPointer,
}
