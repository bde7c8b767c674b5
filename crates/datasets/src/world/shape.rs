//! Outlines as signed distances: polygons, limbs and their unions and differences.
//!
//! In: random choices or points. Out: the distance to the outline, negative inside, in the figure's own units.
//! Polygon and capsule distances after Quilez, "2D distance functions".

use std::f32::consts::TAU;

use super::dice::Dice;

type Point = [f32; 2];

/// How a primitive joins what is already there.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Join {
    Add,
    /// A union whose corner is rounded over this distance.
    Merge(f32),
    Cut,
}

#[derive(Clone, Debug)]
enum Primitive {
    /// A closed polygon grown by `round`.
    Polygon { points: Vec<Point>, round: f32 },
    /// A capsule with a radius at each end.
    Limb { ends: [Point; 2], radii: [f32; 2] },
}

/// A combination of primitives.
#[derive(Clone, Debug)]
pub(super) struct Shape(Vec<(Join, Primitive)>);

impl Shape {
    pub(super) fn polygon(points: Vec<Point>, round: f32) -> Self {
        Self(vec![(Join::Add, Primitive::Polygon { points, round })])
    }

    pub(super) fn limb(ends: [Point; 2], radii: [f32; 2]) -> Self {
        Self(vec![(Join::Add, Primitive::Limb { ends, radii })])
    }

    pub(super) fn ellipse(centre: Point, half: Point) -> Self {
        let count = 24;
        let points = (0..count).map(|index| {
            let (sine, cosine) = (index as f32 / count as f32 * TAU).sin_cos();
            [centre[0] + half[0] * cosine, centre[1] + half[1] * sine]
        });
        Self::polygon(points.collect(), 0.0)
    }

    /// A box with rounded corners.
    pub(super) fn boxed(centre: Point, half: Point, round: f32) -> Self {
        let round = round.min(half[0].min(half[1]) * 0.95);
        let [x, y] = [half[0] - round, half[1] - round];
        let corners = [[-x, -y], [x, -y], [x, y], [-x, y]];
        Self::polygon(
            corners
                .map(|[dx, dy]| [centre[0] + dx, centre[1] + dy])
                .to_vec(),
            round,
        )
    }

    /// A smooth closed curve: radius 1 plus a few harmonics of falling amplitude, stretched to `half`.
    pub(super) fn blob(dice: &mut Dice, half: Point, wobble: f32) -> Self {
        let harmonics: Vec<[f32; 3]> = (2..7)
            .map(|order| {
                [
                    order as f32,
                    dice.normal() * wobble / order as f32,
                    dice.angle(),
                ]
            })
            .collect();
        let count = 36;
        let points = (0..count).map(|index| {
            let angle = index as f32 / count as f32 * TAU;
            let radius: f32 = 1.0
                + harmonics
                    .iter()
                    .map(|[order, height, phase]| height * (order * angle + phase).cos())
                    .sum::<f32>();
            let (sine, cosine) = angle.sin_cos();
            [
                half[0] * radius.clamp(0.25, 1.7) * cosine,
                half[1] * radius.clamp(0.25, 1.7) * sine,
            ]
        });
        Self::polygon(points.collect(), 0.0)
    }

    /// `|x/a|^n + |y/b|^n = 1`: diamonds, ellipses, squircles, boxes.
    pub(super) fn superellipse(half: Point, power: f32) -> Self {
        let count = 32;
        let points = (0..count).map(|index| {
            let (sine, cosine) = ((index as f32 + 0.5) / count as f32 * TAU).sin_cos();
            let bend = |value: f32| value.signum() * value.abs().powf(2.0 / power);
            [half[0] * bend(cosine), half[1] * bend(sine)]
        });
        Self::polygon(points.collect(), 0.0)
    }

    /// A polygon with corners at two alternating radii; a regular or irregular polygon when they are equal.
    pub(super) fn star(dice: &mut Dice, corners: usize, radii: Point, uneven: f32) -> Self {
        let count = corners * 2;
        let turn = dice.angle();
        let points = (0..count).map(|index| {
            let angle = turn + (index as f32 + dice.signed(0.5) * uneven) / count as f32 * TAU;
            let radius = radii[index % 2] * (1.0 + dice.signed(0.4) * uneven);
            [radius * angle.cos(), radius * angle.sin()]
        });
        let points = points.collect();
        Self::polygon(points, dice.range(0.0, 0.12))
    }

    pub(super) fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Union with a rounded corner over the distance `radius`.
    pub(super) fn merged(mut self, other: Self, radius: f32) -> Self {
        self.0
            .extend(other.0.into_iter().map(|(join, primitive)| match join {
                Join::Add => (Join::Merge(radius), primitive),
                other => (other, primitive),
            }));
        self
    }

    pub(super) fn without(mut self, other: Self) -> Self {
        self.0.extend(
            other
                .0
                .into_iter()
                .map(|(_, primitive)| (Join::Cut, primitive)),
        );
        self
    }

    pub(super) fn moved(mut self, [x, y]: Point) -> Self {
        let shift = |point: &mut Point| *point = [point[0] + x, point[1] + y];
        for (_, primitive) in &mut self.0 {
            match primitive {
                Primitive::Polygon { points, .. } => points.iter_mut().for_each(shift),
                Primitive::Limb { ends, .. } => ends.iter_mut().for_each(shift),
            }
        }
        self
    }

    /// Signed distance at a point, negative inside. Exact for one primitive, a lower bound for several.
    pub(super) fn distance(&self, point: Point) -> f32 {
        self.0.iter().fold(1e6, |distance, (join, primitive)| {
            let other = primitive.distance(point);
            match join {
                Join::Add => distance.min(other),
                Join::Cut => distance.max(-other),
                Join::Merge(radius) => {
                    let near = (radius - (distance - other).abs()).max(0.0) / radius;
                    distance.min(other) - near * near * radius * 0.25
                }
            }
        })
    }

    /// Smallest box around all that is added: low corner, high corner.
    pub(super) fn bounds(&self) -> [Point; 2] {
        let mut bounds = [[f32::MAX; 2], [f32::MIN; 2]];
        let mut include = |point: Point, radius: f32| {
            for axis in 0..2 {
                bounds[0][axis] = bounds[0][axis].min(point[axis] - radius);
                bounds[1][axis] = bounds[1][axis].max(point[axis] + radius);
            }
        };
        for (join, primitive) in &self.0 {
            match primitive {
                _ if *join == Join::Cut => {}
                Primitive::Polygon { points, round } => {
                    for point in points {
                        include(*point, *round);
                    }
                }
                Primitive::Limb { ends, radii } => {
                    include(ends[0], radii[0]);
                    include(ends[1], radii[1]);
                }
            }
        }
        bounds
    }
}

impl Primitive {
    fn distance(&self, [x, y]: Point) -> f32 {
        match self {
            Self::Polygon { points, round } => polygon_distance(points, [x, y]) - round,
            Self::Limb {
                ends: [from, to],
                radii,
            } => {
                let [ax, ay] = [x - from[0], y - from[1]];
                let [bx, by] = [to[0] - from[0], to[1] - from[1]];
                let along = ((ax * bx + ay * by) / (bx * bx + by * by).max(1e-9)).clamp(0.0, 1.0);
                let [dx, dy] = [ax - bx * along, ay - by * along];
                (dx * dx + dy * dy).sqrt() - (radii[0] + (radii[1] - radii[0]) * along)
            }
        }
    }
}

fn polygon_distance(points: &[Point], [x, y]: Point) -> f32 {
    let Some(mut previous) = points.last().copied() else {
        return f32::MAX;
    };
    let mut nearest = f32::MAX;
    let mut inside = false;
    for &point in points {
        let [ex, ey] = [previous[0] - point[0], previous[1] - point[1]];
        let [wx, wy] = [x - point[0], y - point[1]];
        let along = ((wx * ex + wy * ey) / (ex * ex + ey * ey).max(1e-12)).clamp(0.0, 1.0);
        let [dx, dy] = [wx - ex * along, wy - ey * along];
        nearest = nearest.min(dx * dx + dy * dy);
        let crosses = (point[1] > y) != (previous[1] > y);
        inside ^= crosses && (ex * wy > wx * ey) == (ey > 0.0);
        previous = point;
    }
    if inside {
        -nearest.sqrt()
    } else {
        nearest.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_exact_distances() {
        let shape = Shape::boxed([0.0, 0.0], [2.0, 1.0], 0.0);
        assert!((shape.distance([0.0, 0.0]) + 1.0).abs() < 1e-6);
        assert!((shape.distance([5.0, 5.0]) - 5.0).abs() < 1e-6);
        assert!((shape.distance([0.0, -1.5]) - 0.5).abs() < 1e-6);
        assert!((shape.distance([-1.75, 0.25]) + 0.25).abs() < 1e-6);
    }

    #[test]
    fn cutting_makes_a_hole_and_merging_only_grows() {
        let ring = Shape::ellipse([0.0; 2], [1.0; 2]).without(Shape::ellipse([0.0; 2], [0.5; 2]));
        assert!(ring.distance([0.0, 0.0]) > 0.4);
        assert!(ring.distance([0.75, 0.0]) < -0.2);
        let [left, right] = [-0.5, 0.5].map(|x| Shape::ellipse([x, 0.0], [0.5; 2]));
        let plain = left.clone().with(right.clone());
        let merged = left.merged(right, 0.4);
        for step in 0..40 {
            let point = [step as f32 * 0.05 - 1.0, 0.3];
            assert!(merged.distance(point) <= plain.distance(point) + 1e-6);
        }
    }

    #[test]
    fn bounds_hold_everything_inside() {
        let mut dice = Dice::new(4, 0);
        for _ in 0..20 {
            let shape = Shape::blob(&mut dice, [1.0, 0.6], 0.5);
            let [low, high] = shape.bounds();
            for step in 0..400 {
                let point = [
                    (step % 20) as f32 * 0.2 - 2.0,
                    (step / 20) as f32 * 0.2 - 2.0,
                ];
                if shape.distance(point) < 0.0 {
                    assert!(
                        (0..2).all(|axis| point[axis] >= low[axis] && point[axis] <= high[axis])
                    );
                }
            }
        }
    }
}
