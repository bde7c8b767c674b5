//! The videos of each data set that has masks.
//!
//! In: a folder. Out: its videos with their masks; label pictures are read frame by frame, tracks video by video.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::source::{MaskSource, Show, one_category};
use super::video::{
    FrameMasks, MaskFrame, MaskVideo, Numbering, ObjectMask, ObjectTrack, of_sample, of_tracks,
    unseen_frames,
};
use crate::annotation::LabelEncoding;
use crate::error::Result;
use crate::inspect::overview::DatasetKind;
use crate::inspect::place::Place;
use crate::inspect::segmentation::{instance_files, masklet_files};
use crate::referring::expressions::ReferringVideo;
use crate::referring::mask_dictionary::MaskDictionary;
use crate::referring::mevis::Mevis;
use crate::referring::revos::Revos;
use crate::sample::VideoSample;
use crate::segmentation::davis::{Davis, DavisYear};
use crate::segmentation::mose::Mose;
use crate::segmentation::sa_v::SaV;
use crate::segmentation::sa_v_masklets::SavMasklets;
use crate::segmentation::video_instances::{InstanceTrack, VideoInstances};
use crate::segmentation::youtube_vos::YoutubeVos;

pub(super) fn davis(source: &MaskSource<'_>, show: Show<'_>) -> Result<()> {
    let year = match source.kind {
        DatasetKind::Davis2016 => DavisYear::Davis2016,
        _ => DavisYear::Davis2017,
    };
    let davis = Davis::open(&source.place.path, year)?;
    let names = match source.split {
        Some(list) => davis.split(list)?,
        None => davis.sequences()?,
    };
    samples(&names, |name| davis.sample(name), show)
}

pub(super) fn youtube_vos(source: &MaskSource<'_>, show: Show<'_>) -> Result<()> {
    let parts = source.place.splits_with("meta.json");
    let set = YoutubeVos::open(&source.place.path, source.part(&parts)?)?;
    samples(&set.videos()?, |name| set.sample(name), show)
}

pub(super) fn mose(source: &MaskSource<'_>, show: Show<'_>) -> Result<()> {
    let parts = source.place.splits_with("Annotations");
    let set = Mose::open(&source.place.path, source.part(&parts)?)?;
    samples(&set.videos()?, |name| set.sample(name), show)
}

pub(super) fn label_pictures(source: &MaskSource<'_>, show: Show<'_>) -> Result<()> {
    source.refuse_split()?;
    // Results know no void, but truth that is kept in the same form does, and 255 is no number of an object there.
    let sample = |name: &str| {
        let labels = source.place.path.join(name);
        VideoSample::pair(name, Path::new(""), &labels, LabelEncoding::ObjectsAndVoid)
    };
    samples(&source.place.folders, sample, show)
}

fn samples(
    names: &[String],
    sample: impl Fn(&str) -> Result<VideoSample>,
    show: Show<'_>,
) -> Result<()> {
    let categories = one_category();
    for name in names {
        show(of_sample(sample(name)?, &categories))?;
    }
    Ok(())
}

pub(super) fn sa_v(source: &MaskSource<'_>, show: Show<'_>) -> Result<()> {
    let categories = one_category();
    if !source.place.has_folder("Annotations_6fps") {
        let parts = ["manual", "auto"].into_iter().filter(|part| {
            let ending = format!("_{part}.json");
            masklet_files(&source.place).any(|name| name.ends_with(&ending))
        });
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        let ending = format!("_{}.json", source.part(&parts)?);
        for name in masklet_files(&source.place).filter(|name| name.ends_with(&ending)) {
            let found = SavMasklets::read(source.place.path.join(name))?;
            let frames = 0..found.annotated_frames();
            let names = frames.map(|frame| format!("{:05}", frame * SavMasklets::FRAME_STEP));
            let frames = unseen_frames(names);
            let tracks = found.masklets.into_iter().map(|masklet| ObjectTrack {
                object: masklet.id,
                category: 1,
                masks: masklet.masks,
            });
            let tracks = (tracks.collect(), &categories);
            show(of_tracks(&found.video, frames, Some(found.size), tracks))?;
        }
        return Ok(());
    }
    source.check_only_part(&sa_v_names(&source.place))?;
    let set = SaV::open(&source.place.path)?;
    for video in set.videos()? {
        let (names, numbering) = numbered(set.objects(&video)?);
        let mut objects = Vec::new();
        for (number, object) in names {
            objects.push((number, set.sample(&video, &object)?));
        }
        let found = folders_of_objects(video, objects, &categories);
        show(MaskVideo { numbering, ..found })?;
    }
    Ok(())
}

/// What the one part in a folder of SA-V is called: as the folder and as the list in it, each with `sav_` and without.
fn sa_v_names(place: &Place) -> Vec<String> {
    let real = fs::canonicalize(&place.path).unwrap_or_default();
    let folder = real.file_name().unwrap_or_default().to_string_lossy();
    let lists = place.named("sav_", ".txt").map(|(_, split)| split);
    let mut names: Vec<String> = lists.map(str::to_owned).collect();
    names.extend(folder.strip_prefix("sav_").map(str::to_owned));
    names.push(folder.into_owned());
    names
}

/// Names of objects with their numbers, ascending. Names are numbers unless one is none, or two are the same.
fn numbered(names: Vec<String>) -> (BTreeMap<u64, String>, Numbering) {
    let numbers = names
        .iter()
        .map(|name| Some((name.parse().ok()?, name.clone())));
    let found: Option<BTreeMap<u64, String>> = numbers.collect();
    match found {
        Some(found) if found.len() == names.len() => (found, Numbering::Video),
        _ => {
            let given: BTreeMap<u64, String> = (1..).zip(names).collect();
            (given.clone(), Numbering::Names(given))
        }
    }
}

/// Number of an object, the place of its samples, and the frame in them.
type Annotated = (u64, usize, usize);

/// A video whose objects have a folder of masks each.
fn folders_of_objects(
    name: String,
    objects: Vec<(u64, VideoSample)>,
    categories: &BTreeMap<u64, String>,
) -> MaskVideo<'_> {
    let mut frames: BTreeMap<String, (MaskFrame, Vec<Annotated>)> = BTreeMap::new();
    for (place, (number, sample)) in objects.iter().enumerate() {
        for (index, files) in sample.frames().iter().enumerate() {
            let entry = frames.entry(files.name.clone());
            let (_, annotated) = entry.or_insert_with(|| {
                let frame = MaskFrame {
                    name: files.name.clone(),
                    image: files.image.clone(),
                };
                (frame, Vec::new())
            });
            if files.annotation.is_some() {
                annotated.push((*number, place, index));
            }
        }
    }
    let (frames, annotated): (Vec<_>, Vec<_>) = frames.into_values().unzip();
    MaskVideo {
        name,
        frames,
        size: None,
        objects: objects.iter().map(|(number, _)| *number).collect(),
        numbering: Numbering::Video,
        categories,
        masks: Box::new(move |frame| {
            let Some(annotated) = annotated.get(frame).filter(|it| !it.is_empty()) else {
                return Ok(None);
            };
            let mut masks = FrameMasks::default();
            for (number, place, index) in annotated {
                let sample = objects
                    .get(*place)
                    .map(|(_, sample)| sample.annotation(*index));
                let Some(annotation) = sample.transpose()?.flatten() else {
                    continue;
                };
                masks.size = Some(annotation.labels.size());
                let mask = annotation.labels.mask(1);
                masks.objects.push(ObjectMask {
                    object: *number,
                    category: 1,
                    mask: tubelet_geometry::RunLength::encode(&mask),
                });
            }
            Ok(Some(masks))
        }),
    }
}

pub(super) fn mevis(source: &MaskSource<'_>, show: Show<'_>) -> Result<()> {
    let parts = source.place.splits_with("mask_dict.json");
    let set = Mevis::open(&source.place.path, source.part(&parts)?)?;
    let sample = |video: &ReferringVideo| set.sample(video);
    dictionary(source, (set.videos(), set.masks()), sample, show)
}

pub(super) fn revos(source: &MaskSource<'_>, show: Show<'_>) -> Result<()> {
    let parts = source.place.named("meta_expressions_", "_.json");
    let parts: Vec<String> = parts.map(|(_, split)| split.to_owned()).collect();
    let set = Revos::open(&source.place.path, source.part(&parts)?)?;
    let sample = |video: &ReferringVideo| set.sample(video);
    dictionary(source, (set.videos(), set.masks()), sample, show)
}

fn dictionary(
    source: &MaskSource<'_>,
    (videos, masks): (&[ReferringVideo], Option<&MaskDictionary>),
    sample: impl Fn(&ReferringVideo) -> VideoSample,
    show: Show<'_>,
) -> Result<()> {
    let masks = masks.ok_or_else(|| source.layout("there is no `mask_dict.json`".to_owned()))?;
    let categories = one_category();
    for video in videos {
        let meant = video.expressions.iter().flat_map(|it| &it.annotations);
        let meant: BTreeSet<u64> = meant.copied().collect();
        let mut tracks = Vec::new();
        for object in meant {
            tracks.push(ObjectTrack {
                object,
                category: 1,
                masks: masks.masks(object)?,
            });
        }
        let sample = sample(video);
        let frames = sample.frames().iter().map(|files| MaskFrame {
            name: files.name.clone(),
            image: files.image.clone().filter(|path| path.is_file()),
        });
        let tracks = (tracks, &categories);
        let found = of_tracks(&video.name, frames.collect(), None, tracks);
        show(MaskVideo {
            numbering: Numbering::File,
            ..found
        })?;
    }
    Ok(())
}

pub(super) fn instances(source: &MaskSource<'_>, show: Show<'_>) -> Result<()> {
    let names = instance_files(&source.place).into_iter();
    let parts: Vec<String> = names
        .map(|it| it.trim_end_matches(".json").to_owned())
        .collect();
    let file = format!("{}.json", source.part(&parts)?);
    let mut found = VideoInstances::read(source.place.path.join(file))?;
    let mut tracks: BTreeMap<u64, Vec<InstanceTrack>> = BTreeMap::new();
    for track in std::mem::take(&mut found.tracks) {
        tracks.entry(track.video).or_default().push(track);
    }
    for video in &found.videos {
        let tracks = tracks.remove(&video.id).unwrap_or_default();
        let own: BTreeSet<u64> = tracks.iter().filter_map(|it| it.instance).collect();
        let has_own = own.len() == tracks.len();
        let tracks = tracks.into_iter().map(|track| ObjectTrack {
            object: track.instance.filter(|_| has_own).unwrap_or(track.id),
            category: track.category,
            masks: track.masks,
        });
        let frames = video.files.iter().map(|file| {
            let name = file.rsplit('/').next().unwrap_or_default();
            name.rsplit_once('.')
                .map_or(name, |(stem, _)| stem)
                .to_owned()
        });
        let name = match video.name.as_str() {
            "" => video.id.to_string(),
            name => name.to_owned(),
        };
        let tracks = (tracks.collect(), &found.categories);
        let seen = of_tracks(&name, unseen_frames(frames), Some(video.size), tracks);
        show(MaskVideo {
            numbering: if has_own {
                Numbering::Video
            } else {
                Numbering::File
            },
            ..seen
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbers_where_all_of_them_can_be() {
        let of = |names: &[&str]| numbered(names.iter().map(|it| (*it).to_owned()).collect());
        let (numbers, numbering) = of(&["000", "010", "9"]);
        assert_eq!(numbers.into_keys().collect::<Vec<_>>(), [0, 9, 10]);
        assert!(matches!(numbering, Numbering::Video));
        for names in [["000", "dog"], ["001", "1"]] {
            let (numbers, numbering) = of(&names);
            assert_eq!(numbers.keys().copied().collect::<Vec<_>>(), [1, 2]);
            assert!(matches!(numbering, Numbering::Names(found) if found == numbers));
        }
    }
}
