//! The part of Python's pickle machine that builds plain data, protocols 0 to 5.
//!
//! In: bytes. Out: a [`Pickle`] of numbers, texts, lists and dictionaries. Opcodes that import, call or construct
//! anything (`GLOBAL`, `REDUCE`, `BUILD` and their kin) are refused by name: nothing in a pickle is ever run. Memory is
//! bounded by the number of bytes, since every opcode makes at most one value. Format: Python's `pickletools`.

use std::collections::BTreeMap;
use std::path::Path;

use super::text::{quoted, raw_unicode};
use super::value::{Pair, Pickle, Place, Value};
use crate::error::Result;
use crate::formats::text::damaged;

/// Parses a pickle that came from a file.
pub(crate) fn parse_pickle(path: &Path, bytes: &[u8]) -> Result<Pickle> {
    let mut machine = Machine {
        bytes,
        offset: 0,
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memory: BTreeMap::new(),
    };
    loop {
        let start = machine.offset;
        match machine.step() {
            Ok(None) => {}
            Ok(Some(root)) => {
                return Ok(Pickle {
                    values: machine.values,
                    root,
                });
            }
            Err(reason) => return Err(damaged(path, start, format!("a pickle: {reason}"))),
        }
    }
}

struct Machine<'a> {
    bytes: &'a [u8],
    offset: usize,
    values: Vec<Value>,
    stack: Vec<Place>,
    /// Heights of the stack at which marks stand.
    marks: Vec<usize>,
    memory: BTreeMap<u64, Place>,
}

const CUT: &str = "cut short";
const EMPTY: &str = "takes from an empty stack";
const ODD: &str = "a key without a value";

impl Machine<'_> {
    /// Runs one opcode; the place of the result at the end.
    fn step(&mut self) -> Result<Option<Place>, String> {
        let opcode = self.byte()?;
        match opcode {
            b'.' => return self.pop().map(Some),
            0x80 => {
                self.take(1)?;
            }
            0x95 => {
                self.take(8)?;
            }
            b'(' => self.marks.push(self.stack.len()),
            b'0' => {
                self.pop()?;
            }
            b'1' => {
                self.since_mark()?;
            }
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'N' => self.push(Value::Nothing),
            0x88 => self.push(Value::Truth(true)),
            0x89 => self.push(Value::Truth(false)),
            b'I' | b'L' | b'J' | b'K' | b'M' | 0x8a | 0x8b | b'F' | b'G' => self.number(opcode)?,
            b'S' | b'V' | b'T' | b'U' | b'X' | 0x8c | 0x8d | b'B' | b'C' | 0x8e => {
                self.text(opcode)?;
            }
            b']' | b')' => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dictionary(Vec::new())),
            b'l' | b't' => {
                let places = self.since_mark()?;
                self.push(Value::List(places));
            }
            0x85..=0x87 => {
                let length = usize::from(opcode - 0x84);
                let start = self.stack.len().checked_sub(length).ok_or(EMPTY)?;
                let places = self.stack.split_off(start);
                self.push(Value::List(places));
            }
            b'd' => {
                let pairs = pairs(&self.since_mark()?)?;
                self.push(Value::Dictionary(pairs));
            }
            b'a' | b'e' | b's' | b'u' => self.fill(opcode)?,
            b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.remember(opcode)?,
            _ => return Err(refusal(opcode)),
        }
        Ok(None)
    }

    fn byte(&mut self) -> Result<u8, String> {
        self.take(1)?.first().copied().ok_or_else(|| CUT.to_owned())
    }

    fn take(&mut self, length: usize) -> Result<&[u8], String> {
        let end = self.offset.checked_add(length).ok_or(CUT)?;
        let bytes = self.bytes.get(self.offset..end).ok_or(CUT)?;
        self.offset = end;
        Ok(bytes)
    }

    /// A little-endian number of up to eight bytes.
    fn length(&mut self, bytes: usize) -> Result<u64, String> {
        let bytes = self.take(bytes)?;
        let number = bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        Ok(number)
    }

    fn line(&mut self) -> Result<&[u8], String> {
        let rest = self.bytes.get(self.offset..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or(CUT)?;
        self.offset += length + 1;
        Ok(rest.get(..length).unwrap_or_default())
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    fn pop(&mut self) -> Result<Place, String> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(EMPTY.to_owned());
        }
        self.stack.pop().ok_or_else(|| EMPTY.to_owned())
    }

    fn top(&self) -> Result<Place, String> {
        self.stack.last().copied().ok_or_else(|| EMPTY.to_owned())
    }

    fn since_mark(&mut self) -> Result<Vec<Place>, String> {
        let mark = self.marks.pop().ok_or("there is no mark")?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn number(&mut self, opcode: u8) -> Result<(), String> {
        let value = match opcode {
            b'J' => Value::Integer(i64::from(self.length(4)? as u32 as i32)),
            b'K' => Value::Integer(self.length(1)? as i64),
            b'M' => Value::Integer(self.length(2)? as i64),
            0x8a | 0x8b => {
                let length = self.length(if opcode == 0x8a { 1 } else { 4 })?;
                if length > 8 {
                    return Err(format!("an integer of {length} bytes"));
                }
                let number = self.length(length as usize)?;
                // The sign is that of the highest byte written.
                let unused = 64 - 8 * length as u32;
                Value::Integer(match length {
                    0 => 0,
                    _ => (number << unused) as i64 >> unused,
                })
            }
            b'G' => {
                let bytes = self.take(8)?.try_into().map_err(|_| CUT)?;
                Value::Number(f64::from_be_bytes(bytes))
            }
            _ => {
                let line = std::str::from_utf8(self.line()?).unwrap_or_default().trim();
                let number = line.trim_end_matches('L');
                match (opcode, line) {
                    (b'I', "01") => Value::Truth(true),
                    (b'I', "00") => Value::Truth(false),
                    (b'F', _) => Value::Number(line.parse().map_err(|_| "no float")?),
                    _ => Value::Integer(number.parse().map_err(|_| "no integer of 64 bits")?),
                }
            }
        };
        self.push(value);
        Ok(())
    }

    fn text(&mut self, opcode: u8) -> Result<(), String> {
        let length = match opcode {
            b'S' => {
                let text = quoted(self.line()?).ok_or("no quoted text")?;
                self.push(Value::Text(text));
                return Ok(());
            }
            b'V' => {
                let text = raw_unicode(self.line()?).ok_or("no text")?;
                self.push(Value::Text(text));
                return Ok(());
            }
            b'U' | 0x8c | b'C' => self.length(1)?,
            0x8d | 0x8e => self.length(8)?,
            _ => self.length(4)?,
        };
        let length = usize::try_from(length).map_err(|_| CUT)?;
        let bytes = self.take(length)?;
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.push(Value::Text(text));
        Ok(())
    }

    /// Adds to the list or dictionary below.
    fn fill(&mut self, opcode: u8) -> Result<(), String> {
        let added = match opcode {
            b'a' => vec![self.pop()?],
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.since_mark()?,
        };
        let target = self.top()?;
        match (opcode, self.values.get_mut(target)) {
            (b'a' | b'e', Some(Value::List(places))) => places.extend(added),
            (b's' | b'u', Some(Value::Dictionary(content))) => content.extend(pairs(&added)?),
            _ => return Err("adds to what is no list or dictionary".to_owned()),
        }
        Ok(())
    }

    /// Puts the top into the memory, or a remembered value on top.
    fn remember(&mut self, opcode: u8) -> Result<(), String> {
        let key = match opcode {
            b'q' | b'h' => self.length(1)?,
            b'r' | b'j' => self.length(4)?,
            0x94 => self.memory.len() as u64,
            _ => {
                let line = std::str::from_utf8(self.line()?).unwrap_or_default();
                line.trim().parse().map_err(|_| "no place in the memory")?
            }
        };
        if matches!(opcode, b'g' | b'h' | b'j') {
            let place = self.memory.get(&key).copied();
            self.stack
                .push(place.ok_or("takes what was not remembered")?);
        } else {
            let top = self.top()?;
            self.memory.insert(key, top);
        }
        Ok(())
    }
}

fn pairs(places: &[Place]) -> Result<Vec<Pair>, String> {
    let (pairs, rest) = places.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(ODD.to_owned());
    }
    Ok(pairs
        .iter()
        .map(|&[key, value]| Pair { key, value })
        .collect())
}

/// Why an opcode is not run.
fn refusal(opcode: u8) -> String {
    let name = match opcode {
        b'c' => "GLOBAL",
        0x93 => "STACK_GLOBAL",
        b'R' => "REDUCE",
        b'b' => "BUILD",
        b'i' => "INST",
        b'o' => "OBJ",
        0x81 => "NEWOBJ",
        0x92 => "NEWOBJ_EX",
        0x82..=0x84 => "EXT",
        b'P' | b'Q' => "PERSID",
        _ => return format!("unknown opcode {opcode:#04x}"),
    };
    format!(
        "opcode {name} imports, calls or constructs something and is not run; only plain data is read"
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Result<Pickle> {
        parse_pickle(Path::new("x.p"), bytes)
    }

    #[test]
    fn the_oldest_and_the_newest_protocols_hold_the_same_data() {
        let oldest =
            b"(lp0\n(dp1\nS'id'\np2\nI7\nsS't'\nV\\u20ac\nsS'l'\n(lp3\nI01\naL5L\naF0.5\nasa.";
        let newest = b"\x80\x04\x95\x20\x00\x00\x00\x00\x00\x00\x00]\x94}\x94(\x8c\x02id\x94K\x07\x8c\x01t\x8c\x03\xe2\x82\xac\x8c\x01l]\x94(\x88\x8a\x01\x05G\x3f\xe0\x00\x00\x00\x00\x00\x00eua.";
        for bytes in [&oldest[..], newest] {
            let pickle = parse(bytes).unwrap();
            let entry = pickle.root().list().unwrap().next().unwrap();
            assert_eq!(entry.get("id").unwrap().count(), Some(7));
            assert_eq!(entry.get("t").unwrap().text(), Some("€"));
            assert_eq!(entry.get("l").unwrap().list().unwrap().len(), 3);
        }
    }

    #[test]
    fn nothing_is_run() {
        let error = parse(b"cos\nsystem\n(S'true'\ntR.")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("x.p, byte 0: a pickle: opcode GLOBAL"),
            "{error}"
        );
        let error = parse(b"\x80\x02}\x93.").unwrap_err().to_string();
        assert!(
            error.contains("byte 3") && error.contains("STACK_GLOBAL"),
            "{error}"
        );
    }

    #[test]
    fn broken_pickles_are_refused_and_loops_do_no_harm() {
        for bytes in [
            &b""[..],
            b".",
            b"]",
            b"a.",
            b"(K\x01d.",
            b"e.",
            b"h\x00.",
            b"\x8a\xff",
            b"X\xff\xff\xff\xffa.",
            b"(0.",
            b"Sa\n.",
        ] {
            assert!(parse(bytes).is_err(), "{bytes:?}");
        }
        let pickle = parse(b"]q\x00h\x00a.").unwrap();
        let inner = pickle.root().list().unwrap().next().unwrap();
        assert_eq!(inner.list().unwrap().len(), 1);
        let negative = parse(b"\x8a\x02\x00\xff.").unwrap();
        assert_eq!(negative.values, [Value::Integer(-256)]);
    }
}
