//! A frame of several objects as one number per pixel, as palette images store it.

use tubelet_geometry::{FrameSize, GeometryError, Mask, PixelRect};

/// The label of pixels that annotators left open.
pub const VOID_LABEL: u8 = 255;

/// Object numbers per pixel, row after row: 0 is background, `k` the `k`-th object.
#[derive(Debug, Clone, Copy)]
pub struct LabelMap<'a> {
    size: FrameSize,
    labels: &'a [u8],
}

impl<'a> LabelMap<'a> {
    /// A label map over borrowed labels.
    ///
    /// # Errors
    /// [`GeometryError::ValueCount`] where there is not one label per pixel.
    pub fn new(size: FrameSize, labels: &'a [u8]) -> Result<Self, GeometryError> {
        let (expected, found) = (size.pixel_count(), labels.len());
        if found == expected {
            return Ok(Self { size, labels });
        }
        Err(GeometryError::ValueCount {
            size,
            expected,
            found,
        })
    }

    /// Width and height of the frame.
    pub const fn size(&self) -> FrameSize {
        self.size
    }

    /// The pixels of one object.
    pub fn object(&self, label: u8) -> Mask {
        self.select(|found| found == label)
    }

    /// The pixels of the objects 1, 2, ..., `count`, all at once.
    pub fn objects(&self, count: usize) -> Vec<Mask> {
        self.masks(count, |label| usize::from(label).checked_sub(1))
    }

    /// The pixels of each of some labels, all at once.
    pub fn labelled(&self, labels: &[u8]) -> Vec<Mask> {
        let mut places = [None; 256];
        for (place, &label) in labels.iter().enumerate() {
            places[usize::from(label)] = Some(place);
        }
        self.masks(labels.len(), |label| places[usize::from(label)])
    }

    /// Masks to which the pixels of each label are sent.
    fn masks(&self, count: usize, place: impl Fn(u8) -> Option<usize>) -> Vec<Mask> {
        let mut masks = vec![Mask::new(self.size); count];
        let rows = self.labels.chunks_exact(self.size.width.max(1));
        for (y, row) in rows.enumerate() {
            let mut left = 0;
            for run in row.chunk_by(|label, next| label == next) {
                let right = left + run.len();
                let place = run.first().and_then(|&label| place(label));
                if let Some(mask) = place.and_then(|place| masks.get_mut(place)) {
                    mask.fill_rect(PixelRect {
                        left,
                        top: y,
                        right,
                        bottom: y + 1,
                    });
                }
                left = right;
            }
        }
        masks
    }

    /// The pixels of any object (void counts as one, which is how DAVIS-2016 images with 0 and 255 are meant).
    pub fn foreground(&self) -> Mask {
        self.select(|found| found != 0)
    }

    /// Which labels occur.
    pub fn labels_present(&self) -> [bool; 256] {
        let mut present = [false; 256];
        for &label in self.labels {
            present[usize::from(label)] = true;
        }
        present
    }

    /// The largest label, void included.
    pub fn largest_label(&self) -> u8 {
        self.labels.iter().copied().max().unwrap_or(0)
    }

    /// The largest label apart from void: the number of objects, as DAVIS numbers them without gaps.
    pub fn object_count(&self) -> usize {
        let objects = self.labels.iter().filter(|&&label| label != VOID_LABEL);
        objects.max().map_or(0, |&label| usize::from(label))
    }

    fn select(&self, is_member: impl Fn(u8) -> bool) -> Mask {
        Mask::from_values(self.size, self.labels, is_member)
            .unwrap_or_else(|error| unreachable!("checked when the map was made: {error}"))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn void_is_no_object() {
        let map = LabelMap::new(FrameSize::new(3, 2), &[0, 1, 3, 3, 255, 0]).unwrap();
        assert_eq!((map.object_count(), map.largest_label()), (3, 255));
        assert_eq!(map.object(3).count(), 2);
        let objects = map.objects(4);
        assert_eq!(map.labelled(&[255, 3]), [map.object(255), map.object(3)]);
        assert!(
            (1..)
                .zip(&objects)
                .all(|(label, object)| *object == map.object(label))
        );
        assert_eq!(map.foreground().count(), 4);
        let present = map.labels_present();
        assert!([0, 1, 3, 255].iter().all(|&label: &usize| present[label]));
        assert_eq!(present.iter().filter(|&&present| present).count(), 4);
        assert!(LabelMap::new(FrameSize::new(3, 2), &[0; 5]).is_err());
    }
}
