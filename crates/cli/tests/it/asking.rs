//! A question goes in, an answer comes out; with a tiny model of random weights, whose answers mean nothing.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{refuses, stderr, stdout, tubelet};
use crate::tracking::demonstration;

/// The folder of a model as released, in small.
fn model() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../qwen-vl/tests/golden/model");
    folder.display().to_string()
}

fn asked(folder: &Path, arguments: &[&str]) -> Value {
    let output = tubelet(folder, arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[test]
fn a_question_about_a_video_is_answered_the_same_way_every_time() {
    let folder = demonstration();
    let model = model();
    let arguments = [
        "ask",
        "demo/clip.mp4",
        "What moves?",
        "--model",
        &model,
        "--max-tokens",
        "6",
        "--json",
    ];
    let answer = asked(folder.path(), &arguments);
    assert_eq!(answer["question"], "What moves?");
    let count = answer["answer_tokens"].as_u64().unwrap();
    assert!((1..=6).contains(&count), "{answer}");
    assert!(answer["prompt_tokens"].as_u64().unwrap() > 20, "{answer}");
    let again = asked(folder.path(), &arguments);
    assert_eq!(answer["answer"], again["answer"]);
    // The same words as they are made.
    let streamed = tubelet(folder.path(), &arguments[..arguments.len() - 1]);
    assert_eq!(
        stdout(&streamed).trim_end(),
        answer["answer"].as_str().unwrap().trim_end()
    );
}

#[test]
fn an_answer_keeps_to_its_pattern() {
    let folder = demonstration();
    let model = model();
    let answer = asked(
        folder.path(),
        &[
            "ask",
            "--image",
            "demo/first-mask.png",
            "Where?",
            "--model",
            &model,
            "--pattern",
            "[0-9][0-9]",
            "--json",
        ],
    );
    let text = answer["answer"].as_str().unwrap();
    assert!(
        text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()),
        "{text}"
    );
    assert_eq!(answer["complete"], true);
}

#[test]
fn what_cannot_be_asked_is_refused_by_name() {
    let folder = demonstration();
    let at = folder.path();
    let model = model();
    refuses(
        at,
        &["ask", "clip.mp4", "Who?", "--model", "nowhere/at/all"],
        (1, "there is no such folder"),
    );
    refuses(
        at,
        &["ask", "none.mp4", "Who?", "--model", &model],
        (1, "none.mp4"),
    );
    refuses(
        at,
        &[
            "ask",
            "--image",
            "demo/tracks.json",
            "Who?",
            "--model",
            &model,
        ],
        (1, "tracks.json"),
    );
    refuses(
        at,
        &[
            "ask",
            "demo/clip.mp4",
            "Who?",
            "--model",
            &model,
            "--pattern",
            "(",
        ],
        (1, "pattern"),
    );
    refuses(
        at,
        &[
            "ask",
            "demo/clip.mp4",
            "Who?",
            "--model",
            &model,
            "--fps",
            "0",
        ],
        (2, "above zero"),
    );
    let broken: PathBuf = at.join("broken");
    std::fs::create_dir(&broken).unwrap();
    for name in std::fs::read_dir(&model).unwrap() {
        let path = name.unwrap().path();
        std::fs::copy(&path, broken.join(path.file_name().unwrap())).unwrap();
    }
    let weights = broken.join("model.safetensors");
    let bytes = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    refuses(
        at,
        &["ask", "demo/clip.mp4", "Who?", "--model", "broken"],
        (1, "model.safetensors"),
    );
}
