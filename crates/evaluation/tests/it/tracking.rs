//! Boxes and tracks: GOT-10k, YouTube-VIS, KITTI MOTS, SA-Co/VEval.

use std::fs;

use serde_json::{Value, json};
use tubelet_datasets::{AnnotatedBox, Got10kResults};
use tubelet_evaluation::Options;

use crate::judged::{by, figure, judge, near, of_group};
use crate::shared::{golden, read, shared};

#[test]
fn real_boxes_score_as_in_the_got_10k_toolkit() {
    let Some(vectors) = shared("metric_vectors/got10k_lasot_snippet.json") else {
        return;
    };
    let vectors = read(&vectors);
    let folder = tempfile::tempdir().unwrap();
    let found = Got10kResults::new(folder.path().join("tracker"));
    for (name, sequence) in vectors["sequences"].as_object().unwrap() {
        let place = folder.path().join("val").join(name);
        fs::create_dir_all(&place).unwrap();
        let boxes = |key: &str| {
            let rows = sequence[key].as_array().unwrap().iter();
            rows.map(|row| [0, 1, 2, 3].map(|side: usize| row[side].as_f64().unwrap()))
                .collect::<Vec<_>>()
        };
        let lines = |rows: Vec<[f64; 4]>| {
            rows.iter()
                .map(|row| format!("{},{},{},{}\n", row[0], row[1], row[2], row[3]))
                .collect::<String>()
        };
        fs::write(place.join("groundtruth.txt"), lines(boxes("gt_xywh"))).unwrap();
        let covers = sequence["cover"].as_array().unwrap();
        fs::write(
            place.join("cover.label"),
            covers
                .iter()
                .map(|cover| format!("{cover}\n"))
                .collect::<String>(),
        )
        .unwrap();
        for file in ["absence.label", "cut_by_image.label"] {
            fs::write(place.join(file), "0\n".repeat(covers.len())).unwrap();
        }
        fs::write(
            place.join("meta_info.ini"),
            "[METAINFO]\nresolution: (1280, 720)\n",
        )
        .unwrap();
        let predicted: Vec<_> = boxes("pred_xywh")
            .into_iter()
            .map(AnnotatedBox::from_corner_and_size)
            .collect();
        found
            .write(name, 1, &predicted, &vec![0.5; predicted.len()])
            .unwrap();
    }
    let report = judge(
        "got-10k",
        folder.path(),
        &folder.path().join("tracker"),
        &Options::default(),
    )
    .unwrap();
    near(
        "AO",
        figure(&report, "AO"),
        vectors["overall"]["ao"].as_f64().unwrap(),
    );
    near(
        "SR0.50",
        figure(&report, "SR0.50"),
        vectors["overall"]["sr0.5"].as_f64().unwrap(),
    );
    near("speed", figure(&report, "speed"), 2.0);
    for sample in &report.samples {
        let name = sample.id.split('/').next().unwrap();
        near(
            name,
            sample.values[0].unwrap(),
            vectors["sequences"][name]["ao"].as_f64().unwrap(),
        );
    }
    let curve = vectors["overall"]["succ_curve"].as_array().unwrap();
    let figures = &report.groups[0].figures;
    assert_eq!(curve.len(), figures.len());
    for (expected, found) in curve.iter().zip(figures) {
        near(
            &found.name,
            found.value.unwrap(),
            expected.as_f64().unwrap(),
        );
    }
}

#[test]
fn classes_of_got_10k_weigh_the_same_where_all_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = folder.path().join("tracker");
    let found = Got10kResults::new(&tracker);
    let sequence = |name: &str, class: &str, width: f64| {
        let place = folder.path().join("val").join(name);
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("groundtruth.txt"), "0,0,10,10\n".repeat(3)).unwrap();
        let meta = format!("[METAINFO]\nresolution: (100, 100)\n{class}\n");
        fs::write(place.join("meta_info.ini"), meta).unwrap();
        let edges = AnnotatedBox::from_corner_and_size([0.0, 0.0, width, 10.0]);
        found.write(name, 1, &[edges; 3], &[]).unwrap();
    };
    // Overlaps of 1, 0.2 and 0.7.
    sequence("a", "object_class: bear", 10.0);
    sequence("b", "object_class: bear", 2.0);
    sequence("c", "object_class: kite", 7.0);
    let judged = || judge("got-10k", folder.path(), &tracker, &Options::default()).unwrap();
    let report = judged();
    near("AO", figure(&report, "AO"), 1.9 / 3.0);
    near("mAO", figure(&report, "mAO"), 0.65);
    near("SR", figure(&report, "SR0.50"), 2.0 / 3.0);
    near("mSR", figure(&report, "mSR0.50"), 0.75);
    near("mSR", figure(&report, "mSR0.75"), 0.25);
    assert_eq!(report.samples[2].group.as_deref(), Some("kite"));
    sequence("c", "major_class: toy", 6.0);
    let report = judged();
    assert!(report.summary.iter().all(|figure| figure.name != "mAO"));
    assert!(report.notes[1].starts_with("1 sequences have no `object_class`"));
}

#[test]
fn hidden_frames_of_got_10k_do_not_count_whatever_else_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let (place, tracker) = (folder.path().join("val/a"), folder.path().join("tracker"));
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("groundtruth.txt"), "0,0,10,10\n".repeat(4)).unwrap();
    fs::write(place.join("meta_info.ini"), "resolution: (100, 100)\n").unwrap();
    fs::write(place.join("cover.label"), "8\n8\n0\n4\n").unwrap();
    let right = AnnotatedBox::from_corner_and_size([0.0, 0.0, 10.0, 10.0]);
    let wrong = AnnotatedBox::from_corner_and_size([50.0, 0.0, 10.0, 10.0]);
    let boxes = [right, right, wrong, right];
    // As the toolkit writes the times of three runs, whose second has no boxes here.
    let found = Got10kResults::new(&tracker);
    found.write("a", 1, &boxes, &[0.5; 4]).unwrap();
    found.write("a", 3, &boxes, &[0.25; 4]).unwrap();
    let report = judge("got-10k", folder.path(), &tracker, &Options::default()).unwrap();
    assert_eq!(
        (figure(&report, "AO"), figure(&report, "frames")),
        (1.0, 4.0)
    );
    near("speed", figure(&report, "speed"), 3.0);
    let ids: Vec<&str> = report.samples.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["a/001", "a/003"]);
    assert!(report.notes.iter().all(|note| !note.contains("cover")));
}

#[test]
fn tracks_of_youtube_vis_score_as_in_ytvoseval() {
    let vectors = golden("youtube_vis");
    let folder = tempfile::tempdir().unwrap();
    let (mut videos, mut tracks, mut results) = (Vec::new(), Vec::new(), Vec::new());
    for (number, video) in vectors["videos"].as_array().unwrap().iter().enumerate() {
        let truth = video["truth"].as_array().unwrap();
        let found = video["predictions"].as_array().unwrap();
        let length = truth.iter().chain(found).next().unwrap()["masks"]
            .as_array()
            .unwrap()
            .len();
        let files: Vec<String> = (0..length)
            .map(|frame| format!("v{number}/{frame:05}.jpg"))
            .collect();
        let (width, height) = (&vectors["size"][0], &vectors["size"][1]);
        videos
            .push(json!({"id": number + 1, "height": height, "width": width, "file_names": files}));
        for track in truth {
            let crowd = i32::from(track["crowd"].as_bool().unwrap_or(false));
            let area: Vec<Value> = track["masks"]
                .as_array()
                .unwrap()
                .iter()
                .map(|_| Value::Null)
                .collect();
            tracks.push(json!({"id": tracks.len() + 1, "video_id": number + 1, "category_id": track["category"],
                "iscrowd": crowd, "segmentations": track["masks"], "bboxes": area.clone(), "areas": area}));
        }
        for track in found {
            results.push(json!({"video_id": number + 1, "category_id": track["category"], "score": track["score"],
                "segmentations": track["masks"]}));
        }
    }
    let categories: Vec<Value> = (0..10)
        .map(|id| json!({"id": id, "name": format!("kind {id}")}))
        .collect();
    let (truth, found) = (
        folder.path().join("instances.json"),
        folder.path().join("results.json"),
    );
    let file = json!({"videos": videos, "annotations": tracks, "categories": categories});
    fs::write(&truth, file.to_string()).unwrap();
    fs::write(&found, json!(results).to_string()).unwrap();
    let report = judge("youtube-vis", &truth, &found, &Options::default()).unwrap();
    let names = [
        "AP",
        "AP50",
        "AP75",
        "AP small",
        "AP medium",
        "AP large",
        "AR1",
        "AR10",
        "AR100",
    ];
    for (name, expected) in names.into_iter().zip(vectors["stats"].as_array().unwrap()) {
        let found = report
            .summary
            .iter()
            .find(|figure| figure.name == name)
            .and_then(|figure| figure.value);
        near(name, found.unwrap_or(-1.0), expected.as_f64().unwrap());
    }
}

#[test]
fn real_drives_with_missing_masks_lose_what_is_missing() {
    let Some(data) = shared("kitti_mots") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (mut truth_masks, mut missing) = (0, 0);
    for entry in fs::read_dir(data.join("instances_txt")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let ranges = fs::read_to_string(data.join("mots_eval/val.seqmap")).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if !ranges.lines().any(|line| line.starts_with(name)) {
            continue;
        }
        let mut kept = String::new();
        for (number, line) in text.lines().enumerate() {
            let class = line.split(' ').nth(2).unwrap();
            if class == "10" {
                continue;
            }
            truth_masks += usize::from(class == "1");
            if number % 10 == 0 {
                missing += usize::from(class == "1");
            } else {
                kept.push_str(line);
                kept.push('\n');
            }
        }
        fs::write(folder.path().join(path.file_name().unwrap()), kept).unwrap();
    }
    let options = Options {
        split: Some("val".to_owned()),
        ..Options::default()
    };
    let report = judge("kitti-mots", &data, folder.path(), &options).unwrap();
    assert_eq!(of_group(&report, "car", "FN"), missing as f64);
    assert_eq!(of_group(&report, "car", "true masks"), truth_masks as f64);
    assert_eq!(figure(&report, "MOTSP car"), 1.0);
    near(
        "sMOTSA",
        figure(&report, "sMOTSA car"),
        1.0 - missing as f64 / truth_masks as f64,
    );
}

#[test]
fn the_shipped_result_of_saco_has_its_shipped_scores() {
    let Some(data) = shared("saco_veval_toy/toy_gt_and_pred") else {
        return;
    };
    let [truth, found, expected] = ["gt", "pred", "eval_res"]
        .map(|part| data.join(format!("toy_saco_veval_sav_test_{part}.json")));
    let expected = &read(&expected)["dataset_results"];
    for (rules, shapes) in [("masks", "mask"), ("boxes", "bbox")] {
        let report = judge("saco", &truth, &found, &by(rules)).unwrap();
        for (name, key) in [
            ("cgF1", "demo_cgf1_micro_50_95"),
            ("IL_MCC", "demo_ilmcc_50_95"),
            ("pmF1", "demo_positive_micro_f1_50_95"),
            ("HOTA", "all_phrase_HOTA"),
            ("DetA", "all_phrase_DetA"),
            ("AssA", "all_phrase_AssA"),
            ("LocA", "all_phrase_LocA"),
            ("class AP", "mAP_50_95"),
            ("phrase AP", "phrase_ap_50_95"),
            ("phrase AP50", "phrase_ap_50"),
            ("phrase AP75", "phrase_ap_75"),
        ] {
            let expected = expected[format!("video_{shapes}_{key}")].as_f64().unwrap();
            near(&format!("{rules} {name}"), figure(&report, name), expected);
        }
        if let Some(teta) = expected[format!("video_{shapes}_teta")].as_f64() {
            let found = figure(&report, "TETA") * 100.0;
            assert!((found - teta).abs() < 1e-3, "{found} {teta}");
        }
    }
}

#[test]
fn masks_of_kitti_mots_behind_the_truth_are_false_and_behind_the_map_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, found) = (folder.path().join("truth"), folder.path().join("found"));
    fs::create_dir_all(&truth).unwrap();
    fs::create_dir_all(&found).unwrap();
    let mask = "1 2 3 123";
    fs::write(truth.join("0002.txt"), format!("0 1001 {mask}\n")).unwrap();
    let predicted = format!("0 1001 {mask}\n3 1001 {mask}\n4 1001 {mask}\n");
    fs::write(found.join("0002.txt"), predicted).unwrap();
    let judged = |split: Option<&str>| {
        let options = Options {
            split: split.map(str::to_owned),
            ..Options::default()
        };
        judge("kitti-mots", &truth, &found, &options).unwrap()
    };
    let report = judged(None);
    assert_eq!(of_group(&report, "car", "FP"), 2.0);
    assert!(report.notes.is_empty(), "{:?}", report.notes);
    fs::write(truth.join("short.seqmap"), "0002 empty 0 3\n").unwrap();
    let report = judged(Some("short"));
    assert_eq!(of_group(&report, "car", "FP"), 1.0);
    assert_eq!(of_group(&report, "car", "TP"), 1.0);
    assert!(
        report.notes[0].starts_with("1 frames"),
        "{:?}",
        report.notes
    );
}
