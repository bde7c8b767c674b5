//! Questions: NExT-QA, NExT-GQA, CLEVRER, Video-MME.

use std::fs;

use serde_json::json;
use tubelet_datasets::{
    ClevrerAnswer, ClevrerQuestion, ClevrerResult, NextQaResult, NextQaResults, VideoMmeVideo,
    write_next_qa_results,
};
use tubelet_evaluation::Options;

use crate::judged::{by, common, figure, judge, near, of_group};
use crate::shared::{golden, read, shared};

#[test]
fn the_shipped_result_of_next_qa_has_its_published_accuracies() {
    let (Some(vectors), Some(data)) = (
        shared("metric_vectors/nextqa_hga_val.json"),
        shared("nextqa"),
    ) else {
        return;
    };
    let results = data.join("results/HGA-bert-ft-h256-val-example.json");
    let report = judge(
        "next-qa",
        &data.join("dataset/nextqa/val.csv"),
        &results,
        &Options::default(),
    )
    .unwrap();
    let expected = &read(&vectors)["percent"];
    let of = |name: &str| expected[name].as_f64().unwrap();
    for (name, key) in [
        ("Acc@C", "Acc_C"),
        ("Acc@T", "Acc_T"),
        ("Acc@D", "Acc_D"),
        ("Acc@All", "Acc"),
    ] {
        near(name, figure(&report, name) * 100.0, of(key));
    }
    for group in &report.groups {
        let code = group.name.split(' ').next().unwrap();
        near(code, group.figures[0].value.unwrap() * 100.0, of(code));
    }
    assert_eq!(report.samples.len(), 4996);
    let other = results.with_file_name("missing.json");
    let error = judge(
        "next-qa",
        &data.join("dataset/nextqa/val.csv"),
        &other,
        &Options::default(),
    );
    assert!(error.unwrap_err().to_string().contains("missing.json"));
}

#[test]
fn moments_of_next_gqa_score_as_in_its_code() {
    let vectors = golden("next_gqa");
    let folder = tempfile::tempdir().unwrap();
    let mut table =
        "video_id,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4\n".to_owned();
    let (mut videos, mut moments, mut answers) = (json!({}), json!({}), NextQaResults::new());
    let mut expected = Vec::new();
    for (number, question) in vectors["questions"].as_array().unwrap().iter().enumerate() {
        table.push_str(&format!("v{number},90,4,3,why,right,1,CW,right,b,c,d,e\n"));
        videos[format!("v{number}")] =
            json!({"duration": 200, "fps": 30, "location": {"1": question["truth"]}});
        let key = format!("v{number}_1");
        moments[key.as_str()] = question["prediction"].clone();
        let prediction = number % 2;
        answers.insert(
            key.clone(),
            NextQaResult {
                prediction,
                answer: 0,
            },
        );
        expected.push((key, question["expected"].clone()));
    }
    fs::write(folder.path().join("val.csv"), table).unwrap();
    fs::write(folder.path().join("gsub_val.json"), videos.to_string()).unwrap();
    fs::write(folder.path().join("grounding.json"), moments.to_string()).unwrap();
    write_next_qa_results(folder.path().join("answers.json"), &answers).unwrap();
    let report = judge(
        "next-gqa",
        folder.path(),
        folder.path(),
        &Options::default(),
    )
    .unwrap();
    for (key, expected) in expected {
        let sample = report
            .samples
            .iter()
            .find(|sample| sample.id == key)
            .unwrap();
        near(
            &key,
            sample.values[1].unwrap(),
            expected[0].as_f64().unwrap(),
        );
        near(
            &key,
            sample.values[0].unwrap(),
            expected[1].as_f64().unwrap(),
        );
    }
    near("Acc@QA", figure(&report, "Acc@QA"), 0.5);
}

#[test]
fn real_questions_of_clevrer_are_judged_by_option_and_by_question() {
    let Some(data) = shared("clevrer/valid-orig-small.json") else {
        return;
    };
    let questions = ClevrerQuestion::read_all(&data).unwrap();
    // The first statement of each question is judged wrongly.
    let results: Vec<ClevrerResult> = questions
        .iter()
        .map(|question| ClevrerResult {
            scene: question.scene,
            question: question.id,
            answer: match &question.answer {
                Some(word) => ClevrerAnswer::Word(word.clone()),
                None => ClevrerAnswer::Judgements(
                    question
                        .choices
                        .iter()
                        .enumerate()
                        .map(|(place, choice)| {
                            (choice.id, choice.is_correct.unwrap() != (place == 0))
                        })
                        .collect(),
                ),
            },
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.json");
    ClevrerResult::write_all(&path, &results).unwrap();
    let report = judge("clevrer", &data, &path, &Options::default()).unwrap();
    let of_kind = |kind: &str| {
        questions
            .iter()
            .filter(|question| question.kind == kind)
            .collect::<Vec<_>>()
    };
    for kind in ["explanatory", "predictive", "counterfactual"] {
        let asked = of_kind(kind);
        if asked.is_empty() {
            continue;
        }
        let statements: usize = asked.iter().map(|question| question.choices.len()).sum();
        let right = (statements - asked.len()) as f64 / statements as f64;
        near(kind, of_group(&report, kind, "per option"), right);
        near(kind, of_group(&report, kind, "per question"), 0.0);
    }
}

#[test]
fn questions_of_video_mme_without_answer_are_wrong_or_left_out() {
    let Some(data) = shared("video_mme/evaluation/output_test_template.json") else {
        return;
    };
    let mut videos = VideoMmeVideo::read_all(&data).unwrap();
    let count: usize = videos.iter().map(|video| video.questions.len()).sum();
    for (place, question) in videos
        .iter_mut()
        .flat_map(|video| &mut video.questions)
        .enumerate()
    {
        question.response = (place > 0).then(|| format!("({})", question.answer));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responses.json");
    VideoMmeVideo::write_all(&path, &videos).unwrap();
    let report = judge("video-mme", &data, &path, &common()).unwrap();
    near(
        "overall",
        figure(&report, "overall"),
        (count - 1) as f64 / count as f64,
    );
    let report = judge("video-mme", &data, &path, &by("official")).unwrap();
    assert_eq!(figure(&report, "overall"), 1.0);
}
