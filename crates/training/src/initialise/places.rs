//! Places to begin with: how prompts and image find each other before anything is learnt.
//!
//! In: a parameter and its fresh value. Out: the value with some frequencies of the positional encoding kept free of everything
//! else, and with heads that read them: an image token knows whether it lies right of or below a corner, and how near it is to a
//! click; a prompt looks at the pixels around it. What image tokens find out so is carried in a few more channels, and mask
//! tokens look where it says inside. Nothing is drawn here, and training is free to change all of it.

use std::ops::Range;

use crate::optimizer::parameters::ParameterInfo;

/// Slowest frequency, in turns per half image. The others are its odd multiples: weighted, their sines make a step.
const SLOWEST: f32 = 0.125;
/// How much one side of a corner agrees more than the other, before the attention's scale.
const RAMP: f32 = 18.0;
/// How much one frequency agrees at no distance, before the attention's scale.
const BUMP: f32 = 3.0;
/// Size of what labels and mask tokens say in the carrying channels: the object lies right of and below a top left corner and at a
/// click on it, and not so at the opposites.
const SIDE: f32 = 2.0;
/// The same of mask tokens, which look for it.
const INSIDE: f32 = 1.0;

/// Layers that write into image or tokens: not into the channels of places.
const WRITERS: [&str; 6] = [
    "neck.laterals.2.weight",
    "neck.laterals.3.weight",
    "attention.output.weight",
    "token.output.weight",
    "token_to_image.output.weight",
    "prompt_encoder.mask.output.weight",
];
/// Vectors that are added to image or tokens.
const VECTORS: [&str; 7] = [
    "recall.no_memory",
    "prompt_encoder.no_mask",
    "prompt_encoder.not_a_point",
    "prompt_encoder.points",
    "mask_decoder.mask_tokens",
    "mask_decoder.presence_token",
    "mask_decoder.quality_token",
];

/// What a head of an attention between prompts and image agrees about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agreement {
    /// Being right of (0) or below (1) the key.
    Beyond(usize),
    /// Being near, among frequencies that begin with this one.
    Near(usize),
    /// Being inside.
    Inside,
}

/// What the first heads of pixels that look at tokens agree about.
const IMAGE_HEADS: [Agreement; 3] = [
    Agreement::Beyond(0),
    Agreement::Beyond(1),
    Agreement::Near(0),
];

/// Which channels hold places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Places {
    channels: usize,
    heads: usize,
}

impl Places {
    /// `channels` of tokens, `heads` of the mask decoder's attentions in half as many channels.
    pub(super) fn new(channels: usize, heads: usize) -> Self {
        Self { channels, heads }
    }

    /// Gives a fresh value its places.
    pub(super) fn arrange(self, info: &ParameterInfo, value: &mut [f32]) {
        let name = info.name.as_str();
        if name == "prompt_encoder.frequencies.frequencies" {
            self.arrange_frequencies(value);
        }
        let contracts = name.ends_with("contract.weight") && !name.contains("memory_encoder.");
        let writes = contracts || WRITERS.iter().any(|end| name.ends_with(end));
        if writes && !name.contains("trunk.") {
            let inputs = value.len() / self.channels;
            for channel in self.reserved() {
                value[channel * inputs..][..inputs].fill(0.0);
            }
        }
        if VECTORS.iter().any(|start| name.starts_with(start)) {
            self.arrange_vectors(name, value);
        }
        if name.ends_with("layers.0.token_to_token.value.weight")
            || name.ends_with("layers.0.token_to_token.output.weight")
        {
            self.arrange_identity(value);
        }
        if name.contains("image_to_token") {
            self.arrange_carrying(name, value);
        }
        self.arrange_heads(name, value);
    }

    /// Frequencies of one axis, and pairs of channels in a head.
    fn per_axis(self) -> usize {
        self.channels / (4 * self.heads)
    }

    /// Channels of the sine of a frequency and of its cosine.
    fn pair(self, axis: usize, number: usize) -> [usize; 2] {
        let frequency = axis * self.per_axis() + number;
        [frequency, self.channels / 2 + frequency]
    }

    /// Channels that hold what image tokens find out: as many as a head has.
    fn carriers(self) -> Range<usize> {
        2 * self.per_axis()..4 * self.per_axis()
    }

    /// Channels of places, and those that carry.
    fn reserved(self) -> impl Iterator<Item = usize> {
        let sines = 0..2 * self.per_axis();
        let half = self.channels / 2;
        let cosines = sines.clone().map(move |sine| half + sine);
        sines.chain(cosines).chain(self.carriers())
    }

    fn arrange_frequencies(self, value: &mut [f32]) {
        let half = self.channels / 2;
        for axis in 0..2 {
            for number in 0..self.per_axis() {
                let [column, _] = self.pair(axis, number);
                value[axis * half + column] = SLOWEST * odd(number);
                value[(1 - axis) * half + column] = 0.0;
            }
        }
    }

    /// Labels are background, foreground, top left, bottom right.
    fn arrange_vectors(self, name: &str, value: &mut [f32]) {
        for (number, vector) in value.chunks_exact_mut(self.channels).enumerate() {
            for channel in self.reserved() {
                vector[channel] = 0.0;
            }
            let carried = if name.starts_with("prompt_encoder.points") {
                [-SIDE, SIDE, SIDE, -SIDE].get(number).copied()
            } else if name == "mask_decoder.mask_tokens" {
                Some(INSIDE)
            } else {
                None
            };
            if let Some(carried) = carried {
                vector[self.carriers()].fill(carried);
            }
        }
    }

    fn arrange_identity(self, value: &mut [f32]) {
        value.fill(0.0);
        for channel in 0..self.channels {
            value[channel * (self.channels + 1)] = 1.0;
        }
    }

    /// The heads that agree about places carry from token to image what the carrying channels say, and the other heads do not.
    fn arrange_carrying(self, name: &str, value: &mut [f32]) {
        let (size, inner) = (2 * self.per_axis(), self.channels / 2);
        let carrying = IMAGE_HEADS.len().min(self.heads);
        let rows = (0..carrying)
            .flat_map(|head| self.carriers().enumerate().map(move |pair| (head, pair)));
        if name.ends_with(".value.weight") {
            value[..carrying * size * self.channels].fill(0.0);
            for (head, (number, channel)) in rows {
                value[(head * size + number) * self.channels + channel] = 1.0;
            }
        } else if name.ends_with(".output.weight") {
            for channel in self.reserved() {
                value[channel * inner..][..inner].fill(0.0);
            }
            for (head, (number, channel)) in rows {
                value[channel * inner + head * size + number] = 1.0;
            }
        }
    }

    fn arrange_heads(self, name: &str, value: &mut [f32]) {
        let is_key = name.ends_with(".key.weight");
        if !name.starts_with("mask_decoder.") || !(is_key || name.ends_with(".query.weight")) {
            return;
        }
        let of_tokens = [
            Agreement::Near(0),
            Agreement::Near(self.per_axis() / 2),
            Agreement::Inside,
        ];
        let agreements = if name.contains("image_to_token") {
            IMAGE_HEADS
        } else if name.contains("token_to_image") || name.contains("last_attention") {
            of_tokens
        } else {
            return;
        };
        let rows = 2 * self.per_axis();
        let heads = value.chunks_exact_mut(rows * self.channels);
        for (head, agreement) in heads.zip(&agreements) {
            head.fill(0.0);
            match *agreement {
                Agreement::Beyond(axis) => self.arrange_beyond(axis, is_key, head),
                Agreement::Near(first) => self.arrange_near(first, head),
                Agreement::Inside => {
                    for (row, channel) in self.carriers().enumerate() {
                        head[row * self.channels + channel] = 1.0;
                    }
                }
            }
        }
    }

    /// `sin(query − key)` of every frequency: the query is turned by nothing, the key by a quarter.
    fn arrange_beyond(self, axis: usize, is_key: bool, head: &mut [f32]) {
        for number in 0..self.per_axis() {
            let size = (RAMP / odd(number)).sqrt();
            let [sine, cosine] = self.pair(axis, number);
            let [first, second] = [2 * number, 2 * number + 1].map(|row| row * self.channels);
            if is_key {
                head[first + cosine] = size;
                head[second + sine] = -size;
            } else {
                head[first + sine] = size;
                head[second + cosine] = size;
            }
        }
    }

    /// `cos(query − key)` of half the frequencies of both axes, from `first` on.
    fn arrange_near(self, first: usize, head: &mut [f32]) {
        let numbers: Range<usize> = first..first + self.per_axis() / 2;
        let pairs = (0..2).flat_map(|axis| numbers.clone().map(move |number| (axis, number)));
        for (place, (axis, number)) in pairs.enumerate() {
            for (row, channel) in self.pair(axis, number).into_iter().enumerate() {
                head[(2 * place + row) * self.channels + channel] = BUMP.sqrt();
            }
        }
    }
}

fn odd(number: usize) -> f32 {
    (2 * number + 1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: Places = Places {
        channels: 96,
        heads: 4,
    };

    fn arranged(name: &str, shape: [usize; 2], fresh: f32) -> Vec<f32> {
        let info = ParameterInfo {
            name: name.to_owned(),
            shape: shape.to_vec(),
            holder: String::new(),
        };
        let mut value = vec![fresh; shape[0] * shape[1]];
        PLACES.arrange(&info, &mut value);
        value
    }

    /// The positional encoding of a point, in fractions of the image.
    fn encoded(frequencies: &[f32], [x, y]: [f32; 2]) -> Vec<f32> {
        let angles: Vec<f32> = (0..48)
            .map(|column| {
                let turns = (2.0 * x - 1.0) * frequencies[column]
                    + (2.0 * y - 1.0) * frequencies[48 + column];
                turns * std::f32::consts::TAU
            })
            .collect();
        let sines = angles.iter().map(|angle| angle.sin());
        sines
            .chain(angles.iter().map(|angle| angle.cos()))
            .collect()
    }

    /// How much a head of an attention agrees about a query and a key.
    fn agreement(attention: &str, head: usize, [query, key]: [[f32; 2]; 2]) -> f32 {
        let frequencies = arranged("prompt_encoder.frequencies.frequencies", [2, 48], 1.0);
        let projected = |part: &str, point| {
            let name = format!("mask_decoder.transformer.layers.0.{attention}.{part}.weight");
            let weight = arranged(&name, [48, 96], 0.0);
            let encoded = encoded(&frequencies, point);
            let rows = weight.chunks_exact(96).skip(12 * head).take(12);
            rows.map(|row| row.iter().zip(&encoded).map(|(a, b)| a * b).sum())
                .collect::<Vec<f32>>()
        };
        let (query, key) = (projected("query", query), projected("key", key));
        query.iter().zip(&key).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn pixels_know_on_which_side_of_a_corner_they_lie() {
        let corner = [0.4, 0.6];
        for (head, axis) in [(0, 0), (1, 1)] {
            for distance in [-0.35, -0.1, 0.1, 0.35] {
                let mut pixel = [0.8, 0.2];
                pixel[axis] = corner[axis] + distance;
                let agreed = agreement("image_to_token", head, [pixel, corner]);
                let expected = RAMP * std::f32::consts::FRAC_PI_4 * distance.signum();
                assert!(
                    (agreed - expected).abs() < 0.2 * expected.abs(),
                    "{agreed} at {distance}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn pixels_and_prompts_know_when_they_are_near() {
        for (attention, head) in [
            ("image_to_token", 2),
            ("token_to_image", 0),
            ("token_to_image", 1),
        ] {
            let at = |point| agreement(attention, head, [point, [0.3, 0.7]]);
            let most = at([0.3, 0.7]);
            assert!((most - 6.0 * BUMP).abs() < 1e-3, "{most}");
            for far in [[0.6, 0.7], [0.3, 0.4], [0.9, 0.1]] {
                assert!(at(far) < 0.7 * most, "{attention} {head}: {}", at(far));
            }
        }
    }

    #[test]
    fn layers_and_vectors_write_nothing_where_places_are_kept() {
        let reserved: Vec<usize> = PLACES.reserved().collect();
        assert_eq!(reserved.len(), 36);
        let layer = arranged("recall.attention.layers.1.contract.weight", [96, 256], 1.0);
        let vectors = arranged("mask_decoder.presence_token", [1, 96], 1.0);
        for channel in 0..96 {
            let expected = if reserved.contains(&channel) {
                0.0
            } else {
                1.0
            };
            assert!(layer[256 * channel..][..256].iter().all(|x| *x == expected));
            assert!(vectors.chunks(96).all(|vector| vector[channel] == expected));
        }
    }

    #[test]
    fn labels_say_on_which_side_and_pixels_carry_it() {
        let labels = arranged("prompt_encoder.points.0", [4, 96], 1.0);
        let block = "mask_decoder.transformer.layers.1.image_to_token";
        let value = arranged(&format!("{block}.value.weight"), [48, 96], 0.0);
        let output = arranged(&format!("{block}.output.weight"), [96, 48], 0.0);
        let product = |rows: &[f32], vector: &[f32]| -> Vec<f32> {
            let rows = rows.chunks_exact(vector.len());
            rows.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
                .collect()
        };
        for (label, side) in [(0, -SIDE), (1, SIDE), (2, SIDE), (3, -SIDE)] {
            let carried = product(&output, &product(&value, &labels[96 * label..][..96]));
            for (channel, carried) in carried.into_iter().enumerate() {
                let carries = PLACES.carriers().contains(&channel);
                assert_eq!(carried, if carries { 3.0 * side } else { 0.0 });
            }
        }
    }
}
