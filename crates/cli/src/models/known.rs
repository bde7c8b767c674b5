//! The models this version knows by name.

use tubelet_qwen_vl::ModelFiles;
use tubelet_segmentation::EmbeddedModel;

/// Name of the model inside the program that tracks videos.
pub(crate) const NANO: &str = EmbeddedModel::Nano.name();
/// Name of the model inside the program that tracks rigs of several cameras.
pub(crate) const RIG: &str = EmbeddedModel::Rig.name();
/// Name of the model inside the program that answers questions.
pub(crate) const ASK: &str = ModelFiles::TUBELET_ASK;

/// A published model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Known {
    /// Its id on the hub.
    pub(crate) hub_id: &'static str,
    /// Its official checkpoint.
    pub(crate) checkpoint: &'static str,
    /// Parameters in millions.
    pub(crate) million_parameters: f32,
}

/// Published models, the recommended release first.
pub(crate) const KNOWN: [Known; 8] = [
    known("facebook/sam2.1-hiera-tiny", "sam2.1_hiera_tiny.pt", 38.9),
    known("facebook/sam2.1-hiera-small", "sam2.1_hiera_small.pt", 46.0),
    known(
        "facebook/sam2.1-hiera-base-plus",
        "sam2.1_hiera_base_plus.pt",
        80.8,
    ),
    known(
        "facebook/sam2.1-hiera-large",
        "sam2.1_hiera_large.pt",
        224.4,
    ),
    known("facebook/sam2-hiera-tiny", "sam2_hiera_tiny.pt", 38.9),
    known("facebook/sam2-hiera-small", "sam2_hiera_small.pt", 46.0),
    known(
        "facebook/sam2-hiera-base-plus",
        "sam2_hiera_base_plus.pt",
        80.8,
    ),
    known("facebook/sam2-hiera-large", "sam2_hiera_large.pt", 224.4),
];

const fn known(hub_id: &'static str, checkpoint: &'static str, million_parameters: f32) -> Known {
    Known {
        hub_id,
        checkpoint,
        million_parameters,
    }
}

/// Files of a hub repository that may hold its weights, the preferred one first.
pub(crate) fn weight_files(hub_id: &str) -> impl Iterator<Item = &'static str> + use<> {
    let checkpoint = KNOWN
        .iter()
        .find(|known| known.hub_id == hub_id)
        .map(|known| known.checkpoint);
    std::iter::once("model.safetensors").chain(checkpoint)
}
