//! Runs the program and looks at what it says.

use std::{
    path::Path,
    process::{Command, Output},
};

/// Runs `tubelet` with `arguments` in `folder`.
pub(crate) fn tubelet(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tubelet"))
        .args(arguments)
        .current_dir(folder)
        .env("HF_HOME", folder.join("no-cache"))
        .env("HF_ENDPOINT", "http://127.0.0.1:9")
        .output()
        .unwrap()
}

/// What was printed on stdout.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What was printed on stderr, in one line.
pub(crate) fn stderr(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let words: Vec<_> = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "│" | "×" | "├─▶" | "╰─▶" | "help:"))
        .collect();
    words.join(" ")
}

/// Fails unless the program ended with `code` and said `part` on stderr.
pub(crate) fn refuses(folder: &Path, arguments: &[&str], (code, part): (i32, &str)) {
    let output = tubelet(folder, arguments);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(part), "{arguments:?}: {said}");
}
