//! Waymo Open Dataset, version 1: TFRecord files of `Frame` messages (Sun et al., CVPR 2020).
//!
//! In: `segment-….tfrecord`. Out: one frame of all cameras at a time. Of a frame, cameras, calibration, poses, camera
//! boxes and camera segmentation are read; lidar and maps are passed over. Format: `dataset.proto`, `label.proto`.

use std::path::Path;

use super::camera::{WaymoCalibration, WaymoCamera, WaymoImage, WaymoTransform};
use super::frame_message::parse_frame;
use super::panoptic::WaymoSegmentation;
use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::text::in_entry;
use crate::formats::tf_record::TfRecords;

/// A file being read.
#[derive(Debug)]
pub struct WaymoRecords {
    records: TfRecords,
    index: usize,
}

/// All cameras at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct WaymoFrame {
    /// Name of the segment of 20 seconds.
    pub context: String,
    /// When it was taken, in microseconds since 1970.
    pub timestamp_micros: u64,
    /// From the vehicle's frame to the world's.
    pub world_from_vehicle: Option<WaymoTransform>,
    /// How the cameras are mounted.
    pub calibrations: Vec<WaymoCalibration>,
    /// Their pictures.
    pub images: Vec<WaymoImage>,
    /// Segmentations of those that have one.
    pub segmentations: Vec<WaymoCameraSegmentation>,
    /// Boxes that people drew in the pictures.
    pub boxes: Vec<WaymoBox>,
}

/// The segmentation of one camera's picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaymoCameraSegmentation {
    /// The camera.
    pub camera: WaymoCamera,
    /// The segmentation.
    pub segmentation: WaymoSegmentation,
}

/// A box in a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct WaymoBox {
    /// The camera.
    pub camera: WaymoCamera,
    /// Name of the object, the same in all pictures of this camera.
    pub id: String,
    /// Its type: 1 vehicle, 2 pedestrian, 3 sign, 4 cyclist.
    pub kind: u64,
    /// The box.
    pub edges: AnnotatedBox,
}

impl WaymoRecords {
    /// Opens a file.
    ///
    /// # Errors
    /// [`DatasetError::Read`](crate::DatasetError::Read).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let records = TfRecords::open(path.as_ref())?;
        Ok(Self { records, index: 0 })
    }

    /// Where the frames begin, found without reading them; the next frame is the first again.
    pub(in crate::driving) fn starts(&mut self) -> Result<Vec<u64>> {
        self.index = 0;
        self.records.starts()
    }

    /// Makes a frame the next one, by its number and where it begins.
    pub(in crate::driving) fn go_to(&mut self, index: usize, start: u64) -> Result<()> {
        self.index = index;
        self.records.go_to(start)
    }

    /// The file.
    pub(in crate::driving) fn path(&self) -> &Path {
        self.records.path()
    }

    /// Reads the next frame; `None` at the end.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`](crate::DatasetError::Bytes) for a damaged file, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for a record that is no frame.
    pub fn next_frame(&mut self) -> Result<Option<WaymoFrame>> {
        let Some(record) = self.records.next_record()? else {
            return Ok(None);
        };
        let entry = format!("record {}", self.index);
        self.index += 1;
        let path = self.records.path();
        parse_frame(path, &record)
            .map(Some)
            .map_err(|reason| in_entry(path, entry, format!("no frame: {reason}")))
    }
}
