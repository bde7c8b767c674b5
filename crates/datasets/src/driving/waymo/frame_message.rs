//! The `Frame` message of Waymo's first release.
//!
//! In: the bytes of a record. Out: a [`WaymoFrame`]; lidar and maps are passed over. Format: `dataset.proto`,
//! `label.proto`.

use std::path::Path;

use super::camera::{WaymoCalibration, WaymoCamera, WaymoImage, WaymoTransform, micros, transform};
use super::panoptic::{WaymoInstance, WaymoSegmentation};
use super::records::{WaymoBox, WaymoCameraSegmentation, WaymoFrame};
use crate::annotated_box::AnnotatedBox;
use crate::formats::run_length_json::checked_size;
use crate::formats::wire::{Field, fields};

/// Numbers of fields are those of `dataset.proto`.
pub(super) fn parse_frame(path: &Path, message: &[u8]) -> Result<WaymoFrame, String> {
    let mut frame = WaymoFrame {
        context: String::new(),
        timestamp_micros: 0,
        world_from_vehicle: None,
        calibrations: Vec::new(),
        images: Vec::new(),
        segmentations: Vec::new(),
        boxes: Vec::new(),
    };
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, Some(message)) => context(message, &mut frame)?,
            (2, None) => frame.timestamp_micros = field.integer().unwrap_or(0),
            (3, Some(message)) => frame.world_from_vehicle = Some(pose(message)?),
            (4, Some(message)) => image(path, message, &mut frame)?,
            (8, Some(message)) => boxes(message, &mut frame)?,
            _ => {}
        }
    }
    if frame.context.is_empty() {
        return Err("it has no context".to_owned());
    }
    Ok(frame)
}

fn context(message: &[u8], frame: &mut WaymoFrame) -> Result<(), String> {
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, Some(_)) => frame.context = field.text().unwrap_or_default(),
            (2, Some(message)) => frame.calibrations.push(calibration(message)?),
            _ => {}
        }
    }
    Ok(())
}

fn camera(field: Field<'_>) -> Result<WaymoCamera, String> {
    let number = field.integer().unwrap_or(0);
    WaymoCamera::from_number(number).ok_or_else(|| format!("unknown camera {number}"))
}

fn calibration(message: &[u8]) -> Result<WaymoCalibration, String> {
    let (mut found, mut intrinsic, mut extrinsic) = (None, Vec::new(), None);
    let (mut width, mut height) = (0, 0);
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, None) => found = Some(camera(field)?),
            (2, _) => field.add_doubles(&mut intrinsic),
            (3, Some(message)) => extrinsic = Some(pose(message)?),
            (4, None) => width = field.integer().unwrap_or(0),
            (5, None) => height = field.integer().unwrap_or(0),
            _ => {}
        }
    }
    let numbers = intrinsic.len();
    Ok(WaymoCalibration {
        camera: found.ok_or("a calibration of no camera")?,
        intrinsic: intrinsic
            .try_into()
            .map_err(|_| format!("a calibration of {numbers} numbers instead of 9"))?,
        vehicle_from_camera: extrinsic.ok_or("a camera that is mounted nowhere")?,
        size: checked_size(width as usize, height as usize)?,
    })
}

fn pose(message: &[u8]) -> Result<WaymoTransform, String> {
    let mut numbers = Vec::new();
    for field in fields(message) {
        let field = field?;
        if field.number == 1 {
            field.add_doubles(&mut numbers);
        }
    }
    transform(numbers)
}

fn image(path: &Path, message: &[u8], frame: &mut WaymoFrame) -> Result<(), String> {
    let (mut found, mut jpeg, mut world_from_vehicle) = (None, Vec::new(), None);
    let (mut labels, mut pose_micros) = (None, None);
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, None) => found = Some(camera(field)?),
            (2, Some(bytes)) => jpeg = bytes.to_vec(),
            (3, Some(message)) => world_from_vehicle = Some(pose(message)?),
            (5, None) => pose_micros = field.double().and_then(micros),
            (10, Some(message)) => labels = Some(segmentation(path, message)?),
            _ => {}
        }
    }
    let camera = found.ok_or("a picture of no camera")?;
    frame.images.push(WaymoImage {
        camera,
        jpeg,
        world_from_vehicle,
        pose_micros,
    });
    frame
        .segmentations
        .extend(labels.map(|segmentation| WaymoCameraSegmentation {
            camera,
            segmentation,
        }));
    Ok(())
}

fn segmentation(path: &Path, message: &[u8]) -> Result<WaymoSegmentation, String> {
    let mut segmentation = WaymoSegmentation::new(path);
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, None) => {
                let divisor = field.integer().unwrap_or(0);
                let small = u16::try_from(divisor).ok().filter(|divisor| *divisor > 0);
                segmentation.divisor = small.ok_or_else(|| format!("a divisor of {divisor}"))?;
            }
            (2, Some(bytes)) => segmentation.labels = bytes.to_vec(),
            (3, Some(message)) => {
                let mut numbers = [0; 3];
                for field in fields(message) {
                    let field = field?;
                    let place = usize::try_from(field.number)
                        .ok()
                        .and_then(|it| it.checked_sub(1));
                    if let Some(number) = place.and_then(|it| numbers.get_mut(it)) {
                        *number = field.integer().unwrap_or(0);
                    }
                }
                let [local, global, is_tracked] = numbers;
                let number = |what: u64| format!("an instance numbered {what}");
                let instance = WaymoInstance {
                    global: u32::try_from(global).map_err(|_| number(global))?,
                    is_tracked: is_tracked != 0,
                };
                let local = u16::try_from(local).map_err(|_| number(local))?;
                segmentation.instances.insert(local, instance);
            }
            (4, Some(_)) => segmentation.sequence = field.text().unwrap_or_default(),
            (5, Some(bytes)) => segmentation.covered = bytes.to_vec(),
            _ => {}
        }
    }
    Ok(segmentation)
}

/// Boxes of one camera (`CameraLabels`).
fn boxes(message: &[u8], frame: &mut WaymoFrame) -> Result<(), String> {
    let mut found = None;
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes(), found) {
            (1, None, _) => found = WaymoCamera::from_number(field.integer().unwrap_or(0)),
            (2, Some(message), Some(camera)) => frame.boxes.push(label(message, camera)?),
            _ => {}
        }
    }
    Ok(())
}

fn label(message: &[u8], camera: WaymoCamera) -> Result<WaymoBox, String> {
    let (mut id, mut kind) = (String::new(), 0);
    // Centre x and y, length along x, width along y.
    let [mut x, mut y, mut length, mut width] = [0.0; 4];
    for field in fields(message) {
        let field = field?;
        match (field.number, field.bytes()) {
            (1, Some(message)) => {
                for field in fields(message) {
                    let field = field?;
                    let number = field.double().unwrap_or(0.0);
                    match field.number {
                        1 => x = number,
                        2 => y = number,
                        4 => width = number,
                        5 => length = number,
                        _ => {}
                    }
                }
            }
            (3, None) => kind = field.integer().unwrap_or(0),
            (4, Some(_)) => id = field.text().unwrap_or_default(),
            _ => {}
        }
    }
    let edges = AnnotatedBox::finite([x - length / 2.0, y - width / 2.0, length, width]);
    Ok(WaymoBox {
        camera,
        id,
        kind,
        edges: edges.ok_or("a box that is not finite")?,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// A field that holds bytes or a message.
    fn bytes(number: u8, content: &[u8]) -> Vec<u8> {
        let mut field = vec![number << 3 | 2];
        let mut length = content.len();
        while length > 127 {
            field.push(length as u8 | 0x80);
            length >>= 7;
        }
        field.push(length as u8);
        field.extend(content);
        field
    }

    fn integer(number: u8, value: u8) -> Vec<u8> {
        vec![number << 3, value]
    }

    fn doubles(number: u8, values: &[f64]) -> Vec<u8> {
        let packed: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        bytes(number, &packed)
    }

    fn double(number: u8, value: f64) -> Vec<u8> {
        [&[number << 3 | 1][..], &value.to_le_bytes()].concat()
    }

    fn written() -> Vec<u8> {
        let pose = doubles(1, &[1.0; 16]);
        let calibration = [
            integer(1, 3),
            doubles(2, &[2.0; 9]),
            bytes(3, &pose),
            integer(4, 6),
            integer(5, 4),
        ];
        let context = [bytes(1, b"segment"), bytes(2, &calibration.concat())];
        let instance = [integer(1, 5), integer(2, 77), integer(3, 1)].concat();
        let segmentation = [
            vec![8, 0xe8, 7],
            bytes(2, b"png"),
            bytes(3, &instance),
            bytes(4, b"sequence"),
            bytes(5, b"covered"),
        ];
        let image = [
            integer(1, 3),
            bytes(2, b"jpeg"),
            bytes(3, &pose),
            bytes(10, &segmentation.concat()),
        ];
        let edges = [
            double(1, 10.0),
            double(2, 20.0),
            double(4, 4.0),
            double(5, 6.0),
        ];
        let label = [
            bytes(1, &edges.concat()),
            integer(3, 2),
            bytes(4, b"object"),
        ];
        let labels = [integer(1, 3), bytes(2, &label.concat())];
        let frame = [
            bytes(1, &context.concat()),
            integer(2, 9),
            bytes(3, &pose),
            bytes(4, &image.concat()),
            bytes(8, &labels.concat()),
        ];
        frame.concat()
    }

    #[test]
    fn every_field_of_a_written_frame_arrives() {
        let found = parse_frame(Path::new("a"), &written()).unwrap();
        assert_eq!(
            (found.context.as_str(), found.timestamp_micros),
            ("segment", 9)
        );
        assert_eq!(found.calibrations[0].camera, WaymoCamera::FrontRight);
        assert_eq!(found.images[0].jpeg, b"jpeg");
        let segmentation = &found.segmentations[0].segmentation;
        assert_eq!(
            (segmentation.divisor, segmentation.sequence.as_str()),
            (1000, "sequence")
        );
        assert_eq!(segmentation.instances[&5].global, 77);
        assert_eq!(found.boxes[0].edges.edges(), [7.0, 18.0, 13.0, 22.0]);
        assert_eq!(
            (found.boxes[0].id.as_str(), found.boxes[0].kind),
            ("object", 2)
        );
    }

    #[test]
    fn damaged_frames_do_no_harm() {
        let whole = written();
        let mut state = 1_u64;
        let mut dice = |count: usize| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            (state >> 33) as usize % count
        };
        let mut refused = 0;
        for _ in 0..20_000 {
            let mut message = whole.clone();
            for _ in 0..=dice(3) {
                let place = dice(message.len());
                match dice(3) {
                    0 => message[place] = dice(256) as u8,
                    1 => message[place] ^= 1 << dice(8),
                    _ => message.truncate(place + 1),
                }
            }
            refused += usize::from(parse_frame(Path::new("a"), &message).is_err());
        }
        assert!((5000..19_000).contains(&refused), "{refused}");
    }
}
