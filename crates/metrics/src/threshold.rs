//! Shares of values beyond thresholds: recall at an overlap, precision at K, success rates.

/// Whether a value that equals the threshold has reached it. Official evaluators do not agree on this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Strictly above (`>`).
    Above,
    /// On it or above (`>=`).
    AtLeast,
}

impl Comparison {
    /// Whether a value has reached a threshold; what is not a number has not.
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Above => value > threshold,
            Self::AtLeast => value >= threshold,
        }
    }
}

/// The share of values that reached one threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThresholdShare {
    /// The threshold.
    pub threshold: f64,
    /// The share, from 0 to 1.
    pub share: f64,
}

/// Counts how many values reach each of some thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdFold {
    comparison: Comparison,
    reached: Vec<(f64, usize)>,
    values: usize,
}

impl ThresholdFold {
    /// A fold before its first value.
    pub fn new(comparison: Comparison, thresholds: &[f64]) -> Self {
        Self {
            comparison,
            reached: thresholds.iter().map(|&threshold| (threshold, 0)).collect(),
            values: 0,
        }
    }

    /// Adds a value.
    pub fn push(&mut self, value: f64) {
        self.values += 1;
        for (threshold, reached) in &mut self.reached {
            *reached += usize::from(self.comparison.holds(value, *threshold));
        }
    }

    /// Adds what another part of the evaluation collected with the same thresholds.
    pub fn merge(&mut self, other: &Self) {
        self.values += other.values;
        for ((_, reached), (_, more)) in self.reached.iter_mut().zip(&other.reached) {
            *reached += more;
        }
    }

    /// How a value on the threshold counts.
    pub fn comparison(&self) -> Comparison {
        self.comparison
    }

    /// How many values there were.
    pub fn values(&self) -> usize {
        self.values
    }

    /// The shares, in the order of the thresholds; not a number where there were no values.
    pub fn shares(&self) -> Vec<ThresholdShare> {
        let share = |&(threshold, reached): &(f64, usize)| ThresholdShare {
            threshold,
            share: reached as f64 / self.values as f64,
        };
        self.reached.iter().map(share).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_the_threshold_counts_where_asked() {
        let shares = |comparison| {
            let mut fold = ThresholdFold::new(comparison, &[0.3, 0.5]);
            for value in [0.5, 0.3, 0.9, f64::NAN] {
                fold.push(value);
            }
            let shares: Vec<f64> = fold.shares().iter().map(|share| share.share).collect();
            shares
        };
        assert_eq!(shares(Comparison::Above), [0.5, 0.25]);
        assert_eq!(shares(Comparison::AtLeast), [0.75, 0.5]);
    }

    #[test]
    fn parts_merge_into_the_whole() {
        let fold = |values: &[f64]| {
            let mut fold = ThresholdFold::new(Comparison::Above, &[0.5]);
            for &value in values {
                fold.push(value);
            }
            fold
        };
        let mut part = fold(&[0.1, 0.7]);
        part.merge(&fold(&[0.9]));
        assert_eq!(part, fold(&[0.1, 0.7, 0.9]));
    }
}
