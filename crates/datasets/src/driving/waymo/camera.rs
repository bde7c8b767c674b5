//! What Waymo's two releases say about cameras: names, calibration, pictures.
//!
//! In: numbers and bytes from either release. Out: typed values. Matrices are 4 by 4, row after row.

use std::fmt;
use std::io::Cursor;
use std::path::Path;

use image::{ImageFormat, ImageReader, Limits};
use tubelet_geometry::FrameSize;
use tubelet_video::Frame;

use crate::error::Result;
use crate::formats::run_length_json::MOST_PIXELS;
use crate::formats::text::damaged;

/// A camera of the vehicle; numbers are those of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaymoCamera {
    /// 1.
    Front,
    /// 2.
    FrontLeft,
    /// 3.
    FrontRight,
    /// 4.
    SideLeft,
    /// 5.
    SideRight,
    /// 6.
    RearLeft,
    /// 7.
    Rear,
    /// 8.
    RearRight,
}

impl WaymoCamera {
    /// All cameras, by their numbers from 1.
    const ALL: [(Self, &'static str); 8] = [
        (Self::Front, "FRONT"),
        (Self::FrontLeft, "FRONT_LEFT"),
        (Self::FrontRight, "FRONT_RIGHT"),
        (Self::SideLeft, "SIDE_LEFT"),
        (Self::SideRight, "SIDE_RIGHT"),
        (Self::RearLeft, "REAR_LEFT"),
        (Self::Rear, "REAR"),
        (Self::RearRight, "REAR_RIGHT"),
    ];

    /// Its number in the files.
    pub fn number(self) -> u64 {
        let place = Self::ALL.iter().position(|(camera, _)| *camera == self);
        place.map_or(0, |index| index as u64 + 1)
    }

    /// The camera of a number; `None` for 0, unknown, and for numbers above 8.
    pub fn from_number(number: u64) -> Option<Self> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        Self::ALL.get(index).map(|(camera, _)| *camera)
    }

    /// The camera of a name such as `FRONT_LEFT`.
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(camera, _)| *camera)
    }

    /// Its name in the files, such as `FRONT_LEFT`.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(camera, _)| *camera == self);
        found.map_or("UNKNOWN", |(_, name)| name)
    }
}

impl fmt::Display for WaymoCamera {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A rigid motion, as 4 by 4 numbers, row after row.
pub type WaymoTransform = [f64; 16];

/// How a camera is mounted and how it maps.
#[derive(Clone, Debug, PartialEq)]
pub struct WaymoCalibration {
    /// The camera.
    pub camera: WaymoCamera,
    /// Focal lengths, principal point and distortion: `f_u, f_v, c_u, c_v, k1, k2, p1, p2, k3`.
    pub intrinsic: [f64; 9],
    /// From the camera's frame (x forward) to the vehicle's.
    pub vehicle_from_camera: WaymoTransform,
    /// Width and height of its pictures.
    pub size: FrameSize,
}

/// A picture of one camera, as a JPEG.
#[derive(Clone, Debug, PartialEq)]
pub struct WaymoImage {
    /// The camera.
    pub camera: WaymoCamera,
    /// The file's bytes.
    pub jpeg: Vec<u8>,
    /// From the vehicle's frame to the world's, when the picture was taken.
    pub world_from_vehicle: Option<WaymoTransform>,
    /// When that was, in microseconds since 1970; `None` where the file does not say.
    pub pose_micros: Option<i64>,
}

impl WaymoImage {
    /// Decodes the picture.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`](crate::DatasetError::Bytes) for what is no JPEG.
    pub fn decode(&self) -> Result<Frame> {
        decode_jpeg(Path::new(self.camera.name()), &self.jpeg)
    }
}

/// Decodes the bytes of a JPEG; the name is for error messages.
pub(in crate::driving) fn decode_jpeg(place: &Path, bytes: &[u8]) -> Result<Frame> {
    let refuse = |reason: String| damaged(place, 0, reason);
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader.set_format(ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS as u64);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| refuse(error.to_string()))?;
    let picture = picture.into_rgb8();
    let size = FrameSize::new(picture.width() as usize, picture.height() as usize);
    Ok(Frame::new(size, picture.into_raw())?)
}

/// Microseconds from seconds, which releases keep as doubles.
pub(super) fn micros(seconds: f64) -> Option<i64> {
    let micros = (seconds * 1e6).round();
    (micros.is_finite() && micros.abs() < 9e18 && micros != 0.0).then_some(micros as i64)
}

/// Sixteen numbers, or a message.
pub(super) fn transform(numbers: Vec<f64>) -> Result<WaymoTransform, String> {
    let length = numbers.len();
    <WaymoTransform>::try_from(numbers)
        .map_err(|_| format!("a transform of {length} numbers instead of 16"))
}
