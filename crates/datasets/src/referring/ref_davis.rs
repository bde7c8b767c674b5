//! Ref-DAVIS-2017: sentences about the objects of DAVIS 2017 (Khoreva et al., ACCV 2018).
//!
//! In: the four text files `Davis17_annotN[_full_video].txt`, whose lines are `VIDEO OBJECT "SENTENCE"`. Out: sentences.
//! The masks are those of [`Davis`](crate::Davis). Files of the second annotator are Latin-1, and three videos are
//! misspelt; both is put right.

use std::path::{Path, PathBuf};

use crate::error::{DatasetError, Result};
use crate::formats::text::{in_line, number, numbered, read_text_or_latin, shortened};
use crate::names::check_name;

/// File names, in the order in which evaluators number the annotators.
const FILES: [&str; 4] = [
    "Davis17_annot1.txt",
    "Davis17_annot1_full_video.txt",
    "Davis17_annot2.txt",
    "Davis17_annot2_full_video.txt",
];

/// Names as the files spell them, and as the videos are called.
const MISSPELT: [(&str, &str); 3] = [
    ("clasic-car", "classic-car"),
    ("dog-scale", "dogs-scale"),
    ("motor-bike", "motorbike"),
];

/// A sentence about an object of DAVIS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DavisExpression {
    /// Name of the video.
    pub video: String,
    /// The object's value in the annotations.
    pub object: u8,
    /// The words.
    pub text: String,
}

impl DavisExpression {
    /// Reads a file of sentences.
    ///
    /// # Errors
    /// [`DatasetError::Line`] for a line of another form.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let text = read_text_or_latin(path)?;
        numbered(&text)
            .map(|(line, text)| parse(path, line, text))
            .collect()
    }
}

fn parse(path: &Path, line: usize, text: &str) -> Result<DavisExpression> {
    let refuse = |reason: String| in_line(path, line, reason);
    let mut parts = text.splitn(3, char::is_whitespace);
    let (Some(video), Some(object), Some(sentence)) = (parts.next(), parts.next(), parts.next())
    else {
        let reason = format!("`{}` is no video, object and sentence", shortened(text));
        return Err(refuse(reason));
    };
    let repaired = MISSPELT.iter().find(|(misspelt, _)| *misspelt == video);
    let video = repaired.map_or(video, |(_, name)| name);
    check_name(video).map_err(|error| refuse(error.to_string()))?;
    let object = number(path, line, object)?;
    if object == 0 {
        return Err(refuse("object 0 is the background".to_owned()));
    }
    let sentence = sentence.trim();
    let inner = sentence.strip_prefix('"').unwrap_or(sentence);
    Ok(DavisExpression {
        video: video.to_owned(),
        object,
        text: inner.strip_suffix('"').unwrap_or(inner).trim().to_owned(),
    })
}

/// Who wrote a sentence, and what they saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DavisAnnotator {
    /// First annotator, who saw the first frame.
    FirstByFrame,
    /// First annotator, who saw the whole video.
    FirstByVideo,
    /// Second annotator, who saw the first frame.
    SecondByFrame,
    /// Second annotator, who saw the whole video.
    SecondByVideo,
}

impl DavisAnnotator {
    /// All four, in the order in which evaluators number them: sentence `4 * (object - 1) + i` of a video is number
    /// `i`'s.
    pub const ALL: [Self; 4] = [
        Self::FirstByFrame,
        Self::FirstByVideo,
        Self::SecondByFrame,
        Self::SecondByVideo,
    ];

    /// Name of the file.
    pub fn file_name(self) -> &'static str {
        let [first, first_video, second, second_video] = FILES;
        match self {
            Self::FirstByFrame => first,
            Self::FirstByVideo => first_video,
            Self::SecondByFrame => second,
            Self::SecondByVideo => second_video,
        }
    }
}

/// The folder of the four files.
#[derive(Clone, Debug)]
pub struct RefDavis {
    folder: PathBuf,
}

impl RefDavis {
    /// Opens the folder of the text files, or the one around it.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where none of the files is there.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let places = [path.to_owned(), path.join("davis_text_annotations")];
        let holds_file = |place: &PathBuf| FILES.iter().any(|name| place.join(name).is_file());
        let folder = places.into_iter().find(holds_file);
        folder
            .map(|folder| Self { folder })
            .ok_or_else(|| DatasetError::Layout {
                path: path.to_owned(),
                dataset: "Ref-DAVIS-2017",
                reason: format!("none of {} is there", FILES.join(", ")),
            })
    }

    /// The sentences of an annotator, in the order of the file.
    ///
    /// # Errors
    /// Those of [`DavisExpression::read_all`].
    pub fn expressions(&self, annotator: DavisAnnotator) -> Result<Vec<DavisExpression>> {
        DavisExpression::read_all(self.folder.join(annotator.file_name()))
    }
}
