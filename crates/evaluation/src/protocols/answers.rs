//! Questions with answers to choose from: NExT-QA, NExT-GQA, CLEVRER, Video-MME.
//!
//! In: questions and answers. Out: accuracies by kind of question.

mod clevrer;
mod next_gqa;
mod next_qa;
mod video_mme;

use tubelet_metrics::Accuracy;

use crate::report::{Figure, Group};

pub(crate) use clevrer::clevrer;
pub(crate) use next_gqa::next_gqa;
pub(crate) use next_qa::next_qa;
pub(crate) use video_mme::video_mme;

/// A group of questions with one accuracy.
fn group(name: &str, accuracy: Accuracy) -> Group {
    Group {
        name: name.to_owned(),
        samples: accuracy.all,
        figures: vec![Figure::share("accuracy", accuracy.share())],
    }
}

/// 1 for a right answer.
fn point(is_right: bool) -> [f64; 1] {
    [f64::from(u8::from(is_right))]
}
