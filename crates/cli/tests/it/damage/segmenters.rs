//! A very small segmenter's weights, whose metadata say its sizes.

use std::{collections::BTreeMap, path::Path};

use tubelet_nn::{StorageType, WeightFile};
use tubelet_segmentation::{
    Device, HieraConfig, Naming, SavedFormat, Segmenter, SegmenterConfig, SegmenterSizes,
};

use super::target::Target;

pub(super) fn targets() -> Vec<Target> {
    let read = |path: &Path| loads(path).is_some();
    let whole = saved();
    let head = header(&whole);
    vec![
        Target::new("models", "segmenter.safetensors", vec![whole.clone()], read),
        // Damage to the whole file seldom meets the sizes.
        Target::new("models", "sizes.json", vec![head], move |path| {
            let header = std::fs::read(path).unwrap();
            let length = (header.len() as u64).to_le_bytes();
            let values = &whole[whole.len() - values_of(&whole)..];
            let file = path.with_file_name("whole.safetensors");
            std::fs::write(&file, [&length[..], &header, values].concat()).unwrap();
            loads(&file).is_some()
        }),
    ]
}

fn loads(path: &Path) -> Option<Segmenter> {
    let file = WeightFile::open(path).ok()?;
    let config = SegmenterConfig::of(&file).ok()?;
    let loaded = Segmenter::load(&config, &file, &Device::default()).ok()?;
    Some(loaded.0)
}

/// Few channels and few blocks, so that a file is read in a moment.
fn config() -> SegmenterConfig {
    let mut config = SegmenterConfig::from_sizes(SegmenterSizes {
        image_size: 64,
        channels: 8,
        trunk: HieraConfig {
            channels: 4,
            heads: 1,
            blocks: [1; 4],
            windows: [8, 4, 2, 1],
            global_blocks: vec![2],
            background: 2,
        },
        token_hidden_channels: 8,
        quality_hidden_channels: 8,
    });
    config.mask_decoder.heads = 2;
    config.prompt_encoder.mask_channels = 4;
    config.memory.channels = 4;
    config.memory.frames = 2;
    config.memory.attention.layers = 1;
    config.memory.attention.hidden_channels = 8;
    config.memory.encoder.layers = 1;
    config.memory.encoder.hidden_channels = 8;
    config
}

fn saved() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let config = config();
    let format = SavedFormat {
        naming: Naming::Ours,
        storage: StorageType::F16,
        notes: BTreeMap::new(),
    };
    let segmenter = config.init(&Device::default());
    segmenter.save(&config, &path, format).unwrap();
    std::fs::read(path).unwrap()
}

/// The description of the tensors, without its length.
fn header(file: &[u8]) -> Vec<u8> {
    file[8..file.len() - values_of(file)].to_vec()
}

/// Bytes of all tensors.
fn values_of(file: &[u8]) -> usize {
    let length = u64::from_le_bytes(*file.first_chunk().unwrap());
    file.len() - 8 - length as usize
}
