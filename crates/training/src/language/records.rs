//! What is logged of a run on questions.
//!
//! In: numbers. Out: lines of the log, and curves.

use serde_json::{Value, json};
use tubelet_datasets::QuestionKind;

use crate::{
    log::{LogRecord, logged_number},
    plot::{NamedValue, Plotted},
};

/// What happened in a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuestionStep {
    /// Number, from 0.
    pub step: usize,
    /// Mean cross entropy of the answers' tokens.
    pub loss: f64,
    /// Learning rate.
    pub rate: f64,
    /// Length of the gradient before it was shortened.
    pub gradient_norm: f64,
    /// Seconds the step took.
    pub seconds: f64,
    /// Seconds of those spent waiting for clips.
    pub waited: f64,
    /// Whether the weights were left alone because something was not finite.
    pub skipped: bool,
}

/// Right answers to questions about clips that are never trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuestionScores {
    /// Steps taken before.
    pub step: usize,
    /// Of all questions.
    pub all: AnswerScore,
    /// By kind, in the order of [`QuestionKind::ALL`].
    pub by_kind: [AnswerScore; QuestionKind::ALL.len()],
    /// Seconds the evaluation took.
    pub seconds: f64,
}

/// How many answers are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerScore {
    /// Questions asked.
    pub asked: usize,
    /// Answered right.
    pub right: usize,
    /// Answered right by whoever sees nothing and always gives the kind's most frequent answer.
    pub blind: usize,
}

impl AnswerScore {
    /// Share of right answers.
    pub fn share(self) -> f64 {
        self.right as f64 / self.asked.max(1) as f64
    }

    /// Share of right answers without looking.
    pub fn blind_share(self) -> f64 {
        self.blind as f64 / self.asked.max(1) as f64
    }

    fn value(self) -> Value {
        json!([self.asked, self.right, self.blind])
    }

    fn from_value(value: &Value) -> Option<Self> {
        let number = |index: usize| Some(value.get(index)?.as_u64()? as usize);
        Some(Self {
            asked: number(0)?,
            right: number(1)?,
            blind: number(2)?,
        })
    }
}

impl LogRecord for QuestionStep {
    fn step(&self) -> usize {
        self.step
    }

    fn value(&self) -> Value {
        json!({
            "step": self.step, "loss": self.loss, "rate": self.rate, "gradient_norm": self.gradient_norm,
            "seconds": self.seconds, "waited": self.waited, "skipped": self.skipped,
        })
    }

    fn from_value(value: &Value) -> Option<Self> {
        let number = |key: &str| logged_number(value, key);
        Some(Self {
            step: value.get("step")?.as_u64()? as usize,
            loss: number("loss")?,
            rate: number("rate")?,
            gradient_norm: number("gradient_norm")?,
            seconds: number("seconds")?,
            waited: number("waited")?,
            skipped: value.get("skipped")?.as_bool()?,
        })
    }
}

impl LogRecord for QuestionScores {
    fn step(&self) -> usize {
        self.step
    }

    fn value(&self) -> Value {
        let mut value = json!({
            "step": self.step, "all": self.all.value(), "seconds": self.seconds,
        });
        for (kind, score) in QuestionKind::ALL.into_iter().zip(self.by_kind) {
            value[kind.name()] = score.value();
        }
        value
    }

    fn from_value(value: &Value) -> Option<Self> {
        let mut by_kind = [AnswerScore::default(); QuestionKind::ALL.len()];
        for (kind, score) in QuestionKind::ALL.into_iter().zip(&mut by_kind) {
            // A log that is older than a kind says nothing of it.
            if let Some(value) = value.get(kind.name()) {
                *score = AnswerScore::from_value(value)?;
            }
        }
        Some(Self {
            step: value.get("step")?.as_u64()? as usize,
            all: AnswerScore::from_value(value.get("all")?)?,
            by_kind,
            seconds: value.get("seconds")?.as_f64()?,
        })
    }
}

impl Plotted for QuestionStep {
    const TITLE: &'static str = "Cross entropy of an answer's token (mean over steps)";

    fn curves() -> Vec<NamedValue<Self>> {
        vec![("loss", |record| record.loss)]
    }
}

impl Plotted for QuestionScores {
    const TITLE: &'static str = "Right answers to held-out questions";

    fn curves() -> Vec<NamedValue<Self>> {
        vec![
            ("colour", |record| record.by_kind[0].share()),
            ("shape", |record| record.by_kind[1].share()),
            ("direction", |record| record.by_kind[2].share()),
            ("count", |record| record.by_kind[3].share()),
            ("order", |record| record.by_kind[4].share()),
            ("presence", |record| record.by_kind[5].share()),
            ("description", |record| record.by_kind[6].share()),
            ("all", |record| record.all.share()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_from_their_lines() {
        let step = QuestionStep {
            step: 3,
            loss: 0.5,
            rate: 1e-3,
            gradient_norm: 2.0,
            seconds: 0.25,
            waited: 0.0,
            skipped: false,
        };
        assert_eq!(QuestionStep::from_value(&step.value()), Some(step));
        let score = |right| AnswerScore {
            asked: 10,
            right,
            blind: 2,
        };
        let scores = QuestionScores {
            step: 4,
            all: score(9),
            by_kind: [1, 2, 3, 4, 5, 6, 7].map(score),
            seconds: 1.5,
        };
        assert_eq!(QuestionScores::from_value(&scores.value()), Some(scores));
    }
}
