//! Shares of right answers.

/// Counts answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accuracy {
    /// Right answers.
    pub right: usize,
    /// All answers.
    pub all: usize,
}

impl Accuracy {
    /// Adds an answer.
    pub fn push(&mut self, is_right: bool) {
        self.right += usize::from(is_right);
        self.all += 1;
    }

    /// Both counts together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            right: self.right + other.right,
            all: self.all + other.all,
        }
    }

    /// The share of right answers; `None` where there was none.
    pub fn share(self) -> Option<f64> {
        (self.all > 0).then(|| self.right as f64 / self.all as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up() {
        let mut accuracy = Accuracy::default();
        assert_eq!(accuracy.share(), None);
        accuracy.push(true);
        accuracy.push(false);
        let more = Accuracy { right: 2, all: 2 };
        assert_eq!(accuracy.plus(more).share(), Some(0.75));
    }
}
