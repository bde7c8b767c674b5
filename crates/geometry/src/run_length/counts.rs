//! The run-length code of a mask, as COCO defines it.
//!
//! In and out: masks, and counts that alternate between background and mask, column after column.

use std::ops::Range;

use crate::mask::bits::fill_run;
use crate::{FrameSize, GeometryError, Mask, PixelRect};

/// A mask as lengths of alternating runs, down each column and from the left column to the right one, beginning with
/// background (COCO's uncompressed run-length encoding).
///
/// The counts always cover the frame exactly, and only the first may be zero: equal masks have equal codes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RunLength {
    size: FrameSize,
    counts: Vec<u32>,
}

impl RunLength {
    /// A code from counts of outside origin. Runs of length zero are allowed and removed.
    ///
    /// # Errors
    /// [`GeometryError::RunTotal`] where the counts do not add up to the frame, [`GeometryError::FrameTooLarge`] where
    /// the frame has 2³² pixels or more.
    pub fn new(size: FrameSize, counts: &[u32]) -> Result<Self, GeometryError> {
        let total = total_pixels(size)?;
        let mut covered: u64 = 0;
        let mut builder = Builder::default();
        for (index, &count) in counts.iter().enumerate() {
            covered += u64::from(count);
            if covered > u64::from(total) {
                break;
            }
            if index % 2 == 1 {
                builder.push(covered as u32 - count..covered as u32);
            }
        }
        if covered != u64::from(total) {
            return Err(GeometryError::RunTotal {
                size,
                expected: u64::from(total),
                found: covered,
            });
        }
        Ok(Self {
            size,
            counts: builder.finish(total),
        })
    }

    /// The code of a mask.
    ///
    /// # Panics
    /// Where the mask has 2³² pixels or more.
    pub fn encode(mask: &Mask) -> Self {
        let size = mask.size();
        let total = u32::try_from(size.pixel_count());
        let total = total.unwrap_or_else(|_| panic!("a {size} mask exceeds 32-bit run lengths"));
        let height = size.height as u32;
        let mut builder = Builder::default();
        let columns = mask.transpose();
        for x in 0..columns.height() {
            let offset = x as u32 * height;
            for run in columns.row_runs(x) {
                builder.push(offset + run.start as u32..offset + run.end as u32);
            }
        }
        Self {
            size,
            counts: builder.finish(total),
        }
    }

    /// The mask of the code.
    pub fn decode(&self) -> Mask {
        if self.is_empty() {
            return Mask::new(self.size);
        }
        let mut columns = Mask::new(FrameSize::new(self.size.height, self.size.width));
        for (x, rows) in self.column_runs() {
            fill_run(columns.row_mut(x), rows);
        }
        columns.transpose()
    }

    /// Width and height of the frame.
    pub const fn size(&self) -> FrameSize {
        self.size
    }

    /// The lengths of the runs; background first.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Number of pixels of the mask.
    pub fn area(&self) -> usize {
        self.counts
            .iter()
            .skip(1)
            .step_by(2)
            .map(|&count| count as usize)
            .sum()
    }

    /// Whether the mask has no pixel.
    pub fn is_empty(&self) -> bool {
        self.counts.len() == 1
    }

    /// The smallest rectangle around all pixels; `None` for an empty mask.
    pub fn bounds(&self) -> Option<PixelRect> {
        let extent = |(x, rows): (usize, Range<usize>)| PixelRect {
            left: x,
            top: rows.start,
            right: x + 1,
            bottom: rows.end,
        };
        self.column_runs().map(extent).reduce(PixelRect::union)
    }

    /// The runs of the mask, as ranges of positions down the columns.
    fn runs(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut end = 0;
        self.counts.chunks_exact(2).map(move |pair| {
            let start = end + pair[0] as usize;
            end = start + pair[1] as usize;
            start..end
        })
    }

    /// The runs cut at the ends of columns: a column and the rows covered in it.
    fn column_runs(&self) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        let height = self.size.height;
        self.runs().flat_map(move |run| {
            (run.start / height..=(run.end - 1) / height).map(move |x| {
                let top = x * height;
                let rows = run.start.max(top) - top..run.end.min(top + height) - top;
                (x, rows)
            })
        })
    }

    pub(super) fn from_builder(size: FrameSize, builder: Builder, total: u32) -> Self {
        Self {
            size,
            counts: builder.finish(total),
        }
    }
}

/// Pixels of a frame, where run lengths can count them.
fn total_pixels(size: FrameSize) -> Result<u32, GeometryError> {
    u32::try_from(size.pixel_count()).map_err(|_| GeometryError::FrameTooLarge { size })
}

/// Collects runs in order and joins those that touch.
#[derive(Default)]
pub(super) struct Builder {
    counts: Vec<u32>,
    covered: u32,
}

impl Builder {
    /// Adds a run that starts no earlier than the last one ended; empty runs are dropped.
    pub(super) fn push(&mut self, run: Range<u32>) {
        if run.is_empty() {
            return;
        }
        match self.counts.last_mut() {
            Some(last) if run.start == self.covered => *last += run.end - run.start,
            _ => self
                .counts
                .extend([run.start - self.covered, run.end - run.start]),
        }
        self.covered = run.end;
    }

    /// The counts of a frame of `total` pixels.
    fn finish(mut self, total: u32) -> Vec<u32> {
        if self.covered < total || self.counts.is_empty() {
            self.counts.push(total - self.covered);
        }
        self.counts
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::mask::bits::tests::{drawn, shapes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn encoding_then_decoding_is_the_identity(mask in shapes()) {
            let code = RunLength::encode(&mask);
            prop_assert_eq!(&code.decode(), &mask);
            prop_assert_eq!(code.area(), mask.count());
            prop_assert_eq!(code.is_empty(), mask.is_empty());
            prop_assert_eq!(code.bounds(), mask.bounds());
            prop_assert_eq!(RunLength::new(mask.size(), code.counts()).unwrap(), code);
        }

        #[test]
        fn any_counts_give_a_code_or_an_error(width in 0usize..9, height in 0usize..9, counts in prop::collection::vec(0u32..20, 0..20)) {
            let size = FrameSize::new(width, height);
            let total: u32 = counts.iter().sum();
            match RunLength::new(size, &counts) {
                Ok(code) => {
                    prop_assert_eq!(total as usize, size.pixel_count());
                    prop_assert_eq!(RunLength::encode(&code.decode()), code);
                }
                Err(error) => {
                    prop_assert_ne!(total as usize, size.pixel_count());
                    let named = matches!(error, GeometryError::RunTotal { .. });
                    prop_assert!(named);
                }
            }
        }
    }

    #[test]
    fn counts_run_down_the_columns_from_background() {
        let code = RunLength::encode(&drawn(&["##.", ".#."]));
        assert_eq!(code.counts(), [0, 1, 1, 2, 2]);
    }

    #[test]
    fn empty_runs_are_joined_away() {
        let size = FrameSize::new(2, 4);
        let code = RunLength::new(size, &[2, 1, 0, 3, 2, 0]).unwrap();
        assert_eq!(code.counts(), [2, 4, 2]);
    }

    #[test]
    fn counts_beyond_the_frame_are_refused() {
        let size = FrameSize::new(2, 2);
        let error = RunLength::new(size, &[u32::MAX, u32::MAX, 6]).unwrap_err();
        let found = u64::from(u32::MAX);
        assert_eq!(
            error,
            GeometryError::RunTotal {
                size,
                expected: 4,
                found
            }
        );
        assert!(RunLength::new(size, &[1, 2]).is_err());
        let endless = FrameSize::new(usize::MAX, usize::MAX);
        assert_eq!(
            RunLength::new(endless, &[]),
            Err(GeometryError::FrameTooLarge { size: endless })
        );
    }
}
