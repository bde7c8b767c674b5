//! Model folders: several files, other element types, and what is wrong with them.

use std::{fs, path::Path};

use burn::tensor::{Device, Tensor};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use tubelet_nn::{WeightError, relative_error};
use tubelet_qwen_vl::{Compression, QwenError, QwenVl, QwenVlConfig, TokenSequence, WeightType};

use crate::golden::{folder, model};

fn states(model: &QwenVl) -> Tensor<3> {
    let sequence = TokenSequence {
        tokens: (1..40).collect(),
        visuals: Vec::new(),
    };
    let embedded = model.embed(&sequence, None, 0).unwrap();
    model.states(embedded, None, None)
}

fn copy(place: &Path) {
    for name in ["config.json", "model.safetensors"] {
        fs::copy(folder().join("model").join(name), place.join(name)).unwrap();
    }
}

/// Cuts the weights of a folder into two files with an index; returns the index.
fn cut(place: &Path) -> serde_json::Value {
    let whole = place.join("model.safetensors");
    let bytes = fs::read(&whole).unwrap();
    fs::remove_file(whole).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut map = serde_json::Map::new();
    for part in 0..2 {
        let file = format!("model-{part}.safetensors");
        let names = tensors.names();
        let chosen = names
            .iter()
            .enumerate()
            .filter(|(index, _)| index % 2 == part);
        let views: Vec<(&str, TensorView)> = chosen
            .map(|(_, name)| (*name, tensors.tensor(name).unwrap()))
            .collect();
        for (name, _) in &views {
            map.insert((*name).to_owned(), file.clone().into());
        }
        fs::write(
            place.join(file),
            safetensors::serialize(views, None).unwrap(),
        )
        .unwrap();
    }
    let index = serde_json::json!({ "metadata": {}, "weight_map": map });
    write_index(place, &index);
    index
}

fn write_index(place: &Path, index: &serde_json::Value) {
    let path = place.join("model.safetensors.index.json");
    fs::write(path, index.to_string()).unwrap();
}

fn load(place: &Path) -> Result<QwenVl, QwenError> {
    QwenVl::load(place, WeightType::Single, &Device::default())
}

#[test]
fn several_files_are_one_model() {
    let place = tempfile::tempdir().unwrap();
    copy(place.path());
    let mut index = cut(place.path());
    let found = states(&load(place.path()).unwrap());
    found
        .into_data()
        .assert_eq(&states(&model()).into_data(), true);
    let first = index["weight_map"]
        .as_object()
        .unwrap()
        .keys()
        .next()
        .unwrap()
        .clone();
    index["weight_map"][&first] = "../model-0.safetensors".into();
    write_index(place.path(), &index);
    let found = load(place.path());
    assert!(matches!(
        found,
        Err(QwenError::Weights(WeightError::Format { .. }))
    ));
    index["weight_map"][&first] = "absent.safetensors".into();
    write_index(place.path(), &index);
    let found = load(place.path());
    assert!(matches!(
        found,
        Err(QwenError::Weights(WeightError::Io { .. }))
    ));
}

#[test]
fn weights_as_stored_in_half_precision_give_nearly_the_same() {
    let path = folder().join("model");
    let half = QwenVl::load(&path, WeightType::Stored, &Device::default()).unwrap();
    let error = relative_error(states(&half), states(&model()));
    assert!(error < 0.03, "{error}");
}

#[test]
fn compressed_weights_give_nearly_the_same() {
    let expected = states(&model());
    for (compression, most) in [(Compression::EightBit, 0.03), (Compression::FourBit, 0.6)] {
        let compressed = model().compressed(compression);
        let error = relative_error(states(&compressed), expected.clone());
        assert!(error < most && error > 1e-4, "{compression:?}: {error}");
    }
}

#[test]
fn every_missing_unexpected_and_misshapen_tensor_is_named() {
    let place = tempfile::tempdir().unwrap();
    copy(place.path());
    let path = place.path().join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let norm = "model.language_model.norm.weight";
    let embedding = "model.visual.pos_embed.weight";
    let views = tensors.names().into_iter().filter_map(|name| {
        let view = tensors.tensor(name).unwrap();
        if name == norm {
            return None;
        }
        if name != embedding {
            return Some((name.to_owned(), view));
        }
        let shape = view.shape().iter().rev().copied().collect();
        let turned = TensorView::new(view.dtype(), shape, view.data()).unwrap();
        Some((name.to_owned(), turned))
    });
    let mut views: Vec<_> = views.collect();
    views.push(("model.extra".to_owned(), tensors.tensor(norm).unwrap()));
    fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    let Err(QwenError::Weights(WeightError::Mismatch {
        missing,
        unexpected,
        misshapen,
        ..
    })) = load(place.path())
    else {
        panic!("the folder was taken");
    };
    assert_eq!(missing, ["decoder.norm.weight"]);
    assert_eq!(unexpected, ["model.extra"]);
    assert!(misshapen[0].starts_with(embedding), "{misshapen:?}");
}

#[test]
fn truncated_and_foreign_files_are_named() {
    let place = tempfile::tempdir().unwrap();
    copy(place.path());
    let path = place.path().join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    for length in [bytes.len() - 1, 1000, 5, 0] {
        fs::write(&path, &bytes[..length]).unwrap();
        let found = load(place.path()).map(|_| ());
        assert!(
            matches!(found, Err(QwenError::Weights(_))),
            "{length} {found:?}"
        );
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(
        load(place.path()),
        Err(QwenError::Weights(WeightError::Io { .. }))
    ));
    fs::remove_file(place.path().join("config.json")).unwrap();
    assert!(matches!(load(place.path()), Err(QwenError::Io { .. })));
}

#[test]
fn a_part_that_is_cut_short_is_named() {
    let place = tempfile::tempdir().unwrap();
    copy(place.path());
    cut(place.path());
    let path = place.path().join("model-1.safetensors");
    let bytes = fs::read(&path).unwrap();
    for length in [bytes.len() - 1, bytes.len() / 2, 5] {
        fs::write(&path, &bytes[..length]).unwrap();
        let Err(QwenError::Weights(error)) = load(place.path()) else {
            panic!("{length} of {} bytes were taken", bytes.len());
        };
        let said = error.to_string();
        assert!(said.contains("model-1.safetensors"), "{said}");
    }
}

#[test]
fn weights_that_are_no_floats_are_named() {
    let place = tempfile::tempdir().unwrap();
    copy(place.path());
    let path = place.path().join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let norm = "model.language_model.norm.weight";
    let shape = tensors.tensor(norm).unwrap().shape().to_vec();
    let whole = vec![0; 8 * shape[0]];
    let mut views = tensors.tensors();
    views.retain(|(name, _)| name != norm);
    let view = TensorView::new(Dtype::I64, shape, &whole).unwrap();
    views.push((norm.to_owned(), view));
    fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    let Err(QwenError::Weights(WeightError::Tensor { name, reason, .. })) = load(place.path())
    else {
        panic!("the folder was taken");
    };
    assert_eq!(name, norm);
    assert!(reason.contains("not floats"), "{reason}");
}

#[test]
fn sizes_that_no_model_has_are_named_as_the_file_names_them() {
    let text = fs::read_to_string(folder().join("model/config.json")).unwrap();
    let original: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(QwenVlConfig::parse(&text).is_ok());
    for (path, value, field) in [
        (
            "/text_config/num_key_value_heads",
            3.into(),
            "text_config.num_key_value_heads",
        ),
        ("/text_config/head_dim", 0.into(), "text_config.head_dim"),
        (
            "/text_config/rope_parameters/rope_theta",
            (-1).into(),
            "text_config.rope_theta",
        ),
        (
            "/text_config/rope_parameters/mrope_section",
            serde_json::json!([2, 2, 2]),
            "text_config.rope_parameters.mrope_section",
        ),
        (
            "/text_config/rope_parameters/mrope_section",
            serde_json::json!([u64::MAX, 1, 4]),
            "text_config.rope_parameters.mrope_section",
        ),
        (
            "/text_config/hidden_act",
            "relu".into(),
            "text_config.hidden_act",
        ),
        (
            "/vision_config/num_position_embeddings",
            35.into(),
            "vision_config.num_position_embeddings",
        ),
        (
            "/vision_config/out_hidden_size",
            16.into(),
            "vision_config.out_hidden_size",
        ),
        (
            "/vision_config/deepstack_visual_indexes",
            serde_json::json!([0, 7]),
            "vision_config.deepstack_visual_indexes",
        ),
        (
            "/vision_config/depth",
            (1_u64 << 40).into(),
            "vision_config.depth",
        ),
        ("/image_token_id", 999.into(), "image_token_id"),
        ("/model_type", "qwen3_vl_moe".into(), "model_type"),
    ] {
        let mut changed = original.clone();
        *changed.pointer_mut(path).unwrap() = value;
        match QwenVlConfig::parse(&changed.to_string()) {
            Err(QwenError::Config { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{path}: {other:?}"),
        }
    }
}

#[test]
fn released_spellings_of_the_configuration_are_read() {
    let text = fs::read_to_string(folder().join("model/config.json")).unwrap();
    let mut released: serde_json::Value = serde_json::from_str(&text).unwrap();
    let text_config = released["text_config"].as_object_mut().unwrap();
    let mut rotary = text_config.remove("rope_parameters").unwrap();
    let theta = rotary
        .as_object_mut()
        .unwrap()
        .remove("rope_theta")
        .unwrap();
    text_config.insert("rope_scaling".to_owned(), rotary);
    text_config.insert("rope_theta".to_owned(), theta);
    released["vision_config"]
        .as_object_mut()
        .unwrap()
        .remove("rope_parameters");
    let found = QwenVlConfig::parse(&released.to_string()).unwrap();
    assert_eq!(found, QwenVlConfig::parse(&text).unwrap());
}
