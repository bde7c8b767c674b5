//! Links between the documents lead somewhere.
//!
//! In: a Markdown file and the workspace root. Out: complaints about relative links to files that do not exist.
//! Addresses on the network are not followed: a check must give the same answer without one.

use std::path::Path;

use super::Complaint;
use super::files::SourceFile;

/// All relative links of a file; files other than Markdown pass.
pub(crate) fn check(root: &Path, file: &SourceFile) -> Vec<Complaint> {
    if Path::new(&file.path).extension().is_none_or(|e| e != "md") {
        return Vec::new();
    }
    let folder = root.join(&file.path);
    let folder = folder.parent().unwrap_or(root);
    let mut complaints = Vec::new();
    let mut in_code = false;
    for (number, line) in file.numbered() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for target in targets(line) {
            if !folder.join(target).exists() {
                complaints.push(Complaint {
                    path: file.path.clone(),
                    line: number,
                    what: format!("the link to `{target}` leads nowhere"),
                    why: "a map with one wrong street is not trusted for the others",
                    fix: "correct the link, which is relative to the document's folder".to_owned(),
                });
            }
        }
    }
    complaints
}

/// Relative link targets in a line, without the part after `#`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let (target, _) = rest.split_once(')')?;
        let file = target.split('#').next().unwrap_or_default();
        (!file.is_empty() && !file.contains(':')).then_some(file)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<Complaint> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        check(root, &SourceFile::written("src/a.md", text))
    }

    #[test]
    fn a_link_to_nothing_is_found_relative_to_the_document() {
        assert!(complaints("[main](main.rs), [manifest](../Cargo.toml#top)\n").is_empty());
        let found = complaints("[main](main.rs)\n[gone](gone.rs) and [also](../src/gone)\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].line, 2);
    }

    #[test]
    fn addresses_anchors_and_code_are_not_followed() {
        assert!(
            complaints("[a](https://example.org/a) [b](#b)\n```\n[c](gone.rs)\n```\n").is_empty()
        );
    }
}
