//! Weight files as named tensors that are read one at a time.
//!
//! In: a safetensors file or a PyTorch checkpoint (`.pt`: parsed, never executed). Out: names, shapes, and
//! values as f32 on demand; the file is never in memory as a whole.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
};

use burn::tensor::DType;
use half::{bf16, f16};
use pytorch_reader::PytorchReader;
use safetensors::{Dtype, tensor::Metadata};

use super::error::WeightError;

/// Longest safetensors header accepted, as in the format's own reference.
const MAX_HEADER_BYTES: u64 = 100_000_000;
/// Keys under which training scripts put the weights of a checkpoint.
const CHECKPOINT_KEYS: [&str; 3] = ["model", "state_dict", "model_state_dict"];

/// An opened weight file.
#[derive(Debug)]
pub struct WeightFile {
    path: PathBuf,
    /// The file's content where it is part of the program.
    embedded: Option<&'static [u8]>,
    tensors: BTreeMap<String, StoredTensor>,
    metadata: BTreeMap<String, String>,
}

/// One tensor of a [`WeightFile`], not yet read.
#[derive(Debug)]
pub struct StoredTensor {
    shape: Vec<usize>,
    place: Place,
}

enum Place {
    Safetensors { dtype: Dtype, start: u64, end: u64 },
    Pytorch(pytorch_reader::Tensor),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Safetensors { dtype, start, end } => {
                write!(formatter, "{dtype:?} at {start}..{end}")
            }
            Self::Pytorch(tensor) => write!(formatter, "{:?}", tensor.dtype()),
        }
    }
}

impl StoredTensor {
    /// Where in its file, of what shape and what type it is, where it lies there as plain floats.
    pub(crate) fn mappable(&self) -> Option<(Range<usize>, Vec<usize>, DType)> {
        let Place::Safetensors { dtype, start, end } = &self.place else {
            return None;
        };
        let dtype = match dtype {
            Dtype::F64 => DType::F64,
            Dtype::F32 => DType::F32,
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            _ => return None,
        };
        let part = usize::try_from(*start).ok()?..usize::try_from(*end).ok()?;
        Some((part, self.shape.clone(), dtype))
    }

    /// Sizes by dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The element type in the file, in lower case (`f32`, `bf16`, …).
    pub fn element_type(&self) -> String {
        match &self.place {
            Place::Safetensors { dtype, .. } => format!("{dtype:?}").to_lowercase(),
            Place::Pytorch(tensor) => format!("{:?}", tensor.dtype()).to_lowercase(),
        }
    }
}

impl WeightFile {
    /// Opens a file and reads the names and shapes of its tensors.
    ///
    /// # Errors
    /// When the file cannot be read or is neither safetensors nor a PyTorch checkpoint.
    pub fn open(path: &Path) -> Result<Self, WeightError> {
        let io = |source| WeightError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let mut start = [0_u8; 9];
        let read = read_up_to(&mut file, &mut start).map_err(io)?;
        if read == start.len() && start[8] == b'{' {
            return Self::open_safetensors(path, file, length);
        }
        Self::open_pytorch(path)
    }

    /// Opens safetensors that are part of the program; errors call them `name`.
    ///
    /// # Errors
    /// When they are not safetensors.
    pub fn embedded(name: &str, bytes: &'static [u8]) -> Result<Self, WeightError> {
        let file = Self::open_safetensors(Path::new(name), Cursor::new(bytes), bytes.len() as u64)?;
        Ok(Self {
            embedded: Some(bytes),
            ..file
        })
    }

    fn open_safetensors(
        path: &Path,
        mut file: impl Read + Seek,
        length: u64,
    ) -> Result<Self, WeightError> {
        let io = |source| WeightError::Io {
            path: path.to_owned(),
            source,
        };
        let format = |reason: String| WeightError::Format {
            path: path.to_owned(),
            reason,
        };
        let mut header_length = [0_u8; 8];
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.read_exact(&mut header_length))
            .map_err(io)?;
        let header_length = u64::from_le_bytes(header_length);
        if header_length > MAX_HEADER_BYTES || header_length + 8 > length {
            return Err(format(format!(
                "its safetensors header claims {header_length} bytes, the file has {length}"
            )));
        }
        let mut header = vec![0_u8; header_length as usize + 8];
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.read_exact(&mut header))
            .map_err(io)?;
        // The crate's own reader wants the whole file in memory; the header alone says as much.
        let metadata: Metadata = serde_json::from_slice(&header[8..])
            .map_err(|error| format(format!("its safetensors header is unreadable: {error}")))?;
        let data_start = header.len() as u64;
        let mut tensors = BTreeMap::new();
        for (name, info) in metadata.tensors() {
            let (from, to) = info.data_offsets;
            // Sizes of a few tensors without bytes may add up to more than there are numbers.
            let end = data_start.saturating_add(to as u64);
            if from > to || end > length {
                return Err(WeightError::Tensor {
                    path: path.to_owned(),
                    name,
                    reason: format!("it ends at byte {end}, the file ends at {length}"),
                });
            }
            tensors.insert(
                name,
                StoredTensor {
                    shape: info.shape.clone(),
                    place: Place::Safetensors {
                        dtype: info.dtype,
                        start: data_start + from as u64,
                        end,
                    },
                },
            );
        }
        let metadata = metadata
            .metadata()
            .as_ref()
            .map(|entries| entries.clone().into_iter().collect())
            .unwrap_or_default();
        Ok(Self {
            path: path.to_owned(),
            embedded: None,
            tensors,
            metadata,
        })
    }

    fn open_pytorch(path: &Path) -> Result<Self, WeightError> {
        let reader = CHECKPOINT_KEYS
            .iter()
            .find_map(|key| {
                PytorchReader::with_top_level_key(path, key)
                    .ok()
                    .filter(|reader| !reader.is_empty())
            })
            .map_or_else(|| PytorchReader::new(path), Ok)
            .map_err(|error| WeightError::Format {
                path: path.to_owned(),
                reason: format!("neither safetensors nor a PyTorch checkpoint ({error})"),
            })?;
        if reader.is_empty() {
            return Err(WeightError::Format {
                path: path.to_owned(),
                reason: "it is a PyTorch file without tensors".to_owned(),
            });
        }
        let tensors = reader
            .into_tensors()
            .into_iter()
            .map(|(name, tensor)| {
                let shape = tensor.shape().to_vec();
                let place = Place::Pytorch(tensor);
                (name, StoredTensor { shape, place })
            })
            .collect();
        Ok(Self {
            path: path.to_owned(),
            embedded: None,
            tensors,
            metadata: BTreeMap::new(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, StoredTensor> {
        &self.tensors
    }

    /// Free text stored beside the tensors (safetensors only).
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Reads one tensor, converted to f32.
    ///
    /// # Errors
    /// When there is no such tensor, its bytes cannot be read, or its elements are not floats.
    pub fn read_f32(&self, name: &str) -> Result<Vec<f32>, WeightError> {
        let failed = |reason: String| WeightError::Tensor {
            path: self.path.clone(),
            name: name.to_owned(),
            reason,
        };
        let tensor = self
            .tensors
            .get(name)
            .ok_or_else(|| failed("there is no such tensor".to_owned()))?;
        let bytes = match &tensor.place {
            Place::Pytorch(tensor) => tensor.read().map_err(|error| failed(error.to_string()))?,
            Place::Safetensors { start, end, .. } => self
                .read_range(*start, *end)
                .map_err(|error| failed(error.to_string()))?,
        };
        let values = match tensor.element_type().as_str() {
            "f32" => decode(&bytes, f32::from_le_bytes),
            "f16" => decode(&bytes, |raw| f16::from_le_bytes(raw).to_f32()),
            "bf16" => decode(&bytes, |raw| bf16::from_le_bytes(raw).to_f32()),
            "f64" => decode(&bytes, |raw| f64::from_le_bytes(raw) as f32),
            other => return Err(failed(format!("its elements are {other}, not floats"))),
        };
        let expected = tensor.shape.iter().product::<usize>();
        if values.len() == expected {
            Ok(values)
        } else {
            Err(failed(format!(
                "it holds {} values, its shape {:?} wants {expected}",
                values.len(),
                tensor.shape
            )))
        }
    }

    fn read_range(&self, start: u64, end: u64) -> std::io::Result<Vec<u8>> {
        if let Some(content) = self.embedded {
            let range = content.get(start as usize..end as usize);
            return range
                .map(<[u8]>::to_vec)
                .ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0_u8; (end - start) as usize];
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn decode<const N: usize>(bytes: &[u8], convert: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes
        .as_chunks::<N>()
        .0
        .iter()
        .map(|raw| convert(*raw))
        .collect()
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
