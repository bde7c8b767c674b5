//! Features, positions, states and logits against transformers' Qwen3VLForConditionalGeneration.

use burn::tensor::Tensor;
use tubelet_qwen_vl::{Embedded, KeyValueCache, sequence_positions};

use crate::golden::{Golden, close, model};

const CASES: [&str; 5] = ["text", "image", "images", "video", "mixed"];

fn special(model: &tubelet_qwen_vl::QwenVl) -> [u32; 2] {
    let tokens = model.config().tokens;
    [tokens.image, tokens.video]
}

#[test]
fn visual_features_and_deepstack_taps_equal_the_reference() {
    let (golden, model) = (Golden::open("model_cases"), model());
    for case in &CASES[1..] {
        for key in ["image", "video"] {
            let visuals = golden.visuals(case);
            let kinds = visuals
                .iter()
                .filter(|visual| format!("{:?}", visual.kind).to_lowercase() == key);
            let seen: Vec<_> = kinds.map(|v| model.see(v, None).unwrap()).collect();
            if seen.is_empty() {
                continue;
            }
            let all = Tensor::cat(seen.iter().map(|s| s.tokens.clone()).collect(), 0);
            golden.check(&format!("{case}.{key}.features"), all);
            for tap in 0..seen[0].taps.len() {
                let all = Tensor::cat(seen.iter().map(|s| s.taps[tap].clone()).collect(), 0);
                golden.check(&format!("{case}.{key}.tap.{tap}"), all);
            }
        }
    }
}

#[test]
fn rotary_positions_equal_the_reference() {
    let (golden, model) = (Golden::open("model_cases"), model());
    for case in CASES {
        let sequence = golden.sequence(case, special(&model));
        let grids: Vec<_> = sequence.visuals.iter().map(|v| (v.kind, v.grid)).collect();
        let kinds = (model.config().tokens, model.config().vision.merge);
        let found = sequence_positions(&sequence.tokens, &grids, kinds, 0).unwrap();
        let expected = golden.integers(&format!("{case}.positions"));
        assert_eq!(found.by_token.as_flattened(), expected, "{case}");
        assert_eq!(
            found.next,
            golden.integers(&format!("{case}.next"))[0],
            "{case}"
        );
    }
}

#[test]
fn states_and_logits_equal_the_reference() {
    let (golden, model) = (Golden::open("model_cases"), model());
    for case in CASES {
        let sequence = golden.sequence(case, special(&model));
        let embedded = model.embed(&sequence, None, 0).unwrap();
        let states = model.states(embedded, None, None).squeeze_dim::<2>(0);
        let logits = model.logits(states.clone());
        golden.check(&format!("{case}.states"), states);
        // Of every token of the first two cases, of the last one of the others.
        let rows = golden.shape(&format!("{case}.logits"))[0];
        let count = sequence.tokens.len();
        assert!(rows == count || rows == 1 && case != CASES[0] && case != CASES[1]);
        golden.check(
            &format!("{case}.logits"),
            logits.narrow(0, count - rows, rows),
        );
    }
}

#[test]
fn positions_of_the_callers_choice_equal_the_reference() {
    let (golden, model) = (Golden::open("model_cases"), model());
    let sequence = golden.sequence("text", special(&model));
    let positions = golden.integers("custom.positions");
    let embedded = Embedded {
        positions: positions.as_chunks::<3>().0.to_vec(),
        ..model.embed(&sequence, None, 0).unwrap()
    };
    let states = model.states(embedded, None, None).squeeze_dim::<2>(0);
    golden.check("custom.states", states);
}

#[test]
fn reading_in_portions_with_a_cache_equals_reading_at_once() {
    let (golden, model) = (Golden::open("model_cases"), model());
    for case in ["text", "mixed"] {
        let sequence = golden.sequence(case, special(&model));
        let whole = model.embed(&sequence, None, 0).unwrap();
        let expected = model.states(whole.clone(), None, None);
        let count = sequence.tokens.len();
        let mut cache = KeyValueCache::new();
        let mut found = Vec::new();
        let first = count - 4;
        for (start, taken) in [(0, first), (first, 1), (first + 1, 1), (first + 2, 2)] {
            let mut part = whole.clone();
            part.tokens = part.tokens.narrow(1, start, taken);
            part.positions = part.positions[start..start + taken].to_vec();
            if start > 0 {
                part.deep = tubelet_qwen_vl::DeepFeatures::default();
            } else {
                let inside = part
                    .deep
                    .places
                    .last()
                    .is_none_or(|place| place.end <= first);
                assert!(inside, "all pictures are in the first portion");
            }
            found.push(model.states(part, Some(&mut cache), None));
        }
        assert_eq!(cache.tokens(), count);
        close(case, Tensor::cat(found, 1), expected);
    }
}

#[test]
fn a_batch_equals_its_sequences_one_by_one() {
    let (golden, model) = (Golden::open("model_cases"), model());
    let mut first = golden.sequence("image", special(&model));
    let mut second = golden.sequence("images", special(&model));
    let length = first.tokens.len().max(second.tokens.len());
    first.tokens.resize(length, 1);
    second.tokens.resize(length, 1);
    let embedded = [first, second].map(|s| model.embed(&s, None, 0).unwrap());
    let alone = embedded.clone().map(|e| model.states(e, None, None));
    let together = model.states(Embedded::batch(embedded.to_vec()), None, None);
    close("batch", together, Tensor::cat(alone.to_vec(), 0));
}

#[test]
fn embeddings_put_in_place_of_tokens_are_read_as_these() {
    let (golden, model) = (Golden::open("model_cases"), model());
    let mut sequence = golden.sequence("text", special(&model));
    let expected = model.embed(&sequence, None, 0).unwrap();
    let rows = expected.tokens.clone().squeeze_dim::<2>(0).narrow(0, 5, 4);
    sequence.tokens[5..9].fill(0);
    let replaced = model.embed(&sequence, None, 0).unwrap().replaced(5, rows);
    let states = |embedded| model.states(embedded, None, None);
    close("replaced", states(replaced), states(expected));
}
