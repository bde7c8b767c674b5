//! Detections in the result file of the nuScenes detection task.
//!
//! In: detections by step, tokens of key frames. Out: the JSON that trackers of boxes read. Format:
//! `eval/detection/README.md` of nuscenes-devkit. Identities are left out.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::detections::SyntheticDetection;
use crate::error::Result;
use crate::formats::json::write_json;

#[derive(Serialize)]
struct File<'a> {
    meta: BTreeMap<&'static str, bool>,
    results: BTreeMap<&'a str, Vec<FileBox<'a>>>,
}

#[derive(Serialize)]
struct FileBox<'a> {
    sample_token: &'a str,
    translation: [f64; 3],
    size: [f64; 3],
    rotation: [f64; 4],
    velocity: [f64; 2],
    detection_name: &'static str,
    detection_score: f64,
    attribute_name: &'static str,
}

/// Writes detections as a result file; the steps go with the tokens in order, and what has no partner is left out.
///
/// # Errors
/// [`DatasetError::Write`](crate::DatasetError::Write).
pub fn write_synthetic_detections(
    path: impl AsRef<Path>,
    tokens: &[String],
    steps: &[Vec<SyntheticDetection>],
) -> Result<()> {
    let used = ["use_camera", "use_radar", "use_map", "use_external"];
    let lidar = std::iter::once(("use_lidar", true));
    let results = tokens.iter().zip(steps).map(|(token, found)| {
        let boxes = found.iter().map(|found| FileBox {
            sample_token: token,
            translation: found.translation,
            size: found.size,
            rotation: found.rotation,
            velocity: found.velocity,
            detection_name: found.detection_name,
            detection_score: found.detection_score,
            attribute_name: "",
        });
        (token.as_str(), boxes.collect())
    });
    let file = File {
        meta: used
            .into_iter()
            .map(|key| (key, false))
            .chain(lidar)
            .collect(),
        results: results.collect(),
    };
    write_json(path.as_ref(), &file)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn a_file_lists_every_key_frame_with_its_boxes() {
        let found = SyntheticDetection {
            translation: [1.0, 2.0, 0.5],
            size: [1.9, 4.5, 1.6],
            rotation: [1.0, 0.0, 0.0, 0.0],
            velocity: [3.0, 0.0],
            detection_name: "car",
            detection_score: 0.75,
            id: Some(4),
        };
        let path = tempfile::NamedTempFile::new().unwrap();
        let tokens = ["first".to_owned(), "second".to_owned()];
        write_synthetic_detections(path.path(), &tokens, &[vec![found], Vec::new()]).unwrap();
        let text = std::fs::read_to_string(path.path()).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["meta"]["use_lidar"], true);
        assert_eq!(value["results"]["second"], serde_json::json!([]));
        let first = &value["results"]["first"][0];
        assert_eq!(first["sample_token"], "first");
        assert_eq!(first["size"], serde_json::json!([1.9, 4.5, 1.6]));
        assert_eq!(first["detection_name"], "car");
        assert!(first.get("id").is_none());
    }
}
