//! Drawing on frames: masks, boxes, points and labels, and sheets of many frames.

pub(crate) mod overlay;
pub(crate) mod shapes;
pub(crate) mod sheet;
pub(crate) mod text;
