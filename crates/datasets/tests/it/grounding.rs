//! VidSTG, VidOR, HC-STVG, Charades-STA, QVHighlights and NExT-GQA: real files where they are at hand, else files in the
//! published form.

use std::collections::BTreeSet;
use std::fs;

use tubelet_datasets::{
    CharadesLengths, CharadesMoment, CharadesReannotation, GroundedVideo, HcStvgSample,
    HcStvgVersion, HighlightQuery, HighlightResult, NextQaQuestion, ScoredWindow, VidOr,
    VidOrVideo, VidStgSample, VidStgSentenceKind, read_grounding_results, write_grounding_results,
};
use tubelet_geometry::{FrameSize, Span};

use crate::shared::shared;

#[test]
fn real_annotations_of_vid_stg_are_read_whole() {
    let Some(root) = shared("vidstg") else {
        return;
    };
    for (split, samples, overhanging) in [("val", 3996, 744), ("test", 4610, 768)] {
        let found =
            VidStgSample::read_all(root.join(format!("annotations/{split}_annotations.json")))
                .unwrap();
        assert_eq!(found.len(), samples);
        let beyond = found.iter().filter(|it| it.event.end > it.segment.end);
        assert_eq!(beyond.count(), overhanging);
        // Questions come first.
        for sample in &found {
            let kinds: Vec<bool> = sample
                .sentences
                .iter()
                .map(|it| it.kind == VidStgSentenceKind::Declarative)
                .collect();
            assert!(kinds.is_sorted());
        }
    }
    let found = VidStgSample::read_all(root.join("annotations/val_annotations.json")).unwrap();
    let first = &found[0];
    assert_eq!(
        (first.video.as_str(), first.size),
        ("10712559773", FrameSize::new(640, 360))
    );
    assert_eq!(
        (first.event.exclusive(), first.event.inclusive()),
        (510..556, 510..557)
    );
    let caption = first.sentences.last().unwrap();
    assert_eq!(
        (caption.target, caption.kind),
        (2, VidStgSentenceKind::Declarative)
    );
    assert!(caption.text.starts_with("the child in red clothes"));
}

/// A video of VidOR and a sample of VidSTG about it.
fn write_tube(folder: &std::path::Path, frames: &str) -> (VidOr, VidStgSample) {
    let place = folder.join("annotation/training/0001");
    fs::create_dir_all(&place).unwrap();
    let text = format!(
        r#"{{"version": "1.0", "video_id": "123", "video_hash": "", "video_path": "0001/123.mp4", "frame_count": 6, "fps": 25.0,
        "width": 64, "height": 48, "subject/objects": [{{"tid": 0, "category": "dog"}}], "trajectories": {frames}, "relation_instances": []}}"#
    );
    fs::write(place.join("123.json"), text).unwrap();
    let samples = folder.join("val_annotations.json");
    let text = r#"[{"vid": "123", "fps": 25.0, "frame_count": 6, "width": 64, "height": 48,
        "used_segment": {"begin_fid": 0, "end_fid": 5}, "used_relation": {}, "temporal_gt": {"begin_fid": 1, "end_fid": 3},
        "subject/objects": [{"tid": 0, "category": "dog"}],
        "captions": [{"description": "a dog", "type": "object", "target_id": 0}], "questions": []}]"#;
    fs::write(&samples, text).unwrap();
    let sample = VidStgSample::read_all(samples).unwrap().remove(0);
    (VidOr::open(folder.join("annotation")).unwrap(), sample)
}

fn trajectory(frame: usize) -> String {
    format!(
        r#"[{{"tid": 0, "bbox": {{"xmin": {frame}, "ymin": 2, "xmax": 11, "ymax": 9}}, "generated": {}, "tracker": "none"}}]"#,
        frame % 2
    )
}

#[test]
fn tubes_of_vid_or_written_from_its_description_are_cut_to_the_event() {
    let folder = tempfile::tempdir().unwrap();
    let frames: Vec<String> = (0..6).map(trajectory).collect();
    let (boxes, sample) = write_tube(folder.path(), &format!("[{}]", frames.join(",")));
    assert_eq!(boxes.videos().collect::<Vec<_>>(), ["123"]);
    let video = boxes.video("123").unwrap();
    let tube = sample.tube(&video, 0).unwrap();
    assert_eq!(tube.frames(), 1..4);
    assert_eq!(
        tube.complete().unwrap()[0].corner_and_size(),
        [1.0, 2.0, 10.0, 7.0]
    );
    assert!(sample.tube(&video, 7).is_none());
    assert!(video.objects[&0].boxes[&1].is_generated && !video.objects[&0].boxes[&2].is_generated);
    assert!(boxes.video("124").is_err());
}

#[test]
fn a_missing_last_box_is_copied_and_another_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let with = |absent: usize| {
        let frames: Vec<String> = (0..6)
            .map(|frame| {
                if frame == absent {
                    "[]".into()
                } else {
                    trajectory(frame)
                }
            })
            .collect();
        let (boxes, sample) = write_tube(folder.path(), &format!("[{}]", frames.join(",")));
        sample.tube(&boxes.video("123").unwrap(), 0).unwrap()
    };
    let tube = with(3);
    let complete = tube.complete().unwrap();
    assert_eq!(complete[2], complete[1]);
    let tube = with(2);
    assert!(tube.complete().is_none());
    assert_eq!(tube.missing().collect::<Vec<_>>(), [2]);
}

#[test]
fn mistakes_in_tubes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    write_tube(folder.path(), "[]");
    let samples = folder.path().join("val_annotations.json");
    let text = fs::read_to_string(&samples).unwrap();
    for (from, to, reason) in [
        (
            "\"target_id\": 0",
            "\"target_id\": 4",
            "a sentence about object 4",
        ),
        (
            "\"end_fid\": 3",
            "\"end_fid\": 1",
            "the event begins at 1 and ends at 1",
        ),
        ("\"fps\": 25.0", "\"fps\": 0", "0 frames in a second"),
        ("\"vid\": \"123\"", "\"vid\": \"../x\"", "`../x`"),
    ] {
        fs::write(&samples, text.replace(from, to)).unwrap();
        let error = VidStgSample::read_all(&samples).unwrap_err().to_string();
        assert!(
            error.contains("json, `0`: ") && error.contains(reason),
            "{error}"
        );
    }
    let video = folder.path().join("annotation/training/0001/123.json");
    let text = fs::read_to_string(&video).unwrap();
    fs::write(
        &video,
        text.replace(
            "\"trajectories\": []",
            &format!(
                "\"trajectories\": [[],{}]",
                trajectory(1).replace("\"tid\": 0", "\"tid\": 3")
            ),
        ),
    )
    .unwrap();
    let error = VidOrVideo::read(&video).unwrap_err().to_string();
    assert!(error.contains("`trajectories/1`: no object 3"), "{error}");
}

#[test]
fn both_versions_of_hc_stvg_written_from_their_description_are_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = r#"{"10_a.mp4": {"bbox": [[10, 20, 30, 40], [11, 20, 30, 40]], "st_frame": 61, "st_time": 2.4, "ed_time": 2.5,
            "img_num": 500, "caption": "the man turns", "width": 640, "height": 360, "sub": "man", "vid": "10_a.mp4"},
        "11_b.mp4": {"bbox": [[1, 2, 3, 4]], "st_frame": 1, "st_time": 0, "ed_time": 0.04, "img_num": 480,
            "English": "the woman sits", "Chinese": "坐", "img_size": [720, 1280]}}"#;
    fs::write(file.path(), text).unwrap();
    let samples = HcStvgSample::read_all(file.path()).unwrap();
    assert_eq!(
        (samples[0].version, samples[1].version),
        (HcStvgVersion::One, HcStvgVersion::Two)
    );
    assert_eq!(
        (samples[0].size, samples[1].size),
        (FrameSize::new(640, 360), FrameSize::new(1280, 720))
    );
    assert_eq!(
        (samples[0].frame_rate(), samples[0].start_frame),
        (25.0, 61)
    );
    assert_eq!(samples[0].tube().frames(), 60..62);
    for (from, to, reason) in [
        ("\"st_frame\": 61", "\"st_frame\": 0", "from frame 0"),
        ("[[10, 20, 30, 40], [11, 20, 30, 40]]", "[]", "0 boxes"),
        ("\"caption\"", "\"captions\"", "neither `caption`"),
        ("\"width\": 640", "\"width\": 0", "0×360"),
    ] {
        fs::write(file.path(), text.replace(from, to)).unwrap();
        let error = HcStvgSample::read_all(file.path()).unwrap_err().to_string();
        assert!(
            error.contains("`10_a.mp4`") && error.contains(reason),
            "{error}"
        );
    }
}

#[test]
fn real_lines_of_charades_sta_are_read_and_cut_as_evaluators_do() {
    let Some(root) = shared("charades_sta") else {
        return;
    };
    let test = CharadesMoment::read_all(root.join("charades_sta_test.txt")).unwrap();
    let train = CharadesMoment::read_all(root.join("charades_sta_train.txt")).unwrap();
    assert_eq!((train.len(), test.len()), (12_408, 3720));
    assert_eq!(
        (test[0].video.as_str(), test[0].text.as_str()),
        ("3MSZA", "person turn a light on")
    );
    assert_eq!(test[0].span, Span::new(24.3, 30.4));
    // Four lines of the training file begin after they end.
    let left = train
        .iter()
        .filter(|it| it.within(f64::INFINITY).is_some())
        .count();
    assert_eq!(left, 12_404);
    let lengths = CharadesLengths::read(root.join("Charades_v1_test.csv")).unwrap();
    assert!(test.iter().all(|it| lengths.seconds(&it.video).is_some()));
    let cut = test
        .iter()
        .filter(|it| it.span.end > lengths.seconds(&it.video).unwrap());
    assert!(
        cut.clone().count() > 0
            && cut.clone().all(|it| it
                .within(lengths.seconds(&it.video).unwrap())
                .is_some_and(|it| it.span.end < 100.0))
    );
    for name in ["test_00", "test_01", "test_02"] {
        let queries =
            CharadesReannotation::read_all(root.join(format!("re-annotated/{name}.csv"))).unwrap();
        assert!(
            queries
                .iter()
                .all(|it| it.parts.len() == 5 && !it.video.contains('.'))
        );
        assert!(
            queries
                .iter()
                .flat_map(|it| &it.parts)
                .all(|it| (0.0..=1.0).contains(&it.start) && it.end <= 1.0)
        );
    }
}

#[test]
fn lines_of_charades_sta_that_say_something_else_are_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (text, reason) in [
        (
            "AO8RW 0.0 6.9##a.\nAO8RW 0.0 6.9#b",
            "line 2: `AO8RW 0.0 6.9#b` has no `##`",
        ),
        (
            "AO8RW 6.9##a",
            "line 1: `AO8RW 6.9` is no video, start and end",
        ),
        ("AO8RW 0 inf##a", "line 1: `inf` is not finite"),
        ("../x 0 1##a", "line 1: `../x`"),
    ] {
        fs::write(file.path(), text).unwrap();
        let error = CharadesMoment::read_all(file.path())
            .unwrap_err()
            .to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn qv_highlights_written_from_its_description_is_read_and_results_come_back() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = r#"{"qid": 2579, "query": "A girl cooks", "duration": 150, "vid": "x_660.0_810.0", "relevant_clip_ids": [41, 42], "saliency_scores": [[4, 1, 1], [3, 2, 2]], "relevant_windows": [[82, 86]]}
{"qid": 7, "query": "b", "duration": 150, "vid": "y"}
"#;
    fs::write(file.path(), text).unwrap();
    let queries = HighlightQuery::read_all(file.path()).unwrap();
    assert_eq!(
        (queries[0].windows[0], queries[0].clips[1].clip),
        (Span::new(82.0, 86.0), 42)
    );
    assert_eq!(queries[0].clips[0].scores, [4, 1, 1]);
    assert!(queries[1].windows.is_empty());
    fs::write(file.path(), text.replace("[41, 42]", "[41]")).unwrap();
    let error = HighlightQuery::read_all(file.path())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`qid 2579`: 2 scores for 1 clips"),
        "{error}"
    );
    fs::write(file.path(), text.replace("\"qid\": 7,", "\"qid\" 7,")).unwrap();
    assert!(
        HighlightQuery::read_all(file.path())
            .unwrap_err()
            .to_string()
            .contains("line 2, column 8")
    );
    let results = [HighlightResult {
        id: 2579,
        text: "A girl cooks".into(),
        video: "x_660.0_810.0".into(),
        windows: vec![ScoredWindow {
            span: Span::new(80.0, 90.5),
            score: 0.75,
        }],
        saliency: vec![0.5, -1.0],
    }];
    HighlightResult::write_all(file.path(), &results).unwrap();
    assert_eq!(HighlightResult::read_all(file.path()).unwrap(), results);
}

#[test]
fn parts_and_questions_of_next_gqa_belong_together() {
    let Some(root) = shared("nextgqa") else {
        return;
    };
    let videos = GroundedVideo::read_all(root.join("gsub_val.json")).unwrap();
    let questions = NextQaQuestion::read_all(root.join("val.csv")).unwrap();
    assert_eq!(videos.len(), 567.max(videos.len()));
    let keys: BTreeSet<String> = questions.iter().map(NextQaQuestion::key).collect();
    let grounded: BTreeSet<String> = videos
        .iter()
        .flat_map(|video| {
            video
                .questions
                .keys()
                .map(move |id| format!("{}_{id}", video.name))
        })
        .collect();
    assert_eq!(keys, grounded);
    let first = videos.iter().find(|it| it.name == "10001787725").unwrap();
    assert_eq!(
        (first.seconds, first.questions[&1][0]),
        (34.0, Span::new(1.2, 5.8))
    );
    let results = [("10001787725_1".to_owned(), Span::new(1.0, 2.5))].into();
    let file = tempfile::NamedTempFile::new().unwrap();
    write_grounding_results(file.path(), &results).unwrap();
    assert_eq!(read_grounding_results(file.path()).unwrap(), results);
}
