//! Referring expressions in single frames and images.

pub(crate) mod a2d_sentences;

pub(crate) mod ref_coco_boxes;
pub(crate) mod ref_coco_masks;
