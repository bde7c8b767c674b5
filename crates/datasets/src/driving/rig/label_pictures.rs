//! Masks of a rig as label pictures: `CAMERA/00000.png`, one for each step, with the numbers of objects as values.
//!
//! In: a folder, or masks. Out: a clip without calibration and poses, or a folder. This is the plain form in which results
//! and ground truth are exchanged: a number is the same object in all cameras, and 0 is the background.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tubelet_geometry::{FrameSize, Mask};

use super::clip::{RigAbout, RigClip, RigSource, RigWarning, no_step};
use super::places::step_number;
use super::step::{RigMasks, RigPicture, RigStep, RigView};
use crate::error::{DatasetError, Result};
use crate::formats::deep_png::DeepLabels;
use crate::formats::text::in_entry;
use crate::names::{check_name, files, folders};

/// Microseconds from one step to the next, which label pictures do not tell: ten a second.
const PERIOD: i64 = 100_000;

impl RigClip {
    /// A clip of label pictures, grey of 8 or 16 bits or with a palette, in folders by camera. Pictures are
    /// `CAMERA/00000.jpg` beside them, and need not be there for masks to be read.
    ///
    /// # Errors
    /// [`DatasetError::Read`] for the folder, [`DatasetError::Layout`] where it holds no label pictures.
    pub fn from_label_pictures(folder: impl AsRef<Path>) -> Result<Self> {
        let root = folder.as_ref().to_owned();
        let (mut cameras, mut steps) = (Vec::new(), 0);
        for name in folders(&root)? {
            let folder = root.join(&name);
            let mut labels = BTreeMap::new();
            for file in files(&folder)? {
                let Some(step) = step_number(&file) else {
                    continue;
                };
                let path = folder.join(&file);
                if let Some(first) = labels.insert(step, path.clone()) {
                    return Err(DatasetError::DoubleFrame {
                        first,
                        second: path,
                        frame: step.to_string(),
                    });
                }
                steps = steps.max(step + 1);
            }
            if !labels.is_empty() {
                cameras.push((name, labels));
            }
        }
        if cameras.is_empty() {
            return Err(DatasetError::Layout {
                path: root,
                dataset: "rigs",
                reason: "no folder in it holds label pictures such as `00000.png`".to_owned(),
            });
        }
        let (names, labels): (Vec<String>, Vec<_>) = cameras.into_iter().unzip();
        let name = root
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let about = RigAbout {
            name: name.unwrap_or_default(),
            cameras: names,
            rig: None,
            warnings: vec![RigWarning::NoCalibration, RigWarning::NoPoses],
        };
        Ok(Self::new(
            about,
            LabelSteps {
                root,
                labels,
                steps,
            },
        ))
    }
}

struct LabelSteps {
    root: PathBuf,
    /// Files by step, for each camera.
    labels: Vec<BTreeMap<usize, PathBuf>>,
    steps: usize,
}

impl RigSource for LabelSteps {
    fn step_count(&self) -> usize {
        self.steps
    }

    fn step(&mut self, index: usize) -> Result<RigStep> {
        if index >= self.steps {
            return Err(no_step(&self.root.display().to_string(), index, self.steps));
        }
        let timestamp_micros = (index as i64).saturating_mul(PERIOD);
        let views = self.labels.iter().map(|labels| {
            labels.get(&index).map(|path| RigView {
                timestamp_micros,
                world_from_ego: None,
                picture: RigPicture::File(path.with_extension("jpg")),
                masks: Some(RigMasks::Labels(path.clone())),
            })
        });
        Ok(RigStep {
            index,
            timestamp_micros,
            key_frame: None,
            views: views.collect(),
            boxes: Vec::new(),
        })
    }
}

/// Label pictures of a rig, being written.
#[derive(Clone, Debug)]
pub struct RigLabelWriter {
    folder: PathBuf,
}

impl RigLabelWriter {
    /// Begins a folder for some cameras.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for a camera whose name is a path, [`DatasetError::Write`].
    pub fn create(folder: impl AsRef<Path>, cameras: &[String]) -> Result<Self> {
        let folder = folder.as_ref().to_owned();
        for camera in cameras {
            check_name(camera)?;
            let path = folder.join(camera);
            fs::create_dir_all(&path).map_err(|source| DatasetError::Write { path, source })?;
        }
        Ok(Self { folder })
    }

    /// Writes what a camera shows at a step: masks by the numbers of objects, over all cameras and times. Where masks
    /// overlap, a pixel belongs to the later one.
    ///
    /// # Errors
    /// [`DatasetError::Entry`] for a number that is 0 or does not fit into 16 bits, [`DatasetError::Masks`] for a mask of
    /// another size, [`DatasetError::Write`].
    pub fn write<'m>(
        &self,
        (camera, step): (&str, usize),
        size: FrameSize,
        objects: impl IntoIterator<Item = (u64, &'m Mask)>,
    ) -> Result<()> {
        check_name(camera)?;
        let path = self.folder.join(camera).join(format!("{step:05}.png"));
        let mut labels = DeepLabels::new(size);
        for (instance, mask) in objects {
            let value = u16::try_from(instance).ok().filter(|value| *value > 0);
            let value = value.ok_or_else(|| {
                in_entry(
                    &path,
                    instance,
                    "objects in label pictures are numbered from 1 to 65535",
                )
            })?;
            labels.paint(mask, value)?;
        }
        labels.write(path)
    }
}
