//! Matrix products: `C = A · B` in f32, or of numbers rounded to bfloat16 and summed in f32; any strides, packed
//! columns, one register tile per width, or the processor's own tiles.

mod columns;
mod driver;
mod half_columns;
mod matrix;
mod multiply;
mod pass;
#[cfg(test)]
mod tests;
mod tile;
#[cfg(any(target_arch = "x86_64", test))]
mod tiled;
#[cfg(test)]
mod tiled_tests;

pub(crate) use columns::{BLOCK, Columns, PanelShape, Panels, pack_lanes};
pub(crate) use driver::{Product, multiply, multiply_here, pack_all};
pub(crate) use half_columns::HalfColumns;
pub(crate) use matrix::{Matrix, Target};
pub(crate) use multiply::{Multiply, ProductTask, Single, run_products};
pub(crate) use pass::{Finish, Lines, Packed, Pass, Piece, Sliver};
pub(crate) use tile::{Corner, Rows, Steps, pieces, tiles};
