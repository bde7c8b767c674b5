//! The largest sizes that a segmenter may have.
//!
//! In: sizes, which a weight file of a few bytes may state. Out: the first that no model has, by name. The largest published
//! model is far below every limit.

use crate::{SegmenterConfig, error::SegmentationError};

/// Most channels anywhere but between the layers of a perceptron.
const CHANNELS: usize = 1 << 13;
/// Most channels between the layers of a perceptron.
const HIDDEN_CHANNELS: usize = 1 << 16;
/// Most layers or blocks of one kind.
const LAYERS: usize = 1 << 8;
/// Most frames that are told apart.
const FRAMES: usize = 1 << 12;
/// Longest side of images, windows and maps.
const SIDE: usize = 1 << 12;
/// Most numbers in the table of angles of the memory attention.
const ANGLES: usize = 1 << 26;

/// Refuses a size of zero and one above its limit.
pub(crate) fn check_limits(config: &SegmenterConfig) -> Result<(), SegmentationError> {
    let refuse = |reason: String| Err(SegmentationError::Config { reason });
    let (trunk, decoder) = (&config.image_encoder.trunk, &config.mask_decoder);
    let (memory, attention) = (&config.memory, &config.memory.attention);
    let encoder = &memory.encoder;
    let mut sizes = vec![
        ("image size", config.image_size, SIDE),
        ("channels", config.channels(), CHANNELS),
        ("trunk channels", trunk.channels, CHANNELS / 8),
        ("trunk heads", trunk.heads, CHANNELS),
        ("background", trunk.background, SIDE),
        (
            "mask channels",
            config.prompt_encoder.mask_channels,
            CHANNELS,
        ),
        ("decoder heads", decoder.heads, CHANNELS),
        ("decoder layers", decoder.layers, LAYERS),
        (
            "token hidden channels",
            decoder.token_hidden_channels,
            HIDDEN_CHANNELS,
        ),
        (
            "quality hidden channels",
            decoder.quality_hidden_channels,
            HIDDEN_CHANNELS,
        ),
        ("memory channels", memory.channels, CHANNELS),
        ("memory frames", memory.frames, FRAMES),
        ("memory pointers", memory.pointers, FRAMES),
        ("memory attention layers", attention.layers, LAYERS),
        ("memory attention heads", attention.heads, CHANNELS),
        (
            "memory attention hidden channels",
            attention.hidden_channels,
            HIDDEN_CHANNELS,
        ),
        ("memory encoder layers", encoder.layers, LAYERS),
        ("memory encoder kernel size", encoder.kernel_size, LAYERS),
        (
            "memory encoder hidden channels",
            encoder.hidden_channels,
            HIDDEN_CHANNELS,
        ),
    ];
    sizes.extend(
        trunk
            .blocks
            .map(|count| ("blocks of a stage", count, LAYERS)),
    );
    sizes.extend(trunk.windows.map(|side| ("window", side, SIDE)));
    if let Some(spatial) = &config.spatial {
        sizes.push(("depths", spatial.depths.count, FRAMES));
        sizes.push((
            "spatial hidden channels",
            spatial.hidden_channels,
            HIDDEN_CHANNELS,
        ));
    }
    for (name, size, most) in sizes {
        if size == 0 || size > most {
            return refuse(format!("{name}: {size} is not between 1 and {most}"));
        }
    }
    let (channels, grid) = (config.channels(), config.embedding_size());
    // A model of single images may say anything of its memories; those of more channels than it has hold no pointers.
    if memory.channels < channels && !channels.is_multiple_of(memory.channels) {
        return refuse(format!(
            "{} memory channels do not divide {channels} channels",
            memory.channels
        ));
    }
    if !channels.is_multiple_of(4 * attention.heads) {
        return refuse(format!(
            "{channels} channels do not split into {} memory attention heads of a multiple of four",
            attention.heads
        ));
    }
    if encoder.kernel_size.is_multiple_of(2) {
        return refuse(format!(
            "memory encoder kernel size {} has no middle",
            encoder.kernel_size
        ));
    }
    if grid * grid * (channels / attention.heads) > ANGLES {
        return refuse(format!(
            "image size {} with {channels} channels wants too large a table of angles",
            config.image_size
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut SegmenterConfig);

    #[test]
    fn what_no_model_has_is_refused_by_name() {
        let changes: [(Change, &str); 9] = [
            (
                |it| it.memory.attention.heads = 0,
                "memory attention heads: 0",
            ),
            (
                |it| it.memory.attention.layers = usize::MAX,
                "layers: 18446744073709551615",
            ),
            (
                |it| it.memory.attention.heads = 3,
                "3 memory attention heads",
            ),
            (|it| it.memory.channels = 7, "7 memory channels"),
            (|it| it.memory.encoder.kernel_size = 4, "kernel size 4"),
            (|it| it.image_encoder.trunk.windows[3] = 0, "window: 0"),
            (
                |it| it.image_encoder.trunk.blocks[2] = 1 << 40,
                "blocks of a stage",
            ),
            (|it| it.image_size = 1 << 20, "image size: 1048576"),
            (
                |it| {
                    it.image_size = 4096;
                    it.image_encoder.neck.channels = 8192;
                },
                "table of angles",
            ),
        ];
        for (change, part) in changes {
            let mut config = SegmenterConfig::tiny();
            change(&mut config);
            let message = config.check().map_err(|error| error.to_string());
            assert!(message.is_err_and(|it| it.contains(part)), "{part}");
        }
        let published = [SegmenterConfig::tiny(), SegmenterConfig::large()];
        assert!(published.iter().all(|config| config.check().is_ok()));
    }
}
