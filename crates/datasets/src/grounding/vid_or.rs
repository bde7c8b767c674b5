//! VidOR: boxes of objects in every frame of everyday videos (Shang et al., ICMR 2019). VidSTG's boxes are these.
//!
//! In: one JSON file for each video, in `annotation/training` or `annotation/validation`, in folders of the first four
//! digits of `video_path`. Out: tracks. Format: the data set's page, xdshang.github.io/docs/vidor.html.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tubelet_geometry::FrameSize;

use crate::annotated_box::AnnotatedBox;
use crate::error::{DatasetError, Result};
use crate::formats::json::read_json;
use crate::formats::run_length_json::checked_size;
use crate::formats::text::in_entry;
use crate::names::{check_name, folders};

#[derive(Deserialize)]
struct File {
    video_id: String,
    frame_count: usize,
    fps: f64,
    width: usize,
    height: usize,
    #[serde(rename = "subject/objects")]
    objects: Vec<FileObject>,
    trajectories: Vec<Vec<FileBox>>,
}

#[derive(Deserialize)]
struct FileObject {
    tid: u64,
    category: String,
}

#[derive(Deserialize)]
struct FileBox {
    tid: u64,
    bbox: FileEdges,
    /// 0 where a person drew the box, 1 where it was interpolated.
    #[serde(default)]
    generated: u8,
}

#[derive(Deserialize)]
struct FileEdges {
    xmin: f64,
    ymin: f64,
    xmax: f64,
    ymax: f64,
}

/// An object of a video.
#[derive(Clone, Debug, PartialEq)]
pub struct VidOrObject {
    /// Its category, such as `adult`.
    pub category: String,
    /// Its boxes by frame.
    pub boxes: BTreeMap<usize, VidOrBox>,
}

/// A box, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VidOrBox {
    /// The box.
    pub edges: AnnotatedBox,
    /// Whether it was interpolated rather than drawn.
    pub is_generated: bool,
}

/// The annotation of a video.
#[derive(Clone, Debug, PartialEq)]
pub struct VidOrVideo {
    /// Name of the video.
    pub name: String,
    /// Number of its frames.
    pub frames: usize,
    /// Frames in a second.
    pub frame_rate: f64,
    /// Width and height.
    pub size: FrameSize,
    /// Its objects by their numbers (`tid`).
    pub objects: BTreeMap<u64, VidOrObject>,
}

impl VidOrVideo {
    /// Reads the annotation of a video.
    ///
    /// # Errors
    /// [`DatasetError::Json`] for another shape, [`DatasetError::Entry`] for boxes that belong to nothing.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file: File = read_json(path)?;
        check_name(&file.video_id)
            .map_err(|error| in_entry(path, "video_id", error.to_string()))?;
        let objects = file.objects.into_iter().map(|object| {
            let boxes = BTreeMap::new();
            let category = object.category;
            (object.tid, VidOrObject { category, boxes })
        });
        let mut objects: BTreeMap<u64, VidOrObject> = objects.collect();
        for (frame, boxes) in file.trajectories.into_iter().enumerate() {
            let refuse = |reason: String| in_entry(path, format!("trajectories/{frame}"), reason);
            for found in boxes {
                let FileEdges {
                    xmin,
                    ymin,
                    xmax,
                    ymax,
                } = found.bbox;
                let edges = AnnotatedBox::finite([xmin, ymin, xmax - xmin, ymax - ymin]);
                let found_box = VidOrBox {
                    edges: edges.ok_or_else(|| refuse("a box that is not finite".to_owned()))?,
                    is_generated: found.generated != 0,
                };
                let object = objects.get_mut(&found.tid);
                let object = object.ok_or_else(|| refuse(format!("no object {}", found.tid)))?;
                object.boxes.insert(frame, found_box);
            }
        }
        Ok(Self {
            name: file.video_id,
            frames: file.frame_count,
            frame_rate: file.fps,
            size: checked_size(file.width, file.height)
                .map_err(|reason| in_entry(path, "width", reason))?,
            objects,
        })
    }
}

/// A folder of annotations.
#[derive(Clone, Debug)]
pub struct VidOr {
    files: BTreeMap<String, PathBuf>,
}

impl VidOr {
    /// Looks for the annotations of all videos in a folder such as `annotation/training`, or in the one around it.
    ///
    /// # Errors
    /// [`DatasetError::Read`]; [`DatasetError::Layout`] where there is none.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut files = BTreeMap::new();
        let mut places = vec![(path.to_owned(), 0)];
        while let Some((place, depth)) = places.pop() {
            for name in crate::names::files(&place)? {
                if let Some(video) = name.strip_suffix(".json") {
                    files.insert(video.to_owned(), place.join(&name));
                }
            }
            if depth < 2 {
                let inner = folders(&place)?.into_iter();
                places.extend(inner.map(|name| (place.join(name), depth + 1)));
            }
        }
        if files.is_empty() {
            return Err(DatasetError::Layout {
                path: path.to_owned(),
                dataset: "VidOR",
                reason: "there is no annotation of a video (`0000/0123456789.json`)".into(),
            });
        }
        Ok(Self { files })
    }

    /// Names of the annotated videos, in alphabetical order.
    pub fn videos(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Reads the annotation of a video.
    ///
    /// # Errors
    /// [`DatasetError::Missing`] for a video that is not annotated, and those of [`VidOrVideo::read`].
    pub fn video(&self, name: &str) -> Result<VidOrVideo> {
        let path = self.files.get(name).ok_or_else(|| DatasetError::Missing {
            path: PathBuf::from("annotation"),
            what: "annotated video",
            name: name.to_owned(),
        })?;
        VidOrVideo::read(path)
    }
}
