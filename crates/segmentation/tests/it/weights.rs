//! Weight files: written under every naming, read back, refused with names.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Tensor, TensorData},
};
use tubelet_nn::{StorageType, WeightFile, parameter_shapes};
use tubelet_segmentation::{
    Generation, HieraConfig, Naming, SavedFormat, SegmentationError, Segmenter, SegmenterConfig,
    SegmenterSizes,
};

const NAMINGS: [Naming; 3] = [Naming::Ours, Naming::Official, Naming::HuggingFace];

fn small() -> SegmenterConfig {
    SegmenterConfig::from_sizes(SegmenterSizes {
        image_size: 64,
        channels: 32,
        trunk: HieraConfig {
            channels: 4,
            heads: 1,
            blocks: [1, 2, 2, 1],
            windows: [4, 4, 2, 2],
            global_blocks: vec![4],
            background: 3,
        },
        token_hidden_channels: 16,
        quality_hidden_channels: 8,
    })
}

fn format(naming: Naming) -> SavedFormat {
    SavedFormat {
        naming,
        storage: StorageType::F32,
        notes: BTreeMap::from([("licence".to_owned(), "MIT".to_owned())]),
    }
}

fn save(
    segmenter: &Segmenter,
    config: &SegmenterConfig,
    naming: Naming,
) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    segmenter.save(config, &path, format(naming)).unwrap();
    (folder, path)
}

#[derive(Default)]
struct Values {
    path: Vec<String>,
    found: BTreeMap<String, TensorData>,
}

impl ModuleVisitor for Values {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self.path.join(".");
        self.found.insert(name, param.val().into_data());
    }
}

fn values(segmenter: &Segmenter) -> BTreeMap<String, TensorData> {
    let mut values = Values::default();
    segmenter.visit(&mut values);
    values.found
}

#[test]
fn what_is_saved_under_any_names_is_loaded_again() {
    for generation in [Generation::Sam2, Generation::Sam21] {
        let config = small().with_generation(generation);
        let segmenter = config.init(&Device::default());
        for naming in NAMINGS {
            let (_folder, path) = save(&segmenter, &config, naming);
            let file = WeightFile::open(&path).unwrap();
            assert_eq!(Naming::of(&file), Some(naming));
            assert_eq!(SegmenterConfig::of(&file).unwrap(), config);
            assert_eq!(file.metadata()["licence"], "MIT");
            let (loaded, report) = Segmenter::load(&config, &file, &Device::default()).unwrap();
            let unused = match naming {
                Naming::Ours => vec![],
                Naming::Official => vec!["no_mem_pos_enc".to_owned()],
                Naming::HuggingFace => vec!["no_memory_positional_encoding".to_owned()],
            };
            assert_eq!(report.ignored, unused);
            let ages = &file.tensors()[&naming.name_of("recall.ages")].shape();
            assert_eq!(ages.len(), if naming == Naming::Ours { 2 } else { 4 });
            assert_eq!(values(&loaded), values(&segmenter));
        }
    }
}

#[test]
fn every_parameter_has_a_name_of_its_own_everywhere() {
    let segmenter = small().init(&Device::default());
    let parameters: BTreeSet<_> = parameter_shapes(&segmenter).into_keys().collect();
    for naming in [Naming::Official, Naming::HuggingFace] {
        let names: BTreeSet<_> = parameters.iter().map(|path| naming.name_of(path)).collect();
        assert_eq!(names.len(), parameters.len());
        let back: BTreeSet<_> = names
            .iter()
            .filter_map(|name| naming.parameter_of(name))
            .collect();
        assert_eq!(back, parameters);
        let ours = "recall.|trunk.patches|.query_key_value|.laterals|perceptron";
        let untranslated = names
            .iter()
            .find(|name| ours.split('|').any(|part| name.contains(part)));
        assert_eq!(untranslated, None);
    }
}

#[test]
fn missing_and_misshapen_tensors_go_by_the_names_of_the_file() {
    let config = small();
    let segmenter = config.init(&Device::default());
    let (_folder, path) = save(&segmenter, &config, Naming::HuggingFace);
    let file = WeightFile::open(&path).unwrap();
    let mut deeper = config.clone();
    deeper.mask_decoder.layers = 3;
    deeper.mask_decoder.quality_hidden_channels = 16;
    let error = Segmenter::load(&deeper, &file, &Device::default()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("mask_decoder.transformer.layers.2.mlp.proj_in.weight"),
        "{text}"
    );
    assert!(
        text.contains("mask_decoder.iou_prediction_head.proj_in.weight"),
        "{text}"
    );
}

#[test]
fn a_file_without_a_segmenter_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.safetensors");
    let layer = tubelet_nn::LinearConfig::new(2, 2).init(&Device::default());
    tubelet_nn::save(
        &layer,
        &path,
        (StorageType::F32, BTreeMap::new()),
        str::to_owned,
    )
    .unwrap();
    let file = WeightFile::open(&path).unwrap();
    let error = SegmenterConfig::of(&file).unwrap_err();
    assert!(
        matches!(error, SegmentationError::UnknownNames { .. }),
        "{error}"
    );
}

#[test]
#[ignore = "needs checkpoints; run with TUBELET_CHECKPOINTS set to a folder of published ones"]
fn every_checkpoint_of_a_folder_is_known_and_loads() {
    let folder = PathBuf::from(std::env::var_os("TUBELET_CHECKPOINTS").unwrap());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is = |extension: &str| path.extension().is_some_and(|found| found == extension);
        if is("pt") || is("safetensors") {
            loads(&path);
        }
    }
}

#[expect(clippy::print_stderr, reason = "says which checkpoints were there")]
fn loads(path: &Path) {
    let file = WeightFile::open(path).unwrap();
    let config = SegmenterConfig::of(&file).unwrap();
    let (_, report) = Segmenter::load(&config, &file, &Device::default()).unwrap();
    let trunk = &config.image_encoder.trunk;
    eprintln!(
        "{}: {:?}, {:?} blocks, {} tensors, not used: {:?}",
        path.display(),
        config.generation,
        trunk.blocks,
        report.loaded,
        report.ignored
    );
}
