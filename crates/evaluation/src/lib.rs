//! Predictions against ground truth: published protocols, and reports of what they find.
//!
//! In: the name of a [`Protocol`], the ground truth and the predictions as folders or files. Out: a [`Report`] with the
//! figures of the benchmark, of groups and of every sample, which can be written as JSON, CSV, Parquet and HTML. This
//! crate knows which files of a protocol are truth and which are predictions, and how a report looks; readers of files
//! are in `datasets`, formulas in `metrics`. It does not know models, tensors, arguments or printing.
//!
//! Nothing is scored before both sides have been compared by name: [`EvaluationError::Refused`] names the first three of
//! all problems. Sequences are scored side by side, each read frame by frame, and collected in the order of the data set,
//! so that figures do not depend on the number of threads.

mod catalog;
mod error;
mod evaluate;
mod evidence;
mod folders;
mod output;
mod protocol;
mod protocols;
mod report;
mod result_boxes;
mod sequences;
mod task;
mod tracks;
mod tube_predictions;
mod worst;

pub use catalog::Rules;
pub use error::{EvaluationError, Problem};
pub use evaluate::evaluate;
pub use evidence::{BoxEvidence, Evidence, FramePicture, MaskEvidence, MaskSource, SpanEvidence};
pub use output::document::ReportDocument;
pub use protocol::Protocol;
pub use report::{Figure, Group, Report, Sample, Unit};
pub use task::{Inputs, Missing, Options, Progress};
