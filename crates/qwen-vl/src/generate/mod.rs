//! Answers, token by token: choosing from logits, keeping to a grammar, the loop.

pub(crate) mod answer;
pub(crate) mod automaton;
pub(crate) mod grammar;
mod pattern;
pub(crate) mod sampler;
