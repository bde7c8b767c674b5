//! `tubelet data`: data sets looked at, checked, and their masks converted.

pub(crate) mod arguments;

mod convert;
mod inspect;
mod revos_to_stvg;
mod validate;

use std::process::ExitCode;

use crate::{failure::Failure, print::Printer};

/// Does what the command says.
///
/// # Errors
/// When a folder is not what it should be, or something cannot be written.
pub(crate) fn run(command: &arguments::DataCommand, printer: Printer) -> Result<ExitCode, Failure> {
    use arguments::DataCommand;
    match command {
        DataCommand::Inspect(arguments) => inspect::run(arguments),
        DataCommand::Validate(arguments) => return validate::run(arguments, printer),
        DataCommand::Convert(arguments) => convert::run(arguments, printer),
        DataCommand::RevosToStvg(arguments) => revos_to_stvg::run(arguments, printer),
    }
    .map(|()| ExitCode::SUCCESS)
}
