//! The text files that the rules are about.
//!
//! In: the workspace root. Out: each text file with its path. Build output, version control and pictures are left
//! out; the walk needs no version control, so that an unpacked archive is checked as well.

use std::path::Path;

use anyhow::{Context, Result};

/// A text file.
#[derive(Clone, Debug)]
pub(crate) struct SourceFile {
    /// Relative to the workspace root, with `/` between folders.
    pub path: String,
    /// All of it.
    pub text: String,
}

const LEFT_OUT: &[&str] = &["target", "out", "__pycache__", "node_modules"];
const HIDDEN_BUT_OURS: &[&str] = &[".cargo", ".ci", ".config"];
const TEXT: &[&str] = &[
    "rs", "md", "toml", "py", "sh", "txt", "yml", "yaml", "ts", "html",
];
const TEXT_WITHOUT_EXTENSION: &[&str] = &[".ci/run", ".gitignore", "LICENSE-MIT", "LICENSE-APACHE"];

/// Reads all of them, in the order of their paths.
pub(crate) fn read(root: &Path) -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    collect(root, root, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) -> Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
        let (path, name) = (entry.path(), entry.file_name());
        let kind = entry
            .file_type()
            .with_context(|| format!("cannot look at {}", path.display()))?;
        if kind.is_dir() && is_ours(&name.to_string_lossy()) {
            collect(root, &path, files)?;
        } else if kind.is_file() {
            let inside = path.strip_prefix(root).unwrap_or(&path);
            let inside = inside.to_string_lossy().replace('\\', "/");
            if is_text(&inside) {
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {} as UTF-8", path.display()))?;
                files.push(SourceFile { path: inside, text });
            }
        }
    }
    Ok(())
}

fn is_ours(folder: &str) -> bool {
    let hidden = folder.starts_with('.') && !HIDDEN_BUT_OURS.contains(&folder);
    !hidden && !LEFT_OUT.contains(&folder)
}

fn is_text(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|e| e.to_str());
    TEXT_WITHOUT_EXTENSION.contains(&path) || extension.is_some_and(|e| TEXT.contains(&e))
}

impl SourceFile {
    /// Lines with their numbers, counted from 1.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// Whether the file is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|e| e == "rs")
    }

    /// A file written by hand, for the tests of the rules.
    #[cfg(test)]
    pub(crate) fn written(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_and_build_output_is_not() {
        let root = std::env::temp_dir().join(format!("xtask-files-{}", std::process::id()));
        for folder in ["src", "target", ".ci", ".venv"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        for path in [
            "src/b.rs",
            "a.md",
            "target/c.rs",
            ".ci/run",
            "src/d.png",
            ".venv/e.py",
        ] {
            std::fs::write(root.join(path), "text\n").unwrap();
        }
        let files = read(&root).unwrap();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [".ci/run", "a.md", "src/b.rs"]);
        std::fs::remove_dir_all(&root).unwrap();
    }
}
