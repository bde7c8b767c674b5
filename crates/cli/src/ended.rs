//! How a run over a clip ended: what is said of it, and the exit code.

use std::{path::PathBuf, process::ExitCode};

use serde::Serialize;

use crate::{failure::Failure, print::Printer};

/// Exit code of a run that ended at the user's wish, as shells know it.
pub(crate) const INTERRUPTED: u8 = 130;

/// A run that has written its results.
pub(crate) trait Ended: Serialize {
    /// Whether it got to its end; if not, the user stopped it.
    fn is_complete(&self) -> bool;

    /// What was done, to be read after "tracked" or "stopped after".
    fn account(&self) -> String;

    /// What it wrote.
    fn written(&self) -> Vec<&PathBuf>;

    /// Prints all of it and gives the exit code.
    ///
    /// # Errors
    /// When it cannot be put into JSON.
    fn show(&self, json: bool, printer: Printer) -> Result<ExitCode, Failure>
    where
        Self: Sized,
    {
        let (state, code) = if self.is_complete() {
            ("tracked", ExitCode::SUCCESS)
        } else {
            ("stopped after", ExitCode::from(INTERRUPTED))
        };
        if json {
            Printer::json(self)?;
            return Ok(code);
        }
        printer.note(&format!("{state} {}", self.account()));
        for path in self.written() {
            Printer::result(&path.display().to_string())?;
        }
        Ok(code)
    }
}

/// "1 object", "2 objects".
pub(crate) fn objects(count: usize) -> String {
    match count {
        1 => "1 object".to_owned(),
        count => format!("{count} objects"),
    }
}
