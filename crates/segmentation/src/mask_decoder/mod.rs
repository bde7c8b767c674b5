//! Prompt tokens and image to masks (SAM 2, section 4 "Prompt encoder and mask decoder", and appendix D.1).

pub(crate) mod decoder;
pub(crate) mod mask_heads;
pub(crate) mod selection;
pub(crate) mod two_way_attention;
pub(crate) mod two_way_block;
pub(crate) mod two_way_transformer;
