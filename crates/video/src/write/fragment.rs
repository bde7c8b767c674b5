//! The boxes of an MP4 file while it grows (ISO/IEC 14496-12, movie fragments).
//!
//! A file begins with [`media_header`] of no bytes, which is a box that players skip, an index without samples, and then
//! fragments: a short index each, and its pictures. So it can be played at any time, also after whoever wrote it was killed.
//! When it is complete, the first box is made to span all fragments and one index at the end tells where the pictures lie
//! in it; what was written between them is no more looked at.

use super::index::{VERSION_1, WrittenSample, halves, wrap, wrap_words};

/// Bytes of [`media_header`].
const MEDIA_HEADER_BYTES: u64 = 16;

/// The header of a media box with a 64-bit size, or free space of the same length where there are no bytes yet.
pub(crate) fn media_header(media_bytes: u64) -> Vec<u8> {
    if media_bytes == 0 {
        return wrap(*b"free", &[&[0; 8]]);
    }
    let size = (media_bytes + MEDIA_HEADER_BYTES).to_be_bytes();
    [&1u32.to_be_bytes()[..], b"mdat", &size].concat()
}

/// What stands before the pictures of a fragment: its index and the header of its media.
///
/// `number` counts fragments from 1, `end` is the tick at which the last picture is no longer shown.
pub(crate) fn fragment_header(number: u32, samples: &[WrittenSample], end: u64) -> Vec<u8> {
    const OFFSETS_FROM_HERE: u32 = 0x02_0000;
    const OFFSET_DURATION_SIZE_FLAGS: u32 = 0x701;
    const NEEDS_NO_OTHER: u32 = 0x0200_0000;
    const NEEDS_OTHERS: u32 = 0x0101_0000;
    const HEADER: u32 = 8;
    let start = samples.first().map_or(0, |sample| sample.time);
    let next_times = samples.iter().skip(1).map(|sample| sample.time);
    let entries = samples.iter().zip(next_times.chain([end]));
    let entries: Vec<u32> = entries
        .flat_map(|(sample, next)| {
            let duration = u32::try_from(next - sample.time).unwrap_or(u32::MAX);
            let needs = if sample.is_sync {
                NEEDS_NO_OTHER
            } else {
                NEEDS_OTHERS
            };
            [duration, sample.size, needs]
        })
        .collect();
    let index = |first_picture: u32| {
        let run = [&[samples.len() as u32, first_picture][..], &entries].concat();
        let track = wrap(
            *b"traf",
            &[
                &wrap_words(*b"tfhd", OFFSETS_FROM_HERE, &[1]),
                &wrap_words(*b"tfdt", VERSION_1, &halves(start)),
                &wrap_words(*b"trun", OFFSET_DURATION_SIZE_FLAGS, &run),
            ],
        );
        wrap(*b"moof", &[&wrap_words(*b"mfhd", 0, &[number]), &track])
    };
    let first_picture = index(0).len() as u32 + HEADER;
    let media_bytes: u32 = samples.iter().map(|sample| sample.size).sum();
    let media = (media_bytes + HEADER).to_be_bytes();
    [&index(first_picture)[..], &media, b"mdat"].concat()
}
