//! A question goes in, an answer comes out: with a tiny model of random weights, whose answers mean nothing, and with the one in
//! the program, whose answers are mostly right.

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
fn the_model_in_the_program_is_right_about_clips_it_never_saw() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    for seed in ["90001", "90002", "90003", "90004", "90005"] {
        let arguments = ["demo", "--ask", "--seed", seed, "--out", seed, "--json"];
        let of_clip = asked(folder.path(), &arguments);
        told.extend(of_clip.as_array().unwrap().clone());
    }
    let right = told.iter().filter(|told| told["answer"] == told["truth"]);
    let (right, all) = (right.count(), told.len());
    assert!(all >= 40, "{all} questions");
    // On many clips it is right about nine of ten questions; on five, about a few less or more.
    assert!(right * 4 >= all * 3, "{right} of {all}");
    // The same clip, as anybody asks.
    let question = told[0]["question"].as_str().unwrap();
    let arguments = ["ask", "90001/shapes.mp4", question, "--json"];
    let answer = asked(folder.path(), &arguments);
    assert_eq!(answer["model"], "tubelet-ask");
    assert_eq!(answer["answer"], told[0]["answer"]);
    assert_eq!(answer["complete"], true);
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
