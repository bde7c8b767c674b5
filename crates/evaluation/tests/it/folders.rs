//! Data sets in miniature, read and judged here and by the public evaluators; `fixtures/metrics/official_folders.py` wrote
//! both.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tubelet_evaluation::{Options, Report};

use crate::judged::{by, figure, judge, near, of_group};
use crate::shared::read;

/// A data set with predictions and expected figures.
struct Case {
    content: Value,
    folder: TempDir,
}

impl Case {
    fn new(name: &str) -> Self {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let content = read(&data.join(name).with_extension("json"));
        let folder = tempfile::tempdir().unwrap();
        let case = Self { content, folder };
        for (path, text) in case.content["files"].as_object().unwrap() {
            case.put(path, text.as_str().unwrap().as_bytes());
        }
        case
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Evaluates with predictions, one JSON value or one for each line.
    fn judge(&self, protocol: &str, truth: &str, options: &Options, predictions: &str) -> Report {
        self.put("predictions", predictions.as_bytes());
        let folder = self.folder.path();
        let predictions = folder.join("predictions");
        judge(protocol, &folder.join(truth), &predictions, options).unwrap()
    }

    fn expected(&self, of: &str) -> &Value {
        &self.content["expected"][of]
    }
}

/// Compares vIoU, tIoU and that of the true span, sentence by sentence.
fn compare_tubes(report: &Report, samples: &Value) {
    assert_eq!(report.samples.len(), samples.as_object().unwrap().len());
    for sample in &report.samples {
        for (column, place) in [(1, 0), (0, 1), (2, 2)] {
            let expected = samples[&sample.id][place].as_f64().unwrap();
            near(&sample.id, sample.values[column].unwrap(), expected);
        }
    }
}

/// Our name of a figure of a tube.
fn tube_figure(name: &str) -> String {
    match name {
        "tiou" => "m_tIoU".to_owned(),
        "viou" => "m_vIoU".to_owned(),
        other => other.replace("viou", "vIoU"),
    }
}

#[test]
fn vidstg_scores_as_stcat_and_cg_stvg_say_from_the_same_files() {
    let case = Case::new("vidstg_folder");
    for rules in ["stcat", "cg-stvg"] {
        let predictions = case.content["predictions"].to_string();
        let report = case.judge("vidstg", "", &by(rules), &predictions);
        let expected = case.expected(rules);
        compare_tubes(&report, &expected["samples"]);
        // The tube of one sentence leaves the used segment, and is dropped.
        let dropped = "1 sentences are left out";
        assert!(report.notes.iter().any(|note| note.starts_with(dropped)));
        for (key, value) in expected["summary"].as_object().unwrap() {
            let (kind, name) = key.split_once('_').unwrap();
            let group = if kind == "inter" {
                "interrogative"
            } else {
                "declarative"
            };
            let found = of_group(&report, group, &tube_figure(name));
            near(key, found, value.as_f64().unwrap());
        }
    }
}

#[test]
fn hc_stvg_scores_as_stcat_and_cg_stvg_say_from_the_same_file() {
    let case = Case::new("hc_stvg_folder");
    for rules in ["stcat", "cg-stvg"] {
        let predictions = case.content["predictions"][rules].to_string();
        let report = case.judge("hc-stvg", "test.json", &by(rules), &predictions);
        let expected = case.expected(rules);
        compare_tubes(&report, &expected["samples"]);
        for (key, value) in expected["summary"].as_object().unwrap() {
            let found = figure(&report, &tube_figure(key));
            near(key, found, value.as_f64().unwrap());
        }
    }
}

#[test]
fn charades_sta_scores_as_2d_tan_says_from_the_same_files() {
    let case = Case::new("charades_folder");
    let rows = case.content["predictions"].as_array().unwrap();
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    for rules in ["2d-tan", "2d-tan-pool"] {
        let report = case.judge("charades-sta", "charades_sta_test.txt", &by(rules), &lines);
        let expected = case.expected(rules);
        for (rank, recall) in [1, 5]
            .into_iter()
            .zip(expected["recall"].as_array().unwrap())
        {
            for (place, threshold) in [0.1, 0.3, 0.5, 0.7].into_iter().enumerate() {
                let name = format!("R@{rank},IoU={threshold}");
                let found = figure(&report, &name);
                near(&name, found, recall[place].as_f64().unwrap());
            }
        }
        let mean = expected["mean"].as_f64().unwrap();
        near("mIoU", figure(&report, "mIoU"), mean);
        let sentences = expected["sentences"].as_f64();
        assert_eq!(Some(figure(&report, "sentences")), sentences);
    }
}

#[test]
fn jhmdb_sentences_score_as_mttr_says_from_the_same_files() {
    let case = Case::new("jhmdb_folder");
    for (path, digits) in case.content["archives"].as_object().unwrap() {
        let digits = digits.as_str().unwrap().as_bytes().chunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        case.put(path, &digits.map(byte).collect::<Vec<u8>>());
    }
    let predictions = case.content["predictions"].to_string();
    let report = case.judge("jhmdb", "", &Options::default(), &predictions);
    let expected = &case.content["expected"];
    let close = |name: &str, value: &Value| {
        near(name, figure(&report, name), value.as_f64().unwrap());
    };
    for (place, threshold) in [0.5, 0.6, 0.7, 0.8, 0.9].into_iter().enumerate() {
        close(&format!("P@{threshold}"), &expected["precision"][place]);
    }
    close("Overall IoU", &expected["overall"]);
    close("Mean IoU", &expected["mean"]);
    let names = ["mAP", "AP50", "AP75", "AP small", "AP medium", "AP large"];
    for (place, name) in names.into_iter().enumerate() {
        let found = report.summary.iter().find(|figure| figure.name == name);
        // The official code gives -1 where there is no object of the size.
        let found = found.unwrap().value.unwrap_or(-1.0);
        near(name, found, expected["stats"][place].as_f64().unwrap());
    }
}
