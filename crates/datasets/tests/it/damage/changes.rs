//! Damage to bytes: cuts, flips, splices, extreme numbers, lost and doubled lines, deep nesting, wrong lengths.
//!
//! In: good files and a seed. Out: damaged copies, the same for the same seed.

/// What files are full of when something went wrong.
const WORDS: &[&str] = &[
    "null",
    "-1",
    "0",
    "1e999",
    "1e308",
    "-1e308",
    "5e-324",
    "2147483647",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "99999999999999999999",
    "16777217",
    "65535",
    "NaN",
    "-inf",
    "[]",
    "{}",
    "\"\"",
    "\"../x\"",
    "[[",
    "}}",
    ",",
    ":",
    "\n",
    "\r\n",
    "\u{feff}",
    "\0",
    "##",
    "é",
    "true",
    "[0,0,0,0]",
];

/// Values of fields that say how much follows.
const LENGTHS: &[u64] = &[
    0,
    1,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x00ff_ffff,
    0x0fff_ffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x0000_0100_0000_0000,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

/// Depths of nesting; most parsers give up at 128.
const DEPTHS: &[usize] = &[3, 127, 129, 5000];

/// Copies do not grow beyond this, however often their parts are doubled.
const LONGEST: usize = 1 << 21;

/// A source of damaged copies.
pub(crate) struct Damage(u64);

impl Damage {
    /// The same seed gives the same copies.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below another.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A damaged copy of one of some files.
    pub(crate) fn copy(&mut self, files: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.pick(files).clone();
        let most = if self.below(8) == 0 { 24 } else { 4 };
        for _ in 0..=self.below(most) {
            match self.below(5) {
                0 => self.change_lines(&mut bytes),
                1 => self.change_words(&mut bytes),
                2 => self.change_lengths(&mut bytes),
                _ => self.change_bytes(&mut bytes),
            }
            if self.below(24) == 0 {
                let other = self.pick(files);
                let (here, there) = (self.below(bytes.len() + 1), self.below(other.len() + 1));
                bytes.truncate(here);
                bytes.extend_from_slice(&other[there..]);
            }
            bytes.truncate(LONGEST);
        }
        bytes
    }

    fn change_bytes(&mut self, bytes: &mut Vec<u8>) {
        let place = self.below(bytes.len() + 1);
        let end = (place + self.below(40)).min(bytes.len());
        let (value, bit) = (self.next() as u8, self.below(8));
        match self.below(6) {
            0 => bytes.truncate(place),
            1 => {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = value;
                }
            }
            2 | 3 => {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 1 << bit;
                }
            }
            4 => drop(bytes.drain(place..end)),
            _ => {
                let times = [1, 1, 1, 300][self.below(4)];
                let part = bytes[place..end].repeat(times);
                let target = self.below(bytes.len() + 1);
                bytes.splice(target..target, part);
            }
        }
    }

    fn change_words(&mut self, bytes: &mut Vec<u8>) {
        let place = self.below(bytes.len() + 1);
        let word = *self.pick(WORDS);
        match self.below(16) {
            0 => {
                let (open, depth) = (*self.pick(&["[", "{\"a\":", "("]), *self.pick(DEPTHS));
                bytes.splice(place..place, open.repeat(depth).bytes());
            }
            1..4 => drop(bytes.splice(place..place, word.bytes())),
            _ => {
                // A whole number becomes another word.
                let digit = bytes[place..].iter().position(u8::is_ascii_digit);
                let Some(start) = digit.map(|it| place + it) else {
                    return;
                };
                let digits = bytes[start..].iter().take_while(|it| it.is_ascii_digit());
                let end = start + digits.count();
                bytes.splice(start..end, word.bytes());
            }
        }
    }

    fn change_lines(&mut self, bytes: &mut Vec<u8>) {
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let (first, second) = (self.below(lines.len()), self.below(lines.len()));
        if lines.is_empty() {
            return;
        }
        match self.below(3) {
            0 => lines.insert(second, lines[first]),
            1 => drop(lines.remove(first)),
            _ => lines.swap(first, second),
        }
        *bytes = lines.concat();
    }

    fn change_lengths(&mut self, bytes: &mut [u8]) {
        let value = *self.pick(LENGTHS);
        let little = value.to_le_bytes();
        let width = [1, 2, 4, 4, 8][self.below(5)];
        let place = self.below(bytes.len() + 1);
        let Some(field) = bytes.get_mut(place..place + width) else {
            return;
        };
        field.copy_from_slice(&little[..width]);
        if self.below(2) == 0 {
            field.reverse();
        }
    }
}
