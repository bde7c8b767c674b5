//! Where patches stand: their order, their learned positions between grid points, their rotary angles.
//!
//! In: the size of a grid. Out: indices, weights and angles. Patches that become one token follow one another: row of
//! squares, square, row in the square, patch.

use crate::{
    config::VisionConfig,
    error::{QwenError, Result},
    language::rotary::frequencies,
};

/// Patches of an image or a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisionGrid {
    /// Pairs of frames; one for an image.
    pub frames: usize,
    /// Patches down.
    pub rows: usize,
    /// Patches across.
    pub columns: usize,
}

impl VisionGrid {
    /// Patches of one frame.
    pub fn frame_patches(&self) -> usize {
        self.rows * self.columns
    }

    /// Patches in all.
    pub fn patches(&self) -> usize {
        self.frames * self.frame_patches()
    }

    /// Tokens of one frame.
    pub fn frame_tokens(&self, merge: usize) -> usize {
        (self.rows / merge) * (self.columns / merge)
    }

    /// Tokens in all.
    pub fn tokens(&self, merge: usize) -> usize {
        self.frames * self.frame_tokens(merge)
    }

    pub(crate) fn check(&self, merge: usize) -> Result<()> {
        let is_whole = self.rows.is_multiple_of(merge) && self.columns.is_multiple_of(merge);
        if self.patches() == 0 || !is_whole {
            return Err(QwenError::Placeholders {
                reason: format!("{self:?} is no grid of whole squares of {merge} by {merge}"),
            });
        }
        Ok(())
    }

    /// Row and column of each patch of a frame, in order.
    fn places(self, merge: usize) -> impl Iterator<Item = [usize; 2]> {
        let inside = move |row: usize, column: usize| {
            (0..merge * merge)
                .map(move |index| [row * merge + index / merge, column * merge + index % merge])
        };
        (0..self.rows / merge).flat_map(move |row| {
            (0..self.columns / merge).flat_map(move |column| inside(row, column))
        })
    }
}

/// For each patch of a frame, the four learned positions around it and their weights.
pub(crate) struct Interpolation {
    /// By corner, then patch.
    pub indices: [Vec<i64>; 4],
    /// By corner, then patch.
    pub weights: [Vec<f32>; 4],
}

/// The learned grid of positions stretched over a frame, corner on corner.
pub(crate) fn interpolation(config: &VisionConfig, grid: VisionGrid) -> Interpolation {
    let side = config.position_side;
    let axis = |index: usize, size: usize| {
        let place = index as f32 * (side - 1) as f32 / (size.max(2) - 1) as f32;
        let low = place.floor();
        let rest = place - low;
        let low = low as usize;
        [
            (low.min(side - 1), 1.0 - rest),
            ((low + 1).min(side - 1), rest),
        ]
    };
    let mut found = Interpolation {
        indices: [const { Vec::new() }; 4],
        weights: [const { Vec::new() }; 4],
    };
    for [row, column] in grid.places(config.merge) {
        let (down, across) = (axis(row, grid.rows), axis(column, grid.columns));
        for corner in 0..4 {
            let ((row, row_weight), (column, column_weight)) =
                (down[corner / 2], across[corner % 2]);
            found.indices[corner].push((row * side + column) as i64);
            found.weights[corner].push(row_weight * column_weight);
        }
    }
    found
}

/// Angles of each patch of a frame: those of its row, then those of its column.
pub(crate) fn angles(config: &VisionConfig, grid: VisionGrid) -> impl Iterator<Item = f32> {
    let spatial = config.channels / config.heads / 2;
    let frequencies: Vec<f32> = frequencies(config.rotary_base, spatial).collect();
    grid.places(config.merge).flat_map(move |place| {
        let turned = place.map(|place| {
            let turn = |frequency: &f32| place as f32 * frequency;
            frequencies.iter().map(turn).collect::<Vec<_>>()
        });
        turned.into_iter().flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_of_one_token_follow_one_another() {
        let grid = VisionGrid {
            frames: 1,
            rows: 2,
            columns: 4,
        };
        let places: Vec<_> = grid.places(2).collect();
        let square = |column| [[0, column], [0, column + 1], [1, column], [1, column + 1]];
        assert_eq!(places[..4], square(0));
        assert_eq!(places[4..], square(2));
        assert_eq!(grid.tokens(2), 2);
    }
}
