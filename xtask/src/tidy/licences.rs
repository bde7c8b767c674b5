//! Licences and origins of everything that is linked in.
//!
//! In: the packages of the graph. Out: complaints about licences nobody agreed to and about sources other than
//! crates.io. Licences are SPDX expressions: `A OR B`, `A AND B`, `A WITH exception`, brackets, and the old `A/B`.

use super::Complaint;
use crate::metadata::{Package, Workspace};

/// How cargo writes the public registry.
pub(crate) const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Licences that allow use under MIT OR Apache-2.0 without conditions on our own code.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "NCSA",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Exceptions after `WITH` that take nothing away.
const ALLOWED_EXCEPTIONS: &[&str] = &["LLVM-exception"];

/// Packages without an SPDX expression whose licence file was read by a person.
const READ_BY_A_PERSON: &[(&str, &str)] = &[("cfg_block", "Apache-2.0")];

/// Complaints about foreign packages.
pub(crate) fn check(workspace: &Workspace) -> Vec<Complaint> {
    workspace
        .foreign()
        .flat_map(|package| [licence(package), origin(package)])
        .flatten()
        .collect()
}

fn licence(package: &Package) -> Option<Complaint> {
    let read = READ_BY_A_PERSON
        .iter()
        .find(|(name, _)| *name == package.name);
    let expression = package
        .license
        .as_deref()
        .or(read.map(|(_, licence)| *licence));
    let what = match expression {
        None => format!("`{}` states no licence", package.name),
        Some(expression) => match allowed(expression) {
            Some(true) => return None,
            Some(false) => format!("`{}` is licensed as {expression}", package.name),
            None => format!("`{}`: cannot read the licence {expression}", package.name),
        },
    };
    Some(Complaint {
        path: "Cargo.lock".to_owned(),
        line: 1,
        what,
        why: "whoever takes Tubelet takes its dependencies' conditions with it",
        fix: "choose another crate, or add the licence to xtask/src/tidy/licences.rs after reading it"
            .to_owned(),
    })
}

fn origin(package: &Package) -> Option<Complaint> {
    let source = package
        .source
        .as_deref()
        .unwrap_or("a path outside the workspace");
    (source != CRATES_IO).then(|| Complaint {
        path: "Cargo.lock".to_owned(),
        line: 1,
        what: format!("`{}` comes from {source}", package.name),
        why: "a build anywhere needs crates.io and nothing else",
        fix: "depend on a published version".to_owned(),
    })
}

/// Whether the expression can be satisfied with allowed licences; none when it cannot be read.
fn allowed(expression: &str) -> Option<bool> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words };
    let answer = reader.either()?;
    reader.words.is_empty().then_some(answer)
}

/// Reads an expression from left to right; `AND` binds closer than `OR`.
struct Reader<'a> {
    words: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn either(&mut self) -> Option<bool> {
        let mut answer = self.both()?;
        while self.take("OR") {
            answer |= self.both()?;
        }
        Some(answer)
    }

    fn both(&mut self) -> Option<bool> {
        let mut answer = self.one()?;
        while self.take("AND") {
            answer &= self.one()?;
        }
        Some(answer)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let inside = self.either()?;
            return self.take(")").then_some(inside);
        }
        let licence = self.word()?;
        let mut answer = ALLOWED.contains(&licence);
        if self.take("WITH") {
            answer &= ALLOWED_EXCEPTIONS.contains(&self.word()?);
        }
        Some(answer)
    }

    fn take(&mut self, expected: &str) -> bool {
        let found = self.words.first() == Some(&expected);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn word(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        let is_licence = !["OR", "AND", "WITH", "(", ")"].contains(first);
        self.words = rest;
        is_licence.then_some(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Kind;
    use crate::metadata::written::workspace;

    #[test]
    fn expressions_are_read_as_spdx_says() {
        assert_eq!(allowed("MIT"), Some(true));
        assert_eq!(allowed("GPL-3.0-only"), Some(false));
        assert_eq!(allowed("MIT OR GPL-3.0-only"), Some(true));
        assert_eq!(allowed("MIT AND GPL-3.0-only"), Some(false));
        assert_eq!(allowed("GPL-3.0-only OR MIT AND ISC"), Some(true));
        assert_eq!(
            allowed("(GPL-3.0-only OR MIT) AND AGPL-3.0-only"),
            Some(false)
        );
        assert_eq!(allowed("Apache-2.0 WITH LLVM-exception OR MIT"), Some(true));
        assert_eq!(allowed("Apache-2.0 WITH Other-exception"), Some(false));
        assert_eq!(allowed("MIT/Apache-2.0"), Some(true));
    }

    #[test]
    fn what_is_no_expression_is_not_guessed() {
        for broken in ["", "MIT OR", "(MIT", "MIT ISC", "OR MIT", "MIT WITH"] {
            assert_eq!(allowed(broken), None, "{broken}");
        }
    }

    #[test]
    fn licences_and_origins_are_found_in_the_graph() {
        let mut written = workspace(&[("tubelet-video", "codec", Kind::Normal)]);
        assert!(check(&written).is_empty());
        for package in &mut written.packages {
            if package.name == "codec" {
                package.license = Some("AGPL-3.0-only".to_owned());
                package.source = Some("git+https://example.org/codec".to_owned());
            }
        }
        let found = check(&written);
        assert_eq!(found.len(), 2);
        assert!(found[0].what.contains("AGPL-3.0-only"));
        assert!(found[1].what.contains("git+"));
    }

    #[test]
    fn a_package_without_a_licence_is_found() {
        let mut written = workspace(&[("tubelet-video", "codec", Kind::Normal)]);
        for package in &mut written.packages {
            package.license = None;
        }
        assert_eq!(check(&written).len(), 1);
    }
}
