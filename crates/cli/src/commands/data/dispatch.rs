//! The commands of `tubelet data`, each to its own file.

use std::process::ExitCode;

use super::{arguments::DataCommand, convert, inspect, revos_to_stvg, validate};
use crate::{failure::Failure, print::Printer};

/// Does what the command says.
///
/// # Errors
/// When a folder is not what it should be, or something cannot be written.
pub(crate) fn run(command: &DataCommand, printer: Printer) -> Result<ExitCode, Failure> {
    let done = match command {
        DataCommand::Inspect(arguments) => inspect::run(arguments),
        DataCommand::Validate(arguments) => return validate::run(arguments, printer),
        DataCommand::Convert(arguments) => convert::run(arguments, printer),
        DataCommand::RevosToStvg(arguments) => revos_to_stvg::run(arguments, printer),
    };
    done.map(|()| ExitCode::SUCCESS)
}
