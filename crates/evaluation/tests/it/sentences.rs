//! Sentences to masks: MeViS, ReVOS, Refer-YouTube-VOS, Ref-DAVIS17.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;
use tubelet_datasets::{Annotation, LabelEncoding};
use tubelet_evaluation::{Missing, Options};
use tubelet_geometry::{FrameSize, RunLength};
use tubelet_video::LabelMap;

use crate::judged::{by, figure, judge, near};
use crate::segmentation::{SIZE, sequence};
use crate::shared::{read, shared};

/// Frames of a folder, as names.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_str()?
                .strip_suffix(".png")
                .map(str::to_owned)
        })
        .collect();
    names.sort_unstable();
    names
}

/// What Python's `pickle` writes for plain data, as in its fifth protocol.
fn pickled(value: &serde_json::Value) -> Vec<u8> {
    let text = |text: &str| [&[0x8c, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    match value {
        serde_json::Value::Null => b"N".to_vec(),
        serde_json::Value::Number(number) => {
            let number = u32::try_from(number.as_u64().unwrap()).unwrap();
            [&b"J"[..], &number.to_le_bytes()].concat()
        }
        serde_json::Value::String(string) => text(string),
        serde_json::Value::Array(values) => {
            let values: Vec<u8> = values.iter().flat_map(pickled).collect();
            [b"](".to_vec(), values, b"e".to_vec()].concat()
        }
        serde_json::Value::Object(members) => {
            let members = members
                .iter()
                .flat_map(|(key, value)| [text(key), pickled(value)]);
            let members: Vec<u8> = members.flatten().collect();
            [b"}(".to_vec(), members, b"u".to_vec()].concat()
        }
        serde_json::Value::Bool(_) => panic!("no mask holds {value}"),
    }
}

pub(crate) fn code(mask: &RunLength) -> serde_json::Value {
    json!({"size": [mask.size().height, mask.size().width], "counts": mask.to_text()})
}

#[test]
fn real_masks_as_sentences_of_revos_score_as_in_its_code() {
    let (Some(vectors), Some(truth), Some(results)) = (
        shared("metric_vectors/revos_visa_A_R.json"),
        shared("davis2016/DAVIS/Annotations/480p"),
        shared("davis2017_eval/results/semi-supervised/osvos"),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (gt, found) = (folder.path().join("gt"), folder.path().join("found"));
    let (mut videos, mut masks, mut foreground) = (json!({}), json!({}), json!({}));
    let vectors = read(&vectors);
    let mut expected = Vec::new();
    for (number, (name, values)) in vectors["sequences"].as_object().unwrap().iter().enumerate() {
        if !truth.join(name).is_dir() {
            continue;
        }
        let frames = names(&truth.join(name));
        let mut size = FrameSize::new(0, 0);
        let tracks: Vec<_> = frames
            .iter()
            .map(|frame| {
                let path = truth.join(name).join(format!("{frame}.png"));
                let mask = Annotation::read(path, LabelEncoding::Binary)
                    .unwrap()
                    .labels
                    .mask(1);
                size = mask.size();
                let shifted = mask.translate(40, 0);
                (
                    code(&RunLength::encode(&mask)),
                    code(&RunLength::encode(&(&mask | &shifted))),
                )
            })
            .collect();
        let (of_object, of_video): (Vec<_>, Vec<_>) = tracks.into_iter().unzip();
        masks[number.to_string()] = json!(of_object);
        foreground[name.as_str()] = json!({"masks_rle": of_video});
        let sentence =
            json!({"exp": "it", "obj_id": [1], "anno_id": [number], "type_id": number % 2});
        videos[name.as_str()] = json!({"frames": frames, "height": size.height, "width": size.width, "expressions": {"0": sentence}});
        fs::create_dir_all(found.join(name)).unwrap();
        symlink(results.join(name), found.join(name).join("0")).unwrap();
        expected.push((format!("{name}/0"), values.clone()));
    }
    fs::create_dir_all(&gt).unwrap();
    fs::write(
        gt.join("meta_expressions_valid_.json"),
        json!({"videos": videos}).to_string(),
    )
    .unwrap();
    fs::write(gt.join("mask_dict.json"), masks.to_string()).unwrap();
    fs::write(gt.join("mask_dict_foreground.json"), foreground.to_string()).unwrap();
    for (rules, encoding) in [
        ("exact", "pred_0_1"),
        ("sa2va", "pred_0_1"),
        ("visa", "pred_0_255"),
    ] {
        let report = judge("revos", &gt, &found, &by(rules)).unwrap();
        assert_eq!(report.samples.len(), expected.len());
        assert!(!expected.is_empty());
        for (id, values) in &expected {
            let sample = report
                .samples
                .iter()
                .find(|sample| sample.id == *id)
                .unwrap();
            for (column, name) in [(1, "J"), (2, "F"), (3, "A"), (4, "R")] {
                near(
                    id,
                    sample.values[column].unwrap(),
                    values[encoding][name].as_f64().unwrap(),
                );
            }
        }
    }
}

/// A video with two sentences: one about both objects and one about the second.
fn split(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let mut tracks = [Vec::new(), Vec::new()];
    let pictures = folder.join("pictures");
    sequence(&pictures, 2, 0);
    for frame in 0..5 {
        let map = LabelMap::read_png(pictures.join(format!("{frame:05}.png"))).unwrap();
        for (track, label) in tracks.iter_mut().zip([1, 2]) {
            track.push(code(&RunLength::encode(&map.mask(label))));
        }
    }
    let frames: Vec<String> = (0..5).map(|frame| format!("{frame:05}")).collect();
    let expressions = json!({"0": {"exp": "both", "obj_id": [1, 2], "anno_id": [7, 8]}, "1": {"exp": "second", "obj_id": [2], "anno_id": [8]}});
    let text = json!({"videos": {"v": {"frames": frames, "expressions": expressions}}});
    fs::write(folder.join("meta_expressions.json"), text.to_string()).unwrap();
    fs::write(
        folder.join("mask_dict.json"),
        json!({"7": tracks[0], "8": tracks[1]}).to_string(),
    )
    .unwrap();
}

#[test]
fn sentences_of_mevis_mean_all_their_objects() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, found) = (folder.path().join("gt"), folder.path().join("found"));
    split(&gt.join("valid_u"));
    sequence(&found.join("v/0"), 2, 0);
    sequence(&found.join("v/1"), 2, 0);
    let report = judge("mevis", &gt, &found, &Options::default()).unwrap();
    assert_eq!(report.samples[0].values[1], Some(1.0));
    // Twice the pixels that the second sentence means.
    assert_eq!(report.samples[1].values[1], Some(0.5));
    fs::remove_dir_all(found.join("v/1")).unwrap();
    let error = judge("mevis", &gt, &found, &Options::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("1 problem\n  1. no prediction for sentence `v/1`"),
        "{error}"
    );
    let zero = Options {
        missing: Missing::Zero,
        ..Options::default()
    };
    let report = judge("mevis", &gt, &found, &zero).unwrap();
    assert_eq!(figure(&report, "J"), 0.5);
    assert_eq!(figure(&report, "without prediction"), 1.0);
}

/// The same as a split of ReVOS, whose sentences are of the first two classes.
fn revos_split(folder: &Path) {
    split(folder);
    let mut text = read(&folder.join("meta_expressions.json"));
    let video = &mut text["videos"]["v"];
    (video["height"], video["width"]) = (json!(SIZE.height), json!(SIZE.width));
    for (number, key) in ["0", "1"].into_iter().enumerate() {
        video["expressions"][key]["type_id"] = json!(number);
    }
    fs::write(
        folder.join("meta_expressions_valid_.json"),
        text.to_string(),
    )
    .unwrap();
    let masks = read(&folder.join("mask_dict.json"));
    let foreground = json!({"v": {"masks_rle": masks["7"]}});
    fs::write(
        folder.join("mask_dict_foreground.json"),
        foreground.to_string(),
    )
    .unwrap();
}

#[test]
fn sentences_of_revos_with_unusable_pictures_count_as_0_where_missing_ones_do() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, found) = (folder.path().join("gt"), folder.path().join("found"));
    revos_split(&gt);
    sequence(&found.join("v/0"), 2, 0);
    sequence(&found.join("v/1"), 2, 0);
    fs::remove_file(found.join("v/1/00003.png")).unwrap();
    let error = judge("revos", &gt, &found, &Options::default()).unwrap_err();
    let missing = "no prediction for frame `v/1/00003`";
    assert!(error.to_string().ends_with(missing), "{error}");
    let zero = Options {
        missing: Missing::Zero,
        ..Options::default()
    };
    let report = judge("revos", &gt, &found, &zero).unwrap();
    assert_eq!(figure(&report, "without prediction"), 1.0);
    let regions: Vec<_> = report.samples.iter().map(|it| it.values[1]).collect();
    assert_eq!(regions, [Some(1.0), Some(0.0)]);
    let note = &report.notes[0];
    assert!(
        note.starts_with("1 sentences") && note.contains(missing),
        "{note}"
    );
    fs::write(found.join("v/0/00000.png"), "no picture").unwrap();
    let report = judge("revos", &gt, &found, &zero).unwrap();
    assert_eq!(figure(&report, "without prediction"), 2.0);
}

#[test]
fn fewer_true_masks_than_frames_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, found) = (folder.path().join("gt"), folder.path().join("found"));
    revos_split(&gt);
    split(&gt.join("valid_u"));
    sequence(&found.join("v/0"), 2, 0);
    sequence(&found.join("v/1"), 2, 0);
    let shorten = |file: &str, track: &dyn Fn(&mut serde_json::Value) -> &mut serde_json::Value| {
        let path = gt.join(file);
        let mut masks = read(&path);
        track(&mut masks).as_array_mut().unwrap().pop();
        fs::write(path, masks.to_string()).unwrap();
    };
    let refused = |protocol: &str| {
        let error = judge(protocol, &gt, &found, &Options::default());
        error.unwrap_err().to_string()
    };
    shorten(
        "mask_dict_foreground.json",
        &|masks| &mut masks["v"]["masks_rle"],
    );
    let expected = "`v/0`: the ground truth has 4 masks of the foreground for 5 frames";
    assert!(refused("revos").contains(expected), "{}", refused("revos"));
    for (protocol, file) in [
        ("revos", "mask_dict.json"),
        ("mevis", "valid_u/mask_dict.json"),
    ] {
        shorten(file, &|masks| &mut masks["7"]);
        shorten(file, &|masks| &mut masks["8"]);
        let error = refused(protocol);
        let expected = "`v/1`: the ground truth has 4 masks for 5 frames";
        assert!(error.contains(expected), "{protocol}: {error}");
    }
}

#[test]
fn rules_of_revos_differ_in_rounding_and_in_the_byte_of_a_pixel() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, found) = (folder.path().join("gt"), folder.path().join("found"));
    split(&gt);
    let masks = read(&gt.join("mask_dict.json"));
    let foreground = json!({"v": {"masks_rle": masks["8"]}});
    fs::write(gt.join("mask_dict_foreground.json"), foreground.to_string()).unwrap();
    let sentence =
        |kind: u8| json!({"exp": "second", "obj_id": [2], "anno_id": [8], "type_id": kind});
    let mut text = read(&gt.join("meta_expressions.json"));
    text["videos"]["v"]["expressions"] = json!({"0": sentence(0), "1": sentence(1)});
    fs::write(gt.join("meta_expressions_valid_.json"), text.to_string()).unwrap();
    for sentence in ["v/0", "v/1"] {
        sequence(&found.join(sentence), 2, 2);
    }
    // 24 of 32 pixels are found with 40 others, in a picture of 384.
    for (rules, region, accuracy) in [
        ("exact", 1.0 / 3.0, 336.0 / 384.0),
        ("sa2va", 0.3333, 0.875),
        ("visa", 0.3333, 0.8125),
    ] {
        let report = judge("revos", &gt, &found, &by(rules)).unwrap();
        near(rules, figure(&report, "J"), region);
        near(rules, figure(&report, "A"), accuracy);
        near(rules, figure(&report, "R"), 0.0);
    }
    let default = judge("revos", &gt, &found, &Options::default()).unwrap();
    assert_eq!(default.rules.name, "exact");
}

#[test]
fn label_pictures_are_the_truth_of_refer_youtube_vos_and_ref_davis() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, found) = (folder.path().join("gt"), folder.path().join("found"));
    split(&gt.join("valid"));
    fs::create_dir_all(gt.join("meta_expressions/valid")).unwrap();
    fs::rename(
        gt.join("valid/meta_expressions.json"),
        gt.join("meta_expressions/valid/meta_expressions.json"),
    )
    .unwrap();
    sequence(&gt.join("valid/Annotations/v"), 2, 0);
    sequence(&found.join("v/0"), 2, 0);
    sequence(&found.join("v/1"), 2, 2);
    for (protocol, options) in [
        ("ref-youtube-vos", Options::default()),
        ("ref-davis", by("by-expression")),
    ] {
        let report = judge(protocol, &gt, &found, &options).unwrap();
        assert_eq!(report.samples[0].values[1], Some(1.0));
        // 6 of 8 columns are found, among twice as many pixels.
        near(
            protocol,
            report.samples[1].values[1].unwrap(),
            24.0 / (64.0 + 8.0),
        );
    }
    assert_eq!(SIZE.pixel_count(), 384);
}

#[test]
fn sentences_of_ref_davis_mean_the_masks_of_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, found) = (folder.path().join("gt"), folder.path().join("found"));
    split(&gt.join("valid"));
    let frames: Vec<String> = (0..5).map(|frame| format!("{frame:05}")).collect();
    let video = |sentences: [&str; 2]| {
        let [one, other] = sentences;
        json!({"frames": frames, "expressions": {one: {"exp": "it"}, other: {"exp": "it"}}})
    };
    let text = json!({"videos": {"v": video(["0", "1"]), "a": video(["2", "10"])}});
    let meta = gt.join("meta_expressions/valid");
    fs::create_dir_all(&meta).unwrap();
    fs::write(meta.join("meta_expressions.json"), text.to_string()).unwrap();
    // Numbers go to `a/10`, `a/2`, `v/0` and `v/1`.
    let masks = read(&gt.join("valid/mask_dict.json"));
    let (first, second) = (&masks["7"], &masks["8"]);
    let masks = json!({"0": second, "1": first, "2": first, "3": second});
    fs::write(gt.join("valid/mask_dict.json"), masks.to_string()).unwrap();
    for sentence in ["a/10", "a/2", "v/0", "v/1"] {
        sequence(&found.join(sentence), 1, 0);
    }
    let report = judge("ref-davis", &gt, &found, &by("by-expression")).unwrap();
    let region = report.samples.iter().map(|sample| sample.values[1]);
    let region: Vec<f64> = region.map(Option::unwrap).collect();
    assert_eq!(region, [0.0, 1.0, 1.0, 0.0]);
    // The same as VISA stores it.
    fs::remove_file(gt.join("valid/mask_dict.json")).unwrap();
    fs::write(
        gt.join("valid/mask_dict.pkl"),
        [pickled(&masks), b".".to_vec()].concat(),
    )
    .unwrap();
    let again = judge("ref-davis", &gt, &found, &by("by-expression")).unwrap();
    let again = again.samples.iter().map(|sample| sample.values[1]);
    assert!(again.eq(report.samples.iter().map(|sample| sample.values[1])));
    // Without a picture a sentence is worth nothing.
    fs::remove_dir_all(found.join("a/2")).unwrap();
    let zero = |rules: &str| Options {
        missing: Missing::Zero,
        ..by(rules)
    };
    let report = judge("ref-davis", &gt, &found, &zero("by-expression")).unwrap();
    near("J", figure(&report, "J"), 0.25);
    assert!(judge("ref-davis", &gt, &found, &zero("by-annotator")).is_err());
}

#[test]
fn four_annotators_of_ref_davis_are_averaged() {
    let folder = tempfile::tempdir().unwrap();
    let (gt, found) = (folder.path().join("gt"), folder.path().join("found"));
    sequence(&gt.join("Annotations_unsupervised/480p/v"), 2, 0);
    for (annotator, offset) in [0, 0, 2, 2].into_iter().enumerate() {
        sequence(&found.join(format!("anno_{annotator}/v")), 2, offset);
    }
    let report = judge("ref-davis", &gt, &found, &Options::default()).unwrap();
    near("J", figure(&report, "J"), 0.8);
    assert_eq!((report.groups.len(), report.samples.len()), (4, 8));
}
