//! Video-MME: four options, by the length of the video.
//!
//! Source: Fu et al., CVPR 2025, and its `eval_your_results.py`.

use crate::accuracy::Accuracy;
use crate::error::MetricsError;

/// The length of a video, as the benchmark's files name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DurationClass {
    /// Below two minutes.
    Short,
    /// From four to fifteen minutes.
    Medium,
    /// From half an hour to an hour.
    Long,
}

/// How the letter of an option is found in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LetterSearch {
    /// Known beginnings such as "Best answer:" are taken off first.
    #[default]
    Intended,
    /// As in the official code, which means to do so but has lost two commas: it does not know four of the beginnings,
    /// and reads "Best answer: C" as B.
    Official,
}

/// What responses begin with.
const BEGINNINGS: [&str; 4] = [
    "The best answer is",
    "The correct answer is",
    "The answer is",
    "The answer",
];
/// What they begin with too, but the official code does not see.
const OVERLOOKED_BEGINNINGS: [&str; 4] = [
    "The best option is",
    "The correct option is",
    "Best answer:",
    "Best option:",
];

/// The first capital letter from A to D in a response; `None` where it has none, which counts as no answer.
pub fn answer_letter(response: &str, search: LetterSearch) -> Option<char> {
    let mut rest = response.trim().to_owned();
    let overlooked = match search {
        LetterSearch::Intended => OVERLOOKED_BEGINNINGS.as_slice(),
        LetterSearch::Official => &[],
    };
    for beginning in BEGINNINGS.iter().chain(overlooked) {
        rest = rest.replace(beginning, "");
    }
    rest.chars().find(|letter| ('A'..='D').contains(letter))
}

/// Answers of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnsweredAccuracy {
    /// All questions; one without an answer is wrong.
    pub questions: Accuracy,
    /// Questions with an answer. The official code reports the share of these that are right.
    pub answered: Accuracy,
}

impl AnsweredAccuracy {
    fn plus(self, other: Self) -> Self {
        Self {
            questions: self.questions.plus(other.questions),
            answered: self.answered.plus(other.answered),
        }
    }
}

/// The figures of Video-MME.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VideoMmeReport {
    /// Short videos.
    pub short: AnsweredAccuracy,
    /// Medium videos.
    pub medium: AnsweredAccuracy,
    /// Long videos.
    pub long: AnsweredAccuracy,
}

impl VideoMmeReport {
    /// All videos, each question of one weight.
    pub fn overall(&self) -> AnsweredAccuracy {
        self.short.plus(self.medium).plus(self.long)
    }
}

/// Collects the questions of Video-MME.
#[derive(Debug, Clone, Copy, Default)]
pub struct VideoMmeFold {
    report: VideoMmeReport,
}

impl VideoMmeFold {
    /// Adds a question: the letter of the right option, and the letter that was found in the response.
    pub fn push(&mut self, class: DurationClass, answer: char, response: Option<char>) {
        let accuracy = match class {
            DurationClass::Short => &mut self.report.short,
            DurationClass::Medium => &mut self.report.medium,
            DurationClass::Long => &mut self.report.long,
        };
        accuracy.questions.push(response == Some(answer));
        if let Some(letter) = response {
            accuracy.answered.push(letter == answer);
        }
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        let (report, more) = (&mut self.report, &other.report);
        report.short = report.short.plus(more.short);
        report.medium = report.medium.plus(more.medium);
        report.long = report.long.plus(more.long);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no question.
    pub fn finish(&self) -> Result<VideoMmeReport, MetricsError> {
        if self.report.overall().questions.all == 0 {
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
    fn the_first_letter_after_the_beginning_is_the_answer() {
        let cases = [
            ("C. Berries.", Some('C')),
            ("  The answer is (B).", Some('B')),
            ("I cannot tell.", None),
            ("The best answer is Apples, so D", Some('A')),
            ("", None),
        ];
        for (response, expected) in cases {
            for search in [LetterSearch::Intended, LetterSearch::Official] {
                assert_eq!(answer_letter(response, search), expected, "{response}");
            }
        }
        let response = "Best answer: C";
        assert_eq!(answer_letter(response, LetterSearch::Intended), Some('C'));
        assert_eq!(answer_letter(response, LetterSearch::Official), Some('B'));
    }

    #[test]
    fn questions_without_answer_are_wrong_or_left_out() {
        let (mut fold, mut rest) = (VideoMmeFold::default(), VideoMmeFold::default());
        assert!(fold.finish().is_err());
        fold.push(DurationClass::Short, 'A', Some('A'));
        fold.push(DurationClass::Short, 'A', None);
        rest.push(DurationClass::Long, 'D', Some('B'));
        fold.merge(&rest);
        let report = fold.finish().unwrap();
        assert_eq!(report.short.questions.share(), Some(0.5));
        assert_eq!(report.short.answered.share(), Some(1.0));
        let overall = report.overall();
        assert_eq!(overall.questions, Accuracy { right: 1, all: 3 });
        assert_eq!(overall.answered, Accuracy { right: 1, all: 2 });
        assert_eq!(report.medium.questions.share(), None);
    }
}
