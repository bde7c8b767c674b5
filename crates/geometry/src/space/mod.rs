//! Contents: rigid motions, lenses, cameras, what they see, rigs, poses in time, boxes in space.

pub(crate) mod camera;
pub(crate) mod frustum;
pub(crate) mod lens;
pub(crate) mod oriented_box;
pub(crate) mod pose_track;
pub(crate) mod rig;
pub(crate) mod rigid;
