//! Messages of protocol buffers, written for tests from `dataset.proto`, in one TFRecord.

use super::repair;

/// A frame with a camera, its picture, its segmentation and a box.
pub(super) fn waymo_record(label_png: &[u8]) -> Vec<u8> {
    let pose = |number| {
        message(
            number,
            &doubles(
                1,
                &[
                    1.0, 0.0, 0.0, 4.0, 0.0, 1.0, 0.0, 5.0, 0.0, 0.0, 1.0, 6.0, 0.0, 0.0, 0.0, 1.0,
                ],
            ),
        )
    };
    let calibration = [
        integer(1, 1),
        doubles(2, &[9.0; 9]),
        pose(3),
        integer(4, 9),
        integer(5, 5),
    ]
    .concat();
    let context = [message(1, b"segment"), message(2, &calibration)].concat();
    let instance = [integer(1, 1), integer(2, 77), integer(3, 1)].concat();
    let segmentation = [
        integer(1, 1000),
        message(2, label_png),
        message(3, &instance),
        message(4, b"sequence"),
        message(5, label_png),
    ]
    .concat();
    let image = [
        integer(1, 1),
        message(2, b"jpeg"),
        pose(3),
        message(10, &segmentation),
    ]
    .concat();
    let edges = [
        double(1, 10.0),
        double(2, 20.0),
        double(5, 6.0),
        double(4, 4.0),
    ]
    .concat();
    let label = [message(1, &edges), integer(3, 2), message(4, b"object")].concat();
    let boxes = [integer(1, 1), message(2, &label)].concat();
    let frame = [
        message(1, &context),
        integer(2, 9),
        pose(3),
        message(4, &image),
        message(8, &boxes),
    ]
    .concat();
    let mut record = vec![0; 12];
    record.extend(frame);
    record.extend([0; 4]);
    repair::record(&mut record);
    record
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn integer(number: u64, value: u64) -> Vec<u8> {
    [varint(number << 3), varint(value)].concat()
}

fn double(number: u64, value: f64) -> Vec<u8> {
    [varint(number << 3 | 1), value.to_le_bytes().to_vec()].concat()
}

fn doubles(number: u64, values: &[f64]) -> Vec<u8> {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    message(number, &bytes)
}

fn message(number: u64, bytes: &[u8]) -> Vec<u8> {
    [
        varint(number << 3 | 2),
        varint(bytes.len() as u64),
        bytes.to_vec(),
    ]
    .concat()
}
