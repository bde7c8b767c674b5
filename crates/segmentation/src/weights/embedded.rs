//! The weights that are part of the program.

use tubelet_nn::WeightFile;

use crate::SegmentationError;

/// Trained from scratch on the procedural world; recipe and curves are in `docs/results.md`.
static NANO: &[u8] = include_bytes!("../../models/tubelet-nano.safetensors");

/// The same model after it learnt to follow objects from camera to camera.
static RIG: &[u8] = include_bytes!("../../models/tubelet-rig.safetensors");

/// The weight file of `tubelet-rig`, a small MST-SAM: `tubelet-nano` taught on drives of the procedural world.
///
/// # Errors
/// When the program is damaged.
pub fn embedded_rig() -> Result<WeightFile, SegmentationError> {
    Ok(WeightFile::embedded("tubelet-rig", RIG)?)
}

/// The weight file of `tubelet-nano`, a small SAM 2.1.
///
/// # Errors
/// When the program is damaged.
pub fn embedded_nano() -> Result<WeightFile, SegmentationError> {
    Ok(WeightFile::embedded("tubelet-nano", NANO)?)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::{Segmenter, SegmenterConfig};

    #[test]
    fn the_embedded_weights_fit_the_sizes_beside_them() {
        for (bytes, file) in [(NANO, embedded_nano()), (RIG, embedded_rig())] {
            let file = file.expect("a weight file");
            let config = SegmenterConfig::of(&file).expect("sizes");
            assert!(Segmenter::load(&config, &file, &Device::flex()).is_ok());
            assert!(bytes.len() <= 12 << 20, "{} bytes", bytes.len());
        }
    }
}
