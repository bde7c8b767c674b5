//! Figures that stand about: trees, bushes, buildings, rocks, posts and signs.
//!
//! In: random choices. Out: figures for clutter and scenery, which seldom move.

use super::dice::Dice;
use super::figure::{Figure, Kind, Part};
use super::shape::Shape;

/// A random landmark.
pub(super) fn figure(dice: &mut Dice) -> Figure {
    match dice.weighted(&[3.0, 2.0, 2.0, 1.5, 1.5]) {
        0 => tree(dice),
        1 => bush(dice),
        2 => building(dice),
        3 => rock(dice),
        _ => post(dice),
    }
}

/// A trunk under a crown of several rounded masses.
fn tree(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let width = dice.log_range(0.05, 0.16);
    let trunk = Shape::limb([[0.0, 1.0], [dice.signed(0.1), -0.1]], [width, width * 0.7]);
    let trunk = figure.add(Part::new(trunk).skin(1));
    let mut crown = lump(dice, [0.55, 0.45]);
    for _ in 0..dice.integer(1, 4) {
        let at = [dice.signed(0.5), dice.signed(0.35)];
        crown = crown.merged(lump(dice, [0.38, 0.32]).moved(at), 0.15);
    }
    let height = -dice.range(0.3, 0.6);
    figure.add(
        Part::new(crown)
            .on(trunk, [0.0, height])
            .order(1)
            .swings(0.02, 0.0),
    );
    figure
}

fn lump(dice: &mut Dice, [wide, tall]: [f32; 2]) -> Shape {
    let half = [wide * dice.range(0.6, 1.2), tall * dice.range(0.6, 1.2)];
    Shape::blob(dice, half, 0.35)
}

/// Rounded masses on the ground.
fn bush(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let mut shape = lump(dice, [0.7, 0.5]);
    for _ in 0..dice.integer(1, 4) {
        let at = [dice.signed(0.8), dice.range(-0.2, 0.3)];
        shape = shape.merged(lump(dice, [0.45, 0.35]).moved(at), 0.1);
    }
    figure.add(Part::new(shape));
    figure
}

/// A block, perhaps with a roof, doors and a row of panes.
fn building(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let half = [dice.range(0.4, 1.0), dice.range(0.4, 1.0)];
    let wall = figure.add(Part::new(Shape::boxed([0.0; 2], half, 0.01)));
    if dice.chance(0.6) {
        let (eaves, ridge) = (half[0] * 1.08, half[0] * dice.range(0.0, 0.9));
        let tall = dice.range(0.1, 0.5);
        let roof = vec![[-eaves, 0.0], [-ridge, -tall], [ridge, -tall], [eaves, 0.0]];
        figure.add(
            Part::new(Shape::polygon(roof, 0.01))
                .on(wall, [0.0, -half[1]])
                .skin(1)
                .order(1),
        );
    }
    let [columns, rows] = [dice.integer(1, 4), dice.integer(1, 3)];
    let pane = [
        half[0] / columns as f32 * dice.range(0.3, 0.7),
        half[1] / rows as f32 * dice.range(0.3, 0.7),
    ];
    if dice.chance(0.7) {
        for index in 0..columns * rows {
            let x = half[0] * ((2 * (index % columns) + 1) as f32 / columns as f32 - 1.0);
            let y = half[1] * ((2 * (index / columns) + 1) as f32 / rows as f32 - 1.0);
            figure.add(
                Part::new(Shape::boxed([0.0; 2], pane, 0.01))
                    .on(wall, [x, y])
                    .skin(2)
                    .order(1),
            );
        }
    }
    figure
}

/// An uneven stone, or two.
fn rock(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    for x in [0.0, 0.7].into_iter().take(dice.integer(1, 2)) {
        let corners = dice.integer(3, 5);
        let stone = Shape::star(dice, corners, [0.7, 0.62], 0.6);
        figure.add(Part {
            joint: [x, x * 0.3],
            ..Part::new(stone)
        });
    }
    figure
}

/// A post with a lamp, a sign or a pennant.
fn post(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let width = dice.range(0.03, 0.08);
    let pole = figure.add(Part::new(Shape::limb(
        [[0.0, 1.0], [0.0, -0.7]],
        [width; 2],
    )));
    let half = [dice.range(0.1, 0.5), dice.range(0.1, 0.4)];
    let head = match dice.integer(0, 2) {
        0 => Shape::boxed([0.0; 2], half, 0.03),
        1 => Shape::ellipse([0.0; 2], [half[0]; 2]),
        _ => Shape::polygon(
            vec![[0.0, -half[1]], [half[0] * 1.6, 0.0], [0.0, half[1]]],
            0.01,
        ),
    };
    figure.add(Part::new(head).on(pole, [0.0, -0.65]).skin(1).order(1));
    figure
}
