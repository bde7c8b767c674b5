//! Writing frames as an MP4 file with H.264 that browsers play.
//!
//! In: RGB frames with their times. Out: a file with 4:2:0 pictures in BT.709, one coded picture for each frame, in order
//! (no reordering), shown at the frames' own times. A frame is encoded as it comes; the coded pictures since the last sync
//! picture stay in memory, and 24 bytes of index for each frame.

use std::path::Path;

use rusty_h264_common::YuvFrame as EncoderFrame;
use rusty_h264_common::nal::split_annex_b;
use rusty_h264_encoder::{Encoder, EncoderConfig, Preset};
use tubelet_geometry::FrameSize;

use super::fragment::{fragment_header, media_header};
use super::index::{TIME_SCALE, WrittenChunk, WrittenSample, WrittenTrack, file_type};
use super::partial::PartialFile;
use super::usability::with_usability;
use crate::color::{ColorMatrix, ColorSpace, planes_from_rgb};
use crate::error::{Result, VideoError};
use crate::frame::{Frame, Planes};

/// How to encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOptions {
    /// Quantiser of H.264, 0 to 51; smaller is better and larger. 18 is hardly told from the original.
    pub quantizer: u8,
    /// Frames from one sync picture to the next; seeking is exact to any frame, and faster with a small distance.
    pub sync_distance: u32,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            quantizer: 23,
            sync_distance: 60,
        }
    }
}

/// An MP4 file being written. Until [`VideoWriter::finish`] it is called `NAME.partial`; that file can be played too, up to
/// the frame before its last sync picture, or up to the last one after [`VideoWriter::flush`].
pub struct VideoWriter {
    file: PartialFile,
    frame_size: FrameSize,
    encoder: Encoder,
    planes: Planes,
    padded: Vec<u8>,
    samples: Vec<WrittenSample>,
    /// Of the samples in the file.
    chunks: Vec<WrittenChunk>,
    /// The coded pictures that are not in the file yet.
    waiting: Vec<u8>,
    sequence_set: Vec<u8>,
    picture_set: Vec<u8>,
    previous_seconds: Option<f64>,
}

impl VideoWriter {
    /// Begins a file for frames of a size. Where width or height is odd, the last column or row is doubled, since 4:2:0
    /// has no odd sizes.
    ///
    /// # Errors
    /// [`VideoError::Encode`] for a size that H.264 has no level for, [`VideoError::Write`] where the file cannot be made.
    pub fn create(
        path: impl AsRef<Path>,
        frame_size: FrameSize,
        options: WriteOptions,
    ) -> Result<Self> {
        let path = path.as_ref();
        Self::check_size(path, frame_size)?;
        let refused = |reason: String| VideoError::Encode {
            path: path.to_owned(),
            size: frame_size,
            reason,
        };
        let FrameSize { width, height } = frame_size;
        let size = FrameSize::new(width.next_multiple_of(2), height.next_multiple_of(2));
        let mut settings = EncoderConfig::baseline(size.width, size.height);
        settings.preset = Preset::Balanced;
        settings.qp = options.quantizer.min(51);
        settings.gop_size = options.sync_distance.max(1);
        let encoder = Encoder::new(settings).map_err(|error| refused(error.to_string()))?;
        let mut file = PartialFile::create(path)?;
        file.append(&file_type())?;
        file.append(&media_header(0))?;
        let chroma = vec![0; size.pixel_count() / 4];
        let color = ColorSpace {
            matrix: ColorMatrix::Bt709,
            full_range: false,
        };
        Ok(Self {
            file,
            frame_size,
            encoder,
            planes: Planes {
                size,
                luma: vec![0; size.pixel_count()],
                blue: chroma.clone(),
                red: chroma,
                color,
            },
            padded: Vec::new(),
            samples: Vec::new(),
            chunks: Vec::new(),
            waiting: Vec::new(),
            sequence_set: Vec::new(),
            picture_set: Vec::new(),
            previous_seconds: None,
        })
    }

    /// Whether frames of a size can be written.
    ///
    /// # Errors
    /// [`VideoError::Encode`] for a size that H.264 has no level for.
    pub fn check_size(path: &Path, size: FrameSize) -> Result<()> {
        const SIDES: std::ops::RangeInclusive<usize> = 1..=8192;
        if SIDES.contains(&size.width) && SIDES.contains(&size.height) {
            return Ok(());
        }
        Err(VideoError::Encode {
            path: path.to_owned(),
            size,
            reason: format!(
                "both sides must be between {} and {}",
                SIDES.start(),
                SIDES.end()
            ),
        })
    }

    /// Number of frames written so far.
    pub fn frame_count(&self) -> usize {
        self.samples.len()
    }

    /// Encodes a frame, shown from `frame.seconds` on.
    ///
    /// # Errors
    /// [`VideoError::SizeMismatch`] for another size than the file's, [`VideoError::TimeOrder`] for a time that is not
    /// after the last one, [`VideoError::DiskFull`] or [`VideoError::Write`] where the file cannot grow.
    pub fn write(&mut self, frame: &Frame) -> Result<()> {
        if frame.size != self.frame_size {
            return Err(VideoError::SizeMismatch {
                expected: self.frame_size,
                found: frame.size,
            });
        }
        let time = self.ticks(frame.seconds)?;
        if self.frame_size == self.planes.size {
            planes_from_rgb(&frame.pixels, &mut self.planes);
        } else {
            pad(frame, self.planes.size, &mut self.padded);
            planes_from_rgb(&self.padded, &mut self.planes);
        }
        let coded = self.encode()?;
        self.append_sample(&coded, time)
    }

    fn ticks(&mut self, seconds: f64) -> Result<u64> {
        let time = (seconds * f64::from(TIME_SCALE)).round();
        let after = self
            .samples
            .last()
            .map_or(0.0, |sample| sample.time as f64 + 1.0);
        // Also false where the time is not a number.
        if !(after..9e15).contains(&time) {
            let previous = self.previous_seconds.unwrap_or(0.0);
            return Err(VideoError::TimeOrder {
                frame: self.samples.len(),
                seconds,
                previous,
            });
        }
        self.previous_seconds = Some(seconds);
        Ok(time as u64)
    }

    fn encode(&mut self) -> Result<Vec<u8>> {
        let FrameSize { width, height } = self.planes.size;
        // The encoder wants planes of its own type; they are lent to it and taken back, not copied.
        let picture = EncoderFrame {
            width,
            height,
            y: std::mem::take(&mut self.planes.luma),
            u: std::mem::take(&mut self.planes.blue),
            v: std::mem::take(&mut self.planes.red),
        };
        let coded = self.encoder.try_encode(&picture);
        (self.planes.luma, self.planes.blue, self.planes.red) = (picture.y, picture.u, picture.v);
        coded.map_err(|error| VideoError::Encode {
            path: self.file.path().to_owned(),
            size: self.frame_size,
            reason: error.to_string(),
        })
    }

    fn append_sample(&mut self, coded: &[u8], time: u64) -> Result<()> {
        const SYNC_SLICE: u8 = 5;
        const SEQUENCE_SET: u8 = 7;
        const PICTURE_SET: u8 = 8;
        const MOST_WAITING_BYTES: usize = 1 << 23;
        let kind_of = |unit: &[u8]| unit.first().map(|header| header & 0x1f);
        let units = split_annex_b(coded);
        let is_sync = units.iter().any(|unit| kind_of(unit) == Some(SYNC_SLICE));
        if is_sync || self.waiting.len() > MOST_WAITING_BYTES {
            self.append_fragment(time)?;
        }
        let before = self.waiting.len();
        for unit in units {
            match kind_of(unit) {
                Some(SEQUENCE_SET) if self.sequence_set.is_empty() => {
                    self.sequence_set = with_usability(unit).unwrap_or_else(|| unit.to_vec());
                }
                Some(PICTURE_SET) if self.picture_set.is_empty() => {
                    self.picture_set = unit.to_vec();
                }
                None | Some(SEQUENCE_SET | PICTURE_SET) => {}
                Some(_) => {
                    self.waiting.extend((unit.len() as u32).to_be_bytes());
                    self.waiting.extend(unit);
                }
            }
        }
        self.samples.push(WrittenSample {
            size: (self.waiting.len() - before) as u32,
            time,
            is_sync,
        });
        Ok(())
    }

    /// Writes down all frames so far, so that [`VideoWriter::unfinished`] can be played up to the last.
    ///
    /// # Errors
    /// [`VideoError::DiskFull`] or [`VideoError::Write`] where the file cannot grow.
    pub fn flush(&mut self) -> Result<()> {
        let (last, duration) = self.last();
        self.append_fragment(last + duration)
    }

    /// The file while it is written.
    pub fn unfinished(&self) -> &Path {
        self.file.partial()
    }

    /// When the last frame is shown, and for how long: as long as the one before.
    fn last(&self) -> (u64, u64) {
        const ALONE: u64 = TIME_SCALE as u64 / 25;
        match self.samples.as_slice() {
            [] => (0, 0),
            [only] => (only.time, ALONE),
            [.., before, last] => (last.time, last.time - before.time),
        }
    }

    /// Writes what waits, the last frame of which is shown until `end`.
    fn append_fragment(&mut self, end: u64) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if self.chunks.is_empty() {
            let beginning = self.track(&[], 0).movie_box();
            self.file.append(&beginning)?;
        }
        let written = self.chunks.iter().map(|chunk| chunk.samples as usize).sum();
        let new = self.samples.get(written..).unwrap_or_default();
        let samples = new.len() as u32;
        let header = fragment_header(self.chunks.len() as u32 + 1, new, end);
        self.file.append(&header)?;
        self.chunks.push(WrittenChunk {
            offset: self.file.length(),
            samples,
        });
        self.file.append(&self.waiting)?;
        self.waiting.clear();
        self.file.flush()
    }

    fn track<'a>(&'a self, samples: &'a [WrittenSample], last_duration: u64) -> WrittenTrack<'a> {
        WrittenTrack {
            size: self.planes.size,
            samples,
            chunks: &self.chunks,
            last_duration,
            sequence_set: &self.sequence_set,
            picture_set: &self.picture_set,
        }
    }

    /// Writes the index and gives the file its name. The last frame is shown as long as the one before.
    ///
    /// # Errors
    /// [`VideoError::NoFrames`] where none was written, [`VideoError::DiskFull`] or [`VideoError::Write`] where the file
    /// cannot be completed.
    pub fn finish(mut self) -> Result<()> {
        if self.samples.is_empty() {
            return Err(VideoError::NoFrames {
                path: self.file.path().to_owned(),
            });
        }
        self.flush()?;
        let (_, duration) = self.last();
        let media_box = file_type().len() as u64;
        let media_bytes = self.file.length() - media_box - media_header(0).len() as u64;
        let index = self.track(&self.samples, duration).movie_box();
        self.file.append(&index)?;
        self.file.patch(media_box, &media_header(media_bytes))?;
        self.file.sync()?;
        self.file.finish()
    }
}

/// Doubles the last column and row of a frame up to a size.
fn pad(frame: &Frame, size: FrameSize, padded: &mut Vec<u8>) {
    padded.clear();
    for row in frame.pixels.chunks_exact(3 * frame.size.width) {
        padded.extend(row);
        if size.width > frame.size.width {
            padded.extend(row.last_chunk::<3>().into_iter().flatten());
        }
    }
    if size.height > frame.size.height {
        let last_row = padded.len() - 3 * size.width;
        padded.extend_from_within(last_row..);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn padding_doubles_the_last_column_and_row() {
        let frame = Frame::new(FrameSize::new(1, 1), vec![1, 2, 3]).unwrap();
        let mut padded = Vec::new();
        pad(&frame, FrameSize::new(2, 2), &mut padded);
        assert_eq!(padded, [1, 2, 3].repeat(4));
    }

    #[test]
    fn frames_must_come_in_order_and_in_one_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.mp4");
        let size = FrameSize::new(32, 16);
        let mut writer = VideoWriter::create(&path, size, WriteOptions::default()).unwrap();
        writer
            .write(&Frame::filled(size, [9; 3]).at(0, 0.5))
            .unwrap();
        for seconds in [0.5, 0.1, -1.0, f64::NAN, f64::INFINITY] {
            let error = writer
                .write(&Frame::filled(size, [9; 3]).at(1, seconds))
                .unwrap_err();
            assert!(
                matches!(error, VideoError::TimeOrder { frame: 1, .. }),
                "{error}"
            );
        }
        let other = Frame::filled(FrameSize::new(16, 16), [9; 3]).at(1, 1.0);
        assert!(matches!(
            writer.write(&other),
            Err(VideoError::SizeMismatch { .. })
        ));
        writer.finish().unwrap();
        assert!(path.exists());
    }

    #[test]
    fn a_video_without_frames_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.mp4");
        let writer =
            VideoWriter::create(&path, FrameSize::new(16, 16), WriteOptions::default()).unwrap();
        assert!(matches!(writer.finish(), Err(VideoError::NoFrames { .. })));
        let empty = VideoWriter::create(&path, FrameSize::new(0, 16), WriteOptions::default());
        assert!(matches!(empty, Err(VideoError::Encode { .. })));
    }
}
