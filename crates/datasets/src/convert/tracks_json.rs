//! One JSON file of tracks, written video by video (YouTube-VIS).
//!
//! In: videos with masks. Out: `{"videos": […], "categories": […], "annotations": […]}`, which evaluators and
//! `VideoInstances` read. Codes are compressed, boxes are left, top, width and height. The numbers of annotations go on from
//! video to video; `instance_id` keeps the number that an object had. As videos stand first, annotations are kept in a file
//! of their own until all videos are known.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tubelet_geometry::Mask;

use super::conversion::ConversionCounts;
use super::stage::cannot_write;
use super::video::{MaskVideo, Numbering};
use crate::error::Result;
use crate::formats::run_length_json::JsonRunLength;
use crate::segmentation::video_instances::around;

#[derive(Serialize)]
struct VideoEntry {
    id: usize,
    width: usize,
    height: usize,
    length: usize,
    file_names: Vec<String>,
}

#[derive(Serialize)]
struct Category {
    id: u64,
    name: String,
}

#[derive(Serialize)]
struct Annotation {
    id: usize,
    video_id: usize,
    instance_id: u64,
    category_id: u64,
    iscrowd: u8,
    width: usize,
    height: usize,
    segmentations: Vec<Option<JsonRunLength>>,
    bboxes: Vec<Option<[f64; 4]>>,
    areas: Vec<Option<usize>>,
}

/// A file being written.
pub(super) struct TracksJson {
    path: PathBuf,
    file: BufWriter<File>,
    videos: Vec<VideoEntry>,
    categories: BTreeMap<u64, String>,
    annotations: usize,
}

impl TracksJson {
    /// Begins a file; `folder` is for what is written on the way.
    pub(super) fn create(folder: &Path) -> Result<Self> {
        let path = folder.join("annotations");
        let file = File::create(&path).map_err(|source| cannot_write(&path, source))?;
        Ok(Self {
            path,
            file: BufWriter::new(file),
            videos: Vec::new(),
            categories: BTreeMap::new(),
            annotations: 0,
        })
    }

    /// Writes the tracks of a video.
    pub(super) fn video(
        &mut self,
        video: &MaskVideo<'_>,
        counts: &mut ConversionCounts,
    ) -> Result<()> {
        let video_id = self.videos.len() + 1;
        let length = video.frames.len();
        let mut size = video.size;
        let mut tracks: BTreeMap<u64, Annotation> = BTreeMap::new();
        for frame in 0..length {
            let Some(found) = (video.masks)(frame)? else {
                continue;
            };
            size = size.or(found.size);
            counts.void_pixels += found.void.as_ref().map_or(0, Mask::count);
            for object in found.objects {
                size = size.or(Some(object.mask.size()));
                let track = tracks.entry(object.object).or_insert_with(|| Annotation {
                    id: 0,
                    video_id,
                    instance_id: object.object,
                    category_id: object.category,
                    iscrowd: 0,
                    width: object.mask.size().width,
                    height: object.mask.size().height,
                    segmentations: vec![None; length],
                    bboxes: vec![None; length],
                    areas: vec![None; length],
                });
                if object.mask.is_empty() {
                    continue;
                }
                counts.masks += 1;
                put(
                    &mut track.segmentations,
                    frame,
                    JsonRunLength::from(&object.mask),
                );
                if let Some(edges) = around(&object.mask) {
                    put(&mut track.bboxes, frame, edges.corner_and_size());
                }
                put(&mut track.areas, frame, object.mask.area());
            }
        }
        let mut is_new = matches!(video.numbering, Numbering::Names(_));
        for mut track in tracks.into_values() {
            self.annotations += 1;
            track.id = self.annotations;
            is_new |= track.instance_id != track.id as u64;
            self.annotation(&track)
                .map_err(|source| cannot_write(&self.path, source))?;
        }
        for (id, name) in video.categories {
            self.categories.entry(*id).or_insert_with(|| name.clone());
        }
        let file_names = video.frames.iter().map(|frame| {
            let ending = frame.image.as_ref().and_then(|path| path.extension());
            let ending = ending.map_or("jpg".into(), |ending| ending.to_string_lossy());
            format!("{}/{}.{ending}", video.name, frame.name)
        });
        self.videos.push(VideoEntry {
            id: video_id,
            width: size.map_or(0, |size| size.width),
            height: size.map_or(0, |size| size.height),
            length,
            file_names: file_names.collect(),
        });
        counts.frames += length;
        counts.renumbered_videos += usize::from(is_new);
        Ok(())
    }

    fn annotation(&mut self, track: &Annotation) -> io::Result<()> {
        if self.annotations > 1 {
            self.file.write_all(b",\n")?;
        }
        Ok(serde_json::to_writer(&mut self.file, track)?)
    }

    /// Puts everything together.
    pub(super) fn finish(mut self, path: &Path) -> Result<()> {
        let categories: Vec<Category> = std::mem::take(&mut self.categories)
            .into_iter()
            .map(|(id, name)| Category { id, name })
            .collect();
        let mut write = || {
            self.file.flush()?;
            let mut file = BufWriter::new(File::create(path)?);
            file.write_all(b"{\"videos\": ")?;
            serde_json::to_writer(&mut file, &self.videos)?;
            file.write_all(b",\n\"categories\": ")?;
            serde_json::to_writer(&mut file, &categories)?;
            file.write_all(b",\n\"annotations\": [")?;
            io::copy(&mut File::open(&self.path)?, &mut file)?;
            file.write_all(b"]}\n")?;
            file.flush()
        };
        write().map_err(|source| cannot_write(path, source))
    }
}

fn put<T>(places: &mut [Option<T>], frame: usize, value: T) {
    if let Some(place) = places.get_mut(frame) {
        *place = Some(value);
    }
}
