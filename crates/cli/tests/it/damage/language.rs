//! A folder of a very small language model with one file damaged, and an adapter for it.

use std::{cell::OnceCell, path::Path};

use tubelet_qwen_vl::{
    Message, ModelFiles, Part, Picture, Processor, QwenVl, QwenVlConfig, Role, WeightType,
};
use tubelet_segmentation::Device;

use super::{
    target::{Target, put},
    weights::ADAPTER,
};

/// The files of a released folder.
const FILES: &[(&str, &[u8])] = &[
    (
        "config.json",
        include_bytes!("../../../../qwen-vl/tests/golden/model/config.json"),
    ),
    (
        "generation_config.json",
        include_bytes!("../../../../qwen-vl/tests/golden/model/generation_config.json"),
    ),
    (
        "preprocessor_config.json",
        include_bytes!("../../../../qwen-vl/tests/golden/model/preprocessor_config.json"),
    ),
    (
        "video_preprocessor_config.json",
        include_bytes!("../../../../qwen-vl/tests/golden/model/video_preprocessor_config.json"),
    ),
    (
        "tokenizer.json",
        include_bytes!("../../../../qwen-vl/tests/golden/model/tokenizer.json"),
    ),
    (
        "chat_template.jinja",
        include_bytes!("../../../../qwen-vl/tests/golden/model/chat_template.jinja"),
    ),
    (
        WEIGHTS,
        include_bytes!("../../../../qwen-vl/tests/golden/model/model.safetensors"),
    ),
];
const WEIGHTS: &str = "model.safetensors";
const ADAPTER_CONFIG: &[u8] =
    include_bytes!("../../../../qwen-vl/tests/golden/adapter/adapter_config.json");

pub(super) fn targets() -> Vec<Target> {
    let mut targets: Vec<Target> = FILES
        .iter()
        .map(|(name, content)| {
            Target::new("language", name, vec![content.to_vec()], |path| {
                answers(path.parent().unwrap()).is_some()
            })
        })
        .collect();
    for (name, content) in [
        ("adapter_config.json", ADAPTER_CONFIG),
        ("adapter_model.safetensors", ADAPTER),
    ] {
        targets.push(Target::new(
            "language",
            name,
            vec![content.to_vec()],
            |path| {
                put(&path.with_file_name("adapter_config.json"), ADAPTER_CONFIG);
                put(&path.with_file_name("adapter_model.safetensors"), ADAPTER);
                fits(path.parent().unwrap())
            },
        ));
    }
    targets
}

/// Opens the model, and makes a conversation with a picture and a video into tokens.
fn answers(folder: &Path) -> Option<()> {
    for (name, content) in FILES {
        put(&folder.join(name), content);
    }
    let files = ModelFiles::from(folder);
    files.generation_defaults().ok()?;
    let config = QwenVlConfig::read(&folder.join("config.json")).ok()?;
    let processor = Processor::load(folder, &config).ok()?;
    let pixels = [7; 8 * 8 * 3];
    let picture = Picture {
        pixels: &pixels,
        width: 8,
        height: 8,
    };
    let image = processor.image(picture).ok()?;
    let frames = processor.frame_indices(9, 3.0).ok()?;
    let mut video = processor.video(frames.len(), [8, 8]).ok()?;
    for frame in frames {
        video.push(picture, frame as f64).ok()?;
    }
    let parts = vec![
        Part::Text("what?".to_owned()),
        Part::Image(image),
        Part::Video(video.finish().ok()?),
    ];
    let role = Role::User;
    let sequence = processor.sequence(vec![Message { role, parts }]).ok()?;
    processor.decode(&sequence.tokens).ok()?;
    let bytes = processor.token_bytes();
    let model = QwenVl::load(folder, WeightType::Stored, &Device::default()).ok()?;
    (bytes.len() == model.config().text.vocabulary).then_some(())
}

/// Whether an adapter fits the model that it was made for.
fn fits(folder: &Path) -> bool {
    thread_local! {
        static MODEL: OnceCell<QwenVl> = const { OnceCell::new() };
    }
    MODEL.with(|model| {
        let model = model.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            for (name, content) in FILES {
                put(&folder.path().join(name), content);
            }
            QwenVl::load(folder.path(), WeightType::Single, &Device::default()).unwrap()
        });
        model.load_adapter(folder, &Device::default()).is_ok()
    })
}
