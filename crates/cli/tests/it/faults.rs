//! What is wrong is named, with a hint and an exit code.

use std::fs;

use crate::program::{refuses, stdout, tubelet};

#[test]
fn wrong_usage_ends_with_two() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["track"][..],
        &["track", "clip.mp4", "--point", "3"],
        &["track", "clip.mp4", "--point", "3,4@soon"],
        &["paint"],
    ] {
        refuses(folder.path(), arguments, (2, "--help"));
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let commands = [
        "",
        "demo",
        "track",
        "ask",
        "models",
        "models list",
        "models info",
        "models convert",
        "train",
        "data",
        "evaluate",
        "ablate",
        "doctor",
    ];
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = stdout(&tubelet(folder.path(), &words));
        assert!(help.contains("Example"), "{command}: {help}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_named_and_one_that_is_closed_early_is_not() {
    use std::process::{Command, Stdio};

    let list = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tubelet"));
        command.args(["models", "list"]).stderr(Stdio::piped());
        command
    };
    let full = fs::File::create("/dev/full").unwrap();
    let output = list().stdout(full).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write stdout"), "{said}");

    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();
    let output = list().stdout(pipe).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn a_run_without_prompts_says_how_to_give_one() {
    let folder = tempfile::tempdir().unwrap();
    refuses(folder.path(), &["track", "clip.mp4"], (1, "--point X,Y"));
}

#[test]
fn clips_that_are_none_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("empty.mp4"), b"").unwrap();
    fs::write(
        path("text.mp4"),
        b"this is not a video at all, but some text",
    )
    .unwrap();
    fs::create_dir(path("no-images")).unwrap();
    for clip in ["missing.mp4", "empty.mp4", "text.mp4", "no-images"] {
        let arguments = ["track", clip, "--point", "1,1"];
        refuses(folder.path(), &arguments, (1, clip));
    }
}

#[test]
fn models_that_are_none_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let hostile = format!("cos\nsystem\n(S'touch {}'\ntR.", path("executed").display());
    fs::write(path("hostile.pt"), hostile).unwrap();
    fs::write(path("text.safetensors"), b"no weights").unwrap();
    for (model, part) in [
        ("missing.pt", "there is no such file"),
        ("hostile.pt", "hostile.pt"),
        ("text.safetensors", "text.safetensors"),
        ("tubelet-ask", "it answers questions"),
        (
            "facebook/sam2.1-hiera-tiny",
            "get `model.safetensors` of facebook/sam2.1-hiera-tiny",
        ),
    ] {
        refuses(folder.path(), &["models", "info", model], (1, part));
    }
    assert!(!path("executed").exists(), "the pickle was executed");
}

#[test]
fn the_doctor_and_the_list_of_models_speak_json() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["doctor", "--json"][..], &["models", "list", "--json"]] {
        let output = tubelet(folder.path(), arguments);
        assert!(output.status.success());
        let value: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert!(value.as_array().unwrap().len() > 3, "{value}");
    }
}
