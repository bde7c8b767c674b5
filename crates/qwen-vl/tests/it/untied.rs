//! A model whose output layer is not its embedding: logits against transformers, with whole and with compressed weights.

use std::{fs, path::Path};

use burn::tensor::{Device, Tensor};
use safetensors::{SafeTensors, tensor::TensorView};
use tubelet_nn::{StorageType, WeightError, WeightFile, relative_error};
use tubelet_qwen_vl::{Compression, QwenError, QwenVl, WeightType};

use crate::golden::{Golden, close, folder, model};

const EMBEDDING: &str = "model.language_model.embed_tokens.weight";

/// The tiny model with the embedding's rows, the last first, as its output layer, in a folder.
fn write(place: &Path, with_head: bool) {
    let original = folder().join("model");
    let text = fs::read_to_string(original.join("config.json")).unwrap();
    let mut config: serde_json::Value = serde_json::from_str(&text).unwrap();
    config["tie_word_embeddings"] = false.into();
    config["text_config"]["tie_word_embeddings"] = false.into();
    fs::write(place.join("config.json"), config.to_string()).unwrap();
    let bytes = fs::read(original.join("model.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let embedding = tensors.tensor(EMBEDDING).unwrap();
    let shape = embedding.shape().to_vec();
    let rows = embedding.data().chunks(embedding.data().len() / shape[0]);
    let head: Vec<u8> = rows.rev().flatten().copied().collect();
    let mut views = tensors.tensors();
    if with_head {
        let head = TensorView::new(embedding.dtype(), shape, &head).unwrap();
        views.push(("lm_head.weight".to_owned(), head));
    }
    let file = safetensors::serialize(views, None).unwrap();
    fs::write(place.join("model.safetensors"), file).unwrap();
}

fn load(place: &Path) -> Result<QwenVl, QwenError> {
    QwenVl::load(place, WeightType::Single, &Device::default())
}

fn states(model: &QwenVl) -> Tensor<2> {
    let special = [model.config().tokens.image, model.config().tokens.video];
    let sequence = Golden::open("model_cases").sequence("text", special);
    let embedded = model.embed(&sequence, None, 0).unwrap();
    model.states(embedded, None, None).squeeze_dim::<2>(0)
}

/// The output layer as the file holds it.
fn head(place: &Path) -> Tensor<2> {
    let file = WeightFile::open(&place.join("model.safetensors")).unwrap();
    let numbers = file.read_f32("lm_head.weight").unwrap();
    let rows = file.tensors()["lm_head.weight"].shape()[0];
    Tensor::<1>::from_data(numbers.as_slice(), &Device::default()).reshape([rows as i32, -1])
}

#[test]
fn logits_of_an_output_layer_of_its_own_equal_the_reference() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), true);
    let untied = load(place.path()).unwrap();
    let states = states(&untied);
    let logits = untied.logits(states.clone());
    let rows = logits.dims()[0];
    Golden::open("model_cases").check("untied.logits", logits.clone().narrow(0, rows - 3, 3));
    let product = states.matmul(head(place.path()).transpose());
    close("states · headᵀ", logits, product);
}

#[test]
fn a_compressed_output_layer_of_its_own_is_used_and_not_the_embedding() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), true);
    let head = head(place.path());
    for (compression, most) in [(Compression::EightBit, 0.02), (Compression::FourBit, 0.2)] {
        let untied = load(place.path()).unwrap().compressed(compression);
        let states = states(&untied);
        let logits = untied.logits(states.clone());
        let expected = states.clone().matmul(head.clone().transpose());
        let error = relative_error(logits, expected.clone());
        assert!(error < most, "{compression:?}: {error}");
        let tied = model().compressed(compression).logits(states);
        assert!(relative_error(tied, expected) > 0.5, "{compression:?}");
    }
}

#[test]
fn an_output_layer_of_its_own_is_saved_and_missed() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), true);
    let untied = load(place.path()).unwrap();
    let expected = untied.logits(states(&untied));
    let copy = tempfile::tempdir().unwrap();
    write(copy.path(), false);
    let Err(QwenError::Weights(WeightError::Mismatch { missing, .. })) = load(copy.path()) else {
        panic!("a folder without an output layer was taken");
    };
    assert_eq!(missing, ["decoder.head"]);
    untied.save(copy.path(), StorageType::F32).unwrap();
    let again = load(copy.path()).unwrap();
    close("saved", again.logits(states(&again)), expected);
}
