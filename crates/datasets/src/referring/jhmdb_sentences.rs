//! JHMDB-Sentences: one sentence for each video of J-HMDB (Gavrilyuk et al., CVPR 2018).
//!
//! In: `jhmdb_annotation.txt`, MTTR's list of the three evaluated frames of each video, and J-HMDB's puppet masks
//! (`puppet_mask.mat`, MATLAB 5). Out: sentences, evaluated frames, and their masks. Frames are numbered from 1 in file
//! names and from 0 in masks.

use std::path::{Path, PathBuf};

use tubelet_geometry::{FrameSize, Mask};

use crate::error::{DatasetError, Result};
use crate::formats::json::read_json;
use crate::formats::matlab::{NumberArray, read_array};
use crate::formats::run_length_json::checked_size;
use crate::formats::tables::Table;
use crate::formats::text::{damaged, in_entry, in_line};
use crate::names::{check_name, check_relative};

/// A sentence about the person of a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JhmdbSentence {
    /// Name of the video.
    pub video: String,
    /// The words.
    pub text: String,
}

/// A frame in which a sentence is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JhmdbSample {
    /// Name of the video.
    pub video: String,
    /// Number of the frame, from 1, as in its file name.
    pub frame: usize,
    /// Number of frames of the video.
    pub frames: usize,
    /// Its picture.
    pub image: PathBuf,
    /// The masks of all frames of the video.
    pub masks: PathBuf,
    /// The words.
    pub text: String,
}

impl JhmdbSample {
    /// Name under which evaluators know the frame.
    pub fn image_id(&self) -> String {
        format!("v_{}_f_{}", self.video, self.frame)
    }

    /// The person's mask.
    ///
    /// # Errors
    /// Those of [`PuppetMasks::read`]; [`DatasetError::NoFrame`] where the file has too few frames.
    pub fn mask(&self) -> Result<Mask> {
        let masks = PuppetMasks::read(&self.masks)?;
        masks
            .mask(self.frame.saturating_sub(1))
            .ok_or_else(|| DatasetError::NoFrame {
                sequence: self.video.clone(),
                frame: self.frame.saturating_sub(1),
                frames: masks.frames(),
            })
    }
}

/// The folder of JHMDB-Sentences.
#[derive(Clone, Debug)]
pub struct JhmdbSentences {
    sentences: Vec<JhmdbSentence>,
    samples: Vec<JhmdbSample>,
}

/// Folder that MTTR's paths begin with, whatever it is called on the disk.
const LISTED_ROOT: &str = "./jhmdb_sentences/";

impl JhmdbSentences {
    /// Opens the folder. The list of evaluated frames may be missing.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where there are no sentences, and what is wrong with the files.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let root = path.as_ref();
        let texts = root.join("jhmdb_annotation.txt");
        if !texts.is_file() {
            return Err(DatasetError::Layout {
                path: root.to_owned(),
                dataset: "JHMDB-Sentences",
                reason: "there is no `jhmdb_annotation.txt`".into(),
            });
        }
        let list = root.join("jhmdb_sentences_samples_metadata.json");
        Ok(Self {
            sentences: sentences(&texts)?,
            samples: if list.is_file() {
                samples(root, &list)?
            } else {
                Vec::new()
            },
        })
    }

    /// One sentence for each video.
    pub fn sentences(&self) -> &[JhmdbSentence] {
        &self.sentences
    }

    /// The evaluated frames; none where their list is missing.
    pub fn samples(&self) -> &[JhmdbSample] {
        &self.samples
    }
}

fn sentences(path: &Path) -> Result<Vec<JhmdbSentence>> {
    let table = Table::read(path)?;
    let (video, query) = (table.column("video_id")?, table.column("query")?);
    let sentences = table.rows().map(|row| {
        check_name(row.text(video)).map_err(|error| in_line(path, row.line, error.to_string()))?;
        Ok(JhmdbSentence {
            video: row.text(video).to_owned(),
            text: row.text(query).to_owned(),
        })
    });
    sentences.collect()
}

/// A row of the list: video, picture, masks, number of frames, sentence.
type Listed = (String, String, String, usize, String);

fn samples(root: &Path, path: &Path) -> Result<Vec<JhmdbSample>> {
    let list: Vec<Listed> = read_json(path)?;
    let samples = list.into_iter().enumerate().map(|(index, listed)| {
        let (video, image, masks, frames, text) = listed;
        let refuse = |reason: String| in_entry(path, index, reason);
        let inside = |path: &str| {
            let relative = path.strip_prefix(LISTED_ROOT).unwrap_or(path);
            check_relative(relative).map_err(|error| refuse(error.to_string()))?;
            Ok::<_, DatasetError>(root.join(relative))
        };
        let image = inside(&image)?;
        let frame = image
            .file_stem()
            .and_then(|stem| stem.to_str()?.parse().ok());
        Ok(JhmdbSample {
            frame: frame.ok_or_else(|| refuse(format!("no frame in {}", image.display())))?,
            masks: inside(&masks)?,
            video,
            frames,
            image,
            text,
        })
    });
    samples.collect()
}

/// The person's masks in all frames of a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PuppetMasks {
    size: FrameSize,
    array: NumberArray,
}

impl PuppetMasks {
    /// Reads a `puppet_mask.mat`.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`] for a file of another form.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let array = read_array(path, "part_mask")?;
        // Height, width, frames; MATLAB drops the last axis where it has one element.
        let (width, height) = match array.shape.as_slice() {
            [height, width] | [height, width, _] => (*width, *height),
            other => {
                let reason = format!("`part_mask` has the shape {other:?}");
                return Err(damaged(path, 0, reason));
            }
        };
        let size = checked_size(width, height).map_err(|reason| damaged(path, 0, reason))?;
        Ok(Self { size, array })
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.array.shape.get(2).copied().unwrap_or(1)
    }

    /// The mask of a frame, from 0; `None` past the end.
    pub fn mask(&self, frame: usize) -> Option<Mask> {
        let pixels = self.size.pixel_count();
        let plane = self.array.is_set.chunks_exact(pixels).nth(frame)?;
        let bytes: Vec<u8> = plane.iter().map(|is_set| u8::from(*is_set)).collect();
        let columns = FrameSize::new(self.size.height, self.size.width);
        Some(Mask::from_bytes(columns, &bytes).ok()?.transpose())
    }
}
