//! Overviews of grounding in time and space, and of tracking by boxes.

use std::collections::BTreeSet;

use super::overview::SplitOverview;
use super::place::{Place, SPLITS};
use super::survey::Survey;
use crate::grounding::charades_sta::{CharadesLengths, CharadesMoment};
use crate::grounding::constructed::ConstructedSample;
use crate::grounding::hc_stvg::HcStvgSample;
use crate::grounding::qv_highlights::HighlightQuery;
use crate::grounding::vid_or::VidOr;
use crate::grounding::vid_stg::VidStgSample;
use crate::names::folders;
use crate::tracking::got_10k::Got10k;

/// Annotation files of a folder of many that are read whole.
const MOST_READ: usize = 50;

/// Files of sentences with segments.
pub(super) fn vid_stg_files(place: &Place) -> Vec<&str> {
    place.json_with(&["\"used_segment\"", "\"temporal_gt\""])
}

pub(super) fn vid_stg(place: &Place, survey: &mut Survey<'_>) {
    for name in vid_stg_files(place) {
        let read = VidStgSample::read_all(place.path.join(name));
        let Some(samples) = survey.check(read) else {
            continue;
        };
        let videos: BTreeSet<&str> = samples.iter().map(|it| it.video.as_str()).collect();
        let beyond = samples
            .iter()
            .filter(|it| it.event.end > it.segment.end)
            .count();
        if beyond > 0 {
            survey.note(format!("{name}: {beyond} events end after their segment"));
        }
        survey.add(SplitOverview {
            name: name.trim_end_matches("_annotations.json").to_owned(),
            videos: Some(videos.len()),
            objects: Some(samples.len()),
            expressions: Some(samples.iter().map(|it| it.sentences.len()).sum()),
            frames: Some(samples.iter().map(|it| it.event.exclusive().len()).sum()),
        });
    }
}

/// Whether annotations of videos lie in the folder, directly or in folders of four digits.
pub(super) fn is_vid_or(place: &Place) -> bool {
    let parts = ["training", "validation"].map(|part| place.path.join("annotation").join(part));
    let words = ["\"video_id\"", "\"subject/objects\"", "\"trajectories\""];
    parts.iter().any(|part| part.is_dir()) || !place.json_with(&words).is_empty()
}

pub(super) fn vid_or(place: &Place, survey: &mut Survey<'_>) {
    let inner = place.path.join("annotation");
    let parts = folders(&inner).unwrap_or_default().into_iter();
    let mut parts: Vec<_> = parts.map(|name| (inner.join(&name), name)).collect();
    if parts.is_empty() {
        parts.push((place.path.clone(), "all".to_owned()));
    }
    for (path, name) in parts {
        let Some(set) = survey.check(VidOr::open(path)) else {
            continue;
        };
        let count = set.videos().count();
        let whole = count <= MOST_READ || survey.reads_all();
        let most = if whole { count } else { MOST_READ };
        let (mut objects, mut frames) = (0, 0);
        for video in set.videos().take(most) {
            survey.reading(&place.path.join(video));
            if let Some(found) = survey.check(set.video(video)) {
                objects += found.objects.len();
                frames += found.frames;
            }
        }
        survey.add(SplitOverview {
            name,
            videos: Some(count),
            objects: whole.then_some(objects),
            frames: whole.then_some(frames),
            ..SplitOverview::default()
        });
    }
}

/// Files of clips with one person's boxes.
pub(super) fn hc_stvg_files(place: &Place) -> Vec<&str> {
    place.json_with(&["\"st_frame\"", "\"img_num\"", "\"bbox\""])
}

pub(super) fn hc_stvg(place: &Place, survey: &mut Survey<'_>) {
    for name in hc_stvg_files(place) {
        let read = HcStvgSample::read_all(place.path.join(name));
        let Some(samples) = survey.check(read) else {
            continue;
        };
        let beyond = |it: &&HcStvgSample| it.tube().frames().end > it.frames;
        let beyond = samples.iter().filter(beyond).count();
        if beyond > 0 {
            survey.note(format!(
                "{name}: the boxes of {beyond} clips reach beyond their end"
            ));
        }
        survey.add(SplitOverview {
            name: name.trim_end_matches(".json").to_owned(),
            videos: Some(samples.len()),
            objects: Some(samples.len()),
            expressions: Some(samples.len()),
            frames: Some(samples.iter().map(|it| it.boxes.len()).sum()),
        });
    }
}

pub(super) fn charades_sta(place: &Place, survey: &mut Survey<'_>) {
    let mut lengths = CharadesLengths::default();
    for (name, _) in place.named("Charades_v1_", ".csv") {
        if let Some(found) = survey.check(CharadesLengths::read(place.path.join(name))) {
            lengths.add(found);
        }
    }
    for (name, split) in place.named("charades_sta_", ".txt") {
        let read = CharadesMoment::read_all(place.path.join(name));
        let Some(moments) = survey.check(read) else {
            continue;
        };
        let videos: BTreeSet<&str> = moments.iter().map(|it| it.video.as_str()).collect();
        let reversed = moments
            .iter()
            .filter(|it| it.within(f64::INFINITY).is_none())
            .count();
        if reversed > 0 {
            survey.note(format!(
                "{name}: {reversed} lines do not begin before they end"
            ));
        }
        let beyond = |it: &&CharadesMoment| {
            let seconds = lengths.seconds(&it.video);
            seconds.is_some_and(|seconds| it.span.end > seconds)
        };
        let beyond = moments.iter().filter(beyond).count();
        if beyond > 0 {
            survey.note(format!("{name}: {beyond} lines end after their video"));
        }
        survey.add(SplitOverview {
            name: split.to_owned(),
            videos: Some(videos.len()),
            expressions: Some(moments.len()),
            ..SplitOverview::default()
        });
    }
}

pub(super) fn qv_highlights(place: &Place, survey: &mut Survey<'_>) {
    for (name, split) in place.named("highlight_", "_release.jsonl") {
        let read = HighlightQuery::read_all(place.path.join(name));
        let Some(queries) = survey.check(read) else {
            continue;
        };
        let videos: BTreeSet<&str> = queries.iter().map(|it| it.video.as_str()).collect();
        survey.add(SplitOverview {
            name: split.to_owned(),
            videos: Some(videos.len()),
            objects: Some(queries.iter().map(|it| it.windows.len()).sum()),
            expressions: Some(queries.len()),
            frames: None,
        });
    }
}

/// Files of samples that were put together.
pub(super) fn constructed_files(place: &Place) -> Vec<&str> {
    place.json_with(&["\"parts\"", "\"frame_rate\"", "\"expression\"", "\"boxes\""])
}

pub(super) fn constructed(place: &Place, survey: &mut Survey<'_>) {
    for name in constructed_files(place) {
        let read = ConstructedSample::read_all(place.path.join(name));
        let Some(samples) = survey.check(read) else {
            continue;
        };
        let videos: BTreeSet<&str> = samples.iter().map(|it| it.video.as_str()).collect();
        survey.add(SplitOverview {
            name: name.trim_end_matches(".jsonl").to_owned(),
            videos: Some(videos.len()),
            objects: Some(samples.len()),
            expressions: Some(samples.len()),
            frames: Some(samples.iter().map(|it| it.tube.boxes.len()).sum()),
        });
    }
}

/// Parts in which sequences with boxes lie.
pub(super) fn got_10k_splits(place: &Place) -> Vec<String> {
    let holds_sequences = |path: &std::path::Path| {
        let names = folders(path).unwrap_or_default();
        names.iter().any(|name| {
            let sequence = path.join(name);
            sequence.join("groundtruth.txt").is_file() && sequence.join("absence.label").is_file()
        })
    };
    let known = SPLITS.iter().filter(|split| place.has_folder(split));
    let mut found: Vec<String> = known
        .filter(|split| holds_sequences(&place.path.join(split)))
        .map(|split| (*split).to_owned())
        .collect();
    if found.is_empty() && holds_sequences(&place.path) {
        let name = place.path.file_name().unwrap_or_default();
        found.push(name.to_string_lossy().into_owned());
    }
    found
}

pub(super) fn got_10k(place: &Place, survey: &mut Survey<'_>) {
    for split in got_10k_splits(place) {
        let Some(set) = survey.check(Got10k::open(&place.path, &split)) else {
            continue;
        };
        let Some(sequences) = survey.check(set.sequences()) else {
            continue;
        };
        let mut frames = 0;
        for name in &sequences {
            let Some(sequence) = survey.check(set.sequence(name)) else {
                continue;
            };
            frames += sequence.boxes.len();
            if survey.reads_all() {
                for frame in 0..sequence.images() {
                    survey.reading(&place.path.join(name));
                    survey.check(sequence.image(frame));
                }
            }
            let covers = sequence.notes.iter().all(|note| note.cover == Some(0));
            if covers && !sequence.notes.is_empty() {
                survey.note(format!(
                    "{name}: its cover is 0 in every frame, so none would be judged"
                ));
            }
            if sequence.images() != sequence.boxes.len() {
                let (images, boxes) = (sequence.images(), sequence.boxes.len());
                survey.note(format!("{name}: {images} pictures for {boxes} boxes"));
            }
        }
        survey.add(SplitOverview {
            name: split,
            videos: Some(sequences.len()),
            objects: Some(sequences.len()),
            frames: Some(frames),
            ..SplitOverview::default()
        });
    }
}
