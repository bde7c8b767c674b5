//! Where a vehicle was over time, from the files that a `rig.toml` names.
//!
//! In: a table of comma-separated values, a JSON list in the form of nuScenes' `ego_pose.json`, or rows. Out: a
//! [`PoseTrack`].

use std::path::Path;

use serde::Deserialize;
use tubelet_geometry::{PoseTrack, RigidTransform};

use super::description::PosesEntry;
use crate::error::Result;
use crate::formats::json_rows::read_rows;
use crate::formats::tables::Table;
use crate::formats::text::{in_entry, in_line};

/// Whole numbers beyond this are no longer exact as floating point.
const EXACT: f64 = 9e15;

#[derive(Deserialize)]
struct JsonPose {
    timestamp: i64,
    translation: [f64; 3],
    rotation: [f64; 4],
}

/// Poses in order of time.
pub(super) fn poses(description: &Path, entry: &PosesEntry) -> Result<PoseTrack> {
    let refuse = |reason: String| in_entry(description, "poses", reason);
    let gap = entry.longest_gap_ms * 1000.0;
    if !(0.0..=EXACT).contains(&gap) {
        return Err(refuse(format!(
            "`longest_gap_ms` is {}",
            entry.longest_gap_ms
        )));
    }
    let folder = description.parent().unwrap_or(Path::new(""));
    let poses = match (&entry.file, &entry.rows) {
        (Some(file), None) => {
            let path = folder.join(file);
            let is_json = path
                .extension()
                .is_some_and(|it| it.eq_ignore_ascii_case("json"));
            if is_json {
                from_json(&path)?
            } else {
                from_table(&path)?
            }
        }
        (None, Some(rows)) => {
            let poses = rows.iter().enumerate().map(|(index, row)| {
                pose(row).map_err(|reason| refuse(format!("row {index}: {reason}")))
            });
            poses.collect::<Result<_>>()?
        }
        _ => return Err(refuse("either `file` or `rows` is needed".to_owned())),
    };
    PoseTrack::new(poses, gap as i64).map_err(|error| refuse(error.to_string()))
}

fn pose(row: &[f64; 8]) -> Result<(i64, RigidTransform), String> {
    let [time, x, y, z, rotation @ ..] = *row;
    if !(-EXACT..=EXACT).contains(&time) {
        return Err(format!("a time of {time} µs"));
    }
    let motion = RigidTransform::from_quaternion(rotation, [x, y, z]);
    Ok((time as i64, motion.map_err(|error| error.to_string())?))
}

fn from_json(path: &Path) -> Result<Vec<(i64, RigidTransform)>> {
    let (mut poses, mut failure) = (Vec::new(), None);
    read_rows(path, |row: JsonPose| match RigidTransform::from_quaternion(
        row.rotation,
        row.translation,
    ) {
        Ok(motion) => poses.push((row.timestamp, motion)),
        Err(error) => {
            let place = format!("pose at {} µs", row.timestamp);
            failure.get_or_insert(in_entry(path, place, error.to_string()));
        }
    })?;
    failure.map_or(Ok(poses), Err)
}

fn from_table(path: &Path) -> Result<Vec<(i64, RigidTransform)>> {
    let table = Table::read(path)?;
    let time = table.column("timestamp")?;
    let mut columns = [0; 7];
    for (column, name) in columns
        .iter_mut()
        .zip(["x", "y", "z", "qw", "qx", "qy", "qz"])
    {
        *column = table.column(name)?;
    }
    let poses = table.rows().map(|row| {
        let mut numbers = [0.0; 7];
        for (number, column) in numbers.iter_mut().zip(columns) {
            *number = row.finite(column)?;
        }
        let [x, y, z, rotation @ ..] = numbers;
        let motion = RigidTransform::from_quaternion(rotation, [x, y, z]);
        let motion = motion.map_err(|error| in_line(path, row.line, error.to_string()))?;
        Ok((row.number(time)?, motion))
    });
    poses.collect()
}
