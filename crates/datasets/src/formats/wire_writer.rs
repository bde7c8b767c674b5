//! Messages of protocol buffers, written field by field.
//!
//! In: numbers of fields and their contents. Out: bytes that [`super::wire`] and every other reader take. Repeated numbers
//! stand one by one, as in version 2 of the language. Format: protobuf.dev, "Encoding".

/// A message being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// An empty message.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Adds an integer, an enum or a bool.
    #[must_use]
    pub(crate) fn integer(mut self, number: u32, value: u64) -> Self {
        self.varint(u64::from(number) << 3);
        self.varint(value);
        self
    }

    /// Adds doubles, one field for each.
    #[must_use]
    pub(crate) fn doubles(mut self, number: u32, values: &[f64]) -> Self {
        for value in values {
            self.varint(u64::from(number) << 3 | 1);
            self.bytes.extend(value.to_le_bytes());
        }
        self
    }

    /// Adds bytes or a text.
    #[must_use]
    pub(crate) fn bytes(mut self, number: u32, content: &[u8]) -> Self {
        self.varint(u64::from(number) << 3 | 2);
        self.varint(content.len() as u64);
        self.bytes.extend(content);
        self
    }

    /// Adds a message.
    #[must_use]
    pub(crate) fn message(self, number: u32, content: Self) -> Self {
        self.bytes(number, &content.bytes)
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::formats::wire::fields;

    #[test]
    fn what_is_written_is_read() {
        let inner = Message::new().integer(1, 300).doubles(2, &[0.5, -1.0]);
        let message = Message::new().bytes(20, b"text").message(3, inner);
        let bytes = message.into_bytes();
        let found: Vec<_> = fields(&bytes).collect::<Result<_, _>>().unwrap();
        assert_eq!(found[0].number, 20);
        assert_eq!(found[0].text().unwrap(), "text");
        let inner = found[1].bytes().unwrap();
        let inner: Vec<_> = fields(inner).collect::<Result<_, _>>().unwrap();
        assert_eq!(inner[0].integer(), Some(300));
        let mut numbers = Vec::new();
        for field in inner {
            field.add_doubles(&mut numbers);
        }
        assert_eq!(numbers, [0.5, -1.0]);
    }
}
