//! Label pictures: DAVIS in its three forms, vos-benchmark, SA-V.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tubelet_datasets::Davis;
use tubelet_evaluation::Protocol;
use tubelet_geometry::{FrameSize, Mask, PixelRect};
use tubelet_video::LabelMap;

use crate::judged::{by, common, figure, judge, near};
use crate::shared::{golden, read, shared};

pub(crate) const SIZE: FrameSize = FrameSize::new(24, 16);

/// A picture with a rectangle for each object; objects move to the right.
pub(crate) fn picture(path: &Path, objects: usize, offset: usize) {
    let mut map = LabelMap::new(SIZE);
    for object in 0..objects {
        let mut mask = Mask::new(SIZE);
        mask.fill_rect(PixelRect {
            left: 1 + offset,
            top: 1 + 5 * object,
            right: 9 + offset,
            bottom: 5 + 5 * object,
        });
        map.paint(&mask, object as u8 + 1).unwrap();
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    map.write_png(path).unwrap();
}

/// A sequence of five pictures.
pub(crate) fn sequence(folder: &Path, objects: usize, offset: usize) {
    for frame in 0..5 {
        picture(
            &folder.join(format!("{frame:05}.png")),
            objects,
            frame + offset,
        );
    }
}

#[test]
fn osvos_on_real_davis_2016_has_the_j_of_counted_pixels() {
    let (Some(truth), Some(results)) = (
        shared("davis2016"),
        shared("davis2017_eval/results/semi-supervised/osvos"),
    ) else {
        return;
    };
    let report = judge("davis-2016", &truth, &results, &common()).unwrap();
    assert!(report.samples.len() >= 8, "{}", report.samples.len());
    assert!(
        report.notes[0].contains("that only the predictions have"),
        "{:?}",
        report.notes
    );
    let davis = Davis::open(&truth, tubelet_datasets::DavisYear::Davis2016).unwrap();
    let mut sum = 0.0;
    for sample in &report.samples {
        let (truth, found) = (
            davis.sample(&sample.id).unwrap(),
            Davis::result(&results, &sample.id).unwrap(),
        );
        let frames = truth.frames().len();
        let ious = (1..frames - 1).map(|frame| {
            let labels =
                |of: &tubelet_datasets::VideoSample| of.annotation(frame).unwrap().unwrap().labels;
            let (truth, found) = (labels(&truth), labels(&found));
            let pairs = truth.labels().iter().zip(found.labels());
            let (mut both, mut either) = (0, 0);
            for (truth, found) in pairs {
                both += usize::from(*truth > 0 && *found > 0);
                either += usize::from(*truth > 0 || *found > 0);
            }
            if either == 0 {
                1.0
            } else {
                both as f64 / either as f64
            }
        });
        let mean = ious.sum::<f64>() / (frames - 2) as f64;
        near(&sample.id, sample.values[1].unwrap(), mean);
        sum += mean;
    }
    near(
        "J-Mean",
        figure(&report, "J-Mean"),
        sum / report.samples.len() as f64,
    );
}

#[test]
fn real_proposals_score_as_in_the_official_unsupervised_code() {
    let (Some(vectors), Some(results)) = (
        shared("metric_vectors/davis_unsup_rvos_vs_osvos.json"),
        shared("davis2017_eval/results"),
    ) else {
        return;
    };
    let truth = tempfile::tempdir().unwrap();
    let annotations = truth.path().join("Annotations_unsupervised/480p");
    fs::create_dir_all(&annotations).unwrap();
    let vectors = read(&vectors);
    let sequences = vectors["sequences"].as_object().unwrap();
    for name in sequences.keys() {
        symlink(
            results.join("semi-supervised/osvos").join(name),
            annotations.join(name),
        )
        .unwrap();
    }
    let predictions = results.join("unsupervised/rvos");
    let report = judge(
        "davis-2017-unsupervised",
        truth.path(),
        &predictions,
        &common(),
    )
    .unwrap();
    for (name, expected) in sequences {
        let of_sequence = report
            .samples
            .iter()
            .filter(|sample| sample.group.as_deref() == Some(name));
        let mut found: Vec<[f64; 2]> = of_sequence
            .map(|sample| [1, 4].map(|column: usize| sample.values[column].unwrap()))
            .collect();
        let numbers = |key: &str| -> Vec<f64> {
            expected[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|number| number.as_f64().unwrap())
                .collect()
        };
        let mut expected: Vec<[f64; 2]> = numbers("J_M")
            .into_iter()
            .zip(numbers("F_M"))
            .map(|(region, boundary)| [region, boundary])
            .collect();
        // The official rows stand in the order of the proposals.
        found.sort_by(|one, other| one[0].total_cmp(&other[0]));
        expected.sort_by(|one, other| one[0].total_cmp(&other[0]));
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            near(name, *found, *expected);
        }
    }
}

#[test]
fn real_results_score_as_in_vos_benchmark() {
    let (Some(vectors), Some(results)) = (
        shared("metric_vectors/vosbenchmark_rvos_vs_osvos.json"),
        shared("davis2017_eval/results"),
    ) else {
        return;
    };
    let report = judge(
        "vos-benchmark",
        &results.join("semi-supervised/osvos"),
        &results.join("unsupervised/rvos"),
        &common(),
    );
    let report = report.unwrap();
    let mut compared = 0;
    for (name, expected) in read(&vectors)["sequences"].as_object().unwrap() {
        for (label, region) in expected["J"].as_object().unwrap() {
            let sample = report
                .samples
                .iter()
                .find(|sample| sample.id == format!("{name}/{label}"))
                .unwrap();
            near(
                &sample.id,
                sample.values[1].unwrap() * 100.0,
                region.as_f64().unwrap(),
            );
            near(
                &sample.id,
                sample.values[2].unwrap() * 100.0,
                expected["F"][label].as_f64().unwrap(),
            );
            assert_eq!(
                sample.frames,
                Some(expected["frames_counted"][label].as_u64().unwrap() as usize)
            );
            compared += 1;
        }
    }
    assert!(compared >= 8, "{compared}");
}

#[test]
fn right_predictions_are_right_and_shifted_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, right, shifted) = (
        folder.path().join("truth"),
        folder.path().join("right"),
        folder.path().join("shifted"),
    );
    for (root, offset) in [
        (truth.join("Annotations/480p"), 0),
        (right.clone(), 0),
        (shifted.clone(), 2),
    ] {
        sequence(&root.join("one"), 2, offset);
        sequence(&root.join("two"), 1, offset);
    }
    for protocol in ["davis-2016", "davis-2017"] {
        let report = judge(protocol, &truth, &right, &common()).unwrap();
        assert_eq!(figure(&report, "J&F-Mean"), 1.0);
        let report = judge(protocol, &truth, &shifted, &common()).unwrap();
        // 6 of 10 columns are shared.
        near(protocol, figure(&report, "J-Mean"), 0.6);
    }
    let report = judge("davis-2017", &truth, &shifted, &by("official-decay")).unwrap();
    assert_eq!(
        (report.rules.name, report.protocol),
        ("official-decay", Protocol::Davis2017)
    );
    assert_eq!(figure(&report, "objects"), 3.0);
}

#[test]
fn a_sequence_too_long_for_eight_bits_leaves_official_decay_undefined() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("truth"), folder.path().join("found"));
    for root in [truth.join("Annotations/480p"), found.clone()] {
        sequence(&root.join("short"), 1, 0);
        for frame in 0..302 {
            picture(&root.join(format!("long/{frame:05}.png")), 1, 0);
        }
    }
    let value = |report: &tubelet_evaluation::Report, name: &str| {
        let mut figures = report.summary.iter();
        figures.find(|figure| figure.name == name).unwrap().value
    };
    // Bins of the 300 frames that count end at 0, 75, 150, 224 and 299, which is 43 in eight bits.
    let report = judge("davis-2017", &truth, &found, &by("official-decay")).unwrap();
    assert_eq!(value(&report, "J-Decay"), None);
    assert_eq!(value(&report, "J-Mean"), Some(1.0));
    assert_eq!(report.samples[0].id, "long/1");
    assert_eq!(report.samples[0].values[3], None);
    assert_eq!(report.samples[1].values[3], Some(0.0));
    assert!(report.notes[0].starts_with("1 objects have no decay"));
    let report = judge("davis-2017", &truth, &found, &by("exact")).unwrap();
    assert_eq!(
        (value(&report, "J-Decay"), report.notes.len()),
        (Some(0.0), 0)
    );
}

#[test]
fn objects_of_sa_v_score_as_in_its_evaluator() {
    let vectors = golden("sa_v");
    let numbers: Vec<usize> = vectors["size"]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_u64().unwrap() as usize)
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("sav_val"), folder.path().join("found"));
    let mut expected = Vec::new();
    for (index, sequence) in vectors["sequences"].as_array().unwrap().iter().enumerate() {
        for (label, scores) in sequence["alone"].as_object().unwrap() {
            let places = [
                (
                    "truth",
                    truth.join(format!("Annotations_6fps/video{index}/{label}")),
                ),
                ("predictions", found.join(format!("video{index}/{label}"))),
            ];
            for (side, place) in places {
                fs::create_dir_all(&place).unwrap();
                for (frame, objects) in sequence[side].as_array().unwrap().iter().enumerate() {
                    let (size, mask) = code(&objects[label]);
                    let size = size.unwrap_or(FrameSize::new(numbers[1], numbers[0]));
                    let mut map = LabelMap::new(size);
                    if let Some(mask) = mask {
                        map.paint(&mask, 1).unwrap();
                    }
                    map.write_png(place.join(format!("{frame:05}.png")))
                        .unwrap();
                }
            }
            expected.push((format!("video{index}/{label}"), scores.clone()));
        }
    }
    let report = judge("sa-v", &truth, &found, &common()).unwrap();
    assert_eq!(report.samples.len(), expected.len());
    for (id, scores) in expected {
        let sample = report
            .samples
            .iter()
            .find(|sample| sample.id == id)
            .unwrap();
        for column in 0..2 {
            let value = sample.values[column + 1].unwrap() * 100.0;
            near(&id, value, scores[column].as_f64().unwrap());
        }
    }
}

/// A mask of a vector, and its size.
fn code(value: &serde_json::Value) -> (Option<FrameSize>, Option<Mask>) {
    let Some(counts) = value["counts"].as_str() else {
        return (None, None);
    };
    let side = |index: usize| value["size"][index].as_u64().unwrap() as usize;
    let size = FrameSize::new(side(1), side(0));
    (
        Some(size),
        Some(
            tubelet_geometry::RunLength::from_text(size, counts)
                .unwrap()
                .decode(),
        ),
    )
}
