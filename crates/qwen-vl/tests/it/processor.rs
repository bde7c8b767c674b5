//! Pixel values, grids and token ids against transformers' Qwen3VLProcessor.

use std::{fs, path::Path};

use tubelet_qwen_vl::{
    Message, Part, Picture, Processor, QwenError, QwenVlConfig, Role, SeenVideo, VideoMarks, Visual,
};

use crate::golden::{Golden, folder};

/// The golden pixel values are half precision, whose rounding is far below one of 255 levels.
const TOLERANCE: f32 = 2e-3;

fn processor() -> Processor {
    let folder = folder().join("model");
    let config = QwenVlConfig::read(&folder.join("config.json")).unwrap();
    Processor::load(&folder, &config).unwrap()
}

fn pixels(golden: &Golden, name: &str) -> (Vec<u8>, Vec<usize>) {
    let bytes = golden.numbers(name).iter().map(|x| *x as u8).collect();
    (bytes, golden.shape(name))
}

fn check_visual(golden: &Golden, name: &str, found: &Visual) {
    let grid = [found.grid.frames, found.grid.rows, found.grid.columns];
    let expected = golden.integers(&format!("{name}.grid"));
    assert_eq!(grid.map(|size| size as i64)[..], expected[..], "{name}");
    let expected = golden.numbers(&format!("{name}.values"));
    assert_eq!(found.patches.len(), expected.len(), "{name}");
    for (index, (found, expected)) in found.patches.iter().zip(&expected).enumerate() {
        assert!(
            (found - expected).abs() <= TOLERANCE,
            "{name}: {found} at {index}, expected {expected}"
        );
    }
}

fn image(golden: &Golden, processor: &Processor, index: usize) -> Visual {
    let (pixels, shape) = pixels(golden, &format!("image.{index}.rgb"));
    let picture = Picture {
        pixels: &pixels,
        width: shape[1],
        height: shape[0],
    };
    processor.image(picture).unwrap()
}

fn info(golden: &Golden, name: &str) -> (usize, f64) {
    let info: serde_json::Value = serde_json::from_str(golden.metadata(name)).unwrap();
    let total = info["total"].as_u64().unwrap();
    (total as usize, info["fps"].as_f64().unwrap())
}

fn video(golden: &Golden, processor: &Processor, index: usize) -> SeenVideo {
    let name = format!("video.{index}");
    let (total, fps) = info(golden, &name);
    let info: serde_json::Value = serde_json::from_str(golden.metadata(&name)).unwrap();
    let [height, width] = ["height", "width"].map(|key| info[key].as_u64().unwrap() as usize);
    let size = width * height * 3;
    let pixels = if golden.has(&format!("{name}.rgb")) {
        pixels(golden, &format!("{name}.rgb")).0
    } else {
        vec![0; total * size]
    };
    let indices = processor.frame_indices(total, fps).unwrap();
    let mut collector = processor.video(indices.len(), [width, height]).unwrap();
    for index in indices {
        let picture = Picture {
            pixels: &pixels[index * size..(index + 1) * size],
            width,
            height,
        };
        collector.push(picture, index as f64 / fps).unwrap();
    }
    collector.finish().unwrap()
}

#[test]
fn images_become_the_same_patches() {
    let (golden, processor) = (Golden::open("processor_cases"), processor());
    for index in 0..4 {
        let found = image(&golden, &processor, index);
        check_visual(&golden, &format!("image.{index}"), &found);
    }
}

/// The file is written by `fixtures/qwen_vl/processor.py OUT.safetensors PICTURE…`; pictures of the world are not stored here.
#[test]
#[expect(
    clippy::print_stdout,
    reason = "says how much was compared, and why nothing was"
)]
fn real_pictures_become_the_same_patches() {
    let Some(path) = std::env::var_os("TUBELET_REAL_PICTURES") else {
        println!("skipped: TUBELET_REAL_PICTURES names no file");
        return;
    };
    let golden = Golden::open_path(Path::new(&path));
    let mut processor = processor();
    processor.image_settings().pixels = [65_536, 1 << 17];
    let mut count = 0;
    while golden.has(&format!("image.{count}.rgb")) {
        let found = image(&golden, &processor, count);
        check_visual(&golden, &format!("image.{count}"), &found);
        count += 1;
    }
    println!("{count} pictures");
}

#[test]
fn videos_become_the_same_patches_and_tokens() {
    let (golden, processor) = (Golden::open("processor_cases"), processor());
    for index in 0..2 {
        let name = format!("video.{index}");
        let found = video(&golden, &processor, index);
        if golden.has(&format!("{name}.values")) {
            check_visual(&golden, &name, &found.visual);
        }
        let text = "<|vision_start|><|video_pad|><|vision_end|>What happens?";
        let sequence = processor
            .with_visuals(text, vec![Part::Video(found)])
            .unwrap();
        assert_eq!(sequence.tokens, golden.tokens(&format!("{name}.tokens")));
    }
}

#[test]
fn marks_around_a_video_can_give_way_to_those_of_its_frames() {
    let (golden, mut processor) = (Golden::open("processor_cases"), processor());
    let shown = vec![Part::Video(video(&golden, &processor, 0))];
    processor.video_marks = VideoMarks::Replaced;
    let text = "<|vision_start|><|video_pad|><|vision_end|>What happens?";
    let found = processor.with_visuals(text, shown).unwrap().tokens;
    let kept = golden.tokens("video.0.tokens");
    let end = processor.token("<|vision_end|>").unwrap();
    let last = kept.iter().rposition(|token| *token == end).unwrap();
    assert_eq!(found, [&kept[1..last], &kept[last + 1..]].concat());
}

#[test]
fn the_same_frames_are_sampled() {
    let (golden, processor) = (Golden::open("processor_cases"), processor());
    for index in 0..6 {
        let name = format!("sample.{index}");
        let (total, fps) = info(&golden, &name);
        let found = processor.frame_indices(total, fps).unwrap();
        let info: serde_json::Value = serde_json::from_str(golden.metadata(&name)).unwrap();
        assert_eq!(
            found.len() as u64,
            info["count"].as_u64().unwrap(),
            "{name}"
        );
        let expected = golden.integers(&name);
        for (found, expected) in found.iter().zip(&expected[1..]) {
            assert_eq!(*found as i64, *expected, "{name}");
        }
    }
}

#[test]
fn a_conversation_with_pictures_becomes_the_same_tokens() {
    let (golden, processor) = (Golden::open("processor_cases"), processor());
    let mut images = [1, 0].map(|i| image(&golden, &processor, i)).into_iter();
    let messages: serde_json::Value =
        serde_json::from_str(golden.metadata("chat.messages")).unwrap();
    let messages = messages.as_array().unwrap().iter().map(|message| {
        let parts = match &message["content"] {
            serde_json::Value::String(text) => vec![Part::Text(text.clone())],
            parts => parts
                .as_array()
                .unwrap()
                .iter()
                .map(|part| match part["text"].as_str() {
                    Some(text) => Part::Text(text.to_owned()),
                    None => Part::Image(images.next().unwrap()),
                })
                .collect(),
        };
        let role = match message["role"].as_str().unwrap() {
            "system" => Role::System,
            "user" => Role::User,
            _ => Role::Assistant,
        };
        Message { role, parts }
    });
    let sequence = processor.sequence(messages.collect()).unwrap();
    assert_eq!(sequence.tokens, golden.tokens("chat.tokens"));
    assert_eq!(sequence.visuals.len(), 2);
}

#[test]
fn text_comes_back_piece_by_piece() {
    let processor = processor();
    let text = "Where is the ball? Ünïcode 123 \u{1F3C0} tokens";
    let tokens = processor.encode(text).unwrap();
    assert_eq!(processor.decode(&tokens).unwrap(), text);
    let mut stream = processor.text_stream();
    let pieces: Vec<String> = tokens.iter().map(|t| stream.push(*t).unwrap()).collect();
    assert_eq!(pieces.concat(), text);
    assert!(pieces.iter().filter(|piece| !piece.is_empty()).count() > 5);
    let bytes = processor.token_bytes();
    let joined: Vec<u8> = tokens
        .iter()
        .flat_map(|t| bytes[*t as usize].clone())
        .collect();
    assert_eq!(joined, text.as_bytes());
}

#[test]
fn absurd_pictures_are_refused() {
    let processor = processor();
    let refused = |pixels: &[u8], width, height| {
        let picture = Picture {
            pixels,
            width,
            height,
        };
        matches!(processor.image(picture), Err(QwenError::Image { .. }))
    };
    assert!(refused(&[], 0, 10));
    assert!(refused(&[0; 12], 3, 3));
    assert!(refused(&[0; 3 * 201], 201, 1));
    assert!(refused(&[], 1 << 40, 1 << 40));
    assert!(matches!(
        processor.video(0, [10, 10]),
        Err(QwenError::Video { .. })
    ));
    assert!(processor.frame_indices(0, 25.0).is_err());
    assert!(processor.frame_indices(10, f64::NAN).is_err());
    let unfinished = processor.video(3, [20, 20]).unwrap().finish();
    assert!(matches!(unfinished, Err(QwenError::Video { .. })));
}

#[test]
fn placeholders_without_pictures_are_refused() {
    let (golden, processor) = (Golden::open("processor_cases"), processor());
    let found = processor.with_visuals("a <|image_pad|> b", Vec::new());
    assert!(matches!(found, Err(QwenError::Placeholders { .. })));
    let image = Part::Image(image(&golden, &processor, 0));
    let found = processor.with_visuals("no place", vec![image]);
    assert!(matches!(found, Err(QwenError::Placeholders { .. })));
}

/// The tiny folder with another tokenizer.
fn with_tokenizer(change: impl FnOnce(&mut serde_json::Value)) -> Result<Processor, QwenError> {
    let place = tempfile::tempdir().unwrap();
    let original = folder().join("model");
    for file in fs::read_dir(&original).unwrap() {
        let path = file.unwrap().path();
        fs::copy(&path, place.path().join(path.file_name().unwrap())).unwrap();
    }
    let path = place.path().join("tokenizer.json");
    let mut tokenizer = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut tokenizer);
    fs::write(&path, tokenizer.to_string()).unwrap();
    let config = QwenVlConfig::read(&original.join("config.json")).unwrap();
    Processor::load(place.path(), &config)
}

#[test]
fn a_tokenizer_of_another_model_is_refused() {
    let filled = |vocabulary: usize| {
        with_tokenizer(|tokenizer| {
            let added = tokenizer["added_tokens"].as_array_mut().unwrap();
            let last = added.last().unwrap().clone();
            let first = last["id"].as_u64().unwrap() as usize + 1;
            for id in first..vocabulary {
                let mut token = last.clone();
                token["id"] = id.into();
                token["content"] = format!("<|spare_{id}|>").into();
                added.push(token);
            }
        })
    };
    // The model has embeddings for 320 tokens.
    assert!(filled(320).is_ok());
    let moved = with_tokenizer(|tokenizer| {
        for token in tokenizer["added_tokens"].as_array_mut().unwrap() {
            let other = match token["content"].as_str().unwrap() {
                "<|image_pad|>" => "<|video_pad|>",
                "<|video_pad|>" => "<|image_pad|>",
                _ => continue,
            };
            token["content"] = other.into();
        }
    });
    for (found, said) in [
        (filled(321), "the tokenizer has 321 tokens, the model 320"),
        (moved, "`<|image_pad|>` is Some("),
    ] {
        let Err(QwenError::TokenizerMismatch { reason }) = found else {
            panic!("the tokenizer was taken");
        };
        assert!(reason.contains(said), "{reason}");
    }
}
