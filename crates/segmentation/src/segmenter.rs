//! The segmenter: four verbs on an immutable model.
//!
//! In: frames, prompts, and memories that the caller owns. Out: masks and new memories.
//! `encode` a frame once, `recall` what each object's past says about it, `predict` the objects' masks, `remember` them.
//! Knows no video, no object's name and no order of frames (SAM 2, figure 3).

use burn::{
    module::Module,
    tensor::{DType, Device, Tensor},
};
use tubelet_kernels::{Activation, ResizeOptions, activate, resize_bilinear};

use crate::{
    AbsentMasks, FramePolicy, ImageEncoder, ImageFeatures, MaskChoice, MaskDecoder,
    MaskDecoderInput, MaskInMemory, MaskPrediction, MemoryPrecision, PointPrompts, PromptEncoder,
    SegmenterConfig,
    config::STRIDE,
    half_products::round_weights,
    memory::{
        bank::FrameMemory,
        encoder::{self, MemoryEncoder},
        object_pointer::{self, ObjectPointer},
        recall::{self, Lookout, MemoryRecall, Past},
        selection::{RecallPolicy, Window},
    },
    resample::{Filter, resample},
};

/// Logit of a pixel inside a mask that was given, and minus that of one outside.
const GIVEN_LOGIT: f64 = 10.0;
/// Points up to which it is unclear whether the whole or a part is meant.
const AMBIGUOUS_POINTS: usize = 1;

impl SegmenterConfig {
    /// Builds the model with fresh weights.
    pub fn init(&self, device: &Device) -> Segmenter {
        Segmenter {
            image_encoder: self.image_encoder.init(device),
            prompt_encoder: self.prompt_encoder.init(device),
            mask_decoder: self.mask_decoder.init(device),
            recall: recall::init(self, device),
            memory_encoder: encoder::init(self, device),
            object_pointer: object_pointer::init(self, device),
            image_size: self.image_size,
        }
    }
}

/// What is said about the objects in a frame, the same kind of thing for all objects of a call.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "made once a frame and never stored, so a box would cost more than it saves"
)]
pub enum Prompt {
    /// Nothing: they are tracked.
    None,
    /// Points, where a box is its two corners.
    Points {
        /// In model pixels.
        points: PointPrompts,
        /// Logits of an earlier prediction that these points correct: `[objects, 1, size / 4, size / 4]`.
        previous: Option<Tensor<4>>,
    },
    /// The masks themselves, zero or one: `[objects, 1, size, size]`.
    Mask(Tensor<4>),
}

/// A frame's features as each object's past sees them.
#[derive(Clone, Debug)]
pub struct Recalled {
    /// `[objects, channels, height, width]`.
    pub embedding: Tensor<4>,
    /// Memories that were looked at, object by object; nothing where nothing was recalled.
    pub looked_at: Vec<usize>,
}

/// Masks of all objects in a frame.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// Logits of the chosen masks at stride 4: `[objects, 1, height, width]`. Where the object is not in the frame and the
    /// policy says [`AbsentMasks::Empty`] they are [`ABSENT_LOGIT`](crate::ABSENT_LOGIT).
    pub logits: Tensor<4>,
    /// Expected intersection over union of the chosen masks, 0 to 1: `[objects, 1]`.
    pub iou: Tensor<2>,
    /// Above zero where the object is in the frame: `[objects, 1]`.
    pub object_score_logits: Tensor<2>,
    /// What the object is here: `[objects, channels]`.
    pub pointer: Tensor<2>,
    /// All masks among which the choice was made, with the same logits for absent objects.
    pub candidates: MaskPrediction,
}

/// See the module docs.
#[derive(Module, Debug)]
pub struct Segmenter {
    image_encoder: ImageEncoder,
    pub(crate) prompt_encoder: PromptEncoder,
    mask_decoder: MaskDecoder,
    pub(crate) recall: MemoryRecall,
    memory_encoder: MemoryEncoder,
    pub(crate) object_pointer: ObjectPointer,
    #[module(skip)]
    image_size: usize,
}

impl Segmenter {
    /// Height and width of frames in model pixels.
    pub fn image_size(&self) -> usize {
        self.image_size
    }

    /// Height and width of the feature map that tokens come from.
    pub fn embedding_size(&self) -> usize {
        self.image_size / STRIDE
    }

    /// Where the weights are.
    pub fn device(&self) -> Device {
        self.recall.device()
    }

    /// The same model with weights of image encoder, memory attention and memory encoder as bfloat16: less memory, and where
    /// the processor multiplies bfloat16, less time. Sums and everything between products stay f32; SAM 2's own
    /// inference rounds these too. Without effect on masks but for such rounding; for inference only.
    #[must_use]
    pub fn with_half_products(self) -> Self {
        Self {
            image_encoder: round_weights(self.image_encoder),
            recall: round_weights(self.recall),
            memory_encoder: round_weights(self.memory_encoder),
            ..self
        }
    }

    /// The same model with fresh, and so far ineffective, parameters that tell tokens their place in space. `config` is
    /// what the segmenter was built from, with its [`SegmenterConfig::spatial`].
    #[must_use]
    pub fn with_fresh_places(self, config: &SegmenterConfig) -> Self {
        let recall = self.recall.with_fresh_places(config);
        Self { recall, ..self }
    }

    /// Whether tokens can be told their place in space.
    pub fn has_places(&self) -> bool {
        self.recall.has_places()
    }

    /// How far back a frame can look under a policy.
    pub fn window(&self, policy: RecallPolicy) -> Window {
        self.recall.window(policy)
    }

    /// Encodes frames, each once for all objects.
    ///
    /// # Shapes
    /// - `frames`: `[frames, 3, size, size]`, RGB, normalised with ImageNet's mean and deviation
    pub fn encode(&self, frames: Tensor<4>) -> ImageFeatures {
        self.image_encoder.forward(frames)
    }

    /// Looks back on the memories of each object.
    ///
    /// # Shapes
    /// - `features`: one frame, or one for each object
    pub fn recall(
        &self,
        features: &ImageFeatures,
        past: Past<'_>,
        policy: FramePolicy,
    ) -> Recalled {
        let lookout = Lookout {
            banks: past.banks.to_vec(),
            selections: self.recall.select(past, policy.recall),
            sights: None,
        };
        Recalled {
            looked_at: lookout.looked_at(),
            embedding: self.recall.forward(features, lookout, &self.object_pointer),
        }
    }

    /// Looks back on nothing, as where an object is first pointed at.
    ///
    /// # Shapes
    /// - output: as many objects as `features` has frames; one frame serves any number of objects
    pub fn recall_nothing(&self, features: &ImageFeatures) -> Recalled {
        Recalled {
            embedding: self.recall.without_memory(features),
            looked_at: Vec::new(),
        }
    }

    /// Predicts masks. A given mask is taken as it is, and what was recalled does not matter then.
    pub fn predict(
        &self,
        features: &ImageFeatures,
        recalled: &Recalled,
        prompt: Prompt,
        policy: FramePolicy,
    ) -> Prediction {
        let embedding = recalled.embedding.clone();
        match prompt {
            Prompt::None => {
                let [objects, _, _, _] = embedding.dims();
                let prompts = Prompts {
                    points: None,
                    masks: None,
                    objects,
                };
                self.decode(
                    features,
                    embedding,
                    prompts,
                    (MaskChoice::Multiple, policy.absent),
                )
            }
            Prompt::Points { points, previous } => {
                let [objects, count] = points.labels.dims();
                let choice = if count <= AMBIGUOUS_POINTS {
                    MaskChoice::Multiple
                } else {
                    policy.unambiguous
                };
                let prompts = Prompts {
                    points: Some(points),
                    masks: previous,
                    objects,
                };
                self.decode(features, embedding, prompts, (choice, policy.absent))
            }
            Prompt::Mask(masks) => self.accept(features, masks),
        }
    }

    /// Turns a prediction into a memory of the frame.
    ///
    /// # Shapes
    /// - `features`: one frame, or one for each object
    pub fn remember(
        &self,
        features: &ImageFeatures,
        prediction: &Prediction,
        policy: FramePolicy,
    ) -> FrameMemory {
        let size = ResizeOptions {
            size: [self.image_size; 2],
            align_corners: false,
        };
        let logits = resize_bilinear(prediction.logits.clone(), size);
        let masks = match policy.mask_in_memory {
            MaskInMemory::Probability => activate(logits, Activation::Sigmoid),
            MaskInMemory::Binary => logits
                .clone()
                .greater_elem(0.0)
                .float()
                .cast(logits.dtype()),
        };
        let presence = presence(&prediction.object_score_logits);
        let masks = match policy.absent {
            AbsentMasks::Empty => masks,
            AbsentMasks::Kept => masks * presence.clone().unsqueeze_dims(&[2, 3]),
        };
        let spatial = self
            .memory_encoder
            .forward(features.embedding.clone(), masks, presence)
            .flatten::<3>(2, 3)
            .swap_dims(1, 2);
        FrameMemory {
            spatial: match policy.precision {
                MemoryPrecision::Full => spatial,
                MemoryPrecision::Half => spatial.cast(DType::BF16),
            },
            pointer: prediction.pointer.clone(),
        }
    }

    fn decode(
        &self,
        features: &ImageFeatures,
        embedding: Tensor<4>,
        prompts: Prompts,
        (choice, absent): (MaskChoice, AbsentMasks),
    ) -> Prediction {
        let encoded = self
            .prompt_encoder
            .forward(prompts.points, prompts.masks, prompts.objects);
        let masks = self.mask_decoder.forward(MaskDecoderInput {
            image: embedding,
            image_position: self.prompt_encoder.dense_position(),
            sparse: encoded.sparse,
            dense: encoded.dense,
            high_resolution: features.high_resolution.clone(),
        });
        let mut candidates = self.mask_decoder.select(masks, choice);
        if absent == AbsentMasks::Empty {
            candidates = candidates.without_absent();
        }
        let best = candidates.clone().best();
        let [objects, _, channels] = best.object_tokens.dims();
        let token = best.object_tokens.reshape([objects, channels]);
        let presence = presence(&best.object_score_logits);
        Prediction {
            logits: best.logits,
            iou: best.iou,
            pointer: self.object_pointer.forward(token, presence),
            object_score_logits: best.object_score_logits,
            candidates,
        }
    }

    /// Takes given masks for predictions; the decoder is asked for the objects' pointers only.
    fn accept(&self, features: &ImageFeatures, masks: Tensor<4>) -> Prediction {
        let [objects, _, height, width] = masks.dims();
        let prompts = Prompts {
            points: None,
            masks: Some(self.object_pointer.mask_prompt(masks.clone())),
            objects,
        };
        let decoded = self.decode(
            features,
            features.embedding.clone(),
            prompts,
            (MaskChoice::Single, AbsentMasks::Empty),
        );
        let presence = masks
            .clone()
            .reshape([objects, height * width])
            .max_dim(1)
            .greater_elem(0.0)
            .float()
            .cast(masks.dtype());
        let as_logits =
            |values: Tensor<4>| values.mul_scalar(2.0 * GIVEN_LOGIT).sub_scalar(GIVEN_LOGIT);
        let [_, _, low_height, low_width] = decoded.logits.dims();
        let logits = resample(as_logits(masks), [low_height, low_width], Filter::Triangle);
        let iou = decoded.iou.ones_like();
        let object_score_logits = presence
            .clone()
            .mul_scalar(2.0 * GIVEN_LOGIT)
            .sub_scalar(GIVEN_LOGIT);
        Prediction {
            pointer: self.object_pointer.gate(decoded.pointer, presence),
            candidates: MaskPrediction {
                logits: logits.clone(),
                iou: iou.clone(),
                object_score_logits: object_score_logits.clone(),
                ..decoded.candidates
            },
            logits,
            iou,
            object_score_logits,
        }
    }
}

/// What goes through the prompt encoder.
struct Prompts {
    points: Option<PointPrompts>,
    masks: Option<Tensor<4>>,
    objects: usize,
}

/// One where the object is in the frame, zero elsewhere: `[objects, 1]`.
fn presence(object_score_logits: &Tensor<2>) -> Tensor<2> {
    let dtype = object_score_logits.dtype();
    object_score_logits
        .clone()
        .greater_elem(0.0)
        .float()
        .cast(dtype)
}
