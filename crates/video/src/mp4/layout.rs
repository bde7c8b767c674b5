//! The boxes at the top of a file: where the index is and where the file really ends.

use std::io::{Read, Seek, SeekFrom};

use super::boxes::{Kind, kind_text};
use super::refusal::Refusal;

/// The largest index read into memory; an hour of video needs about a megabyte.
const LARGEST_INDEX: u64 = 1 << 28;

/// The index boxes of a file.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Bytes inside `moov`.
    pub(crate) movie: Vec<u8>,
    /// Each `moof`: where the box starts in the file, and the bytes inside.
    pub(crate) fragments: Vec<(u64, Vec<u8>)>,
    /// Bytes in the file.
    pub(crate) file_size: u64,
}

struct Header {
    kind: Kind,
    start: u64,
    content: u64,
    end: u64,
}

impl Layout {
    /// Reads the index boxes.
    pub(crate) fn read<R: Read + Seek>(file: &mut R) -> Result<Self, Refusal> {
        let file_size = file.seek(SeekFrom::End(0))?;
        let mut movie = None;
        let mut fragments = Vec::new();
        let mut position = 0;
        let mut seen = Vec::new();
        let mut cut = None;
        while let Some(header) = read_header(file, position, file_size)? {
            let index_box = matches!(&header.kind, b"moov" | b"moof");
            if header.end > file_size {
                cut = Some(format!(
                    "box `{}` needs {} bytes, the file has {file_size}",
                    kind_text(header.kind),
                    header.end
                ));
                break;
            }
            if index_box {
                let content = read_content(file, &header)?;
                match &header.kind {
                    b"moov" if movie.is_none() => movie = Some(content),
                    b"moof" => fragments.push((header.start, content)),
                    _ => {}
                }
            }
            if seen.len() < 8 {
                seen.push(kind_text(header.kind));
            }
            position = header.end;
        }
        match (movie, cut) {
            (Some(movie), _) => Ok(Self {
                movie,
                fragments,
                file_size,
            }),
            (None, Some(cut)) => Err(Refusal::CutShort(format!(
                "{cut}, and the index (`moov`) is not before it"
            ))),
            (None, None) => Err(Refusal::CutShort(format!(
                "no index (`moov`) among the boxes {}",
                seen.join(", ")
            ))),
        }
    }
}

/// The box header at a position; `None` at the end of the file or where no box can be.
fn read_header<R: Read + Seek>(
    file: &mut R,
    start: u64,
    file_size: u64,
) -> Result<Option<Header>, Refusal> {
    let left = file_size.saturating_sub(start);
    if left < 8 {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(start))?;
    let mut word = [0; 8];
    file.read_exact(&mut word)?;
    let [a, b, c, d, kind @ ..] = word;
    let (header_size, size) = match u32::from_be_bytes([a, b, c, d]) {
        0 => (8, left),
        1 if left >= 16 => {
            file.read_exact(&mut word)?;
            (16, u64::from_be_bytes(word))
        }
        size => (8, u64::from(size)),
    };
    // Bytes after the last box are no box; players ignore them.
    if size < header_size
        || !kind
            .iter()
            .all(|byte| byte.is_ascii_graphic() || *byte == b' ' || *byte == 0xa9)
    {
        return Ok(None);
    }
    Ok(Some(Header {
        kind,
        start,
        content: start + header_size,
        end: start.saturating_add(size),
    }))
}

fn read_content<R: Read + Seek>(file: &mut R, header: &Header) -> Result<Vec<u8>, Refusal> {
    let size = header.end - header.content;
    if size > LARGEST_INDEX {
        return Refusal::damaged(format!("an index of {size} bytes"));
    }
    let mut content = vec![0; size as usize];
    file.seek(SeekFrom::Start(header.content))?;
    file.read_exact(&mut content)?;
    Ok(content)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn the_index_is_found_behind_the_media_data() {
        let file = [
            &[0, 0, 0, 12][..],
            b"mdat",
            &[1; 4],
            &[0, 0, 0, 9],
            b"moov",
            &[5],
            &[0, 0],
        ]
        .concat();
        let layout = Layout::read(&mut Cursor::new(file)).unwrap();
        assert_eq!(layout.movie, [5]);
        assert_eq!(layout.file_size, 23);
    }

    #[test]
    fn a_cut_before_the_index_is_named() {
        let file = [&[0, 0, 1, 0][..], b"mdat", &[1; 4]].concat();
        let refusal = Layout::read(&mut Cursor::new(file)).unwrap_err();
        assert!(
            matches!(refusal, Refusal::CutShort(what) if what.contains("needs 256 bytes, the file has 12"))
        );
    }

    #[test]
    fn a_cut_after_the_index_is_no_obstacle() {
        let file = [
            &[0, 0, 0, 9][..],
            b"moov",
            &[5],
            &[0, 0, 1, 0],
            b"mdat",
            &[1; 4],
        ]
        .concat();
        assert_eq!(Layout::read(&mut Cursor::new(file)).unwrap().movie, [5]);
    }
}
