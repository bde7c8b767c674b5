//! NExT-QA, CLEVRER and Video-MME on their real files.

use std::collections::BTreeMap;
use std::fs;

use tubelet_datasets::{
    ClevrerAnswer, ClevrerQuestion, ClevrerResult, NextQaQuestion, VideoMmeVideo,
    read_next_qa_results, read_vid_or_paths, write_next_qa_results,
};

use crate::shared::{shared, shared_file};

#[test]
fn questions_and_sample_results_of_next_qa_agree() {
    let Some(root) = shared("nextqa") else {
        return;
    };
    let questions = NextQaQuestion::read_all(root.join("dataset/nextqa/val.csv")).unwrap();
    assert_eq!(questions.len(), 4996);
    let first = &questions[0];
    assert_eq!(
        (first.key().as_str(), first.kind.as_str()),
        ("4010069381_6", "CH")
    );
    assert_eq!(
        (first.answer, first.choices[0].as_str()),
        (0, "roll the handle")
    );
    let path = root.join("results/HGA-bert-ft-h256-val-example.json");
    let results = read_next_qa_results(&path).unwrap();
    // Every question has a result that repeats its right answer; the share of right ones is the published one.
    assert!(
        questions
            .iter()
            .all(|it| results[&it.key()].answer == it.answer)
    );
    let right = questions
        .iter()
        .filter(|it| results[&it.key()].prediction == it.answer);
    let percent = 100.0 * right.count() as f64 / questions.len() as f64;
    assert!((percent - 49.74).abs() < 0.005, "{percent}");
    let file = tempfile::NamedTempFile::new().unwrap();
    write_next_qa_results(file.path(), &results).unwrap();
    assert_eq!(read_next_qa_results(file.path()).unwrap(), results);
    let places = read_vid_or_paths(root.join("dataset/nextqa/map_vid_vidorID.json")).unwrap();
    assert_eq!(
        (places.len(), places["2909445186"].as_str()),
        (10_000, "0101/2909445186")
    );
}

#[test]
fn answers_that_are_no_choice_are_named_with_their_line() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let head = "video,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4";
    fs::write(
        file.path(),
        format!("{head}\n1,9,4,4,why,5,0,CW,a,b,c,d,e\n"),
    )
    .unwrap();
    let error = NextQaQuestion::read_all(file.path())
        .unwrap_err()
        .to_string();
    assert!(error.ends_with("line 2: `5` is no choice"), "{error}");
}

#[test]
fn questions_of_clevrer_in_both_forms_are_read() {
    let Some(root) = shared("clevrer") else {
        return;
    };
    for (name, scenes, statements) in [
        ("train-orig-small.json", 564, 4),
        ("valid-orig-small.json", 564, 4),
        ("train.json", 285, 1),
        ("valid.json", 154, 2),
    ] {
        let questions = ClevrerQuestion::read_all(root.join(name)).unwrap();
        let distinct: std::collections::BTreeSet<u32> =
            questions.iter().map(|it| it.scene).collect();
        assert_eq!(distinct.len(), scenes, "{name}");
        assert!(
            questions.iter().all(|it| it.kind == "explanatory"
                || it.answer.is_some()
                || !it.choices.is_empty())
        );
        assert!(
            questions.iter().any(|it| it.choices.len() == statements),
            "{name}"
        );
    }
    let questions = ClevrerQuestion::read_all(root.join("train-orig-small.json")).unwrap();
    let known = questions.iter().find(|it| it.scene == 8995).unwrap();
    assert_eq!((known.id, known.choices[0].is_correct), (11, Some(true)));
    assert_eq!(known.video(), "video_08995.mp4");
}

#[test]
fn clevrer_as_released_and_its_submissions_written_from_the_description_are_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = r#"[{"scene_index": 10000, "video_filename": "video_10000.mp4", "questions": [
        {"question_id": 0, "question": "What is it?", "question_type": "descriptive", "answer": "cube", "program": []},
        {"question_id": 1, "question": "What follows?", "question_type": "predictive", "choices": [
            {"choice_id": 0, "choice": "a", "answer": "wrong"}, {"choice_id": 1, "choice": "b"}]}]}]"#;
    fs::write(file.path(), text).unwrap();
    let questions = ClevrerQuestion::read_all(file.path()).unwrap();
    assert_eq!(questions[0].answer.as_deref(), Some("cube"));
    let known: Vec<_> = questions[1]
        .choices
        .iter()
        .map(|it| it.is_correct)
        .collect();
    assert_eq!(known, [Some(false), None]);
    fs::write(file.path(), text.replace("wrong", "perhaps")).unwrap();
    let error = ClevrerQuestion::read_all(file.path())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`10000/1`") && error.contains("perhaps"),
        "{error}"
    );

    let results = [
        ClevrerResult {
            scene: 10_000,
            question: 0,
            answer: ClevrerAnswer::Word("yes".into()),
        },
        ClevrerResult {
            scene: 10_000,
            question: 1,
            answer: ClevrerAnswer::Judgements(BTreeMap::from([(0, true), (1, false)])),
        },
    ];
    ClevrerResult::write_all(file.path(), &results).unwrap();
    assert_eq!(ClevrerResult::read_all(file.path()).unwrap(), results);
    let text = fs::read_to_string(file.path()).unwrap();
    for other in ["Correct", "true"] {
        let changed = text.replace("\"correct\"", &format!("\"{other}\""));
        assert_ne!(changed, text);
        fs::write(file.path(), changed).unwrap();
        let error = ClevrerResult::read_all(file.path()).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("`10000/1`") && error.contains(other),
            "{error}"
        );
    }
}

#[test]
fn the_template_of_video_mme_is_read_in_spite_of_its_commas() {
    let Some(path) = shared_file("video_mme", "evaluation/output_test_template.json") else {
        return;
    };
    let strict: Result<serde_json::Value, _> = serde_json::from_slice(&fs::read(&path).unwrap());
    assert!(strict.is_err());
    let videos = VideoMmeVideo::read_all(path).unwrap();
    assert_eq!((videos.len(), videos[0].questions.len()), (3, 3));
    let question = &videos[0].questions[0];
    assert_eq!((question.id.as_str(), question.answer), ("001-1", 'C'));
    assert_eq!(question.response.as_deref(), Some("C. Berries."));
    let file = tempfile::NamedTempFile::new().unwrap();
    VideoMmeVideo::write_all(file.path(), &videos).unwrap();
    assert_eq!(VideoMmeVideo::read_all(file.path()).unwrap(), videos);
}
