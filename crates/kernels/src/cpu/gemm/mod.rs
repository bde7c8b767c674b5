//! Matrix products in f32: `C = A · B`, any strides, packed columns, one register tile per width.

mod columns;
mod driver;
mod matrix;
mod pass;
#[cfg(test)]
mod tests;
mod tile;

pub(crate) use columns::{Columns, PanelShape, Panels};
pub(crate) use driver::{Product, multiply, multiply_here, pack_all};
pub(crate) use matrix::{Matrix, Target};
pub(crate) use pass::{Finish, Lines, Packed, Pass, Piece, Sliver};
pub(crate) use tile::Rows;
