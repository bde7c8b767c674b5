//! One frame of a world with what is true about it.

use tubelet_geometry::{BoundingBox, FrameSize, Mask};

/// A frame and the identity of every pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldFrame {
    /// Number of the frame, from 0.
    pub index: usize,
    /// Width and height in pixels.
    pub size: FrameSize,
    /// Red, green and blue of every pixel, row after row.
    pub rgb: Vec<u8>,
    /// Identity of the object visible at every pixel, row after row; 0 is background.
    pub ids: Vec<u8>,
    /// For every object, in order of identity from 1: pixels it would cover in the frame if nothing hid it.
    pub unhidden: Vec<usize>,
}

impl WorldFrame {
    /// Visible pixels of an object; empty when it is hidden or out of the frame.
    pub fn mask(&self, id: u8) -> Mask {
        Mask::from_values(self.size, &self.ids, |found| found == id)
            .unwrap_or_else(|_| Mask::new(self.size))
    }

    /// Smallest box around the visible pixels of an object; `None` when there are none.
    pub fn bounding_box(&self, id: u8) -> Option<BoundingBox> {
        self.mask(id).bounding_box()
    }

    /// Number of visible pixels of an object.
    pub fn visible(&self, id: u8) -> usize {
        count(&self.ids, id)
    }

    /// Share of an object inside the frame that something else hides, `0..=1`; `None` when it is out of the frame.
    pub fn hidden_share(&self, id: u8) -> Option<f32> {
        let unhidden = *self.unhidden.get(usize::from(id).checked_sub(1)?)?;
        (unhidden > 0).then(|| 1.0 - self.visible(id) as f32 / unhidden as f32)
    }
}

/// Number of pixels with an identity.
#[expect(clippy::naive_bytecount, reason = "not worth a dependency")]
pub(super) fn count(ids: &[u8], id: u8) -> usize {
    ids.iter().filter(|found| **found == id).count()
}
