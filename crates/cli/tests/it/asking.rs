//! A question goes in, an answer comes out: with a tiny model of random weights, whose answers mean nothing, and with the one in
//! the program, whose answers are mostly right.

use std::path::Path;

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
    assert!(right * 5 >= all * 4, "{right} of {all}");
    // The same clip, as anybody asks.
    let question = told[0]["question"].as_str().unwrap();
    let arguments = ["ask", "90001/shapes.mp4", question, "--json"];
    let answer = asked(folder.path(), &arguments);
    assert_eq!(answer["model"], "tubelet-ask");
    assert_eq!(answer["answer"], told[0]["answer"]);
    assert_eq!(answer["complete"], true);
    // Weights in few bits know nearly as much.
    let of_clip = told.iter().take(4);
    for bits in ["8", "4"] {
        let right = of_clip.clone().filter(|told| {
            let question = told["question"].as_str().unwrap();
            let arguments = [
                &["ask", "90001/shapes.mp4", question, "--bits", bits][..],
                &["--json"],
            ];
            asked(folder.path(), &arguments.concat())["answer"] == told["truth"]
        });
        let right = right.count();
        assert!(right >= 3, "{bits} bits: {right} of 4");
    }
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
fn drawn_answers_follow_from_their_seed() {
    let folder = demonstration();
    let model = model();
    let drawn = |seed: &str| {
        let arguments = [
            &[
                "ask",
                "--image",
                "demo/first-mask.png",
                "What?",
                "--model",
                &model,
            ][..],
            &["--temperature", "1.5", "--top-p", "0.9", "--seed", seed],
            &["--max-tokens", "12", "--json"],
        ];
        asked(folder.path(), &arguments.concat())["answer"].clone()
    };
    let first = drawn("1");
    assert_eq!(drawn("1"), first);
    assert!(["2", "3", "4"].iter().any(|seed| drawn(seed) != first));
}

#[test]
fn an_answer_ends_where_the_context_is_full() {
    let folder = demonstration();
    let at = folder.path();
    let model = model();
    let arguments = |model| {
        [
            &["ask", "--image", "demo/first-mask.png", "What?", "--json"][..],
            &["--pattern", "[0-9]{30}", "--model", model],
        ]
        .concat()
    };
    let whole = asked(at, &arguments(&model));
    assert_eq!(whole["answer"].as_str().unwrap().len(), 30);
    let prompt = whole["prompt_tokens"].as_u64().unwrap();
    copied(
        &at.join("narrow"),
        &[("max_position_embeddings", prompt + 3)],
    );
    let short = asked(at, &arguments("narrow"));
    assert_eq!(short["complete"], false);
    let tokens = short["answer_tokens"].as_u64().unwrap();
    // The last token is given, but no longer read.
    assert_eq!(tokens, 4);
    let said = short["answer"].as_str().unwrap();
    assert!(whole["answer"].as_str().unwrap().starts_with(said));
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
    // Without a network and with an empty cache.
    refuses(
        at,
        &[
            "ask",
            "demo/clip.mp4",
            "Who?",
            "--model",
            "Qwen/Qwen3-VL-2B-Instruct",
        ],
        (
            1,
            "get config.json, tokenizer.json, model.safetensors (or model.safetensors.index.json with its parts), \
             preprocessor_config.json, video_preprocessor_config.json and chat_template.json of Qwen/Qwen3-VL-2B-Instruct on a \
             connected machine",
        ),
    );
}

/// A folder of the model with other numbers in the decoder's configuration.
fn copied(folder: &Path, changes: &[(&str, u64)]) {
    std::fs::create_dir(folder).unwrap();
    for name in std::fs::read_dir(model()).unwrap() {
        let path = name.unwrap().path();
        std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    let path = folder.join("config.json");
    let mut config: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for (key, value) in changes {
        config["text_config"][key] = (*value).into();
    }
    std::fs::write(&path, config.to_string()).unwrap();
}

#[test]
fn what_is_wrong_with_a_question_is_said_before_the_weights_are_read() {
    let folder = demonstration();
    let at = folder.path();
    copied(&at.join("broken"), &[("max_position_embeddings", 100)]);
    let weights = at.join("broken/model.safetensors");
    let bytes = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    let image = ["ask", "--image", "demo/first-mask.png"];
    let long = "Who? ".repeat(100);
    let tried: [(&[&str], &str); 5] = [
        (&["Who?"], "model.safetensors"),
        (&[&long], "do not fit into the context of 100"),
        (&["Who?", "--pattern", "("], "pattern `(`"),
        (&["Who?", "--temperature", "0"], "a temperature of 0"),
        (
            &["Who?", "--temperature", "1", "--top-p", "1.5"],
            "a top-p of 1.5",
        ),
    ];
    for (arguments, part) in tried {
        let all = [&image[..], arguments, &["--model", "broken"]].concat();
        refuses(at, &all, (1, part));
    }
    let help = tubelet(at, &["ask", "--help"]);
    let help = stdout(&help)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(help.contains(r"`{m,n}`, `\d`, `\n`"), "{help}");
}
