//! Texts of the oldest pickles, which are written as Python writes them in a program.
//!
//! In: what stands between opcode and end of line. Out: the text.

/// A quoted text with backslashes (`S'…'`); `None` where it is none.
pub(super) fn quoted(line: &[u8]) -> Option<String> {
    let line = line.trim_ascii();
    let quote = *line.first().filter(|byte| matches!(byte, b'\'' | b'"'))?;
    let inner = line.get(1..line.len().checked_sub(1)?)?;
    if line.last() != Some(&quote) || line.len() < 2 {
        return None;
    }
    let mut text = String::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            text.push(char::from(byte));
            continue;
        }
        match bytes.next()? {
            b'n' => text.push('\n'),
            b't' => text.push('\t'),
            b'r' => text.push('\r'),
            b'x' => text.push(char::from(hexadecimal(&mut bytes, 2)? as u8)),
            byte @ (b'\\' | b'\'' | b'"') => text.push(char::from(byte)),
            other => text.extend(['\\', char::from(other)]),
        }
    }
    Some(text)
}

/// A text with `\uXXXX` for all letters beyond Latin-1 (`V…`); `None` where it is none.
pub(super) fn raw_unicode(line: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(line.len());
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let digits = match (byte, bytes.peek()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => {
                text.push(char::from(byte));
                continue;
            }
        };
        bytes.next();
        text.push(char::from_u32(hexadecimal(&mut bytes, digits)?)?);
    }
    Some(text)
}

fn hexadecimal(bytes: &mut impl Iterator<Item = u8>, digits: usize) -> Option<u32> {
    (0..digits).try_fold(0_u32, |number, _| {
        let digit = char::from(bytes.next()?).to_digit(16)?;
        number.checked_mul(16)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_their_letters() {
        assert_eq!(
            quoted(b"'it\\'s\\n\\x41 \"a\\\\b\"'").as_deref(),
            Some("it's\nA \"a\\b\"")
        );
        assert_eq!(quoted(b"\"it's\"").as_deref(), Some("it's"));
        assert_eq!(raw_unicode(b"caf\xe9 \\u20ac").as_deref(), Some("café €"));
        for broken in [&b"'a"[..], b"'", b"", b"a'", b"'\\x4'", b"'\\"] {
            assert_eq!(quoted(broken), None);
        }
        assert_eq!(raw_unicode(b"\\ud800"), None);
    }
}
