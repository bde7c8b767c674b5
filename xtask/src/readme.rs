//! The commands that the README shows are run, so that they cannot rot.
//!
//! In: `README.md`. Commands are the lines that start with `$ ` inside ```` ```console ```` blocks; a comment
//! `<!-- not run: reason -->` above a block leaves it out. Out: success when every command exits with 0.
//! Commands start in the workspace root and write to `out/`, which git ignores.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::process::succeeds;

/// Which program a `cargo run --release -- …` line starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    /// The one that cargo builds for it, in release mode.
    AsWritten,
    /// The one the tests have just built: building everything a second time would double the time of a run.
    Built,
}

const RUN: &str = "cargo run --release -- ";

/// Runs every command; true when all exit with 0.
pub(crate) fn run(root: &Path, binary: Binary) -> Result<bool> {
    let text = std::fs::read_to_string(root.join("README.md")).context("cannot read README.md")?;
    let mut passed = true;
    for block in blocks(&text)? {
        if let Some(reason) = block.skipped {
            println!("README.md:{}: not run: {reason}", block.line);
            continue;
        }
        for command in block.commands {
            let line = as_run(&command, binary);
            println!("README.md:{}: $ {line}", block.line);
            let start = Instant::now();
            let mut shell = Command::new("sh");
            shell.args(["-e", "-c", &line]).current_dir(root);
            if binary == Binary::Built {
                shell.env("PATH", path_with_built_binary()?);
            }
            if succeeds(&mut shell)? {
                println!("({:.1} s)", start.elapsed().as_secs_f64());
            } else {
                eprintln!(
                    "README.md:{}: a command that the README shows fails: {command}\n    \
                     why: a reader's first steps must work\n    \
                     fix: repair the program or the README",
                    block.line
                );
                passed = false;
            }
        }
    }
    Ok(passed)
}

/// One console block of a document.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    line: usize,
    skipped: Option<String>,
    commands: Vec<String>,
}

fn blocks(text: &str) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut skip = None;
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    while let Some((number, line)) = lines.next() {
        if let Some(reason) = skip_reason(number, line)? {
            skip = Some(reason);
            continue;
        }
        let Some(language) = line.strip_prefix("```") else {
            if !line.trim().is_empty() {
                skip = None;
            }
            continue;
        };
        let body: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| !line.starts_with("```"))
            .collect();
        let skipped = skip.take();
        match language.trim() {
            "console" => blocks.push(Block {
                line: number,
                skipped,
                commands: commands(number, &body)?,
            }),
            "sh" | "bash" | "shell" => bail!(
                "README.md:{number}: commands in a `{language}` block are not checked; \
                 write a `console` block whose commands start with `$ `"
            ),
            _ => {}
        }
    }
    Ok(blocks)
}

fn skip_reason(number: usize, line: &str) -> Result<Option<String>> {
    let Some(rest) = line.trim().strip_prefix("<!-- not run:") else {
        return Ok(None);
    };
    match rest.strip_suffix("-->").map(str::trim) {
        Some(reason) if !reason.is_empty() => Ok(Some(reason.to_owned())),
        _ => {
            bail!("README.md:{number}: write `<!-- not run: reason -->` with a reason, on one line")
        }
    }
}

fn commands(number: usize, body: &[&str]) -> Result<Vec<String>> {
    let mut commands: Vec<String> = Vec::new();
    let mut continued = false;
    for line in body {
        let part = if continued {
            commands
                .pop()
                .map(|start| format!("{start} {}", line.trim()))
        } else {
            line.strip_prefix("$ ").map(str::to_owned)
        };
        let Some(part) = part else { continue };
        let start = part
            .strip_suffix('\\')
            .map(|start| start.trim_end().to_owned());
        continued = start.is_some();
        commands.push(start.unwrap_or(part));
    }
    if commands.is_empty() || continued {
        bail!(
            "README.md:{number}: a console block without a whole command; commands start with `$ `"
        );
    }
    Ok(commands)
}

fn as_run(command: &str, binary: Binary) -> String {
    match binary {
        Binary::AsWritten => command.to_owned(),
        Binary::Built => command.replace(RUN, "tubelet "),
    }
}

/// The search path with the folder of this very program in front: `tubelet` lies beside `xtask`.
fn path_with_built_binary() -> Result<OsString> {
    let own = std::env::current_exe().context("cannot tell where xtask lies")?;
    let folder = own.parent().context("xtask lies in no folder")?;
    let name = format!("tubelet{}", std::env::consts::EXE_SUFFIX);
    if !folder.join(&name).is_file() {
        bail!(
            "{} does not exist; build it with `cargo build --package tubelet-cli`",
            folder.join(name).display()
        );
    }
    let known = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&known));
    std::env::join_paths(folders).context("the search path cannot be extended")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use super::*;

    #[test]
    fn commands_are_the_dollar_lines_of_console_blocks() {
        let text =
            "text\n```console\n$ one \\\n    --two\noutput\n$ three\n```\n```text\n$ no\n```\n";
        let found = blocks(text).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 2);
        assert_eq!(found[0].commands, ["one --two", "three"]);
    }

    #[test]
    fn a_marker_skips_only_the_block_below_it() {
        let text = "<!-- not run: slow -->\n\n```console\n$ a\n```\n```console\n$ b\n```\n";
        let found = blocks(text).unwrap();
        assert_eq!(found[0].skipped.as_deref(), Some("slow"));
        assert_eq!(found[1].skipped, None);
    }

    #[test]
    fn a_marker_with_text_between_skips_nothing() {
        let found = blocks("<!-- not run: slow -->\ntext\n```console\n$ a\n```\n").unwrap();
        assert_eq!(found[0].skipped, None);
    }

    #[test]
    fn blocks_that_would_not_be_run_are_refused() {
        assert!(blocks("```sh\nls\n```\n").is_err());
        assert!(blocks("```console\nls\n```\n").is_err());
        assert!(blocks("```console\n$ ls \\\n```\n").is_err());
        assert!(blocks("<!-- not run: -->\n").is_err());
    }

    #[test]
    fn the_built_binary_stands_in_for_a_release_build() {
        assert_eq!(
            as_run("cargo run --release -- demo", Binary::Built),
            "tubelet demo"
        );
        assert_eq!(as_run("ls", Binary::Built), "ls");
        let written = "cargo run --release -- demo";
        assert_eq!(as_run(written, Binary::AsWritten), written);
    }

    #[test]
    fn a_failing_command_fails_the_run() {
        let folder = std::env::temp_dir().join(format!("xtask-readme-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(
            folder.join("README.md"),
            "```console\n$ true\n$ false\n```\n",
        )
        .unwrap();
        assert!(!run(&folder, Binary::AsWritten).unwrap());
        std::fs::write(folder.join("README.md"), "```console\n$ true\n```\n").unwrap();
        assert!(run(&folder, Binary::AsWritten).unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
