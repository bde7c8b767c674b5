//! ReVOS against values that VISA's evaluator gave on real masks.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_metrics::{RevosExpression, RevosFrame, StoredForeground};

use crate::difference::Difference;
use crate::label_image::images;
use crate::shared::{read, shared};

/// Pixels by which the object is shifted to stand in for a second one.
const SHIFT: isize = 40;

#[derive(Deserialize)]
struct Vectors {
    sequences: BTreeMap<String, Encodings>,
}

#[derive(Deserialize)]
struct Encodings {
    pred_0_1: Expected,
    pred_0_255: Expected,
}

#[derive(Deserialize)]
struct Expected {
    #[serde(rename = "J")]
    region: f64,
    #[serde(rename = "F")]
    boundary: f64,
    #[serde(rename = "A")]
    accuracy: f64,
    #[serde(rename = "R")]
    robustness: f64,
    #[serde(rename = "A_per_frame")]
    accuracies: Vec<f64>,
    #[serde(rename = "R_per_frame")]
    robustnesses: Vec<f64>,
}

#[test]
fn accuracy_and_robustness_are_those_of_visa_in_both_encodings() {
    let Some(path) = shared("metric_vectors/revos_visa_A_R.json") else {
        return;
    };
    let mut difference = Difference::of("ReVOS, VISA");
    for (name, encodings) in read::<Vectors>(&path).sequences {
        let (Some(truth), Some(prediction)) = (
            shared(&format!("davis2016/DAVIS/Annotations/480p/{name}")),
            shared(&format!(
                "davis2017_eval/results/semi-supervised/osvos/{name}"
            )),
        ) else {
            continue;
        };
        let (truth, prediction) = (images(&truth), images(&prediction));
        let size = truth[0].size;
        let stored = [
            (StoredForeground::One, encodings.pred_0_1),
            (StoredForeground::TwoHundredFiftyFive, encodings.pred_0_255),
        ];
        for (stored, expected) in stored {
            let mut expression = RevosExpression::new(size, truth.len(), stored);
            for (number, (truth, prediction)) in truth.iter().zip(&prediction).enumerate() {
                let object = truth.map().foreground();
                let foreground = &object | &object.translate(SHIFT, 0);
                let frame = RevosFrame {
                    objects: &[object],
                    foreground: &[foreground],
                    prediction: &prediction.map().foreground(),
                };
                let scores = expression.push(&frame).unwrap();
                difference.check(&name, scores.accuracy, expected.accuracies[number]);
                difference.check(&name, scores.robustness, expected.robustnesses[number]);
            }
            let scores = expression.finish().unwrap();
            difference.check(&name, scores.region, expected.region);
            difference.check(&name, scores.boundary, expected.boundary);
            difference.check(&name, scores.accuracy, expected.accuracy);
            difference.check(&name, scores.robustness, expected.robustness);
        }
    }
}
