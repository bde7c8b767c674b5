//! KITTI MOTS and MOTSChallenge: masks of cars and pedestrians through a drive (Voigtlaender et al., CVPR 2019).
//!
//! In: `instances_txt/0002.txt`, lines `FRAME TRACK CLASS HEIGHT WIDTH CODE`, which is also the form of results; or
//! `instances/0002/000000.png` of 16 bits, whose value is class × 1000 + instance; and sequence maps. Out: objects by
//! frame; and lines back. Format: the data set's page and VisualComputingInstitute/mots_tools.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use png::{BitDepth, ColorType};
use tubelet_geometry::RunLength;

use crate::error::{DatasetError, Result};
use crate::formats::deep_png::{DeepLabels, pixel_form};
use crate::formats::run_length_json::checked_size;
use crate::formats::text::{in_entry, in_line, number, numbered, read_text, shortened};
use crate::names::{check_name, files, folders};

/// Instances of a class in the values of a picture.
const INSTANCES: u16 = 1000;

/// Largest number of a frame: days of driving.
const LAST_FRAME: usize = 10_000_000;

/// An object in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MotsObject {
    /// Number of its track.
    pub track: u32,
    /// Its class: 1 car, 2 pedestrian, 10 not to be judged.
    pub class: u16,
    /// Its pixels.
    pub mask: RunLength,
}

/// The objects of a sequence by frames, which count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MotsSequence {
    /// Objects of each frame that has any; of pictures, of every frame.
    pub frames: BTreeMap<usize, Vec<MotsObject>>,
}

impl MotsSequence {
    /// Reads a text file, annotation or result.
    ///
    /// # Errors
    /// [`DatasetError::Line`] for a line of another form, and for a track that stands twice in a frame.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = read_text(path)?;
        let mut sequence = Self::default();
        for (line, text) in numbered(&text) {
            let (frame, object) = parse(path, line, text)?;
            let objects = sequence.frames.entry(frame).or_default();
            let same = |other: &&MotsObject| other.track == object.track && object.class != 10;
            if objects.iter().any(|other| same(&other)) {
                let reason = format!("a second mask of track {} in frame {frame}", object.track);
                return Err(in_line(path, line, reason));
            }
            objects.push(object);
        }
        Ok(sequence)
    }

    /// Reads the picture of a frame.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`] for what is no grey PNG.
    pub fn read_picture(path: impl AsRef<Path>) -> Result<Vec<MotsObject>> {
        let labels = DeepLabels::read(path)?;
        let values = labels.distinct().into_iter().filter(|value| *value > 0);
        Ok(values
            .map(|value| MotsObject {
                track: u32::from(value),
                class: value / INSTANCES,
                mask: RunLength::encode(&labels.mask(value)),
            })
            .collect())
    }

    /// Reads the pictures of a sequence, whose names are the numbers of their frames.
    ///
    /// # Errors
    /// [`DatasetError::Entry`] for a name that is no number, and those of [`MotsSequence::read_picture`].
    pub fn read_pictures(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let mut sequence = Self::default();
        for name in picture_names(folder)? {
            let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
            let number = stem.parse().ok().filter(|frame| *frame <= LAST_FRAME);
            let frame = number.ok_or_else(|| {
                let reason = "the name of a picture is the number of its frame";
                in_entry(folder, &name, reason)
            })?;
            let objects = Self::read_picture(folder.join(&name))?;
            sequence.frames.insert(frame, objects);
        }
        Ok(sequence)
    }

    /// Writes a text file, frame by frame.
    ///
    /// # Errors
    /// [`DatasetError::Write`].
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let mut text = String::new();
        for (frame, objects) in &self.frames {
            for MotsObject { track, class, mask } in objects {
                let (height, width) = (mask.size().height, mask.size().width);
                let code = mask.to_text();
                // Writing to a text cannot fail.
                let _ = writeln!(text, "{frame} {track} {class} {height} {width} {code}");
            }
        }
        fs::write(path, text).map_err(|source| DatasetError::Write {
            path: path.to_owned(),
            source,
        })
    }

    /// Numbers of the tracks that are judged, with their classes.
    pub fn tracks(&self) -> BTreeMap<u32, u16> {
        let objects = self.frames.values().flatten();
        let judged = objects.filter(|object| object.class != 10);
        judged.map(|object| (object.track, object.class)).collect()
    }
}

fn parse(path: &Path, line: usize, text: &str) -> Result<(usize, MotsObject)> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [frame, track, class, height, width, code] = parts.as_slice() else {
        let reason = format!(
            "`{}` has {} parts instead of 6",
            shortened(text),
            parts.len()
        );
        return Err(in_line(path, line, reason));
    };
    let refuse = |reason: String| in_line(path, line, reason);
    let size = checked_size(number(path, line, width)?, number(path, line, height)?);
    let mask = RunLength::from_text(size.map_err(refuse)?, code);
    let object = MotsObject {
        track: number(path, line, track)?,
        class: number(path, line, class)?,
        mask: mask.map_err(|error| refuse(error.to_string()))?,
    };
    Ok((frame_number(path, line, frame)?, object))
}

/// The folder of a data set's pictures: its folder `instances`, or itself where it has that name, if what lies below are
/// grey pictures of 16 bits.
pub(crate) fn picture_folder(root: &Path) -> Option<PathBuf> {
    let inner = root.join("instances");
    let real = fs::canonicalize(root).ok()?;
    let folder = if inner.is_dir() {
        inner
    } else if real.ends_with("instances") {
        root.to_owned()
    } else {
        return None;
    };
    let is_deep = |sequence: &String| {
        let sequence = folder.join(sequence);
        let names = picture_names(&sequence).unwrap_or_default();
        let form = names
            .first()
            .and_then(|name| pixel_form(&sequence.join(name)));
        form == Some((ColorType::Grayscale, BitDepth::Sixteen))
    };
    let found = folders(&folder).ok()?.iter().any(is_deep);
    found.then_some(folder)
}

/// Names of the PNGs in a folder.
pub(crate) fn picture_names(folder: &Path) -> Result<Vec<String>> {
    let mut names = files(folder)?;
    names.retain(|name| {
        let ending = Path::new(name).extension();
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
    });
    Ok(names)
}

/// The number of a frame. All frames up to the last are judged, so that there must be an end to them.
fn frame_number(path: &Path, line: usize, text: &str) -> Result<usize> {
    let frame = number(path, line, text)?;
    if frame > LAST_FRAME {
        let reason = format!("frame {frame}, where {LAST_FRAME} is the last that a drive may have");
        return Err(in_line(path, line, reason));
    }
    Ok(frame)
}

/// A line of a sequence map: which frames of a sequence are judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MotsRange {
    /// Name of the sequence, such as `0002`.
    pub sequence: String,
    /// First frame.
    pub first: usize,
    /// Last frame, which belongs to it.
    pub last: usize,
}

impl MotsRange {
    /// Reads a sequence map such as `val.seqmap`, lines `SEQUENCE empty FIRST LAST`.
    ///
    /// # Errors
    /// [`DatasetError::Line`] for a line of another form.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let text = read_text(path)?;
        let ranges = numbered(&text).map(|(line, text)| {
            let parts: Vec<&str> = text.split_whitespace().collect();
            let [sequence, _, first, last] = parts.as_slice() else {
                let reason = format!(
                    "`{}` has {} parts instead of 4",
                    shortened(text),
                    parts.len()
                );
                return Err(in_line(path, line, reason));
            };
            check_name(sequence).map_err(|error| in_line(path, line, error.to_string()))?;
            Ok(Self {
                sequence: (*sequence).to_owned(),
                first: frame_number(path, line, first)?,
                last: frame_number(path, line, last)?,
            })
        });
        ranges.collect()
    }
}
