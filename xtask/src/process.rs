//! Starting other programs and watching what they print.
//!
//! In: a program with its arguments. Out: whether it succeeded, and on request the lines worth repeating.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result};

/// A `cargo` command in the workspace root.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root);
    command
}

/// Runs a command on this terminal; true when it exits with 0.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    Ok(status.success())
}

/// Whether a command can be started and exits with 0, its output thrown away.
pub(crate) fn answers(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a command, passes its output on as it comes, and keeps the lines that `wanted` picks.
pub(crate) fn succeeds_and_says(
    command: &mut Command,
    wanted: fn(&str) -> bool,
) -> Result<(bool, Vec<String>)> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let errors = child.stderr.take().context("no stderr")?;
    let output = child.stdout.take().context("no stdout")?;
    let listener = thread::spawn(move || pass_on(errors, wanted));
    let mut kept = pass_on(output, wanted)?;
    kept.extend(listener.join().unwrap_or_else(|_| Ok(Vec::new()))?);
    Ok((child.wait()?.success(), kept))
}

fn pass_on(stream: impl Read, wanted: fn(&str) -> bool) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    for line in BufReader::new(stream).split(b'\n') {
        let bytes = line.context("the output of the command broke off")?;
        let line = String::from_utf8_lossy(&bytes);
        println!("{line}");
        if wanted(&line) {
            kept.push(line.trim().to_owned());
        }
    }
    Ok(kept)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use super::*;

    #[test]
    fn wanted_lines_of_both_streams_are_kept() {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "echo Summary out; echo no; echo Summary err >&2; exit 3",
        ]);
        let (passed, kept) =
            succeeds_and_says(&mut command, |line| line.contains("Summary")).unwrap();
        assert!(!passed);
        assert_eq!(kept, ["Summary out", "Summary err"]);
    }

    #[test]
    fn a_program_that_does_not_exist_is_named() {
        let error = succeeds(&mut Command::new("no-such-program")).unwrap_err();
        assert!(error.to_string().contains("no-such-program"));
        assert!(!answers(&mut Command::new("no-such-program")));
    }
}
