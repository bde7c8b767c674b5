//! CLEVRER: questions about colliding objects.
//!
//! Descriptive questions have one answer; all others list statements that are each right or wrong. Source: Yi et al.,
//! ICLR 2020.

use crate::accuracy::Accuracy;
use crate::error::MetricsError;

/// The kind of a question with statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClevrerKind {
    /// What was responsible.
    Explanatory,
    /// What will happen.
    Predictive,
    /// What would have happened.
    Counterfactual,
}

/// A statement: what is true of it, and what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JudgedOption {
    /// Whether the statement is right.
    pub truth: bool,
    /// Whether it was said to be.
    pub prediction: bool,
}

/// Accuracies of questions with statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OptionAccuracy {
    /// Statements that were judged rightly.
    pub options: Accuracy,
    /// Questions all of whose statements were.
    pub questions: Accuracy,
}

impl OptionAccuracy {
    fn plus(self, other: Self) -> Self {
        Self {
            options: self.options.plus(other.options),
            questions: self.questions.plus(other.questions),
        }
    }
}

/// The figures of CLEVRER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClevrerReport {
    /// Descriptive questions.
    pub descriptive: Accuracy,
    /// Explanatory questions.
    pub explanatory: OptionAccuracy,
    /// Predictive questions.
    pub predictive: OptionAccuracy,
    /// Counterfactual questions.
    pub counterfactual: OptionAccuracy,
}

/// Collects the questions of CLEVRER.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClevrerFold {
    report: ClevrerReport,
}

impl ClevrerFold {
    /// Adds a descriptive question. Its answer is right where it is the same word.
    pub fn push_descriptive(&mut self, is_right: bool) {
        self.report.descriptive.push(is_right);
    }

    /// Adds a question with its statements.
    ///
    /// # Errors
    /// [`MetricsError::NoOptions`] where it has none.
    pub fn push_options(
        &mut self,
        kind: ClevrerKind,
        options: &[JudgedOption],
    ) -> Result<(), MetricsError> {
        if options.is_empty() {
            return Err(MetricsError::NoOptions);
        }
        let accuracy = match kind {
            ClevrerKind::Explanatory => &mut self.report.explanatory,
            ClevrerKind::Predictive => &mut self.report.predictive,
            ClevrerKind::Counterfactual => &mut self.report.counterfactual,
        };
        let is_right = |option: &JudgedOption| option.truth == option.prediction;
        for option in options {
            accuracy.options.push(is_right(option));
        }
        accuracy.questions.push(options.iter().all(is_right));
        Ok(())
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        let (report, more) = (&mut self.report, &other.report);
        report.descriptive = report.descriptive.plus(more.descriptive);
        report.explanatory = report.explanatory.plus(more.explanatory);
        report.predictive = report.predictive.plus(more.predictive);
        report.counterfactual = report.counterfactual.plus(more.counterfactual);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no question.
    pub fn finish(&self) -> Result<ClevrerReport, MetricsError> {
        if self.report == ClevrerReport::default() {
            return Err(MetricsError::NoSamples);
        }
        Ok(self.report)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_right_where_all_its_statements_are() {
        let option = |truth, prediction| JudgedOption { truth, prediction };
        let (mut fold, mut rest) = (ClevrerFold::default(), ClevrerFold::default());
        assert_eq!(fold.finish(), Err(MetricsError::NoSamples));
        let kind = ClevrerKind::Predictive;
        fold.push_options(kind, &[option(true, true), option(false, true)])
            .unwrap();
        rest.push_options(kind, &[option(false, false)]).unwrap();
        rest.push_descriptive(false);
        assert_eq!(rest.push_options(kind, &[]), Err(MetricsError::NoOptions));
        fold.merge(&rest);
        let report = fold.finish().unwrap();
        assert_eq!(report.predictive.options, Accuracy { right: 2, all: 3 });
        assert_eq!(report.predictive.questions, Accuracy { right: 1, all: 2 });
        assert_eq!(report.descriptive, Accuracy { right: 0, all: 1 });
        assert_eq!(report.explanatory.options.share(), None);
    }
}
