//! Weights as bfloat16: half the memory, and products in half precision where the processor has instructions for them.
//!
//! In: a part of the model. Out: the same with the weights of linear layers rounded, where nearly all products are. What
//! layers hand on, and the sums of products, stay f32; convolutions, norms and embeddings stay as they are.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{DType, Tensor},
};
use tubelet_kernels::Precision;
use tubelet_nn::Linear;

/// Rounds the weights.
pub(crate) fn round_weights<M: Module>(module: M) -> M {
    module.map(&mut Rounding::default())
}

/// The precision that a layer's weight asks for, for the attention between such layers.
pub(crate) fn precision_of(layer: &Linear) -> Precision {
    if layer.weight.val().dtype() == DType::BF16 {
        Precision::Half
    } else {
        Precision::Single
    }
}

/// Knows where in the module it is.
#[derive(Default)]
struct Rounding {
    /// The field and the type that holds it, from the root on.
    path: Vec<(String, String)>,
}

impl ModuleMapper for Rounding {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.push((name.to_owned(), container_type.to_owned()));
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_weight = self
            .path
            .last()
            .is_some_and(|(field, holder)| field == "weight" && holder == "Struct:Linear");
        if is_weight {
            parameter.map(|weight| weight.cast(DType::BF16))
        } else {
            parameter
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::{module::ModuleVisitor, tensor::Device};
    use tubelet_nn::{Conv2dConfig, LayerNormConfig, LinearConfig};

    use super::*;

    #[derive(Module, Debug)]
    struct Part {
        layers: Vec<Linear>,
        window: tubelet_nn::Conv2d,
        norm: tubelet_nn::LayerNorm,
    }

    #[derive(Default)]
    struct Rounded(usize, usize);

    impl ModuleVisitor for Rounded {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            if parameter.val().dtype() == DType::BF16 {
                self.0 += 1;
            } else {
                self.1 += 1;
            }
        }
    }

    #[test]
    fn only_weights_of_products_are_rounded() {
        let device = Device::flex();
        let part = Part {
            layers: vec![LinearConfig::new(4, 8).init(&device)],
            window: Conv2dConfig::new([4, 4], 3).init(&device),
            norm: LayerNormConfig::new(4, 1e-6).init(&device),
        };
        assert_eq!(precision_of(&part.layers[0]), Precision::Single);
        let part = round_weights(part);
        assert_eq!(precision_of(&part.layers[0]), Precision::Half);
        let mut rounded = Rounded::default();
        part.visit(&mut rounded);
        assert_eq!((rounded.0, rounded.1), (1, 5));
    }
}
