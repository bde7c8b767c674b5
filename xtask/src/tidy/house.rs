//! What every workspace and every crate of it must have.
//!
//! In: the files and the members. Out: complaints about missing documents and about crates that turned the
//! workspace's lints off.

use super::Complaint;
use super::files::SourceFile;
use crate::metadata::Workspace;

/// Documents a newcomer looks for.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "STYLE.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "docs/dependencies.md",
    "docs/papers.md",
    "docs/results.md",
    ".ci/run",
];

/// Sections that a manifest needs, and why.
const INHERITED: &[(&str, &str)] = &[
    (
        "[lints]\nworkspace = true",
        "lints are the house's taste, the same in every room",
    ),
    (
        "license.workspace = true",
        "all crates are published under the same licence",
    ),
    ("edition.workspace = true", "one language, not several"),
];

/// All rules about the house.
pub(crate) fn check(files: &[SourceFile], workspace: &Workspace) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for document in DOCUMENTS {
        if !files
            .iter()
            .any(|file| file.path == *document && !file.text.is_empty())
        {
            complaints.push(Complaint {
                path: (*document).to_owned(),
                line: 1,
                what: "the document is missing or empty".to_owned(),
                why: "readers look for it under this name",
                fix: "write it".to_owned(),
            });
        }
    }
    for package in workspace.own() {
        let manifest = package.manifest.to_string_lossy().replace('\\', "/");
        let Some(file) = files.iter().find(|file| file.path == manifest) else {
            continue;
        };
        for (section, why) in INHERITED {
            if !file.text.contains(section) {
                complaints.push(Complaint {
                    path: manifest.clone(),
                    line: 1,
                    what: format!("the manifest lacks `{}`", section.replace('\n', " ")),
                    why,
                    fix: "add it".to_owned(),
                });
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Kind;
    use crate::metadata::written::workspace;

    #[test]
    fn missing_and_empty_documents_are_found() {
        let mut files: Vec<SourceFile> = DOCUMENTS
            .iter()
            .map(|path| SourceFile::written(path, "text\n"))
            .collect();
        assert!(check(&files, &Workspace::default()).is_empty());
        files[0].text.clear();
        files.pop();
        assert_eq!(check(&files, &Workspace::default()).len(), 2);
    }

    #[test]
    fn a_crate_without_the_house_lints_is_found() {
        let written = workspace(&[("tubelet-video", "", Kind::Normal)]);
        let manifest = "license.workspace = true\nedition.workspace = true\n";
        let file = SourceFile::written("crates/video/Cargo.toml", manifest);
        let found = check(&[file], &written);
        assert!(
            found
                .iter()
                .any(|c| c.what.contains("[lints] workspace = true"))
        );
        assert_eq!(found.len(), DOCUMENTS.len() + 1);
    }
}
