//! Masks that may overlap, laid into one picture of labels, where each pixel has one object.
//!
//! In: the masks of a frame. Out: labels, and how many pixels lost an object.

use std::collections::BTreeMap;
use std::path::Path;

use tubelet_geometry::{FrameSize, Mask};
use tubelet_video::LabelMap;

use super::video::{FrameMasks, MaskVideo};
use crate::error::{DatasetError, Result};

/// Largest label of an object; 255 is void.
const LARGEST: u64 = 254;

/// Labels by the numbers of objects.
pub(super) struct LabelNumbers {
    numbers: BTreeMap<u64, u8>,
}

impl LabelNumbers {
    /// Objects keep their numbers where these are small enough, and are numbered from 1 otherwise.
    pub(super) fn new(video: &MaskVideo<'_>, to: &Path) -> Result<Self> {
        let objects = video.objects.iter();
        if objects.clone().all(|object| (1..=LARGEST).contains(object)) {
            return Ok(Self {
                numbers: BTreeMap::new(),
            });
        }
        let labels = 1..=LARGEST as u8;
        if video.objects.len() > labels.len() {
            return Err(too_many(to, &video.name));
        }
        let mut sorted: Vec<u64> = objects.copied().collect();
        sorted.sort_unstable();
        Ok(Self {
            numbers: sorted.into_iter().zip(labels).collect(),
        })
    }

    /// Whether objects have other numbers than they had.
    pub(super) fn are_new(&self) -> bool {
        !self.numbers.is_empty()
    }

    fn label(&self, object: u64) -> Option<u8> {
        if self.are_new() {
            return self.numbers.get(&object).copied();
        }
        u8::try_from(object)
            .ok()
            .filter(|label| u64::from(*label) <= LARGEST)
    }

    /// Lays the masks of a frame into one picture, higher numbers over lower ones; also counts the pixels that several
    /// objects claim.
    pub(super) fn paint(
        &self,
        masks: &FrameMasks,
        size: FrameSize,
        (to, video): (&Path, &str),
    ) -> Result<(LabelMap, usize)> {
        let mut map = LabelMap::new(size);
        if let Some(void) = &masks.void {
            map.paint(void, u8::MAX)?;
        }
        let (mut covered, mut lost) = (Mask::new(size), 0);
        for found in &masks.objects {
            let label = self
                .label(found.object)
                .ok_or_else(|| too_many(to, video))?;
            let mask = found.mask.decode();
            map.paint(&mask, label)?;
            lost += (&mask & &covered).count();
            covered = &covered | &mask;
        }
        Ok((map, lost))
    }
}

fn too_many(to: &Path, video: &str) -> DatasetError {
    DatasetError::Entry {
        path: to.to_owned(),
        entry: video.to_owned(),
        reason: format!("a label picture has room for objects 1 to {LARGEST}"),
    }
}
