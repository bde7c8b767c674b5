//! `tracks.json`: every mask, box and score of a run.
//!
//! In: what was asked, and the journal of records. Out: one file, written record by record, that appears whole or not
//! at all. The format is documented in `docs/formats.md`.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::journal::Journal;
use crate::failure::Failure;

/// Version of the format; readers refuse one they do not know.
pub(crate) const VERSION: u32 = 1;

/// Where the masks came from.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Header {
    /// The clip as it was named.
    pub(crate) clip: String,
    /// Width of a frame in pixels.
    pub(crate) width: usize,
    /// Height of a frame in pixels.
    pub(crate) height: usize,
    /// Frames of the clip, where known.
    pub(crate) frames: Option<usize>,
    /// Mean frames per second, where known.
    pub(crate) frames_per_second: Option<f64>,
    /// The model as it was named.
    pub(crate) model: String,
    /// False when the run was stopped before its end.
    pub(crate) complete: bool,
}

/// Writes `tracks.json` into `folder`.
///
/// # Errors
/// When the disk refuses it, or the journal cannot be read back.
pub(crate) fn write(folder: &Path, header: &Header, journal: &Journal) -> Result<PathBuf, Failure> {
    let path = folder.join("tracks.json");
    let partial = folder.join("tracks.json.partial");
    let writing = Failure::writing(&partial);
    let mut file = BufWriter::new(File::create(&partial).map_err(&writing)?);
    let head = serde_json::to_string(header)?;
    write!(
        file,
        "{{\"format\":\"tubelet-tracks\",\"version\":{VERSION},\"video\":{head},\"objects\":["
    )
    .map_err(&writing)?;
    for (index, object) in journal.objects().into_iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(file, "{comma}\n{{\"id\":{object},\"frames\":[").map_err(&writing)?;
        for (index, record) in journal.of_object(object).enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(file, "{comma}\n{}", serde_json::to_string(&record?)?).map_err(&writing)?;
        }
        file.write_all(b"]}").map_err(&writing)?;
    }
    file.write_all(b"]}\n")
        .and_then(|()| file.flush())
        .and_then(|()| file.get_ref().sync_all())
        .map_err(&writing)?;
    std::fs::rename(&partial, &path).map_err(Failure::writing(&path))?;
    Ok(path)
}
