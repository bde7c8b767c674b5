//! The model's tokenizer: text to tokens and back.
//!
//! In: `tokenizer.json` as released. Out: token ids; text, piece by piece while an answer grows; the bytes of each token.

use std::{collections::HashMap, panic::catch_unwind};

use tokenizers::Tokenizer;

use crate::{
    config::QwenVlConfig,
    error::{QwenError, Result},
    files::ModelFiles,
};

/// What stands for bytes that make no character yet.
const INCOMPLETE: char = char::REPLACEMENT_CHARACTER;

/// See the module docs.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    tokenizer: Tokenizer,
    vocabulary: usize,
}

impl Words {
    /// Reads the tokenizer and compares its special tokens with the model's.
    pub(crate) fn read(files: &ModelFiles, config: &QwenVlConfig) -> Result<Self> {
        let path = files.path("tokenizer.json");
        let Some(text) = files.read("tokenizer.json")? else {
            let source = std::io::ErrorKind::NotFound.into();
            return Err(QwenError::Io { path, source });
        };
        // Of some damaged files the reader says nothing but panics.
        let tokenizer = catch_unwind(|| Tokenizer::from_bytes(&text))
            .map_err(|_| "the reader of tokenizers gives up".to_owned())
            .and_then(|read| read.map_err(|error| error.to_string()))
            .map_err(|reason| QwenError::File { path, reason })?;
        let vocabulary = config.text.vocabulary;
        let size = tokenizer.get_vocab_size(true);
        let mismatch = |reason: String| Err(QwenError::TokenizerMismatch { reason });
        if size > vocabulary {
            return mismatch(format!(
                "the tokenizer has {size} tokens, the model {vocabulary}"
            ));
        }
        for (token, expected) in [
            ("<|image_pad|>", config.tokens.image),
            ("<|video_pad|>", config.tokens.video),
            ("<|vision_start|>", config.tokens.vision_start),
            ("<|vision_end|>", config.tokens.vision_end),
        ] {
            let found = tokenizer.token_to_id(token);
            if found != Some(expected) {
                return mismatch(format!(
                    "`{token}` is {found:?} for the tokenizer, {expected} for the model"
                ));
            }
        }
        Ok(Self {
            tokenizer,
            vocabulary,
        })
    }

    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode(text, true).map_err(failed)?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Text without special tokens.
    pub(crate) fn decode(&self, tokens: &[u32]) -> Result<String> {
        self.tokenizer.decode(tokens, true).map_err(failed)
    }

    pub(crate) fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    /// The bytes of every token of the model's vocabulary; none for special and unused ones.
    pub(crate) fn bytes(&self) -> Vec<Vec<u8>> {
        let special = self.tokenizer.get_added_tokens_decoder();
        let letters = byte_letters().into_iter().zip(0..=255_u8);
        let by_letter: HashMap<char, u8> = letters.collect();
        let bytes_of = |token: u32| {
            if special.contains_key(&token) {
                return None;
            }
            let text = self.tokenizer.id_to_token(token)?;
            text.chars()
                .map(|letter| by_letter.get(&letter).copied())
                .collect()
        };
        (0..self.vocabulary as u32)
            .map(|token| bytes_of(token).unwrap_or_default())
            .collect()
    }
}

fn failed(error: tokenizers::Error) -> QwenError {
    QwenError::Tokenizer {
        reason: error.to_string(),
    }
}

/// The letter that stands for each byte in a byte-level vocabulary: printable ones themselves, the others from U+0100 on.
fn byte_letters() -> Vec<char> {
    let mut next = 256;
    (0..=255_u8)
        .map(|byte| {
            let is_printable = matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
            if is_printable {
                return char::from(byte);
            }
            next += 1;
            char::from_u32(next - 1).unwrap_or(INCOMPLETE)
        })
        .collect()
}

/// Turns a growing answer into text: each token gives what has become certain by it.
#[derive(Clone, Debug)]
pub struct TextStream<'a> {
    words: &'a Words,
    tokens: Vec<u32>,
    /// Tokens before this one are done with; those up to `shown` give context to the next.
    start: usize,
    shown: usize,
}

impl<'a> TextStream<'a> {
    pub(crate) fn new(words: &'a Words) -> Self {
        Self {
            words,
            tokens: Vec::new(),
            start: 0,
            shown: 0,
        }
    }

    /// Takes a token and returns the text that it completes, which may be none.
    ///
    /// # Errors
    /// When the tokenizer refuses.
    pub fn push(&mut self, token: u32) -> Result<String> {
        self.tokens.push(token);
        let before = self.words.decode(&self.tokens[self.start..self.shown])?;
        let text = self.words.decode(&self.tokens[self.start..])?;
        if text.ends_with(INCOMPLETE) {
            return Ok(String::new());
        }
        let new = text.get(before.len()..).unwrap_or_default().to_owned();
        self.start = self.shown;
        self.shown = self.tokens.len();
        Ok(new)
    }

    /// The tokens so far.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }
}
