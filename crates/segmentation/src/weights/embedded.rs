//! The weights that are part of the program.

use tubelet_nn::WeightFile;

use crate::SegmentationError;

/// A model inside the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmbeddedModel {
    /// `tubelet-nano`, a small SAM 2.1, trained from scratch on the procedural world.
    Nano,
    /// `tubelet-rig`, a small MST-SAM: `tubelet-nano` taught on drives of the procedural world.
    Rig,
}

impl EmbeddedModel {
    /// All, the one for single videos first.
    pub const ALL: [Self; 2] = [Self::Nano, Self::Rig];

    /// What users call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nano => "tubelet-nano",
            Self::Rig => "tubelet-rig",
        }
    }

    /// The model of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }

    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Nano => include_bytes!("../../models/tubelet-nano.safetensors"),
            Self::Rig => include_bytes!("../../models/tubelet-rig.safetensors"),
        }
    }

    /// Its weight file.
    ///
    /// # Errors
    /// When the program is damaged.
    pub fn weights(self) -> Result<WeightFile, SegmentationError> {
        Ok(WeightFile::embedded(self.name(), self.bytes())?)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::{Segmenter, SegmenterConfig};

    #[test]
    fn the_embedded_weights_fit_the_sizes_beside_them() {
        for model in EmbeddedModel::ALL {
            assert_eq!(EmbeddedModel::from_name(model.name()), Some(model));
            let file = model.weights().expect("a weight file");
            let config = SegmenterConfig::of(&file).expect("sizes");
            assert!(Segmenter::load(&config, &file, &Device::flex()).is_ok());
            let length = model.bytes().len();
            assert!(length <= 12 << 20, "{length} bytes");
        }
    }
}
