//! Rigs that a `rig.toml` describes: a video or a folder of pictures for each camera.
//!
//! In: the file. Out: a clip whose steps hold the pictures that were taken at about the same time. Kept are times of
//! pictures and of poses.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tubelet_geometry::{Camera, GeometryError, PoseTrack, Rig, RigidTransform};
use tubelet_video::{FrameReader, VideoSource};

use super::clip::{RigAbout, RigClip, RigSource, RigWarning, no_step};
use super::clock::{Clock, Steps};
use super::description::{CameraEntry, Gaps, RigFile, SyncEntry, TimesEntry};
use super::pose_file::poses;
use super::step::{RigMasks, RigPicture, RigStep, RigView};
use crate::error::Result;
use crate::formats::text::{in_entry, number, numbered, read_text};

/// Decoded frames that are kept of each camera, in bytes: a handful, since steps go forward.
const BUDGET: usize = 32 << 20;

/// A camera's video.
struct Footage {
    name: String,
    reader: Arc<Mutex<FrameReader>>,
    masks: Option<PathBuf>,
}

struct Videos {
    path: PathBuf,
    footage: Vec<Footage>,
    clock: Clock,
    poses: Option<PoseTrack>,
    gaps: Gaps,
}

impl RigClip {
    /// A rig as a `rig.toml` describes it, or a folder that holds one.
    ///
    /// # Errors
    /// [`DatasetError::Line`](crate::DatasetError::Line) for a file of another form; [`DatasetError::Entry`](crate::DatasetError::Entry), with the camera's name, for what is wrong
    /// with its calibration, its times or the poses at its pictures; [`DatasetError::Read`](crate::DatasetError::Read) and [`DatasetError::Video`](crate::DatasetError::Video) for
    /// files that are missing or no videos.
    pub fn from_description(path: impl AsRef<Path>) -> Result<Self> {
        let mut path = path.as_ref().to_owned();
        if path.is_dir() {
            path.push("rig.toml");
        }
        let file = RigFile::read(&path)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let (mut cameras, mut times, mut footage) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &file.camera {
            let source = VideoSource::open(folder.join(&entry.video))?;
            let camera = entry.calibrated(source.info().size);
            cameras.push(camera.map_err(|reason| entry.refuse(&path, reason))?);
            times.push(picture_times(&path, entry, &source)?);
            let masks = entry.masks.as_ref().map(|masks| folder.join(masks));
            if let Some(masks) = masks.as_ref().filter(|masks| !masks.is_dir()) {
                let reason = format!("there is no folder {} of masks", masks.display());
                return Err(entry.refuse(&path, reason));
            }
            footage.push(Footage {
                name: entry.name.clone(),
                reader: Arc::new(Mutex::new(FrameReader::with_budget(source, BUDGET))),
                masks,
            });
        }
        let track = file.poses.as_ref().map(|entry| poses(&path, entry));
        let source = Videos {
            clock: clock(&path, &file, times)?,
            poses: track.transpose()?,
            gaps: file.poses.as_ref().map_or(Gaps::Refuse, |it| it.gaps),
            footage,
            path,
        };
        let mut about = about(&file, &source, cameras)?;
        about.warnings.extend(source.check()?);
        Ok(Self::new(about, source))
    }
}

fn about(file: &RigFile, source: &Videos, cameras: Vec<Option<Camera>>) -> Result<RigAbout> {
    let folder = source.path.parent().and_then(Path::file_name);
    let folder = folder.map(|name| name.to_string_lossy().into_owned());
    let name = file.name.clone().or(folder).unwrap_or_default();
    let names: Vec<String> = source.footage.iter().map(|it| it.name.clone()).collect();
    let cameras: Option<Vec<Camera>> = cameras.into_iter().collect();
    let mut about = match cameras {
        Some(cameras) => {
            let cameras = names.into_iter().zip(cameras).collect();
            RigAbout::calibrated(name, Rig::new(cameras)?)
        }
        None => RigAbout {
            name,
            cameras: names,
            rig: None,
            warnings: vec![RigWarning::NoCalibration],
        },
    };
    if source.poses.is_none() {
        about.warnings.push(RigWarning::NoPoses);
    }
    Ok(about)
}

/// Times of a camera's pictures, strictly ascending.
fn picture_times(path: &Path, entry: &CameraEntry, source: &VideoSource) -> Result<Vec<i64>> {
    let refuse = |reason: String| entry.refuse(path, reason);
    let info = source.info();
    let frames = info.frame_count;
    let frames = frames.ok_or_else(|| refuse("its video does not say how long it is".into()))?;
    let given = match &entry.times {
        Some(TimesEntry::Micros(times)) => Some(times.clone()),
        Some(TimesEntry::File(file)) => {
            let file = path.parent().unwrap_or(Path::new("")).join(file);
            let text = read_text(&file)?;
            let lines = numbered(&text).map(|(line, text)| number(&file, line, text));
            Some(lines.collect::<Result<_>>()?)
        }
        None => None,
    };
    let times: Vec<i64> = match (given, entry.fps) {
        (Some(_), Some(_)) => return Err(refuse("it has both `times` and `fps`".into())),
        (Some(times), None) => times,
        (None, Some(fps)) if fps.is_finite() && fps > 0.0 => (0..frames)
            .map(|frame| after(entry.start, frame as f64 / fps))
            .collect(),
        (None, Some(fps)) => return Err(refuse(format!("`fps` is {fps}"))),
        (None, None) if info.codec == "images" => {
            return Err(refuse("a folder of pictures needs `fps` or `times`".into()));
        }
        (None, None) => (0..frames)
            .map(|frame| after(entry.start, source.seconds_of(frame).unwrap_or(0.0)))
            .collect(),
    };
    if times.len() != frames {
        let count = times.len();
        return Err(refuse(format!("{count} times for {frames} pictures")));
    }
    let unordered = times
        .windows(2)
        .position(|pair| pair.first() >= pair.get(1));
    if let Some(frame) = unordered {
        let reason = format!("picture {} is not later than picture {frame}", frame + 1);
        return Err(refuse(reason));
    }
    Ok(times)
}

/// A time some seconds later.
fn after(start: i64, seconds: f64) -> i64 {
    start.saturating_add((seconds * 1e6).round() as i64)
}

fn clock(path: &Path, file: &RigFile, cameras: Vec<Vec<i64>>) -> Result<Clock> {
    let SyncEntry {
        follow,
        rate,
        tolerance_ms,
    } = &file.sync;
    let refuse = |reason: String| in_entry(path, "sync", reason);
    if !(0.0..=1e9).contains(tolerance_ms) {
        return Err(refuse(format!("`tolerance_ms` is {tolerance_ms}")));
    }
    let steps = match (follow, rate) {
        (Some(_), Some(_)) => return Err(refuse("it has both `follow` and `rate`".into())),
        (None, Some(rate)) => {
            let is_rate = rate.is_finite() && *rate > 0.0;
            let steps = is_rate.then(|| Steps::at_rate(&cameras, *rate)).flatten();
            steps.ok_or_else(|| refuse(format!("`rate` is {rate}, which gives no usable steps")))?
        }
        (follow, None) => {
            let place = match follow {
                Some(name) => file.camera.iter().position(|it| it.name == *name),
                None => Some(0),
            };
            let times = place.and_then(|place| cameras.get(place)).cloned();
            let name = follow.clone().unwrap_or_default();
            Steps::At(
                times.ok_or_else(|| refuse(format!("there is no camera `{name}` to follow")))?,
            )
        }
    };
    Ok(Clock {
        steps,
        cameras,
        tolerance: (tolerance_ms * 1000.0).round() as i64,
    })
}

impl Videos {
    /// Where the vehicle was when a camera's picture was taken.
    fn pose(&self, camera: &str, time: i64) -> Result<Option<RigidTransform>> {
        let Some(track) = &self.poses else {
            return Ok(None);
        };
        match (track.at(time), self.gaps) {
            (Ok(pose), _) => Ok(Some(pose)),
            (Err(GeometryError::PoseGap { .. }), Gaps::Absent) => Ok(None),
            (Err(error), _) => {
                let place = format!("picture of camera {camera} at {time} µs");
                Err(in_entry(&self.path, place, error.to_string()))
            }
        }
    }

    /// Looks at the times of all steps, and warns of cameras that never show anything.
    fn check(&self) -> Result<Vec<RigWarning>> {
        let mut warnings = Vec::new();
        for (camera, footage) in self.footage.iter().enumerate() {
            let mut shown = 0;
            for step in 0..self.clock.steps.count() {
                if let Some((_, taken)) = self.clock.picture(step, camera) {
                    self.pose(&footage.name, taken)?;
                    shown += 1;
                }
            }
            if shown == 0 {
                let camera = footage.name.clone();
                warnings.push(RigWarning::NeverShown { camera });
            }
        }
        Ok(warnings)
    }
}

impl RigSource for Videos {
    fn step_count(&self) -> usize {
        self.clock.steps.count()
    }

    fn step(&mut self, index: usize) -> Result<RigStep> {
        let time = self.clock.steps.time(index);
        let timestamp_micros = time
            .ok_or_else(|| no_step(&self.path.display().to_string(), index, self.step_count()))?;
        let views = self.footage.iter().enumerate().map(|(camera, footage)| {
            let Some((frame, taken)) = self.clock.picture(index, camera) else {
                return Ok(None);
            };
            let masks = footage.masks.as_ref();
            let masks = masks.map(|folder| folder.join(format!("{frame:05}.png")));
            Ok(Some(RigView {
                timestamp_micros: taken,
                world_from_ego: self.pose(&footage.name, taken)?,
                picture: RigPicture::InVideo {
                    reader: Arc::clone(&footage.reader),
                    frame,
                },
                masks: masks.filter(|path| path.is_file()).map(RigMasks::Labels),
            }))
        });
        Ok(RigStep {
            index,
            timestamp_micros,
            key_frame: None,
            views: views.collect::<Result<_>>()?,
            boxes: Vec::new(),
        })
    }
}
