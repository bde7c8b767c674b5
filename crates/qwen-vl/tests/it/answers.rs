//! Greedy answers against transformers' `generate`, answers of a given form, conversations, and where they end.

use std::fs;

use burn::tensor::Device;
use tubelet_qwen_vl::{
    AnswerOptions, KeyValueCache, PatternGrammar, Processor, QwenError, QwenVl, RandomSampling,
    Sampling, TokenSequence, WeightType,
};

use crate::golden::{Golden, folder, model};

fn answer(model: &QwenVl, sequence: &TokenSequence, options: AnswerOptions) -> Vec<u32> {
    let mut cache = KeyValueCache::new();
    let prompt = model.embed(sequence, None, 0).unwrap();
    let answer = model.answer(prompt, &mut cache, options).unwrap();
    answer.map(Result::unwrap).collect()
}

#[test]
fn greedy_answers_are_the_references_for_64_tokens() {
    let (golden, model) = (Golden::open("model_cases"), model());
    let special = [model.config().tokens.image, model.config().tokens.video];
    for case in ["text", "image", "images", "video", "mixed"] {
        let sequence = golden.sequence(case, special);
        let options = AnswerOptions {
            max_tokens: 64,
            ..AnswerOptions::default()
        };
        let found = answer(&model, &sequence, options);
        assert_eq!(found, golden.tokens(&format!("{case}.greedy")), "{case}");
    }
}

#[test]
fn stop_tokens_end_an_answer_and_a_conversation_goes_on_from_there() {
    let (golden, model) = (Golden::open("model_cases"), model());
    let tokens = golden.tokens("text.tokens");
    let expected = golden.tokens("text.greedy");
    let stop = expected[10];
    let first = expected.iter().position(|token| *token == stop).unwrap();
    let mut cache = KeyValueCache::new();
    let embed = |tokens: &[u32], start| {
        let sequence = TokenSequence {
            tokens: tokens.to_vec(),
            visuals: Vec::new(),
        };
        model.embed(&sequence, None, start).unwrap()
    };
    let options = || AnswerOptions {
        max_tokens: 64,
        stop_tokens: vec![stop],
        ..AnswerOptions::default()
    };
    let prompt = embed(&tokens, 0);
    let mut begun = model.answer(prompt, &mut cache, options()).unwrap();
    let found: Vec<u32> = begun.by_ref().map(Result::unwrap).collect();
    begun.finish().unwrap();
    assert_eq!(found, expected[..first]);
    assert_eq!(cache.tokens(), tokens.len() + first);
    let rest = AnswerOptions {
        max_tokens: 5,
        ..AnswerOptions::default()
    };
    let prompt = embed(&[stop], cache.next_position());
    let more = model.answer(prompt, &mut cache, rest).unwrap();
    let more: Vec<u32> = more.map(Result::unwrap).collect();
    assert_eq!(more, expected[first + 1..first + 6]);
}

#[test]
fn an_answer_keeps_to_its_pattern_however_it_is_drawn() {
    let (golden, model) = (Golden::open("model_cases"), model());
    let processor = Processor::load(&folder().join("model"), model.config()).unwrap();
    let tokens = golden.tokens("text.tokens");
    let sequence = TokenSequence {
        tokens,
        visuals: Vec::new(),
    };
    for seed in 0..4 {
        let grammar = PatternGrammar::new(PatternGrammar::SPAN, processor.token_bytes()).unwrap();
        let options = AnswerOptions {
            max_tokens: 64,
            sampling: Sampling::Random(RandomSampling {
                temperature: 2.0,
                top_k: None,
                top_p: 0.99,
                seed,
            }),
            grammar: Some(Box::new(grammar)),
            ..AnswerOptions::default()
        };
        let text = processor
            .decode(&answer(&model, &sequence, options))
            .unwrap();
        let span: Vec<f64> = serde_json::from_str(&text).unwrap();
        assert_eq!(span.len(), 2, "{text}");
    }
}

#[test]
fn boxes_are_json_however_they_are_drawn() {
    let (golden, model) = (Golden::open("model_cases"), model());
    let processor = Processor::load(&folder().join("model"), model.config()).unwrap();
    let sequence = TokenSequence {
        tokens: golden.tokens("text.tokens"),
        visuals: Vec::new(),
    };
    let bytes = processor.token_bytes();
    for seed in 0..6 {
        let grammar = PatternGrammar::new(PatternGrammar::BOXES, bytes.clone()).unwrap();
        let options = AnswerOptions {
            max_tokens: 4000,
            sampling: Sampling::Random(RandomSampling {
                temperature: 3.0,
                top_k: None,
                top_p: 1.0,
                seed,
            }),
            grammar: Some(Box::new(grammar)),
            ..AnswerOptions::default()
        };
        let text = processor
            .decode(&answer(&model, &sequence, options))
            .unwrap();
        let boxes: serde_json::Value = serde_json::from_str(&text).unwrap();
        let boxes = boxes.as_array().unwrap();
        assert!(!boxes.is_empty() && boxes.len() <= 41, "{text}");
        for found in boxes {
            let corners = found["bbox_2d"].as_array().unwrap();
            assert!(corners.iter().all(serde_json::Value::is_u64), "{text}");
            assert_eq!(corners.len(), 4, "{text}");
            assert!(!found["label"].as_str().unwrap().is_empty(), "{text}");
        }
    }
}

#[test]
fn a_vocabulary_that_cannot_write_the_form_is_an_error() {
    let model = model();
    let processor = Processor::load(&folder().join("model"), model.config()).unwrap();
    let mut bytes = processor.token_bytes();
    for token in bytes.iter_mut().filter(|token| token.contains(&b'[')) {
        token.clear();
    }
    let sequence = TokenSequence {
        tokens: vec![1, 2, 3],
        visuals: Vec::new(),
    };
    let options = AnswerOptions {
        max_tokens: 5,
        grammar: Some(Box::new(
            PatternGrammar::new(PatternGrammar::BOXES, bytes).unwrap(),
        )),
        ..AnswerOptions::default()
    };
    let prompt = model.embed(&sequence, None, 0).unwrap();
    let mut cache = KeyValueCache::new();
    let mut answer = model.answer(prompt, &mut cache, options).unwrap();
    let found = answer.next().unwrap();
    assert!(matches!(found, Err(QwenError::GrammarStuck { given: 0 })));
    assert!(answer.next().is_none());
}

/// The tiny model with a context of so many tokens.
fn with_context(tokens: usize) -> QwenVl {
    let place = tempfile::tempdir().unwrap();
    let original = folder().join("model");
    let text = fs::read_to_string(original.join("config.json")).unwrap();
    let mut config: serde_json::Value = serde_json::from_str(&text).unwrap();
    config["text_config"]["max_position_embeddings"] = tokens.into();
    fs::write(place.path().join("config.json"), config.to_string()).unwrap();
    let weights = "model.safetensors";
    fs::copy(original.join(weights), place.path().join(weights)).unwrap();
    QwenVl::load(place.path(), WeightType::Single, &Device::default()).unwrap()
}

#[test]
fn an_answer_ends_with_an_error_where_the_context_is_full() {
    let golden = Golden::open("model_cases");
    let tokens = golden.tokens("text.tokens");
    let limit = tokens.len() + 2;
    let model = with_context(limit);
    let sequence = TokenSequence {
        tokens,
        visuals: Vec::new(),
    };
    let prompt = model.embed(&sequence, None, 0).unwrap();
    let mut cache = KeyValueCache::new();
    let options = AnswerOptions {
        max_tokens: 64,
        ..AnswerOptions::default()
    };
    let mut answer = model.answer(prompt, &mut cache, options).unwrap();
    // The last token is given, but no longer read.
    let expected = golden.tokens("text.greedy");
    for expected in &expected[..3] {
        assert_eq!(answer.next().unwrap().unwrap(), *expected);
    }
    let found = answer.next().unwrap();
    let Err(QwenError::ContextExceeded { tokens, limit: of }) = found else {
        panic!("{found:?}");
    };
    assert_eq!((tokens, of), (limit + 1, limit));
    assert!(answer.next().is_none());
    drop(answer);
    assert_eq!(cache.tokens(), limit);
}

#[test]
fn a_prompt_that_is_too_long_is_refused_before_its_pictures_are_looked_at() {
    let golden = Golden::open("model_cases");
    let model = with_context(16);
    let special = [model.config().tokens.image, model.config().tokens.video];
    let mut sequence = golden.sequence("image", special);
    // Nothing could be seen in these.
    sequence.visuals[0].patches.clear();
    let exceeded =
        |error| matches!(error, QwenError::ContextExceeded { tokens, limit: 16 } if tokens == 17);
    assert!(exceeded(model.embed(&sequence, None, 0).unwrap_err()));
    let found = model.config().check_sequence(&sequence, 0);
    assert!(exceeded(found.unwrap_err()));
    sequence.tokens.pop();
    assert!(model.config().check_sequence(&sequence, 0).is_ok());
    let found = model.embed(&sequence, None, 0);
    assert!(matches!(found, Err(QwenError::Placeholders { .. })));
}

#[test]
fn prompts_that_cannot_be_read_are_refused() {
    let model = model();
    let unknown = TokenSequence {
        tokens: vec![1, 9999],
        visuals: Vec::new(),
    };
    let found = model.embed(&unknown, None, 0);
    assert!(matches!(
        found,
        Err(QwenError::UnknownToken { token: 9999, .. })
    ));
    let long = TokenSequence {
        tokens: vec![1; 5000],
        visuals: Vec::new(),
    };
    let found = model.embed(&long, None, 0);
    assert!(matches!(
        found,
        Err(QwenError::ContextExceeded {
            tokens: 5000,
            limit: 4096
        })
    ));
    let short = TokenSequence {
        tokens: vec![1],
        visuals: Vec::new(),
    };
    let options = AnswerOptions {
        max_tokens: 1,
        sampling: Sampling::Random(RandomSampling {
            temperature: 0.0,
            top_k: None,
            top_p: 1.0,
            seed: 0,
        }),
        ..AnswerOptions::default()
    };
    let prompt = model.embed(&short, None, 0).unwrap();
    let mut cache = KeyValueCache::new();
    let found = model.answer(prompt, &mut cache, options);
    assert!(matches!(found, Err(QwenError::Generation { .. })));
}
