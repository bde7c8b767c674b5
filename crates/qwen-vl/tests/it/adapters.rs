//! Adapters against PEFT: logits, a training step, files both ways, merging.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Distribution, Int, Tensor, activation},
};
use tubelet_nn::{StorageType, TensorToWrite, WeightFile, relative_error, write_tensors};
use tubelet_qwen_vl::{Adapter, AdapterConfig, AdapterUse, QwenError, QwenVl, TokenSequence};

use crate::golden::{Golden, TOLERANCE, close, folder, model};

fn sequence(model: &QwenVl) -> TokenSequence {
    let special = [model.config().tokens.image, model.config().tokens.video];
    Golden::open("model_cases").sequence("image", special)
}

fn logits(model: &QwenVl, adapter: Option<AdapterUse>) -> Tensor<2> {
    let embedded = model.embed(&sequence(model), adapter, 0).unwrap();
    let states = model.states(embedded, None, adapter);
    model.logits(states).squeeze_dim::<2>(0)
}

fn last(logits: Tensor<2>) -> Tensor<2> {
    let [count, _] = logits.dims();
    logits.narrow(0, count - 3, 3)
}

fn adapter(model: &QwenVl, device: &Device) -> Adapter {
    model
        .load_adapter(&folder().join("adapter"), device)
        .unwrap()
}

#[test]
fn an_adapter_of_pefts_gives_pefts_logits_beside_the_weights_and_inside() {
    let (golden, model) = (Golden::open("adapter_cases"), model());
    let adapter = adapter(&model, &Device::default());
    golden.check(
        "logits",
        last(logits(&model, Some(AdapterUse::fixed(&adapter)))),
    );
    let merged = model.merged(&adapter).unwrap();
    golden.check("logits", last(logits(&merged, None)));
    let back = logits(&merged.unmerged(&adapter).unwrap(), None);
    close("unmerged", back, logits(&model, None));
}

#[test]
fn a_training_step_has_pefts_loss_and_gradients() {
    let (golden, model) = (Golden::open("adapter_cases"), model());
    let adapter = adapter(&model, &Device::default().autodiff());
    let logits = logits(&model, Some(AdapterUse::training(&adapter)));
    let labels = golden.integers("labels");
    let device = Device::default();
    let places: Vec<usize> = (1..labels.len()).filter(|i| labels[*i] >= 0).collect();
    let rows: Vec<i64> = places.iter().map(|place| *place as i64 - 1).collect();
    let wanted: Vec<i64> = places.iter().map(|place| labels[*place]).collect();
    let indices = |values: &[i64]| Tensor::<1, Int>::from_data(values, &device.clone().autodiff());
    let chosen = activation::log_softmax(logits.select(0, indices(&rows)), 1);
    let wanted = indices(&wanted).unsqueeze_dim::<2>(1);
    let loss = chosen.gather(1, wanted).mean().neg();
    let expected = golden.numbers("loss")[0];
    let found: f32 = loss.clone().into_scalar();
    assert!(
        (found - expected).abs() <= TOLERANCE * expected,
        "{found} {expected}"
    );
    let gradients = loss.backward();
    let mut compared = 0;
    for layer in [0, 2] {
        for (ours, theirs) in [
            ("attention.query", "self_attn.q_proj"),
            ("attention.value", "self_attn.v_proj"),
            ("feed_forward.down", "mlp.down_proj"),
        ] {
            let pair = adapter
                .matrices(&format!("decoder.blocks.{layer}.{ours}"))
                .unwrap();
            for (matrix, part) in pair.into_iter().zip(["lora_A", "lora_B"]) {
                let name = format!(
                    "gradient.base_model.model.model.language_model.layers.{layer}.{theirs}.{part}.weight"
                );
                golden.check(&name, matrix.grad(&gradients).unwrap());
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 12);
}

#[test]
fn a_saved_adapter_is_pefts_file() {
    let model = model();
    let original = adapter(&model, &Device::default());
    let place = tempfile::tempdir().unwrap();
    original
        .save(place.path(), Some("Qwen/Qwen3-VL-2B-Instruct"))
        .unwrap();
    let name = "adapter_model.safetensors";
    let [ours, theirs] = [place.path().to_owned(), folder().join("adapter")]
        .map(|folder| WeightFile::open(&folder.join(name)).unwrap());
    assert!(ours.tensors().keys().eq(theirs.tensors().keys()));
    for name in ours.tensors().keys() {
        assert_eq!(ours.read_f32(name).unwrap(), theirs.read_f32(name).unwrap());
    }
    let again = model
        .load_adapter(place.path(), &Device::default())
        .unwrap();
    assert_eq!(again.config(), original.config());
}

#[test]
fn a_saved_configuration_has_only_what_peft_writes() {
    let model = model();
    let place = tempfile::tempdir().unwrap();
    adapter(&model, &Device::default())
        .save(place.path(), None)
        .unwrap();
    let [ours, theirs] = [place.path().to_owned(), folder().join("adapter")].map(|folder| {
        let text = std::fs::read_to_string(folder.join("adapter_config.json")).unwrap();
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text).unwrap()
    });
    for (key, value) in &ours {
        let expected = &theirs[key];
        if key == "target_modules" {
            let sorted = |list: &serde_json::Value| {
                let words = list.as_array().unwrap().iter();
                let mut words: Vec<_> = words
                    .map(|word| word.as_str().unwrap().to_owned())
                    .collect();
                words.sort();
                words
            };
            assert_eq!(sorted(value), sorted(expected));
        } else if let (Some(value), Some(expected)) = (value.as_f64(), expected.as_f64()) {
            assert!((value - expected).abs() < 1e-12, "{key}");
        } else {
            assert_eq!(value, expected, "{key}");
        }
    }
}

/// For `fixtures/qwen_vl/adapter.py FOLDER`, which reads the folder with PEFT and compares its logits with ours.
#[test]
#[ignore = "writes a folder that TUBELET_ADAPTER names, for another program to read"]
fn an_adapter_to_every_projection_is_written_for_peft() {
    let place = std::path::PathBuf::from(std::env::var_os("TUBELET_ADAPTER").unwrap());
    let model = model();
    let adapter = adapter_everywhere(&model, 0.0).valid();
    adapter.save(&place, None).unwrap();
    let logits = logits(&model, Some(AdapterUse::fixed(&adapter)));
    let tensor = TensorToWrite {
        name: "logits".to_owned(),
        shape: logits.dims().to_vec(),
        values: logits.try_into_vec_as::<f32>().unwrap(),
    };
    let path = place.join("logits.safetensors");
    write_tensors(vec![tensor], &path, (StorageType::F32, BTreeMap::new())).unwrap();
}

#[test]
fn a_fresh_adapter_changes_nothing_and_dropping_its_inputs_does_nothing_to_answers() {
    let model = model();
    let config = |targets: &[&str]| AdapterConfig {
        rank: 3,
        alpha: 6.0,
        dropout: 0.5,
        targets: targets.iter().map(|target| (*target).to_owned()).collect(),
    };
    let device = Device::default();
    let fresh = model
        .new_adapter(config(&["q_proj", "linear_fc1", "qkv"]), &device)
        .unwrap();
    assert_eq!(fresh.projections().count(), 3 + (3 + 3) + 3);
    let plain = logits(&model, None);
    for used in [AdapterUse::fixed(&fresh), AdapterUse::training(&fresh)] {
        close("fresh", logits(&model, Some(used)), plain.clone());
    }
    let trained = adapter(&model, &device);
    let fixed = logits(&model, Some(AdapterUse::fixed(&trained)));
    assert!(relative_error(fixed, plain) > 0.01);
    for (targets, rank) in [(&["no_such"][..], 3), (&["q_proj"], 0)] {
        let config = AdapterConfig {
            rank,
            ..config(targets)
        };
        let found = model.new_adapter(config, &device);
        assert!(matches!(found, Err(QwenError::Adapter { .. })));
    }
}

#[test]
fn gradients_reach_adapters_of_the_vision_tower() {
    let model = model();
    let config = AdapterConfig {
        rank: 2,
        alpha: 2.0,
        dropout: 0.0,
        targets: vec!["qkv".to_owned()],
    };
    let device = Device::default().autodiff();
    let adapter = model.new_adapter(config, &device).unwrap();
    let loss = logits(&model, Some(AdapterUse::training(&adapter)))
        .powf_scalar(2.0)
        .sum();
    let gradients = loss.backward();
    for name in adapter.projections() {
        let [_, up] = adapter.matrices(name).unwrap();
        let largest: f32 = up.grad(&gradients).unwrap().abs().max().into_scalar();
        assert!(largest > 0.0, "{name}");
    }
    assert!(
        adapter
            .valid()
            .matrices("vision.blocks.0.attention_input")
            .is_some()
    );
}

/// Gradients of all matrices of an adapter to all kinds of projections, in order, after a pass that uses it so.
fn gradients(
    model: &QwenVl,
    adapter: &Adapter,
    used: AdapterUse,
    case: &str,
) -> Vec<(String, Tensor<2>)> {
    let special = [model.config().tokens.image, model.config().tokens.video];
    let sequence = Golden::open("model_cases").sequence(case, special);
    let embedded = model.embed(&sequence, Some(used), 0).unwrap();
    let states = model.states(embedded, None, Some(used));
    let loss = activation::log_softmax(model.logits(states), 2)
        .slice([0..1, 3..9, 5..9])
        .mean();
    let gradients = loss.backward();
    let mut found = Vec::new();
    for name in adapter.projections() {
        for matrix in adapter.matrices(name).unwrap() {
            found.push((name.to_owned(), matrix.grad(&gradients).unwrap()));
        }
    }
    found
}

fn in_a_row(gradients: &[(String, Tensor<2>)]) -> Tensor<1> {
    let parts = gradients.iter();
    let parts = parts.map(|(_, gradient)| gradient.clone().flatten::<1>(0, 1));
    Tensor::cat(parts.collect(), 0)
}

/// An adapter to all projections, both of whose matrices matter.
pub(crate) fn adapter_everywhere(model: &QwenVl, dropout: f64) -> Adapter {
    let targets = [
        "q_proj",
        "k_proj",
        "v_proj",
        "o_proj",
        "gate_proj",
        "up_proj",
        "down_proj",
        "qkv",
        "attn.proj",
        "linear_fc1",
        "linear_fc2",
    ];
    let config = AdapterConfig {
        rank: 2,
        alpha: 5.0,
        dropout,
        targets: targets.map(str::to_owned).to_vec(),
    };
    let plain = Device::default();
    plain.seed(5);
    let fresh = model.new_adapter(config, &plain).unwrap();
    // Both matrices must matter, so that both have gradients.
    let mut noise = Noise;
    fresh.map(&mut noise).train()
}

struct Noise;

impl ModuleMapper for Noise {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        parameter.map(|tensor| tensor.random_like(Distribution::Normal(0.0, 0.3)))
    }
}

#[test]
fn gradients_of_blocks_computed_again_are_those_of_blocks_kept() {
    let model = model();
    let adapter = adapter_everywhere(&model, 0.0);
    assert_eq!(adapter.projections().count(), 3 * 7 + 3 * 4 + 3 * 2);
    // Where nothing is recorded, kernels have ways of their own for very few rows, such as a picture of four patches, that round
    // differently.
    for (case, most) in [("image", 1e-6), ("video", 1e-6), ("mixed", 3e-4)] {
        let used = AdapterUse::training(&adapter);
        let expected = gradients(&model, &adapter, used, case);
        let found = gradients(&model, &adapter, used.recomputing(1), case);
        for ((name, found), (_, expected)) in found.into_iter().zip(expected) {
            let error = relative_error(found, expected);
            assert!(error < most, "{case} {name}: {error}");
        }
    }
}

#[test]
fn what_is_dropped_follows_from_the_seed_where_blocks_are_computed_again() {
    let model = model();
    let adapter = adapter_everywhere(&model, 0.4);
    let found = [7, 7, 8].map(|seed| {
        let used = AdapterUse::training(&adapter).recomputing(seed);
        gradients(&model, &adapter, used, "image")
    });
    let [first, again, other] = found.map(|found| in_a_row(&found));
    assert!(relative_error(again, first.clone()) < 1e-6);
    assert!(relative_error(other, first) > 0.01);
}
