//! `rig.toml`: anyone's rig, described by hand.
//!
//! In: the file's text. Out: its entries, checked one by one; files that it names are read elsewhere. Format:
//! `docs/formats.md`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tubelet_geometry::{Camera, Distortion, FrameSize, GeometryError, Lens, RigidTransform};

use crate::error::Result;
use crate::formats::run_length_json::checked_size;
use crate::formats::text::{in_entry, in_line, read_text};

/// Largest difference between the aspect ratios of pictures and of their calibration, as a share.
const ASPECT_TOLERANCE: f64 = 0.01;

/// The file as it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RigFile {
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) sync: SyncEntry,
    pub(super) poses: Option<PosesEntry>,
    #[serde(default)]
    pub(super) camera: Vec<CameraEntry>,
}

/// How steps follow each other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SyncEntry {
    /// The camera whose pictures make the steps; the first where nothing is said.
    pub(super) follow: Option<String>,
    /// Steps a second, instead.
    pub(super) rate: Option<f64>,
    pub(super) tolerance_ms: f64,
}

impl Default for SyncEntry {
    fn default() -> Self {
        Self {
            follow: None,
            rate: None,
            tolerance_ms: 50.0,
        }
    }
}

/// Where the vehicle was.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PosesEntry {
    pub(super) file: Option<PathBuf>,
    /// Microseconds, x, y, z, then the quaternion w, x, y, z.
    pub(super) rows: Option<Vec<[f64; 8]>>,
    #[serde(default = "second")]
    pub(super) longest_gap_ms: f64,
    #[serde(default)]
    pub(super) gaps: Gaps,
}

fn second() -> f64 {
    1000.0
}

/// What to do where nobody knows where the vehicle was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Gaps {
    /// Refuse the rig.
    #[default]
    Refuse,
    /// Leave the pose of such a picture open.
    Absent,
}

/// One camera.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CameraEntry {
    pub(super) name: String,
    pub(super) video: PathBuf,
    /// Microseconds at which the video begins.
    #[serde(default)]
    pub(super) start: i64,
    pub(super) fps: Option<f64>,
    pub(super) times: Option<TimesEntry>,
    pub(super) masks: Option<PathBuf>,
    pub(super) calibration: Option<CalibrationEntry>,
}

/// Times of pictures in microseconds.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum TimesEntry {
    /// A file with one number a line.
    File(PathBuf),
    /// The numbers.
    Micros(Vec<i64>),
}

/// How a camera is built and mounted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalibrationEntry {
    /// Width and height of the pictures that the numbers are for.
    size: [usize; 2],
    focal: [f64; 2],
    center: [f64; 2],
    distortion: Option<DistortionEntry>,
    position: Option<[f64; 3]>,
    rotation: Option<[f64; 4]>,
    ego_from_camera: Option<[f64; 16]>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DistortionEntry {
    model: String,
    #[serde(default)]
    terms: Vec<f64>,
}

impl RigFile {
    /// Reads a file; what it says twice or not at all is refused by name.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let file: Self = toml::from_str(&text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = 1 + text
                .bytes()
                .take(start)
                .filter(|byte| *byte == b'\n')
                .count();
            in_line(path, line, error.message())
        })?;
        if file.camera.is_empty() {
            return Err(in_entry(path, "camera", "there is no camera"));
        }
        for (index, camera) in file.camera.iter().enumerate() {
            let mut before = file.camera.iter().take(index);
            if before.any(|other| other.name == camera.name) {
                return Err(camera.refuse(path, "the rig has two cameras of this name"));
            }
        }
        let without = file.camera.iter().find(|it| it.calibration.is_none());
        if let Some(camera) = without
            && file.camera.iter().any(|it| it.calibration.is_some())
        {
            return Err(camera.refuse(path, "it is not calibrated, though other cameras are"));
        }
        Ok(file)
    }
}

impl CameraEntry {
    /// An error about this camera.
    pub(super) fn refuse(
        &self,
        path: &Path,
        reason: impl Into<String>,
    ) -> crate::error::DatasetError {
        in_entry(path, format!("camera {}", self.name), reason)
    }

    /// The camera for pictures of a size; `None` where it is not calibrated.
    pub(super) fn calibrated(&self, pictures: FrameSize) -> Result<Option<Camera>, String> {
        let entry = self.calibration.as_ref();
        entry.map(|entry| entry.camera(pictures)).transpose()
    }
}

impl CalibrationEntry {
    fn camera(&self, pictures: FrameSize) -> Result<Camera, String> {
        let shown = |error: GeometryError| error.to_string();
        let [width, height] = self.size;
        let size = checked_size(width, height).map_err(|_| {
            format!("`size` is {width} by {height} pixels, which no calibration is for")
        })?;
        let distortion = self.distortion()?;
        let lens = Lens::from_calibration(self.focal, self.center, distortion).map_err(shown)?;
        let camera = Camera::new(size, lens, self.place()?).map_err(shown)?;
        let aspect = |size: FrameSize| size.width as f64 / size.height.max(1) as f64;
        if (aspect(pictures) / aspect(size) - 1.0).abs() > ASPECT_TOLERANCE {
            return Err(format!(
                "its pictures are {pictures}, which have another shape than the {size} that it is calibrated for"
            ));
        }
        camera.resized(pictures).map_err(shown)
    }

    fn distortion(&self) -> Result<Distortion, String> {
        let Some(DistortionEntry { model, terms }) = &self.distortion else {
            return Ok(Distortion::None);
        };
        match (model.as_str(), terms.as_slice()) {
            ("none", []) => Ok(Distortion::None),
            ("brown-conrady", [k1, k2, p1, p2, k3]) => Ok(Distortion::BrownConrady {
                radial: [*k1, *k2, *k3],
                tangential: [*p1, *p2],
            }),
            ("kannala-brandt", [k1, k2, k3, k4]) => {
                Ok(Distortion::KannalaBrandt([*k1, *k2, *k3, *k4]))
            }
            ("none" | "brown-conrady" | "kannala-brandt", _) => Err(format!(
                "distortion `{model}` with {} terms (none has 0, brown-conrady 5: k1, k2, p1, p2, k3, kannala-brandt 4)",
                terms.len()
            )),
            _ => Err(format!(
                "unknown distortion `{model}` (there are: none, brown-conrady, kannala-brandt)"
            )),
        }
    }

    fn place(&self) -> Result<RigidTransform, String> {
        let shown = |error: GeometryError| error.to_string();
        match (&self.ego_from_camera, self.rotation, self.position) {
            (Some(rows), None, None) => RigidTransform::from_rows(rows).map_err(shown),
            (None, Some(rotation), Some(position)) => {
                RigidTransform::from_quaternion(rotation, position).map_err(shown)
            }
            _ => Err(
                "it needs `position` and `rotation`, or else `ego_from_camera`, to say where the camera is mounted"
                    .to_owned(),
            ),
        }
    }
}
