//! Matrix products in f32: `C = A · B`, any strides, packed columns, one register tile per width.

mod columns;
mod driver;
mod matrix;
#[cfg(test)]
mod tests;
mod tile;

pub(crate) use columns::{Columns, PanelShape};
pub(crate) use driver::{Finish, Product, multiply, multiply_here};
pub(crate) use matrix::{Matrix, Target};
