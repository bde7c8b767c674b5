//! A model built from its weights.
//!
//! In: where the weights are. Out: a segmenter of the sizes that the weights have.

use std::path::Path;

use burn::tensor::Device;
use tubelet_nn::WeightFile;
use tubelet_segmentation::{Segmenter, SegmenterConfig};

use super::{
    known::ASK,
    locate::{ModelSource, locate},
};
use crate::{arguments::ProductsArgument, failure::Failure};

/// A model ready for use.
#[derive(Debug)]
pub(crate) struct OpenModel {
    /// As it was named.
    pub(crate) name: String,
    /// Its sizes.
    pub(crate) config: SegmenterConfig,
    /// The model.
    pub(crate) segmenter: Segmenter,
}

impl OpenModel {
    /// The model with products in the numbers that are asked for.
    pub(crate) fn computing_in(mut self, numbers: ProductsArgument) -> Self {
        if numbers == ProductsArgument::Bf16 {
            self.segmenter = self.segmenter.with_half_products();
        }
        self
    }
}

/// Opens the weight file of the model called `name`.
///
/// # Errors
/// When there is no such model, or its file cannot be read.
pub(crate) fn weights(name: &str) -> Result<WeightFile, Failure> {
    if name == ASK && !Path::new(name).exists() {
        return Err(Failure::NoModel {
            name: name.to_owned(),
            reason: "it answers questions and tracks nothing".to_owned(),
            hint: "`tubelet ask` asks it; `tubelet models list` says which track".to_owned(),
        });
    }
    match locate(name)? {
        ModelSource::Embedded(model) => Ok(model.weights()?),
        ModelSource::File(path) => Ok(WeightFile::open(&path)?),
    }
}

/// Builds the model called `name`.
///
/// # Errors
/// When there is no such model, or its weights do not fit: with every tensor that does not.
pub(crate) fn open(name: &str, device: &Device) -> Result<OpenModel, Failure> {
    let file = weights(name)?;
    let config = SegmenterConfig::of(&file)?;
    let (segmenter, _) = Segmenter::load(&config, &file, device)?;
    Ok(OpenModel {
        name: name.to_owned(),
        config,
        segmenter,
    })
}
