//! Flat vectors of f32 in a safetensors file.
//!
//! In: vectors by name. Out: a file that is on the disk when the function returns. Knows no module.

use std::{collections::BTreeMap, fs::File, io::Write, path::Path};

use safetensors::{Dtype, tensor::TensorView};

use crate::TrainingError;

/// Writes the vectors.
pub(crate) fn write(
    path: &Path,
    vectors: &BTreeMap<String, Vec<f32>>,
) -> Result<(), TrainingError> {
    let bytes: BTreeMap<&String, Vec<u8>> = vectors
        .iter()
        .map(|(name, values)| {
            (
                name,
                values
                    .iter()
                    .flat_map(|value| value.to_le_bytes())
                    .collect(),
            )
        })
        .collect();
    let refuse = |error: safetensors::SafeTensorError| TrainingError::Checkpoint {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let views = bytes
        .iter()
        .map(|(name, bytes)| {
            Ok((
                *name,
                TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes)?,
            ))
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(refuse)?;
    let whole = safetensors::serialize(views, None).map_err(refuse)?;
    let mut file = File::create(path).map_err(TrainingError::io(path))?;
    file.write_all(&whole)
        .and_then(|()| file.sync_all())
        .map_err(TrainingError::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tubelet_nn::WeightFile;

    #[test]
    fn vectors_are_read_back_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        let vectors = BTreeMap::from([
            ("b".to_owned(), vec![1.0e-38, -0.0, f32::MAX]),
            ("a".to_owned(), vec![0.1]),
        ]);
        write(&path, &vectors).unwrap();
        let file = WeightFile::open(&path).unwrap();
        for (name, values) in &vectors {
            let found = file.read_f32(name).unwrap();
            assert!(
                found
                    .iter()
                    .zip(values)
                    .all(|(found, value)| found.to_bits() == value.to_bits())
            );
        }
    }
}
