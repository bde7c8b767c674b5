//! A mean that skips what is not a number.

/// Sum and count of the values so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    pub(crate) fn push(&mut self, value: f64) {
        if !value.is_nan() {
            self.sum += value;
            self.count += 1;
        }
    }

    /// Adds what another part of the same evaluation collected.
    pub(crate) fn merge(&mut self, other: Self) {
        self.sum += other.sum;
        self.count += other.count;
    }

    /// The mean; NaN where there is no value.
    pub(crate) fn value(self) -> f64 {
        self.sum / self.count as f64
    }
}
