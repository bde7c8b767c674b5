//! Detections and tracks that `fixtures/tracking3d/fast_poly.py` wrote.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use glam::{DVec2, DVec3};
use tubelet_geometry::{OrientedBox, RigidTransform};
use tubelet_tracking3d::{Detection, TrackedBox};

/// Scenes of frames of rows.
pub(crate) type Scenes<T> = BTreeMap<usize, BTreeMap<usize, Vec<T>>>;

/// Reads all detections.
pub(crate) fn detections(folder: &Path) -> Result<Scenes<Detection>> {
    let mut scenes: Scenes<Detection> = BTreeMap::new();
    for line in rows(&folder.join("detections.csv"))? {
        let [scene, frame, numbers @ ..] = &line[..] else {
            anyhow::bail!("a row without a frame");
        };
        let (class, bounds, velocity, score) = row(numbers)?;
        let detection = Detection {
            bounds,
            velocity: Some(velocity),
            class,
            score,
        };
        let frames = scenes.entry(scene.parse()?).or_default();
        frames.entry(frame.parse()?).or_default().push(detection);
    }
    Ok(scenes)
}

/// Reads the tracks of one run.
pub(crate) fn tracks(folder: &Path, run: &str) -> Result<Scenes<TrackedBox>> {
    let mut scenes: Scenes<TrackedBox> = BTreeMap::new();
    for line in rows(&folder.join("tracks.csv"))? {
        let [of, scene, frame, track, numbers @ ..] = &line[..] else {
            anyhow::bail!("a row without a track");
        };
        if of != run {
            continue;
        }
        let (class, bounds, velocity, score) = row(numbers)?;
        let tracked = TrackedBox {
            track: track.parse()?,
            class,
            bounds,
            velocity,
            score,
            detection: None,
        };
        let frames = scenes.entry(scene.parse()?).or_default();
        frames.entry(frame.parse()?).or_default().push(tracked);
    }
    Ok(scenes)
}

fn rows(path: &Path) -> Result<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let rows = text.lines().skip(1);
    Ok(rows
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect())
}

fn row(fields: &[String]) -> Result<(usize, OrientedBox, DVec2, f64)> {
    let numbers: Vec<f64> = fields
        .iter()
        .map(|field| field.parse())
        .collect::<Result<_, _>>()?;
    let [class, x, y, z, width, length, height, vx, vy, yaw, score] = numbers[..] else {
        anyhow::bail!("{} fields instead of 11", numbers.len());
    };
    let bounds = OrientedBox {
        pose: RigidTransform::from_yaw(yaw, DVec3::new(x, y, z))?,
        size: DVec3::new(length, width, height),
    };
    Ok((class as usize, bounds, DVec2::new(vx, vy), score))
}
