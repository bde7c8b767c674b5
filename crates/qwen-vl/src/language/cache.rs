//! Keys and values of the tokens read so far: what a conversation remembers, owned by the caller.
//!
//! In: keys and values of new tokens, layer by layer. Out: those of all tokens. Room is made ahead, so that a token costs
//! no copy of those before it.

use burn::tensor::Tensor;

/// Fewest tokens that room is made for.
const SMALLEST_ROOM: usize = 256;

/// Keys and values of every layer. Empty at first; it grows with every call that is given it.
#[derive(Clone, Debug, Default)]
pub struct KeyValueCache {
    layers: Vec<LayerCache>,
    tokens: usize,
    next: i64,
}

impl KeyValueCache {
    /// A cache that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tokens seen.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Rotary position of the next token, were it text.
    pub fn next_position(&self) -> i64 {
        self.next
    }

    /// Forgets all but the first `tokens`, after which `next` is the next position, so that a common beginning is read once
    /// and continued in several ways.
    pub fn truncate(&mut self, tokens: usize, next: i64) {
        self.tokens = self.tokens.min(tokens);
        self.next = next;
        for layer in &mut self.layers {
            layer.tokens = layer.tokens.min(tokens);
        }
    }

    /// The cache of a batch in which each sequence is there `times` over, one after the other: a beginning that is read once
    /// and continued in several ways at once.
    pub fn repeated(&self, times: usize) -> Self {
        Self {
            layers: self
                .layers
                .iter()
                .map(|layer| layer.repeated(times))
                .collect(),
            ..*self
        }
    }

    /// The part of one layer.
    pub(crate) fn layer(&mut self, index: usize) -> &mut LayerCache {
        if self.layers.len() <= index {
            self.layers.resize_with(index + 1, LayerCache::default);
        }
        &mut self.layers[index]
    }

    /// Counts tokens that every layer has been given.
    pub(crate) fn advance(&mut self, tokens: usize, next: i64) {
        self.tokens += tokens;
        self.next = next;
    }
}

/// Keys and values of one layer.
#[derive(Clone, Debug, Default)]
pub(crate) struct LayerCache {
    tokens: usize,
    /// `[batch, heads, room, channels]`, keys and values.
    rooms: Option<[Tensor<4>; 2]>,
}

impl LayerCache {
    /// Takes the keys and values of new tokens and returns those of all.
    ///
    /// # Shapes
    /// - `new`: `[batch, heads, tokens, channels]`, keys and values
    /// - output: `[batch, heads, all tokens, channels]`, keys and values
    pub(crate) fn extend(&mut self, new: [Tensor<4>; 2]) -> [Tensor<4>; 2] {
        let [_, _, added, _] = new[0].dims();
        let before = self.tokens;
        self.tokens += added;
        if new[0].is_autodiff() {
            return self.joined(new);
        }
        let rooms = match self.rooms.take() {
            Some(rooms) => rooms.map(|room| enlarged(room, before, self.tokens)),
            None => new.each_ref().map(|new| empty_like(new, self.tokens)),
        };
        let [keys, values] = rooms;
        let [new_keys, new_values] = new;
        let filled = [(keys, new_keys), (values, new_values)].map(|(room, new)| {
            let [batch, heads, _, channels] = room.dims();
            room.slice_assign(
                [0..batch, 0..heads, before..before + added, 0..channels],
                new,
            )
        });
        let all = filled
            .each_ref()
            .map(|room| room.clone().narrow(2, 0, self.tokens));
        self.rooms = Some(filled);
        all
    }
}

impl LayerCache {
    /// [`LayerCache::extend`] where gradients are wanted: what is part of a graph is not written into.
    fn joined(&mut self, new: [Tensor<4>; 2]) -> [Tensor<4>; 2] {
        let all = match self.rooms.take() {
            None => new,
            Some([keys, values]) => {
                let [new_keys, new_values] = new;
                let before = self.tokens - new_keys.dims()[2];
                [(keys, new_keys), (values, new_values)]
                    .map(|(old, new)| Tensor::cat(vec![old.narrow(2, 0, before), new], 2))
            }
        };
        self.rooms = Some(all.clone());
        all
    }

    fn repeated(&self, times: usize) -> Self {
        let repeat = |room: Tensor<4>| {
            let [batch, heads, _, channels] = room.dims();
            room.narrow(2, 0, self.tokens)
                .unsqueeze_dim::<5>(1)
                .repeat_dim(1, times)
                .reshape([batch * times, heads, self.tokens, channels])
        };
        Self {
            tokens: self.tokens,
            rooms: self.rooms.clone().map(|rooms| rooms.map(repeat)),
        }
    }
}

fn empty_like(example: &Tensor<4>, tokens: usize) -> Tensor<4> {
    let [batch, heads, _, channels] = example.dims();
    let room = tokens.next_multiple_of(SMALLEST_ROOM);
    Tensor::zeros(
        [batch, heads, room, channels],
        (&example.device(), example.dtype()),
    )
}

/// A room for `tokens`, at least doubled where it is too small.
fn enlarged(room: Tensor<4>, used: usize, tokens: usize) -> Tensor<4> {
    let [batch, heads, present, channels] = room.dims();
    if tokens <= present {
        return room;
    }
    let larger = empty_like(&room, tokens.max(2 * present));
    let places = [0..batch, 0..heads, 0..used, 0..channels];
    larger.slice_assign(places, room.narrow(2, 0, used))
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};

    use super::*;

    #[test]
    fn tokens_given_one_by_one_are_the_same_as_given_at_once() {
        let device = Device::default();
        let all = Tensor::<4>::random([2, 3, 700, 4], Distribution::Default, &device);
        let mut cache = KeyValueCache::new();
        let mut start = 0;
        for count in [1, 300, 2, 1, 396] {
            let new = all.clone().narrow(2, start, count);
            start += count;
            let [keys, values] = cache.layer(0).extend([new.clone(), new.mul_scalar(2.0)]);
            cache.advance(count, start as i64);
            let expected = all.clone().narrow(2, 0, start);
            keys.into_data()
                .assert_eq(&expected.clone().into_data(), true);
            values
                .into_data()
                .assert_eq(&expected.mul_scalar(2.0).into_data(), true);
        }
        assert_eq!(cache.tokens(), 700);
    }

    #[test]
    fn a_token_costs_no_copy_of_those_before_it() {
        let device = Device::default();
        let mut cache = LayerCache::default();
        let new = |tokens| [0, 1].map(|_| Tensor::<4>::ones([1, 8, tokens, 128], &device));
        drop(cache.extend(new(30_000)));
        let start = std::time::Instant::now();
        for _ in 0..150 {
            drop(cache.extend(new(1)));
        }
        // Copies would move 250 MB for each of the tokens.
        let seconds = start.elapsed().as_secs_f64();
        assert!(seconds < 2.0, "{seconds} s");
    }

    #[test]
    fn a_repeated_cache_goes_on_in_several_ways_at_once() {
        let device = Device::default();
        let random = |shape| Tensor::<4>::random(shape, Distribution::Default, &device);
        let (all, new) = (random([2, 3, 5, 4]), random([6, 3, 1, 4]));
        let twice = |keys: Tensor<4>| [keys.clone(), keys.mul_scalar(2.0)];
        let mut cache = KeyValueCache::new();
        drop(cache.layer(0).extend(twice(all.clone().narrow(2, 0, 4))));
        cache.advance(4, 9);
        let mut several = cache.repeated(3);
        assert_eq!((several.tokens(), several.next_position()), (4, 9));
        let found = several.layer(0).extend(twice(new.clone()));
        for sequence in 0..6 {
            let before = all.clone().narrow(0, sequence / 3, 1).narrow(2, 0, 4);
            let own = new.clone().narrow(0, sequence, 1);
            let expected = twice(Tensor::cat(vec![before, own], 2));
            for (found, expected) in found.iter().zip(expected) {
                let found = found.clone().narrow(0, sequence, 1);
                found.into_data().assert_eq(&expected.into_data(), true);
            }
        }
        // The one that was repeated goes its own way.
        let last = all.clone().narrow(2, 4, 1);
        let [keys, _] = cache.layer(0).extend(twice(last));
        keys.into_data().assert_eq(&all.into_data(), true);
    }

    #[test]
    fn a_truncated_cache_goes_on_from_there() {
        let device = Device::default();
        let all = Tensor::<4>::random([1, 1, 8, 2], Distribution::Default, &device);
        let mut cache = KeyValueCache::new();
        let both = |start, count| {
            let part = all.clone().narrow(2, start, count);
            [part.clone(), part]
        };
        cache.layer(0).extend(both(0, 6));
        cache.advance(6, 6);
        cache.truncate(2, 2);
        let [keys, _] = cache.layer(0).extend(both(2, 1));
        keys.into_data()
            .assert_eq(&all.narrow(2, 0, 3).into_data(), true);
    }
}
