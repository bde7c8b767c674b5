//! The model: pictures and tokens to states, states to logits.
//!
//! In: token ids with the patches of their pictures. Out: states of the last layer and logits over the vocabulary. The
//! model never changes; what it remembers is a [`KeyValueCache`] of the caller's.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use tubelet_kernels::{Compression, inside_the_pool};
use tubelet_nn::parameter_shapes;

use crate::{
    adapter::{
        low_rank::{Adapter, AdapterConfig},
        merge::with_additions,
        usage::AdapterUse,
    },
    config::QwenVlConfig,
    error::{QwenError, Result},
    language::{
        cache::KeyValueCache,
        decoder::{Decoder, DeepFeatures, Embedded},
    },
    positions::{SequencePositions, VisualKind, sequence_positions},
    vision::{
        grid::VisionGrid,
        tower::{VisionTower, VisualFeatures},
    },
    weights::hugging_face_name,
};

/// See the module docs.
#[derive(Module, Debug)]
pub struct QwenVl {
    pub(crate) vision: VisionTower,
    pub(crate) decoder: Decoder,
    #[module(skip)]
    config: QwenVlConfig,
    #[module(skip)]
    compression: Option<Compression>,
}

/// Tokens, with the pictures that their placeholders stand for, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenSequence {
    /// Token ids.
    pub tokens: Vec<u32>,
    /// Images and videos.
    pub visuals: Vec<Visual>,
}

/// The patches of an image or a video.
#[derive(Clone, Debug, PartialEq)]
pub struct Visual {
    /// Image or video.
    pub kind: VisualKind,
    /// How many patches.
    pub grid: VisionGrid,
    /// Patch by patch: colours, frames, rows, columns of its pixels, normalised.
    pub patches: Vec<f32>,
}

impl QwenVlConfig {
    /// A model with fresh weights, which are made when they are first used.
    pub fn init(&self, device: &Device) -> QwenVl {
        QwenVl {
            vision: VisionTower::new(&self.vision, device),
            decoder: Decoder::new(&self.text, device),
            config: self.clone(),
            compression: None,
        }
    }

    /// Refuses a sequence that a model of these sizes cannot read from position `start` on, without any weights.
    ///
    /// # Errors
    /// When a token is not in the vocabulary, placeholders and pictures do not agree, or the context is too short.
    pub fn check_sequence(&self, sequence: &TokenSequence, start: i64) -> Result<()> {
        self.placed(&sequence.tokens, &sequence.grids(), start)
            .map(|_| ())
    }

    /// Where the tokens of a sequence stand that this model can read.
    fn placed(
        &self,
        tokens: &[u32],
        visuals: &[(VisualKind, VisionGrid)],
        start: i64,
    ) -> Result<SequencePositions> {
        let vocabulary = self.text.vocabulary;
        if let Some(token) = tokens.iter().find(|token| **token as usize >= vocabulary) {
            return Err(QwenError::UnknownToken {
                token: *token,
                vocabulary,
            });
        }
        let special = (self.tokens, self.vision.merge);
        let positions = sequence_positions(tokens, visuals, special, start)?;
        let limit = self.text.max_positions;
        // Pictures have more tokens than positions, and both are limited.
        let end = usize::try_from(positions.next).unwrap_or(usize::MAX);
        let needed = end.max(tokens.len());
        if needed > limit {
            return Err(QwenError::ContextExceeded {
                tokens: needed,
                limit,
            });
        }
        Ok(positions)
    }
}

impl TokenSequence {
    /// Kinds and sizes of the pictures.
    fn grids(&self) -> Vec<(VisualKind, VisionGrid)> {
        let visuals = self.visuals.iter();
        visuals.map(|visual| (visual.kind, visual.grid)).collect()
    }
}

impl QwenVl {
    /// Sizes.
    pub fn config(&self) -> &QwenVlConfig {
        &self.config
    }

    /// Features of an image or a video.
    ///
    /// # Errors
    /// When the patches are not as many, or not of the size, that the grid and the model say.
    pub fn see(&self, visual: &Visual, adapter: Option<AdapterUse>) -> Result<VisualFeatures> {
        let sizes = &self.config.vision;
        visual.grid.check(sizes.merge)?;
        let numbers = sizes.image_channels * sizes.patch_frames * sizes.patch * sizes.patch;
        let count = visual.grid.patches();
        if visual.patches.len() != count * numbers {
            return Err(QwenError::Placeholders {
                reason: format!(
                    "{count} patches of {numbers} numbers are not {} numbers",
                    visual.patches.len()
                ),
            });
        }
        let data = TensorData::new(visual.patches.clone(), [count, numbers]);
        let patches = Tensor::from_data(data, &self.device());
        Ok(inside_the_pool(|| {
            self.vision.forward(patches, visual.grid, adapter)
        }))
    }

    /// Embeddings of a sequence whose first text token stands at `start`, with its pictures in their places.
    ///
    /// # Errors
    /// When a token is not in the vocabulary, placeholders and pictures do not agree, or the context is too short.
    pub fn embed(
        &self,
        sequence: &TokenSequence,
        adapter: Option<AdapterUse>,
        start: i64,
    ) -> Result<Embedded> {
        let grids = sequence.grids();
        // Before the pictures are looked at, which takes longest.
        self.config.placed(&sequence.tokens, &grids, start)?;
        let features = sequence
            .visuals
            .iter()
            .map(|visual| self.see(visual, adapter))
            .collect::<Result<Vec<_>>>()?;
        self.embed_features(&sequence.tokens, (&grids, &features), start)
    }

    /// [`QwenVl::embed`] with features that were made before, so that several questions about a picture look once.
    ///
    /// # Errors
    /// As [`QwenVl::embed`].
    pub fn embed_features(
        &self,
        tokens: &[u32],
        visuals: (&[(VisualKind, VisionGrid)], &[VisualFeatures]),
        start: i64,
    ) -> Result<Embedded> {
        let (grids, features) = visuals;
        let positions = self.config.placed(tokens, grids, start)?;
        let mut embedded = Embedded {
            tokens: self.decoder.embed(tokens).unsqueeze::<3>(),
            positions: positions.by_token,
            next: positions.next,
            deep: DeepFeatures::default(),
        };
        if !features.is_empty() {
            let all = Tensor::cat(features.iter().map(|f| f.tokens.clone()).collect(), 0);
            let taps = features.iter().map(|f| f.taps.len()).min().unwrap_or(0);
            let tap = |index: usize| {
                Tensor::cat(features.iter().map(|f| f.taps[index].clone()).collect(), 0)
            };
            embedded.deep = DeepFeatures {
                places: positions.visual,
                by_block: (0..taps).map(tap).collect(),
            };
            embedded = embedded.with_visuals(all);
        }
        Ok(embedded)
    }

    /// States after the last norm, one for each new token: what logits are made of, and what other heads can be put on.
    /// A cache makes the tokens that it holds come before the new ones, and takes these up.
    ///
    /// # Shapes
    /// - output: `[batch, tokens, channels]`
    pub fn states(
        &self,
        input: Embedded,
        cache: Option<&mut KeyValueCache>,
        adapter: Option<AdapterUse>,
    ) -> Tensor<3> {
        inside_the_pool(|| self.decoder.forward(input, cache, adapter))
    }

    /// Logits over the vocabulary.
    ///
    /// # Shapes
    /// - `states`: `[..., channels]`
    /// - output: `[..., vocabulary]`
    pub fn logits<const D: usize>(&self, states: Tensor<D>) -> Tensor<D> {
        inside_the_pool(|| self.decoder.logits(states))
    }

    /// Where the weights are.
    pub fn device(&self) -> Device {
        self.decoder.device()
    }

    /// A fresh adapter to every projection whose Hugging Face name ends with one of the targets.
    ///
    /// # Errors
    /// When a target names no projection, or the numbers make no sense.
    pub fn new_adapter(&self, config: AdapterConfig, device: &Device) -> Result<Adapter> {
        config.check()?;
        let all: Vec<_> = self.projections();
        let names: Vec<String> = all
            .iter()
            .map(|(path, _)| hugging_face_name(path))
            .collect();
        let fits = |name: &str, target: &str| {
            name.strip_suffix(target)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        for target in &config.targets {
            if !names.iter().any(|name| fits(name, target)) {
                return Err(QwenError::Adapter {
                    reason: format!("no projection of the model is called `{target}`"),
                });
            }
        }
        let targets = config.targets.clone();
        let chosen = all
            .into_iter()
            .zip(&names)
            .filter(|(_, name)| targets.iter().any(|target| fits(name, target)));
        Ok(Adapter::new(
            config,
            chosen.map(|(projection, _)| projection),
            device,
        ))
    }

    /// The model with the decoder's weights in eight or four bits; rows that are no whole groups of thirty-two numbers, and
    /// the vision tower, stay as they are.
    pub fn compressed(self, compression: Compression) -> Self {
        Self {
            decoder: self.decoder.compressed(compression),
            compression: Some(compression),
            ..self
        }
    }

    /// The model with an adapter's additions in its weights.
    ///
    /// # Errors
    /// When the weights are compressed, so that nothing can be added to them.
    pub fn merged(&self, adapter: &Adapter) -> Result<Self> {
        self.added(adapter, 1.0)
    }

    /// The model without additions that [`QwenVl::merged`] put in, up to rounding.
    ///
    /// # Errors
    /// As [`QwenVl::merged`].
    pub fn unmerged(&self, adapter: &Adapter) -> Result<Self> {
        self.added(adapter, -1.0)
    }

    fn added(&self, adapter: &Adapter, sign: f64) -> Result<Self> {
        if self.compression.is_some() {
            return Err(QwenError::Adapter {
                reason: "the model's weights are compressed; merge it before".to_owned(),
            });
        }
        Ok(with_additions(self.clone(), adapter, sign))
    }

    /// Paths and `[out, in]` of all projections.
    pub(crate) fn projections(&self) -> Vec<(String, [usize; 2])> {
        // A fresh model has all rows, and makes no weights until they are used.
        parameter_shapes(&self.config.init(&self.device()))
            .into_iter()
            .filter_map(|(path, shape)| {
                let name = path.strip_suffix(".weight")?;
                let sizes = <[usize; 2]>::try_from(shape).ok()?;
                Some((name.to_owned(), sizes))
            })
            .collect()
    }
}
