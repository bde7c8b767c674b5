//! ReVOS: sentences that need reasoning, and sentences about nothing that is there (Yan et al., VISA, ECCV 2024).
//!
//! In: `meta_expressions_train_.json` or `…_valid_.json`, `mask_dict.json`, `mask_dict_foreground.json` and `JPEGImages`.
//! Out: videos with sentences, their masks, and the foreground that the robustness measure needs. Results are 0/255
//! pictures, see [`MaskWriter`](crate::MaskWriter). Format: `tools/eval_revos.py` of VISA.

use std::path::{Path, PathBuf};

use super::expressions::{ReferringVideo, read_expressions};
use super::mask_dictionary::{ForegroundDictionary, MaskDictionary};
use crate::error::{DatasetError, Result};
use crate::names::check_name;
use crate::sample::VideoSample;

/// One split of ReVOS.
#[derive(Clone, Debug)]
pub struct Revos {
    root: PathBuf,
    videos: Vec<ReferringVideo>,
    masks: Option<MaskDictionary>,
    foreground: Option<ForegroundDictionary>,
}

impl Revos {
    /// Opens a split, `train` or `valid`. Mask dictionaries may be missing.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where the split has no sentences, and what is wrong with the files.
    pub fn open(path: impl AsRef<Path>, split: &str) -> Result<Self> {
        check_name(split)?;
        let root = path.as_ref().to_owned();
        let sentences = root.join(format!("meta_expressions_{split}_.json"));
        if !sentences.is_file() {
            return Err(DatasetError::Layout {
                path: root,
                dataset: "ReVOS",
                reason: format!("there is no `meta_expressions_{split}_.json`"),
            });
        }
        let masks = root.join("mask_dict.json");
        let foreground = root.join("mask_dict_foreground.json");
        Ok(Self {
            videos: read_expressions(&sentences)?,
            masks: masks
                .is_file()
                .then(|| MaskDictionary::open(&masks))
                .transpose()?,
            foreground: foreground
                .is_file()
                .then(|| ForegroundDictionary::open(&foreground))
                .transpose()?,
            root,
        })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The videos, in alphabetical order.
    pub fn videos(&self) -> &[ReferringVideo] {
        &self.videos
    }

    /// The masks; `None` where the dictionary is not at hand.
    pub fn masks(&self) -> Option<&MaskDictionary> {
        self.masks.as_ref()
    }

    /// The foreground of each video; `None` where the dictionary is not at hand.
    pub fn foreground(&self) -> Option<&ForegroundDictionary> {
        self.foreground.as_ref()
    }

    /// The frames of a video.
    pub fn sample(&self, video: &ReferringVideo) -> VideoSample {
        let images = self.root.join("JPEGImages").join(&video.name);
        VideoSample::listed(&video.name, &images, &video.frames)
    }
}
