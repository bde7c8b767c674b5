//! The tables of nuScenes, small, each damaged in turn, and tracking results.

use std::path::Path;

use tubelet_datasets::{NuDetectionResults, NuScenes, NuTrackingResults};

use super::target::{Case, put};

/// One table set.
const TABLES: &[(&str, &str)] = &[
    (
        "v1.0-mini/sample_data.json",
        r#"[{"token": "d", "sample_token": "k", "ego_pose_token": "e", "calibrated_sensor_token": "cs", "timestamp": 5, "is_key_frame": true, "height": 4, "width": 6, "filename": "samples/CAM_FRONT/a.jpg"}]"#,
    ),
    (
        "v1.0-mini/calibrated_sensor.json",
        r#"[{"token": "cs", "sensor_token": "c", "translation": [1, 0, 1.5], "rotation": [1, 0, 0, 0], "camera_intrinsic": [[9, 0, 2], [0, 9, 2], [0, 0, 1]]}]"#,
    ),
    (
        "v1.0-mini/sample_annotation.json",
        r#"[{"token": "a", "sample_token": "k", "instance_token": "i", "visibility_token": "4", "translation": [9, 1, 1], "size": [2, 4, 1.5], "rotation": [0, 0, 0, 1], "num_lidar_pts": 7}]"#,
    ),
    (
        "v1.0-mini/scene.json",
        r#"[{"token": "s", "name": "scene-1", "description": "d"}]"#,
    ),
    (
        "v1.0-mini/sample.json",
        r#"[{"token": "k", "timestamp": 5, "scene_token": "s"}]"#,
    ),
    (
        "v1.0-mini/sensor.json",
        r#"[{"token": "c", "channel": "CAM_FRONT", "modality": "camera"}]"#,
    ),
    (
        "v1.0-mini/ego_pose.json",
        r#"[{"token": "e", "rotation": [1, 0, 0, 0], "translation": [0, 0, 0]}]"#,
    ),
    (
        "v1.0-mini/category.json",
        r#"[{"token": "car", "name": "vehicle.car"}]"#,
    ),
    (
        "v1.0-mini/instance.json",
        r#"[{"token": "i", "category_token": "car"}]"#,
    ),
];

/// Writes the tables that are not there.
pub(super) fn put_tables(root: &Path) {
    for (name, text) in TABLES {
        put(&root.join(name), text.as_bytes());
    }
}

fn open(path: &Path) -> bool {
    let root = path.ancestors().nth(2).unwrap();
    put_tables(root);
    NuScenes::open(root, "v1.0-mini").is_ok()
}

pub(super) const CASES: &[Case] = &[
    (TABLES[0].0, TABLES[0].1, open),
    (TABLES[1].0, TABLES[1].1, open),
    (TABLES[2].0, TABLES[2].1, open),
    (TABLES[3].0, TABLES[3].1, open),
    (TABLES[4].0, TABLES[4].1, open),
    (TABLES[5].0, TABLES[5].1, open),
    (TABLES[6].0, TABLES[6].1, open),
    (TABLES[7].0, TABLES[7].1, open),
    (TABLES[8].0, TABLES[8].1, open),
    (
        "results.json",
        r#"{"meta": {"use_camera": true}, "results": {"t": [{"sample_token": "t", "translation": [1, 2, 3], "size": [1, 2, 3], "rotation": [1, 0, 0, 0], "velocity": [0, 0], "tracking_id": "7", "tracking_name": "car", "tracking_score": 0.5}]}}"#,
        |path| NuTrackingResults::read(path).is_ok(),
    ),
    (
        "detections.json",
        r#"{"meta": {"use_lidar": true}, "results": {"t": [{"sample_token": "t", "translation": [1, 2, 3], "size": [1, 2, 3], "rotation": [1, 0, 0, 0], "velocity": [0, 0], "detection_name": "car", "detection_score": 0.5, "attribute_name": "vehicle.parked"}]}}"#,
        |path| NuDetectionResults::read(path).is_ok(),
    ),
];
