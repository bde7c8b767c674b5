//! A labelled video of a data set, as a list of files that are read when they are asked for.
//!
//! In: folders of pictures and of annotations. Out: frames and labels, one at a time. Which folders, and what a label
//! means, is the business of each data set.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tubelet_geometry::FrameSize;
use tubelet_video::{Frame, read_image};

use crate::annotation::{Annotation, LabelEncoding};
use crate::error::{DatasetError, Result};

/// The files of one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameFiles {
    /// Name without ending, such as `00012`; results are written under it.
    pub name: String,
    /// The picture; `None` where only annotations are at hand.
    pub image: Option<PathBuf>,
    /// The annotation; `None` where the frame is not annotated.
    pub annotation: Option<PathBuf>,
}

/// A video with annotations of some or all frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoSample {
    name: String,
    frames: Vec<FrameFiles>,
    encoding: LabelEncoding,
}

impl VideoSample {
    /// Pairs the pictures of one folder with the annotations of another by their names. Either folder may be missing.
    ///
    /// Hidden files (`._00000.png`, `.DS_Store`) and files that are no JPEG or PNG are passed over.
    ///
    /// # Errors
    /// [`DatasetError::NoSequence`] when there is nothing, [`DatasetError::AnnotationWithoutFrame`] when there are
    /// pictures, but not one for every annotation, [`DatasetError::DoubleFrame`] for `0.png` beside `0.jpg`.
    pub fn pair(
        name: &str,
        images: &Path,
        annotations: &Path,
        encoding: LabelEncoding,
    ) -> Result<Self> {
        let pictures = pictures(images)?;
        let mut labels = pictures_named(annotations, &["png"])?;
        if pictures.is_empty() && labels.is_empty() {
            return Err(DatasetError::NoSequence {
                path: annotations.to_owned(),
                name: name.to_owned(),
            });
        }
        let mut frames = Vec::with_capacity(pictures.len().max(labels.len()));
        if pictures.is_empty() {
            frames.extend(labels.into_iter().map(|(key, path)| FrameFiles {
                name: key.text,
                image: None,
                annotation: Some(path),
            }));
        } else {
            for (key, path) in pictures {
                let annotation = labels.remove(&key);
                frames.push(FrameFiles {
                    name: key.text,
                    image: Some(path),
                    annotation,
                });
            }
            if let Some((key, path)) = labels.into_iter().next() {
                return Err(DatasetError::AnnotationWithoutFrame {
                    path,
                    images: images.to_owned(),
                    frame: key.text,
                });
            }
        }
        Ok(Self {
            name: name.to_owned(),
            frames,
            encoding,
        })
    }

    /// Takes frames by their names, as a list in an annotation file gives them, without looking at the disk: a picture
    /// that is not there is missed when it is asked for.
    pub(crate) fn listed(name: &str, images: &Path, frames: &[String]) -> Self {
        let files = |frame: &String| FrameFiles {
            name: frame.clone(),
            image: Some(images.join(format!("{frame}.jpg"))),
            annotation: None,
        };
        Self {
            name: name.to_owned(),
            frames: frames.iter().map(files).collect(),
            encoding: LabelEncoding::Objects,
        }
    }

    /// Name of the video.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The files of every frame, in order.
    pub fn frames(&self) -> &[FrameFiles] {
        &self.frames
    }

    /// Whether every frame has a picture.
    pub fn has_images(&self) -> bool {
        self.frames.iter().all(|frame| frame.image.is_some())
    }

    /// Reads the picture of a frame.
    ///
    /// # Errors
    /// [`DatasetError::NoFrame`], [`DatasetError::NoImage`], or what is wrong with the file.
    pub fn image(&self, frame: usize) -> Result<Frame> {
        let files = self.files(frame)?;
        let path = files.image.as_ref().ok_or_else(|| DatasetError::NoImage {
            sequence: self.name.clone(),
            frame: files.name.clone(),
        })?;
        let picture = read_image(path, false)?;
        Ok(Frame {
            index: frame,
            ..picture
        })
    }

    /// Reads the annotation of a frame; `None` where it has none.
    ///
    /// # Errors
    /// [`DatasetError::NoFrame`], or what is wrong with the file.
    pub fn annotation(&self, frame: usize) -> Result<Option<Annotation>> {
        let files = self.files(frame)?;
        files
            .annotation
            .as_ref()
            .map(|path| Annotation::read(path, self.encoding))
            .transpose()
    }

    /// Reads the annotation of a frame and checks that it has a size; `None` where there is none.
    ///
    /// # Errors
    /// [`DatasetError::AnnotationSize`], and those of [`VideoSample::annotation`].
    pub fn annotation_of_size(
        &self,
        frame: usize,
        expected: FrameSize,
    ) -> Result<Option<Annotation>> {
        let annotation = self.annotation(frame)?;
        match (&annotation, &self.files(frame)?.annotation) {
            (Some(Annotation { labels, .. }), Some(path)) if labels.size() != expected => {
                Err(DatasetError::AnnotationSize {
                    path: path.clone(),
                    expected,
                    found: labels.size(),
                })
            }
            _ => Ok(annotation),
        }
    }

    /// The objects to follow: those in the first annotation, ascending.
    ///
    /// # Errors
    /// Those of [`VideoSample::annotation`]; [`DatasetError::NoSequence`] when no frame is annotated.
    pub fn objects(&self) -> Result<Vec<u8>> {
        let first = self
            .frames
            .iter()
            .position(|files| files.annotation.is_some());
        let annotation = first
            .map(|frame| self.annotation(frame))
            .transpose()?
            .flatten();
        annotation
            .map(|annotation| annotation.labels.objects())
            .ok_or_else(|| DatasetError::NoSequence {
                path: PathBuf::from("annotations"),
                name: self.name.clone(),
            })
    }

    fn files(&self, frame: usize) -> Result<&FrameFiles> {
        self.frames.get(frame).ok_or_else(|| DatasetError::NoFrame {
            sequence: self.name.clone(),
            frame,
            frames: self.frames.len(),
        })
    }
}

/// Orders names by their number where they have one, so that `9` comes before `10`; `00009` and `9` are one frame.
#[derive(Clone, Debug)]
struct FrameKey {
    number: Option<u64>,
    text: String,
}

impl FrameKey {
    fn rank(&self) -> (u64, &str) {
        self.number
            .map_or((u64::MAX, self.text.as_str()), |number| (number, ""))
    }
}

impl PartialEq for FrameKey {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for FrameKey {}

impl PartialOrd for FrameKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FrameKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

fn pictures(folder: &Path) -> Result<BTreeMap<FrameKey, PathBuf>> {
    pictures_named(folder, &["jpg", "jpeg", "png"])
}

/// Files of a folder with one of some endings, by the name of their frame; nothing where there is no such folder.
fn pictures_named(folder: &Path, endings: &[&str]) -> Result<BTreeMap<FrameKey, PathBuf>> {
    let mut found = BTreeMap::new();
    if !folder.exists() {
        return Ok(found);
    }
    let unreadable = |source| DatasetError::Read {
        path: folder.to_owned(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let (Some(stem), Some(ending)) = (path.file_stem(), path.extension()) else {
            continue;
        };
        let (text, ending) = (
            stem.to_string_lossy().into_owned(),
            ending.to_string_lossy().to_lowercase(),
        );
        if text.starts_with('.') || !endings.contains(&ending.as_str()) {
            continue;
        }
        let key = FrameKey {
            number: text.parse().ok(),
            text,
        };
        if let Some(first) = found.get(&key) {
            let first: &PathBuf = first;
            return Err(DatasetError::DoubleFrame {
                first: first.clone(),
                second: path,
                frame: key.text,
            });
        }
        found.insert(key, path);
    }
    Ok(found)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use tubelet_video::LabelMap;

    use super::*;

    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if name.ends_with("png") && !name.contains("._") {
                LabelMap::new(FrameSize::new(3, 2))
                    .write_png(&path)
                    .unwrap();
            } else {
                fs::write(&path, b"resource fork").unwrap();
            }
        }
        folder
    }

    fn pair(folder: &tempfile::TempDir) -> Result<VideoSample> {
        let at = |name: &str| folder.path().join(name);
        VideoSample::pair("clip", &at("images"), &at("labels"), LabelEncoding::Objects)
    }

    #[test]
    fn frames_are_paired_by_number_and_rubbish_is_passed_over() {
        let folder = folder_with(&[
            "images/10.png",
            "images/9.png",
            "images/.DS_Store",
            "images/._9.png",
            "images/Thumbs.db",
            "labels/00010.png",
            "labels/._00010.png",
        ]);
        let sample = pair(&folder).unwrap();
        let names: Vec<&str> = sample
            .frames()
            .iter()
            .map(|frame| frame.name.as_str())
            .collect();
        assert_eq!(names, ["9", "10"]);
        assert!(sample.has_images() && sample.annotation(0).unwrap().is_none());
        assert_eq!(
            sample.annotation(1).unwrap().unwrap().labels.size(),
            FrameSize::new(3, 2)
        );
        assert_eq!(sample.image(1).unwrap().index, 1);
        assert!(sample.objects().unwrap().is_empty());
        let error = sample
            .annotation_of_size(1, FrameSize::new(4, 2))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("00010.png") && error.contains("3×2"),
            "{error}"
        );
        assert!(matches!(
            sample.image(2),
            Err(DatasetError::NoFrame {
                frame: 2,
                frames: 2,
                ..
            })
        ));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let lost = folder_with(&["images/0.png", "labels/0.png", "labels/1.png"]);
        assert!(
            matches!(pair(&lost), Err(DatasetError::AnnotationWithoutFrame { frame, .. }) if frame == "1")
        );
        let double = folder_with(&["images/0.png", "images/00.png"]);
        assert!(matches!(
            pair(&double),
            Err(DatasetError::DoubleFrame { .. })
        ));
        assert!(matches!(
            pair(&folder_with(&["other/0.png"])),
            Err(DatasetError::NoSequence { .. })
        ));
        let unseen = pair(&folder_with(&["labels/0.png"])).unwrap();
        assert!(matches!(unseen.image(0), Err(DatasetError::NoImage { .. })));
    }
}
