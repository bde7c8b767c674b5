//! Files of weights, with their readers.

use std::{fs, path::Path};

use tubelet_nn::{WeightFile, WeightShards};

use super::{
    archive::{archive, entry},
    target::{Target, put},
};

/// Safetensors with f32, and with the types that models are published in.
pub(super) const ADAPTER: &[u8] =
    include_bytes!("../../../../qwen-vl/tests/golden/adapter/adapter_model.safetensors");
const LINEAR: &[u8] = include_bytes!("../../../../nn/tests/data/linear.pt");
const VIEWS: &[u8] = include_bytes!("../../../../nn/tests/data/views.pt");
const LEGACY: &[u8] = include_bytes!("../../../../nn/tests/data/legacy.pt");

pub(super) fn targets() -> Vec<Target> {
    let pickle = entry(VIEWS, "data.pkl").unwrap().to_vec();
    let index = r#"{"metadata": {"total_size": 24}, "weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#;
    vec![
        Target::new(
            "weights",
            "model.safetensors",
            vec![ADAPTER.to_vec(), mixed()],
            reads,
        ),
        Target::new(
            "weights",
            "checkpoint.pt",
            vec![LINEAR.to_vec(), VIEWS.to_vec(), LEGACY.to_vec()],
            reads,
        ),
        Target::new("weights", "data.pkl", vec![pickle], |path| {
            let pickle = fs::read(path).unwrap();
            let checkpoint = path.with_file_name("whole.pt");
            fs::write(&checkpoint, repacked(&pickle)).unwrap();
            reads(&checkpoint)
        }),
        Target::new(
            "weights",
            "model.safetensors.index.json",
            vec![index.as_bytes().to_vec()],
            |path| {
                for (place, name) in [("model-1.safetensors", "a"), ("model-2.safetensors", "b")] {
                    put(&path.with_file_name(place), &one(name, "F32", 3));
                }
                is_read_in_parts(path.parent().unwrap())
            },
        ),
    ]
}

/// The checkpoint with another description of its tensors.
fn repacked(pickle: &[u8]) -> Vec<u8> {
    let names = [
        "views/byteorder",
        "views/version",
        "views/data/0",
        "views/data/1",
        "views/data/2",
        "views/data/3",
        "views/data/4",
    ];
    let mut entries = vec![("views/data.pkl", pickle)];
    entries.extend(names.map(|name| (name, entry(VIEWS, name).unwrap())));
    archive(&entries)
}

/// Whether every tensor of a file can be read.
fn reads(path: &Path) -> bool {
    let Ok(file) = WeightFile::open(path) else {
        return false;
    };
    let names = file.tensors().iter();
    let read: Vec<bool> = names
        .map(|(name, tensor)| {
            let is_float = tensor.element_type().contains('f');
            !is_float || file.read_f32(name).is_ok()
        })
        .collect();
    !read.contains(&false)
}

/// Whether every tensor of a folder can be mapped.
fn is_read_in_parts(folder: &Path) -> bool {
    let Ok(shards) = WeightShards::open(folder, "model") else {
        return false;
    };
    let names: Vec<String> = shards.tensors().map(|(name, _)| name.to_owned()).collect();
    names.iter().all(|name| shards.data(name).is_ok())
}

/// Safetensors with one tensor of zeros.
fn one(name: &str, element: &str, count: usize) -> Vec<u8> {
    let width = if element == "F32" { 4 } else { 2 };
    let end = count * width;
    let header = format!(
        r#"{{"__metadata__":{{"format":"pt"}},"{name}":{{"dtype":"{element}","shape":[{count}],"data_offsets":[0,{end}]}}}}"#
    );
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &vec![0; end]].concat()
}

/// Safetensors with several types of elements.
fn mixed() -> Vec<u8> {
    let header = r#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[2,2],"data_offsets":[16,24]},"c":{"dtype":"F16","shape":[1,3],"data_offsets":[24,30]},"d":{"dtype":"I64","shape":[],"data_offsets":[30,38]},"e":{"dtype":"F32","shape":[0,7],"data_offsets":[38,38]},"f":{"dtype":"BOOL","shape":[2],"data_offsets":[38,40]}}"#;
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &[7; 40]].concat()
}
