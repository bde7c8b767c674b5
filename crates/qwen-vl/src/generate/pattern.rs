//! The patterns that answers can be kept to.
//!
//! In: letters, `.`, classes `[0-9a-f]` and `[^"]`, groups, `|`, `?`, `*`, `+`, `{m}`, `{m,n}`, and `\` before a sign that means
//! itself (`\d` for a digit, `\n` for a new line). Out: a tree of them.

/// Deepest nesting of groups.
const DEEPEST: usize = 64;

/// Which bytes a step takes.
pub(super) type Bytes = [u64; 4];

/// A part of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Take(Bytes),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    /// At least so often, at most so often.
    Repeat(Box<Node>, usize, Option<usize>),
}

/// Parses a pattern, or says what is wrong with it.
pub(super) fn parsed(pattern: &str) -> Parsed<Node> {
    let mut parser = Parser {
        rest: pattern.as_bytes(),
        depth: 0,
    };
    let node = parser.choice()?;
    if parser.rest.is_empty() {
        Ok(node)
    } else {
        Err("there is a `)` too many".to_owned())
    }
}

/// Whether a byte is one of these.
pub(super) fn contains(bytes: &Bytes, byte: u8) -> bool {
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

type Parsed<T> = Result<T, String>;

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
