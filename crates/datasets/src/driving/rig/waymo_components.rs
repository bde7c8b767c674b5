//! Segments of Waymo's second release as clips of a rig.
//!
//! In: a folder of components. Out: a clip with a step for each moment at which there are pictures. Rows are read in their
//! order and kept for one moment only; going backward begins the file again.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::clip::{RigAbout, RigClip, RigSource, RigWarning, no_step};
use super::step::{RigStep, RigView};
use super::waymo_axes::rig;
use super::waymo_records::{Taken, view};
use crate::driving::waymo::camera::{WaymoCalibration, WaymoImage};
use crate::driving::waymo::components::{WaymoComponents, WaymoMoment, WaymoRows};
use crate::driving::waymo::panoptic::WaymoSegmentation;
use crate::error::Result;
use crate::formats::text::in_entry;

impl RigClip {
    /// A segment of Waymo, version 2, from its pictures and, where they are at hand, calibration and segmentation.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`](crate::DatasetError::Bytes) for what is no Parquet file, [`DatasetError::Entry`](crate::DatasetError::Entry) for rows that are not in order of time
    /// and for cameras whose calibration cannot be used.
    pub fn from_waymo_components(set: &WaymoComponents, segment: &str) -> Result<Self> {
        let place = set.root().join(format!("camera_image/{segment}.parquet"));
        let (mut times, mut found): (Vec<u64>, Vec<_>) = (Vec::new(), Vec::new());
        for moment in set.moments(segment)? {
            let moment = moment?;
            let last = times.last().copied();
            if last.is_some_and(|last| last > moment.timestamp_micros) {
                return Err(in_entry(
                    &place,
                    moment.timestamp_micros,
                    "rows are not in order of time",
                ));
            }
            if last != Some(moment.timestamp_micros) {
                times.push(moment.timestamp_micros);
            }
            if !found.contains(&moment.camera) {
                found.push(moment.camera);
            }
        }
        found.sort_unstable();
        let holds = |component: &str| {
            let segments = set.segments(component).unwrap_or_default();
            segments.iter().any(|name| name == segment)
        };
        let about = if holds("camera_calibration") {
            let rows: Vec<WaymoCalibration> = set.calibrations(segment)?.collect::<Result<_>>()?;
            let rig = rig(&rows).map_err(|reason| in_entry(&place, segment, reason))?;
            RigAbout::calibrated(segment, rig)
        } else {
            RigAbout {
                name: segment.to_owned(),
                cameras: found.iter().map(|it| it.name().to_owned()).collect(),
                rig: None,
                warnings: vec![RigWarning::NoCalibration],
            }
        };
        let source = Segment {
            cameras: about.cameras.clone(),
            images: Moments::new(set, segment, WaymoComponents::images),
            masks: holds("camera_segmentation")
                .then(|| Moments::new(set, segment, WaymoComponents::segmentations)),
            place,
            times,
        };
        Ok(Self::new(about, source))
    }
}

struct Segment {
    cameras: Vec<String>,
    times: Vec<u64>,
    place: PathBuf,
    images: Moments<WaymoImage>,
    masks: Option<Moments<WaymoSegmentation>>,
}

impl RigSource for Segment {
    fn step_count(&self) -> usize {
        self.times.len()
    }

    fn step(&mut self, index: usize) -> Result<RigStep> {
        let time = self.times.get(index).copied();
        let steps = self.times.len();
        let place = || self.place.display().to_string();
        let time = time.ok_or_else(|| no_step(&place(), index, steps))?;
        let step_micros = i64::try_from(time).unwrap_or(i64::MAX);
        let mut masks = match &mut self.masks {
            Some(rows) => rows.at(time)?,
            None => Vec::new(),
        };
        let mut views: Vec<Option<RigView>> = vec![None; self.cameras.len()];
        for image in self.images.at(time)? {
            let name = image.camera.name();
            let refuse = |reason: String| in_entry(&self.place, time, reason);
            let slot = self.cameras.iter().position(|camera| camera == name);
            let slot = slot.and_then(|slot| views.get_mut(slot));
            let slot = slot
                .ok_or_else(|| refuse(format!("a picture of {name}, which is not calibrated")))?;
            let own = masks.iter().position(|it| it.camera == image.camera);
            let taken = Taken {
                place: self.place.join(format!("{time}/{name}")),
                step_micros,
                world_from_vehicle: None,
                segmentation: own.map(|own| masks.swap_remove(own).content),
            };
            *slot = Some(view(image.content, taken).map_err(refuse)?);
        }
        Ok(RigStep {
            index,
            timestamp_micros: step_micros,
            key_frame: None,
            views,
            boxes: Vec::new(),
        })
    }
}

/// Opens the rows of a component.
type Open<T> = fn(&WaymoComponents, &str) -> Result<WaymoRows<WaymoMoment<T>>>;

/// Rows of a component by their moments.
struct Moments<T> {
    set: WaymoComponents,
    segment: String,
    open: Open<T>,
    rows: Option<WaymoRows<WaymoMoment<T>>>,
    /// Rows of the moment reached, and the first one behind it.
    kept: VecDeque<WaymoMoment<T>>,
    /// The latest moment asked for.
    reached: u64,
}

impl<T: Clone> Moments<T> {
    fn new(set: &WaymoComponents, segment: &str, open: Open<T>) -> Self {
        Self {
            set: set.clone(),
            segment: segment.to_owned(),
            open,
            rows: None,
            kept: VecDeque::new(),
            reached: 0,
        }
    }

    /// The rows of a moment.
    fn at(&mut self, time: u64) -> Result<Vec<WaymoMoment<T>>> {
        if self.rows.is_none() || time < self.reached {
            self.rows = Some((self.open)(&self.set, &self.segment)?);
            self.kept.clear();
        }
        self.reached = time;
        while self
            .kept
            .front()
            .is_some_and(|row| row.timestamp_micros < time)
        {
            self.kept.pop_front();
        }
        while self
            .kept
            .back()
            .is_none_or(|row| row.timestamp_micros <= time)
        {
            let Some(row) = self.rows.as_mut().and_then(Iterator::next).transpose()? else {
                break;
            };
            if row.timestamp_micros >= time {
                self.kept.push_back(row);
            }
        }
        let here = self.kept.iter().filter(|row| row.timestamp_micros == time);
        Ok(here.cloned().collect())
    }
}
