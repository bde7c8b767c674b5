//! Points, boxes and masks to tokens (Kirillov et al. 2023, "Segment Anything", section 3).

pub(crate) mod encoder;
pub(crate) mod mask_downscaling;
pub(crate) mod random_frequencies;
