//! Attention as kernels: of separate queries, keys and values, and of the three packed together.

use burn_flex::FlexTensor;

use super::super::gemm::Target;
use super::super::memory::{tensor, unwritten};
use super::super::view::{dimensions, numbers};
use super::few;
use super::heads::{Heads, all_heads, tensor_of_heads};
use super::passes::{Attended, Scoring};
use crate::extension::{Kernel, Outcome};

/// Inputs: `query`, `key`, `value`, each `[batch, heads, tokens, channels]`.
#[derive(Clone, Debug)]
pub(crate) struct Attention(pub Scoring);

impl Kernel for Attention {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let [query, key, value] = [0, 1, 2].map(|index| Heads::new(&inputs[index]));
        let [batch, heads, queries, _] = query.shape;
        let all = [&query, &key, &value];
        if !keep && few::fits(all) {
            let output = few::forward(self.0, all);
            return Outcome {
                output: tensor_of_heads(output, [batch, heads, queries, value.shape[3]]),
                saved: Vec::new(),
            };
        }
        let Attended { output, logarithms } = self.0.forward(all);
        let output = tensor_of_heads(output, [batch, heads, queries, value.shape[3]]);
        let mut saved = Vec::new();
        if keep {
            saved.extend_from_slice(inputs);
            saved.extend([output.clone(), tensor(logarithms, [batch * heads, queries])]);
        }
        Outcome { output, saved }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let [query, key, value, output] = [0, 1, 2, 3].map(|index| Heads::new(&saved[index]));
        if value.shape.contains(&0) {
            let zeros = |of: &Heads| tensor(vec![0.0; of.shape.iter().product()], of.shape);
            return [query, key, value]
                .iter()
                .map(|of| Some(zeros(of)))
                .collect();
        }
        let mut results = [
            unwritten(query.shape.iter().product()),
            vec![0.0; key.shape.iter().product()],
            vec![0.0; value.shape.iter().product()],
        ];
        let shapes = [query.shape, key.shape, value.shape];
        let [query_data, key_data, value_data] = &mut results;
        self.0.backward(
            [&query, &key, &value],
            [&output, &Heads::new(&gradient)],
            numbers(&saved[4]),
            [
                all_heads(query_data, shapes[0]),
                all_heads(key_data, shapes[1]),
                all_heads(value_data, shapes[2]),
            ],
        );
        results
            .into_iter()
            .zip(shapes)
            .zip(wanted)
            .map(|((data, shape), wanted)| wanted.then(|| tensor_of_heads(data, shape)))
            .collect()
    }
}

/// Input: `[batch, tokens, 3 · heads · channels]`: all queries of a token, then its keys, then its values.
#[derive(Clone, Debug)]
pub(crate) struct PackedAttention {
    /// Attention heads.
    pub heads: usize,
    /// How scores are made.
    pub scoring: Scoring,
}

impl Kernel for PackedAttention {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let [query, key, value] = self.parts(&inputs[0]);
        let [batch, heads, tokens, channels] = query.shape;
        let Attended { output, logarithms } = self.scoring.forward([&query, &key, &value]);
        let output = tensor(output, [batch, tokens, heads * channels]);
        let saved = if keep {
            let logarithms = tensor(logarithms, [batch * heads, tokens]);
            vec![inputs[0].clone(), output.clone(), logarithms]
        } else {
            Vec::new()
        };
        Outcome { output, saved }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        _wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let [query, key, value] = self.parts(&saved[0]);
        let [batch, heads, tokens, channels] = query.shape;
        let (rows, width) = (batch * tokens, heads * channels);
        let mut result = vec![0.0; rows * 3 * width];
        let all = Target::dense(&mut result, [rows, 3 * width]);
        let whole = |tensor: &FlexTensor| Heads::of_tokens(tensor, heads, [0, 1]);
        self.scoring.backward(
            [&query, &key, &value],
            [&whole(&saved[1]), &whole(&gradient)],
            numbers(&saved[2]),
            [0, 1, 2].map(|part| all.part(0..rows, part * width..(part + 1) * width)),
        );
        vec![Some(tensor(result, dimensions(&saved[0]).to_vec()))]
    }
}

impl PackedAttention {
    fn parts(&self, packed: &FlexTensor) -> [Heads; 3] {
        [0, 1, 2].map(|part| Heads::of_tokens(packed, self.heads, [part, 3]))
    }
}
