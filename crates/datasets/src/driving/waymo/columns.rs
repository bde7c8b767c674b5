//! Names of the columns of Waymo's second release, which reader and writer share.
//!
//! As `waymo_open_dataset/v2/perception` has them: what a row is about, and the fields of the components.

pub(in crate::driving) const SEGMENT: &str = "key.segment_context_name";
pub(in crate::driving) const TIME: &str = "key.frame_timestamp_micros";
pub(in crate::driving) const CAMERA: &str = "key.camera_name";

pub(in crate::driving) const VEHICLE_POSE: &str =
    "[VehiclePoseComponent].world_from_vehicle.transform";

pub(in crate::driving) const IMAGE: &str = "[CameraImageComponent].image";
pub(in crate::driving) const IMAGE_POSE: &str = "[CameraImageComponent].pose.transform";
pub(in crate::driving) const TAKEN: &str = "[CameraImageComponent].pose_timestamp";

pub(in crate::driving) const DIVISOR: &str =
    "[CameraSegmentationLabelComponent].panoptic_label_divisor";
pub(in crate::driving) const LABELS: &str = "[CameraSegmentationLabelComponent].panoptic_label";
pub(in crate::driving) const LOCAL: &str =
    "[CameraSegmentationLabelComponent].instance_id_to_global_id_mapping.local_instance_ids";
pub(in crate::driving) const GLOBAL: &str =
    "[CameraSegmentationLabelComponent].instance_id_to_global_id_mapping.global_instance_ids";
pub(in crate::driving) const TRACKED: &str =
    "[CameraSegmentationLabelComponent].instance_id_to_global_id_mapping.is_tracked";
pub(in crate::driving) const SEQUENCE: &str = "[CameraSegmentationLabelComponent].sequence_id";
pub(in crate::driving) const COVERED: &str =
    "[CameraSegmentationLabelComponent].num_cameras_covered";

/// Parts of [`intrinsic`], in the order of their values.
pub(in crate::driving) const INTRINSIC: [&str; 9] =
    ["f_u", "f_v", "c_u", "c_v", "k1", "k2", "p1", "p2", "k3"];
pub(in crate::driving) const EXTRINSIC: &str = "[CameraCalibrationComponent].extrinsic.transform";
pub(in crate::driving) const WIDTH: &str = "[CameraCalibrationComponent].width";
pub(in crate::driving) const HEIGHT: &str = "[CameraCalibrationComponent].height";

/// The column of a part of the lens.
pub(in crate::driving) fn intrinsic(part: &str) -> String {
    format!("[CameraCalibrationComponent].intrinsic.{part}")
}
