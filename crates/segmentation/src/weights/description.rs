//! A segmenter's sizes as text, so that a weight file can say what it holds.
//!
//! In and out: keys and numbers. A key is written once, here; sizes that follow from others are not written.

use std::collections::BTreeMap;

use crate::{
    Generation, SegmentationError, SegmenterConfig, SegmenterSizes, SpatialPositionConfig,
};

const GENERATION: &str = "segmenter.generation";
/// Stated only by models that are told places in space.
const SPATIAL: &str = "spatial.hidden_channels";

/// A size that can be written and read.
enum Size<'a> {
    Count(&'a mut usize),
    Counts(&'a mut [usize]),
    List(&'a mut Vec<usize>),
    Number(&'a mut f64),
}

impl SegmenterConfig {
    /// The sizes as text.
    pub(crate) fn description(&self) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        let generation = match self.generation {
            Generation::Sam2 => "2",
            Generation::Sam21 => "2.1",
        };
        texts.insert(GENERATION.to_owned(), generation.to_owned());
        for (key, size) in self.clone().sizes() {
            let text = match size {
                Size::Count(count) => count.to_string(),
                Size::Counts(counts) => joined(counts),
                Size::List(counts) => joined(counts),
                Size::Number(number) => number.to_string(),
            };
            texts.insert(key.to_owned(), text);
        }
        texts
    }

    /// Sizes from text; `None` where there are none.
    pub(crate) fn from_description(
        texts: &BTreeMap<String, String>,
    ) -> Result<Option<Self>, SegmentationError> {
        let Some(generation) = texts.get(GENERATION) else {
            return Ok(None);
        };
        let mut config = Self::tiny();
        config.generation = match generation.as_str() {
            "2" => Generation::Sam2,
            "2.1" => Generation::Sam21,
            other => return Err(unreadable(GENERATION, other)),
        };
        config.spatial = texts
            .contains_key(SPATIAL)
            .then(SpatialPositionConfig::default);
        for (key, size) in config.sizes() {
            let text = texts.get(key).map_or("", String::as_str);
            read(size, text).ok_or_else(|| unreadable(key, text))?;
        }
        let consistent = Self::from_sizes(SegmenterSizes {
            image_size: config.image_size,
            channels: config.image_encoder.neck.channels,
            trunk: config.image_encoder.trunk,
            token_hidden_channels: config.mask_decoder.token_hidden_channels,
            quality_hidden_channels: config.mask_decoder.quality_hidden_channels,
        });
        config.image_encoder = consistent.image_encoder;
        config.prompt_encoder.channels = consistent.prompt_encoder.channels;
        config.prompt_encoder.image_size = consistent.prompt_encoder.image_size;
        config.mask_decoder.channels = consistent.mask_decoder.channels;
        config.check()?;
        Ok(Some(config))
    }

    /// Every size that does not follow from others.
    fn sizes(&mut self) -> Vec<(&'static str, Size<'_>)> {
        let trunk = &mut self.image_encoder.trunk;
        let decoder = &mut self.mask_decoder;
        let memory = &mut self.memory;
        let (attention, encoder) = (&mut memory.attention, &mut memory.encoder);
        let mut sizes = vec![
            ("segmenter.image_size", Size::Count(&mut self.image_size)),
            (
                "segmenter.channels",
                Size::Count(&mut self.image_encoder.neck.channels),
            ),
            ("trunk.channels", Size::Count(&mut trunk.channels)),
            ("trunk.heads", Size::Count(&mut trunk.heads)),
            ("trunk.blocks", Size::Counts(&mut trunk.blocks)),
            ("trunk.windows", Size::Counts(&mut trunk.windows)),
            ("trunk.global_blocks", Size::List(&mut trunk.global_blocks)),
            ("trunk.background", Size::Count(&mut trunk.background)),
            (
                "prompt.mask_channels",
                Size::Count(&mut self.prompt_encoder.mask_channels),
            ),
            ("decoder.heads", Size::Count(&mut decoder.heads)),
            ("decoder.layers", Size::Count(&mut decoder.layers)),
            (
                "decoder.token_hidden_channels",
                Size::Count(&mut decoder.token_hidden_channels),
            ),
            (
                "decoder.quality_hidden_channels",
                Size::Count(&mut decoder.quality_hidden_channels),
            ),
            (
                "decoder.stability_delta",
                Size::Number(&mut decoder.stability.delta),
            ),
            (
                "decoder.stability_threshold",
                Size::Number(&mut decoder.stability.threshold),
            ),
            ("memory.channels", Size::Count(&mut memory.channels)),
            ("memory.frames", Size::Count(&mut memory.frames)),
            ("memory.pointers", Size::Count(&mut memory.pointers)),
            (
                "memory.attention_layers",
                Size::Count(&mut attention.layers),
            ),
            ("memory.attention_heads", Size::Count(&mut attention.heads)),
            (
                "memory.attention_hidden_channels",
                Size::Count(&mut attention.hidden_channels),
            ),
            (
                "memory.rotary_base",
                Size::Number(&mut attention.rotary_base),
            ),
            ("memory.encoder_layers", Size::Count(&mut encoder.layers)),
            (
                "memory.encoder_kernel_size",
                Size::Count(&mut encoder.kernel_size),
            ),
            (
                "memory.encoder_hidden_channels",
                Size::Count(&mut encoder.hidden_channels),
            ),
            ("memory.mask_scale", Size::Number(&mut encoder.mask_scale)),
            ("memory.mask_bias", Size::Number(&mut encoder.mask_bias)),
        ];
        if let Some(spatial) = &mut self.spatial {
            let depths = &mut spatial.depths;
            sizes.extend([
                (SPATIAL, Size::Count(&mut spatial.hidden_channels)),
                ("spatial.depths", Size::Count(&mut depths.count)),
                ("spatial.near", Size::Number(&mut depths.near)),
                ("spatial.far", Size::Number(&mut depths.far)),
            ]);
        }
        sizes
    }
}

fn joined(counts: &[usize]) -> String {
    let texts: Vec<_> = counts.iter().map(usize::to_string).collect();
    texts.join(",")
}

fn read(size: Size<'_>, text: &str) -> Option<()> {
    let numbers = || {
        text.split(',')
            .filter(|number| !number.is_empty())
            .map(|number| number.parse::<usize>().ok())
            .collect::<Option<Vec<_>>>()
    };
    match size {
        Size::Count(count) => *count = text.parse().ok()?,
        Size::Number(number) => *number = finite(text)?,
        Size::List(list) => *list = numbers()?,
        Size::Counts(counts) => {
            let numbers = numbers()?;
            if numbers.len() != counts.len() {
                return None;
            }
            counts.copy_from_slice(&numbers);
        }
    }
    Some(())
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn unreadable(key: &str, text: &str) -> SegmentationError {
    SegmentationError::Config {
        reason: format!("the file says `{key}` is `{text}`"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is wrong"
    )]
    use super::*;

    #[test]
    fn described_sizes_are_read_back() {
        let mut config = SegmenterConfig::base_plus().with_generation(Generation::Sam2);
        config.memory.frames = 5;
        config.memory.encoder.mask_bias = -7.25;
        config.image_encoder.trunk.global_blocks.clear();
        for spatial in [None, Some(SpatialPositionConfig::default())] {
            let mut config = config.clone().with_spatial(spatial);
            if let Some(spatial) = &mut config.spatial {
                spatial.depths.count = 9;
            }
            let read = SegmenterConfig::from_description(&config.description()).unwrap();
            assert_eq!(read, Some(config));
        }
        assert_eq!(
            SegmenterConfig::from_description(&BTreeMap::new()).unwrap(),
            None
        );
    }

    #[test]
    fn a_wrong_size_is_named() {
        for (key, text) in [
            ("trunk.blocks", "1,2,3"),
            ("memory.frames", "many"),
            ("memory.mask_bias", "NaN"),
        ] {
            let mut texts = SegmenterConfig::tiny().description();
            texts.insert(key.to_owned(), text.to_owned());
            let error = SegmenterConfig::from_description(&texts).unwrap_err();
            assert!(error.to_string().contains(key), "{error}");
        }
        let mut texts = SegmenterConfig::tiny().description();
        texts.insert("segmenter.image_size".to_owned(), "1000".to_owned());
        let error = SegmenterConfig::from_description(&texts).unwrap_err();
        assert!(error.to_string().contains("1000"), "{error}");
    }
}
