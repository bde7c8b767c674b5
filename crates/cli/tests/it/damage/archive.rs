//! Containers of PyTorch checkpoints, taken apart and put together, so that damage reaches what lies inside.
//!
//! In: entries by name. Out: an archive without compression and with the right checksums; or the other way round.

/// What stands before an entry, and before its line in the list at the end.
const ENTRY: &[u8] = b"PK\x03\x04";
const LISTED: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";

/// The content of an entry of an archive without compression.
pub(super) fn entry<'a>(archive: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let number = |place: usize, width: usize| {
        let bytes = archive.get(place..place + width)?.iter().rev();
        Some(bytes.fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let starts = (0..archive.len()).filter(|start| archive[*start..].starts_with(LISTED));
    for start in starts {
        let length = number(start + 28, 2)?;
        let found = archive.get(start + 46..start + 46 + length)?;
        if found.ends_with(name.as_bytes()) {
            let (size, head) = (number(start + 20, 4)?, number(start + 42, 4)?);
            let content = head + 30 + number(head + 26, 2)? + number(head + 28, 2)?;
            return archive.get(content..content + size);
        }
    }
    None
}

/// An archive of the given entries.
pub(super) fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut list = Vec::new();
    for (name, content) in entries {
        let start = (bytes.len() as u32).to_le_bytes();
        let mut sum = flate2::Crc::new();
        sum.update(content);
        // Versions, flags, method and time are nothing; sizes with and without compression are the same.
        let mut fields = vec![0; 10];
        fields.extend(sum.sum().to_le_bytes());
        fields.extend((content.len() as u32).to_le_bytes().repeat(2));
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0; 2]);
        bytes.extend([ENTRY, &fields, name.as_bytes(), content].concat());
        list.extend([LISTED, &[0; 2], &fields, &[0; 10], &start, name.as_bytes()].concat());
    }
    let count = (entries.len() as u16).to_le_bytes().repeat(2);
    let length = (list.len() as u32).to_le_bytes();
    let start = (bytes.len() as u32).to_le_bytes();
    bytes.extend([&list[..], END, &[0; 4], &count, &length, &start, &[0; 2]].concat());
    bytes
}
