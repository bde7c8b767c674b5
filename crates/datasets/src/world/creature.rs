//! Figures of animals and people: beasts on four legs, birds, fish; people have a file of their own.
//!
//! In: random choices. Out: figures that face right; mirroring is the business of whoever places them.

use super::dice::Dice;
use super::figure::{Figure, Kind, Part};
use super::person;
use super::shape::Shape;

/// A random creature.
pub(super) fn figure(dice: &mut Dice) -> Figure {
    match dice.weighted(&[3.0, 3.0, 1.6, 1.0]) {
        0 => beast(dice),
        1 => person::figure(dice),
        2 => bird(dice),
        _ => fish(dice),
    }
}

/// Body, neck, head, tail and four legs of two segments.
fn beast(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let half = [dice.range(0.5, 0.7), dice.range(0.2, 0.36)];
    let wobble = dice.range(0.05, 0.25);
    let body = figure.add(Part::new(Shape::blob(dice, half, wobble)));
    let (leg, thick) = (dice.range(0.25, 0.6), dice.range(0.06, 0.13));
    let (reach, leg_skin) = (dice.range(0.2, 0.7), dice.pick([0, 0, 1]));
    for index in 0..4 {
        let front = index < 2;
        let x = if front { half[0] * 0.7 } else { -half[0] * 0.7 };
        let phase = if index % 2 == 0 {
            0.0
        } else {
            std::f32::consts::PI
        } + if front { 0.0 } else { 1.3 };
        let order = if index % 2 == 0 { 1 } else { -1 };
        let thigh = Shape::limb([[0.0; 2], [0.0, leg * 0.55]], [thick * 1.4, thick]);
        let thigh = figure.add(
            Part::new(thigh)
                .on(body, [x, half[1] * 0.55])
                .swings(reach, phase)
                .skin(leg_skin)
                .order(order),
        );
        let shin = Shape::limb([[0.0; 2], [0.0, leg * 0.55]], [thick, thick * 0.7]).merged(
            Shape::limb([[0.0, leg * 0.55], [0.08, leg * 0.58]], [thick * 0.7; 2]),
            0.05,
        );
        figure.add(
            Part::new(shin)
                .on(thigh, [0.0, leg * 0.5])
                .rest(if front { 0.1 } else { -0.2 })
                .swings(reach * 0.6, phase + 1.0)
                .skin(leg_skin)
                .order(order),
        );
    }
    let neck = dice.range(0.1, 0.7);
    let lean = dice.range(-1.3, -0.2);
    let neck_part = Shape::limb([[0.0; 2], [neck, 0.0]], [half[1] * 0.55, half[1] * 0.4]);
    let neck_part = figure.add(
        Part::new(neck_part)
            .on(body, [half[0] * 0.75, -half[1] * 0.4])
            .rest(lean)
            .swings(0.12, dice.angle()),
    );
    let head = [dice.range(0.15, 0.26), dice.range(0.1, 0.18)];
    let skull = Shape::ellipse([head[0] * 0.5, 0.0], head).merged(
        Shape::limb(
            [[head[0] * 0.6, 0.04], [head[0] * 1.5, 0.07]],
            [head[1] * 0.7, head[1] * 0.45],
        ),
        0.08,
    );
    let head_skin = dice.pick([0, 0, 1]);
    let skull = figure.add(
        Part::new(skull)
            .on(neck_part, [neck, 0.0])
            .rest(-lean + dice.range(-0.2, 0.4))
            .swings(0.15, dice.angle())
            .skin(head_skin)
            .order(1),
    );
    for x in [0.0, 0.1] {
        let ear = Shape::limb([[0.0; 2], [-0.05, -dice.range(0.1, 0.25)]], [0.05, 0.02]);
        figure.add(
            Part::new(ear)
                .on(skull, [x, -head[1] * 0.8])
                .skin(head_skin)
                .order(if x > 0.0 { -1 } else { 2 }),
        );
    }
    figure.add(
        Part::new(Shape::ellipse([0.0; 2], [0.025; 2]))
            .on(skull, [head[0] * 0.7, -0.03])
            .skin(2)
            .order(3),
    );
    let tail = dice.range(0.15, 0.6);
    let droop = dice.range(-0.9, 0.9);
    let shape = Shape::limb([[0.0; 2], [-tail, 0.0]], [0.06, dice.range(0.02, 0.08)]);
    figure.add(
        Part::new(shape)
            .on(body, [-half[0] * 0.92, -half[1] * 0.3])
            .rest(droop)
            .swings(0.35, dice.angle())
            .order(-1),
    );
    figure
}

/// A bird that swims, stands or flies: body, bent neck, head, beak, wing, tail.
fn bird(dice: &mut Dice) -> Figure {
    let flies = dice.chance(0.35);
    let mut figure = Figure::new(if flies { Kind::Free } else { Kind::Upright });
    let half = [dice.range(0.45, 0.7), dice.range(0.18, 0.34)];
    let wobble = dice.range(0.05, 0.2);
    let body = Shape::blob(dice, half, wobble).merged(
        Shape::limb(
            [
                [-half[0] * 0.6, 0.0],
                [-half[0] * 1.3, -dice.range(0.0, 0.25)],
            ],
            [half[1] * 0.6, 0.04],
        ),
        0.15,
    );
    let body = figure.add(Part::new(body));
    let neck = dice.range(0.05, 0.45);
    let root = [half[0] * 0.75, -half[1] * 0.3];
    let lean = dice.range(-1.7, -0.8);
    let lower = figure.add(
        Part::new(Shape::limb(
            [[0.0; 2], [neck, 0.0]],
            [half[1] * 0.5, half[1] * 0.33],
        ))
        .on(body, root)
        .rest(lean)
        .swings(0.1, dice.angle()),
    );
    let upper_lean = dice.range(-0.6, 0.4);
    let upper = figure.add(
        Part::new(Shape::limb(
            [[0.0; 2], [neck, 0.0]],
            [half[1] * 0.33, half[1] * 0.28],
        ))
        .on(lower, [neck, 0.0])
        .rest(upper_lean)
        .swings(0.12, dice.angle()),
    );
    let head = dice.range(0.09, 0.14);
    let skull = figure.add(
        Part::new(Shape::ellipse([0.03, 0.0], [head * 1.2, head]))
            .on(upper, [neck, 0.0])
            .rest(-lean - upper_lean)
            .swings(0.12, dice.angle())
            .order(1),
    );
    let beak = Shape::polygon(
        vec![[0.0, -0.05], [dice.range(0.12, 0.28), 0.03], [0.0, 0.05]],
        0.015,
    );
    figure.add(
        Part::new(beak)
            .on(skull, [head * 0.9, 0.01])
            .skin(2)
            .order(2),
    );
    figure.add(
        Part::new(Shape::ellipse([0.0; 2], [0.02; 2]))
            .on(skull, [head * 0.5, -0.03])
            .skin(3)
            .order(3),
    );
    let span = if flies {
        dice.range(0.6, 1.0)
    } else {
        dice.range(0.35, 0.5)
    };
    for order in if flies { vec![-1, 2] } else { vec![2] } {
        let wing = Shape::polygon(
            vec![
                [0.12, 0.0],
                [-0.05, -span],
                [-0.2, -span * 0.95],
                [-0.35, -span * 0.3],
                [-0.25, 0.05],
            ],
            0.05,
        );
        let rest = if flies { 0.0 } else { -1.45 };
        let (reach, phase) = if flies {
            (0.9, f32::from(order as i8) * 0.2)
        } else {
            (0.06, 0.0)
        };
        figure.add(
            Part::new(wing)
                .on(body, [0.1, -half[1] * 0.2])
                .rest(rest)
                .swings(reach, phase)
                .skin(dice.pick([0, 1]))
                .order(order),
        );
    }
    if !flies && dice.chance(0.4) {
        for (x, order) in [(-0.08, -1), (0.08, 1)] {
            let leg = Shape::limb([[0.0; 2], [0.0, 0.4]], [0.03; 2])
                .with(Shape::limb([[0.0, 0.4], [0.12, 0.42]], [0.025; 2]));
            let phase = if x > 0.0 { 0.0 } else { std::f32::consts::PI };
            figure.add(
                Part::new(leg)
                    .on(body, [x, half[1] * 0.8])
                    .swings(0.4, phase)
                    .skin(2)
                    .order(order),
            );
        }
    }
    figure
}

/// Body, waving tail, fins.
fn fish(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Free);
    let half = [dice.range(0.5, 0.7), dice.range(0.18, 0.4)];
    let body = figure.add(Part::new(Shape::superellipse(half, dice.range(1.4, 2.2))));
    let tail = Shape::polygon(
        vec![
            [0.0, -0.06],
            [-0.35, -dice.range(0.15, 0.4)],
            [-0.25, 0.0],
            [-0.35, dice.range(0.15, 0.4)],
            [0.0, 0.06],
        ],
        0.02,
    );
    figure.add(
        Part::new(tail)
            .on(body, [-half[0] * 0.92, 0.0])
            .swings(0.5, 0.0)
            .skin(1)
            .order(-1),
    );
    for (y, flip) in [(-0.7, -1.0), (0.6, 1.0)] {
        let height = dice.range(0.1, 0.3) * flip;
        let fin = Shape::polygon(
            vec![
                [0.15, 0.0],
                [-0.1, height],
                [-0.3, height * 0.6],
                [-0.2, 0.0],
            ],
            0.02,
        );
        figure.add(
            Part::new(fin)
                .on(body, [dice.signed(0.2), half[1] * y])
                .swings(0.15, dice.angle())
                .skin(1)
                .order(-1),
        );
    }
    figure.add(
        Part::new(Shape::ellipse([0.0; 2], [0.045; 2]))
            .on(body, [half[0] * 0.7, -half[1] * 0.25])
            .skin(2)
            .order(1),
    );
    figure
}
