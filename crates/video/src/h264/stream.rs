//! Decoding the H.264 track of an MP4, frame by frame in presentation order.
//!
//! In: a file and its index. Out: planes. Samples are read when they are needed; besides the decoder's own reference
//! pictures only frames that wait for an earlier one are held.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rusty_h264_decoder::{DecodeError, Decoder, Pps};
use tubelet_geometry::FrameSize;

use super::sequence::Sequence;
use crate::color::{ColorMatrix, ColorSpace};
use crate::error::{Result, VideoError};
use crate::frame::{Planes, YuvFrame};
use crate::mp4::index::Mp4Index;
use crate::mp4::samples::Sample;
use crate::mp4::timeline::Entry;

const START_CODE: [u8; 4] = [0, 0, 0, 1];
/// The largest coded picture read into memory.
const LARGEST_SAMPLE: u32 = 1 << 27;

/// An open H.264 track.
pub(crate) struct H264Stream {
    path: PathBuf,
    file: File,
    index: Mp4Index,
    sequence: Sequence,
    color: ColorSpace,
    decoder: Decoder,
    /// The parameter sets of the container, as a byte stream.
    parameter_sets: Vec<u8>,
    /// Where decoding last started.
    entry: Entry,
    next_sample: usize,
    next_frame: usize,
    /// Decoded frames that wait for an earlier one.
    waiting: BTreeMap<usize, Planes>,
    failure: Option<Failure>,
    sample_bytes: Vec<u8>,
    byte_stream: Vec<u8>,
}

/// Why decoding stopped.
enum Failure {
    Truncated { expected: u64 },
    Foreign(&'static str),
    Decoder(String),
    SizeChanged(FrameSize),
    Read(std::io::ErrorKind),
}

impl H264Stream {
    /// Prepares decoding. `file` is the file that `index` was read from.
    pub(crate) fn new(path: &Path, file: File, index: Mp4Index) -> Result<Self> {
        let malformed = |what: &str| VideoError::Malformed {
            path: path.to_owned(),
            what: what.into(),
        };
        let foreign = |what: &str| VideoError::NeedsFfmpeg {
            path: path.to_owned(),
            what: what.into(),
        };
        let mut parameter_sets = Vec::new();
        for set in index
            .settings
            .sequence_sets
            .iter()
            .chain(&index.settings.picture_sets)
        {
            parameter_sets.extend(START_CODE);
            parameter_sets.extend(set);
        }
        let sequences: Option<Vec<Sequence>> = index
            .settings
            .sequence_sets
            .iter()
            .map(|set| Sequence::read(set))
            .collect();
        let sequences =
            sequences.ok_or_else(|| malformed("an unreadable H.264 sequence parameter set"))?;
        let Some(sequence) = sequences.first().cloned() else {
            return Err(foreign("H.264 with its settings among the frames"));
        };
        if let Some(tool) = sequences.iter().find_map(|sequence| sequence.foreign_tool) {
            return Err(foreign(tool));
        }
        let explicit_weights = |set: &Vec<u8>| {
            let payload =
                rusty_h264_common::nal::emulation_unprevent(set.get(1..).unwrap_or_default());
            Pps::parse(&payload).is_ok_and(|set| set.weighted_bipred_idc == 1)
        };
        if index.settings.picture_sets.iter().any(explicit_weights) {
            return Err(foreign("H.264 with explicit weights for two references"));
        }
        // What the stream says about its colours goes before what the container says.
        let color = ColorSpace {
            matrix: ColorMatrix::from_code_point(
                sequence
                    .matrix
                    .or(index.color.map(|color| color.matrix))
                    .unwrap_or_default(),
            ),
            full_range: sequence
                .full_range
                .or(index.color.and_then(|color| color.full_range))
                .unwrap_or(false),
        };
        let mut stream = Self {
            path: path.to_owned(),
            file,
            index,
            sequence,
            color,
            decoder: Decoder::new(),
            parameter_sets,
            entry: Entry {
                sample: 0,
                frame: 0,
            },
            next_sample: 0,
            next_frame: 0,
            waiting: BTreeMap::new(),
            failure: None,
            sample_bytes: Vec::new(),
            byte_stream: Vec::new(),
        };
        stream.restart(stream.index.timeline.entry_for(0));
        Ok(stream)
    }

    pub(crate) fn index(&self) -> &Mp4Index {
        &self.index
    }

    pub(crate) fn size(&self) -> FrameSize {
        self.sequence.size
    }

    pub(crate) fn color(&self) -> ColorSpace {
        self.color
    }

    pub(crate) fn position(&self) -> usize {
        self.next_frame
    }

    /// When a frame is shown.
    pub(crate) fn seconds(&self, frame: usize) -> Option<f64> {
        let sample = self
            .index
            .samples
            .get(self.index.timeline.sample_of(frame)?)?;
        Some(self.index.timeline.seconds(sample.time))
    }

    /// Makes a frame the next one, decoding from the last sync sample before it where that is nearer.
    pub(crate) fn seek(&mut self, frame: usize) {
        let entry = self.index.timeline.entry_for(frame);
        let onward =
            self.failure.is_none() && frame >= self.next_frame && entry.sample < self.next_sample;
        self.next_frame = frame;
        if onward {
            self.waiting = self.waiting.split_off(&frame);
        } else {
            self.restart(entry);
        }
    }

    fn restart(&mut self, entry: Entry) {
        self.decoder = Decoder::new();
        self.entry = entry;
        self.next_sample = entry.sample;
        self.waiting.clear();
        // The sets were parsed when the stream was opened; a set the decoder refuses shows at the first picture.
        let _ = self.decoder.decode(&self.parameter_sets);
        self.failure = None;
    }

    /// Decodes the next frame in presentation order; `None` after the last.
    pub(crate) fn next_frame(&mut self) -> Result<Option<YuvFrame>> {
        loop {
            if let Some(planes) = self.waiting.remove(&self.next_frame) {
                let index = self.next_frame;
                self.next_frame += 1;
                return Ok(Some(YuvFrame {
                    planes,
                    index,
                    seconds: self.seconds(index).unwrap_or_default(),
                }));
            }
            if self.next_frame >= self.index.timeline.frame_count() {
                return Ok(None);
            }
            if let Some(failure) = &self.failure {
                return Err(self.error(failure));
            }
            let Some(sample) = self.index.samples.get(self.next_sample).copied() else {
                self.failure = Some(Failure::Decoder(
                    "the decoder delivered no picture for it".into(),
                ));
                continue;
            };
            if let Err(failure) = self.decode_sample(sample) {
                self.failure = Some(failure);
            }
        }
    }

    fn decode_sample(&mut self, sample: Sample) -> std::result::Result<(), Failure> {
        let frame = self.index.timeline.frame_of(self.next_sample);
        self.next_sample += 1;
        // Leading pictures of an open group refer to the group before, which was not decoded.
        if sample.size == 0 || frame.is_some_and(|frame| frame < self.entry.frame) {
            return Ok(());
        }
        self.read_sample(sample)?;
        let wanted = frame.filter(|&frame| frame >= self.next_frame);
        let referenced = to_byte_stream(
            &self.sample_bytes,
            self.index.settings.length_bytes,
            &mut self.byte_stream,
        )
        .ok_or_else(|| Failure::Decoder("its parts do not add up to its size".into()))?;
        if wanted.is_none() && !referenced && self.sequence.skips_unreferenced {
            return Ok(());
        }
        let (decoder, bytes) = (&mut self.decoder, &self.byte_stream);
        // The decoder checks no sums: where overflow panics, damaged pictures make it panic. It begins anew after that.
        let decoded = catch_unwind(AssertUnwindSafe(|| decoder.decode(bytes)))
            .map_err(|_| Failure::Decoder("the decoder gave up".into()))?;
        let picture = decoded.map_err(|error| match error {
            DecodeError::Unsupported(tool) => Failure::Foreign(tool),
            other => Failure::Decoder(other.to_string()),
        })?;
        let Some(frame) = wanted else { return Ok(()) };
        let picture =
            picture.ok_or_else(|| Failure::Decoder("the picture is incomplete".into()))?;
        let planes = Planes {
            size: FrameSize::new(picture.width, picture.height),
            luma: picture.y,
            blue: picture.u,
            red: picture.v,
            color: self.color,
        };
        let planes = planes.crop(self.sequence.crop_left, self.sequence.crop_top);
        if planes.size != self.sequence.size {
            return Err(Failure::SizeChanged(planes.size));
        }
        self.waiting.insert(frame, planes);
        Ok(())
    }

    fn read_sample(&mut self, sample: Sample) -> std::result::Result<(), Failure> {
        let end = sample.offset.saturating_add(u64::from(sample.size));
        if end > self.index.file_size {
            return Err(Failure::Truncated { expected: end });
        }
        if sample.size > LARGEST_SAMPLE {
            return Err(Failure::Decoder(format!(
                "{} bytes are no picture",
                sample.size
            )));
        }
        self.sample_bytes.resize(sample.size as usize, 0);
        let read = self
            .file
            .seek(SeekFrom::Start(sample.offset))
            .and_then(|_| self.file.read_exact(&mut self.sample_bytes));
        read.map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Failure::Truncated { expected: end },
            kind => Failure::Read(kind),
        })
    }

    fn error(&self, failure: &Failure) -> VideoError {
        let (path, frame) = (self.path.clone(), self.next_frame);
        match failure {
            Failure::Truncated { expected } => VideoError::Truncated {
                path,
                frame,
                expected: *expected,
                found: self.index.file_size,
            },
            Failure::Foreign(tool) => VideoError::NeedsFfmpeg {
                path,
                what: format!("H.264 with {tool}"),
            },
            Failure::Decoder(reason) => VideoError::Decode {
                path,
                frame,
                reason: reason.clone(),
            },
            Failure::SizeChanged(found) => VideoError::FrameSizeChanged {
                path,
                frame,
                expected: self.sequence.size,
                found: *found,
            },
            Failure::Read(kind) => VideoError::Read {
                path,
                source: std::io::Error::from(*kind),
            },
        }
    }
}

/// Rewrites NAL units with lengths in front (ISO/IEC 14496-15) as a byte stream (H.264 annex B).
///
/// Returns whether any slice may be referred to by other pictures; `None` where the lengths do not fit.
fn to_byte_stream(sample: &[u8], length_bytes: usize, stream: &mut Vec<u8>) -> Option<bool> {
    stream.clear();
    let mut referenced = false;
    let mut rest = sample;
    while !rest.is_empty() {
        let (length, after) = rest.split_at_checked(length_bytes)?;
        let length = length
            .iter()
            .fold(0usize, |length, &byte| length << 8 | usize::from(byte));
        let (unit, after) = after.split_at_checked(length)?;
        if let Some(header) = unit.first() {
            let is_slice = matches!(header & 0x1f, 1..=5);
            referenced |= is_slice && header & 0x60 != 0;
            // Changed parameter sets must reach the decoder as well.
            referenced |= matches!(header & 0x1f, 7 | 8);
            stream.extend(START_CODE);
            stream.extend(unit);
        }
        rest = after;
    }
    Some(referenced)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn lengths_become_start_codes() {
        let mut stream = Vec::new();
        let referenced = to_byte_stream(&[0, 2, 0x06, 9, 0, 1, 0x01], 2, &mut stream).unwrap();
        assert_eq!(stream, [0, 0, 0, 1, 0x06, 9, 0, 0, 0, 1, 0x01]);
        assert!(!referenced);
        assert!(to_byte_stream(&[0, 1, 0x41], 2, &mut stream).unwrap());
        assert!(to_byte_stream(&[0, 3, 0x41], 2, &mut stream).is_none());
        assert!(to_byte_stream(&[0], 2, &mut stream).is_none());
    }
}
