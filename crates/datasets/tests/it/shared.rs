//! Where real files are looked for.

use std::path::PathBuf;

/// A folder of the shared data; `None`, with the reason printed, where it is not at hand.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let root =
        std::env::var_os("TUBELET_SHARED").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = root.join("data").join(name);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!(
        "skipped: {} is not there (set TUBELET_SHARED)",
        path.display()
    );
    None
}

/// A file of the shared data; `None`, with the reason printed, where it is not at hand.
pub(crate) fn shared_file(folder: &str, name: &str) -> Option<PathBuf> {
    let path = shared(folder)?.join(name);
    assert!(path.is_file(), "{} is gone", path.display());
    Some(path)
}

/// A small file made by the libraries that made the data set's own.
pub(crate) fn stored(name: &str) -> PathBuf {
    // Set while Cargo runs a test or an example; a copied program may be told where the files are now.
    let here = std::env::var_os("CARGO_MANIFEST_DIR");
    let here = here.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.join("tests/data").join(name)
}
