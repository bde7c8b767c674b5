//! One track of a movie: what it is, how it is turned and cut, and where its tables are.

use super::boxes::{Kind, Mp4Box, Numbers, boxes, find, kind_text, require};
use super::description::Description;
use super::refusal::Refusal;
use crate::rotation::Rotation;

/// One entry of an edit list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edit {
    /// How long it lasts, in the movie's time scale; 0 at the end of a list means up to the end of the media.
    pub(crate) duration: u64,
    /// Where it starts in the media, in the track's time scale; `None` for an empty stretch.
    pub(crate) media_start: Option<i64>,
}

/// A track before its sample tables are unrolled.
#[derive(Debug)]
pub(crate) struct Track<'a> {
    /// Number by which fragments name the track.
    pub(crate) id: u32,
    /// Four-character name of the kind of media: `vide`, `soun`, …
    pub(crate) handler: Kind,
    /// Turn of the picture.
    pub(crate) rotation: Rotation,
    /// Units of media time per second.
    pub(crate) time_scale: u32,
    /// Edit list, in order.
    pub(crate) edits: Vec<Edit>,
    /// Codec and its settings.
    pub(crate) description: Description,
    /// Payload of `stbl`.
    pub(crate) tables: &'a [u8],
}

impl<'a> Track<'a> {
    /// Reads all tracks of a `moov` payload. A damaged track that is not video is left out.
    pub(crate) fn read_all(movie: &'a [u8]) -> Result<Vec<Self>, Refusal> {
        let mut tracks = Vec::new();
        for found in boxes(movie) {
            let Mp4Box { kind, payload } = found?;
            if kind == *b"trak" {
                match Self::read(payload) {
                    Err(refusal) if is_video(payload) => return Err(refusal),
                    Err(_) => {}
                    Ok(track) => tracks.push(track),
                }
            }
        }
        Ok(tracks)
    }

    fn read(track: &'a [u8]) -> Result<Self, Refusal> {
        let (id, rotation) = read_header(require(track, *b"tkhd")?)?;
        let media = require(track, *b"mdia")?;
        let tables = require(require(media, *b"minf")?, *b"stbl")?;
        let edits = find(track, *b"edts").and_then(|edits| find(edits, *b"elst"));
        let (version, _, mut numbers) = Numbers::versioned(require(media, *b"mdhd")?)?;
        numbers.take(if version == 1 { 16 } else { 8 })?;
        let time_scale = numbers.u32()?;
        if time_scale == 0 {
            return Refusal::damaged("a track with a time scale of zero");
        }
        Ok(Self {
            id,
            handler: read_handler(media)?,
            rotation,
            time_scale,
            edits: edits.map(read_edits).transpose()?.unwrap_or_default(),
            description: Description::read(require(tables, *b"stsd")?)?,
            tables,
        })
    }

    /// Whether the track holds pictures.
    pub(crate) fn is_video(&self) -> bool {
        self.handler == *b"vide"
    }

    /// What the track is, for messages.
    pub(crate) fn summary(&self) -> String {
        let media = match &self.handler {
            b"vide" => "video",
            b"soun" => "sound",
            b"subt" | b"sbtl" | b"text" => "subtitles",
            b"tmcd" => "time code",
            _ => "data",
        };
        format!("{media} `{}`", kind_text(self.description.codec).trim_end())
    }
}

fn read_handler(media: &[u8]) -> Result<Kind, Refusal> {
    let (_, _, mut numbers) = Numbers::versioned(require(media, *b"hdlr")?)?;
    numbers.u32()?;
    numbers.kind()
}

fn is_video(track: &[u8]) -> bool {
    find(track, *b"mdia")
        .is_some_and(|media| read_handler(media).is_ok_and(|kind| kind == *b"vide"))
}

fn read_header(payload: &[u8]) -> Result<(u32, Rotation), Refusal> {
    let (version, _, mut numbers) = Numbers::versioned(payload)?;
    numbers.take(if version == 1 { 16 } else { 8 })?;
    let id = numbers.u32()?;
    // Reserved word, duration, then 16 bytes of layer, group and volume.
    numbers.take(if version == 1 { 12 } else { 8 } + 16)?;
    let (a, b, _, c, d) = (
        numbers.i32()?,
        numbers.i32()?,
        numbers.u32()?,
        numbers.i32()?,
        numbers.i32()?,
    );
    Ok((id, Rotation::from_matrix([a, b, c, d])))
}

fn read_edits(payload: &[u8]) -> Result<Vec<Edit>, Refusal> {
    let (version, _, mut numbers) = Numbers::versioned(payload)?;
    let count = numbers.entry_count(if version == 1 { 20 } else { 12 })?;
    let mut edits = Vec::with_capacity(count);
    for _ in 0..count {
        let duration = numbers.u32_or_u64(version)?;
        let start = if version == 1 {
            numbers.u64()?.cast_signed()
        } else {
            i64::from(numbers.i32()?)
        };
        let rate = numbers.u32()?;
        if start >= 0 && rate != 0x0001_0000 {
            return Err(Refusal::Foreign(
                "an edit list that changes the speed".into(),
            ));
        }
        edits.push(Edit {
            duration,
            media_start: (start >= 0).then_some(start),
        });
    }
    Ok(edits)
}
