//! Overviews of video object and instance segmentation.

use std::collections::BTreeSet;
use std::path::Path;

use png::ColorType;

use super::overview::{DatasetKind, SplitOverview};
use super::place::Place;
use super::survey::Survey;
use crate::annotation::{Annotation, LabelEncoding};
use crate::error::{DatasetError, Result};
use crate::formats::deep_png::pixel_form;
use crate::names::{files, folders};
use crate::sample::VideoSample;
use crate::segmentation::davis::{Davis, DavisYear};
use crate::segmentation::mose::Mose;
use crate::segmentation::sa_v::SaV;
use crate::segmentation::sa_v_masklets::SavMasklets;
use crate::segmentation::video_instances::VideoInstances;
use crate::segmentation::youtube_vos::YoutubeVos;

/// Annotation files of a folder of many that are read whole.
const MOST_READ: usize = 50;

/// The year of a DAVIS folder, by its lists or else by the values of its first annotation.
pub(super) fn davis_year(place: &Place) -> Option<DatasetKind> {
    let annotations = place.path.join("Annotations");
    let mut resolutions = ["480p", "1080p", "Full-Resolution"].iter();
    if !resolutions.any(|name| annotations.join(name).is_dir()) {
        return None;
    }
    let lists = place.path.join("ImageSets");
    let has_2016 = lists.join("480p").is_dir() || lists.join("2016").is_dir();
    if lists.join("2017").is_dir() {
        return Some(DatasetKind::Davis2017);
    }
    if has_2016 {
        return Some(DatasetKind::Davis2016);
    }
    let davis = Davis::open(&place.path, DavisYear::Davis2017).ok()?;
    let sequences = davis.sequences().ok()?;
    let first = sequences.first().and_then(|name| davis.sample(name).ok())?;
    // Only void besides the background: the foreground of 2016.
    let is_binary = first.objects().is_ok_and(|objects| objects.is_empty());
    Some(if is_binary {
        DatasetKind::Davis2016
    } else {
        DatasetKind::Davis2017
    })
}

pub(super) fn davis(place: &Place, survey: &mut Survey<'_>) {
    let year = match davis_year(place) {
        Some(DatasetKind::Davis2016) => DavisYear::Davis2016,
        _ => DavisYear::Davis2017,
    };
    let Some(davis) = survey.check(Davis::open(&place.path, year)) else {
        return;
    };
    let Some(present) = survey.check(davis.sequences()) else {
        return;
    };
    let mut listed = BTreeSet::new();
    for list in ["train", "val", "test-dev", "test-challenge"] {
        // A list that is not there is no problem: archives come with one or the other.
        let Ok(names) = davis.split(list) else {
            continue;
        };
        let absent = names.iter().filter(|name| !present.contains(name)).count();
        if absent == names.len() {
            continue;
        }
        if absent > 0 {
            survey.note(format!(
                "{absent} of {} sequences of `{list}` are not on the disk",
                names.len()
            ));
        }
        let here = names.into_iter().filter(|name| present.contains(name));
        let here: Vec<String> = here.collect();
        listed.extend(here.iter().cloned());
        count(list, &here, |name| davis.sample(name), survey);
    }
    let others: Vec<String> = present
        .into_iter()
        .filter(|name| !listed.contains(name))
        .collect();
    if !others.is_empty() {
        count("not listed", &others, |name| davis.sample(name), survey);
    }
}

/// Counts videos with their frames, and the objects in the first annotation of each.
fn count(
    split: &str,
    videos: &[String],
    sample: impl Fn(&str) -> Result<VideoSample>,
    survey: &mut Survey<'_>,
) {
    let (mut frames, mut objects) = (0, 0);
    for video in videos {
        let Some(sample) = survey.check(sample(video)) else {
            continue;
        };
        frames += sample.frames().len();
        let is_annotated = sample.frames().iter().any(|it| it.annotation.is_some());
        if is_annotated {
            objects += survey
                .check(sample.objects())
                .map_or(0, |objects| objects.len());
        }
        survey.read_sample(&sample);
    }
    survey.add(SplitOverview {
        name: split.to_owned(),
        videos: Some(videos.len()),
        objects: Some(objects),
        frames: Some(frames),
        ..SplitOverview::default()
    });
}

/// Whether videos with annotations lie in the folder or in its parts.
pub(super) fn has_labels(place: &Place) -> bool {
    label_splits(place).iter().any(|split| {
        let inner = place.path.join(split).join("Annotations");
        let folder = if inner.is_dir() {
            inner
        } else {
            place.path.join("Annotations")
        };
        folders(&folder).is_ok_and(|names| !names.is_empty())
    })
}

fn label_splits(place: &Place) -> Vec<String> {
    place.splits_with("Annotations")
}

pub(super) fn youtube_vos(place: &Place, survey: &mut Survey<'_>) {
    for split in place.splits_with("meta.json") {
        let Some(set) = survey.check(YoutubeVos::open(&place.path, &split)) else {
            continue;
        };
        let Some(videos) = survey.check(set.videos()) else {
            continue;
        };
        let unlisted = videos
            .iter()
            .filter(|video| set.meta().objects(video).is_err());
        if let Some(video) = unlisted.clone().next() {
            let count = unlisted.count();
            survey.note(format!(
                "{split}: {count} videos are not in meta.json, such as `{video}`"
            ));
        }
        count(&split, &videos, |video| set.sample(video), survey);
    }
}

pub(super) fn mose(place: &Place, survey: &mut Survey<'_>) {
    for split in label_splits(place) {
        let Some(set) = survey.check(Mose::open(&place.path, &split)) else {
            continue;
        };
        if let Some(videos) = survey.check(set.videos()) {
            count(&split, &videos, |video| set.sample(video), survey);
        }
    }
}

/// Whether frames or masklets of SA-V lie in the folder.
pub(super) fn is_sa_v(place: &Place) -> bool {
    place.has_folder("Annotations_6fps")
        || place.has_folder("JPEGImages_24fps")
        || masklet_files(place).next().is_some()
}

/// JSON files of masklets.
pub(crate) fn masklet_files(place: &Place) -> impl Iterator<Item = &str> {
    let manual = place.named("sav_", "_manual.json");
    let auto = place.named("sav_", "_auto.json");
    manual.chain(auto).map(|(name, _)| name)
}

pub(super) fn sa_v(place: &Place, survey: &mut Survey<'_>) {
    let count = masklet_files(place).count();
    if count > 0 {
        masklets(place, count, survey);
    }
    if !(place.has_folder("Annotations_6fps") || place.has_folder("JPEGImages_24fps")) {
        return;
    }
    let Some(set) = survey.check(SaV::open(&place.path)) else {
        return;
    };
    let (mut objects, mut frames) = (0, 0);
    let videos = survey.check(set.videos()).unwrap_or_default();
    for video in &videos {
        for object in survey.check(set.objects(video)).unwrap_or_default() {
            let sample = survey.check(set.sample(video, &object));
            if let Some(sample) = &sample {
                survey.read_sample(sample);
            }
            let sample = sample.map_or(0, |sample| {
                sample
                    .frames()
                    .iter()
                    .filter(|it| it.annotation.is_some())
                    .count()
            });
            objects += 1;
            frames += sample;
        }
    }
    let name = place.path.file_name().unwrap_or_default().to_string_lossy();
    survey.add(SplitOverview {
        name: name.into_owned(),
        videos: Some(videos.len()),
        objects: Some(objects),
        frames: Some(frames),
        ..SplitOverview::default()
    });
}

fn masklets(place: &Place, count: usize, survey: &mut Survey<'_>) {
    let mut videos = BTreeSet::new();
    let (mut objects, mut frames) = (0, 0);
    let whole = count <= MOST_READ || survey.reads_all();
    let most = if whole { count } else { MOST_READ };
    for name in masklet_files(place).take(most) {
        let path = place.path.join(name);
        survey.reading(&path);
        let Some(found) = survey.check(SavMasklets::read(&path)) else {
            continue;
        };
        objects += found.masklets.len();
        frames += found.annotated_frames();
        if !found.video_path(&path).is_file() && videos.insert(found.video.clone()) {
            survey.note(format!(
                "{}: the video is not there",
                found.video_path(&path).display()
            ));
        }
        videos.insert(found.video);
    }
    let names = masklet_files(place).filter_map(|name| name.rsplit_once('_'));
    let names: BTreeSet<&str> = names.map(|(video, _)| video).collect();
    survey.add(SplitOverview {
        name: "train".to_owned(),
        videos: Some(names.len()),
        objects: whole.then_some(objects),
        frames: whole.then_some(frames),
        ..SplitOverview::default()
    });
}

/// JSON files of tracks.
pub(crate) fn instance_files(place: &Place) -> Vec<&str> {
    let tracks = place.json_with(&["\"videos\"", "\"file_names\""]);
    let images = place.json_with(&["\"videos\"", "\"images\"", "\"frame_id\""]);
    tracks.into_iter().chain(images).collect()
}

pub(super) fn instances(place: &Place, survey: &mut Survey<'_>) {
    for name in instance_files(place) {
        let path = place.path.join(name);
        survey.reading(&path);
        let read = VideoInstances::read(path);
        let Some(found) = survey.check(read) else {
            continue;
        };
        if !found.phrases.is_empty() {
            survey.is_rather(DatasetKind::SaCo);
        }
        survey.add(SplitOverview {
            name: name.trim_end_matches(".json").to_owned(),
            videos: Some(found.videos.len()),
            objects: Some(found.tracks.len()),
            expressions: (!found.phrases.is_empty()).then_some(found.phrases.len()),
            frames: Some(found.videos.iter().map(|video| video.files.len()).sum()),
        });
    }
}

/// Whether the folder holds nothing but folders of PNGs, and what people and programs leave beside them: a method's results.
pub(super) fn is_label_pictures(place: &Place) -> bool {
    let holds_pngs = |name: &String| {
        files(&place.path.join(name)).is_ok_and(|names| {
            let mut pictures = names.iter().filter(|name| !is_rubbish(name)).peekable();
            pictures.peek().is_some() && pictures.all(|name| name.to_lowercase().ends_with("png"))
        })
    };
    let mut names = place.folders.iter().peekable();
    names.peek().is_some()
        && names.all(holds_pngs)
        && place
            .files
            .iter()
            .all(|name| is_rubbish(name) || has_ending(name, "md"))
        && !is_painted(place)
}

/// Whether the first picture below has colours that stand for no labels.
fn is_painted(place: &Place) -> bool {
    let first = place.folders.first().and_then(|folder| {
        let folder = place.path.join(folder);
        let mut names = files(&folder).ok()?.into_iter();
        Some(folder.join(names.find(|name| !is_rubbish(name))?))
    });
    first.is_some_and(|path| {
        let form = pixel_form(&path);
        matches!(form, Some((ColorType::Rgb | ColorType::Rgba, _)))
            && matches!(
                Annotation::read(&path, LabelEncoding::Objects),
                Err(DatasetError::Labels { .. })
            )
    })
}

/// Files that programs leave behind, and texts of people.
fn is_rubbish(name: &String) -> bool {
    name == "Thumbs.db" || name == "desktop.ini" || has_ending(name, "txt")
}

fn has_ending(name: &str, wanted: &str) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case(wanted))
}

pub(super) fn label_pictures(place: &Place, survey: &mut Survey<'_>) {
    if place.folders.is_empty() {
        return;
    }
    let name = place.path.file_name().unwrap_or_default().to_string_lossy();
    let sample = |video: &str| Davis::result(&place.path, video);
    count(&name, &place.folders, sample, survey);
}
