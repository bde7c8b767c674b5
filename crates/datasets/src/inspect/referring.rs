//! Overviews of sentences about objects.

use std::collections::BTreeSet;
use std::path::Path;

use super::overview::SplitOverview;
use super::place::{Place, SPLITS};
use super::survey::Survey;
use crate::referring::a2d_sentences::{A2dSentences, A2dSubset};
use crate::referring::expressions::ReferringVideo;
use crate::referring::g_ref_coco::GRefCoco;
use crate::referring::jhmdb_sentences::JhmdbSentences;
use crate::referring::mask_dictionary::MaskDictionary;
use crate::referring::mevis::Mevis;
use crate::referring::ref_coco::RefCoco;
use crate::referring::ref_davis::{DavisAnnotator, RefDavis};
use crate::referring::ref_youtube_vos::{RefYoutubeVos, ReferredObject};
use crate::referring::refexp_results::{ComprehensionResult, GenerationResult};
use crate::referring::revos::Revos;
use crate::sample::VideoSample;

/// Whether a file of sentences is there, in the competition's form or the authors'.
pub(super) fn is_ref_youtube_vos(place: &Place) -> bool {
    place.has_folder("meta_expressions")
        || !place.splits_with("meta_expressions.json").is_empty()
        || original_files(place).next().is_some()
}

fn original_files(place: &Place) -> impl Iterator<Item = (&str, &str)> {
    let files = place.named("meta_expressions_", ".json");
    files.filter(|(_, split)| !split.ends_with('_'))
}

pub(super) fn ref_youtube_vos(place: &Place, survey: &mut Survey<'_>) {
    let inner = place.path.join("meta_expressions");
    let mut splits = place.splits_with("meta_expressions.json");
    splits.extend(
        SPLITS
            .iter()
            .filter(|split| inner.join(split).join("meta_expressions.json").is_file())
            .map(|split| (*split).to_owned()),
    );
    for split in splits {
        let Some(set) = survey.check(RefYoutubeVos::open(&place.path, &split)) else {
            continue;
        };
        // The released list, before the test videos are taken out.
        if split == "valid" && set.videos().len() == 507 {
            let file = set.file().display();
            survey.note(format!("{file}: lists the 305 test videos among its 507"));
        }
        survey.add(sentences(&split, set.videos()));
        read_videos(set.videos(), |video| set.sample(video).ok(), survey);
    }
    for (name, split) in original_files(place) {
        let Some(objects) = survey.check(ReferredObject::read_all(place.path.join(name))) else {
            continue;
        };
        let videos: BTreeSet<&str> = objects.iter().map(|it| it.video.as_str()).collect();
        let both = |it: &ReferredObject| it.expressions.len() + it.first_frame_expressions.len();
        survey.add(SplitOverview {
            name: split.to_owned(),
            videos: Some(videos.len()),
            objects: Some(objects.len()),
            expressions: Some(objects.iter().map(both).sum()),
            frames: Some(objects.iter().map(|it| it.frames.len()).sum()),
        });
    }
}

fn sentences(split: &str, videos: &[ReferringVideo]) -> SplitOverview {
    let objects = |video: &ReferringVideo| {
        let all = video.expressions.iter().flat_map(|it| &it.objects);
        all.collect::<BTreeSet<_>>().len()
    };
    let objects: usize = videos.iter().map(objects).sum();
    SplitOverview {
        name: split.to_owned(),
        videos: Some(videos.len()),
        objects: (objects > 0).then_some(objects),
        expressions: Some(videos.iter().map(|it| it.expressions.len()).sum()),
        frames: Some(videos.iter().map(|it| it.frames.len()).sum()),
    }
}

pub(super) fn mevis(place: &Place, survey: &mut Survey<'_>) {
    for split in place.splits_with("meta_expressions.json") {
        let Some(set) = survey.check(Mevis::open(&place.path, &split)) else {
            continue;
        };
        survey.add(sentences(&split, set.videos()));
        read_videos(set.videos(), |video| Some(set.sample(video)), survey);
        if let Some(masks) = set.masks() {
            check_masks(set.videos(), masks, survey);
        }
    }
}

pub(super) fn revos(place: &Place, survey: &mut Survey<'_>) {
    for (_, split) in place.named("meta_expressions_", "_.json") {
        let Some(set) = survey.check(Revos::open(&place.path, split)) else {
            continue;
        };
        survey.add(sentences(split, set.videos()));
        read_videos(set.videos(), |video| Some(set.sample(video)), survey);
        if let Some(foreground) = set.foreground().filter(|_| survey.reads_all()) {
            for video in set.videos() {
                survey.check(foreground.masks(&video.name));
            }
        }
        match set.masks() {
            Some(masks) => check_masks(set.videos(), masks, survey),
            None => survey.note(format!(
                "{}: there is no `mask_dict.json`",
                place.path.display()
            )),
        }
    }
}

/// Reads the pictures of listed videos, where everything is to be read.
fn read_videos(
    videos: &[ReferringVideo],
    sample: impl Fn(&ReferringVideo) -> Option<VideoSample>,
    survey: &mut Survey<'_>,
) {
    if survey.reads_all() {
        let samples = videos.iter().filter_map(sample);
        samples.for_each(|sample| survey.read_listed(&sample));
    }
}

/// Notes sentences whose masks are missing, and reads the masks of the first, or of all.
fn check_masks(videos: &[ReferringVideo], masks: &MaskDictionary, survey: &mut Survey<'_>) {
    let mut reads_next = true;
    for video in videos {
        for expression in &video.expressions {
            let mut ids = expression.annotations.iter();
            if let Some(id) = ids.find(|id| !masks.contains(**id)) {
                let (name, key) = (&video.name, &expression.id);
                survey.note(format!("{name}/{key}: there is no mask of object {id}"));
                continue;
            }
            if !reads_next || expression.annotations.is_empty() {
                continue;
            }
            reads_next = survey.reads_all();
            survey.reading(masks.path());
            let found = survey.check(masks.expression_masks(expression));
            if let Some(found) = found.filter(|it| it.frames() != video.frames.len()) {
                let (name, frames) = (&video.name, video.frames.len());
                survey.note(format!(
                    "{name}: {} masks for {frames} frames",
                    found.frames()
                ));
            }
        }
    }
}

/// Whether one of the four text files is there, or sentences about videos of DAVIS in the form of Ref-YouTube-VOS.
pub(super) fn is_ref_davis(place: &Place) -> bool {
    let converted = place.path.join("meta_expressions");
    has_texts(place)
        || SPLITS
            .iter()
            .any(|split| is_of_davis(&converted.join(split)))
}

/// Whether the sentences in a folder name a video of DAVIS's `train` or `val` early on.
fn is_of_davis(folder: &Path) -> bool {
    const VIDEOS: [&str; 4] = ["bear", "bmx-bumps", "bike-packing", "blackswan"];
    let Ok(place) = Place::look(folder) else {
        return false;
    };
    let names = |video: &&str| {
        let found = place.json_with(&["\"videos\"", &format!("\"{video}\":")]);
        found.contains(&"meta_expressions.json")
    };
    VIDEOS.iter().any(names)
}

fn has_texts(place: &Place) -> bool {
    let names = DavisAnnotator::ALL.map(DavisAnnotator::file_name);
    let inner = place.path.join("davis_text_annotations");
    names
        .iter()
        .any(|name| place.has_file(name) || inner.join(name).is_file())
}

pub(super) fn ref_davis(place: &Place, survey: &mut Survey<'_>) {
    let is_converted = place.has_folder("meta_expressions");
    if is_converted {
        ref_youtube_vos(place, survey);
    }
    if is_converted && !has_texts(place) {
        return;
    }
    let Some(set) = survey.check(RefDavis::open(&place.path)) else {
        return;
    };
    for annotator in DavisAnnotator::ALL {
        let Some(found) = survey.check(set.expressions(annotator)) else {
            continue;
        };
        let videos: BTreeSet<&str> = found.iter().map(|it| it.video.as_str()).collect();
        let objects: BTreeSet<(&str, u8)> = found
            .iter()
            .map(|it| (it.video.as_str(), it.object))
            .collect();
        survey.add(SplitOverview {
            name: annotator.file_name().trim_end_matches(".txt").to_owned(),
            videos: Some(videos.len()),
            objects: Some(objects.len()),
            expressions: Some(found.len()),
            frames: None,
        });
    }
}

pub(super) fn a2d(place: &Place, survey: &mut Survey<'_>) {
    let Some(set) = survey.check(A2dSentences::open(&place.path)) else {
        return;
    };
    for slip in set.slips() {
        survey.note(format!(
            "a2d_annotation.txt, {slip}: left out, as evaluators do"
        ));
    }
    let mut add = |name: &str, sentences: Vec<&crate::referring::a2d_sentences::A2dSentence>| {
        let videos: BTreeSet<&str> = sentences.iter().map(|it| it.video.as_str()).collect();
        let actors = sentences.iter().map(|it| (it.video.as_str(), it.instance));
        survey.add(SplitOverview {
            name: name.to_owned(),
            videos: Some(videos.len()),
            objects: Some(actors.collect::<BTreeSet<_>>().len()),
            expressions: Some(sentences.len()),
            frames: None,
        });
    };
    add("all", set.sentences().iter().collect());
    for (name, subset) in [("train", A2dSubset::Train), ("test", A2dSubset::Test)] {
        let sentences: Vec<_> = set.sentences_of(subset).collect();
        if !sentences.is_empty() {
            add(name, sentences);
        }
    }
    if survey.reads_all() {
        let videos: BTreeSet<&str> = set.sentences().iter().map(|it| it.video.as_str()).collect();
        for video in videos {
            // Annotations come in an archive of their own.
            let frames = set.annotated_frames(video).unwrap_or_default();
            for frame in frames {
                survey.reading(&place.path.join(video));
                survey.check(set.frame(video, frame));
            }
        }
    }
}

pub(super) fn jhmdb(place: &Place, survey: &mut Survey<'_>) {
    let Some(set) = survey.check(JhmdbSentences::open(&place.path)) else {
        return;
    };
    survey.add(SplitOverview {
        name: "all".to_owned(),
        videos: Some(set.sentences().len()),
        objects: Some(set.sentences().len()),
        expressions: Some(set.sentences().len()),
        frames: (!set.samples().is_empty()).then_some(set.samples().len()),
    });
    if survey.reads_all() {
        for sample in set.samples().iter().filter(|it| it.masks.is_file()) {
            survey.reading(&sample.masks);
            survey.check(sample.mask());
        }
    }
}

pub(super) fn ref_coco(place: &Place, survey: &mut Survey<'_>) {
    for (_, partition) in place.named("refs(", ").p") {
        let Some(set) = survey.check(RefCoco::open(&place.path, partition)) else {
            continue;
        };
        let splits: BTreeSet<&str> = set
            .references()
            .iter()
            .map(|it| it.split.as_str())
            .collect();
        for split in splits {
            let images: BTreeSet<u64> = set.split(split).map(|it| it.image).collect();
            survey.add(SplitOverview {
                name: format!("{partition} {split}"),
                videos: Some(images.len()),
                objects: Some(set.split(split).count()),
                expressions: Some(set.split(split).map(|it| it.sentences.len()).sum()),
                frames: None,
            });
        }
        let absent = set
            .references()
            .iter()
            .filter(|it| set.object(it).is_none())
            .count();
        if absent > 0 {
            survey.note(format!(
                "{absent} objects of `{partition}` are not in `instances.json`"
            ));
        }
    }
}

pub(super) fn g_ref_coco(place: &Place, survey: &mut Survey<'_>) {
    for (_, partition) in place.named("grefs(", ").json") {
        let Some(set) = survey.check(GRefCoco::open(&place.path, partition)) else {
            continue;
        };
        let all = set.references().iter();
        let splits: BTreeSet<&str> = all.map(|it| it.split.as_str()).collect();
        for split in splits {
            let images: BTreeSet<u64> = set.split(split).map(|it| it.image).collect();
            let objects: BTreeSet<u64> = set
                .split(split)
                .flat_map(|it| it.annotations.iter().copied())
                .collect();
            survey.add(SplitOverview {
                name: format!("{partition} {split}"),
                videos: Some(images.len()),
                objects: Some(objects.len()),
                expressions: Some(set.split(split).map(|it| it.sentences.len()).sum()),
                frames: None,
            });
        }
        if survey.reads_all() {
            for reference in set.references() {
                survey.check(set.mask(reference));
            }
        }
    }
}

/// Results of either toolbox.
pub(super) fn result_files(place: &Place) -> Vec<&str> {
    let mut names = place.json_with(&["\"predicted_bounding_boxes\""]);
    names.extend(place.json_with(&["\"generated_refexp\""]));
    names.extend(place.json_with(&["\"predictions\"", "\"ref_id\"", "\"sent\""]));
    names
}

pub(super) fn ref_coco_results(place: &Place, survey: &mut Survey<'_>) {
    for name in result_files(place) {
        let path = place.path.join(name);
        let is_comprehension = place
            .json_with(&["\"predicted_bounding_boxes\""])
            .contains(&name);
        let count = if is_comprehension {
            survey
                .check(ComprehensionResult::read_all(path))
                .map(|it| it.len())
        } else {
            survey
                .check(GenerationResult::read_all(path))
                .map(|it| it.len())
        };
        if count.is_some() {
            survey.add(SplitOverview {
                name: name.trim_end_matches(".json").to_owned(),
                expressions: count,
                ..SplitOverview::default()
            });
        }
    }
}
