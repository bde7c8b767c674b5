//! Large matrices of a model folder lie in the mapped file, and are no copies of it.
#![cfg(target_os = "linux")]

use std::{fs, ops::Range};

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{DType, Device, Tensor},
};
use tubelet_qwen_vl::{QwenVl, WeightType};

use crate::golden::folder;

/// Counts parameters in bfloat16 and those of them whose memory is part of the file.
struct Seeking {
    mappings: Vec<Range<usize>>,
    stored: usize,
    inside: usize,
}

impl ModuleMapper for Seeking {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, device) = (parameter.id, parameter.lazy_device());
        // A tensor that nothing else refers to gives its memory back as it is.
        let data = parameter.into_value().into_data();
        let dtype = data.dtype();
        if dtype == DType::BF16 {
            let first = data.as_bytes().as_ptr().addr();
            let is_inside = self.mappings.iter().any(|part| part.contains(&first));
            self.stored += 1;
            self.inside += usize::from(is_inside);
        }
        Param::initialized(id, Tensor::from_data(data, (&device, dtype)))
    }
}

/// Where the system has mapped the weights of the tiny folder into this process.
fn mappings() -> Vec<Range<usize>> {
    let all = fs::read_to_string("/proc/self/maps").unwrap();
    let lines = all
        .lines()
        .filter(|line| line.ends_with("golden/model/model.safetensors"));
    let number = |text: &str| usize::from_str_radix(text, 16).unwrap();
    let range = |line: &str| {
        let (start, rest) = line.split_once('-').unwrap();
        number(start)..number(rest.split_once(' ').unwrap().0)
    };
    lines.map(range).collect()
}

fn sought(weights: WeightType) -> [usize; 2] {
    let path = folder().join("model");
    let model = QwenVl::load(&path, weights, &Device::default()).unwrap();
    let mut seeking = Seeking {
        mappings: mappings(),
        stored: 0,
        inside: 0,
    };
    let _ = model.map(&mut seeking);
    [seeking.stored, seeking.inside]
}

#[test]
fn matrices_as_stored_lie_in_the_file() {
    let [stored, inside] = sought(WeightType::Stored);
    assert!(stored > 30, "{stored} matrices");
    assert_eq!(inside, stored);
    let [stored, _] = sought(WeightType::Single);
    assert_eq!(stored, 0);
}
