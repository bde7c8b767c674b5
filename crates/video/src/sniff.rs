//! What a file is, judged by its first bytes and never by its name.

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// MP4, MOV and their kin.
    Mp4,
    /// A picture that we decode.
    Image(&'static str),
    /// Another container, codec or picture that `ffmpeg` may decode.
    Foreign(&'static str),
    /// Sound without pictures.
    Sound(&'static str),
    /// Something that is known to be no video.
    Other(String),
    /// Unknown bytes.
    Unknown(String),
}

/// Number of bytes that [`sniff`] looks at.
pub(crate) const SNIFFED_BYTES: usize = 512;

/// Judges the first [`SNIFFED_BYTES`] of a file.
pub(crate) fn sniff(bytes: &[u8]) -> Content {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Content::Image("a JPEG picture"),
        [0x89, b'P', b'N', b'G', ..] => Content::Image("a PNG picture"),
        [b'G', b'I', b'F', b'8', ..] => Content::Foreign("GIF"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Content::Foreign("Matroska or WebM"),
        [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] if kind.starts_with(b"AVI ") => {
            Content::Foreign("AVI")
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] if kind.starts_with(b"WEBP") => {
            Content::Foreign("WebP")
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] if kind.starts_with(b"WAVE") => {
            Content::Sound("WAV sound")
        }
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Content::Foreign("BMP"),
        [b'F', b'L', b'V', 1, ..] => Content::Foreign("FLV"),
        [0x30, 0x26, 0xb2, 0x75, ..] => Content::Foreign("Windows Media"),
        [0, 0, 1, 0xba | 0xb3, ..] => Content::Foreign("MPEG program stream"),
        [0, 0, 0, 1, header, ..] | [0, 0, 1, header, ..] if header & 0x80 == 0 => {
            Content::Foreign("a raw H.264 stream")
        }
        _ if bytes.starts_with(b"OggS") => Content::Foreign("Ogg"),
        _ if bytes.starts_with(b"YUV4MPEG2") => Content::Foreign("YUV4MPEG"),
        _ if bytes.first() == Some(&0x47) && bytes.get(188) == Some(&0x47) => {
            Content::Foreign("MPEG transport stream")
        }
        _ if bytes.starts_with(b"fLaC") => Content::Sound("FLAC sound"),
        [b'I', b'D', b'3', ..] | [0xff, 0xfb | 0xf3 | 0xf2, ..] => Content::Sound("MP3 sound"),
        _ if is_mp4(bytes) => Content::Mp4,
        _ => no_video(bytes),
    }
}

fn is_mp4(bytes: &[u8]) -> bool {
    const FIRST_BOXES: [&[u8]; 8] = [
        b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp",
    ];
    bytes
        .get(4..8)
        .is_some_and(|kind| FIRST_BOXES.contains(&kind))
}

fn no_video(bytes: &[u8]) -> Content {
    const KNOWN: [(&[u8], &str); 6] = [
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "gzip data"),
        (b"%PDF", "a PDF document"),
        (b"\x7fELF", "a program"),
        (b"SQLite format 3", "a database"),
        (
            b"version https://git-lfs",
            "a Git LFS pointer, not the file itself",
        ),
    ];
    if let Some((_, name)) = KNOWN.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Content::Other((*name).into());
    }
    if bytes.iter().all(|&byte| byte == 0) {
        return Content::Other("nothing but zero bytes".into());
    }
    let text = String::from_utf8_lossy(bytes);
    let lower = text.trim_start().to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Content::Other("a web page".into());
    }
    let is_text = |letter: char| !letter.is_control() || letter.is_whitespace();
    // The last letter may be cut in the middle.
    let letters = text.chars().count().saturating_sub(1).max(1);
    if text
        .chars()
        .take(letters)
        .all(|letter| is_text(letter) && letter != char::REPLACEMENT_CHARACTER)
    {
        return Content::Other("text".into());
    }
    let start: Vec<String> = bytes
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Content::Unknown(format!("unknown data starting with {}", start.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_told_by_its_first_bytes() {
        assert_eq!(sniff(b"\0\0\0\x20ftypisom"), Content::Mp4);
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), Content::Image("a PNG picture"));
        assert_eq!(sniff(b"RIFF\x10\0\0\0AVI LIST"), Content::Foreign("AVI"));
        assert_eq!(
            sniff(b"RIFF\x10\0\0\0WAVEfmt "),
            Content::Sound("WAV sound")
        );
        assert_eq!(
            sniff("just a few wörds".as_bytes()),
            Content::Other("text".into())
        );
        assert_eq!(
            sniff(b"  <!DOCTYPE html><p>Not found"),
            Content::Other("a web page".into())
        );
        assert_eq!(
            sniff(&[0; 100]),
            Content::Other("nothing but zero bytes".into())
        );
        assert_eq!(
            sniff(&[0x13, 0x37, 0xfe, 0xed]),
            Content::Unknown("unknown data starting with 13 37 fe ed".into())
        );
    }
}
