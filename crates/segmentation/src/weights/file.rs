//! Opening and writing segmenters.
//!
//! In: a weight file. Out: a segmenter of the file's own sizes; or the other way round.

use std::{collections::BTreeMap, path::Path};

use burn::tensor::Device;
use tubelet_nn::{
    LoadReport, StorageType, WeightError, WeightFile, load, tensors_to_write, write_tensors,
};

use super::naming::Naming;
use crate::{Generation, SegmentationError, Segmenter, SegmenterConfig};

/// Parameters that hold the labels' vectors under SAM 2's own names.
const OFFICIAL_POINT_PARTS: usize = 4;

impl SegmenterConfig {
    /// The sizes of the segmenter in `file`: those it states, or else those of the published model that it matches.
    ///
    /// # Errors
    /// [`SegmentationError::UnknownNames`] and [`SegmentationError::UnknownSizes`] where it is no segmenter that is known here;
    /// [`SegmentationError::Config`] where the sizes it states make none.
    pub fn of(file: &WeightFile) -> Result<Self, SegmentationError> {
        let naming = naming_of(file)?;
        if let Some(config) = Self::from_description(file.metadata())? {
            return Ok(config);
        }
        let found = Outline::of(file, naming);
        let generation = if found.marks_absence {
            Generation::Sam21
        } else {
            Generation::Sam2
        };
        [
            Self::tiny(),
            Self::small(),
            Self::base_plus(),
            Self::large(),
        ]
        .into_iter()
        .find(|config| {
            let trunk = &config.image_encoder.trunk;
            trunk.channels == found.channels && trunk.blocks.iter().sum::<usize>() == found.blocks
        })
        .map(|config| config.with_generation(generation))
        .ok_or_else(|| SegmentationError::UnknownSizes {
            path: file.path().to_owned(),
            channels: found.channels,
            blocks: found.blocks,
        })
    }
}

impl Segmenter {
    /// Builds a segmenter of the given sizes with the weights of `file`, whichever names it uses.
    ///
    /// # Errors
    /// [`SegmentationError::Weights`] lists every missing, unexpected and misshapen tensor.
    pub fn load(
        config: &SegmenterConfig,
        file: &WeightFile,
        device: &Device,
    ) -> Result<(Self, LoadReport), SegmentationError> {
        config.check()?;
        let naming = naming_of(file)?;
        let fresh = config.init(device);
        let fresh = match naming {
            Naming::Official => fresh.with_points_in(OFFICIAL_POINT_PARTS),
            Naming::Ours | Naming::HuggingFace => fresh,
        };
        let (segmenter, report) = load(fresh, file, |name| naming.parameter_of(name))
            .map_err(|error| in_names_of(naming, error))?;
        Ok((segmenter.with_points_in(1), report))
    }

    /// Writes the weights as safetensors, with the sizes beside them. `config` is what the segmenter was built from.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(
        &self,
        config: &SegmenterConfig,
        path: &Path,
        format: SavedFormat,
    ) -> Result<(), SegmentationError> {
        let mut metadata = config.description();
        metadata.extend(format.notes);
        let split;
        let segmenter = match format.naming {
            Naming::Official => {
                split = self.clone().with_points_in(OFFICIAL_POINT_PARTS);
                &split
            }
            Naming::Ours | Naming::HuggingFace => self,
        };
        let tensors = format.naming.published(tensors_to_write(segmenter));
        write_tensors(tensors, path, (format.storage, metadata))?;
        Ok(())
    }

    fn with_points_in(mut self, parts: usize) -> Self {
        self.prompt_encoder = self.prompt_encoder.with_points_in(parts);
        self
    }
}

/// How [`Segmenter::save`] writes.
#[derive(Clone, Debug)]
pub struct SavedFormat {
    /// Whose names the tensors get.
    pub naming: Naming,
    /// Element type in the file.
    pub storage: StorageType,
    /// Free text to store beside the sizes.
    pub notes: BTreeMap<String, String>,
}

fn naming_of(file: &WeightFile) -> Result<Naming, SegmentationError> {
    Naming::of(file).ok_or_else(|| SegmentationError::UnknownNames {
        path: file.path().to_owned(),
    })
}

/// Calls missing parameters as the file would.
fn in_names_of(naming: Naming, error: WeightError) -> WeightError {
    match error {
        WeightError::Mismatch {
            path,
            missing,
            unexpected,
            misshapen,
        } => WeightError::Mismatch {
            missing: missing.iter().map(|path| naming.name_of(path)).collect(),
            path,
            unexpected,
            misshapen,
        },
        other => other,
    }
}

/// What tells published models apart.
struct Outline {
    channels: usize,
    blocks: usize,
    marks_absence: bool,
}

impl Outline {
    fn of(file: &WeightFile, naming: Naming) -> Self {
        let tensor = |parameter: &str| file.tensors().get(&naming.name_of(parameter));
        let block = |index: usize| format!("image_encoder.trunk.blocks.{index}.expand.weight");
        Self {
            channels: tensor("image_encoder.trunk.patches.weight")
                .and_then(|weight| weight.shape().first().copied())
                .unwrap_or(0),
            blocks: (0..file.tensors().len())
                .take_while(|&index| tensor(&block(index)).is_some())
                .count(),
            marks_absence: tensor("memory_encoder.absence").is_some(),
        }
    }
}
