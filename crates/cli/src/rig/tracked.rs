//! What was found in all cameras, written down as it comes.
//!
//! In: masks, step by step. Out: label pictures `masks/CAMERA/00000.png` at once, `tracks.json` at the end. Run-length codes
//! are kept, nothing larger.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use tubelet_datasets::{RigClip, RigLabelWriter, RigTrackedMask, RigTracks};
use tubelet_geometry::{FrameSize, Mask};
use tubelet_session::{ObjectMask, RigMasks};

use crate::failure::Failure;

/// Size of a camera that has not shown a picture; it has no masks either.
const UNSEEN: FrameSize = FrameSize {
    width: 1,
    height: 1,
};

/// See the module docs.
pub(crate) struct Tracked {
    labels: RigLabelWriter,
    tracks: RigTracks,
}

impl Tracked {
    /// Starts the folder of label pictures.
    ///
    /// # Errors
    /// When the disk refuses it.
    pub(crate) fn create(folder: &Path, clip: &RigClip) -> Result<Self, Failure> {
        let cameras = clip.cameras();
        Ok(Self {
            labels: RigLabelWriter::create(folder.join("masks"), cameras)?,
            tracks: RigTracks {
                clip: clip.name().to_owned(),
                steps: clip.step_count(),
                cameras: cameras.iter().map(|name| (name.clone(), UNSEEN)).collect(),
                masks: BTreeMap::new(),
            },
        })
    }

    /// Writes the masks of a step down, in place of those that were there.
    ///
    /// # Errors
    /// When the disk refuses them.
    pub(crate) fn add(&mut self, found: &RigMasks) -> Result<(), Failure> {
        for (camera, masks) in found.cameras.iter().enumerate() {
            let Some(masks) = masks else { continue };
            let size = masks.first().map(|mask| mask.mask.size());
            if let Some(size) = size {
                self.add_view((camera, found.step), size, masks)?;
            }
        }
        Ok(())
    }

    /// Writes the masks of a view down; `size` is that of its picture.
    ///
    /// # Errors
    /// When the disk refuses them.
    pub(crate) fn add_view(
        &mut self,
        (camera, step): (usize, usize),
        size: FrameSize,
        found: &[ObjectMask],
    ) -> Result<(), Failure> {
        let Some((name, known)) = self.tracks.cameras.get_mut(camera) else {
            return Ok(());
        };
        *known = size;
        let masks: Vec<(u64, Mask)> = found
            .iter()
            .map(|mask| (u64::from(mask.object.0), mask.mask.decode()))
            .collect();
        let drawn = masks.iter().map(|(object, mask)| (*object, mask));
        self.labels.write((name, step), size, drawn)?;
        let kept = found.iter().map(|mask| RigTrackedMask {
            object: u64::from(mask.object.0),
            score: f64::from(mask.iou),
            presence: 1.0 / (1.0 + (-f64::from(mask.object_score)).exp()),
            mask: mask.mask.clone(),
        });
        self.tracks.masks.insert((camera, step), kept.collect());
        Ok(())
    }

    /// Writes `tracks.json`.
    ///
    /// # Errors
    /// When the disk refuses it.
    pub(crate) fn finish(&self, folder: &Path) -> Result<PathBuf, Failure> {
        let path = folder.join("tracks.json");
        self.tracks.write(&path)?;
        Ok(path)
    }

    /// The masks of a view.
    pub(crate) fn of_view(&self, camera: usize, step: usize) -> &[RigTrackedMask] {
        let masks = self.tracks.masks.get(&(camera, step));
        masks.map_or(&[], Vec::as_slice)
    }

    /// Steps that were tracked, in order.
    pub(crate) fn tracked_steps(&self) -> BTreeSet<usize> {
        self.tracks.masks.keys().map(|&(_, step)| step).collect()
    }

    /// How many steps were tracked.
    pub(crate) fn steps(&self) -> usize {
        self.tracked_steps().len()
    }

    /// How many pictures were tracked.
    pub(crate) fn views(&self) -> usize {
        self.tracks.masks.len()
    }

    /// Objects, ascending.
    pub(crate) fn objects(&self) -> Vec<u64> {
        let objects: BTreeSet<u64> = self
            .tracks
            .masks
            .values()
            .flatten()
            .map(|mask| mask.object)
            .collect();
        objects.into_iter().collect()
    }
}
