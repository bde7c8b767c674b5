//! Data sets of driving: several cameras, or many objects at once.

pub(crate) mod kitti_mots;
pub(crate) mod nu_scenes;
pub(crate) mod nu_scenes_detections;
pub(crate) mod nu_scenes_results;
pub(crate) mod nu_scenes_tables;
pub(crate) mod rig;
pub(crate) mod waymo;
