//! Puts an adapter's additions into a model's weights, or takes them out again.
//!
//! In: a model and an adapter. Out: another model; weights that no addition concerns are shared with the first. In
//! bfloat16 the sum is rounded, so that the exact way back is to keep the first model.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::Tensor,
};

use super::low_rank::Adapter;

/// The module with `sign` times each addition in its weights.
pub(crate) fn with_additions<M: Module>(module: M, adapter: &Adapter, sign: f64) -> M {
    module.map(&mut Merging {
        adapter,
        sign,
        path: Vec::new(),
    })
}

struct Merging<'a> {
    adapter: &'a Adapter,
    sign: f64,
    path: Vec<String>,
}

impl ModuleMapper for Merging<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.join(".");
        let pair = path
            .strip_suffix(".weight")
            .and_then(|name| self.adapter.find(name));
        let Some(pair) = pair else {
            return parameter;
        };
        let scale = self.sign * self.adapter.config().scale();
        let addition = pair.product().without_autodiff().mul_scalar(scale);
        parameter.map(|weight| {
            let (dtype, shape) = (weight.dtype(), weight.dims());
            let sum =
                weight.without_autodiff().cast(burn::tensor::DType::F32) + addition.reshape(shape);
            sum.cast(dtype)
        })
    }
}
