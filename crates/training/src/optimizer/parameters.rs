//! The float parameters of a module in a fixed order, by name and as flat vectors.
//!
//! In: any module. Out: names, shapes and values; and the module with other values. Identities that the framework draws at
//! random play no part, so names mean the same in every run.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::Tensor,
};

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterInfo {
    /// Dotted path in the module.
    pub name: String,
    /// Sizes by dimension.
    pub shape: Vec<usize>,
    /// Name of the type of the struct that holds it.
    pub holder: String,
}

impl ParameterInfo {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Last part of the name.
    pub fn field(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }
}

/// All parameters of a module, in the order in which it holds them.
pub fn parameters<M: Module>(module: &M) -> Vec<ParameterInfo> {
    let mut lister = Lister::default();
    module.visit(&mut lister);
    lister.found
}

/// All values, one flat vector for each parameter, outside autodiff.
pub fn values<M: Module>(module: &M) -> Vec<Tensor<1>> {
    let mut reader = Reader::default();
    module.visit(&mut reader);
    reader.found
}

/// The module with other values, given in the order of [`parameters`]. Parameters keep their autodiff state.
///
/// # Panics
/// Where a vector has another length than its parameter, or where there are too few.
pub fn with_values<M: Module>(module: M, values: Vec<Tensor<1>>) -> M {
    let mut writer = Writer {
        values: values.into_iter(),
    };
    module.map(&mut writer)
}

/// The module with those parameters, in the order of [`parameters`], that `wanted` names wanting gradients and the others not:
/// what only leads to the others then costs no backward pass. Without autodiff nothing changes.
pub(crate) fn wanting_gradients<M: Module>(module: M, wanted: &[bool]) -> M {
    let mut chooser = Chooser {
        wanted: wanted.iter(),
    };
    module.map(&mut chooser)
}

#[derive(Default)]
struct Lister {
    path: Vec<String>,
    holders: Vec<String>,
    found: Vec<ParameterInfo>,
}

impl ModuleVisitor for Lister {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push(name.to_owned());
        self.holders.push(container.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
        self.holders.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let holder = self
            .holders
            .iter()
            .rev()
            .find_map(|holder| holder.strip_prefix("Struct:"));
        self.found.push(ParameterInfo {
            name: self.path.join("."),
            shape: param.lazy_shape().to_vec(),
            holder: holder.unwrap_or_default().to_owned(),
        });
    }
}

#[derive(Default)]
struct Reader {
    found: Vec<Tensor<1>>,
}

impl ModuleVisitor for Reader {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val().without_autodiff();
        let length = value.shape().num_elements();
        self.found.push(value.reshape([length]));
    }
}

struct Writer {
    values: std::vec::IntoIter<Tensor<1>>,
}

impl ModuleMapper for Writer {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, old, mapper) = param.consume();
        let value = self.values.next().map_or_else(
            || panic!("fewer values than parameters"),
            |value| value.reshape(old.shape()),
        );
        let value = if old.is_autodiff() {
            value.autodiff().set_require_grad(old.is_require_grad())
        } else {
            value
        };
        Param::from_mapped_value(id, value, mapper)
    }
}

struct Chooser<'a> {
    wanted: std::slice::Iter<'a, bool>,
}

impl ModuleMapper for Chooser<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_wanted = self.wanted.next().copied().unwrap_or(true);
        let (id, value, mapper) = param.consume();
        let value = if value.is_autodiff() {
            value.detach().set_require_grad(is_wanted)
        } else {
            value
        };
        Param::from_mapped_value(id, value, mapper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use tubelet_nn::{LayerNormConfig, Linear, LinearConfig};

    #[derive(Module, Debug)]
    struct Pair {
        first: Linear,
        norms: Vec<tubelet_nn::LayerNorm>,
    }

    fn pair(device: &Device) -> Pair {
        Pair {
            first: LinearConfig::new(2, 3).init(device),
            norms: vec![LayerNormConfig::new(3, 1e-5).init(device)],
        }
    }

    #[test]
    fn parameters_have_paths_shapes_and_the_type_that_holds_them() {
        let found = parameters(&pair(&Device::default()));
        let names: Vec<_> = found.iter().map(|info| info.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "first.weight",
                "first.bias",
                "norms.0.weight",
                "norms.0.bias"
            ]
        );
        assert_eq!(found[0].shape, [3, 2]);
        assert_eq!(
            (found[0].holder.as_str(), found[2].holder.as_str()),
            ("Linear", "LayerNorm")
        );
        assert_eq!(found[1].field(), "bias");
    }

    #[test]
    fn values_that_are_written_are_read_back_and_still_want_gradients() {
        let module = pair(&Device::default().autodiff());
        let doubled: Vec<_> = values(&module)
            .into_iter()
            .map(|value| value.mul_scalar(2.0))
            .collect();
        let numbers = |values: Vec<Tensor<1>>| -> Vec<f32> {
            values
                .into_iter()
                .flat_map(|value| value.into_data().iter::<f32>().collect::<Vec<_>>())
                .collect()
        };
        let module = with_values(module, doubled.clone());
        assert_eq!(numbers(values(&module)), numbers(doubled));
        assert!(module.first.weight.val().is_require_grad());
    }

    #[test]
    fn parameters_that_want_no_gradient_keep_their_values_and_stay_so_when_values_change() {
        let module = pair(&Device::default().autodiff());
        let before = values(&module);
        let module = wanting_gradients(module, &[false, true, true, true]);
        let module = with_values(module, before);
        assert!(!module.first.weight.val().is_require_grad());
        let bias = module.first.bias.as_ref().unwrap().val();
        assert!(bias.is_require_grad());
        let input = Tensor::<2>::ones([1, 2], &Device::default().autodiff());
        let gradients = module.first.forward(input).sum().backward();
        assert!(module.first.weight.val().grad(&gradients).is_none());
        assert!(bias.grad(&gradients).is_some());
    }
}
