//! Data sets are looked at, checked, and their masks converted.

use std::{fs, path::Path};

use serde_json::Value;

use crate::program::{refuses, stderr, stdout, tubelet};

/// Two frames of a drive, in which one object is seen.
fn write_drive(root: &Path, lines: &str) {
    let folder = root.join("mots/instances_txt");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("0002.txt"), lines).unwrap();
}

const LINES: &str = "0 1001 1 2 3 123\n1 1001 1 2 3 123\n";

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = tubelet(folder, arguments);
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)))
}

#[test]
fn a_folder_is_recognised_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    write_drive(folder.path(), LINES);
    let found = json(folder.path(), &["data", "inspect", ".", "--json"]);
    assert_eq!(found[0]["dataset"], "KITTI MOTS");
    assert_eq!(found[0]["parts"][0]["frames"], 2);
    let output = tubelet(folder.path(), &["data", "inspect", "."]);
    assert!(
        stdout(&output).contains("1 videos, 1 objects, 2 frames"),
        "{}",
        stdout(&output)
    );
    refuses(
        folder.path(),
        &["data", "inspect", "nowhere"],
        (1, "nowhere"),
    );
    fs::create_dir(folder.path().join("empty")).unwrap();
    let empty = ["data", "inspect", "empty"];
    refuses(folder.path(), &empty, (1, "says which one"));
    let named = ["data", "inspect", "empty", "--as", "davis-2017"];
    refuses(folder.path(), &named, (1, "DAVIS 2017"));
    fs::write(folder.path().join("a.json"), "").unwrap();
    let file = ["data", "inspect", "a.json"];
    refuses(
        folder.path(),
        &file,
        (1, "the folder that the file lies in"),
    );
    refuses(
        folder.path(),
        &["data", "inspect", ".", "--as", "nothing"],
        (2, "YouTube-VOS"),
    );
}

#[test]
fn problems_are_named_by_file_and_line_and_end_with_one() {
    let folder = tempfile::tempdir().unwrap();
    write_drive(folder.path(), LINES);
    let output = tubelet(folder.path(), &["data", "validate", "mots"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("no problems"));
    write_drive(folder.path(), "0 1001 1 2 3 123\n0 1001 one 2 3 123\n");
    let arguments = ["data", "validate", "mots", "--as", "kitti-mots", "--json"];
    let output = tubelet(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(found[0]["problem_count"], 1);
    let problem = &found[0]["problems"][0];
    assert_eq!(problem["line"], 2);
    assert!(
        problem["file"].as_str().unwrap().ends_with("0002.txt"),
        "{problem}"
    );
    let output = tubelet(
        folder.path(),
        &["data", "validate", "mots", "--as", "DAVIS 2017"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("Annotations"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn masks_are_converted_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    write_drive(folder.path(), LINES);
    let convert = [
        "data", "convert", "mots", "davis", "--to", "davis", "--json",
    ];
    let summary = json(folder.path(), &convert);
    assert_eq!(
        (&summary["videos"], &summary["masks"]),
        (&1.into(), &2.into())
    );
    assert!(
        folder
            .path()
            .join("davis/Annotations/480p/0002/000001.png")
            .is_file()
    );
    refuses(folder.path(), &convert, (1, "davis"));
    refuses(
        folder.path(),
        &["data", "convert", "mots", "x", "--to", "paint"],
        (2, "youtube-vis"),
    );
    let found = json(folder.path(), &["data", "inspect", "davis", "--json"]);
    assert_eq!(found[0]["dataset"], "DAVIS 2017");
}

#[test]
fn a_conversion_says_what_became_of_parts_and_numbers() {
    let folder = tempfile::tempdir().unwrap();
    write_drive(folder.path(), LINES);
    let convert = ["data", "convert", "mots", "x", "--to", "davis"];
    let named = [convert.as_slice(), &["--split", "nonsense"]].concat();
    refuses(folder.path(), &named, (1, "nonsense"));
    assert!(!folder.path().join("x").exists());
    let output = tubelet(folder.path(), &convert);
    let said = stderr(&output);
    assert!(
        said.contains("1 videos were numbered anew, from 1"),
        "{said}"
    );
    let to_tracks = ["data", "convert", "mots", "x.json", "--to", "youtube-vis"];
    let said = stderr(&tubelet(folder.path(), &to_tracks));
    assert!(said.contains("`instance_id` keeps"), "{said}");
    let found = json(folder.path(), &["data", "inspect", ".", "--json"]);
    assert_eq!(found[0]["dataset"], "YouTube-VIS", "{found}");
}

/// Root reads everything, so that there is nothing to see then.
#[cfg(unix)]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
#[test]
fn a_folder_that_cannot_be_read_is_a_problem() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    write_drive(folder.path(), LINES);
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let is_read = fs::read_dir(&closed).is_ok();
    let output = tubelet(folder.path(), &["data", "validate", "."]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if is_read {
        eprintln!("skipped: this user reads folders that are closed to all");
        return;
    }
    assert_eq!(output.status.code(), Some(1));
    let said = stdout(&output);
    assert!(said.contains("closed: cannot read"), "{said}");
}

#[test]
fn sentences_of_revos_become_tubes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("revos");
    fs::create_dir(&root).unwrap();
    let frames = (0..8)
        .map(|it| format!("\"{it}\""))
        .collect::<Vec<_>>()
        .join(",");
    let video = |text: &str, id: u32| {
        format!(
            r#"{{"frames": [{frames}], "width": 3, "height": 2, "expressions": {{"0": {{"exp": "{text}", "anno_id": [{id}], "obj_id": [0], "type_id": 0}}}}}}"#
        )
    };
    let text = format!(
        r#"{{"videos": {{"a": {}, "b": {}}}}}"#,
        video("a dog", 1),
        video("red car", 2)
    );
    fs::write(root.join("meta_expressions_train_.json"), text).unwrap();
    let arguments = ["data", "revos-to-stvg", "revos", "stvg.jsonl", "--json"];
    refuses(folder.path(), &arguments, (1, "mask_dict.json"));
    let mask = r#"{"size": [2, 3], "counts": [0, 2, 4]}"#;
    let track = [mask; 8].join(",");
    let masks = format!(r#"{{"1": [{track}], "2": [{track}]}}"#);
    fs::write(root.join("mask_dict.json"), masks).unwrap();
    let summary = json(folder.path(), &arguments);
    assert_eq!(summary["samples"], 2, "{summary}");
    let written = fs::read_to_string(folder.path().join("stvg.jsonl")).unwrap();
    assert_eq!(written.lines().count(), 2);
    let short = [
        "data",
        "revos-to-stvg",
        "revos",
        "short.jsonl",
        "--shortest",
        "5",
        "--json",
    ];
    assert_eq!(json(folder.path(), &short)["too_short"], 2);
    let wrong = [
        "data",
        "revos-to-stvg",
        "revos",
        "x.jsonl",
        "--longest",
        "0",
    ];
    refuses(folder.path(), &wrong, (2, "--longest"));
}
