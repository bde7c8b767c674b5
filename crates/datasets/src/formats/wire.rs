//! The wire form of protocol buffers, without schemas.
//!
//! In: the bytes of a message. Out: its fields by number. A field of an unexpected type reads as absent, as in
//! protobuf itself. Format: protobuf.dev, "Encoding".

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Content<'a> {
    /// A varint: integers, enums, bools.
    Varint(u64),
    /// Eight bytes: doubles.
    Fixed64([u8; 8]),
    /// Four bytes: floats.
    Fixed32([u8; 4]),
    /// A text, bytes, a message, or packed numbers.
    Bytes(&'a [u8]),
}

/// A field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Field<'a> {
    pub(crate) number: u32,
    pub(crate) content: Content<'a>,
}

impl<'a> Field<'a> {
    /// An integer.
    pub(crate) fn integer(self) -> Option<u64> {
        match self.content {
            Content::Varint(number) => Some(number),
            _ => None,
        }
    }

    /// A double.
    pub(crate) fn double(self) -> Option<f64> {
        match self.content {
            Content::Fixed64(bytes) => Some(f64::from_le_bytes(bytes)),
            _ => None,
        }
    }

    /// Bytes, or the bytes of a message.
    pub(crate) fn bytes(self) -> Option<&'a [u8]> {
        match self.content {
            Content::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A text; bytes that are no UTF-8 are replaced.
    pub(crate) fn text(self) -> Option<String> {
        self.bytes()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Doubles, packed or one by one.
    pub(crate) fn add_doubles(self, numbers: &mut Vec<f64>) {
        match self.content {
            Content::Fixed64(bytes) => numbers.push(f64::from_le_bytes(bytes)),
            Content::Bytes(bytes) => {
                let (chunks, _) = bytes.as_chunks::<8>();
                numbers.extend(chunks.iter().map(|chunk| f64::from_le_bytes(*chunk)));
            }
            _ => {}
        }
    }
}

/// The fields of a message, in their order; the message says what is wrong with them.
pub(crate) fn fields(message: &[u8]) -> Fields<'_> {
    Fields { rest: message }
}

/// See [`fields`].
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn field(&mut self) -> Option<Field<'a>> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| *number > 0)?;
        let content = match tag & 7 {
            0 => Content::Varint(self.varint()?),
            1 => Content::Fixed64(self.take(8)?.try_into().ok()?),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Content::Bytes(self.take(length)?)
            }
            5 => Content::Fixed32(self.take(4)?.try_into().ok()?),
            _ => return None,
        };
        Some(Field { number, content })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.rest = &[];
        }
        Some(field.ok_or_else(|| "a message that is cut short or no message".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_all_types_are_read() {
        let message =
            b"\x08\x96\x01\x12\x02hi\x19\x00\x00\x00\x00\x00\x00\xf0\x3f\x25\x00\x00\x80\x3f";
        let found: Result<Vec<_>, _> = fields(message).collect();
        let found = found.unwrap_or_default();
        let numbers: Vec<u32> = found.iter().map(|field| field.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
        assert_eq!(found[0].integer(), Some(150));
        assert_eq!(found[1].text().as_deref(), Some("hi"));
        assert_eq!(found[2].double(), Some(1.0));
        assert_eq!(found[3].double(), None);
    }

    #[test]
    fn what_is_cut_short_ends_with_one_error() {
        for message in [
            &b"\x08"[..],
            b"\x12\x05hi",
            b"\x07",
            b"\x00\x00",
            &[0xff; 20],
        ] {
            assert_eq!(fields(message).filter(Result::is_err).count(), 1);
        }
    }
}
