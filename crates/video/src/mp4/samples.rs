//! The sample tables of a track (`stbl`), unrolled: where each coded picture lies and when it is shown.
//!
//! In: the payload of `stbl`. Out: samples in decoding order. Times are in units of the track's time scale.

use super::boxes::{Numbers, find, require};
use super::refusal::Refusal;

/// One coded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    /// First byte in the file.
    pub(crate) offset: u64,
    /// Bytes.
    pub(crate) size: u32,
    /// Whether decoding may start here.
    pub(crate) is_sync: bool,
    /// Presentation time in media time.
    pub(crate) time: i64,
}

/// The samples of a track in decoding order.
#[derive(Debug, Clone, Default)]
pub(crate) struct SampleTable {
    /// The samples.
    pub(crate) samples: Vec<Sample>,
    /// Decoding time after the last sample, where a following fragment begins.
    pub(crate) end: i64,
}

impl SampleTable {
    /// Unrolls the tables. `file_size` bounds how many samples can be true.
    pub(crate) fn read(stbl: &[u8], file_size: u64) -> Result<Self, Refusal> {
        let sizes = Sizes::read(stbl)?;
        if sizes.count as u64 > file_size {
            return Refusal::damaged(format!(
                "{} samples in a file of {file_size} bytes",
                sizes.count
            ));
        }
        let mut offsets = Offsets::read(stbl)?;
        let mut durations = Runs::read(require(stbl, *b"stts")?)?;
        let mut delays = find(stbl, *b"ctts").map(Runs::read).transpose()?;
        let mut syncs = find(stbl, *b"stss").map(SyncSamples::read).transpose()?;
        let mut table = Self {
            samples: Vec::with_capacity(sizes.count),
            end: 0,
        };
        for index in 0..sizes.count {
            let size = sizes.get(index)?;
            let Some(duration) = durations.next() else {
                return Refusal::damaged(format!("no duration for sample {index}"));
            };
            // Version 0 of the table is unsigned, but writers store small negative delays in it all the same.
            let delay = delays
                .as_mut()
                .and_then(Runs::next)
                .map_or(0, |delay| i64::from(delay.cast_signed()));
            table.samples.push(Sample {
                offset: offsets.next(size)?,
                size,
                is_sync: syncs.as_mut().is_none_or(|syncs| syncs.contains(index)),
                time: table.end + delay,
            });
            table.end += i64::from(duration);
        }
        Ok(table)
    }
}

/// `stsz`: one size for all samples or one for each.
struct Sizes<'a> {
    shared: u32,
    count: usize,
    each: &'a [u8],
}

impl<'a> Sizes<'a> {
    fn read(stbl: &'a [u8]) -> Result<Self, Refusal> {
        let Some(payload) = find(stbl, *b"stsz") else {
            return match find(stbl, *b"stz2") {
                Some(_) => Err(Refusal::Foreign("an MP4 with compact sample sizes".into())),
                None => Refusal::damaged("box `stsz` is missing"),
            };
        };
        let (_, _, mut numbers) = Numbers::versioned(payload)?;
        let shared = numbers.u32()?;
        let count = numbers.entry_count(if shared == 0 { 4 } else { 0 })?;
        Ok(Self {
            shared,
            count,
            each: numbers.rest(),
        })
    }

    fn get(&self, index: usize) -> Result<u32, Refusal> {
        match self.shared {
            0 => Numbers::new(self.each.get(4 * index..).unwrap_or_default()).u32(),
            shared => Ok(shared),
        }
    }
}

/// `stts` and `ctts`: runs of equal values.
struct Runs<'a> {
    numbers: Numbers<'a>,
    entries_left: usize,
    left: u32,
    value: u32,
}

impl<'a> Runs<'a> {
    fn read(payload: &'a [u8]) -> Result<Self, Refusal> {
        let (_, _, mut numbers) = Numbers::versioned(payload)?;
        let entries_left = numbers.entry_count(8)?;
        Ok(Self {
            numbers,
            entries_left,
            left: 0,
            value: 0,
        })
    }

    fn next(&mut self) -> Option<u32> {
        while self.left == 0 {
            self.entries_left = self.entries_left.checked_sub(1)?;
            self.left = self.numbers.u32().ok()?;
            self.value = self.numbers.u32().ok()?;
        }
        self.left -= 1;
        Some(self.value)
    }
}

/// `stss`: numbers of the sync samples, ascending, counted from 1.
struct SyncSamples<'a> {
    numbers: Numbers<'a>,
    left: usize,
    next: Option<usize>,
}

impl<'a> SyncSamples<'a> {
    fn read(payload: &'a [u8]) -> Result<Self, Refusal> {
        let (_, _, mut numbers) = Numbers::versioned(payload)?;
        let left = numbers.entry_count(4)?;
        let mut syncs = Self {
            numbers,
            left,
            next: None,
        };
        syncs.advance();
        Ok(syncs)
    }

    fn advance(&mut self) {
        let number = if self.left == 0 {
            None
        } else {
            self.numbers.u32().ok()
        };
        self.left = self.left.saturating_sub(1);
        self.next = number.map(|number| number as usize);
    }

    /// Whether a sample is listed; asked in ascending order.
    fn contains(&mut self, index: usize) -> bool {
        while self.next.is_some_and(|number| number < index + 1) {
            self.advance();
        }
        self.next == Some(index + 1)
    }
}

/// `stsc` with `stco` or `co64`: samples lie back to back in chunks.
struct Offsets<'a> {
    chunk_starts: Numbers<'a>,
    wide: bool,
    runs: Numbers<'a>,
    runs_left: usize,
    /// First chunk of the next run, counted from 1.
    next_run: u32,
    samples_per_chunk: u32,
    chunk: u32,
    left_in_chunk: u32,
    position: u64,
}

impl<'a> Offsets<'a> {
    fn read(stbl: &'a [u8]) -> Result<Self, Refusal> {
        let (wide, payload) = match find(stbl, *b"stco") {
            Some(payload) => (false, payload),
            None => (true, require(stbl, *b"co64")?),
        };
        let (_, _, mut chunk_starts) = Numbers::versioned(payload)?;
        chunk_starts.entry_count(if wide { 8 } else { 4 })?;
        let (_, _, mut runs) = Numbers::versioned(require(stbl, *b"stsc")?)?;
        let runs_left = runs.entry_count(12)?;
        let mut offsets = Self {
            chunk_starts,
            wide,
            runs,
            runs_left,
            next_run: 0,
            samples_per_chunk: 0,
            chunk: 0,
            left_in_chunk: 0,
            position: 0,
        };
        offsets.next_run = offsets.peek_run();
        Ok(offsets)
    }

    fn peek_run(&self) -> u32 {
        let mut runs = self.runs;
        if self.runs_left == 0 {
            u32::MAX
        } else {
            runs.u32().unwrap_or(u32::MAX)
        }
    }

    fn next_chunk(&mut self) -> Result<(), Refusal> {
        self.chunk += 1;
        if self.chunk >= self.next_run {
            self.runs.u32()?;
            self.samples_per_chunk = self.runs.u32()?;
            if self.runs.u32()? > 1 {
                return Err(Refusal::Foreign(
                    "a track whose codec settings change".into(),
                ));
            }
            self.runs_left -= 1;
            self.next_run = self.peek_run();
        }
        self.position = if self.wide {
            self.chunk_starts.u64()?
        } else {
            u64::from(self.chunk_starts.u32()?)
        };
        self.left_in_chunk = self.samples_per_chunk;
        Ok(())
    }

    fn next(&mut self, size: u32) -> Result<u64, Refusal> {
        while self.left_in_chunk == 0 {
            self.next_chunk()?;
        }
        self.left_in_chunk -= 1;
        let offset = self.position;
        self.position = offset.saturating_add(u64::from(size));
        Ok(offset)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn full_box(kind: [u8; 4], words: &[u32]) -> Vec<u8> {
        let mut bytes = ((12 + 4 * words.len()) as u32).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend([0; 4]);
        bytes.extend(words.iter().flat_map(|word| word.to_be_bytes()));
        bytes
    }

    fn tables() -> Vec<Vec<u8>> {
        vec![
            full_box(*b"stsz", &[0, 4, 10, 20, 30, 40]),
            full_box(*b"stco", &[3, 1000, 2000, 3000]),
            full_box(*b"stsc", &[2, 1, 2, 1, 2, 1, 1]),
            full_box(*b"stts", &[2, 1, 5, 3, 6]),
            full_box(*b"ctts", &[2, 1, 2, 3, 4]),
            full_box(*b"stss", &[2, 1, 3]),
        ]
    }

    #[test]
    fn tables_are_unrolled() {
        let table = SampleTable::read(&tables().concat(), 10_000).unwrap();
        let offsets: Vec<_> = table.samples.iter().map(|sample| sample.offset).collect();
        assert_eq!(offsets, [1000, 1010, 2000, 3000]);
        let times: Vec<_> = table.samples.iter().map(|sample| sample.time).collect();
        assert_eq!(times, [2, 9, 15, 21]);
        let syncs: Vec<_> = table.samples.iter().map(|sample| sample.is_sync).collect();
        assert_eq!(syncs, [true, false, true, false]);
        assert_eq!(table.end, 23);
    }

    #[test]
    fn any_missing_or_damaged_table_is_refused_without_panic() {
        let full = tables();
        for missing in 0..4 {
            let bytes: Vec<u8> = full
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != missing)
                .flat_map(|(_, table)| table.clone())
                .collect();
            assert!(
                SampleTable::read(&bytes, 10_000).is_err(),
                "without table {missing}"
            );
        }
        let whole = full.concat();
        for position in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[position] = value;
                let _ = SampleTable::read(&damaged, 10_000);
            }
        }
    }
}
