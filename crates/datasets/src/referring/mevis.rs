//! MeViS: sentences about motion, which may mean several objects (Ding et al., ICCV 2023).
//!
//! In: a split's folder with `meta_expressions.json`, `mask_dict.json` (not in `valid` and `test`, whose masks are kept
//! secret) and `JPEGImages/VIDEO/FRAME.jpg`. Out: videos with sentences and their masks. Results are 0/255 pictures, see
//! [`MaskWriter`](crate::MaskWriter). Format: the data set's page and `tools/eval_mevis.py`.

use std::path::{Path, PathBuf};

use super::expressions::{ReferringVideo, read_expressions};
use super::mask_dictionary::MaskDictionary;
use crate::error::{DatasetError, Result};
use crate::names::check_name;
use crate::sample::VideoSample;

/// One split of MeViS.
#[derive(Clone, Debug)]
pub struct Mevis {
    folder: PathBuf,
    videos: Vec<ReferringVideo>,
    masks: Option<MaskDictionary>,
}

impl Mevis {
    /// Opens a split, from the folder of all splits or its own.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where there is no `meta_expressions.json`, and what is wrong with the files.
    pub fn open(path: impl AsRef<Path>, split: &str) -> Result<Self> {
        check_name(split)?;
        let path = path.as_ref();
        let folders = [path.join(split), path.to_owned()];
        let has_sentences = |folder: &PathBuf| folder.join("meta_expressions.json").is_file();
        let folder = folders.into_iter().find(has_sentences);
        let folder = folder.ok_or_else(|| DatasetError::Layout {
            path: path.to_owned(),
            dataset: "MeViS",
            reason: format!("no `meta_expressions.json`, neither in it nor in `{split}`"),
        })?;
        let dictionary = folder.join("mask_dict.json");
        Ok(Self {
            videos: read_expressions(&folder.join("meta_expressions.json"))?,
            masks: dictionary
                .is_file()
                .then(|| MaskDictionary::open(&dictionary))
                .transpose()?,
            folder,
        })
    }

    /// The folder of the split.
    pub fn root(&self) -> &Path {
        &self.folder
    }

    /// The videos, in alphabetical order.
    pub fn videos(&self) -> &[ReferringVideo] {
        &self.videos
    }

    /// The masks; `None` where they are kept secret.
    pub fn masks(&self) -> Option<&MaskDictionary> {
        self.masks.as_ref()
    }

    /// The frames of a video.
    pub fn sample(&self, video: &ReferringVideo) -> VideoSample {
        let images = self.folder.join("JPEGImages").join(&video.name);
        VideoSample::listed(&video.name, &images, &video.frames)
    }
}
