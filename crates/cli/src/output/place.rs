//! Whether results may be written into a folder: what lies there is replaced only where an earlier run wrote it.
//!
//! In: a folder, the names that will be written, what is read. Out: nothing, or why another folder is needed; and other names
//! for what a killed run left.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// What a run over one clip writes and replaces, beside its `tracks.json`.
pub(crate) const RESULTS: [&str; 3] = ["overlay.mp4", "contact-sheet.png", "masks"];

/// Refuses a folder where `results` exist that no earlier run wrote, or that hold what is read.
///
/// # Errors
/// [`Failure::InTheWay`] and [`Failure::ReadsResults`].
pub(crate) fn check(folder: &Path, results: &[&str], inputs: &[&Path]) -> Result<(), Failure> {
    let there: Vec<PathBuf> = results
        .iter()
        .map(|name| folder.join(name))
        .filter(|path| holds_something(path))
        .collect();
    let inputs = inputs.iter().filter_map(|input| input.canonicalize().ok());
    let inputs: Vec<PathBuf> = inputs.collect();
    for path in &there {
        let whole = path.canonicalize();
        if whole.is_ok_and(|whole| inputs.iter().any(|input| input.starts_with(&whole))) {
            return Err(Failure::ReadsResults { path: path.clone() });
        }
    }
    match there.into_iter().next() {
        Some(path) if !is_of_a_run(folder) => Err(Failure::InTheWay { path }),
        _ => Ok(()),
    }
}

/// A file, or a folder that is not empty.
fn holds_something(path: &Path) -> bool {
    if path.is_dir() {
        return fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
    }
    path.exists()
}

/// Whether an earlier run wrote into the folder, to its end or not.
fn is_of_a_run(folder: &Path) -> bool {
    const FORMAT_STANDS_WITHIN: u64 = 256;
    let mut beginning = Vec::new();
    let read = File::open(folder.join("tracks.json"))
        .and_then(|file| file.take(FORMAT_STANDS_WITHIN).read_to_end(&mut beginning));
    let is_ours = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("tubelet-tracks");
    read.is_ok() && is_ours(&beginning) || folder.join("tracks.partial.jsonl").exists()
}

/// Gives what a run left a free name, `STEM.1.END` or a later number, so that it is not written over. One that is empty or not
/// there is left.
///
/// # Errors
/// When it cannot be renamed.
pub(crate) fn set_aside(file: &Path, (stem, end): (&str, &str)) -> Result<(), Failure> {
    if !file.metadata().is_ok_and(|left| left.len() > 0) {
        return Ok(());
    }
    let names = (1_u32..).map(|number| file.with_file_name(format!("{stem}.{number}.{end}")));
    for name in names {
        if !name.exists() {
            return fs::rename(file, &name).map_err(Failure::writing(&name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    #[test]
    fn what_no_run_wrote_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        let allowed =
            |inputs: &[&Path]| check(folder, &RESULTS, inputs).map_err(|it| it.to_string());
        assert_eq!(allowed(&[]), Ok(()));
        fs::create_dir(folder.join("masks")).expect("a folder");
        write(folder, "tracks.json", r#"{"format": "of another program"}"#);
        assert_eq!(allowed(&[]), Ok(()));
        write(folder, "masks/00000.png", "x");
        assert!(allowed(&[]).is_err_and(|reason| reason.contains("masks")));
        write(
            folder,
            "tracks.json",
            r#"{"format":"tubelet-tracks","version":1}"#,
        );
        assert_eq!(allowed(&[&folder.join("clip.mp4")]), Ok(()));
        let read = folder.join("masks/00000.png");
        assert!(allowed(&[&read]).is_err_and(|reason| reason.contains("masks")));
        fs::remove_file(folder.join("tracks.json")).expect("removed");
        assert!(allowed(&[]).is_err());
        write(folder, "tracks.partial.jsonl", "");
        assert_eq!(allowed(&[]), Ok(()));
    }

    #[test]
    fn nothing_that_is_set_aside_is_lost() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("recording.mp4");
        for text in ["first", "second", "", "third"] {
            fs::write(&file, text).expect("written");
            set_aside(&file, ("recording", "mp4")).expect("set aside");
        }
        for (number, text) in ["first", "second", "third"].into_iter().enumerate() {
            let kept = folder.path().join(format!("recording.{}.mp4", number + 1));
            assert_eq!(fs::read_to_string(kept).expect("kept"), text);
        }
    }
}
