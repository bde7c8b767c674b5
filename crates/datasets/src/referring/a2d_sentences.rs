//! A2D-Sentences: sentences about actors and their actions (Gavrilyuk et al., CVPR 2018).
//!
//! In: `a2d_annotation.txt`, `a2d_missed_videos.txt`, `Release/videoset.csv` and one HDF5 file for each annotated frame.
//! Out: sentences, and the masks of a frame. The row with instance `1 (copy)` is a slip of the authors that evaluators
//! leave out; it is reported, not read. Frames are numbered from 1, as in the file names. Format: the authors' page and
//! MTTR's loader.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tubelet_geometry::{FrameSize, Mask};

use crate::annotated_box::AnnotatedBox;
use crate::error::{DatasetError, Result};
use crate::formats::hierarchical::{Array, ArrayFile};
use crate::formats::run_length_json::checked_size;
use crate::formats::tables::Table;
use crate::formats::text::{damaged, in_line, numbered, read_text};
use crate::names::{check_name, files};

/// A sentence about one actor of a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct A2dSentence {
    /// Name of the video.
    pub video: String,
    /// Number of the actor, as the frames' `instance` lists it.
    pub instance: u32,
    /// The words.
    pub text: String,
}

impl A2dSentence {
    /// Name under which evaluators know a sentence in a frame.
    pub fn image_id(&self, frame: u32) -> String {
        format!("v_{}_f_{frame}_i_{}", self.video, self.instance)
    }
}

/// Which part a video belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum A2dSubset {
    /// For training.
    Train,
    /// For evaluation.
    Test,
}

/// The actors of an annotated frame.
#[derive(Clone, Debug, PartialEq)]
pub struct A2dFrame {
    /// Width and height.
    pub size: FrameSize,
    /// The actors.
    pub actors: Vec<A2dActor>,
}

/// An actor in a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct A2dActor {
    /// Its number in the video.
    pub instance: u32,
    /// Its pixels.
    pub mask: Mask,
    /// Its box, where the file has one.
    pub edges: Option<AnnotatedBox>,
}

/// The folder of A2D-Sentences.
#[derive(Clone, Debug)]
pub struct A2dSentences {
    texts: PathBuf,
    sentences: Vec<A2dSentence>,
    slips: Vec<String>,
    missed: BTreeSet<String>,
    subsets: BTreeMap<String, A2dSubset>,
}

impl A2dSentences {
    /// Opens the folder, or the one of its text annotations.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where there are no sentences, [`DatasetError::Line`] for a row of another form.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let texts = [path.to_owned(), path.join("text_annotations")];
        let texts = texts
            .into_iter()
            .find(|it| it.join("a2d_annotation.txt").is_file());
        let texts = texts.ok_or_else(|| DatasetError::Layout {
            path: path.to_owned(),
            dataset: "A2D-Sentences",
            reason: "there is no `a2d_annotation.txt`".into(),
        })?;
        let mut opened = Self {
            sentences: Vec::new(),
            slips: Vec::new(),
            missed: BTreeSet::new(),
            subsets: BTreeMap::new(),
            texts,
        };
        opened.read_sentences()?;
        let missed = opened.texts.join("a2d_missed_videos.txt");
        if missed.is_file() {
            let text = read_text(&missed)?;
            opened.missed = numbered(&text).map(|(_, name)| name.to_owned()).collect();
        }
        let videos = path.join("Release/videoset.csv");
        if videos.is_file() {
            opened.read_subsets(&videos)?;
        }
        Ok(opened)
    }

    fn read_sentences(&mut self) -> Result<()> {
        let path = self.texts.join("a2d_annotation.txt");
        let table = Table::read(&path)?;
        let video = table.column("video_id")?;
        let instance = table.column("instance_id")?;
        let query = table.column("query")?;
        for row in table.rows() {
            let refuse = |reason: String| in_line(&path, row.line, reason);
            check_name(row.text(video)).map_err(|error| refuse(error.to_string()))?;
            if row.text(instance).ends_with("(copy)") {
                self.slips
                    .push(format!("line {}: {}", row.line, row.shown()));
                continue;
            }
            self.sentences.push(A2dSentence {
                video: row.text(video).to_owned(),
                instance: row.number(instance)?,
                text: row.text(query).to_owned(),
            });
        }
        Ok(())
    }

    fn read_subsets(&mut self, path: &Path) -> Result<()> {
        const SUBSET: usize = 8;
        for row in Table::read_rows(path)?.rows() {
            let subset = match row.text(SUBSET) {
                "0" => A2dSubset::Train,
                "1" => A2dSubset::Test,
                other => {
                    let reason = format!("`{other}` is no subset (0 train, 1 test)");
                    return Err(in_line(path, row.line, reason));
                }
            };
            self.subsets.insert(row.text(0).to_owned(), subset);
        }
        Ok(())
    }

    /// All sentences but the slips, in the order of the file.
    pub fn sentences(&self) -> &[A2dSentence] {
        &self.sentences
    }

    /// The sentences that evaluators use: those of a subset, without the videos that the authors lost.
    pub fn sentences_of(&self, subset: A2dSubset) -> impl Iterator<Item = &A2dSentence> {
        self.sentences.iter().filter(move |sentence| {
            !self.missed.contains(&sentence.video)
                && self.subsets.get(&sentence.video) == Some(&subset)
        })
    }

    /// Rows that are known slips and were left out.
    pub fn slips(&self) -> &[String] {
        &self.slips
    }

    /// Videos that the authors lost.
    pub fn missed_videos(&self) -> &BTreeSet<String> {
        &self.missed
    }

    /// Numbers of the annotated frames of a video, from 1.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, [`DatasetError::Read`].
    pub fn annotated_frames(&self, video: &str) -> Result<Vec<u32>> {
        check_name(video)?;
        let names = files(&self.masks().join(video))?;
        let numbers = names
            .iter()
            .filter_map(|name| name.strip_suffix(".h5")?.parse().ok());
        Ok(numbers.collect())
    }

    /// The actors of an annotated frame.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, [`DatasetError::Bytes`] for a file of another form.
    pub fn frame(&self, video: &str, frame: u32) -> Result<A2dFrame> {
        check_name(video)?;
        let name = format!("{frame:05}.h5");
        A2dFrame::read(self.masks().join(video).join(name))
    }

    fn masks(&self) -> PathBuf {
        self.texts.join("a2d_annotation_with_instances")
    }
}

impl A2dFrame {
    /// Reads the file of a frame.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`] for a file of another form.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = ArrayFile::open(path)?;
        let refuse = |reason: String| damaged(path, 0, reason);
        let instances = file.array("instance")?.values;
        let masks = file.array("reMask")?;
        // MATLAB wrote columns first: actors, then columns, then rows. A single actor has no axis of its own.
        let (actors, width, height) = match masks.shape.as_slice() {
            [width, height] => (1, *width, *height),
            [actors, width, height] => (*actors, *width, *height),
            other => return Err(refuse(format!("`reMask` has the shape {other:?}"))),
        };
        let size = checked_size(width, height).map_err(refuse)?;
        if actors != instances.len() {
            let reason = format!("{actors} masks for {} instances", instances.len());
            return Err(refuse(reason));
        }
        let boxes = file.array("reBBox").ok();
        let planes = masks.values.chunks_exact(size.pixel_count());
        let actors = planes
            .zip(&instances)
            .enumerate()
            .map(|(index, (plane, number))| {
                if !(number.fract() == 0.0 && (0.0..=1e6).contains(number)) {
                    return Err(refuse(format!("`{number}` is no number of an instance")));
                }
                let bytes: Vec<u8> = plane.iter().map(|value| u8::from(*value != 0.0)).collect();
                let columns = Mask::from_bytes(FrameSize::new(height, width), &bytes)?;
                Ok(A2dActor {
                    instance: *number as u32,
                    mask: columns.transpose(),
                    edges: boxes
                        .as_ref()
                        .and_then(|boxes| edges(boxes, index, instances.len())),
                })
            });
        Ok(Self {
            size,
            actors: actors.collect::<Result<_>>()?,
        })
    }

    /// The actor of a number.
    pub fn actor(&self, instance: u32) -> Option<&A2dActor> {
        self.actors.iter().find(|actor| actor.instance == instance)
    }
}

/// A column of the four rows left, top, right and bottom.
fn edges(boxes: &Array, actor: usize, actors: usize) -> Option<AnnotatedBox> {
    let side = |row: usize| boxes.values.get(row * actors + actor).copied();
    let edges = [side(0)?, side(1)?, side(2)?, side(3)?];
    let all = boxes.values.len() == 4 * actors && edges.iter().all(|edge| edge.is_finite());
    all.then(|| AnnotatedBox::from_edges(edges))
}
