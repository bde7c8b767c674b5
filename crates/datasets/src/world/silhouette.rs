//! A shape sampled on a small grid of signed distances, the form in which it is drawn.
//!
//! In: a shape, perhaps a second one to change into. Out: distances and slopes between grid points. The outline
//! stays sharp at any size on screen, because distances, not coverage, are interpolated.

use super::shape::Shape;

/// Grid cells around the outline, so that soft edges fit.
const MARGIN: f32 = 2.5;

/// Signed distances on a grid, in the figure's units.
#[derive(Clone, Debug)]
pub(super) struct Silhouette {
    origin: [f32; 2],
    cells_per_unit: f32,
    columns: usize,
    rows: usize,
    distances: Vec<f32>,
    /// The second form, when the outline changes over time.
    other: Option<Vec<f32>>,
    depth: f32,
}

/// What a silhouette says about a point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    /// Distance to the outline, negative inside.
    pub(super) distance: f32,
    /// Outward slope, about unit length near the outline.
    pub(super) slope: [f32; 2],
}

impl Silhouette {
    /// Samples a shape, and the one it changes into, with about `cells` grid cells along the longer side.
    pub(super) fn new(shape: &Shape, other: Option<&Shape>, cells: usize) -> Self {
        let mut bounds = shape.bounds();
        if let Some([low, high]) = other.map(Shape::bounds) {
            for axis in 0..2 {
                bounds[0][axis] = bounds[0][axis].min(low[axis]);
                bounds[1][axis] = bounds[1][axis].max(high[axis]);
            }
        }
        let extent = [bounds[1][0] - bounds[0][0], bounds[1][1] - bounds[0][1]]
            .map(|length: f32| length.max(1e-3));
        let cells_per_unit = cells as f32 / extent[0].max(extent[1]);
        let margin = MARGIN / cells_per_unit;
        let origin = [bounds[0][0] - margin, bounds[0][1] - margin];
        let [columns, rows] =
            extent.map(|length| ((length + 2.0 * margin) * cells_per_unit).ceil() as usize + 1);
        let sample = |shape: &Shape| -> Vec<f32> {
            (0..columns * rows)
                .map(|index| {
                    let [x, y] = [(index % columns) as f32, (index / columns) as f32];
                    shape.distance([
                        origin[0] + x / cells_per_unit,
                        origin[1] + y / cells_per_unit,
                    ])
                })
                .collect()
        };
        let distances = sample(shape);
        let depth = -distances.iter().copied().fold(0.0, f32::min);
        Self {
            origin,
            cells_per_unit,
            columns,
            rows,
            distances,
            other: other.map(sample),
            depth,
        }
    }

    /// Largest distance from the outline to the inside: half the thickness.
    pub(super) fn depth(&self) -> f32 {
        self.depth
    }

    /// Area inside the first form, in square units.
    pub(super) fn area(&self) -> f32 {
        let inside = self
            .distances
            .iter()
            .filter(|distance| **distance < 0.0)
            .count();
        inside as f32 / (self.cells_per_unit * self.cells_per_unit)
    }

    /// Low and high corner of the grid.
    pub(super) fn bounds(&self) -> [[f32; 2]; 2] {
        let [x, y] = self.origin;
        let size = [self.columns, self.rows].map(|count| (count - 1) as f32 / self.cells_per_unit);
        [[x, y], [x + size[0], y + size[1]]]
    }

    /// Low and high corner of the outline itself.
    pub(super) fn outline(&self) -> [[f32; 2]; 2] {
        let margin = MARGIN / self.cells_per_unit;
        let [low, high] = self.bounds();
        [
            low.map(|edge| edge + margin),
            high.map(|edge| edge - margin),
        ]
    }

    /// Distances part of the way (`weight` in `0..=1`) to the second form; `None` when there is only one form.
    pub(super) fn between(&self, weight: f32) -> Option<Vec<f32>> {
        let other = self.other.as_ref()?;
        Some(
            self.distances
                .iter()
                .zip(other)
                .map(|(here, there)| here + (there - here) * weight)
                .collect(),
        )
    }

    /// A view for drawing, of `distances` from [`Silhouette::between`] or of the first form.
    pub(super) fn view<'a>(&'a self, distances: Option<&'a [f32]>) -> View<'a> {
        View {
            origin: self.origin,
            cells_per_unit: self.cells_per_unit,
            columns: self.columns,
            rows: self.rows,
            distances: distances.unwrap_or(&self.distances),
        }
    }
}

/// See [`Silhouette::view`].
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    origin: [f32; 2],
    cells_per_unit: f32,
    columns: usize,
    rows: usize,
    distances: &'a [f32],
}

impl View<'_> {
    /// Bilinear distance and slope; `None` outside the grid.
    #[inline]
    pub(super) fn probe(&self, [x, y]: [f32; 2]) -> Option<Probe> {
        let [u, v] = [
            (x - self.origin[0]) * self.cells_per_unit,
            (y - self.origin[1]) * self.cells_per_unit,
        ];
        if !(u >= 0.0 && v >= 0.0) {
            return None;
        }
        let (column, row) = (u as usize, v as usize);
        if column + 1 >= self.columns || row + 1 >= self.rows {
            return None;
        }
        let (fraction_x, fraction_y) = (u - column as f32, v - row as f32);
        let start = row * self.columns + column;
        let upper = self.distances.get(start..start + 2)?;
        let lower = self
            .distances
            .get(start + self.columns..start + self.columns + 2)?;
        let (top, bottom) = (upper[1] - upper[0], lower[1] - lower[0]);
        let (above, below) = (upper[0] + top * fraction_x, lower[0] + bottom * fraction_x);
        let slope = [top + (bottom - top) * fraction_y, below - above]
            .map(|step| step * self.cells_per_unit);
        Some(Probe {
            distance: above + (below - above) * fraction_y,
            slope,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_follows_the_shape() {
        let shape = Shape::ellipse([0.2, -0.1], [0.8, 0.8]);
        let silhouette = Silhouette::new(&shape, None, 48);
        let view = silhouette.view(None);
        for step in 0..100 {
            let point = [
                (step % 10) as f32 * 0.17 - 0.55,
                (step / 10) as f32 * 0.17 - 0.85,
            ];
            let Some(probe) = view.probe(point) else {
                panic!("{point:?} lies on the grid")
            };
            assert!((probe.distance - shape.distance(point)).abs() < 0.02);
        }
        assert!(view.probe([5.0, 0.0]).is_none());
        assert!(view.probe([f32::NAN, 0.0]).is_none());
        assert!((silhouette.area() - std::f32::consts::PI * 0.64).abs() < 0.08);
        assert!((silhouette.depth() - 0.8).abs() < 0.05);
        assert!(silhouette.between(0.5).is_none());
    }

    #[test]
    fn halfway_between_two_circles_is_the_circle_between() {
        let [small, large] = [0.4, 0.8].map(|radius| Shape::ellipse([0.0; 2], [radius; 2]));
        let silhouette = Silhouette::new(&small, Some(&large), 48);
        let halfway = silhouette.between(0.5);
        let probe = silhouette.view(halfway.as_deref()).probe([0.6, 0.0]);
        assert!(
            probe.is_some_and(
                |probe| probe.distance.abs() < 0.02 && (probe.slope[0] - 1.0).abs() < 0.1
            )
        );
    }
}
