//! A mask cut out to the part of the frame where it lies, for comparing many masks of one frame.
//!
//! The left edge of the part lies on a word, so that parts of one frame are compared word by word.

use tubelet_geometry::{Mask, PixelRect, WORD_BITS};

/// A mask and where it was cut out.
#[derive(Debug, Clone)]
pub(crate) struct CroppedMask {
    window: PixelRect,
    mask: Mask,
    count: usize,
}

impl CroppedMask {
    /// A mask that was cut out of a window.
    pub(crate) fn new(window: PixelRect, mask: Mask) -> Self {
        Self {
            window,
            count: mask.count(),
            mask,
        }
    }

    /// Number of pixels.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Number of pixels in both masks, which come from frames of one size.
    pub(crate) fn intersection_count(&self, other: &Self) -> usize {
        let top = self.window.top.max(other.window.top);
        let bottom = self.window.bottom.min(other.window.bottom);
        let left = self.window.left.max(other.window.left);
        if left >= self.window.right.min(other.window.right) {
            return 0;
        }
        (top..bottom)
            .map(|y| {
                let pairs = self.words(left, y).iter().zip(other.words(left, y));
                let counts = pairs.map(|(&first, &second)| (first & second).count_ones() as usize);
                counts.sum::<usize>()
            })
            .sum()
    }

    /// The words of a row of the frame from a column on.
    fn words(&self, left: usize, y: usize) -> &[u64] {
        let row = self.mask.row(y - self.window.top);
        row.get((left - self.window.left) / WORD_BITS..)
            .unwrap_or_default()
    }
}

/// The part of a frame that holds a mask and a margin around it, with its left edge on a word.
pub(crate) fn window_around(mask: &Mask, margin: usize) -> PixelRect {
    let Some(bounds) = mask.bounds() else {
        return PixelRect {
            left: 0,
            top: 0,
            right: 0,
            bottom: 0,
        };
    };
    PixelRect {
        left: bounds.left.saturating_sub(margin) / WORD_BITS * WORD_BITS,
        top: bounds.top.saturating_sub(margin),
        right: (bounds.right + margin).next_multiple_of(WORD_BITS),
        bottom: bounds.bottom + margin,
    }
    .clip(mask.size())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tubelet_geometry::FrameSize;

    const SIZE: FrameSize = FrameSize::new(200, 30);

    fn masks() -> impl Strategy<Value = Mask> {
        prop::collection::vec((0usize..200, 0usize..30, 1usize..90, 1usize..9), 0..3).prop_map(
            |rects| {
                let mut mask = Mask::new(SIZE);
                for (left, top, width, height) in rects {
                    mask.fill_rect(PixelRect {
                        left,
                        top,
                        right: left + width,
                        bottom: top + height,
                    });
                }
                mask
            },
        )
    }

    proptest! {
        #[test]
        fn cropping_changes_no_count(first in masks(), second in masks()) {
            let crop = |mask: &Mask, margin| {
                let window = window_around(mask, margin);
                CroppedMask::new(window, mask.crop(window))
            };
            let (cropped, other) = (crop(&first, 0), crop(&second, 5));
            prop_assert_eq!(cropped.count(), first.count());
            prop_assert_eq!(cropped.intersection_count(&other), first.intersection_count(&second));
        }
    }
}
