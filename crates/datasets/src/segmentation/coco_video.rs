//! CocoVID: annotations of single images, joined to tracks by video and instance (MMTracking).
//!
//! In: the images and annotations of a file that [`super::video_instances`] has read. Out: its videos and tracks.

use std::collections::BTreeMap;
use std::path::Path;

use super::video_instances::{
    File, FileImage, FileTrack, InstanceTrack, InstanceVideo, VideoInstances, around,
};
use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::run_length_json::checked_size;
use crate::formats::text::in_entry;

/// Most frames of a video; a frame number beyond is a mistake and not a reason to fill memory.
const MOST_FRAMES: usize = 1 << 20;

/// Most frames of all tracks together, seen or not.
const MOST_PLACES: usize = 1 << 23;

/// Adds videos and tracks.
pub(super) fn collect(path: &Path, file: File, instances: &mut VideoInstances) -> Result<()> {
    let mut frames: BTreeMap<u64, BTreeMap<usize, &FileImage>> = BTreeMap::new();
    for image in &file.images {
        let refuse = |reason: &str| in_entry(path, format!("images/{}", image.id), reason);
        if image.frame_id >= MOST_FRAMES {
            return Err(refuse("a frame number of more than a million"));
        }
        let video = frames.entry(image.video_id).or_default();
        if video.insert(image.frame_id, image).is_some() {
            return Err(refuse("a second image of the same frame"));
        }
    }
    for video in &file.videos {
        let images = frames.remove(&video.id).unwrap_or_default();
        let size = images
            .values()
            .next()
            .map_or((0, 0), |it| (it.width, it.height));
        let size = checked_size(
            video.width.unwrap_or(size.0),
            video.height.unwrap_or(size.1),
        );
        let refuse = |reason| in_entry(path, format!("videos/{}", video.id), reason);
        instances.videos.push(InstanceVideo {
            id: video.id,
            name: video.name.clone().unwrap_or_default(),
            size: size.map_err(refuse)?,
            files: images
                .values()
                .map(|image| image.file_name.clone())
                .collect(),
        });
    }
    let images: BTreeMap<u64, &FileImage> = file.images.iter().map(|it| (it.id, it)).collect();
    let mut positions = BTreeMap::new();
    for image in &file.images {
        let position = positions
            .entry(image.video_id)
            .or_insert_with(BTreeMap::new);
        position.insert(image.frame_id, 0);
    }
    for numbers in positions.values_mut() {
        numbers
            .values_mut()
            .enumerate()
            .for_each(|(index, place)| *place = index);
    }
    let mut tracks: BTreeMap<(u64, u64), InstanceTrack> = BTreeMap::new();
    let mut places = 0;
    for annotation in file.annotations.unwrap_or_default() {
        let refuse =
            |reason: String| in_entry(path, format!("annotations/{}", annotation.id), reason);
        let image = annotation.image_id.and_then(|id| images.get(&id));
        let image = image.ok_or_else(|| refuse(format!("no image {:?}", annotation.image_id)))?;
        let frames = positions.get(&image.video_id);
        let position = frames.and_then(|frames| frames.get(&image.frame_id).copied());
        let (Some(frames), Some(position)) = (frames.map(BTreeMap::len), position) else {
            continue;
        };
        let instance = annotation.instance_id.unwrap_or(annotation.id);
        let track = tracks
            .entry((image.video_id, instance))
            .or_insert_with(|| empty_track(&annotation, instance, image.video_id));
        if track.boxes.is_empty() {
            places += frames;
            if places > MOST_PLACES {
                return Err(refuse("too many tracks in too long a video".to_owned()));
            }
        }
        track.boxes.resize(frames, None);
        track.masks.resize(frames, None);
        let size = checked_size(image.width, image.height).map_err(refuse)?;
        let segmentation = annotation.segmentation.as_ref();
        let mask = segmentation
            .map(|mask| mask.decode(size))
            .transpose()
            .map_err(refuse)?;
        let edges = annotation.bbox.and_then(AnnotatedBox::finite);
        let place = track
            .boxes
            .get_mut(position)
            .zip(track.masks.get_mut(position));
        if let Some((box_place, mask_place)) = place {
            *box_place = edges.or_else(|| mask.as_ref().and_then(around));
            *mask_place = mask;
        }
    }
    instances.tracks = tracks.into_values().collect();
    Ok(())
}

fn empty_track(annotation: &FileTrack, id: u64, video: u64) -> InstanceTrack {
    InstanceTrack {
        id,
        instance: None,
        video,
        category: annotation.category_id,
        is_crowd: annotation.iscrowd,
        noun_phrase: annotation.noun_phrase.clone(),
        boxes: Vec::new(),
        masks: Vec::new(),
    }
}
