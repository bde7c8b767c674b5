//! A frame of several objects as one number per pixel, as palette images store it.

use tubelet_geometry::{FrameSize, GeometryError, Mask};

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

    /// The pixels of any object (void counts as one, which is how DAVIS-2016 images with 0 and 255 are meant).
    pub fn foreground(&self) -> Mask {
        self.select(|found| found != 0)
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
        assert_eq!(map.foreground().count(), 4);
        assert!(LabelMap::new(FrameSize::new(3, 2), &[0; 5]).is_err());
    }
}
