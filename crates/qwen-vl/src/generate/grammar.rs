//! Keeps an answer to a form.
//!
//! In: a form, the bytes of every token, the tokens so far. Out: which tokens may follow.

use std::sync::Arc;

use super::{
    automaton::{Automaton, StateSet},
    pattern::contains,
};
use crate::error::Result;

/// Says which tokens may come next.
pub trait Grammar: std::fmt::Debug {
    /// Calls `allow` for every token that may follow those taken so far.
    fn allowed(&self, allow: &mut dyn FnMut(u32));
    /// Whether the answer may end here.
    fn may_end(&self) -> bool;
    /// Goes on after a token.
    fn take(&mut self, token: u32);
}

/// An answer that matches a small regular expression, from its first byte to its last.
#[derive(Clone, Debug)]
pub struct PatternGrammar {
    automaton: Arc<Automaton>,
    bytes: Arc<Vec<Vec<u8>>>,
    states: StateSet,
}

impl PatternGrammar {
    /// A span of seconds: `[12.5, 20.0]`.
    pub const SPAN: &'static str =
        r"\[(0|[1-9]\d{0,4})(\.\d{1,2})?, (0|[1-9]\d{0,4})(\.\d{1,2})?\]";
    /// Boxes as Qwen3-VL writes them, on a grid of a thousand: `[{"bbox_2d": [1, 2, 3, 4], "label": "cat"}]`. A label has none of the
    /// control characters that JSON forbids.
    pub const BOXES: &'static str = concat!(
        r#"\[\{"bbox_2d": \[(0|[1-9]\d{0,3})(, (0|[1-9]\d{0,3})){3}\], "label": ""#,
        "[^\"\\\\\u{0}-\u{1f}]{1,60}",
        r#""\}(, \{"bbox_2d": \[(0|[1-9]\d{0,3})(, (0|[1-9]\d{0,3})){3}\], "label": ""#,
        "[^\"\\\\\u{0}-\u{1f}]{1,60}",
        r#""\}){0,40}\]"#
    );

    /// A pattern over the tokens of a model, which the whole answer matches: letters, `.`, `[a-z]`, `[^"]`, groups, `|`, `?`, `*`,
    /// `+`, `{m}`, `{m,n}`, `\d`, `\n` and `\` before other signs. It goes by bytes.
    ///
    /// # Errors
    /// When the pattern means nothing.
    pub fn new(pattern: &str, token_bytes: Vec<Vec<u8>>) -> Result<Self> {
        let automaton = Automaton::new(pattern)?;
        Ok(Self {
            states: automaton.start(),
            automaton: Arc::new(automaton),
            bytes: Arc::new(token_bytes),
        })
    }

    fn after(&self, bytes: &[u8]) -> StateSet {
        bytes.iter().fold(self.states.clone(), |set, byte| {
            if set.is_empty() {
                set
            } else {
                self.automaton.after(&set, *byte)
            }
        })
    }
}

impl Grammar for PatternGrammar {
    fn allowed(&self, allow: &mut dyn FnMut(u32)) {
        let first = self.automaton.next_bytes(&self.states);
        for (token, bytes) in self.bytes.iter().enumerate() {
            let begins = bytes.first().is_some_and(|byte| contains(&first, *byte));
            if begins && !self.after(bytes).is_empty() {
                allow(token as u32);
            }
        }
    }

    fn may_end(&self) -> bool {
        self.automaton.may_end(&self.states)
    }

    fn take(&mut self, token: u32) {
        let bytes = Arc::clone(&self.bytes);
        let taken = bytes.get(token as usize).map(Vec::as_slice);
        self.states = self.after(taken.unwrap_or_default());
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use super::*;

    #[test]
    fn only_tokens_that_keep_to_the_pattern_are_allowed() {
        let tokens = ["", "[", "1", "12.", ", ", "]", "x", "5, 2", "[]"];
        let bytes = tokens
            .iter()
            .map(|token| token.as_bytes().to_vec())
            .collect();
        let mut grammar = PatternGrammar::new(PatternGrammar::SPAN, bytes).unwrap();
        let allowed = |grammar: &PatternGrammar| {
            let mut found = Vec::new();
            grammar.allowed(&mut |token| found.push(token));
            found
        };
        assert_eq!(allowed(&grammar), [1]);
        grammar.take(1);
        assert_eq!(allowed(&grammar), [2, 3, 7]);
        grammar.take(3);
        assert_eq!(allowed(&grammar), [2, 7]);
        grammar.take(7);
        assert_eq!(allowed(&grammar), [2, 3, 5]);
        assert!(!grammar.may_end());
        grammar.take(5);
        assert_eq!(allowed(&grammar), [0_u32; 0]);
        assert!(grammar.may_end());
    }

    #[test]
    fn the_patterns_for_spans_and_boxes_compile() {
        for pattern in [PatternGrammar::SPAN, PatternGrammar::BOXES] {
            assert!(PatternGrammar::new(pattern, Vec::new()).is_ok());
        }
    }
}
