//! Single parts of the model against those of transformers, each with an input of its own (`fixtures/qwen_vl/blocks.py`).

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use tubelet_nn::WeightFile;

use crate::{
    language::{
        attention::LayerPass,
        rotary::{Position, RotaryTables},
    },
    model::QwenVl,
    vision::{
        block::VisionPass,
        grid::{VisionGrid, angles},
    },
    weights::WeightType,
};

/// Largest difference that passes, as a fraction of the largest expected value.
const TOLERANCE: f32 = 1e-5;

struct Parts {
    model: QwenVl,
    golden: WeightFile,
}

impl Parts {
    fn load() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let device = Device::default();
        Self {
            model: QwenVl::load(&folder.join("model"), WeightType::Single, &device).unwrap(),
            golden: WeightFile::open(&folder.join("block_cases.safetensors")).unwrap(),
        }
    }

    fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        let shape: [usize; D] = self.golden.tensors()[name].shape().try_into().unwrap();
        let data = TensorData::new(self.golden.read_f32(name).unwrap(), shape);
        Tensor::from_data(data, &Device::default())
    }

    fn check<const D: usize>(&self, name: &str, found: Tensor<D>) {
        let expected = self.tensor::<D>(name);
        assert_eq!(found.dims(), expected.dims(), "{name}");
        let largest: f32 = expected.clone().abs().max().into_scalar();
        let difference: f32 = (found - expected).abs().max().into_scalar();
        assert!(
            difference <= TOLERANCE * largest,
            "{name}: {difference} of {largest}"
        );
    }

    fn grid(&self) -> VisionGrid {
        let sizes: Vec<usize> = self
            .golden
            .read_f32("grid")
            .unwrap()
            .iter()
            .map(|x| *x as usize)
            .collect();
        VisionGrid {
            frames: sizes[0],
            rows: sizes[1],
            columns: sizes[2],
        }
    }
}

#[test]
fn a_block_of_the_vision_tower_equals_the_reference() {
    let parts = Parts::load();
    let (config, grid) = (&parts.model.config().vision, parts.grid());
    let shape = [grid.frame_patches(), config.channels / config.heads / 2];
    let rotary = RotaryTables::new(angles(config, grid), shape, &Device::default());
    let pass = VisionPass {
        rotary: &rotary,
        adapter: None,
    };
    let block = &parts.model.vision.blocks[1];
    let found = block.forward(parts.tensor("vision.input"), pass);
    parts.check("vision.output", found);
}

#[test]
fn the_merger_and_those_of_deepstack_equal_the_reference() {
    let parts = Parts::load();
    let tower = &parts.model.vision;
    let patches = || parts.tensor("vision.input");
    parts.check("merger.output", tower.merger.forward(patches(), None));
    assert_eq!(tower.taps.len(), 2);
    for (index, tap) in tower.taps.iter().enumerate() {
        let name = format!("tap.{index}.output");
        parts.check(&name, tap.forward(patches(), None));
    }
}

#[test]
fn a_block_of_the_decoder_equals_the_reference() {
    let parts = Parts::load();
    let numbers = parts.golden.read_f32("decoder.positions").unwrap();
    let positions: Vec<Position> = numbers
        .as_chunks::<3>()
        .0
        .iter()
        .map(|position| position.map(|axis| axis as i64))
        .collect();
    let decoder = &parts.model.decoder;
    let rotary = decoder.rotary.tables(&positions, &Device::default());
    let pass = LayerPass {
        rotary: &rotary,
        cache: None,
        adapter: None,
    };
    let found = decoder.blocks[1].forward(parts.tensor("decoder.input"), pass);
    parts.check("decoder.output", found);
}
