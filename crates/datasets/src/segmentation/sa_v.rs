//! SA-V, validation and test: one mask for each object and frame, because objects may overlap (Ravi et al., SAM 2).
//!
//! In: `sav_val` or `sav_test` with `JPEGImages_24fps/VIDEO/FRAME.jpg` and `Annotations_6fps/VIDEO/OBJECT/FRAME.png`.
//! Out: a sample for each object. Format: `sav_dataset/README.md` of SAM 2. The training split is
//! [`SavMasklets`](crate::SavMasklets).

use std::path::{Path, PathBuf};

use crate::annotation::LabelEncoding;
use crate::error::{DatasetError, Result};
use crate::formats::text::{in_line, numbered, read_text};
use crate::names::{check_name, files, folders};
use crate::sample::VideoSample;

const ANNOTATIONS: &str = "Annotations_6fps";
const IMAGES: &str = "JPEGImages_24fps";

/// One split of SA-V.
#[derive(Clone, Debug)]
pub struct SaV {
    root: PathBuf,
}

impl SaV {
    /// Opens the folder of a split.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where it holds neither frames nor annotations.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let root = path.as_ref().to_owned();
        if root.join(ANNOTATIONS).is_dir() || root.join(IMAGES).is_dir() {
            return Ok(Self { root });
        }
        Err(DatasetError::Layout {
            path: root,
            dataset: "SA-V",
            reason: format!("there is neither `{ANNOTATIONS}` nor `{IMAGES}`"),
        })
    }

    /// The folder of the split.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Names in the split's list, whether or not they are on the disk; those on the disk where there is no list.
    ///
    /// # Errors
    /// [`DatasetError::Line`] for a line that is no name, [`DatasetError::Read`].
    pub fn videos(&self) -> Result<Vec<String>> {
        let list = files(&self.root)?
            .into_iter()
            .find(|name| ["sav_val.txt", "sav_test.txt"].contains(&name.as_str()));
        let Some(list) = list else {
            let place = [ANNOTATIONS, IMAGES].map(|name| self.root.join(name));
            let found = place.iter().find(|folder| folder.is_dir());
            return folders(found.unwrap_or(&self.root));
        };
        let path = self.root.join(list);
        let text = read_text(&path)?;
        let names = numbered(&text).map(|(line, name)| {
            check_name(name)
                .map(|()| name.to_owned())
                .map_err(|error| in_line(&path, line, error.to_string()))
        });
        names.collect()
    }

    /// Names of the annotated objects of a video, such as `000`.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, [`DatasetError::Read`].
    pub fn objects(&self, video: &str) -> Result<Vec<String>> {
        check_name(video)?;
        folders(&self.root.join(ANNOTATIONS).join(video))
    }

    /// A video with the masks of one object, which is object 1 of the sample. Every fourth frame is annotated.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, and those of [`VideoSample::pair`].
    pub fn sample(&self, video: &str, object: &str) -> Result<VideoSample> {
        check_name(video)?;
        check_name(object)?;
        VideoSample::pair(
            video,
            &self.root.join(IMAGES).join(video),
            &self.root.join(ANNOTATIONS).join(video).join(object),
            LabelEncoding::OneObject,
        )
    }
}
