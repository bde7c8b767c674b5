//! Rules for every text file: no stray white space, nothing unfinished, nothing that only one machine or one
//! moment understands.
//!
//! In: a file. Out: complaints.

use super::Complaint;
use super::files::SourceFile;

/// Words of unfinished work, in pieces so that this file does not contain them.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
];

/// Beginnings of paths that exist on one machine only.
const ONE_MACHINE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/op", "t/"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
];

/// Folder of real clips that some tests look for.
const OPTIONAL_DATA: &str = concat!("../", "shared");

/// All rules for text.
pub(crate) fn check(file: &SourceFile) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut in_tests = is_for_tests_or_contributors(&file.path);
    for (number, line) in file.numbered() {
        in_tests |= line.trim_start().starts_with("#[cfg(test)]");
        let found = [
            trailing_space(line),
            unfinished(line),
            one_machine(line),
            optional_data(line, in_tests),
            tracker_number(line),
        ];
        complaints.extend(
            found
                .into_iter()
                .flatten()
                .map(|(what, why, fix)| Complaint {
                    path: file.path.clone(),
                    line: number,
                    what,
                    why,
                    fix: fix.to_owned(),
                }),
        );
    }
    complaints.extend(last_line(file));
    complaints
}

type Finding = Option<(String, &'static str, &'static str)>;

fn trailing_space(line: &str) -> Finding {
    (line.trim_end() != line).then(|| {
        (
            "white space at the end of the line".to_owned(),
            "it shows up in every later difference",
            "delete it",
        )
    })
}

fn unfinished(line: &str) -> Finding {
    let word = UNFINISHED.iter().find(|word| has_word(line, word))?;
    Some((
        format!("`{word}`"),
        "unfinished work belongs in the tracker, where somebody reads it",
        "finish it or write an issue",
    ))
}

fn one_machine(line: &str) -> Finding {
    let start = ONE_MACHINE.iter().find(|start| has_path(line, start))?;
    Some((
        format!("a path under `{start}`"),
        "it exists on one machine only",
        "name a path inside the workspace, an environment variable or a program on the search path",
    ))
}

fn optional_data(line: &str, allowed: bool) -> Finding {
    (!allowed && line.contains(OPTIONAL_DATA)).then(|| {
        (
            format!("`{OPTIONAL_DATA}`"),
            "real clips are optional data of tests; the program must not look for them",
            "move it into a test, or take the folder as an argument",
        )
    })
}

fn tracker_number(line: &str) -> Finding {
    let lower = line.to_lowercase();
    let found = lower.match_indices("issue ").any(|(at, word)| {
        let rest = lower[at + word.len()..].trim_start_matches('#');
        rest.starts_with(|c: char| c.is_ascii_digit())
    });
    found.then(|| {
        (
            "the number of an issue".to_owned(),
            "a reader has the text, not the tracker",
            "say what the issue says",
        )
    })
}

fn last_line(file: &SourceFile) -> Option<Complaint> {
    let sound = file.text.is_empty() || (file.text.ends_with('\n') && !file.text.ends_with("\n\n"));
    (!sound).then(|| Complaint {
        path: file.path.clone(),
        line: file.text.lines().count(),
        what: "the file does not end with exactly one line break".to_owned(),
        why: "otherwise appending a line changes the line before it",
        fix: "add or delete line breaks at the end".to_owned(),
    })
}

fn is_for_tests_or_contributors(path: &str) -> bool {
    let folders = ["/tests/", "/examples/", "/benches/"];
    folders.iter().any(|folder| path.contains(folder))
        || ["docs/", "fixtures/"]
            .iter()
            .any(|start| path.starts_with(start))
        || path == "CONTRIBUTING.md"
}

/// Whether `word` stands alone in `line`.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
        !line[..at].ends_with(part_of_name) && !line[at + word.len()..].starts_with(part_of_name)
    })
}

/// Whether a path that begins with `start` stands in `line`, rather than one that has it in the middle.
fn has_path(line: &str, start: &str) -> bool {
    line.match_indices(start)
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-/}~".contains(c)))
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
    fn white_space_at_the_end_of_a_line_is_found() {
        assert_eq!(
            complaints("a.md", "good\nbad \n"),
            ["2: white space at the end of the line"]
        );
        assert_eq!(complaints("a.md", "bad\t\n").len(), 1);
    }

    #[test]
    fn a_missing_or_surplus_line_break_at_the_end_is_found() {
        assert_eq!(complaints("a.md", "text").len(), 1);
        assert_eq!(complaints("a.md", "text\n\n").len(), 1);
        assert!(complaints("a.md", "text\n").is_empty());
    }

    #[test]
    fn unfinished_work_is_found_but_not_inside_words() {
        assert_eq!(
            complaints("a.rs", &format!("// {}: later\n", UNFINISHED[0])).len(),
            1
        );
        assert!(complaints("a.rs", &format!("{}_LIST\n", UNFINISHED[0])).is_empty());
    }

    #[test]
    fn paths_of_one_machine_are_found_but_not_addresses() {
        assert_eq!(
            complaints("a.rs", &format!("open(\"{}x\")\n", ONE_MACHINE[0])).len(),
            1
        );
        assert!(complaints("a.rs", &format!("https://a.org{}x\n", ONE_MACHINE[0])).is_empty());
    }

    #[test]
    fn optional_data_is_for_tests_and_contributors() {
        let line = format!("{OPTIONAL_DATA}\n");
        assert_eq!(complaints("crates/a/src/lib.rs", &line).len(), 1);
        assert!(complaints("crates/a/tests/it/main.rs", &line).is_empty());
        assert!(complaints("CONTRIBUTING.md", &line).is_empty());
        assert!(complaints("crates/a/src/b.rs", &format!("#[cfg(test)]\n{line}")).is_empty());
    }

    #[test]
    fn numbers_of_issues_are_found() {
        assert_eq!(
            complaints("a.md", &format!("see issue {}12\n", '#')).len(),
            1
        );
        assert!(complaints("a.md", "write an issue first\n").is_empty());
    }
}
