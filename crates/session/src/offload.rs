//! Memories and masks of tracked frames, kept outside ordinary memory.
//!
//! In: what a frame left behind of an object. Out: the same, to the last bit. Every frame takes a place of the same size, and
//! keeps it when it is tracked again, so that a storage grows with the frames and objects of a video and not with the number
//! of times it is gone through. Knows no file: a storage is whatever can be read, written and sought in.

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek, SeekFrom, Write},
};

use burn::tensor::{DType, Device, Shape, Tensor, TensorData};
use tubelet_geometry::FrameSize;
use tubelet_segmentation::FrameMemory;

use crate::{command::ObjectId, outcome::Outcome};

/// What can be read, written and sought in.
trait Storage: Read + Write + Seek {}

impl<T: Read + Write + Seek> Storage for T {}

/// See the module docs.
pub(crate) struct Offload {
    storage: Box<dyn Storage>,
    /// Where what is known of an object in a frame lies, in records.
    places: BTreeMap<(ObjectId, usize), u64>,
    /// Places that are free again.
    free: Vec<u64>,
    /// Of every record; known from the first one on.
    layout: Option<Layout>,
}

#[derive(Clone, Debug, PartialEq)]
struct Layout {
    spatial: (Shape, DType),
    pointer: (Shape, DType),
    mask: FrameSize,
}

impl Offload {
    pub(crate) fn new(storage: impl Read + Write + Seek + 'static) -> Self {
        Self {
            storage: Box::new(storage),
            places: BTreeMap::new(),
            free: Vec::new(),
            layout: None,
        }
    }

    /// Keeps what a frame left behind, in place of what was kept of it.
    pub(crate) fn put(
        &mut self,
        (object, frame): (ObjectId, usize),
        memory: FrameMemory,
        outcome: &Outcome,
    ) -> io::Result<()> {
        let spatial = memory.spatial.into_data();
        let pointer = memory.pointer.into_data();
        let layout = Layout {
            spatial: (spatial.shape().clone(), spatial.dtype()),
            pointer: (pointer.shape().clone(), pointer.dtype()),
            mask: outcome.size,
        };
        let bytes = layout.bytes() as u64;
        if self.layout.get_or_insert_with(|| layout.clone()) != &layout {
            return Err(io::Error::other(
                "a memory has another size than those before",
            ));
        }
        let next = (self.places.len() + self.free.len()) as u64;
        let known = self.places.remove(&(object, frame));
        let place = known.or_else(|| self.free.pop()).unwrap_or(next);
        let mut record = [spatial.as_bytes(), pointer.as_bytes()].concat();
        let numbers = outcome.logits.iter();
        let numbers = numbers.chain([&outcome.object_score, &outcome.iou]);
        record.extend(numbers.flat_map(|number| number.to_le_bytes()));
        let written = self
            .storage
            .seek(SeekFrom::Start(place * bytes))
            .and_then(|_| self.storage.write_all(&record))
            .and_then(|()| self.storage.flush());
        // Half a record counts as none.
        match written {
            Ok(()) => drop(self.places.insert((object, frame), place)),
            Err(_) => self.free.push(place),
        }
        written
    }

    /// What was kept of an object in a frame.
    pub(crate) fn get(
        &mut self,
        (object, frame): (ObjectId, usize),
        device: &Device,
    ) -> io::Result<Option<(FrameMemory, Outcome)>> {
        let (Some(&place), Some(layout)) = (self.places.get(&(object, frame)), &self.layout) else {
            return Ok(None);
        };
        let mut record = vec![0; layout.bytes()];
        self.storage
            .seek(SeekFrom::Start(place * record.len() as u64))?;
        self.storage.read_exact(&mut record)?;
        let mut rest = record;
        let mut tensor = |(shape, dtype): &(Shape, DType)| {
            let after = rest.split_off(shape.num_elements() * dtype.size());
            let bytes = std::mem::replace(&mut rest, after);
            TensorData::from_bytes_vec(bytes, shape.clone(), *dtype)
        };
        let memory = FrameMemory {
            spatial: Tensor::from_data(tensor(&layout.spatial), (device, layout.spatial.1)),
            pointer: Tensor::from_data(tensor(&layout.pointer), (device, layout.pointer.1)),
        };
        let (numbers, _) = rest.as_chunks::<4>();
        let mut logits: Vec<f32> = numbers
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        let scores = logits.split_off(layout.mask.pixel_count());
        let outcome = Outcome {
            size: layout.mask,
            logits,
            object_score: scores[0],
            iou: scores[1],
        };
        Ok(Some((memory, outcome)))
    }

    /// Lets go of a frame.
    pub(crate) fn forget(&mut self, object: ObjectId, frame: usize) {
        self.free.extend(self.places.remove(&(object, frame)));
    }

    /// Lets go of an object.
    pub(crate) fn forget_object(&mut self, object: ObjectId) {
        let all = (object, 0)..=(object, usize::MAX);
        let frames: Vec<usize> = self
            .places
            .range(all)
            .map(|((_, frame), _)| *frame)
            .collect();
        for frame in frames {
            self.forget(object, frame);
        }
    }
}

impl Layout {
    fn bytes(&self) -> usize {
        let tensor = |(shape, dtype): &(Shape, DType)| shape.num_elements() * dtype.size();
        let scores = 2;
        tensor(&self.spatial) + tensor(&self.pointer) + 4 * (self.mask.pixel_count() + scores)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn memory(value: f32) -> FrameMemory {
        let device = Device::default();
        FrameMemory {
            spatial: Tensor::<3>::full([1, 4, 2], value, (&device, DType::BF16)),
            pointer: Tensor::<2>::full([1, 3], value, &device),
        }
    }

    fn outcome(value: f32) -> Outcome {
        Outcome {
            size: FrameSize::new(2, 3),
            logits: vec![value; 6],
            object_score: value + 1.0,
            iou: 0.25,
        }
    }

    #[test]
    fn what_comes_back_is_what_was_kept_and_places_are_used_again() {
        let (object, device) = (ObjectId(4), Device::default());
        let mut offload = Offload::new(io::Cursor::new(Vec::new()));
        for round in 0..3u8 {
            for frame in 0..5u8 {
                let value = f32::from(10 * round + frame);
                let place = (object, usize::from(frame));
                offload.put(place, memory(value), &outcome(value)).unwrap();
            }
        }
        assert_eq!(offload.places.len(), 5);
        assert!(offload.places.values().all(|place| *place < 5));
        for frame in 0..5u8 {
            let value = f32::from(20 + frame);
            let found = offload.get((object, usize::from(frame)), &device);
            let (found, seen) = found.unwrap().unwrap();
            assert_eq!(found.spatial.dtype(), DType::BF16);
            let expected = memory(value);
            assert_eq!(found.spatial.into_data(), expected.spatial.into_data());
            assert_eq!(found.pointer.into_data(), expected.pointer.into_data());
            assert_eq!(seen.logits, outcome(value).logits);
            assert_eq!((seen.object_score, seen.iou), (value + 1.0, 0.25));
        }
        offload.forget_object(object);
        assert!(offload.get((object, 2), &device).unwrap().is_none());
        offload
            .put((ObjectId(1), 9), memory(1.0), &outcome(1.0))
            .unwrap();
        assert!(offload.places.values().all(|place| *place < 5));
    }

    #[test]
    fn a_storage_that_is_full_is_an_error_and_what_was_kept_before_stays() {
        let (object, device) = (ObjectId(0), Device::default());
        let room = vec![0u8; 60].into_boxed_slice();
        let mut offload = Offload::new(io::Cursor::new(room));
        offload
            .put((object, 0), memory(1.0), &outcome(1.0))
            .unwrap();
        assert!(
            offload
                .put((object, 1), memory(2.0), &outcome(2.0))
                .is_err()
        );
        assert!(offload.get((object, 0), &device).unwrap().is_some());
        assert!(offload.get((object, 1), &device).unwrap().is_none());
    }
}
