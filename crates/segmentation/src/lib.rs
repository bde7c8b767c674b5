//! SAM 2 family: encode, recall, predict, remember.
//!
//! In: frames and prompts as tensors in model pixels. Out: masks, scores, memories as tensors.
//! Knows no video, no session and no file other than weights.

mod config;
mod error;
mod features;
mod frame_preparation;
mod half_products;
mod image_encoder;
mod limits;
mod mask_decoder;
mod memory;
mod policy;
mod prompt;
mod resample;
mod rig;
mod segmenter;
mod weights;

/// Where tensors live and are computed with.
pub use burn::tensor::Device;
pub use config::{Generation, SegmenterConfig, SegmenterSizes};
pub use error::SegmentationError;
pub use frame_preparation::{prepare_frame, prepare_masks};
pub use image_encoder::{
    encoder::{ImageEncoder, ImageEncoderConfig, ImageFeatures},
    feature_pyramid::{FeaturePyramid, FeaturePyramidConfig},
    hiera::{Hiera, HieraConfig},
};
pub use mask_decoder::{
    decoder::{MaskDecoder, MaskDecoderConfig, MaskDecoderInput},
    selection::{ABSENT_LOGIT, MaskChoice, MaskPrediction, Stability},
};
pub use memory::{
    bank::{FrameMemory, FrameRole, MemoryBank},
    config::{MemoryAttentionConfig, MemoryConfig, MemoryEncoderConfig},
    recall::Past,
    selection::{
        Direction, Held, MemoryChoice, Moment, PointerChoice, RecallPolicy, Selection, Window,
        select,
    },
};
pub use policy::{AbsentMasks, FramePolicy, MaskInMemory, MemoryPrecision};
pub use prompt::encoder::{
    PointLabel, PointPrompts, PromptEmbeddings, PromptEncoder, PromptEncoderConfig,
};
pub use rig::{
    bank::{Reach, ViewBank},
    rays::{DepthRange, RayGrid},
    recall::ViewPast,
    rule::{RigRule, RigVariant, SpatialScope, UnknownVariant, ViewCandidates},
    selection::{HeldView, RigMoment, View, select_views},
    sights::{Encodings, Sights, Viewpoint},
    spatial_position::SpatialPositionConfig,
};
pub use segmenter::{Prediction, Prompt, Recalled, Segmenter};
pub use weights::{embedded::EmbeddedModel, file::SavedFormat, naming::Naming};
