//! Writing of data sets and results in the form of DAVIS 2017.
//!
//! In: frames and labels, one at a time. Out: `JPEGImages`, `Annotations` and `ImageSets`, an MP4 for each sequence if
//! wanted; or a folder of label pictures, as evaluators read results.

use std::fs;
use std::path::{Path, PathBuf};

use tubelet_video::{Frame, LabelMap, VideoWriter, WriteOptions};

use crate::error::{DatasetError, Result};
use crate::names::check_name;

/// JPEG quality of written frames; DAVIS itself is about as good.
const QUALITY: u8 = 95;

/// A data set being written.
#[derive(Debug)]
pub struct DavisWriter {
    root: PathBuf,
    list: String,
    names: Vec<String>,
    with_video: bool,
}

impl DavisWriter {
    /// Begins a data set whose sequences are listed in `ImageSets/2017/<list>.txt`.
    ///
    /// # Errors
    /// [`DatasetError::Write`] where a folder cannot be made, [`DatasetError::SequenceName`] for a list that is a path.
    pub fn create(root: impl AsRef<Path>, list: &str) -> Result<Self> {
        check_name(list)?;
        let root = root.as_ref().to_owned();
        make(&root.join("ImageSets/2017"))?;
        Ok(Self {
            root,
            list: list.to_owned(),
            names: Vec::new(),
            with_video: false,
        })
    }

    /// Also writes `Videos/480p/<sequence>.mp4`.
    pub fn with_video(self) -> Self {
        Self {
            with_video: true,
            ..self
        }
    }

    /// Writes one sequence from its frames with their labels, in order.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`], [`DatasetError::Write`], [`DatasetError::Video`], and those of the frames.
    pub fn write(
        &mut self,
        name: &str,
        frames: impl Iterator<Item = Result<(Frame, LabelMap)>>,
    ) -> Result<()> {
        check_name(name)?;
        let [images, labels] =
            ["JPEGImages/480p", "Annotations/480p"].map(|folder| self.root.join(folder).join(name));
        make(&images)?;
        make(&labels)?;
        let mut video: Option<VideoWriter> = None;
        for (index, pair) in frames.enumerate() {
            let (frame, map) = pair?;
            frame.write_jpeg(images.join(format!("{index:05}.jpg")), QUALITY)?;
            map.write_png(labels.join(format!("{index:05}.png")))?;
            if self.with_video {
                let writer = match video.take() {
                    Some(writer) => writer,
                    None => self.open_video(name, &frame)?,
                };
                video.insert(writer).write(&frame)?;
            }
        }
        if let Some(video) = video {
            video.finish()?;
        }
        if self.names.iter().all(|known| known != name) {
            self.names.push(name.to_owned());
        }
        Ok(())
    }

    fn open_video(&self, name: &str, frame: &Frame) -> Result<VideoWriter> {
        let folder = self.root.join("Videos/480p");
        make(&folder)?;
        let path = folder.join(format!("{name}.mp4"));
        Ok(VideoWriter::create(
            path,
            frame.size,
            WriteOptions::default(),
        )?)
    }

    /// Writes the list of sequences.
    ///
    /// # Errors
    /// [`DatasetError::Write`].
    pub fn finish(self) -> Result<()> {
        let path = self
            .root
            .join("ImageSets/2017")
            .join(format!("{}.txt", self.list));
        let text = self.names.join("\n") + "\n";
        fs::write(&path, text).map_err(|source| DatasetError::Write { path, source })
    }
}

/// A folder of results: `<folder>/<sequence>/<frame>.png`.
#[derive(Debug)]
pub struct ResultWriter {
    folder: PathBuf,
}

impl ResultWriter {
    /// Begins the results of one sequence.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`], [`DatasetError::Write`].
    pub fn create(folder: impl AsRef<Path>, sequence: &str) -> Result<Self> {
        check_name(sequence)?;
        let folder = folder.as_ref().join(sequence);
        make(&folder)?;
        Ok(Self { folder })
    }

    /// Writes the labels of a frame, which has the name that the data set gives it (`00012`).
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for a name that is a path, [`DatasetError::Video`].
    pub fn write(&self, frame: &str, labels: &LabelMap) -> Result<()> {
        check_name(frame)?;
        Ok(labels.write_png(self.folder.join(format!("{frame}.png")))?)
    }
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|source| DatasetError::Write {
        path: folder.to_owned(),
        source,
    })
}
