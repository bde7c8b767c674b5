//! Masks as COCO's tools write them.
#![expect(clippy::unwrap_used, reason = "a test may stop on a damaged code")]

use serde::Deserialize;
use tubelet_geometry::{FrameSize, Mask, RunLength};

/// Height, width, and run lengths as text.
#[derive(Deserialize)]
pub(crate) struct MaskCode {
    size: [usize; 2],
    counts: String,
}

impl MaskCode {
    pub(crate) fn mask(&self) -> Mask {
        self.run_length().decode()
    }

    pub(crate) fn run_length(&self) -> RunLength {
        let [height, width] = self.size;
        let size = FrameSize::new(width, height);
        RunLength::from_text(size, &self.counts).unwrap()
    }
}
