//! Waymo Open Dataset, version 1: TFRecord files of `Frame` messages (Sun et al., CVPR 2020).
//!
//! In: `segment-….tfrecord`. Out: one frame of all cameras at a time. Of a frame, cameras, calibration, poses, camera
//! boxes and camera segmentation are read; lidar and maps are passed over. Format: `dataset.proto`, `label.proto`.

use std::path::Path;

use super::camera::{WaymoCalibration, WaymoCamera, WaymoImage, WaymoTransform, transform};
use super::panoptic::{WaymoInstance, WaymoSegmentation};
use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::run_length_json::checked_size;
use crate::formats::text::in_entry;
use crate::formats::tf_record::TfRecords;
use crate::formats::wire::{Field, fields};

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
        frame(path, &record)
            .map(Some)
            .map_err(|reason| in_entry(path, entry, format!("no frame: {reason}")))
    }
}

/// Numbers of fields are those of `dataset.proto`.
fn frame(path: &Path, message: &[u8]) -> Result<WaymoFrame, String> {
    let mut frame = WaymoFrame {
        context: String::new(),
        timestamp_micros: 0,
        world_from_vehicle: None,
        calibrations: Vec::new(),
        images: Vec::new(),
        segmentations: Vec::new(),
        boxes: Vec::new(),
    };
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, Some(message)) => context(message, &mut frame)?,
            (2, None) => frame.timestamp_micros = field.integer().unwrap_or(0),
            (3, Some(message)) => frame.world_from_vehicle = Some(pose(message)?),
            (4, Some(message)) => image(path, message, &mut frame)?,
            (8, Some(message)) => boxes(message, &mut frame)?,
            _ => {}
        }
    }
    if frame.context.is_empty() {
        return Err("it has no context".to_owned());
    }
    Ok(frame)
}

fn context(message: &[u8], frame: &mut WaymoFrame) -> Result<(), String> {
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, Some(_)) => frame.context = field.text().unwrap_or_default(),
            (2, Some(message)) => frame.calibrations.push(calibration(message)?),
            _ => {}
        }
    }
    Ok(())
}

fn camera(field: Field<'_>) -> Result<WaymoCamera, String> {
    let number = field.integer().unwrap_or(0);
    WaymoCamera::from_number(number).ok_or_else(|| format!("unknown camera {number}"))
}

fn calibration(message: &[u8]) -> Result<WaymoCalibration, String> {
    let (mut found, mut intrinsic, mut extrinsic) = (None, Vec::new(), None);
    let (mut width, mut height) = (0, 0);
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, None) => found = Some(camera(field)?),
            (2, _) => field.add_doubles(&mut intrinsic),
            (3, Some(message)) => extrinsic = Some(pose(message)?),
            (4, None) => width = field.integer().unwrap_or(0),
            (5, None) => height = field.integer().unwrap_or(0),
            _ => {}
        }
    }
    let numbers = intrinsic.len();
    Ok(WaymoCalibration {
        camera: found.ok_or("a calibration of no camera")?,
        intrinsic: intrinsic
            .try_into()
            .map_err(|_| format!("a calibration of {numbers} numbers instead of 9"))?,
        vehicle_from_camera: extrinsic.ok_or("a camera that is mounted nowhere")?,
        size: checked_size(width as usize, height as usize)?,
    })
}

fn pose(message: &[u8]) -> Result<WaymoTransform, String> {
    let mut numbers = Vec::new();
    for field in fields(message) {
        let field = field?;
        if field.number == 1 {
            field.add_doubles(&mut numbers);
        }
    }
    transform(numbers)
}

fn image(path: &Path, message: &[u8], frame: &mut WaymoFrame) -> Result<(), String> {
    let (mut found, mut jpeg, mut world_from_vehicle) = (None, Vec::new(), None);
    let mut labels = None;
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, None) => found = Some(camera(field)?),
            (2, Some(bytes)) => jpeg = bytes.to_vec(),
            (3, Some(message)) => world_from_vehicle = Some(pose(message)?),
            (10, Some(message)) => labels = Some(segmentation(path, message)?),
            _ => {}
        }
    }
    let camera = found.ok_or("a picture of no camera")?;
    frame.images.push(WaymoImage {
        camera,
        jpeg,
        world_from_vehicle,
    });
    frame
        .segmentations
        .extend(labels.map(|segmentation| WaymoCameraSegmentation {
            camera,
            segmentation,
        }));
    Ok(())
}

fn segmentation(path: &Path, message: &[u8]) -> Result<WaymoSegmentation, String> {
    let mut segmentation = WaymoSegmentation::new(path);
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, None) => {
                let divisor = field.integer().unwrap_or(0);
                let small = u16::try_from(divisor).ok().filter(|divisor| *divisor > 0);
                segmentation.divisor = small.ok_or_else(|| format!("a divisor of {divisor}"))?;
            }
            (2, Some(bytes)) => segmentation.labels = bytes.to_vec(),
            (3, Some(message)) => {
                let mut numbers = [0; 3];
                for field in fields(message) {
                    let field = field?;
                    let place = usize::try_from(field.number)
                        .ok()
                        .and_then(|it| it.checked_sub(1));
                    if let Some(number) = place.and_then(|it| numbers.get_mut(it)) {
                        *number = field.integer().unwrap_or(0);
                    }
                }
                let [local, global, is_tracked] = numbers;
                let number = |what: u64| format!("an instance numbered {what}");
                let instance = WaymoInstance {
                    global: u32::try_from(global).map_err(|_| number(global))?,
                    is_tracked: is_tracked != 0,
                };
                let local = u16::try_from(local).map_err(|_| number(local))?;
                segmentation.instances.insert(local, instance);
            }
            (4, Some(_)) => segmentation.sequence = field.text().unwrap_or_default(),
            (5, Some(bytes)) => segmentation.covered = bytes.to_vec(),
            _ => {}
        }
    }
    Ok(segmentation)
}

/// Boxes of one camera (`CameraLabels`).
fn boxes(message: &[u8], frame: &mut WaymoFrame) -> Result<(), String> {
    let mut found = None;
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes(), found) {
            (1, None, _) => found = WaymoCamera::from_number(field.integer().unwrap_or(0)),
            (2, Some(message), Some(camera)) => frame.boxes.push(label(message, camera)?),
            _ => {}
        }
    }
    Ok(())
}

fn label(message: &[u8], camera: WaymoCamera) -> Result<WaymoBox, String> {
    let (mut id, mut kind) = (String::new(), 0);
    // Centre x and y, length along x, width along y.
    let [mut x, mut y, mut length, mut width] = [0.0; 4];
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, Some(message)) => {
                for field in fields(message) {
                    let field = field?;
                    let number = field.double().unwrap_or(0.0);
                    match field.number {
                        1 => x = number,
                        2 => y = number,
                        4 => width = number,
                        5 => length = number,
                        _ => {}
                    }
                }
            }
            (3, None) => kind = field.integer().unwrap_or(0),
            (4, Some(_)) => id = field.text().unwrap_or_default(),
            _ => {}
        }
    }
    let edges = AnnotatedBox::finite([x - length / 2.0, y - width / 2.0, length, width]);
    Ok(WaymoBox {
        camera,
        id,
        kind,
        edges: edges.ok_or("a box that is not finite")?,
    })
}
