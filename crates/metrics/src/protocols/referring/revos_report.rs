//! ReVOS over all expressions: by class, and overall.
//!
//! Source: VISA's `tools/eval_revos.py`.

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::protocols::referring::revos::RevosScores;
use crate::rounding::percent_with_two_decimals;

/// The class of an expression (`type_id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevosClass {
    /// 0: it names what can be seen.
    Referring,
    /// 1: it takes reasoning to know what is meant.
    Reasoning,
    /// 2: what it means is not in the video. Left out of the published table.
    NonExistent,
}

/// Whether the scores of each expression are rounded before they are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RevosRounding {
    /// They are not.
    #[default]
    Exact,
    /// To a percentage with two decimals, as the official code and that of Sa2VA do before they average.
    TwoDecimals,
}

/// The figures of ReVOS, from 0 to 1; `None` for a class without expressions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RevosReport {
    /// Means over the referring expressions.
    pub referring: Option<RevosScores>,
    /// Means over the reasoning expressions.
    pub reasoning: Option<RevosScores>,
    /// The mean of both classes, each of one weight whatever its size; `None` unless both have expressions.
    pub overall: Option<RevosScores>,
    /// Means over the expressions without object.
    pub non_existent: Option<RevosScores>,
    /// Expressions without any prediction, which count as 0.
    pub missing: usize,
}

impl RevosScores {
    /// J&F: the mean of both.
    pub fn region_and_boundary_mean(&self) -> f64 {
        f64::midpoint(self.region, self.boundary)
    }

    const NOTHING: Self = Self {
        region: 0.0,
        boundary: 0.0,
        accuracy: 0.0,
        robustness: 0.0,
    };

    fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self {
            region: change(self.region),
            boundary: change(self.boundary),
            accuracy: change(self.accuracy),
            robustness: change(self.robustness),
        }
    }

    fn midpoint(self, other: Self) -> Self {
        Self {
            region: f64::midpoint(self.region, other.region),
            boundary: f64::midpoint(self.boundary, other.boundary),
            accuracy: f64::midpoint(self.accuracy, other.accuracy),
            robustness: f64::midpoint(self.robustness, other.robustness),
        }
    }
}

/// Collects the expressions of ReVOS.
#[derive(Debug, Clone, Default)]
pub struct RevosFold {
    rounding: RevosRounding,
    referring: ClassMean,
    reasoning: ClassMean,
    non_existent: ClassMean,
    missing: usize,
}

impl RevosFold {
    /// A fold before its first expression.
    pub fn new(rounding: RevosRounding) -> Self {
        Self {
            rounding,
            ..Self::default()
        }
    }

    /// Adds an expression.
    pub fn push(&mut self, class: RevosClass, scores: &RevosScores) {
        let scores = match self.rounding {
            RevosRounding::Exact => *scores,
            RevosRounding::TwoDecimals => {
                scores.map(|share| percent_with_two_decimals(share) / 100.0)
            }
        };
        match class {
            RevosClass::Referring => self.referring.push(scores),
            RevosClass::Reasoning => self.reasoning.push(scores),
            RevosClass::NonExistent => self.non_existent.push(scores),
        }
    }

    /// Adds an expression whose prediction is missing or damaged: all its scores are 0.
    pub fn push_missing(&mut self, class: RevosClass) {
        self.missing += 1;
        self.push(class, &RevosScores::NOTHING);
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.referring.merge(&other.referring);
        self.reasoning.merge(&other.reasoning);
        self.non_existent.merge(&other.non_existent);
        self.missing += other.missing;
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no expression of any class.
    pub fn finish(&self) -> Result<RevosReport, MetricsError> {
        let (referring, reasoning) = (self.referring.value(), self.reasoning.value());
        let non_existent = self.non_existent.value();
        if referring.or(reasoning).or(non_existent).is_none() {
            return Err(MetricsError::NoSamples);
        }
        Ok(RevosReport {
            referring,
            reasoning,
            overall: referring
                .zip(reasoning)
                .map(|(referring, reasoning)| referring.midpoint(reasoning)),
            non_existent,
            missing: self.missing,
        })
    }
}

#[derive(Debug, Clone, Default)]
struct ClassMean {
    expressions: usize,
    region: Mean,
    boundary: Mean,
    accuracy: Mean,
    robustness: Mean,
}

impl ClassMean {
    fn push(&mut self, scores: RevosScores) {
        self.expressions += 1;
        self.region.push(scores.region);
        self.boundary.push(scores.boundary);
        self.accuracy.push(scores.accuracy);
        self.robustness.push(scores.robustness);
    }

    fn merge(&mut self, other: &Self) {
        self.expressions += other.expressions;
        self.region.merge(other.region);
        self.boundary.merge(other.boundary);
        self.accuracy.merge(other.accuracy);
        self.robustness.merge(other.robustness);
    }

    fn value(&self) -> Option<RevosScores> {
        (self.expressions > 0).then(|| RevosScores {
            region: self.region.value(),
            boundary: self.boundary.value(),
            accuracy: self.accuracy.value(),
            robustness: self.robustness.value(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn scores(region: f64) -> RevosScores {
        RevosScores {
            region,
            boundary: 1.0,
            accuracy: 0.5,
            robustness: 0.0,
        }
    }

    #[test]
    fn overall_is_the_mean_of_the_classes() {
        let (mut first, mut second) = (RevosFold::default(), RevosFold::default());
        first.push(RevosClass::Referring, &scores(1.0));
        first.push(RevosClass::Reasoning, &scores(0.25));
        second.push(RevosClass::Reasoning, &scores(0.75));
        second.push_missing(RevosClass::Reasoning);
        second.push(RevosClass::NonExistent, &scores(0.0));
        first.merge(&second);
        let report = first.finish().unwrap();
        assert_eq!(report.reasoning.unwrap().region, 1.0 / 3.0);
        let overall = report.overall.unwrap();
        assert_eq!(overall.region, 2.0 / 3.0);
        assert_eq!(
            overall.region_and_boundary_mean(),
            f64::midpoint(2.0 / 3.0, 5.0 / 6.0)
        );
        assert_eq!(
            (report.missing, report.non_existent.unwrap().region),
            (1, 0.0)
        );
    }

    #[test]
    fn expressions_are_rounded_where_asked() {
        let mut fold = RevosFold::new(RevosRounding::TwoDecimals);
        assert!(fold.finish().is_err());
        fold.push(RevosClass::Referring, &scores(1.0 / 3.0));
        let report = fold.finish().unwrap();
        assert_eq!(report.referring.unwrap().region, 0.3333);
        assert_eq!(report.overall, None);
    }
}
