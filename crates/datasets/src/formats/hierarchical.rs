//! Arrays of numbers in HDF5 files.
//!
//! In: a file and the name of a data set in its root group. Out: shape and values as f64. Which axis is which is the
//! business of the data set.

use std::path::Path;

use hdf5_reader::{Hdf5File, OpenOptions};

use super::text::{damaged, read_bytes};
use crate::error::Result;

/// Most numbers of one array; A2D's largest is ten times smaller.
const MOST_NUMBERS: u64 = 1 << 25;

/// Most bytes that an array or a chunk of it may grow to.
const MOST_BYTES: usize = 1 << 28;

/// An array in row-major order.
#[derive(Clone, Debug)]
pub(crate) struct Array {
    /// Lengths of its axes.
    pub(crate) shape: Vec<usize>,
    /// Its numbers.
    pub(crate) values: Vec<f64>,
}

/// An opened file.
pub(crate) struct ArrayFile<'a> {
    path: &'a Path,
    file: Hdf5File,
}

impl<'a> ArrayFile<'a> {
    /// Opens a file.
    pub(crate) fn open(path: &'a Path) -> Result<Self> {
        let bytes = read_bytes(path)?;
        let options = OpenOptions::default()
            .with_max_read_bytes(MOST_BYTES)
            .with_max_chunk_bytes(MOST_BYTES);
        let file = Hdf5File::from_vec_with_options(bytes, options);
        let file = file.map_err(|error| damaged(path, 0, error.to_string()))?;
        Ok(Self { path, file })
    }

    /// Reads an array of any type of number.
    pub(crate) fn array(&self, name: &str) -> Result<Array> {
        let refuse = |reason: String| damaged(self.path, 0, format!("`{name}`: {reason}"));
        let dataset = self.file.dataset(name);
        let dataset = dataset.map_err(|error| refuse(error.to_string()))?;
        let numbers = dataset.shape().iter().try_fold(1_u64, |product, side| {
            product.checked_mul(*side).filter(|it| *it <= MOST_NUMBERS)
        });
        numbers.ok_or_else(|| refuse(format!("{:?} numbers are too many", dataset.shape())))?;
        let bytes = dataset
            .read_array::<u8>()
            .map(|array| array.mapv(f64::from));
        let array = bytes
            .or_else(|_| dataset.read_array::<f64>())
            .or_else(|_| {
                dataset
                    .read_array::<f32>()
                    .map(|array| array.mapv(f64::from))
            })
            .or_else(|_| {
                dataset
                    .read_array::<i32>()
                    .map(|array| array.mapv(f64::from))
            })
            .or_else(|_| {
                dataset
                    .read_array::<i64>()
                    .map(|array| array.mapv(|it| it as f64))
            })
            .or_else(|_| {
                dataset
                    .read_array::<u16>()
                    .map(|array| array.mapv(f64::from))
            })
            .map_err(|error| refuse(error.to_string()))?;
        Ok(Array {
            shape: array.shape().to_vec(),
            values: array.into_iter().collect(),
        })
    }
}
