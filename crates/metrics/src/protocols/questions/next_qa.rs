//! NExT-QA, multiple choice: accuracy by kind of question.
//!
//! Source: Xiao et al., CVPR 2021, and its `eval_mc.py`.

use crate::accuracy::Accuracy;
use crate::error::MetricsError;

/// The kind of a question, as the column `type` gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextQaKind {
    /// `CW`: why.
    CausalWhy,
    /// `CH`: how.
    CausalHow,
    /// `TN`: what comes next, and `TP`: what came before. They are reported together.
    TemporalBeforeOrAfter,
    /// `TC`: what happens meanwhile.
    TemporalCurrent,
    /// `DC`: how many.
    DescriptiveCount,
    /// `DL`: where.
    DescriptiveLocation,
    /// `DO`: other.
    DescriptiveOther,
}

impl NextQaKind {
    const ALL: [Self; 7] = [
        Self::CausalWhy,
        Self::CausalHow,
        Self::TemporalBeforeOrAfter,
        Self::TemporalCurrent,
        Self::DescriptiveCount,
        Self::DescriptiveLocation,
        Self::DescriptiveOther,
    ];

    /// The kind of a code in the data set's files; `None` for an unknown one.
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "CW" => Self::CausalWhy,
            "CH" => Self::CausalHow,
            "TN" | "TP" => Self::TemporalBeforeOrAfter,
            "TC" => Self::TemporalCurrent,
            "DC" => Self::DescriptiveCount,
            "DL" => Self::DescriptiveLocation,
            "DO" => Self::DescriptiveOther,
            _ => return None,
        })
    }
}

/// The figures of NExT-QA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextQaReport {
    by_kind: [Accuracy; NextQaKind::ALL.len()],
}

impl NextQaReport {
    /// Questions of one kind.
    pub fn kind(&self, kind: NextQaKind) -> Accuracy {
        let counts = NextQaKind::ALL.iter().zip(self.by_kind);
        let same = counts.filter(|&(&other, _)| other == kind);
        same.map(|(_, accuracy)| accuracy)
            .fold(Accuracy::default(), Accuracy::plus)
    }

    /// `Acc@C`: why and how.
    pub fn causal(&self) -> Accuracy {
        self.kind(NextQaKind::CausalWhy)
            .plus(self.kind(NextQaKind::CausalHow))
    }

    /// `Acc@T`: before, after and meanwhile.
    pub fn temporal(&self) -> Accuracy {
        self.kind(NextQaKind::TemporalBeforeOrAfter)
            .plus(self.kind(NextQaKind::TemporalCurrent))
    }

    /// `Acc@D`: how many, where and other.
    pub fn descriptive(&self) -> Accuracy {
        self.kind(NextQaKind::DescriptiveCount)
            .plus(self.kind(NextQaKind::DescriptiveLocation))
            .plus(self.kind(NextQaKind::DescriptiveOther))
    }

    /// All questions, each of one weight.
    pub fn all(&self) -> Accuracy {
        self.causal().plus(self.temporal()).plus(self.descriptive())
    }
}

/// Collects the questions of NExT-QA.
#[derive(Debug, Clone, Copy, Default)]
pub struct NextQaFold {
    by_kind: [Accuracy; NextQaKind::ALL.len()],
}

impl NextQaFold {
    /// Adds a question.
    pub fn push(&mut self, kind: NextQaKind, is_right: bool) {
        let counts = NextQaKind::ALL.iter().zip(&mut self.by_kind);
        for (_, accuracy) in counts.filter(|(other, _)| **other == kind) {
            accuracy.push(is_right);
        }
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        for (accuracy, more) in self.by_kind.iter_mut().zip(other.by_kind) {
            *accuracy = accuracy.plus(more);
        }
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no question.
    pub fn finish(&self) -> Result<NextQaReport, MetricsError> {
        let report = NextQaReport {
            by_kind: self.by_kind,
        };
        if report.all().all == 0 {
            return Err(MetricsError::NoSamples);
        }
        Ok(report)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn next_and_previous_are_one_kind() {
        let mut fold = NextQaFold::default();
        assert!(fold.finish().is_err());
        for (code, is_right) in [("TN", true), ("TP", false), ("TC", true), ("DO", true)] {
            fold.push(NextQaKind::from_code(code).unwrap(), is_right);
        }
        let mut other = NextQaFold::default();
        other.push(NextQaKind::CausalWhy, false);
        fold.merge(&other);
        let report = fold.finish().unwrap();
        let kind = report.kind(NextQaKind::TemporalBeforeOrAfter);
        assert_eq!(kind.share(), Some(0.5));
        assert_eq!(report.temporal(), Accuracy { right: 2, all: 3 });
        assert_eq!(report.all(), Accuracy { right: 3, all: 5 });
        assert_eq!(report.kind(NextQaKind::CausalHow).share(), None);
        assert_eq!(NextQaKind::from_code("XX"), None);
    }
}
