//! Rules for one Rust file: first line, length, name, re-exports, and nothing left lying about.
//!
//! In: a file. Out: complaints. It reads lines, not syntax: a rule that needs more than a line belongs to clippy.

use super::Complaint;
use super::files::SourceFile;

/// Longest file that still is one room.
const LONGEST: usize = 400;

/// Names that say nothing about what is inside.
const NAMELESS: &[&str] = &[
    "utils", "util", "base", "common", "helpers", "helper", "core", "misc", "stuff",
];

/// Macros of a moment.
const LEFT_BEHIND: &[&str] = &["todo", "dbg", "unimplemented"];

/// The one crate that may hold unsafe code.
const UNSAFE_HOME: &str = "crates/kernels/";

/// All rules for Rust files; other files pass.
pub(crate) fn check(file: &SourceFile) -> Vec<Complaint> {
    if !file.is_rust() {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    complaints.extend(first_line(file));
    complaints.extend(length(file));
    complaints.extend(name(file));
    complaints.extend(glob_exports(file));
    complaints.extend(contents_page(file));
    for (number, line) in file.numbered() {
        complaints.extend(left_behind(file, number, line));
        complaints.extend(unsafe_elsewhere(file, number, line));
        complaints.extend(disabled_code(file, number, line));
    }
    complaints
}

fn complaint(
    (file, line): (&SourceFile, usize),
    what: String,
    why: &'static str,
    fix: &str,
) -> Complaint {
    Complaint {
        path: file.path.clone(),
        line,
        what,
        why,
        fix: fix.to_owned(),
    }
}

fn first_line(file: &SourceFile) -> Option<Complaint> {
    let first = file.text.lines().next().unwrap_or_default();
    let says = first
        .strip_prefix("//!")
        .is_some_and(|text| !text.trim().is_empty());
    (!says).then(|| {
        complaint(
            (file, 1),
            "the first line is not `//!` with a sentence".to_owned(),
            "a file says what goes in, what comes out and what it does not know before it says how",
            "begin the file with `//! …`",
        )
    })
}

fn length(file: &SourceFile) -> Option<Complaint> {
    let lines = file.text.lines().count();
    (lines > LONGEST).then(|| {
        complaint(
            (file, lines),
            format!("{lines} lines, more than {LONGEST}"),
            "a file is a room that one reader can hold in the head",
            "split it along the nouns it deals with; 100 to 250 lines are the aim",
        )
    })
}

fn name(file: &SourceFile) -> Option<Complaint> {
    let nameless = file
        .path
        .trim_end_matches(".rs")
        .split('/')
        .find(|part| NAMELESS.contains(part))?;
    Some(complaint(
        (file, 1),
        format!("a file or folder is called `{nameless}`"),
        "a room without a name on its door collects whatever has no place",
        "name it after what it does",
    ))
}

fn glob_exports(file: &SourceFile) -> Vec<Complaint> {
    let mut found = Vec::new();
    let mut start = None;
    for (number, line) in file.numbered() {
        let code = line.trim_start();
        if code.starts_with("pub ") && code.contains(" use ")
            || code.starts_with("pub use ")
            || code.starts_with("pub(") && code.contains(") use ")
        {
            start = Some(number);
        }
        let Some(begin) = start else { continue };
        if code.contains("::*") || code.starts_with("*,") {
            found.push(complaint(
                (file, begin),
                "a re-export with `*`".to_owned(),
                "a reader must see in lib.rs what the crate offers",
                "name each item",
            ));
            start = None;
        } else if code.contains(';') {
            let outside = !file.path.ends_with("lib.rs") && !file.path.ends_with("mod.rs");
            if outside
                && file
                    .numbered()
                    .any(|(n, l)| n == begin && l.starts_with("pub use "))
            {
                found.push(complaint(
                    (file, begin),
                    "a public re-export outside lib.rs".to_owned(),
                    "an item has one address inside its crate and at most one outside",
                    "re-export it in lib.rs, or import it where it lives",
                ));
            }
            start = None;
        }
    }
    found
}

/// The first item of a `mod.rs` that is neither a module nor an import.
fn contents_page(file: &SourceFile) -> Option<Complaint> {
    if !file.path.ends_with("/mod.rs") || file.path.contains("/tests/") {
        return None;
    }
    let (number, _) = file.numbered().find(|(_, line)| {
        let item = line.strip_prefix("pub ").unwrap_or(line);
        let item = item.strip_prefix("pub(crate) ").unwrap_or(item);
        [
            "fn ", "impl", "struct ", "enum ", "const ", "static ", "trait ",
        ]
        .iter()
        .any(|start| item.starts_with(start))
    })?;
    Some(complaint(
        (file, number),
        "code in mod.rs".to_owned(),
        "mod.rs is the contents page of its folder: what is inside, in reading order",
        "move the code to a file with a name",
    ))
}

fn left_behind(file: &SourceFile, number: usize, line: &str) -> Option<Complaint> {
    let name = LEFT_BEHIND.iter().find(|name| {
        let call = format!("{name}!(");
        line.match_indices(&call)
            .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    })?;
    Some(complaint(
        (file, number),
        format!("`{name}!`"),
        "the program does what it says or does not offer it",
        "write the code, or return an error that says what is missing",
    ))
}

fn unsafe_elsewhere(file: &SourceFile, number: usize, line: &str) -> Option<Complaint> {
    let opens = line.trim_start().starts_with('#') && line.contains(concat!("(unsafe", "_code"));
    (opens && !file.path.starts_with(UNSAFE_HOME)).then(|| {
        complaint(
            (file, number),
            "unsafe code is allowed here".to_owned(),
            "all unsafe code stands in crates/kernels, where it is tested against safe code",
            "use a safe way, or move the hot loop to the kernels",
        )
    })
}

/// Statements behind `//`. What counts ends like a statement and also begins like one, which prose does not.
fn disabled_code(file: &SourceFile, number: usize, line: &str) -> Option<Complaint> {
    let text = line.trim_start().strip_prefix("// ")?.trim();
    let head = text.split('(').next().unwrap_or_default();
    let is_path = |c: char| c.is_alphanumeric() || "_:.!".contains(c);
    let is_call = text.ends_with(");") && !head.is_empty() && head.chars().all(is_path);
    let is_binding = text.starts_with("let ") && text.contains(" = ") && text.ends_with(';');
    let is_import = text.starts_with("use ") && text.contains("::") && text.ends_with(';');
    let is_block = text.ends_with(" {") || ["}", "});", "};", "})"].contains(&text);
    (is_call || is_binding || is_import || is_block).then(|| {
        complaint(
            (file, number),
            "code in a comment".to_owned(),
            "nobody knows whether it still holds; version control remembers it",
            "delete it",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        let found = check(&SourceFile::written(path, text));
        found
            .into_iter()
            .map(|c| format!("{}: {}", c.line, c.what))
            .collect()
    }

    #[test]
    fn a_file_without_a_first_sentence_is_found() {
        assert_eq!(complaints("a.rs", "fn a() {}\n").len(), 1);
        assert_eq!(complaints("a.rs", "//!\n//! Late.\n").len(), 1);
        assert!(complaints("a.rs", "//! Adds.\n").is_empty());
        assert!(complaints("a.md", "no Rust\n").is_empty());
    }

    #[test]
    fn a_file_that_is_too_long_is_found() {
        let text = |lines: usize| format!("//! Long.\n{}", "\n".repeat(lines - 1));
        assert!(complaints("a.rs", &text(LONGEST)).is_empty());
        assert_eq!(complaints("a.rs", &text(LONGEST + 1)).len(), 1);
    }

    #[test]
    fn names_that_say_nothing_are_found_in_files_and_folders() {
        assert_eq!(complaints("crates/a/src/utils.rs", "//! A.\n").len(), 1);
        assert_eq!(complaints("crates/a/src/core/b.rs", "//! A.\n").len(), 1);
        assert!(complaints("crates/a/src/common_errors.rs", "//! A.\n").is_empty());
    }

    #[test]
    fn globs_are_found_in_one_line_and_in_many() {
        assert_eq!(complaints("src/lib.rs", "//! A.\npub use a::*;\n").len(), 1);
        assert_eq!(
            complaints("src/lib.rs", "//! A.\npub(crate) use a::*;\n").len(),
            1
        );
        assert_eq!(
            complaints(
                "src/b/mod.rs",
                "//! A.\npub use a::{\n    b,\n    c::*,\n};\n"
            )
            .len(),
            1
        );
        assert!(complaints("src/lib.rs", "//! A.\npub use a::{b, c};\nuse d::*;\n").is_empty());
    }

    #[test]
    fn a_public_re_export_deep_inside_is_found() {
        assert_eq!(complaints("src/b.rs", "//! A.\npub use a::b;\n").len(), 1);
    }

    #[test]
    fn code_on_a_contents_page_is_found() {
        let page = "//! A.\nmod b;\npub(crate) use b::c;\n";
        assert!(complaints("src/a/mod.rs", page).is_empty());
        let found = complaints("src/a/mod.rs", &format!("{page}pub fn d() {{}}\n"));
        assert_eq!(found, ["4: code in mod.rs"]);
    }

    #[test]
    fn macros_of_a_moment_are_found() {
        for name in LEFT_BEHIND {
            assert_eq!(complaints("a.rs", &format!("//! A.\n{name}!()\n")).len(), 1);
        }
        assert!(complaints("a.rs", "//! A.\nmy_dbg!()\n").is_empty());
    }

    #[test]
    fn unsafe_code_is_found_outside_the_kernels() {
        let text = format!("//! A.\n#![allow{}\n", concat!("(unsafe", "_code)]"));
        assert_eq!(complaints("crates/video/src/a.rs", &text).len(), 1);
        assert!(complaints("crates/kernels/src/a.rs", &text).is_empty());
    }

    #[test]
    fn disabled_code_is_found_and_prose_is_not() {
        for code in [
            "let a = 1;",
            "self.run(a);",
            "if a {",
            "}",
            "#[test] fn a() {",
        ] {
            assert_eq!(
                complaints("a.rs", &format!("//! A.\n// {code}\n")).len(),
                1,
                "{code}"
            );
        }
        for prose in [
            "let the reader decide",
            "for each frame (see below);",
            "if so, return",
        ] {
            assert!(
                complaints("a.rs", &format!("//! A.\n// {prose}\n")).is_empty(),
                "{prose}"
            );
        }
    }
}
