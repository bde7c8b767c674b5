//! Losses, click simulation, optimiser, loop, checkpoints.
//!
//! In: a recipe. Out: a trained segmenter or vision-language model, its checkpoints and its log. It knows no sessions and prints nothing:
//! whoever watches implements a [`Reporter`].
//!
//! Reading order: `recipe` (what is wanted), `batch` and `clicks` (what is shown), `steps` (the pass through a clip), `losses`
//! (what it costs), `optimizer` (what follows from it), `trainer` (the loop around all of it).

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod batch;
mod checkpoint;
mod clicks;
mod course;
mod error;
mod evaluate;
mod initialise;
mod language;
mod log;
mod losses;
mod optimizer;
mod plot;
mod randomness;
mod recipe;
mod reporter;
mod rig;
mod step;
mod steps;
mod tensor_file;
mod trainer;

pub use batch::{
    clip::{ClipBatch, LabelledClip, LabelledFrame},
    sampler::BatchSampler,
    worker::BatchWorker,
};
pub use clicks::{
    correction::{Click, central_click, random_click},
    distance::squared_distance_to_outside,
    plan::{PromptChances, PromptKind, PromptPlan},
    rough_box::rough_box,
};
pub use error::TrainingError;
pub use evaluate::HeldOutClips;
pub use language::{
    held_out::question_scores,
    recipe::{AskedKind, LanguageRecipe, QuestionEvaluation, QuestionStage, QuestionsRecipe},
    records::{AnswerScore, QuestionScores, QuestionStep},
    trainer::{LanguageTrainer, TrainedLanguage},
};
pub use log::{
    EvaluationRecord, LogRecord, RunLog, Score, StepRecord, read_evaluations, read_evaluations_of,
    read_steps, read_steps_of,
};
pub use losses::{
    dice::dice_loss,
    focal::{FocalOptions, focal_loss},
    mask_iou::{mask_iou, mask_iou_loss},
    prediction::{
        LossOptions, LossTerms, LossWeights, PredictedMasks, TrueMasks, best_candidates,
        prediction_loss, select_candidates,
    },
    presence::presence_loss,
};
pub use optimizer::{
    adam_w::{AdamW, AdamWOptions, Moments},
    average::WeightAverage,
    gradients::ModuleGradient,
    groups::{ParameterGroup, RateFactors, parameter_groups},
    parameters::{ParameterInfo, parameters, values, with_values},
    schedule::Schedule,
};
pub use recipe::{
    clips::{
        AugmentationRecipe, CheckpointRecipe, EvaluationRecipe, LossRecipe, PromptRecipe,
        StageRecipe,
    },
    file::{OptimizerRecipe, Recipe},
    model::{BackboneRecipe, DecoderRecipe, MemoryRecipe, ModelRecipe, SpatialRecipe},
    number::{Count, Positive, Share},
    rig::RigRecipe,
};
pub use reporter::{Reporter, RunStart, Silent};
pub use rig::{
    ablation::{Ablation, AblationRow, judge},
    held_out::{DrivesRequest, HeldOutDrives},
    scores::{RigScores, ViewCounts},
    way::RigWay,
};
pub use steps::{
    clip_pass::{ClipPass, PassPolicies, PassStep},
    prompts::UserModel,
};
pub use trainer::{TrainedRun, Trainer};
