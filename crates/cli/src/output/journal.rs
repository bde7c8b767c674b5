//! Finished masks, written down one by one, so that nothing is lost when the program is stopped.
//!
//! In: records in the order in which they are predicted. Out: `tracks.partial.jsonl`, a line each, and the same
//! records in the order of frames. A corrected frame replaces its earlier record. Masks are never all in memory.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tubelet_geometry::{BoundingBox, FrameSize, Mask, RunLength};

use super::place::set_aside;
use crate::failure::Failure;

/// One object in one frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The object.
    pub(crate) object: u32,
    /// Frame, from 0.
    pub(crate) frame: usize,
    /// Seconds since the start of the clip.
    pub(crate) time: f64,
    /// Left, top, right, bottom in pixels; absent when the mask is empty.
    #[serde(rename = "box")]
    pub(crate) bounds: Option<[f32; 4]>,
    /// Pixels of the mask.
    pub(crate) area: usize,
    /// Expected intersection over union of the mask with the object, 0 to 1.
    pub(crate) score: f32,
    /// Probability that the object is in the frame.
    pub(crate) presence: f32,
    /// The mask.
    pub(crate) mask: RunLengthText,
}

/// A mask in COCO's compressed run-length form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunLengthText {
    /// Height, width.
    pub(crate) size: [usize; 2],
    /// Column-major run lengths as text.
    pub(crate) counts: String,
}

impl RunLengthText {
    /// The form of `mask` for the file.
    pub(crate) fn of(mask: &RunLength) -> Self {
        let size = mask.size();
        Self {
            size: [size.height, size.width],
            counts: mask.to_text(),
        }
    }

    /// The mask itself.
    ///
    /// # Errors
    /// When the text is not a mask of the stated size.
    pub(crate) fn decode(&self) -> Result<Mask, Failure> {
        let size = FrameSize {
            width: self.size[1],
            height: self.size[0],
        };
        Ok(RunLength::from_text(size, &self.counts)?.decode())
    }
}

/// Edges of a box as they stand in files.
pub(crate) fn edges(bounds: BoundingBox) -> [f32; 4] {
    [bounds.left, bounds.top, bounds.right, bounds.bottom]
}

/// The file of records.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    writer: BufWriter<File>,
    reader: File,
    written: u64,
    places: BTreeMap<(usize, u32), (u64, usize)>,
}

impl Journal {
    /// Starts `tracks.partial.jsonl` in `folder`. One that a killed run left is kept as `tracks.partial.1.jsonl`, or
    /// under a later number.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub(crate) fn create(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("tracks.partial.jsonl");
        set_aside(&path, ("tracks.partial", "jsonl"))?;
        let writer = File::create(&path).map_err(Failure::writing(&path))?;
        let reader = File::open(&path).map_err(Failure::reading(&path))?;
        Ok(Self {
            path,
            writer: BufWriter::new(writer),
            reader,
            written: 0,
            places: BTreeMap::new(),
        })
    }

    /// The file, while records come.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes one record down; it is on its way to disk when this returns.
    ///
    /// # Errors
    /// When the disk refuses it.
    pub(crate) fn add(&mut self, record: &Record) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.writer
            .write_all(&line)
            .and_then(|()| self.writer.flush())
            .map_err(Failure::writing(&self.path))?;
        self.places
            .insert((record.frame, record.object), (self.written, line.len()));
        self.written += line.len() as u64;
        Ok(())
    }

    /// Frames that have records, in order.
    pub(crate) fn frames(&self) -> Vec<usize> {
        let mut frames: Vec<_> = self.places.keys().map(|&(frame, _)| frame).collect();
        frames.dedup();
        frames
    }

    /// Objects that have records, in order.
    pub(crate) fn objects(&self) -> Vec<u32> {
        let mut objects: Vec<_> = self.places.keys().map(|&(_, object)| object).collect();
        objects.sort_unstable();
        objects.dedup();
        objects
    }

    /// The records of one frame, by object.
    ///
    /// # Errors
    /// When they cannot be read back.
    pub(crate) fn of_frame(&self, frame: usize) -> Result<Vec<Record>, Failure> {
        self.places
            .range((frame, 0)..=(frame, u32::MAX))
            .map(|(_, &place)| self.read(place))
            .collect()
    }

    /// The records of one object, by frame.
    pub(crate) fn of_object(
        &self,
        object: u32,
    ) -> impl Iterator<Item = Result<Record, Failure>> + '_ {
        self.places
            .iter()
            .filter(move |((_, other), _)| *other == object)
            .map(|(_, &place)| self.read(place))
    }

    /// Removes the file: its records are in `tracks.json`.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        std::fs::remove_file(&self.path).map_err(Failure::writing(&self.path))
    }

    fn read(&self, (start, length): (u64, usize)) -> Result<Record, Failure> {
        let mut line = vec![0; length];
        let mut reader = &self.reader;
        reader
            .seek(SeekFrom::Start(start))
            .and_then(|_| reader.read_exact(&mut line))
            .map_err(Failure::reading(&self.path))?;
        Ok(serde_json::from_slice(&line)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(object: u32, frame: usize, area: usize) -> Record {
        Record {
            object,
            frame,
            time: frame as f64 / 25.0,
            bounds: None,
            area,
            score: 0.5,
            presence: 0.5,
            mask: RunLengthText {
                size: [1, 4],
                counts: "4".to_owned(),
            },
        }
    }

    #[test]
    fn records_come_back_in_the_order_of_frames_and_the_last_word_counts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut journal = Journal::create(folder.path()).expect("a journal");
        for (object, frame, area) in [(2, 5, 1), (1, 5, 2), (1, 4, 3)] {
            journal.add(&record(object, frame, area)).expect("written");
        }
        assert_eq!(journal.of_frame(5).expect("read")[1].area, 1);
        journal.add(&record(1, 5, 9)).expect("written");
        assert_eq!(journal.frames(), [4, 5]);
        assert_eq!(journal.objects(), [1, 2]);
        let areas: Vec<_> = journal
            .of_object(1)
            .map(|record| record.expect("read").area)
            .collect();
        assert_eq!(areas, [3, 9]);
    }
}
