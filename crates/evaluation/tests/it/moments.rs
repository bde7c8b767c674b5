//! Moments: Charades-STA and QVHighlights.

use std::fs;

use serde_json::{Value, json};
use tubelet_datasets::CharadesMoment;
use tubelet_evaluation::Options;

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

#[test]
fn queries_of_qvhighlights_score_as_in_standalone_eval() {
    let vectors = golden("qv_highlights");
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.jsonl"),
        folder.path().join("found.jsonl"),
    );
    let named = |rows: &Value| {
        let mut rows = rows.as_array().unwrap().clone();
        for row in &mut rows {
            row["query"] = json!("a query");
            row["vid"] = json!(format!("video_{}", row["qid"]));
        }
        lines(&rows)
    };
    fs::write(&truth, named(&vectors["truths"])).unwrap();
    fs::write(&found, named(&vectors["predictions"])).unwrap();
    let report = judge("qvhighlights", &truth, &found, &Options::default()).unwrap();
    let brief = &vectors["figures"]["brief"];
    let printed = |value: f64| (value * 1e4).round() / 100.0;
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
    for length in ["short", "middle", "long"] {
        let name = format!("MR-{length}-mAP");
        assert_eq!(
            Some(printed(of_group(&report, length, &name))),
            brief[&name].as_f64(),
            "{name}"
        );
    }
}
