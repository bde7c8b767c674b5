//! The decoder as a whole: embeddings in, last states and logits out.
//!
//! In: embeddings of new tokens, their positions, and the cache of those before. Out: states after the last norm. Visual
//! features are added to the first blocks' outputs (DeepStack). Knows neither text nor pictures.

use std::ops::Range;

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{DType, Device, Int, Tensor},
};
use tubelet_kernels::{CompressedWeight, Compression, LinearOptions, compressed_linear, linear};

use super::{
    attention::LayerPass,
    block::TextBlock,
    cache::KeyValueCache,
    norm::RmsNorm,
    rotary::{Position, RotaryFrequencies},
};
use crate::{
    adapter::{
        packed::part_recomputed,
        usage::{AdapterUse, tracked},
    },
    config::TextConfig,
    projection::beside,
};

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct Decoder {
    /// `[vocabulary, channels]`.
    embedding: Param<Tensor<2>>,
    pub blocks: Vec<TextBlock>,
    norm: RmsNorm,
    /// `[vocabulary, channels]`; the embedding where there is none.
    head: Option<Param<Tensor<2>>>,
    /// In place of `head`, or of the embedding as output layer.
    #[module(skip)]
    compressed_head: Option<CompressedWeight>,
    #[module(skip)]
    pub rotary: RotaryFrequencies,
}

/// What the decoder reads in one call.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// `[batch, tokens, channels]`.
    pub tokens: Tensor<3>,
    /// Of every token, batch by batch.
    pub positions: Vec<Position>,
    /// Of the token that may follow, were it text.
    pub next: i64,
    /// Features that the first blocks' outputs get added.
    pub deep: DeepFeatures,
}

impl Embedded {
    /// Other embeddings in place of those from `start` on: learned tokens, for example.
    ///
    /// # Shapes
    /// - `embeddings`: `[tokens, channels]`
    ///
    /// # Panics
    /// Where they reach beyond the last token, counted batch by batch.
    pub fn replaced(self, start: usize, embeddings: Tensor<2>) -> Self {
        let [batch, count, channels] = self.tokens.dims();
        let [new, _] = embeddings.dims();
        assert!(start + new <= batch * count, "more embeddings than tokens");
        let tokens = beside(self.tokens, &embeddings).reshape([batch * count, channels]);
        let embeddings = beside(embeddings, &tokens);
        let tokens = tokens.slice_assign([start..start + new, 0..channels], embeddings);
        Self {
            tokens: tokens.reshape([batch, count, channels]),
            ..self
        }
    }

    /// Visual features in the places of their placeholders.
    pub(crate) fn with_visuals(mut self, features: Tensor<2>) -> Self {
        let mut taken = 0;
        for place in self.deep.places.clone() {
            let part = features.clone().narrow(0, taken, place.len());
            taken += place.len();
            self = self.replaced(place.start, part);
        }
        self
    }

    /// Sequences of the same length as one batch. Shorter ones are filled up at their end by the caller: what follows a
    /// token never changes its state.
    ///
    /// # Panics
    /// Where lengths differ, or there is none.
    pub fn batch(sequences: Vec<Self>) -> Self {
        let mut positions = Vec::new();
        let mut deep = DeepFeatures::default();
        let (mut tokens, mut taps) = (Vec::new(), Vec::new());
        let (mut before, mut next) = (0, i64::MIN);
        for sequence in sequences {
            let [batch, count, _] = sequence.tokens.dims();
            next = next.max(sequence.next);
            positions.extend(sequence.positions);
            let places = sequence.deep.places.into_iter();
            deep.places
                .extend(places.map(|place| place.start + before..place.end + before));
            before += batch * count;
            tokens.push(sequence.tokens);
            if !sequence.deep.by_block.is_empty() {
                taps.push(sequence.deep.by_block);
            }
        }
        for index in 0..taps.first().map_or(0, Vec::len) {
            let parts = taps.iter().map(|features| features[index].clone());
            deep.by_block.push(Tensor::cat(parts.collect(), 0));
        }
        Self {
            tokens: Tensor::cat(tokens, 0),
            positions,
            next,
            deep,
        }
    }
}

/// Visual features for the decoder's first blocks (DeepStack).
#[derive(Clone, Debug, Default)]
pub struct DeepFeatures {
    /// Where visual tokens stand among all tokens, batch by batch, in order.
    pub places: Vec<Range<usize>>,
    /// `[visual tokens, channels]` for each of the first blocks.
    pub by_block: Vec<Tensor<2>>,
}

impl DeepFeatures {
    fn add_to(&self, block: usize, tokens: Tensor<3>) -> Tensor<3> {
        let Some(features) = self.by_block.get(block) else {
            return tokens;
        };
        let [batch, count, channels] = tokens.dims();
        let mut flat = tokens.reshape([batch * count, channels]);
        let mut taken = 0;
        for place in &self.places {
            let part = features.clone().narrow(0, taken, place.len());
            taken += place.len();
            let part = beside(part, &flat);
            let sum = flat.clone().slice([place.clone(), 0..channels]) + part;
            flat = flat.slice_assign([place.clone(), 0..channels], sum);
        }
        flat.reshape([batch, count, channels])
    }
}

impl Decoder {
    pub(crate) fn new(config: &TextConfig, device: &Device) -> Self {
        let table = || {
            let spread = Initializer::Normal {
                mean: 0.0,
                std: 0.02,
            };
            spread.init([config.vocabulary, config.channels], device)
        };
        Self {
            embedding: table(),
            blocks: (0..config.layers)
                .map(|index| TextBlock::new(config, &format!("decoder.blocks.{index}"), device))
                .collect(),
            norm: RmsNorm::new(config.channels, config.norm_epsilon, device),
            head: (!config.tied_embeddings).then(table),
            compressed_head: None,
            rotary: RotaryFrequencies::new(config),
        }
    }

    /// Projections and the output layer in fewer bits; embeddings are looked up as they are.
    pub(crate) fn compressed(self, compression: Compression) -> Self {
        let table = self.head.as_ref().unwrap_or(&self.embedding).val();
        let compressed_head = CompressedWeight::new(table, compression);
        let blocks = self.blocks.into_iter();
        Self {
            blocks: blocks.map(|block| block.compressed(compression)).collect(),
            head: self.head.filter(|_| compressed_head.is_none()),
            compressed_head,
            ..self
        }
    }

    /// Embeddings of tokens, which must be in the vocabulary.
    ///
    /// # Shapes
    /// - output: `[tokens, channels]`
    pub(crate) fn embed(&self, tokens: &[u32]) -> Tensor<2> {
        let table = self.embedding.val();
        let indices: Vec<i64> = tokens.iter().map(|token| i64::from(*token)).collect();
        let indices = Tensor::<1, Int>::from_data(indices.as_slice(), &table.device());
        let rows = table.select(0, indices);
        if rows.dtype() == DType::F32 {
            rows
        } else {
            rows.cast(DType::F32)
        }
    }

    /// States of new tokens after the last norm.
    ///
    /// # Shapes
    /// - output: `[batch, tokens, channels]`
    pub(crate) fn forward(
        &self,
        input: Embedded,
        mut cache: Option<&mut KeyValueCache>,
        adapter: Option<AdapterUse>,
    ) -> Tensor<3> {
        let [_, count, _] = input.tokens.dims();
        let device = input.tokens.device().without_autodiff();
        let rotary = self.rotary.tables(&input.positions, &device);
        let mut tokens = tracked(input.tokens, adapter);
        let is_frozen = !self.device().is_autodiff();
        for (index, block) in self.blocks.iter().enumerate() {
            let cache = cache.as_deref_mut().map(|cache| cache.layer(index));
            tokens = match (cache, adapter) {
                (None, Some(used)) if is_frozen => {
                    let (block, rotary) = (block.clone(), rotary.clone());
                    let path = format!("decoder.blocks.{index}.");
                    part_recomputed((&path, 0), tokens, used, move |tokens, used| {
                        let pass = LayerPass {
                            rotary: &rotary,
                            cache: None,
                            adapter: Some(used),
                        };
                        block.forward(tokens, pass)
                    })
                }
                (cache, adapter) => {
                    let pass = LayerPass {
                        rotary: &rotary,
                        cache,
                        adapter,
                    };
                    block.forward(tokens, pass)
                }
            };
            tokens = input.deep.add_to(index, tokens);
        }
        if let Some(cache) = cache {
            cache.advance(count, input.next);
        }
        self.norm.forward(tokens)
    }

    /// Where the weights are.
    pub(crate) fn device(&self) -> Device {
        self.embedding.lazy_device()
    }

    /// Logits over the vocabulary.
    ///
    /// # Shapes
    /// - `states`: `[..., channels]`
    /// - output: `[..., vocabulary]`
    pub(crate) fn logits<const D: usize>(&self, states: Tensor<D>) -> Tensor<D> {
        if let Some(table) = &self.compressed_head {
            return compressed_linear(states, table, LinearOptions::default());
        }
        let table = self.head.as_ref().unwrap_or(&self.embedding).val();
        linear(states, table, LinearOptions::default())
    }
}
