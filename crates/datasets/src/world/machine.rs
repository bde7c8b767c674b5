//! Figures of machines: cars and carts, bicycles with riders, boats and aircraft.
//!
//! In: random choices. Out: figures that face right, with wheels that roll.

use super::dice::Dice;
use super::figure::{Figure, Kind, Part};
use super::person::{self, Limb, Pose};
use super::shape::Shape;

/// A random machine.
pub(super) fn figure(dice: &mut Dice) -> Figure {
    match dice.weighted(&[3.0, 2.0, 1.0]) {
        0 => car(dice),
        1 => bicycle(dice),
        _ => craft(dice),
    }
}

/// Body, cabin, windows, lights and wheels: cars, vans, buses, lorries.
fn car(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let (half, height) = ([0.95, dice.range(0.16, 0.34)], dice.range(0.12, 0.45));
    let body = Shape::boxed([0.0; 2], half, dice.range(0.03, 0.14));
    let [rear, front] = [dice.range(-0.9, -0.4), dice.range(0.05, 0.85)];
    let [slope_rear, slope_front] = [dice.range(0.02, 0.25), dice.range(0.02, 0.35)];
    let top = -half[1] - height;
    let roof = vec![
        [rear, -half[1] + 0.05],
        [rear + slope_rear, top],
        [front - slope_front, top],
        [front, -half[1] + 0.05],
    ];
    let body = figure.add(Part::new(body.merged(Shape::polygon(roof, 0.04), 0.06)));
    let panes = dice.integer(1, 5);
    let (left, right) = (rear + slope_rear + 0.03, front - slope_front - 0.03);
    let width = (right - left) / panes as f32;
    for pane in 0..panes {
        let x = left + (pane as f32 + 0.5) * width;
        let glass = Shape::boxed([0.0; 2], [(width * 0.43).max(0.02), height * 0.36], 0.03);
        figure.add(
            Part::new(glass)
                .on(body, [x, -half[1] - height * 0.45])
                .skin(1)
                .order(1),
        );
    }
    if dice.chance(0.5) {
        let band = Shape::boxed([0.0; 2], [0.9, dice.range(0.02, 0.08)], 0.01);
        figure.add(
            Part::new(band)
                .on(body, [0.0, dice.signed(half[1] * 0.7)])
                .skin(3)
                .order(1),
        );
    }
    for x in [-0.9, 0.9] {
        figure.add(
            Part::new(Shape::boxed([0.0; 2], [0.05, 0.06], 0.02))
                .on(body, [x, -half[1] * 0.3])
                .skin(3)
                .order(1),
        );
    }
    let radius = dice.range(0.14, 0.25);
    let axles = dice.integer(2, 3);
    for axle in 0..axles {
        let x = -0.62 + 1.24 * axle as f32 / (axles - 1) as f32;
        let tyre = figure.add(
            Part::new(Shape::ellipse([0.0; 2], [radius; 2]))
                .on(body, [x, half[1]])
                .rolls(0.16 / radius)
                .skin(2)
                .order(2),
        );
        let spokes = dice.integer(3, 6);
        let rim = Shape::star(dice, spokes, [radius * 0.65, radius * 0.4], 0.0);
        figure.add(Part::new(rim).on(tyre, [0.0; 2]).skin(3).order(3));
    }
    figure
}

/// Two spoked wheels, a frame of thin tubes and, mostly, a rider who pedals.
fn bicycle(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let radius = dice.range(0.26, 0.36);
    let base = dice.range(0.42, 0.55);
    let tube = dice.range(0.02, 0.05);
    let [hub, seat, bar] = [[0.0, 0.55], [-0.2, 0.05], [base * 0.75, -0.02]];
    let axles = [[-base, 0.6], [base, 0.6]];
    let frame = [
        [axles[0], hub],
        [axles[0], seat],
        [hub, seat],
        [hub, bar],
        [seat, bar],
        [bar, axles[1]],
    ];
    let shape = frame
        .iter()
        .skip(1)
        .fold(Shape::limb(frame[0], [tube; 2]), |shape, ends| {
            shape.with(Shape::limb(*ends, [tube; 2]))
        });
    let frame = figure.add(Part::new(shape));
    for axle in axles {
        let rubber = dice.range(0.025, 0.07);
        let mut wheel = Shape::ellipse([0.0; 2], [radius; 2])
            .without(Shape::ellipse([0.0; 2], [radius - rubber * 1.6; 2]));
        for spoke in 0..dice.integer(0, 3) {
            let (sine, cosine) = (spoke as f32 * 1.05).sin_cos();
            let end = [cosine * radius * 0.95, sine * radius * 0.95];
            wheel = wheel.with(Shape::limb([end.map(|axis| -axis), end], [0.018; 2]));
        }
        figure.add(
            Part::new(wheel)
                .on(frame, axle)
                .rolls(0.16 / radius)
                .skin(1)
                .order(-1),
        );
    }
    if dice.chance(0.85) {
        add_rider(dice, &mut figure, frame, seat);
    }
    figure
}

fn add_rider(dice: &mut Dice, figure: &mut Figure, frame: usize, seat: [f32; 2]) {
    let lean = dice.range(0.1, 0.7);
    let trunk = Part::new(person::torso(dice))
        .on(frame, [seat[0], seat[1] - 0.12])
        .rest(lean)
        .swings(0.05, 0.0)
        .skin(4)
        .order(2);
    let trunk = figure.add(trunk);
    let pose = Pose {
        stride: dice.range(0.15, 0.5),
        phase: dice.angle(),
        bent: 1.6,
    };
    for (side, order) in [(std::f32::consts::PI, -1), (0.0, 3)] {
        let leg = Limb {
            parent: trunk,
            joint: [0.0, 0.0],
            length: 0.34,
            thick: 0.09,
            rest: -lean - 0.9,
            skins: [1, 2],
            order,
        };
        person::limb(figure, &leg, &pose, side);
    }
    let still = Pose {
        stride: 0.08,
        bent: -0.6,
        ..pose
    };
    for order in [-2, 4] {
        let arm = Limb {
            parent: trunk,
            joint: [0.0, -0.38],
            length: 0.28,
            thick: 0.055,
            rest: -lean - 0.7,
            skins: [4, 2],
            order,
        };
        person::limb(figure, &arm, &still, 0.0);
    }
    person::add_head(dice, figure, trunk, [0.03, -0.46]);
}

/// A hull with deck and mast, or a fuselage with wings.
fn craft(dice: &mut Dice) -> Figure {
    if dice.chance(0.5) {
        let mut figure = Figure::new(Kind::Upright);
        let depth = dice.range(0.12, 0.3);
        let hull = Shape::polygon(
            vec![[-0.9, 0.0], [1.0, -0.08], [0.7, depth], [-0.7, depth]],
            0.04,
        );
        let hull = figure.add(Part::new(hull));
        let house = [dice.range(0.15, 0.5), dice.range(0.08, 0.2)];
        figure.add(
            Part::new(Shape::boxed([0.0; 2], house, 0.03))
                .on(hull, [dice.signed(0.3), -house[1]])
                .skin(1)
                .order(-1),
        );
        let tall = dice.range(0.5, 1.2);
        let mast = figure.add(
            Part::new(Shape::limb([[0.0; 2], [0.0, -tall]], [0.03, 0.02]))
                .on(hull, [dice.signed(0.3), 0.0])
                .skin(1)
                .order(-2),
        );
        if dice.chance(0.7) {
            let sail = Shape::polygon(
                vec![[0.03, -tall], [dice.range(0.3, 0.7), -0.15], [0.03, -0.12]],
                0.02,
            );
            figure.add(
                Part::new(sail)
                    .on(mast, [0.0; 2])
                    .swings(0.08, 0.0)
                    .skin(2)
                    .order(-3),
            );
        }
        return figure;
    }
    let mut figure = Figure::new(Kind::Free);
    let body = figure.add(Part::new(Shape::limb(
        [[-0.9, 0.0], [0.8, 0.0]],
        [0.08, dice.range(0.1, 0.18)],
    )));
    let sweep = dice.range(-0.1, 0.5);
    let span = dice.range(0.4, 0.8);
    for flip in [-1.0, 1.0] {
        let wing = Shape::polygon(
            vec![
                [0.2, 0.0],
                [0.1 - sweep, span * flip],
                [-0.08 - sweep, span * flip],
                [-0.2, 0.0],
            ],
            0.02,
        );
        figure.add(
            Part::new(wing)
                .on(body, [0.1, 0.03 * flip])
                .skin(1)
                .order(if flip > 0.0 { 1 } else { -1 }),
        );
    }
    let fin = Shape::polygon(
        vec![[0.0, 0.0], [-0.2, -0.35], [-0.32, -0.35], [-0.25, 0.0]],
        0.02,
    );
    figure.add(Part::new(fin).on(body, [-0.6, 0.0]).skin(2).order(1));
    figure
}
