//! Figures of things: blobs, boxes, stars, rings, letters, plants, snakes, random assemblies.
//!
//! In: random choices. Out: figures. Knows nothing of animals and machines, which have files of their own.

use std::f32::consts::TAU;

use super::dice::Dice;
use super::figure::{Figure, Kind, Part};
use super::shape::Shape;

/// A random thing.
pub(super) fn figure(dice: &mut Dice) -> Figure {
    match dice.weighted(&[3.0, 1.5, 1.2, 1.0, 1.2, 0.8, 2.0, 0.8]) {
        0 => single(dice),
        1 => pierced(dice),
        2 => strokes(dice),
        3 => plant(dice),
        4 => parcel(dice),
        5 => lattice(dice),
        6 => assembly(dice),
        _ => snake(dice),
    }
}

/// A random simple outline, about as large as the unit disk.
pub(super) fn outline(dice: &mut Dice) -> Shape {
    let half = [1.0, dice.log_range(0.4, 1.0)];
    let wobble = dice.range(0.15, 0.8);
    match dice.weighted(&[4.0, 1.5, 1.0, 1.0, 1.0]) {
        0 => Shape::blob(dice, half, wobble),
        1 => Shape::superellipse(half, dice.log_range(1.2, 6.0)),
        2 => {
            let (corners, uneven) = (dice.integer(3, 7), dice.range(0.0, 0.8));
            let inner = dice.range(0.35, 0.8);
            Shape::star(dice, corners, [1.0, inner], uneven)
        }
        3 => {
            let (corners, uneven) = (dice.integer(2, 4), dice.range(0.0, 0.8));
            Shape::star(dice, corners, [0.9, 0.9], uneven)
        }
        _ => {
            let first = Shape::blob(dice, [0.8, half[1] * 0.8], wobble);
            let shift = [dice.signed(0.6), dice.signed(0.6)];
            let second = Shape::blob(dice, [0.6, 0.5], wobble).moved(shift);
            if dice.chance(0.6) {
                first.merged(second, 0.3)
            } else {
                first.without(second.moved(shift))
            }
        }
    }
}

/// One outline that may change into another, with patches on it.
fn single(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Free);
    let mut body = Part::new(outline(dice));
    if dice.chance(0.5) {
        body = body.changes_into(outline(dice));
    }
    let body = figure.add(body);
    for _ in 0..dice.integer(0, 3) {
        let size = dice.log_range(0.08, 0.3);
        let wobble = dice.range(0.1, 0.6);
        let half = [size, size * dice.range(0.5, 1.0)];
        let patch = Shape::blob(dice, half, wobble);
        let joint = [dice.signed(0.35), dice.signed(0.25)];
        figure.add(Part::new(patch).on(body, joint).skin(1).order(1));
    }
    figure
}

/// An outline with holes, or a ring.
fn pierced(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Free);
    let mut shape = outline(dice);
    if dice.chance(0.4) {
        let inner = dice.range(0.45, 0.75);
        let half = [1.0, dice.range(0.6, 1.0)];
        shape = Shape::superellipse(half, dice.range(1.6, 5.0)).without(Shape::superellipse(
            half.map(|side| side * inner),
            dice.range(1.6, 5.0),
        ));
    } else {
        for _ in 0..dice.integer(1, 4) {
            let size = dice.range(0.1, 0.28);
            let at = [dice.signed(0.5), dice.signed(0.4)];
            shape = shape.without(Shape::blob(dice, [size, size], 0.4).moved(at));
        }
    }
    figure.add(Part::new(shape));
    figure
}

/// Thick strokes joined end to end and across: letters, tools, branches.
fn strokes(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Free);
    let width = dice.log_range(0.06, 0.2);
    let mut at = [dice.signed(0.8), dice.signed(0.8)];
    let mut shape: Option<Shape> = None;
    for _ in 0..dice.integer(2, 6) {
        let to = [dice.signed(0.9), dice.signed(0.9)];
        let limb = Shape::limb([at, to], [width, width * dice.range(0.7, 1.2)]);
        shape = Some(match shape {
            Some(shape) => shape.merged(limb, width * 0.7),
            None => limb,
        });
        if dice.chance(0.7) {
            at = to;
        }
    }
    figure.parts.extend(shape.map(Part::new));
    figure
}

/// Petals or leaves around a heart, or along a stem.
fn plant(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Free);
    let petals = dice.integer(4, 9);
    let length = dice.range(0.3, 0.5);
    let width = dice.range(0.12, 0.3);
    let along_stem = dice.chance(0.4);
    let heart = if along_stem {
        Shape::limb([[0.0, 0.9], [dice.signed(0.2), -0.6]], [0.05, 0.03])
    } else {
        Shape::ellipse([0.0; 2], [dice.range(0.15, 0.35); 2])
    };
    let heart = figure.add(Part::new(heart).order(1));
    for index in 0..petals {
        let share = index as f32 / petals as f32;
        let (joint, rest) = if along_stem {
            (
                [0.0, 0.7 - share * 1.3],
                if index % 2 == 0 {
                    -0.5
                } else {
                    std::f32::consts::PI + 0.5
                },
            )
        } else {
            ([0.0; 2], share * TAU)
        };
        let petal = Shape::ellipse([length * 0.92, 0.0], [length, width]);
        let phase = dice.angle();
        figure.add(
            Part::new(petal)
                .on(heart, joint)
                .rest(rest + dice.signed(0.15))
                .skin(1)
                .swings(0.15, phase),
        );
    }
    figure
}

/// A box with bands, labels and a lid, as goods and furniture have.
fn parcel(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let half = [dice.range(0.35, 1.0), dice.range(0.35, 1.0)];
    let body = figure.add(Part::new(Shape::boxed(
        [0.0; 2],
        half,
        dice.range(0.0, 0.2),
    )));
    for _ in 0..dice.integer(0, 4) {
        let patch = [
            half[0] * dice.range(0.1, 0.9),
            half[1] * dice.log_range(0.06, 0.5),
        ];
        let joint = [0, 1].map(|axis| dice.signed((half[axis] - patch[axis]).max(0.01)));
        let skin = dice.integer(1, 2);
        figure.add(
            Part::new(Shape::boxed([0.0; 2], patch, 0.03))
                .on(body, joint)
                .skin(skin)
                .order(1),
        );
    }
    if dice.chance(0.4) {
        let handle = Shape::ellipse([0.0; 2], [half[0] * 0.5, 0.3])
            .without(Shape::ellipse([0.0; 2], [half[0] * 0.5 - 0.1, 0.2]));
        figure.add(
            Part::new(handle)
                .on(body, [0.0, -half[1]])
                .skin(1)
                .order(-1),
        );
    }
    figure
}

/// Bars and gaps: fences, ladders, racks, chairs.
fn lattice(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let half = [dice.range(0.5, 1.0), dice.range(0.5, 1.0)];
    let bar = dice.range(0.04, 0.1);
    let mut shape = Shape::limb([[-half[0], half[1]], [-half[0], -half[1]]], [bar; 2]);
    let uprights = dice.integer(1, 4);
    for index in 1..=uprights {
        let x = half[0] * (2.0 * index as f32 / uprights as f32 - 1.0);
        shape = shape.with(Shape::limb([[x, half[1]], [x, -half[1]]], [bar; 2]));
    }
    for _ in 0..dice.integer(1, 3) {
        let (left, right) = (dice.signed(half[1]), dice.signed(half[1]));
        let right = if dice.chance(0.7) { left } else { right };
        shape = shape.with(Shape::limb([[-half[0], left], [half[0], right]], [bar; 2]));
    }
    figure.add(Part::new(shape));
    figure
}

/// Outlines hung on each other at random: anything with parts.
fn assembly(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Free);
    let size = dice.range(0.4, 0.65);
    let root = scaled_outline(dice, size);
    let mut sizes = vec![size];
    figure.add(Part::new(root));
    for _ in 0..dice.integer(1, 5) {
        let parent = dice.integer(0, sizes.len() - 1);
        let size = dice.log_range(0.15, 0.5);
        let turn = dice.angle();
        let joint = [turn.cos(), turn.sin()].map(|axis| axis * sizes[parent] * 0.75);
        let shape = if dice.chance(0.4) {
            Shape::limb(
                [[0.0; 2], [size * 1.6, 0.0]],
                [size * 0.3, size * dice.range(0.1, 0.4)],
            )
        } else {
            scaled_outline(dice, size).moved([size * 0.6, 0.0])
        };
        let (reach, phase, skin) = (dice.range(0.0, 0.6), dice.angle(), dice.integer(0, 2));
        let order = dice.pick([-1, 1]);
        figure.add(
            Part::new(shape)
                .on(parent, joint)
                .rest(turn)
                .swings(reach, phase)
                .skin(skin)
                .order(order),
        );
        sizes.push(size);
    }
    figure
}

fn scaled_outline(dice: &mut Dice, size: f32) -> Shape {
    let wobble = dice.range(0.1, 0.6);
    let half = [size, size * dice.range(0.5, 1.0)];
    match dice.weighted(&[2.0, 1.0, 1.0]) {
        0 => Shape::blob(dice, half, wobble),
        1 => Shape::superellipse(half, dice.log_range(1.5, 6.0)),
        _ => Shape::boxed([0.0; 2], half, size * dice.range(0.0, 0.4)),
    }
}

/// A chain of links that waves from head to tail.
fn snake(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Free);
    let links = dice.integer(4, 8);
    let length = 1.9 / links as f32;
    let width = dice.range(0.06, 0.22);
    let reach = dice.range(0.2, 0.7);
    for index in 0..links {
        let taper = |at: usize| width * (1.0 - 0.7 * at as f32 / links as f32);
        let shape = Shape::limb([[0.0; 2], [-length, 0.0]], [taper(index), taper(index + 1)]);
        let link = Part::new(shape)
            .swings(reach, -(index as f32) * 1.1)
            .skin(index % 2);
        figure.add(if index == 0 {
            Part {
                joint: [0.9, 0.0],
                ..link
            }
        } else {
            link.on(index - 1, [-length, 0.0])
        });
    }
    figure
}
