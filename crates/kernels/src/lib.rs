//! Fast tensor operations with gradients.
