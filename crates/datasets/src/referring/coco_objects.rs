//! Objects of COCO images that sentences refer to.
//!
//! In: `instances.json` and the numbers of the annotations that are wanted. Out: their boxes and masks, and the sizes of
//! all images.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tubelet_geometry::{FrameSize, RunLength};

use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::coco::JsonSegmentation;
use crate::formats::json::read_json;
use crate::formats::run_length_json::checked_size;
use crate::formats::text::in_entry;
use crate::names::check_name;

/// The annotated object of a reference.
#[derive(Clone, Debug)]
pub struct CocoObject {
    /// Its box.
    pub edges: AnnotatedBox,
    /// Name of its image's file.
    pub file_name: String,
    /// Width and height of the image.
    pub size: FrameSize,
    /// Number of the image.
    pub(super) image: u64,
    /// Whether it stands for a crowd (`iscrowd`).
    pub(super) is_crowd: bool,
    segmentation: JsonSegmentation,
    place: PathBuf,
    id: u64,
}

impl CocoObject {
    /// Its mask, filled as COCO's tools fill it.
    ///
    /// # Errors
    /// [`DatasetError::Entry`](crate::DatasetError::Entry) for outlines that are none.
    pub fn mask(&self) -> Result<RunLength> {
        let mask = self.segmentation.decode(self.size);
        mask.map_err(|reason| in_entry(&self.place, format!("annotations/{}", self.id), reason))
    }
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CocoImage {
    /// Name of its file.
    pub file_name: String,
    /// Width and height.
    pub size: FrameSize,
}

/// What is kept of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct CocoObjects {
    /// The wanted annotations by number.
    pub(super) objects: BTreeMap<u64, CocoObject>,
    /// All images by number.
    pub(super) images: BTreeMap<u64, CocoImage>,
}

#[derive(Deserialize)]
struct File {
    images: Vec<FileImage>,
    annotations: Vec<FileAnnotation>,
}

#[derive(Deserialize)]
struct FileImage {
    id: u64,
    file_name: String,
    width: usize,
    height: usize,
}

#[derive(Deserialize)]
struct FileAnnotation {
    id: u64,
    image_id: u64,
    bbox: [f64; 4],
    segmentation: JsonSegmentation,
    #[serde(default)]
    iscrowd: u8,
}

impl CocoObjects {
    /// Reads a file.
    pub(super) fn read(path: &Path, wanted: &BTreeSet<u64>) -> Result<Self> {
        let file: File = read_json(path)?;
        let images = file.images.into_iter().map(|image| {
            let refuse = |reason: String| in_entry(path, format!("images/{}", image.id), reason);
            check_name(&image.file_name).map_err(|error| refuse(error.to_string()))?;
            let size = checked_size(image.width, image.height).map_err(refuse)?;
            let file_name = image.file_name;
            Ok((image.id, CocoImage { file_name, size }))
        });
        let images: BTreeMap<u64, CocoImage> = images.collect::<Result<_>>()?;
        let annotations = file
            .annotations
            .into_iter()
            .filter(|it| wanted.contains(&it.id));
        let objects = annotations.map(|annotation| {
            let id = annotation.id;
            let refuse = |reason: String| in_entry(path, format!("annotations/{id}"), reason);
            let image = images.get(&annotation.image_id);
            let image = image.ok_or_else(|| refuse(format!("no image {}", annotation.image_id)))?;
            let edges = AnnotatedBox::finite(annotation.bbox);
            let object = CocoObject {
                edges: edges.ok_or_else(|| refuse("a box that is not finite".to_owned()))?,
                file_name: image.file_name.clone(),
                size: image.size,
                image: annotation.image_id,
                is_crowd: annotation.iscrowd != 0,
                segmentation: annotation.segmentation,
                place: path.to_owned(),
                id,
            };
            Ok((id, object))
        });
        Ok(Self {
            objects: objects.collect::<Result<_>>()?,
            images,
        })
    }
}
