//! GOT-10k: one object of any kind, followed by a box (Huang et al., TPAMI 2021).
//!
//! In: a folder with `train`, `val` or `test`, whose sequences hold `00000001.jpg`, `groundtruth.txt`, `absence.label`,
//! `cover.label`, `cut_by_image.label` and `meta_info.ini`. Out: sequences with their boxes, frame by frame. Boxes may be
//! separated by commas (as released) or by white space (as tools write them). Format: got-10k/toolkit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tubelet_geometry::FrameSize;
use tubelet_video::{Frame, read_image};

use crate::annotated_box::AnnotatedBox;
use crate::error::{DatasetError, Result};
use crate::formats::run_length_json::checked_size;
use crate::formats::text::{finite, in_line, number, numbered, read_text, shortened};
use crate::names::{check_name, files, folders};

/// A split of GOT-10k.
#[derive(Clone, Debug)]
pub struct Got10k {
    root: PathBuf,
}

impl Got10k {
    /// Opens a split, from the folder of all splits or its own.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where no sequence is there.
    pub fn open(path: impl AsRef<Path>, split: &str) -> Result<Self> {
        check_name(split)?;
        let path = path.as_ref();
        for root in [path.join(split), path.to_owned()] {
            let opened = Self { root };
            if opened.root.is_dir() && !opened.sequences()?.is_empty() {
                return Ok(opened);
            }
        }
        Err(DatasetError::Layout {
            path: path.to_owned(),
            dataset: "GOT-10k",
            reason: format!("no folder with a `groundtruth.txt`, neither in it nor in `{split}`"),
        })
    }

    /// The folder of the split.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Names of the sequences on the disk, in the order of `list.txt` where there is one.
    ///
    /// # Errors
    /// [`DatasetError::Read`], [`DatasetError::Line`] for a line of the list that is no name.
    pub fn sequences(&self) -> Result<Vec<String>> {
        let is_sequence = |name: &String| self.root.join(name).join("groundtruth.txt").is_file();
        let list = self.root.join("list.txt");
        let names = if list.is_file() {
            let text = read_text(&list)?;
            let names = numbered(&text).map(|(line, name)| {
                check_name(name)
                    .map(|()| name.to_owned())
                    .map_err(|error| in_line(&list, line, error.to_string()))
            });
            names.collect::<Result<Vec<String>>>()?
        } else {
            folders(&self.root)?
        };
        Ok(names.into_iter().filter(is_sequence).collect())
    }

    /// A sequence by name.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, and those of [`Got10kSequence::read`].
    pub fn sequence(&self, name: &str) -> Result<Got10kSequence> {
        check_name(name)?;
        Got10kSequence::read(self.root.join(name))
    }
}

/// One object in one video.
#[derive(Clone, Debug, PartialEq)]
pub struct Got10kSequence {
    /// Name of the sequence.
    pub name: String,
    /// Its box in each frame; in the test split only in the first.
    pub boxes: Vec<AnnotatedBox>,
    /// What is noted about each annotated frame; empty where all files of notes are missing.
    pub notes: Vec<Got10kNote>,
    /// Width and height, where `meta_info.ini` has them.
    pub size: Option<FrameSize>,
    /// What else `meta_info.ini` says, such as `object_class`.
    pub meta: BTreeMap<String, String>,
    images: Vec<PathBuf>,
}

/// What is noted about a frame; `None` where the file of it is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Got10kNote {
    /// Whether the object is gone (`absence.label`).
    pub is_absent: Option<bool>,
    /// How much of it is seen, from 0, nothing, to 8, all (`cover.label`).
    pub cover: Option<u8>,
    /// Whether it reaches beyond the picture (`cut_by_image.label`).
    pub is_cut: Option<bool>,
}

impl Got10kSequence {
    /// Reads the folder of a sequence.
    ///
    /// # Errors
    /// [`DatasetError::Line`] for a line of another form, [`DatasetError::Layout`] where labels and boxes disagree in
    /// number.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let boxes = read_boxes(&folder.join("groundtruth.txt"))?;
        let meta = folder.join("meta_info.ini");
        let meta = if meta.is_file() {
            read_meta(&meta)?
        } else {
            BTreeMap::new()
        };
        let images = files(folder)?.into_iter().filter(|name| is_picture(name));
        Ok(Self {
            name: name.into_owned(),
            notes: read_notes(folder, boxes.len())?,
            size: meta.get("resolution").and_then(|text| resolution(text)),
            images: images.map(|name| folder.join(name)).collect(),
            meta,
            boxes,
        })
    }

    /// Number of pictures on the disk.
    pub fn images(&self) -> usize {
        self.images.len()
    }

    /// The picture of a frame, from 0; `None` where it is not on the disk.
    pub fn image_path(&self, frame: usize) -> Option<&Path> {
        self.images.get(frame).map(PathBuf::as_path)
    }

    /// Reads the picture of a frame, from 0.
    ///
    /// # Errors
    /// [`DatasetError::NoFrame`], or what is wrong with the file.
    pub fn image(&self, frame: usize) -> Result<Frame> {
        let path = self
            .images
            .get(frame)
            .ok_or_else(|| DatasetError::NoFrame {
                sequence: self.name.clone(),
                frame,
                frames: self.images.len(),
            })?;
        let picture = read_image(path, false)?;
        Ok(Frame {
            index: frame,
            ..picture
        })
    }
}

fn is_picture(name: &str) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| {
        ["jpg", "jpeg", "png"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// Reads boxes, one a line: left, top, width and height.
pub(super) fn read_boxes(path: &Path) -> Result<Vec<AnnotatedBox>> {
    let text = read_text(path)?;
    numbered(&text)
        .map(|(line, text)| {
            let cells = text.split(|it: char| it == ',' || it.is_whitespace());
            let numbers = cells
                .filter(|cell| !cell.is_empty())
                .map(|cell| finite(path, line, cell));
            let numbers: Vec<f64> = numbers.collect::<Result<_>>()?;
            let numbers = <[f64; 4]>::try_from(numbers).map_err(|numbers| {
                let reason = format!(
                    "{} numbers in `{}`, a box has 4",
                    numbers.len(),
                    shortened(text)
                );
                in_line(path, line, reason)
            })?;
            Ok(AnnotatedBox::from_corner_and_size(numbers))
        })
        .collect()
}

fn read_notes(folder: &Path, frames: usize) -> Result<Vec<Got10kNote>> {
    let [absence, cover, cut] = ["absence.label", "cover.label", "cut_by_image.label"]
        .map(|name| read_labels(&folder.join(name), frames));
    let (absence, covers, cuts) = (absence?, cover?, cut?);
    if let Some(line) = covers.iter().flatten().position(|cover| *cover > 8) {
        let path = folder.join("cover.label");
        return Err(in_line(&path, line + 1, "a cover above 8"));
    }
    if absence.is_none() && covers.is_none() && cuts.is_none() {
        return Ok(Vec::new());
    }
    let at = |labels: &Option<Vec<u8>>, frame: usize| labels.as_ref()?.get(frame).copied();
    let notes = (0..frames).map(|frame| Got10kNote {
        is_absent: at(&absence, frame).map(|label| label != 0),
        cover: at(&covers, frame),
        is_cut: at(&cuts, frame).map(|label| label != 0),
    });
    Ok(notes.collect())
}

/// Reads a label for each frame; `None` where there is no file.
fn read_labels(path: &Path, frames: usize) -> Result<Option<Vec<u8>>> {
    if !path.is_file() {
        return Ok(None);
    }
    let text = read_text(path)?;
    let labels = numbered(&text).map(|(line, text)| number(path, line, text));
    let labels: Vec<u8> = labels.collect::<Result<_>>()?;
    if labels.len() == frames {
        return Ok(Some(labels));
    }
    Err(DatasetError::Layout {
        path: path.to_owned(),
        dataset: "GOT-10k",
        reason: format!("{} labels for {frames} boxes", labels.len()),
    })
}

/// Reads `key: value` or `key=value` lines below `[METAINFO]`.
fn read_meta(path: &Path) -> Result<BTreeMap<String, String>> {
    let text = read_text(path)?;
    let mut meta = BTreeMap::new();
    for (line, text) in numbered(&text) {
        if text.starts_with(['[', '#', ';']) {
            continue;
        }
        let Some((key, value)) = text.split_once([':', '=']) else {
            let reason = format!("`{}` is no key and value", shortened(text));
            return Err(in_line(path, line, reason));
        };
        meta.insert(key.trim().to_owned(), value.trim().to_owned());
    }
    Ok(meta)
}

/// The size in `(1920, 1080)`.
fn resolution(text: &str) -> Option<FrameSize> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    let (width, height) = inner.split_once(',')?;
    checked_size(width.trim().parse().ok()?, height.trim().parse().ok()?).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_keys_of_written_meta_files_are_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "[METAINFO]\nurl: https://a.b/c\nresolution: (1920, 1080)\nobject_class: bear\n";
        std::fs::write(file.path(), text).unwrap();
        let meta = read_meta(file.path()).unwrap();
        assert_eq!(meta["url"], "https://a.b/c");
        assert_eq!(
            resolution(&meta["resolution"]),
            Some(FrameSize::new(1920, 1080))
        );
        for text in ["", "(1)", "(1,-2)", "(0,0)", "(1,2,3)"] {
            assert_eq!(resolution(text), None);
        }
    }
}
