//! The clip of a run: the session reads it, the journal asks when frames are shown, pictures are drawn on it.
//!
//! In: an open video. Out: frames in any order. Frames of a camera or an address come only once, so they are written to
//! `recording.mp4` as they come, and what has passed is read from there, also while more comes.

use std::{
    cell::RefCell,
    fmt,
    path::{Path, PathBuf},
    rc::Rc,
};

use tubelet_geometry::FrameSize;
use tubelet_session::FrameSource;
use tubelet_video::{Frame, FrameReader, VideoError, VideoSource, VideoWriter, WriteOptions};

use crate::{failure::Failure, output::place::set_aside};

/// Name of the file in which frames are kept that come only once.
const RECORDING: &str = "recording.mp4";
/// What it is called until it is complete. It can be played then, too.
const UNFINISHED: &str = "recording.mp4.partial";
/// The names of those that earlier runs left.
const EARLIER: (&str, &str) = ("recording", "mp4");

/// How they are kept: hardly told from the originals, since masks are corrected and drawn on them.
const KEPT: WriteOptions = WriteOptions {
    quantizer: 18,
    sync_distance: 30,
};

/// A clip that several parts of a run look at.
#[derive(Clone)]
pub(crate) struct Footage(Rc<RefCell<Reading>>);

struct Reading {
    reader: FrameReader,
    size: FrameSize,
    /// While frames come that come only once.
    recording: Option<Recording>,
    recorded: Option<PathBuf>,
}

struct Recording {
    writer: VideoWriter,
    path: PathBuf,
    /// The frame that comes next.
    next: usize,
    ended: bool,
    /// The file as far as it was written when a frame was last asked for that it did not hold.
    past: Option<FrameReader>,
}

impl Footage {
    /// Footage of a clip; one whose frames come only once is recorded in `folder`.
    ///
    /// # Errors
    /// When the recording cannot be begun.
    pub(crate) fn new(source: VideoSource, folder: &Path) -> Result<Self, Failure> {
        let size = source.info().size;
        let comes_once = source.info().frame_count.is_none();
        let record = || {
            let path = folder.join(RECORDING);
            set_aside(&folder.join(UNFINISHED), EARLIER)?;
            set_aside(&path, EARLIER)?;
            Ok::<_, Failure>(Recording {
                writer: VideoWriter::create(&path, size, KEPT)?,
                path,
                next: 0,
                ended: false,
                past: None,
            })
        };
        Ok(Self(Rc::new(RefCell::new(Reading {
            reader: FrameReader::new(source),
            size,
            recording: comes_once.then(record).transpose()?,
            recorded: None,
        }))))
    }

    /// When a frame is shown, in seconds.
    pub(crate) fn seconds_of(&self, frame: usize) -> f64 {
        let reader = &self.0.borrow().reader;
        let rate = reader.info().frame_rate;
        let counted = if rate > 0.0 { frame as f64 / rate } else { 0.0 };
        reader.seconds_of(frame).unwrap_or(counted)
    }

    /// Ends a recording, so that its file can be read; without one nothing happens.
    ///
    /// # Errors
    /// When the recording cannot be written to its end.
    pub(crate) fn stop(&self) -> Result<(), VideoError> {
        self.0.borrow_mut().stop()
    }

    /// The file in which frames were kept, once the recording has ended.
    pub(crate) fn recorded(&self) -> Option<PathBuf> {
        self.0.borrow().recorded.clone()
    }
}

impl FrameSource for Footage {
    fn size(&self) -> FrameSize {
        self.0.borrow().size
    }

    fn frame_count(&self) -> Option<usize> {
        self.0.borrow().reader.info().frame_count
    }

    fn frame(&mut self, index: usize) -> Result<Option<Frame>, VideoError> {
        self.0.borrow_mut().frame(index)
    }
}

impl Reading {
    fn frame(&mut self, index: usize) -> Result<Option<Frame>, VideoError> {
        let frame = match &mut self.recording {
            Some(recording) => recording.frame(&mut self.reader, index)?,
            None => FrameSource::frame(&mut self.reader, index)?,
        };
        Ok(frame.map(|frame| cropped(frame, self.size)))
    }

    fn stop(&mut self) -> Result<(), VideoError> {
        let Some(recording) = self.recording.take_if(|recording| recording.next > 0) else {
            return Ok(());
        };
        recording.writer.finish()?;
        self.reader = FrameReader::new(VideoSource::open(&recording.path)?);
        self.recorded = Some(recording.path);
        Ok(())
    }
}

impl Recording {
    /// A frame, from what was written where it has passed.
    fn frame(
        &mut self,
        reader: &mut FrameReader,
        index: usize,
    ) -> Result<Option<Frame>, VideoError> {
        if index + 1 < self.next {
            return self.passed(index);
        }
        if self.reach(reader, index)? {
            return FrameSource::frame(reader, index);
        }
        Ok(None)
    }

    /// Writes all frames up to one, also those that nobody looks at; false where the stream ends before.
    fn reach(&mut self, reader: &mut FrameReader, index: usize) -> Result<bool, VideoError> {
        while self.next <= index && !self.ended {
            match FrameSource::frame(reader, self.next)? {
                Some(frame) => {
                    self.writer.write(&frame)?;
                    self.next += 1;
                }
                None => self.ended = true,
            }
        }
        Ok(index < self.next)
    }

    /// A frame that does not come again, from what was written so far.
    fn passed(&mut self, index: usize) -> Result<Option<Frame>, VideoError> {
        let holds = |past: &FrameReader| past.info().frame_count > Some(index);
        let past = if let Some(past) = self.past.take_if(|past| holds(past)) {
            past
        } else {
            self.writer.flush()?;
            FrameReader::new(VideoSource::open(self.writer.unfinished())?)
        };
        FrameSource::frame(self.past.insert(past), index)
    }
}

impl fmt::Debug for Footage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reading = self.0.borrow();
        formatter
            .debug_struct("Footage")
            .field("info", reading.reader.info())
            .field("recorded", &reading.recorded)
            .finish_non_exhaustive()
    }
}

/// The part of a frame that was there before the recording made its sides even.
fn cropped(frame: Frame, size: FrameSize) -> Frame {
    if frame.size == size {
        return frame;
    }
    let rows = frame.pixels.chunks_exact(3 * frame.size.width.max(1));
    let kept = rows
        .take(size.height)
        .flat_map(|row| row.iter().take(3 * size.width));
    Frame {
        size,
        pixels: kept.copied().collect(),
        ..frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_that_a_recording_added_are_left_out() {
        let pixels: Vec<u8> = (0..24).collect();
        let frame = Frame {
            size: FrameSize::new(4, 2),
            pixels,
            index: 3,
            seconds: 0.5,
        };
        let part = cropped(frame.clone(), FrameSize::new(3, 1));
        assert_eq!(part.pixels, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!((part.index, part.seconds), (3, 0.5));
        assert_eq!(cropped(frame.clone(), frame.size), frame);
    }
}
