//! Movie fragments (`moof`): samples of files that were written while recording or streaming.

use super::boxes::{Mp4Box, Numbers, boxes, find, require};
use super::refusal::Refusal;
use super::samples::{Sample, SampleTable};

/// Values used where a fragment does not give its own (`trex`, then `tfhd`).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FragmentDefaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// Bit of the sample flags that says a sample depends on others.
const NOT_SYNC: u32 = 1 << 16;

impl FragmentDefaults {
    /// The defaults of a track in the payload of `moov`.
    pub(crate) fn read(movie: &[u8], track_id: u32) -> Result<Self, Refusal> {
        let Some(extends) = find(movie, *b"mvex") else {
            return Ok(Self::default());
        };
        for found in boxes(extends) {
            let Mp4Box { kind, payload } = found?;
            if kind == *b"trex" {
                let (_, _, mut numbers) = Numbers::versioned(payload)?;
                if numbers.u32()? == track_id {
                    numbers.u32()?;
                    return Ok(Self {
                        duration: numbers.u32()?,
                        size: numbers.u32()?,
                        flags: numbers.u32()?,
                    });
                }
            }
        }
        Ok(Self::default())
    }
}

/// Appends the samples that a fragment adds to a track.
///
/// `start` is where the `moof` box begins in the file; `file_size` bounds how many samples can be true.
pub(crate) fn append_fragment(
    table: &mut SampleTable,
    (start, fragment): (u64, &[u8]),
    (track_id, defaults): (u32, FragmentDefaults),
    file_size: u64,
) -> Result<(), Refusal> {
    for found in boxes(fragment) {
        let Mp4Box { kind, payload } = found?;
        if kind != *b"traf" {
            continue;
        }
        let (_, flags, mut header) = Numbers::versioned(require(payload, *b"tfhd")?)?;
        if header.u32()? != track_id {
            continue;
        }
        let base = if flags & 0x1 == 0 {
            start
        } else {
            header.u64()?
        };
        if flags & 0x2 != 0 && header.u32()? > 1 {
            return Err(Refusal::Foreign(
                "a track whose codec settings change".into(),
            ));
        }
        let mut defaults = defaults;
        for (flag, value) in [
            (0x8, &mut defaults.duration),
            (0x10, &mut defaults.size),
            (0x20, &mut defaults.flags),
        ] {
            if flags & flag != 0 {
                *value = header.u32()?;
            }
        }
        if let Some(payload) = find(payload, *b"tfdt") {
            let (version, _, mut numbers) = Numbers::versioned(payload)?;
            table.end = i64::try_from(numbers.u32_or_u64(version)?).unwrap_or(i64::MAX / 2);
        }
        let mut position = base;
        for run in boxes(payload) {
            let run = run?;
            if run.kind == *b"trun" {
                append_run(table, run.payload, (base, &mut position), defaults)?;
            }
            if table.samples.len() as u64 > file_size {
                return Refusal::damaged(format!(
                    "more samples than the {file_size} bytes of the file"
                ));
            }
        }
    }
    Ok(())
}

fn append_run(
    table: &mut SampleTable,
    run: &[u8],
    (base, position): (u64, &mut u64),
    defaults: FragmentDefaults,
) -> Result<(), Refusal> {
    let (_, flags, mut numbers) = Numbers::versioned(run)?;
    let fields = [0x100, 0x200, 0x400, 0x800].map(|flag| flags & flag != 0);
    let entry_bytes = 4 * fields.iter().filter(|present| **present).count();
    let count = numbers.entry_count(entry_bytes)?;
    if entry_bytes == 0 && count > 1 << 16 {
        return Refusal::damaged("a fragment of more than 65536 samples");
    }
    if flags & 0x1 != 0 {
        *position = base.saturating_add_signed(i64::from(numbers.i32()?));
    }
    let first_flags = if flags & 0x4 != 0 {
        Some(numbers.u32()?)
    } else {
        None
    };
    for index in 0..count {
        let mut field =
            |present: bool, default: u32| if present { numbers.u32() } else { Ok(default) };
        let duration = field(fields[0], defaults.duration)?;
        let size = field(fields[1], defaults.size)?;
        let sample_flags = field(
            fields[2],
            first_flags.filter(|_| index == 0).unwrap_or(defaults.flags),
        )?;
        let delay = field(fields[3], 0)?.cast_signed();
        table.samples.push(Sample {
            offset: *position,
            size,
            is_sync: sample_flags & NOT_SYNC == 0,
            time: table.end.saturating_add(i64::from(delay)),
        });
        *position = position.saturating_add(u64::from(size));
        table.end = table.end.saturating_add(i64::from(duration));
    }
    Ok(())
}
