//! What can go wrong between a model folder, a question and an answer.

use std::path::PathBuf;

use thiserror::Error;
use tubelet_nn::WeightError;

/// Errors of this crate; each names what was wrong and where.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum QwenError {
    /// A file of the model folder could not be read or written.
    #[error("cannot access {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the model folder is not what it should be.
    #[error("{} is not usable: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A value of the configuration makes no sense.
    #[error("model configuration: `{field}` {reason}")]
    Config {
        /// The value's name in `config.json`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value of the processor's settings makes no sense.
    #[error("processor settings: `{field}` {reason}")]
    ProcessorSettings {
        /// The value's name in the settings file.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The weights cannot be read, or do not fit the configuration.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// The tokenizer knows tokens that the model has no embedding for, or lacks one that it needs.
    #[error("tokenizer and model do not match: {reason}")]
    TokenizerMismatch {
        /// What differs.
        reason: String,
    },
    /// Text could not be turned into tokens or back.
    #[error("tokenizer: {reason}")]
    Tokenizer {
        /// What the tokenizer said.
        reason: String,
    },
    /// The chat template could not be applied.
    #[error("chat template: {reason}")]
    Template {
        /// What the template engine said.
        reason: String,
    },
    /// An image or a frame cannot be processed.
    #[error("image of {width}×{height} pixels: {reason}")]
    Image {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A video cannot be processed.
    #[error("video: {reason}")]
    Video {
        /// What is wrong with it.
        reason: String,
    },
    /// Placeholders in a sequence of tokens and the images or videos beside it do not agree.
    #[error("placeholders and visuals do not match: {reason}")]
    Placeholders {
        /// What differs.
        reason: String,
    },
    /// A token has no embedding.
    #[error("token {token} is not in the vocabulary of {vocabulary} tokens")]
    UnknownToken {
        /// The token.
        token: u32,
        /// Tokens that the model knows.
        vocabulary: usize,
    },
    /// More tokens than the model has positions for.
    #[error("{tokens} tokens do not fit into the context of {limit}")]
    ContextExceeded {
        /// Tokens asked for.
        tokens: usize,
        /// Tokens that fit.
        limit: usize,
    },
    /// No token is left that the grammar allows.
    #[error("after {given} tokens the grammar allows none of the vocabulary")]
    GrammarStuck {
        /// Tokens generated.
        given: usize,
    },
    /// Settings of generation make no sense.
    #[error("generation settings: {reason}")]
    Generation {
        /// What is wrong.
        reason: String,
    },
    /// An adapter does not fit the model.
    #[error("adapter: {reason}")]
    Adapter {
        /// What is wrong with it.
        reason: String,
    },
}

/// Results of this crate.
pub(crate) type Result<T> = std::result::Result<T, QwenError>;
