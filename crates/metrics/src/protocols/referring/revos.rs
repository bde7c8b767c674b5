//! ReVOS, one expression: J and F, pixel accuracy A, and robustness R against other objects.
//!
//! Source: Yan et al., *VISA*, ECCV 2024, and its `tools/metrics.py`. A and R are calculated there on bytes that wrap
//! at 256 and are the sums of the objects' masks, and depend on whether predicted pixels are stored as 1 or as 255:
//! [`StoredForeground`].

use tubelet_geometry::{FrameSize, Mask};

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::protocols::referring::expression::ExpressionSequence;

/// The byte of a predicted pixel where A and R are calculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StoredForeground {
    /// None: a pixel belongs to what is meant or not, however many objects cover it. A is the share of right pixels, and
    /// R what it is meant to be.
    #[default]
    Exact,
    /// 1, as where predictions are run-length codes (Sa2VA and its successors). The same, but where two of the objects
    /// that a sentence means overlap: a pixel that both cover has the byte 2, so that whoever finds it is wrong for A, and
    /// for R has found 255 pixels outside the object, because 1 - 2 is 255 in bytes.
    One,
    /// 255, as in the images that VISA writes and reads. Every pixel of the object that was found then counts as wrong
    /// for A, and every pixel outside it 255 times for R. Published figures of VISA contain this; never compare them
    /// with others.
    TwoHundredFiftyFive,
}

impl StoredForeground {
    const fn byte(self) -> u8 {
        match self {
            Self::Exact | Self::One => 1,
            Self::TwoHundredFiftyFive => 255,
        }
    }
}

/// The masks of one frame.
#[derive(Debug, Clone, Copy)]
pub struct RevosFrame<'a> {
    /// The objects the expression means. Where two of them overlap the official code adds their bytes;
    /// [`StoredForeground::Exact`] does not.
    pub objects: &'a [Mask],
    /// All annotated objects of the video.
    pub foreground: &'a [Mask],
    /// What was predicted.
    pub prediction: &'a Mask,
}

/// The scores of an expression, means over its frames from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RevosScores {
    /// J.
    pub region: f64,
    /// F.
    pub boundary: f64,
    /// A: the share of pixels whose bytes agree.
    pub accuracy: f64,
    /// R: 1 minus the pixels predicted outside the object per pixel of all annotated objects, and no less than 0.
    pub robustness: f64,
}

/// Scores the frames of one expression.
#[derive(Debug, Clone)]
pub struct RevosExpression {
    masks: ExpressionSequence,
    size: FrameSize,
    stored: StoredForeground,
    accuracy: Mean,
    robustness: Mean,
}

impl RevosExpression {
    /// An expression over `frames` frames, all of which count.
    pub fn new(size: FrameSize, frames: usize, stored: StoredForeground) -> Self {
        Self {
            masks: ExpressionSequence::new(size, frames),
            size,
            stored,
            accuracy: Mean::default(),
            robustness: Mean::default(),
        }
    }

    /// Adds a frame and gives its scores.
    ///
    /// # Errors
    /// [`MetricsError::FrameSize`] where a mask has another size than announced, [`MetricsError::FrameCount`] after the
    /// last frame.
    pub fn push(&mut self, frame: &RevosFrame<'_>) -> Result<RevosScores, MetricsError> {
        let others = frame.objects.iter().chain(frame.foreground);
        if let Some(found) = others.map(Mask::size).find(|&size| size != self.size) {
            return Err(MetricsError::FrameSize {
                frame: self.masks.next_frame(),
                role: "ground truth",
                expected: self.size,
                found,
            });
        }
        let levels = match self.stored {
            StoredForeground::Exact => background_and_union(self.size, frame.objects),
            StoredForeground::One | StoredForeground::TwoHundredFiftyFive => {
                levels(self.size, frame.objects)
            }
        };
        let mut truth = Mask::new(self.size);
        for object in levels.iter().skip(1) {
            truth |= object;
        }
        let masks = self.masks.push(&truth, frame.prediction)?;
        let pixels = PixelCounts::new(&levels, frame.prediction, self.stored);
        let annotated: usize = frame.foreground.iter().map(Mask::count).sum();
        let scores = RevosScores {
            region: masks.region,
            boundary: masks.boundary,
            accuracy: pixels.right as f64 / self.size.pixel_count() as f64,
            robustness: (1.0 - pixels.invented as f64 / (annotated as f64 + 1e-6)).max(0.0),
        };
        self.accuracy.push(scores.accuracy);
        self.robustness.push(scores.robustness);
        Ok(scores)
    }

    /// The means over the frames.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where frames are missing, [`MetricsError::NoSamples`] where none was announced.
    pub fn finish(&self) -> Result<RevosScores, MetricsError> {
        let masks = self.masks.finish()?;
        Ok(RevosScores {
            region: masks.region,
            boundary: masks.boundary,
            accuracy: self.accuracy.value(),
            robustness: self.robustness.value(),
        })
    }
}

/// The pixels that no object covers, and those that any covers.
fn background_and_union(size: FrameSize, objects: &[Mask]) -> Vec<Mask> {
    let (mut background, mut union) = (Mask::full(size), Mask::new(size));
    for object in objects {
        background -= object;
        union |= object;
    }
    vec![background, union]
}

/// The pixels whose byte in the ground truth is 0, 1, 2, ...: how many objects cover them, modulo 256.
fn levels(size: FrameSize, objects: &[Mask]) -> Vec<Mask> {
    let mut levels = vec![Mask::full(size)];
    for object in objects {
        let mut risen = Mask::new(size);
        for level in &mut levels {
            let rises = &*level & object;
            *level -= object;
            *level |= &risen;
            risen = rises;
        }
        if levels.len() > usize::from(u8::MAX) {
            if let Some(zero) = levels.first_mut() {
                *zero |= &risen;
            }
        } else if !risen.is_empty() {
            levels.push(risen);
        }
    }
    levels
}

/// Pixels as A and R count them.
#[derive(Debug, Clone, Copy, Default)]
struct PixelCounts {
    /// Pixels whose bytes agree.
    right: usize,
    /// The sum of `(1 - truth) * prediction` in bytes.
    invented: usize,
}

impl PixelCounts {
    fn new(levels: &[Mask], prediction: &Mask, stored: StoredForeground) -> Self {
        let mut counts = Self::default();
        for (byte, level) in (0..=u8::MAX).zip(levels) {
            let predicted = level.intersection_count(prediction);
            if byte == 0 {
                counts.right += level.count() - predicted;
            }
            if byte == stored.byte() {
                counts.right += predicted;
            }
            let product = 1_u8.wrapping_sub(byte).wrapping_mul(stored.byte());
            counts.invented += usize::from(product) * predicted;
        }
        counts
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    const SIZE: FrameSize = FrameSize::new(10, 1);

    fn mask(pixels: &str) -> Mask {
        let bytes: Vec<u8> = pixels.bytes().map(|byte| u8::from(byte == b'#')).collect();
        Mask::from_bytes(SIZE, &bytes).unwrap()
    }

    fn scores(objects: &[Mask], prediction: &str, stored: StoredForeground) -> RevosScores {
        let foreground = [mask("####......")];
        let prediction = mask(prediction);
        let mut expression = RevosExpression::new(SIZE, 1, stored);
        let frame = RevosFrame {
            objects,
            foreground: &foreground,
            prediction: &prediction,
        };
        let scores = expression.push(&frame).unwrap();
        assert_eq!(expression.finish().unwrap(), scores);
        scores
    }

    #[test]
    fn robustness_is_lost_to_pixels_outside_the_object() {
        let objects = [mask("##........")];
        let found = scores(&objects, ".##.......", StoredForeground::One);
        assert_eq!((found.region, found.accuracy), (1.0 / 3.0, 0.8));
        assert!((found.robustness - 0.75).abs() < 1e-6);
        let found = scores(
            &objects,
            ".##.......",
            StoredForeground::TwoHundredFiftyFive,
        );
        assert_eq!((found.accuracy, found.robustness), (0.7, 0.0));
    }

    #[test]
    fn overlapping_objects_count_as_in_bytes() {
        // The middle pixel has the byte 2, and 1 - 2 is 255.
        let objects = [mask("##........"), mask(".##.......")];
        let found = scores(&objects, ".#........", StoredForeground::One);
        assert_eq!((found.accuracy, found.robustness), (0.7, 0.0));
        // 255 * 255 is 1.
        let found = scores(
            &objects,
            ".#........",
            StoredForeground::TwoHundredFiftyFive,
        );
        assert!((found.robustness - 0.75).abs() < 1e-6);
        assert_eq!(found.region, 1.0 / 3.0);
    }

    #[test]
    fn nothing_wraps_by_the_exact_definition() {
        let overlapping = [mask("##........"), mask(".##.......")];
        let many = vec![mask("###......."); 257];
        for objects in [&overlapping[..], &many, &many[1..]] {
            let found = scores(objects, "###.......", StoredForeground::Exact);
            assert_eq!((found.region, found.boundary), (1.0, 1.0));
            assert_eq!((found.accuracy, found.robustness), (1.0, 1.0));
        }
        let found = scores(&overlapping, ".#.#......", StoredForeground::Exact);
        assert_eq!((found.region, found.accuracy), (0.25, 0.7));
        assert!((found.robustness - 0.75).abs() < 1e-6);
    }

    #[test]
    fn objects_that_do_not_overlap_score_by_the_exact_definition_as_in_bytes_of_1() {
        let objects = [mask("##........"), mask("..#.......")];
        for prediction in ["..........", ".###......", "##########"] {
            let of = |stored| scores(&objects, prediction, stored);
            assert_eq!(of(StoredForeground::Exact), of(StoredForeground::One));
        }
    }

    #[test]
    fn bytes_wrap_at_256() {
        let objects = vec![mask("#........."); 256];
        let found = scores(&objects, "..........", StoredForeground::One);
        assert_eq!(
            (found.region, found.accuracy, found.robustness),
            (1.0, 1.0, 1.0)
        );
        let found = scores(
            &objects[1..],
            "#.........",
            StoredForeground::TwoHundredFiftyFive,
        );
        assert_eq!((found.region, found.accuracy), (1.0, 1.0));
    }

    #[test]
    fn masks_of_another_size_are_named() {
        let mut expression = RevosExpression::new(SIZE, 1, StoredForeground::One);
        let other = [Mask::new(FrameSize::new(1, 10))];
        let prediction = mask("..........");
        let frame = RevosFrame {
            objects: &[],
            foreground: &other,
            prediction: &prediction,
        };
        assert!(matches!(
            expression.push(&frame),
            Err(MetricsError::FrameSize { frame: 0, .. })
        ));
        assert!(expression.finish().is_err());
    }
}
