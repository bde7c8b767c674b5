//! What the STCAT family looks at, and how boxes at sampled frames become boxes at every frame.

use crate::frame_span::FrameSpan;
use crate::precise_box::PreciseBox;

/// Frames in both halves of an input on VidSTG.
const VIDSTG_FRAMES: usize = 2 * 64;
/// Frames per second in both halves of an input on HC-STVG.
const HC_STVG_FRAMES_PER_SECOND: f64 = 2.0 * 3.2;
/// Seconds of every clip of HC-STVG.
pub(crate) const HC_STVG_SECONDS: f64 = 20.0;

/// The frames that STCAT reads of a VidSTG segment: all, or 128 at equal distances. The model runs on those at even
/// and on those at odd positions by themselves.
pub fn stcat_vidstg_frames(segment: FrameSpan) -> Vec<usize> {
    let frames = segment.frames();
    if frames <= VIDSTG_FRAMES {
        return (segment.start..segment.end).collect();
    }
    let last = VIDSTG_FRAMES - 1;
    let step = (frames - 1) as f64 / last as f64;
    let position = |number: usize| {
        if number == last {
            frames - 1
        } else {
            (number as f64 * step) as usize
        }
    };
    (0..VIDSTG_FRAMES)
        .map(|number| segment.start + position(number))
        .collect()
}

/// The frames that STCAT reads of an HC-STVG clip: 6.4 a second, and the last. The clip's own last frame is never read.
pub fn stcat_hc_stvg_frames(video_frames: usize) -> Vec<usize> {
    let rate = HC_STVG_FRAMES_PER_SECOND / (video_frames as f64 / HC_STVG_SECONDS);
    let position = |frame: usize| (frame as f64 * rate) as usize;
    let readable = video_frames.saturating_sub(1);
    let mut frames = vec![0];
    let mut last = 0;
    for frame in 1..readable {
        if position(last) < position(frame) {
            frames.push(frame);
            last = frame;
        }
    }
    if last + 1 < readable {
        frames.push(readable - 1);
    }
    frames
}

/// The span of an input whose two halves were predicted by themselves: from the earlier start to the later end.
pub fn stcat_merged_span(even: FrameSpan, odd: FrameSpan) -> FrameSpan {
    even.hull(odd)
}

/// A box for every frame from the first to the last of the given ones, by linear interpolation between neighbours.
///
/// In: frames in rising order with their boxes; a frame that does not rise is left out. Out: as many as there are
/// frames between the ends.
pub fn interpolated_boxes(
    keys: &[(usize, PreciseBox)],
) -> impl Iterator<Item = (usize, PreciseBox)> + '_ {
    let mut reached = None;
    let rising = keys.iter().filter(move |&&(frame, _)| {
        let rises = reached.is_none_or(|reached| reached < frame);
        if rises {
            reached = Some(frame);
        }
        rises
    });
    let mut left: Option<(usize, PreciseBox)> = None;
    rising.flat_map(move |&(frame, edges)| {
        let (from, start) = left.replace((frame, edges)).unwrap_or((frame, edges));
        let gap = between(start, edges, frame - from);
        (from + 1..frame).zip(gap).chain([(frame, edges)])
    })
}

/// The boxes strictly between two that lie `frames` frames apart.
fn between(start: PreciseBox, end: PreciseBox, frames: usize) -> impl Iterator<Item = PreciseBox> {
    let step = |start: f64, end: f64| (end - start) / frames as f64;
    let steps = PreciseBox {
        left: step(start.left, end.left),
        top: step(start.top, end.top),
        right: step(start.right, end.right),
        bottom: step(start.bottom, end.bottom),
    };
    (1..frames).map(move |number| {
        let number = number as f64;
        PreciseBox {
            left: start.left + number * steps.left,
            top: start.top + number * steps.top,
            right: start.right + number * steps.right,
            bottom: start.bottom + number * steps.bottom,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_segments_are_read_whole_and_long_ones_evenly() {
        let whole = stcat_vidstg_frames(FrameSpan::new(5, 133));
        assert_eq!(whole, (5..133).collect::<Vec<_>>());
        let even = stcat_vidstg_frames(FrameSpan::new(5, 5 + 255));
        assert_eq!(even.len(), 128);
        assert_eq!(even[..3], [5, 7, 9]);
        assert_eq!(even.last(), Some(&(5 + 254)));
        assert!(stcat_vidstg_frames(FrameSpan::new(9, 9)).is_empty());
    }

    #[test]
    fn the_last_frame_of_a_clip_is_not_read() {
        // 20 seconds at 25 frames a second.
        let frames = stcat_hc_stvg_frames(500);
        assert_eq!(frames[..4], [0, 4, 8, 12]);
        assert_eq!(frames.last(), Some(&498));
        assert_eq!(stcat_hc_stvg_frames(0), [0]);
        assert_eq!(stcat_hc_stvg_frames(3), [0, 1]);
    }

    #[test]
    fn boxes_between_two_frames_move_evenly() {
        let edges = |x: f64| PreciseBox::from_edges([x, 2.0 * x, x + 1.0, 10.0]);
        let keys = [
            (2, edges(0.0)),
            (6, edges(4.0)),
            (6, edges(9.0)),
            (7, edges(7.0)),
        ];
        let found: Vec<_> = interpolated_boxes(&keys).collect();
        let expected = [
            (2, edges(0.0)),
            (3, edges(1.0)),
            (4, edges(2.0)),
            (5, edges(3.0)),
            (6, edges(4.0)),
            (7, edges(7.0)),
        ];
        assert_eq!(found, expected);
        assert_eq!(interpolated_boxes(&[]).count(), 0);
    }
}
