//! Moments: Charades-STA and QVHighlights.

use std::fs;

use serde_json::{Value, json};
use tubelet_datasets::CharadesMoment;
use tubelet_evaluation::{EvaluationError, Options, Report};

use crate::judged::{by, figure, judge, near, of_group};
use crate::shared::{golden, shared};

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

#[test]
fn moments_of_charades_score_as_in_lgi() {
    let vectors = golden("charades_sta");
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.txt"),
        folder.path().join("found.jsonl"),
    );
    let (mut text, mut rows) = (String::new(), Vec::new());
    let truths = vectors["truths"].as_array().unwrap();
    for (number, (span, proposals)) in truths
        .iter()
        .zip(vectors["proposals"].as_array().unwrap())
        .enumerate()
    {
        text.push_str(&format!(
            "V{number} {} {}##someone sits down.\n",
            span[0], span[1]
        ));
        let windows = proposals
            .as_array()
            .unwrap()
            .iter()
            .map(|window| json!([window[0], window[1], 0.5]));
        let windows: Vec<Value> = windows.collect();
        rows.push(json!({"qid": number, "query": "someone sits down.", "vid": format!("V{number}"), "pred_relevant_windows": windows}));
    }
    fs::write(&truth, text).unwrap();
    fs::write(&found, lines(&rows)).unwrap();
    let report = judge("charades-sta", &truth, &found, &Options::default()).unwrap();
    for (rank, recall) in [1, 5]
        .into_iter()
        .zip(vectors["lgi"]["recall"].as_array().unwrap())
    {
        for (place, threshold) in [0.1, 0.3, 0.5, 0.7].into_iter().enumerate() {
            let name = format!("R@{rank},IoU={threshold}");
            near(
                &name,
                figure(&report, &name),
                recall[place].as_f64().unwrap(),
            );
        }
    }
    near(
        "best",
        figure(&report, "mIoU of the best of five"),
        vectors["lgi"]["best"].as_f64().unwrap(),
    );
    // Without lengths, 2D-TAN's rules cannot be followed.
    assert!(judge("charades-sta", &truth, &found, &by("2d-tan")).is_err());
}

#[test]
fn the_three_best_of_five_moments_have_a_mean_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.txt"),
        folder.path().join("found.jsonl"),
    );
    fs::write(&truth, "V 0.0 10.0##someone sits down.\n").unwrap();
    let windows = [1.0, 5.0, 2.0, 8.0, 3.0].map(|end| json!([0.0, end, 0.5]));
    let row = json!({"qid": 0, "query": "someone sits down.", "vid": "V", "pred_relevant_windows": windows});
    fs::write(&found, lines(&[row])).unwrap();
    let report = judge("charades-sta", &truth, &found, &Options::default()).unwrap();
    near("first", figure(&report, "mIoU"), 0.1);
    let three = figure(&report, "mIoU of the best three of five");
    near("three", three, (0.8 + 0.5 + 0.3) / 3.0);
}

#[test]
fn moments_of_charades_are_ranked_by_their_scores_and_else_by_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.txt"),
        folder.path().join("found.jsonl"),
    );
    fs::write(&truth, "V 0.0 10.0##someone sits down.\n").unwrap();
    fs::write(
        folder.path().join("Charades_v1_test.csv"),
        "id,length\nV,30.0\n",
    )
    .unwrap();
    for (windows, best) in [
        ([[0.0, 2.0, 0.2], [0.0, 10.0, 0.9], [0.0, 8.0, 0.5]], 1.0),
        ([[0.0, 2.0, 0.2], [0.0, 8.0, 0.9], [0.0, 10.0, 0.9]], 0.8),
        ([[0.0, 2.0, -0.2], [0.0, 8.0, -0.9], [0.0, 10.0, -0.9]], 0.2),
    ] {
        let row = json!({"qid": 0, "query": "someone sits down.", "vid": "V", "pred_relevant_windows": windows});
        fs::write(&found, lines(&[row])).unwrap();
        for rules in ["lgi", "2d-tan"] {
            let report = judge("charades-sta", &truth, &found, &by(rules)).unwrap();
            near(rules, figure(&report, "mIoU"), best);
            near(rules, report.samples[0].values[0].unwrap(), best);
        }
    }
}

#[test]
fn moments_that_end_before_they_begin_are_refused_or_noted() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.txt"),
        folder.path().join("found.jsonl"),
    );
    fs::write(&truth, "V 0.0 10.0##someone sits down.\n").unwrap();
    let windows = [[0.0, 2.0, 0.9], [9.0, 1.0, 0.5]];
    let row = json!({"qid": 7, "query": "someone sits down.", "vid": "V", "pred_relevant_windows": windows});
    fs::write(&found, lines(&[row])).unwrap();
    let error = judge("charades-sta", &truth, &found, &Options::default());
    let error = error.unwrap_err().to_string();
    let named =
        "found.jsonl: 1 problem\n  1. `qid 7, V: someone sits down.`: a window from 9 to 1 seconds";
    assert!(error.ends_with(named), "{error}");
    // `standalone_eval` takes such windows, which share nothing.
    let vectors = golden("qv_highlights");
    let report = judge_queries(&vectors, |_, row| {
        for window in row["pred_relevant_windows"].as_array_mut().unwrap() {
            *window = json!([90.0, 10.0, 0.5]);
        }
    });
    let report = report.unwrap();
    assert!(report.notes[0].contains("windows end before they begin"));
    assert_eq!(figure(&report, "MR-full-mAP"), 0.0);
    assert_eq!(figure(&report, "MR-full-R1@0.50"), 0.0);
}

#[test]
fn real_sentences_of_charades_answered_with_the_truth_are_all_found() {
    let Some(data) = shared("charades_sta") else {
        return;
    };
    let rows: Vec<Value> = CharadesMoment::read_all(data.join("charades_sta_test.txt"))
        .unwrap()
        .into_iter()
        .enumerate()
        .map(|(number, moment)| {
            let windows = json!([[moment.span.start, moment.span.end, 1.0]]);
            json!({"qid": number, "query": moment.text, "vid": moment.video, "pred_relevant_windows": windows})
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let found = folder.path().join("found.jsonl");
    fs::write(&found, lines(&rows)).unwrap();
    let report = judge("charades-sta", &data, &found, &Options::default()).unwrap();
    assert_eq!(figure(&report, "sentences"), rows.len() as f64);
    assert!(figure(&report, "R@1,IoU=0.7") > 0.99);
}

/// Rows of the official submission or its truth, with words and a video.
fn queries(rows: &Value) -> Vec<Value> {
    let mut rows = rows.as_array().unwrap().clone();
    for row in &mut rows {
        row["query"] = json!("a query");
        row["vid"] = json!(format!("video_{}", row["qid"]));
    }
    rows
}

/// Judges changed predictions of the official submission.
fn judge_queries(
    vectors: &Value,
    change: impl Fn(usize, &mut serde_json::Map<String, Value>),
) -> Result<Report, EvaluationError> {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.jsonl"),
        folder.path().join("found.jsonl"),
    );
    let mut predictions = queries(&vectors["predictions"]);
    for (number, row) in predictions.iter_mut().enumerate() {
        change(number, row.as_object_mut().unwrap());
    }
    fs::write(&truth, lines(&queries(&vectors["truths"]))).unwrap();
    fs::write(&found, lines(&predictions)).unwrap();
    judge("qvhighlights", &truth, &found, &Options::default())
}

/// A share as the official code prints it.
fn printed(value: f64) -> f64 {
    (value * 1e4).round() / 100.0
}

#[test]
fn queries_of_qvhighlights_score_as_in_standalone_eval() {
    let vectors = golden("qv_highlights");
    let report = judge_queries(&vectors, |_, _| ()).unwrap();
    let brief = &vectors["figures"]["brief"];
    for (official, ours) in [
        ("MR-full-R1@0.5", "MR-full-R1@0.50"),
        ("MR-full-R1@0.7", "MR-full-R1@0.70"),
        ("MR-full-mAP", "MR-full-mAP"),
        ("MR-full-mAP@0.5", "MR-full-mAP@0.50"),
        ("MR-full-mAP@0.75", "MR-full-mAP@0.75"),
        ("HL-min-Fair-mAP", "HL-min-Fair-mAP"),
        ("HL-min-VeryGood-Hit1", "HL-min-VeryGood-Hit1"),
    ] {
        assert_eq!(
            Some(printed(figure(&report, ours))),
            brief[official].as_f64(),
            "{official}"
        );
    }
    for length in ["full", "short", "middle", "long"] {
        let name = format!("MR-{length}-mAP");
        let found = printed(of_group(&report, length, &name));
        assert_eq!(Some(found), brief[&name].as_f64(), "{name}");
        for kind in ["mAP", "R1"] {
            let shares = &vectors["figures"][length][format!("MR-{kind}")];
            let shares = shares.as_object().unwrap().iter();
            let shares: Vec<_> = shares.filter(|(key, _)| *key != "average").collect();
            assert_eq!(shares.len(), 10);
            for (overlap, expected) in shares {
                let overlap: f64 = overlap.parse().unwrap();
                let name = format!("MR-{length}-{kind}@{overlap:.2}");
                let found = printed(of_group(&report, length, &name));
                assert_eq!(Some(found), expected.as_f64(), "{name}");
            }
        }
    }
}

#[test]
fn nothing_is_said_of_what_a_submission_to_qvhighlights_lacks() {
    let vectors = golden("qv_highlights");
    let whole = judge_queries(&vectors, |_, _| ()).unwrap();
    let moments = judge_queries(&vectors, |_, row| {
        row.remove("pred_saliency_scores");
    });
    let highlights = judge_queries(&vectors, |_, row| {
        row.remove("pred_relevant_windows");
    });
    let (moments, highlights) = (moments.unwrap(), highlights.unwrap());
    for (report, kind) in [(&moments, "MR-"), (&highlights, "HL-")] {
        let mut figures = whole.summary.clone();
        figures.retain(|figure| figure.name.starts_with(kind) || figure.name == "queries");
        assert_eq!(report.summary, figures);
        assert_eq!(report.notes.len(), 1, "{:?}", report.notes);
    }
    assert_eq!((moments.groups.len(), highlights.groups.len()), (4, 0));
    assert_eq!(highlights.samples[0].values, [None]);
    let some = judge_queries(&vectors, |number, row| {
        if number == 1 {
            row.remove("pred_saliency_scores");
        }
    });
    let error = some.unwrap_err().to_string();
    assert!(error.contains("has no `pred_saliency_scores`"), "{error}");
    let nothing = judge_queries(&vectors, |_, row| {
        row.remove("pred_relevant_windows");
        row.remove("pred_saliency_scores");
    });
    let error = nothing.unwrap_err().to_string();
    assert!(error.contains("has neither"), "{error}");
}
