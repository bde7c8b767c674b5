//! The videos of KITTI MOTS and MOTSChallenge.
//!
//! In: a folder of texts or pictures, and a sequence map where a part is named. Out: its sequences, with the frames that the
//! map names, or else all up to the last that is known.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::source::{MaskSource, Show};
use super::video::{FrameMasks, MaskVideo, Numbering, ObjectMask, unseen_frames};
use crate::driving::kitti_mots::{MotsRange, MotsSequence, picture_folder};
use crate::error::{DatasetError, Result};
use crate::names::{files, folders};

/// What is not to be judged becomes void.
const NOT_JUDGED: u16 = 10;

pub(super) fn kitti_mots(source: &MaskSource<'_>, show: Show<'_>) -> Result<()> {
    let present = sequences(source)?;
    let Some(ranges) = ranges(source)? else {
        for (name, path) in &present {
            let sequence = read(path)?;
            let last = sequence.frames.keys().next_back().copied();
            let range = last.map(|last| MotsRange {
                sequence: name.clone(),
                first: 0,
                last,
            });
            show_sequence(name, &sequence, range.as_ref(), show)?;
        }
        return Ok(());
    };
    for range in ranges {
        let path = present.get(&range.sequence);
        let path = path.ok_or_else(|| DatasetError::NoSequence {
            path: source.place.path.clone(),
            name: range.sequence.clone(),
        })?;
        show_sequence(&range.sequence, &read(path)?, Some(&range), show)?;
    }
    Ok(())
}

/// Names of the sequences with their texts, or their folders of pictures where there are no texts.
fn sequences(source: &MaskSource<'_>) -> Result<BTreeMap<String, PathBuf>> {
    let texts = source.place.path.join("instances_txt");
    let pictures = picture_folder(&source.place.path);
    if let Some(root) = pictures.filter(|_| !texts.is_dir()) {
        let names = folders(&root)?.into_iter();
        return Ok(names.map(|name| (name.clone(), root.join(name))).collect());
    }
    let names = files(&texts)?.into_iter();
    let found = names.filter_map(|name| {
        let stem = name.strip_suffix(".txt")?.to_owned();
        Some((stem, texts.join(name)))
    });
    Ok(found.collect())
}

fn read(path: &PathBuf) -> Result<MotsSequence> {
    if path.is_dir() {
        MotsSequence::read_pictures(path)
    } else {
        MotsSequence::read(path)
    }
}

/// The sequence map of the part that is named.
fn ranges(source: &MaskSource<'_>) -> Result<Option<Vec<MotsRange>>> {
    let Some(split) = source.split else {
        return Ok(None);
    };
    let root = &source.place.path;
    let file = format!("{split}.seqmap");
    let mut available = Vec::new();
    for folder in [root.clone(), root.join("mots_eval")] {
        if !folder.is_dir() {
            continue;
        }
        let names = files(&folder)?;
        if names.contains(&file) {
            return MotsRange::read_all(folder.join(file)).map(Some);
        }
        let splits = names.iter().filter_map(|it| it.strip_suffix(".seqmap"));
        available.extend(splits.map(str::to_owned));
    }
    Err(DatasetError::NoSplit {
        path: root.join(file),
        available: match available.as_slice() {
            [] => "none".to_owned(),
            several => several.join(", "),
        },
    })
}

fn show_sequence(
    name: &str,
    sequence: &MotsSequence,
    range: Option<&MotsRange>,
    show: Show<'_>,
) -> Result<()> {
    let categories = [(1, "car"), (2, "pedestrian")].map(|(id, name)| (id, name.to_owned()));
    let first = range.map_or(0, |range| range.first);
    let frames = range.into_iter().flat_map(|it| it.first..=it.last);
    let objects = sequence.frames.values().flatten();
    let size = objects.map(|object| object.mask.size()).next();
    let masks = |frame: usize| {
        let mut masks = FrameMasks {
            size,
            ..FrameMasks::default()
        };
        let frame = sequence.frames.get(&(first + frame));
        for object in frame.into_iter().flatten() {
            if object.class == NOT_JUDGED {
                let void = object.mask.decode();
                masks.void = Some(match masks.void.take() {
                    Some(other) => &other | &void,
                    None => void,
                });
                continue;
            }
            masks.objects.push(ObjectMask {
                object: u64::from(object.track),
                category: u64::from(object.class),
                mask: object.mask.clone(),
            });
        }
        Ok(Some(masks))
    };
    show(MaskVideo {
        name: name.to_owned(),
        frames: unseen_frames(frames.map(|frame| format!("{frame:06}"))),
        size,
        objects: sequence.tracks().into_keys().map(u64::from).collect(),
        numbering: Numbering::Video,
        categories: &BTreeMap::from(categories),
        masks: Box::new(masks),
    })
}
