//! A small regular expression over bytes, as a nondeterministic automaton.
//!
//! In: a pattern. Out: sets of states, moved by bytes. The whole text has to match.

use super::pattern::{Bytes, Node, contains, parsed};
use crate::error::{QwenError, Result};

/// Most states of an automaton.
const MOST_STATES: usize = 20_000;

#[derive(Clone, Debug)]
enum State {
    Take(Bytes, usize),
    /// Goes on to all of these without a byte.
    Split(Vec<usize>),
    End,
}

/// See the module docs.
#[derive(Clone, Debug)]
pub(crate) struct Automaton {
    states: Vec<State>,
    start: usize,
}

/// States that a text may have led to; sorted, without those that only pass on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StateSet(Vec<usize>);

impl Automaton {
    /// Compiles a pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self> {
        let build = |node: Node| {
            let mut automaton = Self {
                states: vec![State::End],
                start: 0,
            };
            automaton.start = automaton.add(&node, 0)?;
            Ok(automaton)
        };
        parsed(pattern)
            .and_then(build)
            .map_err(|reason| QwenError::Generation {
                reason: format!("pattern `{pattern}`: {reason}"),
            })
    }

    /// The states before the first byte.
    pub(crate) fn start(&self) -> StateSet {
        let mut set = StateSet::default();
        self.reach(self.start, &mut set);
        set.sort()
    }

    /// The states after a byte; none where the byte does not fit.
    pub(crate) fn after(&self, before: &StateSet, byte: u8) -> StateSet {
        let mut set = StateSet::default();
        for state in &before.0 {
            if let State::Take(bytes, next) = &self.states[*state]
                && contains(bytes, byte)
            {
                self.reach(*next, &mut set);
            }
        }
        set.sort()
    }

    /// The bytes that can follow.
    pub(crate) fn next_bytes(&self, set: &StateSet) -> Bytes {
        let mut all = [0; 4];
        for state in &set.0 {
            if let State::Take(bytes, _) = &self.states[*state] {
                for (all, bytes) in all.iter_mut().zip(bytes) {
                    *all |= bytes;
                }
            }
        }
        all
    }

    /// Whether the text may end here.
    pub(crate) fn may_end(&self, set: &StateSet) -> bool {
        set.0
            .iter()
            .any(|state| matches!(self.states[*state], State::End))
    }

    fn reach(&self, state: usize, set: &mut StateSet) {
        let mut waiting = vec![state];
        let mut passed = Vec::new();
        while let Some(state) = waiting.pop() {
            match &self.states[state] {
                State::Split(others) if !passed.contains(&state) => {
                    passed.push(state);
                    waiting.extend(others);
                }
                State::Split(_) => {}
                State::Take(..) | State::End => {
                    if !set.0.contains(&state) {
                        set.0.push(state);
                    }
                }
            }
        }
    }

    /// Adds a node that goes on to `next`; returns where it starts.
    fn add(&mut self, node: &Node, next: usize) -> std::result::Result<usize, String> {
        match node {
            Node::Take(bytes) => self.push(State::Take(*bytes, next)),
            Node::Sequence(nodes) => nodes
                .iter()
                .rev()
                .try_fold(next, |next, node| self.add(node, next)),
            Node::Choice(nodes) => {
                let starts = nodes.iter().map(|node| self.add(node, next));
                let starts = starts.collect::<std::result::Result<_, _>>()?;
                self.push(State::Split(starts))
            }
            Node::Repeat(node, least, most) => {
                let mut start = next;
                if let Some(most) = most {
                    for _ in *least..*most {
                        let inner = self.add(node, start)?;
                        start = self.push(State::Split(vec![inner, next]))?;
                    }
                } else {
                    let around = self.push(State::Split(vec![next]))?;
                    let inner = self.add(node, around)?;
                    self.states[around] = State::Split(vec![inner, next]);
                    start = around;
                }
                for _ in 0..*least {
                    start = self.add(node, start)?;
                }
                Ok(start)
            }
        }
    }

    fn push(&mut self, state: State) -> std::result::Result<usize, String> {
        if self.states.len() >= MOST_STATES {
            return Err(format!("it has more than {MOST_STATES} states"));
        }
        self.states.push(state);
        Ok(self.states.len() - 1)
    }
}

impl StateSet {
    /// Whether nothing can come any more.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn sort(mut self) -> Self {
        self.0.sort_unstable();
        self
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let automaton = Automaton::new(pattern).unwrap();
        let end = text
            .bytes()
            .fold(automaton.start(), |set, byte| automaton.after(&set, byte));
        automaton.may_end(&end)
    }

    #[test]
    fn patterns_match_what_they_say() {
        let span = r"\[\d+(\.\d)?, \d+(\.\d)?\]";
        for (pattern, text, expected) in [
            (span, "[12.5, 20.0]", true),
            (span, "[1, 20]", true),
            (span, "[1., 20]", false),
            (span, "[1, 20", false),
            ("a{2,3}b", "aab", true),
            ("a{2,3}b", "aaaab", false),
            ("(ab|c)*", "abcab", true),
            ("(ab|c)*", "abca", false),
            ("[^\"]*x?", "no quotes", true),
            ("[a-c-]+", "a-b", true),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn patterns_that_mean_nothing_are_refused() {
        for pattern in [
            "(a",
            "a)",
            "*a",
            "[a",
            "a{2",
            "a{3,2}",
            "\\q",
            "((.{1000}){1000})",
        ] {
            assert!(Automaton::new(pattern).is_err(), "{pattern}");
        }
        assert!(Automaton::new(&"(".repeat(100_000)).is_err());
    }
}
