//! The only place that prints: results on stdout, progress and notes on stderr.

use std::{
    io::{ErrorKind, Write},
    path::Path,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::failure::Failure;

/// Where and how much to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    quiet: bool,
}

impl Printer {
    /// `quiet` leaves errors and results only.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// A line for the reader, on stderr.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            // There is nobody left to tell when stderr is closed.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Why the command failed, with its hint, on stderr.
    pub(crate) fn failure(failure: Failure) {
        let _ = writeln!(std::io::stderr(), "{:?}", miette::Report::new(failure));
    }

    /// A result, on stdout.
    ///
    /// # Errors
    /// When stdout refuses it.
    pub(crate) fn result(text: &str) -> Result<(), Failure> {
        Self::piece(&format!("{text}\n"))
    }

    /// A part of a line, on stdout, at once.
    ///
    /// # Errors
    /// When stdout refuses it. A reader that has seen enough, such as `head`, is no reason to complain.
    pub(crate) fn piece(text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(Failure::writing(Path::new("stdout"))),
        }
    }

    /// A result as JSON, on stdout.
    ///
    /// # Errors
    /// When it is not serialisable, or stdout refuses it.
    pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
        Self::result(&serde_json::to_string_pretty(value)?)
    }

    /// A line that tells what is being done, where nobody knows how much there is.
    pub(crate) fn spinner(self) -> ProgressBar {
        let target = if self.quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let line = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} {wide_msg}") {
            line.set_style(style);
        }
        line.enable_steady_tick(Duration::from_millis(200));
        line
    }

    /// A bar whose length becomes known later.
    pub(crate) fn counter(self) -> ProgressBar {
        let bar = self.bar(0);
        if let Ok(style) = ProgressStyle::with_template("{msg:12} {bar:30} {pos}/{len}, left {eta}")
        {
            bar.set_style(style);
        }
        bar
    }

    /// A bar that fills up to `length`.
    pub(crate) fn bar(self, length: u64) -> ProgressBar {
        let target = if self.quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template(
            "{msg:12} {bar:30} {pos}/{len} frames, {per_sec}, left {eta}",
        ) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}
