//! Tubes: VidSTG and HC-STVG.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use tubelet_evaluation::Options;

use crate::judged::{by, figure, judge, near, of_group};
use crate::shared::{golden, read, shared};

/// Boxes by frame, as tubes hold them.
fn edges(value: &Value) -> BTreeMap<String, Value> {
    value
        .as_object()
        .unwrap()
        .iter()
        .map(|(frame, edges)| (frame.clone(), edges.clone()))
        .collect()
}

#[test]
fn real_segments_of_vidstg_score_as_in_tubedetr() {
    let Some(vectors) = shared("metric_vectors/vidstg_tubedetr.json") else {
        return;
    };
    let vectors = read(&vectors);
    let folder = tempfile::tempdir().unwrap();
    let boxes = folder.path().join("vidor/0000");
    fs::create_dir_all(&boxes).unwrap();
    let (mut annotations, mut tubes, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    for (number, sample) in vectors["samples"].as_array().unwrap().iter().enumerate() {
        let video = format!("{number:010}");
        let last = sample["end_frame"]
            .as_u64()
            .unwrap()
            .max(sample["tube_end_frame"].as_u64().unwrap()) as usize;
        let mut trajectories = vec![json!([]); last + 1];
        for (frame, edges) in edges(&sample["gt_boxes_xyxy"]) {
            let [xmin, ymin, xmax, ymax] = [0, 1, 2, 3].map(|edge: usize| edges[edge].clone());
            let bbox = json!({"xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax});
            trajectories[frame.parse::<usize>().unwrap()] =
                json!([{"tid": 0, "bbox": bbox, "generated": 0}]);
        }
        let vidor = json!({
            "video_id": video, "frame_count": last + 1, "fps": sample["fps"], "width": 640, "height": 360,
            "subject/objects": [{"tid": 0, "category": "adult"}], "trajectories": trajectories,
        });
        fs::write(boxes.join(format!("{video}.json")), vidor.to_string()).unwrap();
        let sentence =
            json!([{"description": sample["caption"], "type": "object", "target_id": 0}]);
        let is_question = sample["qtype"] == "interrogative";
        let (captions, questions) = if is_question {
            (json!([]), sentence)
        } else {
            (sentence, json!([]))
        };
        annotations.push(json!({
            "vid": video, "frame_count": last + 1, "fps": sample["fps"], "width": 640, "height": 360,
            "subject/objects": [{"tid": 0, "category": "adult"}],
            "used_segment": {"begin_fid": sample["start_frame"], "end_fid": sample["end_frame"]},
            "temporal_gt": {"begin_fid": sample["tube_start_frame"], "end_fid": sample["tube_end_frame"]},
            "captions": captions, "questions": questions,
        }));
        let [start, end] =
            [0, 1].map(|end: usize| sample["pred_sted"][end].as_f64().unwrap() as usize);
        tubes.push(
            json!({"id": number, "span": [start, end], "boxes": edges(&sample["pred_boxes_xyxy"])}),
        );
        expected.push(sample["expected"].clone());
    }
    let found = folder.path().join("tubes.json");
    fs::write(
        folder.path().join("test_annotations.json"),
        json!(annotations).to_string(),
    )
    .unwrap();
    fs::write(&found, json!(tubes).to_string()).unwrap();
    let report = judge("vidstg", folder.path(), &found, &Options::default()).unwrap();
    for (sample, expected) in report.samples.iter().zip(expected) {
        for (column, name) in [(0, "viou"), (1, "tiou"), (2, "gt_viou")] {
            near(
                &sample.id,
                sample.values[column].unwrap(),
                expected[name].as_f64().unwrap(),
            );
        }
    }
    for (key, value) in vectors["expected_summary"].as_object().unwrap() {
        let (kind, name) = key.split_once('_').unwrap();
        let name = match name {
            "tiou" => "m_tIoU".to_owned(),
            "viou" => "m_vIoU".to_owned(),
            other => other.replace("viou", "vIoU"),
        };
        near(key, of_group(&report, kind, &name), value.as_f64().unwrap());
    }
}

#[test]
fn clips_of_hc_stvg_score_as_in_tubedetr() {
    let vectors = golden("hc_stvg_tubedetr");
    let folder = tempfile::tempdir().unwrap();
    let (mut annotations, mut tubes, mut expected) = (json!({}), Vec::new(), BTreeMap::new());
    for (number, sample) in vectors["samples"].as_array().unwrap().iter().enumerate() {
        let name = format!("{number}.mp4");
        annotations[name.as_str()] = json!({
            "bbox": sample["boxes"], "st_frame": sample["first_frame"], "st_time": 0.0, "ed_time": 1.0,
            "img_num": sample["video_frames"], "caption": "a man", "width": 640, "height": 360,
        });
        tubes.push(
            json!({"id": name, "span": sample["sted"], "boxes": edges(&sample["prediction"])}),
        );
        expected.insert(name, sample["expected"].clone());
    }
    let (truth, found) = (
        folder.path().join("truth.json"),
        folder.path().join("tubes.json"),
    );
    fs::write(&truth, annotations.to_string()).unwrap();
    fs::write(&found, json!(tubes).to_string()).unwrap();
    let report = judge("hc-stvg", &truth, &found, &by("tubedetr")).unwrap();
    assert_eq!(report.samples.len(), 8);
    for sample in &report.samples {
        let expected = &expected[&sample.id];
        for (column, place) in [(1, 0), (0, 1), (2, 2)] {
            let value = expected[place].as_f64().unwrap();
            assert!(
                (sample.values[column].unwrap() - value).abs() < 1e-9,
                "{}: {expected} {:?}",
                sample.id,
                sample.values
            );
        }
    }
}

#[test]
fn rules_differ_where_they_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.json"),
        folder.path().join("tubes.json"),
    );
    let boxes = vec![[10.0, 10.0, 20.0, 20.0]; 50];
    let clip = json!({"a.mp4": {"bbox": boxes, "st_frame": 31, "st_time": 0, "ed_time": 1, "img_num": 200,
        "English": "a woman", "img_size": [100, 100]}});
    let predicted: BTreeMap<String, [f64; 4]> = (0..200)
        .map(|frame| (frame.to_string(), [10.0, 10.0, 30.0, 30.0]))
        .collect();
    let tubes = json!([{"id": "a.mp4", "span": [30, 80], "boxes": predicted}]);
    fs::write(&truth, clip.to_string()).unwrap();
    fs::write(&found, tubes.to_string()).unwrap();
    let of = |rules: &str| {
        let report = judge("hc-stvg", &truth, &found, &by(rules)).unwrap();
        figure(&report, "m_tIoU")
    };
    assert_eq!(of("definition"), 1.0);
    let default = judge("hc-stvg", &truth, &found, &Options::default()).unwrap();
    assert_eq!(default.rules.name, "definition");
    assert_eq!(figure(&default, "m_tIoU"), 1.0);
    // The last true frame does not count, so that 50 predicted frames stand against 49.
    near("stcat", of("stcat"), 49.0 / 50.0);
    near("tubedetr", of("tubedetr"), 49.0 / 51.0);
    let twice = [&tubes[0], &tubes[0]];
    fs::write(&found, json!(twice).to_string()).unwrap();
    let error = judge("hc-stvg", &truth, &found, &Options::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("`a.mp4` is predicted twice"), "{error}");
}

#[test]
fn predicted_boxes_that_end_before_they_begin_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.json"),
        folder.path().join("tubes.json"),
    );
    let clip = json!({"a.mp4": {"bbox": [[10, 10, 20, 20]], "st_frame": 31, "st_time": 0, "ed_time": 1,
        "img_num": 200, "English": "a woman", "img_size": [100, 100]}});
    fs::write(&truth, clip.to_string()).unwrap();
    for (edges, is_box) in [
        ([10, 10, 30, 30], true),
        ([10, 10, 10, 30], true),
        ([30, 10, 10, 30], false),
        ([10, 30, 30, 10], false),
    ] {
        let tubes =
            json!([{"id": "a.mp4", "span": [30, 31], "boxes": {"30": edges, "31": [0, 0, 1, 1]}}]);
        fs::write(&found, tubes.to_string()).unwrap();
        let report = judge("hc-stvg", &truth, &found, &Options::default());
        let error = report.map(|_| ()).map_err(|error| error.to_string());
        match error {
            Ok(()) => assert!(is_box),
            Err(error) => {
                let named = "tubes.json: 1 problem\n  1. `a.mp4`: the box of frame 30 ends before it begins";
                assert!(!is_box && error.contains(named), "{error}");
            }
        }
    }
}

#[test]
fn two_boxes_without_area_share_nothing_and_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.json"),
        folder.path().join("tubes.json"),
    );
    let clip = json!({"a.mp4": {"bbox": [[10, 10, 20, 20], [10, 10, 0, 20]], "st_frame": 31, "st_time": 0, "ed_time": 1,
        "img_num": 200, "English": "a woman", "img_size": [100, 100]}});
    fs::write(&truth, clip.to_string()).unwrap();
    let notes = |right: f64| {
        let boxes = json!({"30": [10, 10, 30, 30], "31": [10, 10, right, 30]});
        let tubes = json!([{"id": "a.mp4", "span": [30, 32], "boxes": boxes}]);
        fs::write(&found, tubes.to_string()).unwrap();
        let report = judge("hc-stvg", &truth, &found, &by("definition")).unwrap();
        near("vIoU", figure(&report, "m_vIoU"), 0.5);
        report.notes
    };
    assert!(notes(30.0).is_empty());
    assert!(notes(10.0)[0].starts_with("1 sentences have frames in which neither box"));
}

#[test]
fn tubes_are_told_apart_by_their_spans_and_by_the_length_of_events() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (
        folder.path().join("truth.json"),
        folder.path().join("tubes.json"),
    );
    let clip = |end: f64| {
        json!({"bbox": vec![[10, 10, 20, 20]; 50], "st_frame": 31, "st_time": 0, "ed_time": end, "img_num": 200,
            "English": "a woman", "img_size": [100, 100]})
    };
    let boxes: BTreeMap<String, [f64; 4]> = (0..200)
        .map(|frame| (frame.to_string(), [10.0, 10.0, 30.0, 30.0]))
        .collect();
    let clips = json!({"a.mp4": clip(0.5), "b.mp4": clip(10.0)});
    // All of 50 frames of the first, the first 20 of the second.
    let tubes = json!([{"id": "a.mp4", "span": [30, 80], "boxes": boxes}, {"id": "b.mp4", "span": [30, 50], "boxes": boxes}]);
    fs::write(&truth, clips.to_string()).unwrap();
    fs::write(&found, tubes.to_string()).unwrap();
    let report = judge("hc-stvg", &truth, &found, &by("definition")).unwrap();
    let names: Vec<&str> = report.groups.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        names,
        ["tIoU 0.3 to 0.5", "tIoU 0.7 to 1.0", "event below 1 s"]
    );
    for (group, overlap) in names.iter().zip([0.4, 1.0, 1.0]) {
        near(group, of_group(&report, group, "m_vIoU"), overlap);
        near(group, of_group(&report, group, "gt_vIoU"), 1.0);
    }
    near("length", of_group(&report, names[2], "mean length"), 0.5);
}

#[test]
fn sentences_that_stcat_leaves_out_need_no_tube() {
    let folder = tempfile::tempdir().unwrap();
    let boxes = folder.path().join("vidor/0000");
    fs::create_dir_all(&boxes).unwrap();
    let here =
        json!([{"tid": 0, "bbox": {"xmin": 1, "ymin": 2, "xmax": 4, "ymax": 6}, "generated": 0}]);
    let mut annotations = Vec::new();
    for (video, is_whole) in [("1", true), ("2", false)] {
        let mut trajectories = vec![here.clone(); 6];
        if !is_whole {
            trajectories[2] = json!([]);
        }
        let vidor = json!({
            "video_id": video, "frame_count": 6, "fps": 5.0, "width": 64, "height": 48,
            "subject/objects": [{"tid": 0, "category": "dog"}], "trajectories": trajectories,
        });
        fs::write(boxes.join(format!("{video}.json")), vidor.to_string()).unwrap();
        annotations.push(json!({
            "vid": video, "frame_count": 6, "fps": 5.0, "width": 64, "height": 48,
            "used_segment": {"begin_fid": 0, "end_fid": 5}, "temporal_gt": {"begin_fid": 1, "end_fid": 4},
            "subject/objects": [{"tid": 0, "category": "dog"}],
            "captions": [{"description": "a dog", "target_id": 0}], "questions": [],
        }));
    }
    let found = folder.path().join("tubes.json");
    let annotations = json!(annotations).to_string();
    fs::write(folder.path().join("test_annotations.json"), annotations).unwrap();
    let tube = |id: u32| {
        let boxes: BTreeMap<String, [u32; 4]> = (0..6)
            .map(|frame: u32| (frame.to_string(), [1, 2, 4, 6]))
            .collect();
        json!({"id": id, "span": [1, 5], "boxes": boxes})
    };
    let judged = |rules: &str| judge("vidstg", folder.path(), &found, &by(rules));
    for tubes in [json!([tube(0)]), json!([tube(0), tube(1)])] {
        fs::write(&found, tubes.to_string()).unwrap();
        for rules in ["stcat", "cg-stvg"] {
            let report = judged(rules).unwrap();
            assert_eq!((report.samples.len(), report.notes.len()), (1, 1));
            assert!(report.notes[0].starts_with("1 sentences are left out"));
        }
    }
    fs::write(&found, json!([tube(0)]).to_string()).unwrap();
    let gap = "1 sentences are left out, because the ground truth lacks a box in their tube: `1` (frame 2).";
    for tubes in [json!([tube(0)]), json!([tube(0), tube(1)])] {
        fs::write(&found, tubes.to_string()).unwrap();
        // All frames are sampled at five frames a second.
        for rules in ["definition", "tubedetr"] {
            let report = judged(rules).unwrap();
            assert_eq!(report.samples.len(), 1);
            assert_eq!(report.notes, [gap]);
        }
    }
    fs::write(&found, json!([tube(1)]).to_string()).unwrap();
    for rules in ["stcat", "definition"] {
        let error = judged(rules).unwrap_err().to_string();
        assert!(error.ends_with("no prediction for sentence `0`"), "{error}");
    }
}
