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
use crate::{
    ImageFeatures,
    config::SegmenterConfig,
    image_encoder::sine_position::sine_position,
    rig::{
        sights::Sights,
        spatial_position::{self, SpatialPosition},
    },
};

/// Builds the module with fresh weights.
pub(crate) fn init(config: &SegmenterConfig, device: &Device) -> MemoryRecall {
    MemoryRecall {
        attention: attention::init(config, device),
        no_memory: embedding([1, 1, config.channels()], device),
        ages: embedding([config.memory.frames, config.memory.channels], device),
        spatial: config
            .spatial
            .as_ref()
            .map(|spatial| spatial_position::init(spatial, config, device)),
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
    /// What is added where the places of views are known.
    spatial: Option<SpatialPosition>,
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

/// What every bank looks at, and from where.
pub(crate) struct Lookout<'a, 'b> {
    /// Memories, object by object or group by group.
    pub(crate) banks: Vec<&'a MemoryBank>,
    /// For each bank.
    pub(crate) selections: Vec<Selection>,
    /// The looking view's number and the places of all views, where they are known.
    pub(crate) sights: Option<(usize, &'a mut Sights<'b>)>,
}

impl Lookout<'_, '_> {
    /// How many memories are looked at, bank by bank.
    pub(crate) fn looked_at(&self) -> Vec<usize> {
        let selections = self.selections.iter();
        selections
            .map(|selection| selection.memories.len())
            .collect()
    }
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

    pub(crate) fn with_fresh_places(self, config: &SegmenterConfig) -> Self {
        let device = self.device();
        let fresh = config
            .spatial
            .as_ref()
            .map(|spatial| spatial_position::init(spatial, config, &device));
        Self {
            spatial: fresh,
            ..self
        }
    }

    pub(crate) fn has_places(&self) -> bool {
        self.spatial.is_some()
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

    /// What each bank holds for a moment.
    pub(crate) fn select(&self, past: Past<'_>, policy: RecallPolicy) -> Vec<Selection> {
        let window = self.window(policy);
        past.banks
            .iter()
            .map(|bank| select(&bank.held(), past.moment, window))
            .collect()
    }

    /// # Shapes
    /// - `features`: one frame, or one for each object
    /// - output: `[objects, channels, height, width]`, objects in the order of the banks
    pub(crate) fn forward(
        &self,
        features: &ImageFeatures,
        lookout: Lookout<'_, '_>,
        pointer: &ObjectPointer,
    ) -> Tensor<4> {
        let Lookout {
            banks,
            selections,
            mut sights,
        } = lookout;
        let objects: Vec<usize> = banks.iter().map(|bank| bank.objects()).collect();
        let groups = group(selections);
        let mut recall = |features: &ImageFeatures, group: &Group| {
            let banks: Vec<&MemoryBank> = group.banks.iter().map(|&bank| banks[bank]).collect();
            let sights = sights.as_mut().map(|(view, sights)| (*view, &mut **sights));
            self.recall_group(features, (group, &banks), sights, pointer)
        };
        if let [only] = groups.as_slice() {
            return recall(features, only);
        }
        let mut recalled: Vec<Option<Tensor<4>>> = vec![None; objects.len()];
        let start_of = |bank: usize| objects[..bank].iter().sum::<usize>();
        for group in &groups {
            let rows: Vec<(usize, usize)> = group
                .banks
                .iter()
                .map(|&bank| (start_of(bank), objects[bank]))
                .collect();
            let output = recall(&features.rows(&rows), group);
            let mut start = 0;
            for &bank in &group.banks {
                recalled[bank] = Some(output.clone().narrow(0, start, objects[bank]));
                start += objects[bank];
            }
        }
        Tensor::cat(recalled.into_iter().flatten().collect(), 0)
    }

    fn recall_group(
        &self,
        features: &ImageFeatures,
        (group, banks): (&Group, &[&MemoryBank]),
        sights: Option<(usize, &mut Sights<'_>)>,
        pointer: &ObjectPointer,
    ) -> Tensor<4> {
        let [_, channels, height, width] = features.embedding.dims();
        let objects: usize = banks.iter().map(|bank| bank.objects()).sum();
        if matches!(group.counts(), Some((0, 0)) | None) {
            let fresh = self.without_memory(features);
            return match fresh.dims() {
                [1, _, _, _] => fresh.repeat_dim(0, objects),
                _ => fresh,
            };
        }
        let by_token = |image: &Tensor<4>| image.clone().flatten::<3>(2, 3).swap_dims(1, 2);
        let mut position = by_token(&features.position);
        let [_, memory_channels] = self.ages.dims();
        let grid = sine_position(memory_channels, [height, width], &features.embedding);
        let mut places = Places {
            grid: by_token(&grid),
            splits: channels / memory_channels,
            pointer,
            sights: None,
        };
        if let (Some(spatial), Some((view, sights))) = (&self.spatial, sights) {
            if let Some(place) = sights.looking(view, spatial, &position) {
                position = position + place;
            }
            places.sights = Some((spatial, sights));
        }
        let memory = self.tokens(features, banks, group, &mut places);
        let tokens = self
            .attention
            .forward(by_token(&features.embedding), position, memory);
        tokens
            .swap_dims(1, 2)
            .reshape([objects, channels, height, width])
    }

    fn tokens(
        &self,
        features: &ImageFeatures,
        banks: &[&MemoryBank],
        group: &Group,
        places: &mut Places<'_, '_>,
    ) -> MemoryTokens {
        let [_, memory_channels] = self.ages.dims();
        let splits = places.splits;
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
        let has_places = places.sights.is_some();
        let alike = group.selections.windows(2).all(|pair| {
            let [first, second] = pair else { return true };
            first.has_same_distances(second) && (!has_places || first.memories == second.memories)
        });
        let positions = if alike {
            group
                .selections
                .first()
                .map(|selection| self.positions(selection, places))
                .into_iter()
                .collect()
        } else {
            banks
                .iter()
                .zip(&group.selections)
                .map(|(bank, selection)| {
                    self.positions(selection, places)
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
    fn positions(&self, selection: &Selection, places: &mut Places<'_, '_>) -> Tensor<3> {
        let ages = self.ages.val();
        let [frames, memory_channels] = ages.dims();
        let oldest = frames.saturating_sub(1).max(1);
        let mut positions: Vec<Tensor<3>> = Vec::new();
        for choice in &selection.memories {
            // What is older than the model tells apart counts as the oldest it does.
            let row = choice.distance.map_or(frames, |age| age.clamp(1, oldest)) - 1;
            let position = places.grid.clone() + ages.clone().narrow(0, row, 1).unsqueeze_dim(0);
            positions.push(match places.remembered(choice.frame) {
                Some(place) => position + place,
                None => position,
            });
        }
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
struct Places<'a, 'b> {
    /// `[1, tokens, memory channels]`: the encoding of one spatial memory in space.
    grid: Tensor<3>,
    /// Tokens that stand for one pointer.
    splits: usize,
    pointer: &'a ObjectPointer,
    sights: Option<(&'a SpatialPosition, &'a mut Sights<'b>)>,
}

impl Places<'_, '_> {
    /// What is added for the place of a remembered view.
    fn remembered(&mut self, view: usize) -> Option<Tensor<3>> {
        let (spatial, sights) = self.sights.as_mut()?;
        sights.remembered(view, spatial, &self.grid)
    }
}

/// Banks by the number of memories they look at.
fn group(selections: Vec<Selection>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (index, selection) in selections.into_iter().enumerate() {
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
