//! DAVIS 2016 and 2017: folders of frames and label pictures (Perazzi et al. 2016; Pont-Tuset et al. 2017).
//!
//! In: a folder as the archives unpack, whole or in part. Out: samples, lists of sequences, and results of methods in
//! the same form. What the two years mean by 255 differs: foreground in 2016, void in 2017.

use std::fs;
use std::path::{Path, PathBuf};

use crate::annotation::LabelEncoding;
use crate::error::{DatasetError, Result};
use crate::names::{check_name, folders, is_litter};
use crate::sample::VideoSample;

/// Which year's annotations a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DavisYear {
    /// One foreground per sequence, values 0 and 255.
    Davis2016,
    /// Several objects per sequence, numbered; 255 is void.
    Davis2017,
    /// The annotations of all prominent objects for the unsupervised task (Caelles et al. 2019), in
    /// `Annotations_unsupervised`; values as in 2017.
    Davis2017Unsupervised,
}

impl DavisYear {
    /// What the values of its annotations mean.
    pub fn encoding(self) -> LabelEncoding {
        match self {
            Self::Davis2016 => LabelEncoding::Binary,
            Self::Davis2017 | Self::Davis2017Unsupervised => LabelEncoding::ObjectsAndVoid,
        }
    }

    /// Folder of its annotations.
    fn folder(self) -> &'static str {
        match self {
            Self::Davis2016 | Self::Davis2017 => "Annotations",
            Self::Davis2017Unsupervised => "Annotations_unsupervised",
        }
    }
}

/// A DAVIS folder.
#[derive(Clone, Debug)]
pub struct Davis {
    root: PathBuf,
    resolution: String,
    year: DavisYear,
}

impl Davis {
    /// Opens the folder that holds `Annotations` and `JPEGImages`, or the one around it.
    ///
    /// Of several resolutions `480p` is taken. Annotations, frames and lists may each be incomplete: the lists name
    /// sequences that are not on the disk in every partial copy.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] when there is no annotation of any resolution.
    pub fn open(path: impl AsRef<Path>, year: DavisYear) -> Result<Self> {
        let path = path.as_ref();
        let inner = path.join("DAVIS");
        let name = year.folder();
        let root = if path.join(name).is_dir() || !inner.is_dir() {
            path.to_owned()
        } else {
            inner
        };
        let annotations = root.join(name);
        let layout = |reason: String| DatasetError::Layout {
            path: path.to_owned(),
            dataset: "DAVIS",
            reason,
        };
        if !annotations.is_dir() {
            return Err(layout(format!("there is no folder `{name}`")));
        }
        let resolutions = folders(&annotations)?;
        let resolution = match resolutions.as_slice() {
            [only] => only.clone(),
            several if several.iter().any(|name| name == "480p") => "480p".into(),
            [] => {
                return Err(layout(format!(
                    "`{name}` holds no folder of a resolution such as `480p`"
                )));
            }
            several => {
                return Err(layout(format!(
                    "`{name}` holds {} but not `480p`",
                    several.join(", ")
                )));
            }
        };
        Ok(Self {
            root,
            resolution,
            year,
        })
    }

    /// The folder of `Annotations` and `JPEGImages`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Folder name of the resolution, such as `480p`.
    pub fn resolution(&self) -> &str {
        &self.resolution
    }

    /// Names of the annotated sequences on the disk, in alphabetical order.
    ///
    /// # Errors
    /// [`DatasetError::Read`].
    pub fn sequences(&self) -> Result<Vec<String>> {
        folders(&self.annotations())
    }

    /// Names in a list under `ImageSets`, such as `val`, whether or not they are on the disk.
    ///
    /// Both forms are read: one name a line (2017), and one pair of paths for each frame (2016).
    ///
    /// # Errors
    /// [`DatasetError::NoSplit`] for a list that is not there, [`DatasetError::SplitLine`] for a line that names no
    /// sequence.
    pub fn split(&self, list: &str) -> Result<Vec<String>> {
        let sets = self.root.join("ImageSets");
        let year = match self.year {
            DavisYear::Davis2016 => "2016",
            DavisYear::Davis2017 | DavisYear::Davis2017Unsupervised => "2017",
        };
        let file = format!("{list}.txt");
        let places = [sets.join(year), sets.join(&self.resolution), sets.clone()];
        let Some(path) = places
            .iter()
            .map(|place| place.join(&file))
            .find(|path| path.is_file())
        else {
            let lists = places
                .iter()
                .flat_map(|place| lists(place))
                .collect::<Vec<_>>()
                .join(", ");
            let available = if lists.is_empty() {
                "none".into()
            } else {
                lists
            };
            return Err(DatasetError::NoSplit {
                path: sets.join(year).join(file),
                available,
            });
        };
        let text = fs::read_to_string(&path).map_err(|source| DatasetError::Read {
            path: path.clone(),
            source,
        })?;
        names(&path, &text)
    }

    /// The sequences of a list that are on the disk, with their frames.
    ///
    /// # Errors
    /// Those of [`Davis::split`] and [`Davis::sample`].
    pub fn samples(&self, list: &str) -> Result<Vec<VideoSample>> {
        let names = self.split(list)?;
        names
            .iter()
            .filter(|name| self.annotations().join(name).is_dir())
            .map(|name| self.sample(name))
            .collect()
    }

    /// A sequence by name.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, and those of [`VideoSample::pair`].
    pub fn sample(&self, name: &str) -> Result<VideoSample> {
        check_name(name)?;
        let images = self
            .root
            .join("JPEGImages")
            .join(&self.resolution)
            .join(name);
        VideoSample::pair(
            name,
            &images,
            &self.annotations().join(name),
            self.year.encoding(),
        )
    }

    /// A sequence of a method's results: label pictures in `folder/name`, without frames. Every value is an object, 255
    /// too.
    ///
    /// # Errors
    /// Those of [`Davis::sample`].
    pub fn result(folder: impl AsRef<Path>, name: &str) -> Result<VideoSample> {
        check_name(name)?;
        let labels = folder.as_ref().join(name);
        VideoSample::pair(name, Path::new(""), &labels, LabelEncoding::Objects)
    }

    fn annotations(&self) -> PathBuf {
        self.root.join(self.year.folder()).join(&self.resolution)
    }
}

/// Names of the lists in a folder, for an error message.
fn lists(place: &Path) -> Vec<String> {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".txt")?.to_owned()))
        .filter(|name| !is_litter(name))
        .collect();
    names.sort_unstable();
    names
}

/// The sequences that a list names, each once, in the order of the list.
fn names(path: &Path, text: &str) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        let Some(first) = line.split_whitespace().next() else {
            continue;
        };
        // `/JPEGImages/480p/bear/00000.jpg` names the folder of the frame.
        let name = if first.contains('/') {
            first.rsplit('/').nth(1).unwrap_or_default()
        } else {
            first
        };
        if check_name(name).is_err() {
            return Err(DatasetError::SplitLine {
                path: path.to_owned(),
                line: index + 1,
                text: line.to_owned(),
            });
        }
        if names.iter().all(|known| known != name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_lists_name_each_sequence_once() {
        let path = Path::new("val.txt");
        let frames = "/JPEGImages/480p/bear/00000.jpg /Annotations/480p/bear/00000.png \r\n\
                      /JPEGImages/480p/bear/00001.jpg /Annotations/480p/bear/00001.png \n\n\
                      /JPEGImages/480p/dog/00000.jpg /Annotations/480p/dog/00000.png";
        assert_eq!(names(path, frames).unwrap(), ["bear", "dog"]);
        assert_eq!(
            names(path, "\u{feff}dog\r\nbear\r\ndog\n").unwrap(),
            ["dog", "bear"]
        );
    }

    #[test]
    fn lines_that_lead_elsewhere_are_refused_with_their_number() {
        for text in ["bear\n..", "bear\n/00000.jpg", "bear\n/a/../b.jpg"] {
            let error = names(Path::new("val.txt"), text).unwrap_err().to_string();
            assert!(error.starts_with("val.txt, line 2"), "{error}");
        }
    }

    #[test]
    fn folders_that_are_no_data_set_say_why() {
        let folder = tempfile::tempdir().unwrap();
        let reason = |folder: &Path| {
            Davis::open(folder, DavisYear::Davis2017)
                .unwrap_err()
                .to_string()
        };
        assert!(reason(folder.path()).contains("no folder `Annotations`"));
        fs::create_dir_all(folder.path().join("Annotations")).unwrap();
        assert!(reason(folder.path()).contains("no folder of a resolution"));
        for name in ["1080p", "Full-Resolution"] {
            fs::create_dir_all(folder.path().join("Annotations").join(name)).unwrap();
        }
        assert!(reason(folder.path()).contains("1080p, Full-Resolution"));
        fs::create_dir_all(folder.path().join("Annotations/480p/dog")).unwrap();
        let davis = Davis::open(folder.path(), DavisYear::Davis2017).unwrap();
        assert_eq!(
            (davis.resolution(), davis.sequences().unwrap()),
            ("480p", vec!["dog".to_owned()])
        );
        assert!(
            davis
                .split("val")
                .unwrap_err()
                .to_string()
                .contains("(there are: none)")
        );
        assert!(matches!(
            davis.sample("dog"),
            Err(DatasetError::NoSequence { .. })
        ));
    }
}
