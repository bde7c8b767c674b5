//! Damage to files: no reader may panic, whatever happens to its input.
//!
//! In: a small file that is read without complaint, a seed. Out: thousands of damaged copies, each shown to the reader.
//! Bytes are cut, flipped, moved and doubled, and words that readers stumble over are put in. `TUBELET_COPIES` sets the
//! number of copies, for long runs.

use std::fs;
use std::path::Path;

/// What files are full of when something went wrong.
const WORDS: &[&str] = &[
    "null",
    "-1",
    "0",
    "1e999",
    "99999999999999999999",
    "4294967296",
    "NaN",
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
    "65535",
    "[0,0,0,0]",
    "16777217",
];

/// Random numbers that are the same everywhere (xorshift).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }
}

fn damaged(whole: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=dice.below(5) {
        let place = dice.below(bytes.len() + 1);
        let end = (place + dice.below(40)).min(bytes.len());
        match dice.below(8) {
            0 => bytes.truncate(place),
            1 | 2 => {
                let value = dice.next() as u8;
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = value;
                }
            }
            3 => {
                let bit = dice.below(8);
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 1 << bit;
                }
            }
            4 => drop(bytes.drain(place..end)),
            5 => {
                let part = bytes[place..end].to_vec();
                let target = dice.below(bytes.len() + 1);
                bytes.splice(target..target, part);
            }
            6 => {
                let word = WORDS[dice.below(WORDS.len())];
                bytes.splice(place..place, word.bytes());
            }
            _ => {
                // A whole number becomes another word.
                let start = bytes[place..]
                    .iter()
                    .position(u8::is_ascii_digit)
                    .map(|it| place + it);
                if let Some(start) = start {
                    let digits = bytes[start..]
                        .iter()
                        .take_while(|it| it.is_ascii_digit())
                        .count();
                    let word = WORDS[dice.below(WORDS.len())];
                    bytes.splice(start..start + digits, word.bytes());
                }
            }
        }
    }
    bytes
}

/// Shows a reader damaged copies of a file that it can read. `name` is where the file stands in its folder; the reader
/// is given the file, and says whether it read it.
pub(crate) fn survives(name: &str, whole: &[u8], copies: usize, read: impl Fn(&Path) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, whole).unwrap();
    assert!(read(&path), "{name}: the undamaged file is not read");
    let wanted = std::env::var("TUBELET_COPIES").ok();
    let copies = wanted.map_or(copies, |wanted| wanted.parse().unwrap());
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ whole.len() as u64);
    for _ in 0..copies {
        // A new file each time: some file systems wait for the disk when a file is written over.
        fs::remove_file(&path).unwrap();
        fs::write(&path, damaged(whole, &mut dice)).unwrap();
        read(&path);
    }
}

/// Puts a file that a reader needs besides the damaged one, unless it is there.
pub(crate) fn put(path: &Path, text: &[u8]) {
    if !path.is_file() {
        fs::write(path, text).unwrap();
    }
}
