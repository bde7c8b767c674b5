//! Overviews of questions about videos.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use super::overview::SplitOverview;
use super::place::Place;
use super::survey::Survey;
use crate::answering::clevrer::ClevrerQuestion;
use crate::answering::next_qa::NextQaQuestion;
use crate::answering::video_mme::VideoMmeVideo;
use crate::grounding::next_gqa::GroundedVideo;

/// Longest first line that is looked at.
const LONGEST_HEADER: u64 = 4096;

/// Tables of questions, by their first line.
pub(super) fn next_qa_files(place: &Place) -> Vec<&str> {
    let is_table = |name: &&str| {
        let Ok(file) = File::open(place.path.join(name)) else {
            return false;
        };
        let mut header = String::new();
        let read = BufReader::new(file.take(LONGEST_HEADER)).read_line(&mut header);
        let columns: Vec<&str> = header.trim().split(',').collect();
        read.is_ok()
            && ["question", "qid", "a0", "a4"]
                .iter()
                .all(|it| columns.contains(it))
    };
    let tables = place.named("", ".csv").map(|(name, _)| name);
    tables.filter(is_table).collect()
}

pub(super) fn next_qa(place: &Place, survey: &mut Survey<'_>) {
    for name in next_qa_files(place) {
        questions(place, name, survey);
    }
}

fn questions(place: &Place, name: &str, survey: &mut Survey<'_>) -> Option<BTreeSet<String>> {
    let found = survey.check(NextQaQuestion::read_all(place.path.join(name)))?;
    let videos: BTreeSet<&str> = found.iter().map(|it| it.video.as_str()).collect();
    survey.add(SplitOverview {
        name: name.trim_end_matches(".csv").to_owned(),
        videos: Some(videos.len()),
        expressions: Some(found.len()),
        ..SplitOverview::default()
    });
    let keys: BTreeSet<String> = found.iter().map(NextQaQuestion::key).collect();
    if keys.len() < found.len() {
        survey.note(format!(
            "{name}: {} questions stand twice",
            found.len() - keys.len()
        ));
    }
    Some(keys)
}

pub(super) fn next_gqa(place: &Place, survey: &mut Survey<'_>) {
    for (name, split) in place.named("gsub_", ".json") {
        let read = GroundedVideo::read_all(place.path.join(name));
        let Some(videos) = survey.check(read) else {
            continue;
        };
        let parts = videos
            .iter()
            .flat_map(|it| it.questions.values().map(Vec::len));
        survey.add(SplitOverview {
            name: format!("{split} (grounded)"),
            videos: Some(videos.len()),
            objects: Some(parts.sum()),
            expressions: Some(videos.iter().map(|it| it.questions.len()).sum()),
            frames: None,
        });
        let table = format!("{split}.csv");
        if !place.has_file(&table) {
            survey.note(format!("{}: there is no `{table}`", place.path.display()));
            continue;
        }
        let Some(keys) = questions(place, &table, survey) else {
            continue;
        };
        let grounded = videos.iter().flat_map(|video| {
            let numbers = video.questions.keys();
            numbers.map(move |number| format!("{}_{number}", video.name))
        });
        let unasked = grounded.filter(|key| !keys.contains(key)).count();
        if unasked > 0 {
            survey.note(format!("{name}: {unasked} questions are not in `{table}`"));
        }
    }
}

/// Questions about scenes.
pub(super) fn clevrer_files(place: &Place) -> Vec<&str> {
    place.json_with(&["\"questions\"", "\"question_type\"", "\"question_id\""])
}

pub(super) fn clevrer(place: &Place, survey: &mut Survey<'_>) {
    for name in clevrer_files(place) {
        let read = ClevrerQuestion::read_all(place.path.join(name));
        let Some(found) = survey.check(read) else {
            continue;
        };
        let scenes: BTreeSet<u32> = found.iter().map(|it| it.scene).collect();
        survey.add(SplitOverview {
            name: name.trim_end_matches(".json").to_owned(),
            videos: Some(scenes.len()),
            expressions: Some(found.len()),
            ..SplitOverview::default()
        });
    }
}

/// Questions of Video-MME, or results.
pub(super) fn video_mme_files(place: &Place) -> Vec<&str> {
    place.json_with(&["\"sub_category\"", "\"task_type\"", "\"options\""])
}

pub(super) fn video_mme(place: &Place, survey: &mut Survey<'_>) {
    for name in video_mme_files(place) {
        let read = VideoMmeVideo::read_all(place.path.join(name));
        let Some(found) = survey.check(read) else {
            continue;
        };
        survey.add(SplitOverview {
            name: name.trim_end_matches(".json").to_owned(),
            videos: Some(found.len()),
            expressions: Some(found.iter().map(|it| it.questions.len()).sum()),
            ..SplitOverview::default()
        });
    }
}
