//! The frames that TubeDETR looks at and scores.

use crate::error::MetricsError;
use crate::frame_span::FrameSpan;

/// Frames that TubeDETR takes per second.
pub const TUBEDETR_FRAMES_PER_SECOND: f64 = 5.0;
/// The most frames that TubeDETR takes of a video.
pub const TUBEDETR_MOST_FRAMES: usize = 200;
/// Frames of the longest segment, each of which is looked at: three months.
const MOST_FRAMES: usize = 1 << 28;

/// The frames of a video segment that TubeDETR samples: five a second, and of more than 200 frames evenly spaced 200.
///
/// A segment without frames gives its start, as in the official code.
///
/// # Errors
/// [`MetricsError::FrameRate`] where the video has fewer than five frames a second, or a rate that is no number;
/// [`MetricsError::TooManyFrames`] for months of video.
pub fn tubedetr_frames(
    segment: FrameSpan,
    frames_per_second: f64,
) -> Result<Vec<usize>, MetricsError> {
    let rate = TUBEDETR_FRAMES_PER_SECOND / frames_per_second;
    if !(rate > 0.0 && rate <= 1.0) {
        return Err(MetricsError::FrameRate {
            least: TUBEDETR_FRAMES_PER_SECOND,
            found: frames_per_second,
        });
    }
    let found = segment.end.saturating_sub(segment.start);
    if found > MOST_FRAMES {
        let most = MOST_FRAMES;
        return Err(MetricsError::TooManyFrames { most, found });
    }
    let count = sampled(segment, rate).count();
    if count <= TUBEDETR_MOST_FRAMES {
        return Ok(sampled(segment, rate).collect());
    }
    let mut kept = (0..TUBEDETR_MOST_FRAMES)
        .map(|number| number * count / TUBEDETR_MOST_FRAMES)
        .peekable();
    Ok(sampled(segment, rate)
        .enumerate()
        .filter(|&(index, _)| kept.next_if_eq(&index).is_some())
        .map(|(_, frame)| frame)
        .collect())
}

/// The first frame, then each at which the rounded down position in the sampled video has moved on.
fn sampled(segment: FrameSpan, rate: f64) -> impl Iterator<Item = usize> {
    let position = move |frame: usize| (frame as f64 * rate) as usize;
    let mut last = segment.start;
    let rest = (segment.start..segment.end).filter(move |&frame| {
        let moves_on = position(last) < position(frame);
        if moves_on {
            last = frame;
        }
        moves_on
    });
    std::iter::once(segment.start).chain(rest)
}

/// The likeliest first and last position of an interval, where the first lies before the last: the pair with the
/// largest sum of scores (log-softmaxes, or logits, which differ by constants), of several the one with the smallest
/// first, then last position. `None` where there are fewer than two positions, or scores that are no numbers.
pub fn likeliest_interval(starts: &[f64], ends: &[f64]) -> Option<(usize, usize)> {
    let mut best: Option<(f64, (usize, usize))> = None;
    // Of the positions seen so far, the first with the largest score.
    let mut start: Option<usize> = None;
    for (end, &end_score) in ends.iter().enumerate().take(starts.len()) {
        if let Some(start) = start {
            let sum = starts.get(start)? + end_score;
            if best.is_none_or(|(largest, (first, _))| {
                sum > largest || (sum == largest && start < first)
            }) && !sum.is_nan()
            {
                best = Some((sum, (start, end)));
            }
        }
        let score = *starts.get(end)?;
        if start
            .and_then(|start| starts.get(start))
            .is_none_or(|&largest| score > largest || largest.is_nan())
        {
            start = Some(end);
        }
    }
    best.map(|(_, interval)| interval)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn five_frames_a_second_are_taken() {
        let frames = tubedetr_frames(FrameSpan::new(0, 50), 25.0).unwrap();
        assert_eq!(frames, [0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
        // The start is taken wherever it lies.
        let frames = tubedetr_frames(FrameSpan::new(7, 21), 25.0).unwrap();
        assert_eq!(frames, [7, 10, 15, 20]);
        assert_eq!(tubedetr_frames(FrameSpan::new(9, 9), 30.0).unwrap(), [9]);
    }

    #[test]
    fn long_segments_are_thinned_evenly() {
        let frames = tubedetr_frames(FrameSpan::new(0, 300), 5.0).unwrap();
        assert_eq!(frames.len(), 200);
        let expected: Vec<usize> = (0..200).map(|number| number * 300 / 200).collect();
        assert_eq!(frames, expected);
    }

    #[test]
    fn a_segment_without_end_is_refused() {
        let all = tubedetr_frames(FrameSpan::new(0, usize::MAX), 25.0);
        assert!(matches!(all, Err(MetricsError::TooManyFrames { .. })));
    }

    #[test]
    fn slow_and_undefined_frame_rates_are_refused() {
        for rate in [4.9, 0.0, -25.0, f64::NAN, f64::INFINITY] {
            assert!(
                tubedetr_frames(FrameSpan::new(0, 9), rate).is_err(),
                "{rate}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_interval_is_the_best_of_all_pairs(scores in prop::collection::vec((-3i8..3, -3i8..3), 0..12)) {
            let (starts, ends): (Vec<f64>, Vec<f64>) = scores
                .iter()
                .map(|&(start, end)| (f64::from(start), f64::from(end)))
                .unzip();
            let mut expected = None;
            for (start, start_score) in starts.iter().enumerate() {
                for (end, end_score) in ends.iter().enumerate().skip(start + 1) {
                    let sum = start_score + end_score;
                    if expected.is_none_or(|(largest, _)| sum > largest) {
                        expected = Some((sum, (start, end)));
                    }
                }
            }
            prop_assert_eq!(likeliest_interval(&starts, &ends), expected.map(|(_, pair)| pair));
        }
    }
}
