//! Predictions for a clip of a rig.
//!
//! In: a folder with label pictures by camera, or with a `tracks.json`. Out: masks of a camera at a step.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tubelet_datasets::{DeepLabels, RigTracks};
use tubelet_geometry::{FrameSize, Mask};

use crate::error::{EvaluationError, Problem};
use crate::folders::folders;

/// Predictions of one clip.
pub(super) enum Predicted {
    /// Label pictures, `CAMERA/00000.png`.
    Labels(PathBuf),
    /// One file.
    Tracks(PathBuf, RigTracks),
}

/// Masks of a camera at a step.
pub(super) struct PredictedView {
    /// The file they come from.
    pub(super) path: PathBuf,
    /// Size of the picture.
    pub(super) size: FrameSize,
    /// Masks by numbers of objects.
    pub(super) masks: BTreeMap<u64, Mask>,
}

impl Predicted {
    /// Opens the predictions; label pictures count before the file.
    pub(super) fn open(folder: &Path, cameras: &[String]) -> Result<Self, Problem> {
        let path = folder.join("tracks.json");
        let inner = folders(folder).map_err(|error| match error {
            EvaluationError::Dataset(error) => Problem::Dataset(error),
            other => Problem::value(folder.display().to_string(), other.to_string()),
        })?;
        if path.is_file() && !cameras.iter().any(|camera| inner.contains(camera)) {
            let tracks = RigTracks::read(&path)?;
            return Ok(Self::Tracks(path, tracks));
        }
        Ok(Self::Labels(folder.to_owned()))
    }

    /// The masks of a camera at a step; `None` where nothing is predicted for it.
    pub(super) fn view(&self, camera: &str, step: usize) -> Result<Option<PredictedView>, Problem> {
        match self {
            Self::Labels(folder) => {
                let path = folder.join(camera).join(format!("{step:05}.png"));
                if !path.is_file() {
                    return Ok(None);
                }
                let labels = DeepLabels::read(&path)?;
                let masks = labels.masks().into_iter().filter(|(value, _)| *value > 0);
                Ok(Some(PredictedView {
                    path,
                    size: labels.size(),
                    masks: masks
                        .map(|(value, mask)| (u64::from(value), mask))
                        .collect(),
                }))
            }
            Self::Tracks(path, tracks) => {
                let mut cameras = tracks.cameras.iter().enumerate();
                let camera = cameras.find(|(_, (name, _))| name == camera);
                let Some((place, (_, size))) = camera.filter(|_| step < tracks.steps) else {
                    return Ok(None);
                };
                let masks = tracks.masks.get(&(place, step)).into_iter().flatten();
                Ok(Some(PredictedView {
                    path: path.clone(),
                    size: *size,
                    masks: masks.map(|it| (it.object, it.mask.decode())).collect(),
                }))
            }
        }
    }
}
