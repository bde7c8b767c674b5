//! An answer as an iterator of tokens.
//!
//! In: an embedded prompt and the cache of what came before it. Out: one token after the other. [`Answer::finish`] leaves all
//! of them in the cache, so that a conversation goes on from there.

use burn::tensor::Tensor;

use super::{
    grammar::Grammar,
    sampler::{Sampler, Sampling},
};
use crate::{
    adapter::usage::AdapterUse,
    error::{QwenError, Result},
    language::{cache::KeyValueCache, decoder::Embedded},
    model::{QwenVl, TokenSequence},
};

/// How an answer is made.
#[derive(Debug, Default)]
pub struct AnswerOptions<'a> {
    /// Most tokens of the answer.
    pub max_tokens: usize,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Tokens that end the answer; they are not part of it.
    pub stop_tokens: Vec<u32>,
    /// The form that the answer keeps to.
    pub grammar: Option<Box<dyn Grammar>>,
    /// Low-rank additions.
    pub adapter: Option<AdapterUse<'a>>,
}

/// An answer under way.
#[derive(Debug)]
pub struct Answer<'a> {
    model: &'a QwenVl,
    cache: &'a mut KeyValueCache,
    options: AnswerOptions<'a>,
    sampler: Sampler,
    /// What the next token is chosen from; the cache holds everything before.
    logits: Vec<f32>,
    /// Chosen, not yet read.
    pending: Option<u32>,
    given: usize,
    is_over: bool,
}

impl QwenVl {
    /// Reads a prompt and begins an answer to it.
    ///
    /// # Errors
    /// When the prompt is empty or longer than the context, or the options make no sense.
    pub fn answer<'a>(
        &'a self,
        prompt: Embedded,
        cache: &'a mut KeyValueCache,
        options: AnswerOptions<'a>,
    ) -> Result<Answer<'a>> {
        let [batch, count, _] = prompt.tokens.dims();
        if batch != 1 || count == 0 {
            return Err(QwenError::Generation {
                reason: format!("a prompt of {batch} sequences of {count} tokens"),
            });
        }
        self.check_context(cache.tokens() + count)?;
        let sampler = Sampler::new(&options.sampling)?;
        let states = self.states(prompt, Some(cache), options.adapter);
        let logits = self.last_logits(states);
        Ok(Answer {
            model: self,
            cache,
            options,
            sampler,
            logits,
            pending: None,
            given: 0,
            is_over: false,
        })
    }

    fn last_logits(&self, states: Tensor<3>) -> Vec<f32> {
        let [_, count, _] = states.dims();
        let last = states.narrow(1, count - 1, 1).squeeze_dim::<2>(1);
        let logits = self.logits(last).without_autodiff();
        logits.try_into_vec_as::<f32>().unwrap_or_default()
    }

    fn check_context(&self, tokens: usize) -> Result<()> {
        let limit = self.config().text.max_positions;
        if tokens > limit {
            return Err(QwenError::ContextExceeded { tokens, limit });
        }
        Ok(())
    }
}

impl Answer<'_> {
    /// The logits that the next token is chosen from.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// Ends the answer and puts its last token into the cache too.
    ///
    /// # Errors
    /// When that does not fit into the context.
    pub fn finish(mut self) -> Result<()> {
        self.read_pending().map(|_| ())
    }

    /// Reads the token that was chosen last.
    fn read_pending(&mut self) -> Result<Option<Tensor<3>>> {
        let Some(token) = self.pending.take() else {
            return Ok(None);
        };
        self.model.check_context(self.cache.tokens() + 1)?;
        let sequence = TokenSequence {
            tokens: vec![token],
            visuals: Vec::new(),
        };
        let adapter = self.options.adapter;
        let start = self.cache.next_position();
        let embedded = self.model.embed(&sequence, adapter, start)?;
        let states = self.model.states(embedded, Some(self.cache), adapter);
        Ok(Some(states))
    }

    fn step(&mut self) -> Result<Option<u32>> {
        if self.is_over || self.given >= self.options.max_tokens {
            return Ok(None);
        }
        if let Some(states) = self.read_pending()? {
            self.logits = self.model.last_logits(states);
        }
        let Some(token) = self.choose()? else {
            return Ok(None);
        };
        if self.options.stop_tokens.contains(&token) {
            return Ok(None);
        }
        if let Some(grammar) = &mut self.options.grammar {
            grammar.take(token);
        }
        self.pending = Some(token);
        self.given += 1;
        Ok(Some(token))
    }

    /// A token; `None` where the grammar leaves nothing but the end.
    fn choose(&mut self) -> Result<Option<u32>> {
        let Some(grammar) = &self.options.grammar else {
            // Placeholders stand for pictures, and an answer has none.
            let special = self.model.config().tokens;
            let is_text =
                |token: usize| token != special.image as usize && token != special.video as usize;
            return Ok(self.sampler.choose(&self.logits, is_text));
        };
        let mut allowed = vec![false; self.logits.len()];
        let mut any = false;
        grammar.allowed(&mut |token| {
            if let Some(place) = allowed.get_mut(token as usize) {
                *place = true;
                any = true;
            }
        });
        let may_end = grammar.may_end();
        if may_end {
            for stop in &self.options.stop_tokens {
                if let Some(place) = allowed.get_mut(*stop as usize) {
                    *place = any;
                }
            }
        }
        if any {
            return Ok(self.sampler.choose(&self.logits, |token| allowed[token]));
        }
        if may_end {
            return Ok(None);
        }
        Err(QwenError::GrammarStuck { given: self.given })
    }
}

impl Iterator for Answer<'_> {
    type Item = Result<u32>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step().transpose();
        self.is_over = !matches!(step, Some(Ok(_)));
        step
    }
}
