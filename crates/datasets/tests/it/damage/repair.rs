//! Checksums put right after damage, so that it reaches what lies behind them.

/// PNG: the checksum of each chunk whose length fits.
pub(super) fn png(bytes: &mut [u8]) {
    let mut start = 8;
    while let Some(head) = bytes.get(start..start + 4) {
        let length = head
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let end = start + 8 + length;
        let Some(body) = bytes.get(start + 4..end) else {
            return;
        };
        let mut sum = flate2::Crc::new();
        sum.update(body);
        let sum = sum.sum().to_be_bytes();
        if let Some(place) = bytes.get_mut(end..end + 4) {
            place.copy_from_slice(&sum);
        }
        start = end + 4;
    }
}

/// TFRecord: one record around everything between the first head and the end.
pub(super) fn record(bytes: &mut [u8]) {
    let Some(length) = bytes.len().checked_sub(16) else {
        return;
    };
    bytes[..8].copy_from_slice(&(length as u64).to_le_bytes());
    let sum = masked_checksum(&bytes[..8]);
    bytes[8..12].copy_from_slice(&sum);
    let sum = masked_checksum(&bytes[12..12 + length]);
    bytes[12 + length..].copy_from_slice(&sum);
}

/// CRC-32C, bit by bit, as TFRecord stores it.
fn masked_checksum(bytes: &[u8]) -> [u8; 4] {
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    const OFFSET: u32 = 0xa282_ead8;
    let shift = |register: u32| (register >> 1) ^ (POLYNOMIAL & (register & 1).wrapping_neg());
    let register = bytes.iter().fold(u32::MAX, |register, byte| {
        (0..8).fold(register ^ u32::from(*byte), |it, _| shift(it))
    });
    (!register)
        .rotate_right(15)
        .wrapping_add(OFFSET)
        .to_le_bytes()
}
