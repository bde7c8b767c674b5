//! A small regular expression over bytes, as a nondeterministic automaton.
//!
//! In: a pattern of letters, `.`, classes `[0-9a-f]` and `[^"]`, groups, `|`, `?`, `*`, `+`, `{m}`, `{m,n}`, and `\` before a
//! letter that means itself (`\d` for a digit). Out: sets of states, moved by bytes. The whole text has to match.

use crate::error::{QwenError, Result};

/// Most states of an automaton.
const MOST_STATES: usize = 20_000;
/// Deepest nesting of groups.
const DEEPEST: usize = 64;

/// Which bytes a step takes.
type Bytes = [u64; 4];

#[derive(Clone, Debug)]
enum Node {
    Take(Bytes),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    /// At least so often, at most so often.
    Repeat(Box<Node>, usize, Option<usize>),
}

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
        let mut parser = Parser {
            rest: pattern.as_bytes(),
            depth: 0,
        };
        let node = parser.choice().and_then(|node| {
            if parser.rest.is_empty() {
                Ok(node)
            } else {
                Err("there is a `)` too many".to_owned())
            }
        });
        let build = |node: Node| {
            let mut automaton = Self {
                states: vec![State::End],
                start: 0,
            };
            automaton.start = automaton.add(&node, 0)?;
            Ok(automaton)
        };
        node.and_then(build)
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

pub(crate) fn contains(bytes: &Bytes, byte: u8) -> bool {
    bytes[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
}

fn insert(bytes: &mut Bytes, byte: u8) {
    bytes[usize::from(byte >> 6)] |= 1 << (byte & 63);
}

fn only(byte: u8) -> Bytes {
    let mut bytes = [0; 4];
    insert(&mut bytes, byte);
    bytes
}

struct Parser<'a> {
    rest: &'a [u8],
    depth: usize,
}

type Parsed<T> = std::result::Result<T, String>;

impl Parser<'_> {
    fn next(&mut self) -> Parsed<u8> {
        let (first, rest) = self.rest.split_first().ok_or("it ends too early")?;
        self.rest = rest;
        Ok(*first)
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn choice(&mut self) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("its groups are nested more than {DEEPEST} deep"));
        }
        let mut nodes = vec![self.sequence()?];
        while self.skip(b'|') {
            nodes.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(Node::Choice(nodes))
    }

    fn sequence(&mut self) -> Parsed<Node> {
        let mut nodes = Vec::new();
        while !matches!(self.rest.first(), None | Some(b'|' | b')')) {
            let node = self.one()?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::Sequence(nodes))
    }

    fn one(&mut self) -> Parsed<Node> {
        Ok(match self.next()? {
            b'(' => {
                let node = self.choice()?;
                if !self.skip(b')') {
                    return Err("a `)` is missing".to_owned());
                }
                node
            }
            b'[' => Node::Take(self.class()?),
            b'.' => Node::Take([u64::MAX; 4]),
            b'\\' => Node::Take(self.escaped()?),
            byte @ (b'?' | b'*' | b'+' | b'{') => {
                return Err(format!("`{}` follows nothing", char::from(byte)));
            }
            byte => Node::Take(only(byte)),
        })
    }

    fn escaped(&mut self) -> Parsed<Bytes> {
        let byte = self.next()?;
        let mut bytes = [0; 4];
        match byte {
            b'd' => (b'0'..=b'9').for_each(|digit| insert(&mut bytes, digit)),
            b'n' => insert(&mut bytes, b'\n'),
            byte if byte.is_ascii_alphanumeric() => {
                return Err(format!("`\\{}` is not known", char::from(byte)));
            }
            byte => insert(&mut bytes, byte),
        }
        Ok(bytes)
    }

    fn class(&mut self) -> Parsed<Bytes> {
        let is_other = self.skip(b'^');
        let mut bytes = [0; 4];
        while !self.skip(b']') {
            let first = self.next()?;
            if first == b'\\' {
                let escaped = self.escaped()?;
                bytes
                    .iter_mut()
                    .zip(escaped)
                    .for_each(|(all, new)| *all |= new);
                continue;
            }
            let is_range = matches!(self.rest, [b'-', after, ..] if *after != b']');
            let last = if is_range {
                self.next()?;
                self.next()?
            } else {
                first
            };
            (first..=last).for_each(|byte| insert(&mut bytes, byte));
        }
        Ok(if is_other {
            bytes.map(|bits| !bits)
        } else {
            bytes
        })
    }

    fn repeated(&mut self, mut node: Node) -> Parsed<Node> {
        loop {
            let (least, most) = if self.skip(b'?') {
                (0, Some(1))
            } else if self.skip(b'*') {
                (0, None)
            } else if self.skip(b'+') {
                (1, None)
            } else if self.skip(b'{') {
                self.bounds()?
            } else {
                return Ok(node);
            };
            node = Node::Repeat(Box::new(node), least, most);
        }
    }

    fn bounds(&mut self) -> Parsed<(usize, Option<usize>)> {
        let least = self.number()?.ok_or("a number is missing after `{`")?;
        let most = if self.skip(b',') {
            self.number()?
        } else {
            Some(least)
        };
        if !self.skip(b'}') {
            return Err("a `}` is missing".to_owned());
        }
        if least > 1000 || most.is_some_and(|most| most < least || most > 1000) {
            return Err(format!("{{{least},{most:?}}} is no range up to 1000"));
        }
        Ok((least, most))
    }

    fn number(&mut self) -> Parsed<Option<usize>> {
        let digits = self
            .rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        if digits > 4 {
            return Err("a number is too large".to_owned());
        }
        let value = number
            .iter()
            .fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
        Ok((digits > 0).then_some(value))
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
