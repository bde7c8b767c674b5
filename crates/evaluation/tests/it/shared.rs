//! Where real files and reference values lie.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A file or folder of the shared data; prints why and gives `None` where it is missing.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TUBELET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let found = root.join("data").join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!(
        "skipped: {} is missing (set TUBELET_SHARED)",
        found.display()
    );
    None
}

/// Reads a JSON file.
pub(crate) fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Inputs and values of an official evaluator, which the tests of the metrics hold.
pub(crate) fn golden(name: &str) -> Value {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../metrics/tests/data");
    read(&data.join(name).with_extension("json"))
}

/// A small file that the tests of the readers hold.
pub(crate) fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../datasets/tests/data")
        .join(name)
}
