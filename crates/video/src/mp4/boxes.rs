//! The nested boxes of an MP4 file and the numbers in them.
//!
//! In: bytes from outside. Out: boxes that lie wholly inside the box around them, and big-endian numbers. Every size is
//! checked, so a damaged file gives a refusal and never a panic, an endless loop or a huge allocation.

use super::refusal::Refusal;

/// Four-character name of a box.
pub(crate) type Kind = [u8; 4];

/// A box: its name and what is inside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mp4Box<'a> {
    pub(crate) kind: Kind,
    pub(crate) payload: &'a [u8],
}

/// A name as text, with unprintable bytes replaced.
pub(crate) fn kind_text(kind: Kind) -> String {
    kind.map(|byte| {
        if byte.is_ascii_graphic() || byte == b' ' {
            char::from(byte)
        } else {
            '?'
        }
    })
    .iter()
    .collect()
}

/// The boxes inside a payload, one after another.
pub(crate) fn boxes(payload: &[u8]) -> Boxes<'_> {
    Boxes { rest: payload }
}

/// See [`boxes`].
pub(crate) struct Boxes<'a> {
    rest: &'a [u8],
}

impl<'a> Boxes<'a> {
    fn step(&mut self) -> Result<Mp4Box<'a>, Refusal> {
        let mut header = Numbers::new(self.rest);
        let short_size = header.u32()?;
        let kind = header.kind()?;
        let size = match short_size {
            0 => self.rest.len(),
            1 => usize::try_from(header.u64()?).unwrap_or(usize::MAX),
            size => size as usize,
        };
        let header_size = self.rest.len() - header.rest().len();
        match (self.rest.get(header_size..size), self.rest.get(size..)) {
            (Some(payload), Some(rest)) => {
                self.rest = rest;
                Ok(Mp4Box { kind, payload })
            }
            _ => Refusal::damaged(format!(
                "box `{}` does not fit into the box around it",
                kind_text(kind)
            )),
        }
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = Result<Mp4Box<'a>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        // QuickTime ends some lists of boxes with four zero bytes.
        if self.rest.len() < 8 {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.rest = &[];
        }
        Some(step)
    }
}

/// The first box of a kind, if there is one before any damage.
pub(crate) fn find(payload: &[u8], kind: Kind) -> Option<&[u8]> {
    boxes(payload)
        .map_while(Result::ok)
        .find(|found| found.kind == kind)
        .map(|found| found.payload)
}

/// The first box of a kind.
pub(crate) fn require(payload: &[u8], kind: Kind) -> Result<&[u8], Refusal> {
    find(payload, kind)
        .ok_or_else(|| Refusal::Damaged(format!("box `{}` is missing", kind_text(kind))))
}

/// Big-endian numbers, read from front to back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers<'a> {
    bytes: &'a [u8],
}

impl<'a> Numbers<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Numbers of a "full box": its version and flags, and what follows them.
    pub(crate) fn versioned(bytes: &'a [u8]) -> Result<(u8, u32, Self), Refusal> {
        let mut numbers = Self::new(bytes);
        let word = numbers.u32()?;
        Ok(((word >> 24) as u8, word & 0x00ff_ffff, numbers))
    }

    /// What has not been read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// The next bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Refusal> {
        match self.bytes.split_at_checked(count) {
            Some((taken, rest)) => {
                self.bytes = rest;
                Ok(taken)
            }
            None => Refusal::damaged("a box ends in the middle of a number"),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(crate) fn kind(&mut self) -> Result<Kind, Refusal> {
        self.array()
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Refusal> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Refusal> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Refusal> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Refusal> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Refusal> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// A 32-bit number in version 0 of a box, a 64-bit one in version 1.
    pub(crate) fn u32_or_u64(&mut self, version: u8) -> Result<u64, Refusal> {
        if version == 1 {
            self.u64()
        } else {
            Ok(u64::from(self.u32()?))
        }
    }

    /// A count of entries followed by at least so many entries of a given size.
    pub(crate) fn entry_count(&mut self, entry_bytes: usize) -> Result<usize, Refusal> {
        let count = self.u32()? as usize;
        if count.saturating_mul(entry_bytes) > self.bytes.len() {
            return Refusal::damaged("a table announces more entries than it has");
        }
        Ok(count)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_found_by_name() {
        let bytes = [&[0, 0, 0, 8][..], b"free", &[0, 0, 0, 10], b"mvhd", &[7, 8]].concat();
        assert_eq!(find(&bytes, *b"mvhd"), Some(&[7, 8][..]));
        assert!(require(&bytes, *b"trak").is_err());
    }

    #[test]
    fn sizes_that_do_not_fit_end_the_list() {
        for size in [2u32, 7, 100, u32::MAX] {
            let bytes = [&size.to_be_bytes()[..], b"moov", &[0; 8]].concat();
            let found: Vec<_> = boxes(&bytes).collect();
            assert_eq!(found.len(), 1);
            assert!(found[0].is_err(), "size {size}");
        }
    }

    #[test]
    fn a_size_of_zero_means_up_to_the_end() {
        let bytes = [&[0, 0, 0, 0][..], b"mdat", &[1, 2, 3]].concat();
        assert_eq!(boxes(&bytes).next().unwrap().unwrap().payload, [1, 2, 3]);
    }

    #[test]
    fn long_sizes_are_read() {
        let bytes = [&[0, 0, 0, 1][..], b"mdat", &17u64.to_be_bytes(), &[9]].concat();
        assert_eq!(boxes(&bytes).next().unwrap().unwrap().payload, [9]);
    }
}
