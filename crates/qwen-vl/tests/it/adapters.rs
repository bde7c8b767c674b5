//! Adapters against PEFT: logits, a training step, files both ways, merging.

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor, activation},
};
use tubelet_nn::{WeightFile, relative_error};
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
