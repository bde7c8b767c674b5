//! Where reference values lie: those of the project, and those that cannot be part of it.
#![expect(clippy::unwrap_used, reason = "a test may stop on a damaged file")]

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

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

/// Reads a JSON file.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> T {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Reads vectors that `fixtures/metrics/official_vectors.py` has written.
pub(crate) fn golden<T: DeserializeOwned>(name: &str) -> T {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    read(&data.join(name).with_extension("json"))
}
