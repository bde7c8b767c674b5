//! Rotary positions of a sequence of text, images and videos.
//!
//! In: tokens and the grids of what their placeholders stand for. Out: time, height and width of every token. Text counts on
//! all axes; an image, or a frame of a video, starts where the text before it ended and takes as many positions as its
//! longer side has tokens. The frames of a video stand apart, with the text of their timestamps between them.

use std::ops::Range;

use crate::{
    config::SpecialTokens,
    error::{QwenError, Result},
    language::rotary::Position,
    vision::grid::VisionGrid,
};

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisualKind {
    /// One picture.
    Image,
    /// Pairs of frames.
    Video,
}

/// Where the tokens of a sequence stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequencePositions {
    /// One for each token.
    pub by_token: Vec<Position>,
    /// Of the next token, were it text.
    pub next: i64,
    /// Runs of placeholders, in order: a run for an image, one for each pair of frames of a video.
    pub visual: Vec<Range<usize>>,
}

/// Positions from `start` on.
///
/// # Errors
/// [`QwenError::Placeholders`] where runs of placeholders and grids, in order, do not agree.
pub fn sequence_positions(
    tokens: &[u32],
    visuals: &[(VisualKind, VisionGrid)],
    special: (SpecialTokens, usize),
    start: i64,
) -> Result<SequencePositions> {
    let (special, merge) = special;
    let mut frames = visuals
        .iter()
        .enumerate()
        .flat_map(|(index, (kind, grid))| {
            let frames = if *kind == VisualKind::Video {
                grid.frames
            } else {
                1
            };
            (0..frames).map(move |_| (index, *kind, *grid))
        });
    let mut found = SequencePositions {
        by_token: Vec::with_capacity(tokens.len()),
        next: start,
        visual: Vec::new(),
    };
    let mut place = 0;
    while let Some(&token) = tokens.get(place) {
        let kind = kind_of(token, special);
        let Some(kind) = kind else {
            found.by_token.push([found.next; 3]);
            found.next += 1;
            place += 1;
            continue;
        };
        let Some((index, expected, grid)) = frames.next() else {
            return Err(mismatch(format!(
                "token {place} stands for one more than the {} given",
                visuals.len()
            )));
        };
        if kind != expected {
            return Err(mismatch(format!(
                "visual {index} is of kind {expected:?}, token {place} stands for {kind:?}"
            )));
        }
        let in_run = if kind == VisualKind::Video {
            1
        } else {
            grid.frames
        };
        let count = in_run * grid.frame_tokens(merge);
        let run = tokens.get(place..place + count).unwrap_or_default();
        let whole = run.len() == count && run.iter().all(|other| *other == token);
        if !whole || tokens.get(place + count) == Some(&token) {
            return Err(mismatch(format!(
                "visual {index} has {count} tokens, not as many as its placeholders from token {place} on"
            )));
        }
        let (rows, columns) = (grid.rows / merge, grid.columns / merge);
        for index in 0..count {
            let (frame, inside) = (index / (rows * columns), index % (rows * columns));
            found.by_token.push([
                found.next + frame as i64,
                found.next + (inside / columns) as i64,
                found.next + (inside % columns) as i64,
            ]);
        }
        found.visual.push(place..place + count);
        found.next += rows.max(columns) as i64;
        place += count;
    }
    match frames.next() {
        None => Ok(found),
        Some((index, ..)) => Err(mismatch(format!(
            "visual {index} has no placeholder, or too few"
        ))),
    }
}

fn kind_of(token: u32, special: SpecialTokens) -> Option<VisualKind> {
    if token == special.image {
        Some(VisualKind::Image)
    } else if token == special.video {
        Some(VisualKind::Video)
    } else {
        None
    }
}

fn mismatch(reason: String) -> QwenError {
    QwenError::Placeholders { reason }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use super::*;

    const SPECIAL: SpecialTokens = SpecialTokens {
        image: 90,
        video: 91,
        vision_start: 92,
        vision_end: 93,
    };

    fn grid(frames: usize, rows: usize, columns: usize) -> VisionGrid {
        VisionGrid {
            frames,
            rows,
            columns,
        }
    }

    #[test]
    fn an_image_takes_its_longer_side() {
        let tokens = [1, 92, 90, 90, 90, 90, 90, 90, 93, 2];
        let visuals = [(VisualKind::Image, grid(1, 4, 6))];
        let found = sequence_positions(&tokens, &visuals, (SPECIAL, 2), 0).unwrap();
        assert_eq!(found.by_token[1..4], [[1; 3], [2; 3], [2, 2, 3]]);
        assert_eq!(found.by_token[7..], [[2, 3, 4], [5; 3], [6; 3]]);
        assert_eq!((found.next, found.visual.len()), (7, 1));
        assert_eq!(found.visual[0], 2..8);
    }

    #[test]
    fn what_does_not_agree_is_refused() {
        let image = [(VisualKind::Image, grid(1, 2, 4))];
        for tokens in [
            &[90][..],
            &[90, 90, 90],
            &[90, 90, 1, 90, 90],
            &[91, 91],
            &[1, 2],
        ] {
            let found = sequence_positions(tokens, &image, (SPECIAL, 2), 0);
            assert!(
                matches!(found, Err(QwenError::Placeholders { .. })),
                "{tokens:?}"
            );
        }
    }
}
