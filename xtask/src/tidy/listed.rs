//! Every dependency has its reason in `docs/dependencies.md`.
//!
//! In: the root manifest, the members' manifests as cargo read them, the document. Out: complaints about
//! dependencies without a row, rows without a reason, rows without a dependency, and versions set in two places.

use super::Complaint;
use super::files::SourceFile;
use crate::metadata::Workspace;

const DOCUMENT: &str = "docs/dependencies.md";
const MANIFEST: &str = "Cargo.toml";

/// All rules about the list of dependencies.
pub(crate) fn check(files: &[SourceFile], workspace: &Workspace) -> Vec<Complaint> {
    let text = |path: &str| {
        let file = files.iter().find(|file| file.path == path);
        file.map(|file| file.text.as_str()).unwrap_or_default()
    };
    let declared = declared(text(MANIFEST));
    let rows = rows(text(DOCUMENT));
    let mut complaints = Vec::new();
    for (line, name) in &declared {
        let used = workspace
            .own()
            .any(|package| package.dependencies.iter().any(|d| d.name == *name));
        if !used {
            complaints.push(complaint(
                (MANIFEST, *line),
                format!("no crate uses `{name}`"),
                "whoever reads the list takes it for the truth",
                "delete the line, and its row in docs/dependencies.md",
            ));
        }
        if !rows.iter().any(|row| row.name == *name) {
            complaints.push(complaint(
                (MANIFEST, *line),
                format!("`{name}` has no row in {DOCUMENT}"),
                "a dependency is taken once and paid for daily, so its reason is written down",
                "add a row: the crate, what for, why, what was weighed",
            ));
        }
    }
    for row in &rows {
        if !row.reasoned {
            complaints.push(complaint(
                (DOCUMENT, row.line),
                format!("the row of `{}` has empty cells", row.name),
                "a list of names is no reason",
                "say what it is for, why this one, and what was weighed",
            ));
        }
        if !declared.iter().any(|(_, name)| *name == row.name) {
            complaints.push(complaint(
                (DOCUMENT, row.line),
                format!("`{}` is not a dependency of the workspace", row.name),
                "whoever reads the list takes it for the truth",
                "delete the row",
            ));
        }
    }
    complaints.extend(undeclared(&declared, workspace));
    complaints
}

fn complaint((path, line): (&str, usize), what: String, why: &'static str, fix: &str) -> Complaint {
    Complaint {
        path: path.to_owned(),
        line,
        what,
        why,
        fix: fix.to_owned(),
    }
}

/// Dependencies that a member asks for without the workspace's table.
fn undeclared(declared: &[(usize, &str)], workspace: &Workspace) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for package in workspace.own() {
        for dependency in &package.dependencies {
            let ours = workspace.own().any(|member| member.name == dependency.name);
            let known = declared.iter().any(|(_, name)| *name == dependency.name);
            if !ours && !known {
                complaints.push(complaint(
                    (&package.manifest.to_string_lossy().replace('\\', "/"), 1),
                    format!("`{}` is not in [workspace.dependencies]", dependency.name),
                    "one table shows every version once",
                    "declare it in the root Cargo.toml and write `.workspace = true` here",
                ));
            }
        }
    }
    complaints
}

/// Names in `[workspace.dependencies]` that are not crates of this workspace, with their lines.
fn declared(manifest: &str) -> Vec<(usize, &str)> {
    manifest
        .lines()
        .enumerate()
        .skip_while(|(_, line)| line.trim() != "[workspace.dependencies]")
        .skip(1)
        .take_while(|(_, line)| !line.starts_with('['))
        .filter_map(|(index, line)| {
            let (key, value) = line.split_once('=')?;
            let name = key.trim().split('.').next().unwrap_or_default();
            let foreign = !key.starts_with('#') && !value.contains("path =");
            foreign.then_some((index + 1, name))
        })
        .collect()
}

/// A row of the document's tables.
struct Row<'a> {
    line: usize,
    name: &'a str,
    reasoned: bool,
}

/// Rows whose first cell is a name in backquotes.
fn rows(document: &str) -> Vec<Row<'_>> {
    document
        .lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let mut cells = line.strip_prefix("| `")?.trim_end_matches('|').split('|');
            let name = cells.next()?.trim().trim_end_matches('`');
            let rest: Vec<&str> = cells.map(str::trim).collect();
            Some(Row {
                line: index + 1,
                name,
                reasoned: rest.len() >= 3 && rest.iter().all(|cell| !cell.is_empty()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Kind;
    use crate::metadata::written::workspace;

    fn complaints(manifest: &str, document: &str) -> Vec<String> {
        let files = [
            SourceFile::written(MANIFEST, manifest),
            SourceFile::written(DOCUMENT, document),
        ];
        let written = workspace(&[("tubelet-video", "codec", Kind::Normal)]);
        check(&files, &written)
            .into_iter()
            .map(|c| format!("{}:{}", c.line, c.what))
            .collect()
    }

    const TABLE: &str = "[workspace.dependencies]\ntubelet = { path = \"crates/tubelet\" }\n";
    const ROW: &str = "| `codec` | pictures | pure Rust | two others |\n";

    #[test]
    fn a_dependency_with_its_row_is_fine() {
        let manifest = format!("{TABLE}codec = \"1\"\n\n[profile.dev]\nopt-level = 1\n");
        assert!(complaints(&manifest, ROW).is_empty());
    }

    #[test]
    fn a_dependency_without_a_row_is_found_at_its_line() {
        let found = complaints(&format!("{TABLE}codec = \"1\"\n"), "");
        assert_eq!(found, ["3:`codec` has no row in docs/dependencies.md"]);
    }

    #[test]
    fn rows_without_reason_or_dependency_are_found() {
        let manifest = format!("{TABLE}codec = \"1\"\n");
        assert_eq!(
            complaints(&manifest, "| `codec` | pictures | | |\n").len(),
            1
        );
        assert_eq!(
            complaints(&manifest, &format!("{ROW}| `gone` | a | b | c |\n")).len(),
            1
        );
    }

    #[test]
    fn unused_and_undeclared_dependencies_are_found() {
        let manifest = format!("{TABLE}codec = \"1\"\nidle = \"1\"\n");
        let row = format!("{ROW}| `idle` | a | b | c |\n");
        assert_eq!(complaints(&manifest, &row), ["4:no crate uses `idle`"]);
        assert_eq!(complaints(TABLE, "").len(), 1);
    }
}
