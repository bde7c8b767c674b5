//! Figures of people, and the limbs and heads that riders share with them.
//!
//! In: random choices, joints. Out: figures that face right, or parts added to a figure.

use super::dice::Dice;
use super::figure::{Figure, Kind, Part};
use super::shape::Shape;

/// Trunk, head, arms and legs of two segments each.
pub(super) fn figure(dice: &mut Dice) -> Figure {
    let mut figure = Figure::new(Kind::Upright);
    let pose = Pose {
        stride: dice.range(0.2, 0.8),
        phase: dice.angle(),
        bent: dice.range(-0.3, 0.9),
    };
    let trunk = figure.add(
        Part::new(torso(dice))
            .swings(0.06, pose.phase)
            .rest(dice.signed(0.15)),
    );
    let sleeve = dice.pick([0, 2]);
    for (side, order) in [(0.0, -2), (std::f32::consts::PI, 2)] {
        let lift = if dice.chance(0.25) {
            dice.range(-2.5, 2.5)
        } else {
            0.0
        };
        let joint = [dice.signed(0.06), -0.42];
        limb(
            &mut figure,
            &Limb {
                parent: trunk,
                joint,
                length: 0.33,
                thick: 0.065,
                rest: lift,
                skins: [sleeve, 2],
                order,
            },
            &pose,
            side,
        );
    }
    for (side, order) in [(std::f32::consts::PI, -1), (0.0, 1)] {
        let joint = [0.0, 0.08];
        limb(
            &mut figure,
            &Limb {
                parent: trunk,
                joint,
                length: 0.42,
                thick: 0.095,
                rest: 0.0,
                skins: [1, 1],
                order,
            },
            &pose,
            side,
        );
    }
    add_head(dice, &mut figure, trunk, [0.03, -0.5]);
    figure
}

/// How limbs move and bend.
pub(super) struct Pose {
    pub(super) stride: f32,
    pub(super) phase: f32,
    pub(super) bent: f32,
}

/// Where an arm or a leg hangs and how it looks.
pub(super) struct Limb {
    pub(super) parent: usize,
    pub(super) joint: [f32; 2],
    pub(super) length: f32,
    pub(super) thick: f32,
    pub(super) rest: f32,
    pub(super) skins: [usize; 2],
    pub(super) order: i32,
}

/// Adds an upper and a lower segment hanging down from the joint.
pub(super) fn limb(figure: &mut Figure, plan: &Limb, pose: &Pose, side: f32) {
    let phase = pose.phase + side;
    let upper = Shape::limb(
        [[0.0; 2], [0.0, plan.length]],
        [plan.thick, plan.thick * 0.85],
    );
    let upper = Part::new(upper)
        .on(plan.parent, plan.joint)
        .rest(plan.rest)
        .swings(pose.stride, phase);
    let upper = figure.add(upper.skin(plan.skins[0]).order(plan.order));
    let end = [plan.thick * 0.9, plan.length];
    let lower = Shape::limb(
        [[0.0; 2], [0.0, plan.length]],
        [plan.thick * 0.85, plan.thick * 0.6],
    )
    .merged(
        Shape::limb([[0.0, plan.length], end], [plan.thick * 0.6; 2]),
        0.04,
    );
    let lower = Part::new(lower)
        .on(upper, [0.0, plan.length])
        .rest(pose.bent * 0.5)
        .swings(pose.stride * 0.6, phase + 1.2);
    figure.add(lower.skin(plan.skins[1]).order(plan.order));
}

/// A trunk whose hips are at the origin and whose shoulders lie above.
pub(super) fn torso(dice: &mut Dice) -> Shape {
    let width = dice.range(0.13, 0.22);
    Shape::limb(
        [[0.0, 0.02], [0.0, -0.36]],
        [width * dice.range(0.7, 1.0), width],
    )
}

/// A neck, a head and hair or a hat, above the given joint.
pub(super) fn add_head(dice: &mut Dice, figure: &mut Figure, parent: usize, joint: [f32; 2]) {
    let size = dice.range(0.11, 0.16);
    let skull = Shape::ellipse([0.0, -size * 1.3], [size * 0.85, size])
        .merged(Shape::limb([[0.0; 2], [0.0, -size]], [0.05; 2]), 0.04);
    let head = figure.add(
        Part::new(skull)
            .on(parent, joint)
            .skin(2)
            .order(3)
            .swings(0.12, dice.angle()),
    );
    if dice.chance(0.85) {
        let cap = Shape::ellipse(
            [-size * 0.15, -size * 1.65],
            [size * dice.range(0.9, 1.15), size * dice.range(0.55, 0.95)],
        );
        figure.add(Part::new(cap).on(head, [0.0; 2]).skin(3).order(4));
    }
}
