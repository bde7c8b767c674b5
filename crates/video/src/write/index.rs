//! The index of a complete MP4 file (ISO/IEC 14496-12 and 14496-15).
//!
//! In: sizes, times and parameter sets. Out: bytes.

use tubelet_geometry::FrameSize;

/// Ticks per second. Whole for every usual frame rate, 29.97 included.
pub(crate) const TIME_SCALE: u32 = 90_000;
/// One coded picture, in the order of decoding and showing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WrittenSample {
    /// Bytes.
    pub(crate) size: u32,
    /// When it is shown, in ticks from the start of the video.
    pub(crate) time: u64,
    /// Whether decoding may start here.
    pub(crate) is_sync: bool,
}

/// Coded pictures that lie back to back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WrittenChunk {
    /// Where the first of them begins in the file.
    pub(crate) offset: u64,
    /// How many.
    pub(crate) samples: u32,
}

/// A whole track.
pub(crate) struct WrittenTrack<'a> {
    /// Size of the pictures.
    pub(crate) size: FrameSize,
    /// The coded pictures.
    pub(crate) samples: &'a [WrittenSample],
    /// Where they lie.
    pub(crate) chunks: &'a [WrittenChunk],
    /// Ticks for which the last picture is shown.
    pub(crate) last_duration: u64,
    /// The sequence parameter set, as a NAL unit.
    pub(crate) sequence_set: &'a [u8],
    /// The picture parameter set, as a NAL unit.
    pub(crate) picture_set: &'a [u8],
}

/// The first box of a file.
pub(crate) fn file_type() -> Vec<u8> {
    wrap(
        *b"ftyp",
        &[b"isom", &512u32.to_be_bytes(), b"isomiso2avc1mp41"],
    )
}

/// A box around parts.
pub(super) fn wrap(kind: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let size = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(size);
    bytes.extend((size as u32).to_be_bytes());
    bytes.extend(kind);
    for part in parts {
        bytes.extend(*part);
    }
    bytes
}

/// A box with a version and flags, of 32-bit words.
pub(super) fn wrap_words(kind: [u8; 4], version_and_flags: u32, words: &[u32]) -> Vec<u8> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    wrap(kind, &[&version_and_flags.to_be_bytes(), &bytes])
}

/// The first word of a box whose times have 64 bits.
pub(super) const VERSION_1: u32 = 1 << 24;
const UNITY_MATRIX: [u32; 9] = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000];

/// A 64-bit number as words.
pub(super) fn halves(value: u64) -> [u32; 2] {
    [(value >> 32) as u32, value as u32]
}

impl WrittenTrack<'_> {
    /// The index box. One of a track without samples says that fragments follow.
    pub(crate) fn movie_box(&self) -> Vec<u8> {
        let start = self.samples.first().map_or(0, |sample| sample.time);
        let end = self.samples.last().map_or(0, |sample| sample.time) + self.last_duration;
        let movie_header = [
            &[0, 0, 0, 0, TIME_SCALE][..],
            &halves(end),
            &[0x10000, 0x0100_0000, 0, 0],
            &UNITY_MATRIX,
            &[0; 6],
            &[2],
        ]
        .concat();
        let fragments_follow = if self.samples.is_empty() {
            wrap(*b"mvex", &[&wrap_words(*b"trex", 0, &[1, 1, 0, 0, 0])])
        } else {
            Vec::new()
        };
        wrap(
            *b"moov",
            &[
                &wrap_words(*b"mvhd", VERSION_1, &movie_header),
                &self.track_box(start, end),
                &fragments_follow,
            ],
        )
    }

    fn track_box(&self, start: u64, end: u64) -> Vec<u8> {
        const ENABLED_AND_SHOWN: u32 = 3;
        let fixed = |pixels: usize| (pixels as u32) << 16;
        let header = [
            &[0, 0, 0, 0, 1, 0][..],
            &halves(end),
            &[0; 4],
            &UNITY_MATRIX,
            &[fixed(self.size.width), fixed(self.size.height)],
        ]
        .concat();
        let header = wrap_words(*b"tkhd", VERSION_1 | ENABLED_AND_SHOWN, &header);
        let media_header = [
            &[0, 0, 0, 0, TIME_SCALE][..],
            &halves(end - start),
            &[0x55c4_0000],
        ]
        .concat();
        let handler = wrap(*b"hdlr", &[&[0; 8], b"vide", &[0; 12], b"tubelet\0"]);
        let data_reference = wrap(
            *b"dref",
            &[&[0, 0, 0, 0, 0, 0, 0, 1], &wrap_words(*b"url ", 1, &[])],
        );
        let information = wrap(
            *b"minf",
            &[
                &wrap_words(*b"vmhd", 1, &[0, 0]),
                &wrap(*b"dinf", &[&data_reference]),
                &self.sample_tables(),
            ],
        );
        let media = wrap(
            *b"mdia",
            &[
                &wrap_words(*b"mdhd", VERSION_1, &media_header),
                &handler,
                &information,
            ],
        );
        let edits = if self.samples.is_empty() {
            Vec::new()
        } else {
            edits(start, end)
        };
        wrap(*b"trak", &[&header, &edits, &media])
    }

    fn sample_tables(&self) -> Vec<u8> {
        let description = wrap(*b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], &self.sample_entry()]);
        let sync_numbers = (1u32..)
            .zip(self.samples)
            .filter(|(_, sample)| sample.is_sync)
            .map(|(number, _)| number);
        let count = self.samples.len() as u32;
        let offsets = self.chunks.iter().flat_map(|chunk| halves(chunk.offset));
        let offsets = std::iter::once(self.chunks.len() as u32).chain(offsets);
        let sizes = [0, count]
            .into_iter()
            .chain(self.samples.iter().map(|sample| sample.size))
            .collect::<Vec<_>>();
        wrap(
            *b"stbl",
            &[
                &description,
                &wrap_words(*b"stts", 0, &self.durations()),
                &wrap_words(*b"stss", 0, &counted(sync_numbers.collect())),
                &wrap_words(*b"stsz", 0, &sizes),
                &wrap_words(*b"stsc", 0, &self.chunk_runs()),
                &wrap_words(*b"co64", 0, &offsets.collect::<Vec<_>>()),
            ],
        )
    }

    /// Runs of equal durations.
    fn durations(&self) -> Vec<u32> {
        let mut runs: Vec<[u32; 2]> = Vec::new();
        let next_times = self.samples.iter().skip(1).map(|sample| sample.time);
        let last_end = self
            .samples
            .last()
            .map(|sample| sample.time + self.last_duration);
        for (sample, next) in self.samples.iter().zip(next_times.chain(last_end)) {
            let duration = u32::try_from(next - sample.time).unwrap_or(u32::MAX);
            match runs.last_mut() {
                Some([count, value]) if *value == duration => *count += 1,
                _ => runs.push([1, duration]),
            }
        }
        let mut words = vec![runs.len() as u32];
        words.extend(runs.into_flattened());
        words
    }

    /// Runs of chunks with equally many samples.
    fn chunk_runs(&self) -> Vec<u32> {
        let mut runs: Vec<[u32; 3]> = Vec::new();
        for (number, chunk) in (1u32..).zip(self.chunks) {
            if runs
                .last()
                .is_none_or(|[_, samples, _]| *samples != chunk.samples)
            {
                runs.push([number, chunk.samples, 1]);
            }
        }
        let mut words = vec![runs.len() as u32];
        words.extend(runs.into_flattened());
        words
    }

    fn sample_entry(&self) -> Vec<u8> {
        let profile = self.sequence_set.get(1..4).unwrap_or(&[66, 0xc0, 30]);
        let lengths =
            [self.sequence_set, self.picture_set].map(|set| (set.len() as u16).to_be_bytes());
        let settings = wrap(
            *b"avcC",
            &[
                &[1],
                profile,
                &[0xff, 0xe1],
                &lengths[0],
                self.sequence_set,
                &[1],
                &lengths[1],
                self.picture_set,
            ],
        );
        let color = wrap(*b"colr", &[b"nclx", &[0, 1, 0, 1, 0, 1, 0]]);
        let dots_per_inch = 0x0048_0000u32.to_be_bytes();
        let size = [self.size.width, self.size.height].map(|pixels| (pixels as u16).to_be_bytes());
        wrap(
            *b"avc1",
            &[
                &[0, 0, 0, 0, 0, 0, 0, 1],
                &[0; 16],
                &size[0],
                &size[1],
                &dots_per_inch,
                &dots_per_inch,
                &[0, 0, 0, 0, 0, 1],
                &[0; 32],
                &[0, 0x18, 0xff, 0xff],
                &settings,
                &color,
            ],
        )
    }
}

/// The edit list: nothing until the first frame, if that comes later than zero, then the whole media.
fn edits(start: u64, end: u64) -> Vec<u8> {
    const NO_MEDIA: [u32; 2] = [u32::MAX; 2];
    const NORMAL_SPEED: u32 = 0x10000;
    let empty = [&halves(start)[..], &NO_MEDIA, &[NORMAL_SPEED]].concat();
    let whole = [&halves(end - start)[..], &[0, 0], &[NORMAL_SPEED]].concat();
    let words = if start > 0 {
        [&[2][..], &empty, &whole].concat()
    } else {
        [&[1][..], &whole].concat()
    };
    wrap(*b"edts", &[&wrap_words(*b"elst", VERSION_1, &words)])
}

fn counted(mut words: Vec<u32>) -> Vec<u32> {
    words.insert(0, words.len() as u32);
    words
}
