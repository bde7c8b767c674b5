//! Sizes of one call, and the division of heads and blocks of queries among threads.

use std::ops::Range;

use rayon::prelude::*;

use super::super::gemm::Target;
use super::super::memory::with_scratch;
use super::super::simd::Level;
use super::super::sums::add_in_place;
use super::heads::Heads;
use super::scores::{QUERIES, Sight};

/// Sizes and threads of one call.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub level: Level,
    pub batch: usize,
    pub heads: usize,
    pub key_heads: usize,
    pub queries: usize,
    pub keys: usize,
    pub causal: bool,
    threads: usize,
}

/// One block of queries.
pub(super) struct Place {
    /// Index of the query head.
    pub head: usize,
    /// The queries.
    pub queries: Range<usize>,
    /// Which keys they see.
    pub sight: Sight,
}

impl Plan {
    pub(super) fn new(query: &Heads, key: &Heads, causal: bool) -> Self {
        let [batch, heads, queries, _] = query.shape;
        let [_, key_heads, keys, _] = key.shape;
        Self {
            level: Level::current(),
            batch,
            heads,
            key_heads,
            queries,
            keys,
            causal,
            threads: rayon::current_num_threads(),
        }
    }

    /// The same at another level.
    pub(super) fn at(self, level: Level) -> Self {
        Self { level, ..self }
    }

    fn group(self) -> usize {
        self.heads / self.key_heads.max(1)
    }

    /// Number of blocks of queries that share a head of keys.
    pub(super) fn blocks(self) -> usize {
        self.group() * self.queries.div_ceil(QUERIES)
    }

    /// A block of queries.
    pub(super) fn place(self, key_head: usize, block: usize) -> Place {
        let in_head = self.queries.div_ceil(QUERIES);
        let start = block % in_head * QUERIES;
        let first = start as i64 + 1 + self.keys as i64 - self.queries as i64;
        Place {
            head: key_head * self.group() + block / in_head,
            queries: start..self.queries.min(start + QUERIES),
            sight: Sight {
                first: self.causal.then_some(first),
            },
        }
    }

    /// Runs `body(batch, key_head, threads)` for every head of keys: side by side where there are enough of them,
    /// else one after the other with all threads inside.
    pub(super) fn each_key_head(self, body: impl Fn(usize, usize, usize) + Sync) {
        let units = self.batch * self.key_heads;
        if units >= self.threads {
            (0..units)
                .into_par_iter()
                .for_each(|unit| body(unit / self.key_heads, unit % self.key_heads, 1));
        } else {
            for unit in 0..units {
                body(unit / self.key_heads, unit % self.key_heads, self.threads);
            }
        }
    }
}

/// Runs `body` for every index, on this many threads.
pub(super) fn each(count: usize, threads: usize, body: impl Fn(usize) + Sync + Send) {
    if threads == 1 {
        (0..count).for_each(body);
    } else {
        (0..count).into_par_iter().for_each(body);
    }
}

/// Where the gradients of one head's keys and values are added up.
#[derive(Clone, Copy)]
pub(super) struct Sums<'a> {
    /// Keys by channels.
    pub key: Target<'a>,
    /// Keys by value channels.
    pub value: Target<'a>,
}

impl Sums<'_> {
    /// Runs `body` once for each slot with sums of its own, and adds them up in order.
    pub(super) fn in_slots(
        self,
        level: Level,
        slots: usize,
        body: impl Fn(usize, Sums) + Sync + Send,
    ) {
        if slots == 1 {
            body(0, self);
            return;
        }
        let keys = self.key.rows();
        let (channels, value_channels) = (self.key.columns(), self.value.columns());
        let length = keys * (channels + value_channels);
        with_scratch(slots * length, |data| {
            data.fill(0.0);
            data.par_chunks_mut(length.max(1))
                .enumerate()
                .for_each(|(slot, data)| {
                    let (key, value) = data.split_at_mut(keys * channels);
                    let sums = Sums {
                        key: Target::dense(key, [keys, channels]),
                        value: Target::dense(value, [keys, value_channels]),
                    };
                    body(slot, sums);
                });
            for data in data.chunks_exact(length.max(1)) {
                let (key, value) = data.split_at(keys * channels);
                add_rows(level, key, self.key);
                add_rows(level, value, self.value);
            }
        });
    }
}

fn add_rows(level: Level, data: &[f32], target: Target) {
    let columns = target.columns();
    for (row, data) in data.chunks_exact(columns.max(1)).enumerate() {
        // SAFETY: the target belongs to this head, whose threads have all returned.
        let out = unsafe { target.row(row, 0, columns) };
        add_in_place(level, data, out);
    }
}
