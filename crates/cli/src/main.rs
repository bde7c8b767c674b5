//! The tubelet command line: arguments in, files and exit codes out.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted with what was done written down. Knows no arithmetic.

mod arguments;
mod commands;
mod ended;
mod failure;
mod footage;
mod interrupt;
mod models;
mod output;
mod print;
mod prompts;
mod rig;
mod tracking;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::{
    arguments::{Arguments, Command},
    failure::Failure,
    print::Printer,
};

/// What is told of a run: what `TUBELET_LOG` asks for, or warnings about clips and errors.
fn told() -> EnvFilter {
    EnvFilter::try_from_env("TUBELET_LOG")
        .unwrap_or_else(|_| EnvFilter::new("error,tubelet_video=warn"))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tubelet_nn::compute_on_this_thread();
    tracing_subscriber::fmt()
        .without_time()
        .with_env_filter(told())
        .with_writer(std::io::stderr)
        .init();
    let printer = Printer::new(arguments.quiet);
    match run(&arguments.command, printer) {
        Ok(code) => code,
        Err(failure) => {
            Printer::failure(failure);
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command, printer: Printer) -> Result<ExitCode, Failure> {
    let done = match command {
        Command::Demo(arguments) => return commands::demo::run(arguments, printer),
        Command::Track(arguments) => return commands::track::run(arguments, printer),
        Command::Train(arguments) => return commands::train::run(arguments, printer),
        Command::Data(command) => return commands::data::dispatch::run(command, printer),
        Command::Evaluate(arguments) => commands::evaluate::run(arguments, printer),
        Command::Models(command) => commands::models::run(command, printer),
        Command::Ask(arguments) => commands::ask::run(arguments, printer),
        Command::Ablate(arguments) => commands::ablate::run(arguments, printer),
        Command::Doctor(arguments) => commands::doctor::run(arguments),
    };
    done.map(|()| ExitCode::SUCCESS)
}
