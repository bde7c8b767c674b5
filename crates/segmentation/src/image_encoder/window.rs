//! Cutting a feature map into square windows and putting it together again.
//!
//! In and out: `[batch, height, width, channels]` and `[batch · windows, side, side, channels]`.

use burn::tensor::Tensor;
use tubelet_kernels::permuted;

/// Batch, windows down and across, rows and columns in a window, channels, from and to batch, windows down, rows, windows across, columns.
const ACROSS_BEFORE_ROWS: [usize; 6] = [0, 1, 3, 2, 4, 5];

/// A feature map cut into windows; zeros fill the last row and column of windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WindowGrid {
    /// Height and width of the map.
    pub(crate) size: [usize; 2],
    /// Side of a window.
    pub(crate) side: usize,
}

impl WindowGrid {
    /// Windows down and across.
    fn counts(self) -> [usize; 2] {
        self.size.map(|length| length.div_ceil(self.side))
    }

    /// # Shapes
    /// - `map`: `[batch, height, width, channels]`
    /// - output: `[batch · windows, side, side, channels]`
    pub(crate) fn cut(self, map: Tensor<4>) -> Tensor<4> {
        let [batch, height, width, channels] = map.dims();
        let (side, [down, across]) = (self.side, self.counts());
        let missing = [down * side - height, across * side - width];
        let map = if missing == [0, 0] {
            map
        } else {
            map.pad([(0, missing[0]), (0, missing[1]), (0, 0)], 0.0)
        };
        let windows = map.reshape([batch, down, side, across, side, channels]);
        permuted(windows, ACROSS_BEFORE_ROWS).reshape([batch * down * across, side, side, channels])
    }

    /// # Shapes
    /// - `windows`: `[batch · windows, side, side, channels]`
    /// - output: `[batch, height, width, channels]`
    pub(crate) fn join(self, windows: Tensor<4>) -> Tensor<4> {
        let [count, _, _, channels] = windows.dims();
        let (side, [down, across]) = (self.side, self.counts());
        let batch = count / (down * across);
        let map = windows.reshape([batch, down, across, side, side, channels]);
        let map = permuted(map, ACROSS_BEFORE_ROWS);
        let map = map.reshape([batch, down * side, across * side, channels]);
        let [height, width] = self.size;
        if [down * side, across * side] == self.size {
            map
        } else {
            map.slice([0..batch, 0..height, 0..width, 0..channels])
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Int};

    use super::*;

    fn counted(shape: [usize; 4]) -> Tensor<4> {
        let count = shape.iter().product::<usize>() as i64;
        Tensor::<1, Int>::arange(0..count, &Device::default())
            .float()
            .reshape(shape)
    }

    #[test]
    fn joining_undoes_cutting() {
        for size in [[8, 8], [7, 10], [3, 4]] {
            let map = counted([2, size[0], size[1], 3]);
            let grid = WindowGrid { size, side: 4 };
            let windows = grid.cut(map.clone());
            assert_eq!(windows.dims()[1..], [4, 4, 3]);
            grid.join(windows)
                .into_data()
                .assert_eq(&map.into_data(), true);
        }
    }
}
