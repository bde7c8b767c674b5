//! MOSE: video object segmentation in crowded scenes (Ding et al., ICCV 2023).
//!
//! In: `train` or `valid` as the archives unpack: `JPEGImages/VIDEO/FRAME.jpg`, `Annotations/VIDEO/FRAME.png` (indexed;
//! every frame in `train`, the first in `valid`). Out: samples. Format: the data set's page, henghuiding.com/MOSE.

use std::path::Path;

use super::split_folders::SplitFolders;
use crate::error::Result;
use crate::sample::VideoSample;

/// One split of MOSE.
#[derive(Clone, Debug)]
pub struct Mose {
    folders: SplitFolders,
}

impl Mose {
    /// Opens a split, from the folder of all splits or its own.
    ///
    /// # Errors
    /// [`DatasetError::Layout`](crate::DatasetError::Layout) where there are neither frames nor annotations.
    pub fn open(path: impl AsRef<Path>, split: &str) -> Result<Self> {
        let folders = SplitFolders::open(path.as_ref(), split, "MOSE")?;
        Ok(Self { folders })
    }

    /// The folder of the split.
    pub fn root(&self) -> &Path {
        self.folders.root()
    }

    /// Names of the videos on the disk, in alphabetical order.
    ///
    /// # Errors
    /// [`DatasetError::Read`](crate::DatasetError::Read).
    pub fn videos(&self) -> Result<Vec<String>> {
        self.folders.videos()
    }

    /// A video by name; the values of its annotations are objects, 255 too.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`](crate::DatasetError::SequenceName) for names that are paths, and those of
    /// [`VideoSample::pair`].
    pub fn sample(&self, video: &str) -> Result<VideoSample> {
        self.folders.sample(video)
    }
}
