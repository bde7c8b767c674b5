//! The golden video: frames, and what the reference says about them step by step.

use std::{collections::HashMap, path::Path};

use safetensors::SafeTensors;
use tubelet_geometry::{FrameSize, Mask};
use tubelet_session::{MaskLogits, ObjectId, ObjectMask};
use tubelet_video::Frame;

/// Largest difference that passes, as a fraction of the largest expected value or of one: scores are logits, and one that
/// happens to be near zero is no more exact than the others.
const TOLERANCE: f32 = 1e-4;

/// See the module docs.
pub(crate) struct Golden {
    bytes: Vec<u8>,
}

/// One expected answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) step: String,
    pub(crate) frame: usize,
    pub(crate) object: ObjectId,
}

impl Golden {
    pub(crate) fn open() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/video.safetensors");
        Self {
            bytes: std::fs::read(path).unwrap(),
        }
    }

    /// All expected answers in order.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let (_, header) = SafeTensors::read_metadata(&self.bytes).unwrap();
        let notes: &HashMap<String, String> = header.metadata().as_ref().unwrap();
        let entry = |text: &str| {
            let mut parts = text.split('.');
            Entry {
                step: parts.next().unwrap().to_owned(),
                frame: parts.next().unwrap().parse().unwrap(),
                object: ObjectId(parts.next().unwrap().parse().unwrap()),
            }
        };
        notes["order"].split(';').map(entry).collect()
    }

    /// The clip.
    pub(crate) fn frames(&self) -> Vec<Frame> {
        let (shape, bytes) = self.bytes_of("frames");
        let size = FrameSize::new(shape[2], shape[1]);
        bytes
            .chunks_exact(3 * size.pixel_count())
            .enumerate()
            .map(|(index, pixels)| Frame::new(size, pixels.to_vec()).unwrap().at(index, 0.0))
            .collect()
    }

    pub(crate) fn mask(&self, name: &str) -> Mask {
        let (shape, bytes) = self.bytes_of(name);
        Mask::from_bytes(FrameSize::new(shape[1], shape[0]), &bytes).unwrap()
    }

    /// Compares an answer with the reference's: logits, both scores, and the mask in video pixels.
    pub(crate) fn check(&self, entry: &Entry, actual: &ObjectMask, logits: MaskLogits<'_>) {
        let name = format!("{}.{}.{}", entry.step, entry.frame, entry.object);
        let numbers = |part: &str| self.numbers(&format!("{name}.{part}"));
        assert_close(
            &format!("{name}: logits"),
            logits.values,
            &numbers("logits"),
        );
        assert_close(
            &format!("{name}: score"),
            &[actual.object_score],
            &numbers("score"),
        );
        assert_close(&format!("{name}: iou"), &[actual.iou], &numbers("iou"));
        let mask = actual.mask.decode();
        let differing = &mask ^ &self.mask(&format!("{name}.mask"));
        assert!(
            differing.is_empty(),
            "{name}: {} pixels differ",
            differing.count()
        );
    }

    fn numbers(&self, name: &str) -> Vec<f32> {
        let (_, bytes) = self.bytes_of(name);
        let number = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
        bytes.chunks_exact(4).map(number).collect()
    }

    fn bytes_of(&self, name: &str) -> (Vec<usize>, Vec<u8>) {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        let tensor = file.tensor(name).unwrap();
        (tensor.shape().to_vec(), tensor.data().to_vec())
    }
}

fn assert_close(what: &str, actual: &[f32], expected: &[f32]) {
    assert_eq!(actual.len(), expected.len(), "{what}: sizes differ");
    let largest = expected
        .iter()
        .fold(1.0_f32, |most, value| most.max(value.abs()));
    let pairs = actual.iter().zip(expected);
    let error = pairs
        .map(|(left, right)| (left - right).abs())
        .fold(0.0, f32::max)
        / largest;
    assert!(
        error <= TOLERANCE,
        "{what}: the largest difference is {error:.2e} of the largest value, more than {TOLERANCE:.0e}"
    );
}
