//! Where ground truth and reference values lie that cannot be part of the project.

use std::path::{Path, PathBuf};

/// A file or folder of the shared data; prints why and gives `None` where it is missing.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TUBELET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let found = root.join("data").join(path);
    if found.exists() {
        return Some(found);
    }
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    {
        eprintln!(
            "skipped: {} is missing (set TUBELET_SHARED)",
            found.display()
        );
    }
    None
}
