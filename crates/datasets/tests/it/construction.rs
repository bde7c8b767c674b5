//! Spatio-temporal grounding from ReVOS, on a small ReVOS written from its description.

use std::fmt::Write;
use std::fs;

use tubelet_datasets::{
    ConstructedSample, ConstructionCounts, DatasetError, EventExtent, Revos, SeveralObjects,
    StvgConstruction,
};

/// Two clips about different things and one that shares a word with the first; 12 frames of 6 by 4 pixels each.
fn revos(folder: &std::path::Path) -> Revos {
    let frames: Vec<String> = (0..12).map(|frame| format!("\"{frame:05}\"")).collect();
    let video = |expressions: &str| {
        format!(
            "{{\"frames\": [{}], \"width\": 6, \"height\": 4, \"expressions\": {{{expressions}}}}}",
            frames.join(",")
        )
    };
    let text = format!(
        r#"{{"videos": {{"dogs": {}, "cars": {}, "puppies": {}}}}}"#,
        video(
            r#""0": {"exp": "the running dog", "anno_id": [1], "obj_id": [0], "type_id": 0},
            "1": {"exp": "both dogs", "anno_id": [1, 2], "obj_id": [0, 1], "type_id": 0},
            "2": {"exp": "a flying fish", "anno_id": [], "obj_id": [], "type_id": 2}"#
        ),
        video(r#""0": {"exp": "a red car", "anno_id": [3], "obj_id": [0], "type_id": 0}"#),
        video(r#""0": {"exp": "a sleeping dog", "anno_id": [4], "obj_id": [0], "type_id": 1}"#),
    );
    fs::write(folder.join("meta_expressions_train_.json"), text).unwrap();
    let mut masks = String::from("{");
    for id in 1..=4 {
        // Object `id` covers row 1 of column `id`; it is hidden in the first two frames and the last.
        let mask = format!(
            r#"{{"size": [4, 6], "counts": [{}, 1, {}]}}"#,
            4 * id + 1,
            22 - 4 * id
        );
        let track: Vec<&str> = (0..12)
            .map(|frame| {
                if (2..11).contains(&frame) {
                    mask.as_str()
                } else {
                    "null"
                }
            })
            .collect();
        let comma = if id == 1 { "" } else { "," };
        write!(masks, "{comma}\"{id}\": [{}]", track.join(",")).unwrap();
    }
    fs::write(folder.join("mask_dict.json"), masks + "}").unwrap();
    Revos::open(folder, "train").unwrap()
}

fn constructed(
    revos: &Revos,
    settings: StvgConstruction,
) -> (Vec<ConstructedSample>, ConstructionCounts) {
    let mut samples = Vec::new();
    let counts = settings.construct(revos, |sample| {
        samples.push(sample);
        Ok(())
    });
    (samples, counts.unwrap())
}

#[test]
fn each_sentence_becomes_a_tube_beside_a_clip_that_has_nothing_to_do_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let revos = revos(folder.path());
    let mut first = 0;
    for seed in 0..32 {
        let settings = StvgConstruction {
            seed,
            ..StvgConstruction::default()
        };
        let (samples, counts) = constructed(&revos, settings);
        let expected = ConstructionCounts {
            samples: 3,
            several_objects: 1,
            nothing_seen: 1,
            ..ConstructionCounts::default()
        };
        assert_eq!(counts, expected);
        for sample in &samples {
            assert_eq!(sample.parts.len(), 2);
            let event = sample.tube.frames();
            assert_eq!(
                (event.len(), sample.frames() <= 24, sample.frames() >= 15),
                (12, true, true)
            );
            assert!(event.start == 0 || event.end == sample.frames());
            assert!((sample.span().duration() - 2.0).abs() < 1e-9);
            let other = sample
                .parts
                .iter()
                .find(|part| part.video != sample.video)
                .unwrap();
            assert_eq!(other.video == "cars", sample.video != "cars", "{sample:?}");
            assert!(other.frames.end <= 12);
            first += usize::from(event.start == 0);
            let boxes = &sample.tube.boxes;
            assert!(boxes[..2].iter().chain(&boxes[11..]).all(Option::is_none));
        }
        let dog = samples.iter().find(|it| it.video == "dogs").unwrap();
        assert_eq!(
            dog.tube.boxes[5].unwrap().corner_and_size(),
            [1.0, 1.0, 1.0, 1.0]
        );
        assert_eq!(constructed(&revos, settings).0, samples);
    }
    assert!((20..76).contains(&first), "{first} of 96 events come first");
}

#[test]
fn what_the_paper_leaves_open_is_chosen_by_the_caller() {
    let folder = tempfile::tempdir().unwrap();
    let revos = revos(folder.path());
    let settings = StvgConstruction {
        several_objects: SeveralObjects::Enclose,
        event: EventExtent::Seen,
        ..StvgConstruction::default()
    };
    let (samples, counts) = constructed(&revos, settings);
    assert_eq!((samples.len(), counts.several_objects), (4, 0));
    assert!(
        samples
            .iter()
            .all(|it| it.tube.boxes.len() == 9 && it.tube.complete().is_some())
    );
    let both = samples.iter().find(|it| it.text == "both dogs").unwrap();
    assert_eq!(
        both.tube.boxes[0].unwrap().corner_and_size(),
        [1.0, 1.0, 2.0, 1.0]
    );
}

#[test]
fn long_videos_and_short_events_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let revos = revos(folder.path());
    let slow = StvgConstruction {
        frame_rate: 0.06,
        ..StvgConstruction::default()
    };
    assert_eq!(constructed(&revos, slow).1.too_long, 3);
    let fast = StvgConstruction {
        frame_rate: 30.0,
        ..StvgConstruction::default()
    };
    assert_eq!(constructed(&revos, fast).1.too_short, 3);
}

#[test]
fn constructed_samples_come_back_and_impossible_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (samples, _) = constructed(&revos(folder.path()), StvgConstruction::default());
    let path = folder.path().join("stvg.jsonl");
    ConstructedSample::write_all(&path, &samples).unwrap();
    assert_eq!(ConstructedSample::read_all(&path).unwrap(), samples);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replace("\"frame_rate\":6.0", "\"frame_rate\":-6.0"),
    )
    .unwrap();
    let error = ConstructedSample::read_all(&path).unwrap_err().to_string();
    assert!(error.contains("`0`: -6 frames in a second"), "{error}");
    fs::remove_file(folder.path().join("mask_dict.json")).unwrap();
    let revos = Revos::open(folder.path(), "train").unwrap();
    let error = StvgConstruction::default()
        .construct(&revos, |_| Ok(()))
        .unwrap_err();
    assert!(matches!(error, DatasetError::Layout { .. }));
}
