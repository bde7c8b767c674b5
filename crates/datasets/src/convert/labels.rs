//! Masks that may overlap, laid into one picture of labels, where each pixel has one object.
//!
//! In: the masks of a frame. Out: labels, and how many pixels lost an object.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tubelet_geometry::{FrameSize, Mask};
use tubelet_video::LabelMap;

use super::video::{FrameMasks, MaskVideo, Numbering};
use crate::error::{DatasetError, Result};

/// Largest label of an object; 255 is void.
const LARGEST: u64 = 254;

/// Labels by the numbers of objects.
pub(super) struct LabelNumbers {
    numbers: BTreeMap<u64, u8>,
}

impl LabelNumbers {
    /// Objects keep the numbers that their video gives them where these are small enough; where they count from 0, each
    /// gets the next. Others are numbered from 1.
    pub(super) fn new(video: &MaskVideo<'_>) -> Self {
        let objects = video.objects.iter();
        let is_counted = matches!(video.numbering, Numbering::Video);
        let fits = |first: u64, last: u64| {
            is_counted && objects.clone().all(|it| (first..=last).contains(it))
        };
        if fits(1, LARGEST) {
            return Self {
                numbers: BTreeMap::new(),
            };
        }
        if fits(0, LARGEST - 1) {
            let next = |object: &u64| Some((*object, u8::try_from(object + 1).ok()?));
            return Self {
                numbers: objects.filter_map(next).collect(),
            };
        }
        let sorted: BTreeSet<u64> = objects.copied().collect();
        Self {
            numbers: sorted.into_iter().zip(1..=LARGEST as u8).collect(),
        }
    }

    /// Whether objects have other numbers than they had.
    pub(super) fn are_new(&self) -> bool {
        let mut numbers = self.numbers.iter();
        numbers.any(|(object, label)| *object != u64::from(*label))
    }

    fn label(&self, object: u64) -> Option<u8> {
        if !self.numbers.is_empty() {
            return self.numbers.get(&object).copied();
        }
        u8::try_from(object)
            .ok()
            .filter(|label| u64::from(*label) <= LARGEST)
    }

    /// Lays the masks of a frame into one picture, higher numbers over lower ones; also counts the pixels that several
    /// objects claim. Refuses an object for which there is no label left.
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
