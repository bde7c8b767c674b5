//! What a report shows of a sample: a frame with masks or boxes, spans of time, or an answer.
//!
//! In: places of files, codes of masks, spans. Out: masks and pictures, read when they are drawn and not before, so that
//! a report over a hundred thousand samples keeps no picture.

use std::path::{Path, PathBuf};

use tubelet_datasets::{Annotation, LabelEncoding};
use tubelet_geometry::{FrameSize, Mask, RunLength, Span};
use tubelet_metrics::PreciseBox;
use tubelet_video::{Frame, FrameReader, VideoSource, read_image};

use crate::error::Problem;

/// Most pixels of a frame that is drawn: those of 8K.
const MOST_PIXELS: usize = 1 << 25;

/// What to show of a sample.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Masks of a frame.
    Masks(MaskEvidence),
    /// Boxes in a frame.
    Boxes(BoxEvidence),
    /// Spans of a video.
    Spans(SpanEvidence),
    /// A question and what was answered.
    Answer {
        /// The question.
        question: String,
        /// The right answer.
        truth: String,
        /// The answer given.
        prediction: String,
    },
}

/// Where the picture of a frame is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FramePicture {
    /// A picture by itself.
    File(PathBuf),
    /// A frame of a video, by its number from 0.
    InVideo(PathBuf, usize),
}

impl FramePicture {
    /// The picture of a frame in a folder of videos: `VIDEO/000012.jpg` with six or five digits or none to spare, or
    /// `VIDEO.mp4`.
    pub(crate) fn find(folder: &Path, video: &str, frame: usize) -> Option<Self> {
        let names = [
            format!("{frame:06}"),
            format!("{frame:05}"),
            frame.to_string(),
        ];
        let pictures = names
            .iter()
            .map(|name| folder.join(video).join(format!("{name}.jpg")));
        let picture = pictures.into_iter().find(|path| path.is_file());
        let files = [folder.join(video), folder.join(format!("{video}.mp4"))];
        let file = files.into_iter().find(|path| path.is_file());
        picture
            .map(Self::File)
            .or(file.map(|path| Self::InVideo(path, frame)))
    }

    fn read(&self) -> Option<Frame> {
        match self {
            Self::File(path) => read_image(path, false).ok(),
            Self::InVideo(path, frame) => {
                let source = VideoSource::open(path).ok()?;
                FrameReader::new(source).frame(*frame).ok()
            }
        }
    }
}

/// Masks of a frame.
#[derive(Clone, Debug)]
pub struct MaskEvidence {
    /// Name of the frame, and the words where there are any.
    pub caption: String,
    /// The frame's picture.
    pub image: Option<FramePicture>,
    /// The true mask.
    pub truth: MaskSource,
    /// The predicted mask.
    pub prediction: MaskSource,
}

/// Boxes in a frame.
#[derive(Clone, Debug)]
pub struct BoxEvidence {
    /// Name of the frame, and the words where there are any.
    pub caption: String,
    /// The frame's picture.
    pub image: Option<FramePicture>,
    /// Size of the frame.
    pub size: FrameSize,
    /// The true box.
    pub truth: Option<PreciseBox>,
    /// The predicted box.
    pub prediction: Option<PreciseBox>,
}

/// Spans of a video.
#[derive(Clone, Debug)]
pub struct SpanEvidence {
    /// The words.
    pub text: String,
    /// Where the video ends, in seconds or frames.
    pub length: f64,
    /// True spans.
    pub truth: Vec<Span>,
    /// Predicted spans, best first.
    pub prediction: Vec<Span>,
}

/// Where a mask is found.
#[derive(Clone, Debug)]
pub enum MaskSource {
    /// The pixels of some labels in a label picture.
    Labels {
        /// The picture.
        path: PathBuf,
        /// What its values mean.
        encoding: LabelEncoding,
        /// The labels; none for every value above 0.
        labels: Vec<u8>,
    },
    /// All masks together; none for no pixel.
    Codes(Vec<RunLength>),
}

impl MaskSource {
    /// Reads the mask; `None` where nothing says how large it would be.
    ///
    /// # Errors
    /// What is wrong with the file, or with the masks' sizes.
    pub fn read(&self) -> Result<Option<Mask>, Problem> {
        match self {
            Self::Labels {
                path,
                encoding,
                labels,
            } => {
                let found = Annotation::read(path, *encoding)?.labels;
                let is_member = |value: u8| match labels.as_slice() {
                    [] => value > 0,
                    several => several.contains(&value),
                };
                let mask = Mask::from_values(found.size(), found.labels(), is_member)?;
                Ok(Some(mask))
            }
            Self::Codes(codes) => {
                let mut codes = codes.iter();
                let Some(first) = codes.next() else {
                    return Ok(None);
                };
                let mut union = first.clone();
                for code in codes {
                    union = union.union(code)?;
                }
                Ok(Some(union.decode()))
            }
        }
    }
}

/// The picture of a frame, or a grey one where there is none of this size.
///
/// # Errors
/// A size that no video has: a run-length code of a few bytes may claim 2²⁸ pixels.
pub(crate) fn background(
    image: Option<&FramePicture>,
    (caption, size): (&str, FrameSize),
) -> Result<Frame, Problem> {
    if size.pixel_count() > MOST_PIXELS {
        let reason = format!("{size} pixels are not drawn, {MOST_PIXELS} are the most");
        return Err(Problem::value(caption, reason));
    }
    let read = image.and_then(FramePicture::read);
    let read = read.filter(|frame| frame.size == size);
    Ok(read.unwrap_or_else(|| Frame::filled(size, [64; 3])))
}
