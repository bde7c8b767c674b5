//! Tensor data that lies in a mapped file: read from the disk when first touched, given up by the system when memory is
//! short, never copied.
//!
//! In: an opened file. Out: data for tensors. Knows no file format.

use std::{fs::File, io, ops::Range};

use burn::tensor::{Bytes, DType, Shape, TensorData};

/// The content of a file.
///
/// Whoever shortens the file while it is mapped ends the process that reads beyond its new end; whoever writes into it
/// changes the numbers. Weight files are replaced by renaming, which leaves a mapping as it was.
#[derive(Clone, Debug)]
pub struct MappedFile {
    content: bytes::Bytes,
}

impl MappedFile {
    /// Maps a file.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn new(file: &File) -> io::Result<Self> {
        // SAFETY: the mapping is only ever read, as plain numbers for which any content is valid.
        let mapping = unsafe { memmap2::Mmap::map(file)? };
        Ok(Self {
            content: bytes::Bytes::from_owner(mapping),
        })
    }

    /// Content that is part of the program.
    pub fn embedded(content: &'static [u8]) -> Self {
        Self {
            content: bytes::Bytes::from_static(content),
        }
    }

    /// A part of the file as a tensor's data: the file's own memory where it is aligned for its numbers, else a copy.
    ///
    /// `None` where the part reaches beyond the file or is not as long as the shape wants.
    pub fn data(&self, part: Range<usize>, shape: Vec<usize>, dtype: DType) -> Option<TensorData> {
        let wanted = shape
            .iter()
            .try_fold(dtype.size(), |product, size| product.checked_mul(*size))?;
        if part.len() != wanted || part.start > part.end || part.end > self.content.len() {
            return None;
        }
        let bytes = self.content.slice(part);
        let is_aligned = bytes.as_ptr().align_offset(dtype.size().max(1)) == 0;
        let bytes = if is_aligned && !bytes.is_empty() {
            Bytes::from_shared(bytes, burn::tensor::AllocationProperty::File)
        } else {
            Bytes::from_bytes_vec(bytes.to_vec())
        };
        Some(TensorData::from_bytes(bytes, Shape::from(shape), dtype))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use std::io::Write;

    use burn::tensor::{Device, Tensor};

    use super::*;

    #[test]
    fn parts_of_a_file_are_tensors_aligned_or_not() {
        let path = std::env::temp_dir().join(format!("tubelet-mapped-{}", std::process::id()));
        let numbers: Vec<f32> = (0..6).map(|index| index as f32).collect();
        let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        let mut file = File::create(&path).unwrap();
        file.write_all(&bytes).unwrap();
        file.write_all(&[0]).unwrap();
        file.write_all(&bytes).unwrap();
        let mapped = MappedFile::new(&File::open(&path).unwrap()).unwrap();
        std::fs::remove_file(&path).unwrap();
        for start in [0, 25] {
            let data = mapped.data(start..start + 24, vec![2, 3], DType::F32);
            let tensor = Tensor::<2>::from_data(data.unwrap(), &Device::flex());
            let found = (tensor * 2.0).try_into_vec_as::<f32>().unwrap();
            assert_eq!(found, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        }
        assert!(mapped.data(40..64, vec![2, 3], DType::F32).is_none());
        assert!(mapped.data(0..20, vec![2, 3], DType::F32).is_none());
    }
}
