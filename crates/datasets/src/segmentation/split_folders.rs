//! One split of a data set laid out as `JPEGImages/VIDEO/FRAME.jpg` and `Annotations/VIDEO/FRAME.png`.
//!
//! In: a folder. Out: names of videos, and samples. It does not know whose layout it is.

use std::path::{Path, PathBuf};

use crate::annotation::LabelEncoding;
use crate::error::{DatasetError, Result};
use crate::names::{check_name, folders};
use crate::sample::VideoSample;

/// A folder that holds `JPEGImages`, `Annotations`, or both.
#[derive(Clone, Debug)]
pub(crate) struct SplitFolders {
    root: PathBuf,
}

impl SplitFolders {
    /// Opens `path/split`, or `path` itself where that is the split's folder.
    pub(crate) fn open(path: &Path, split: &str, dataset: &'static str) -> Result<Self> {
        check_name(split)?;
        let candidates = [path.join(split), path.to_owned()];
        let holds_videos = |folder: &&PathBuf| {
            folder.join("Annotations").is_dir() || folder.join("JPEGImages").is_dir()
        };
        match candidates.iter().find(holds_videos) {
            Some(root) => Ok(Self { root: root.clone() }),
            None => Err(DatasetError::Layout {
                path: path.to_owned(),
                dataset,
                reason: format!(
                    "neither it nor its folder `{split}` holds `Annotations` or `JPEGImages`"
                ),
            }),
        }
    }

    /// The folder of the split.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Names of the videos with annotations; of all videos where nothing is annotated.
    pub(crate) fn videos(&self) -> Result<Vec<String>> {
        let annotations = self.root.join("Annotations");
        if annotations.is_dir() {
            folders(&annotations)
        } else {
            folders(&self.root.join("JPEGImages"))
        }
    }

    /// A video by name.
    pub(crate) fn sample(&self, video: &str) -> Result<VideoSample> {
        check_name(video)?;
        VideoSample::pair(
            video,
            &self.root.join("JPEGImages").join(video),
            &self.root.join("Annotations").join(video),
            LabelEncoding::Objects,
        )
    }
}
