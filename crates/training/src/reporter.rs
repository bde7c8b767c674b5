//! Who watches a run.
//!
//! In: what happened. Out: whether to go on. The library prints nothing; a program shows bars or lines, tests count.

use std::{ops::ControlFlow, path::Path};

use crate::log::{EvaluationRecord, StepRecord};

/// What a run begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStart {
    /// Name of the model.
    pub name: String,
    /// Values of all its parameters.
    pub parameters: usize,
    /// The step that comes first: 0, or where a checkpoint left off.
    pub first_step: usize,
    /// Steps of the whole recipe.
    pub steps: usize,
}

/// Watches a run whose steps are `S` and whose evaluations are `E`. Every method has an implementation that does nothing.
pub trait Reporter<S = StepRecord, E = EvaluationRecord> {
    /// The run begins or goes on.
    fn started(&mut self, start: &RunStart) {
        let _ = start;
    }

    /// A step was taken. A break ends the run after a checkpoint, from which it can go on.
    fn stepped(&mut self, record: &S) -> ControlFlow<()> {
        let _ = record;
        ControlFlow::Continue(())
    }

    /// The weights were evaluated.
    fn evaluated(&mut self, record: &E) {
        let _ = record;
    }

    /// A checkpoint was written.
    fn saved(&mut self, checkpoint: &Path) {
        let _ = checkpoint;
    }
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl<S, E> Reporter<S, E> for Silent {}
