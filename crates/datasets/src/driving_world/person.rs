//! People: on foot, on bicycles, on motorcycles.
//!
//! In: random choices, cloth. Out: models whose limbs swing with the stride, faces along `x`.

use glam::Vec3;

use super::fittings::Fittings;
use super::model::{Joint, Model, Part, Solid};
use super::surface::{Material, MaterialId, Surfaces};
use crate::world::dice::Dice;

/// Metres that someone on foot moves in a double step.
pub(super) const STRIDE_ON_FOOT: f64 = 1.45;
/// Metres that someone on a bicycle moves while the pedals turn once.
pub(super) const STRIDE_ON_BICYCLE: f64 = 5.0;

/// What someone wears.
struct Clothes {
    skin: MaterialId,
    hair: MaterialId,
    top: MaterialId,
    bottom: MaterialId,
    shoes: MaterialId,
    extra: MaterialId,
}

impl Clothes {
    fn new(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Self {
        let skins = [
            [236.0, 196.0, 168.0],
            [214.0, 166.0, 130.0],
            [166.0, 116.0, 82.0],
            [104.0, 70.0, 50.0],
        ];
        let hairs = [
            [34.0, 28.0, 26.0],
            [74.0, 52.0, 36.0],
            [168.0, 130.0, 78.0],
            [150.0, 148.0, 146.0],
        ];
        let trousers = [
            [42.0, 50.0, 72.0],
            [36.0, 36.0, 40.0],
            [112.0, 100.0, 82.0],
            [84.0, 90.0, 98.0],
        ];
        let mut cloth = |surfaces: &mut Surfaces| {
            let tile = fittings.cloths[dice.integer(0, fittings.cloths.len() - 1)];
            let tint = crate::world::colour::jitter(dice, [215.0; 3], 30.0);
            surfaces.add(Material::tiled(tile, 0.8).tinted(tint))
        };
        let (top, extra, patterned) = (cloth(surfaces), cloth(surfaces), cloth(surfaces));
        let mut plain = |dice: &mut Dice, colours: [[f32; 3]; 4]| {
            let colour = dice.pick(colours);
            surfaces.add(Material::plain(crate::world::colour::jitter(
                dice, colour, 8.0,
            )))
        };
        let bottom = plain(dice, trousers);
        Self {
            skin: plain(dice, skins),
            hair: plain(dice, hairs),
            top,
            bottom: if dice.chance(0.25) { patterned } else { bottom },
            shoes: plain(
                dice,
                [
                    [30.0; 3],
                    [60.0, 50.0, 44.0],
                    [214.0; 3],
                    [120.0, 40.0, 40.0],
                ],
            ),
            extra,
        }
    }
}

/// An upright outline of eight corners around a point.
fn ring(middle: Vec3, deep: f32, wide: f32) -> [Vec3; 8] {
    std::array::from_fn(|index| {
        let (sine, cosine) = (index as f32 * std::f32::consts::FRAC_PI_4 + 0.39).sin_cos();
        middle + Vec3::new(cosine * deep, sine * wide, 0.0)
    })
}

fn swinging(solid: Solid, pivot: Vec3, reach: f32, shift: f32) -> Part {
    Part {
        faces: solid.faces,
        joint: Joint::Swing {
            pivot,
            reach,
            shift,
        },
    }
}

fn fixed(solid: Solid) -> Part {
    Part {
        faces: solid.faces,
        joint: Joint::Fixed,
    }
}

fn head(dice: &mut Dice, solid: &mut Solid, clothes: &Clothes, middle: Vec3) {
    let size = Vec3::new(0.1, 0.085, 0.125);
    solid.ball(clothes.skin, (middle, size), [5, 8], |_, _| 0.0);
    let over = middle + Vec3::new(-0.022, 0.0, 0.035);
    let hair = if dice.chance(0.2) {
        clothes.extra
    } else {
        clothes.hair
    };
    let long = if dice.chance(0.35) { 0.05 } else { 0.0 };
    let size = size + Vec3::new(0.004, 0.014, -0.01 + long);
    solid.ball(hair, (over - Vec3::Z * long, size), [5, 8], |_, _| 0.0);
}

/// Someone on foot.
pub(super) fn pedestrian(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
    let clothes = Clothes::new(dice, surfaces, fittings);
    let is_child = dice.chance(0.12);
    let tall = if is_child {
        dice.range(1.05, 1.4)
    } else {
        dice.range(1.55, 1.92)
    };
    let stout = dice.range(0.85, 1.3) * if is_child { 0.8 } else { 1.0 };
    let (hip, shoulder) = (tall * 0.5, tall * 0.82);
    let mut body = Solid::default();
    let at = |z: f32| Vec3::new(0.0, 0.0, z);
    body.loft(
        clothes.top,
        &[
            ring(at(hip - 0.06), 0.115 * stout, 0.165 * stout),
            ring(at(tall * 0.66), 0.12 * stout, 0.165 * stout),
            ring(at(shoulder - 0.04), 0.125 * stout, 0.205 * stout),
            ring(at(shoulder + 0.03), 0.07, 0.1),
        ],
    );
    if dice.chance(0.25) {
        // A coat or a skirt.
        let below = tall * dice.range(0.22, 0.38);
        let cloth = if dice.chance(0.5) {
            clothes.top
        } else {
            clothes.extra
        };
        body.loft(
            cloth,
            &[
                ring(at(hip), 0.12 * stout, 0.17 * stout),
                ring(at(below), 0.19 * stout, 0.23 * stout),
            ],
        );
    }
    head(dice, &mut body, &clothes, at(tall - 0.125));
    if dice.chance(0.3) {
        let low = Vec3::new(-0.32 * stout, -0.15, hip + 0.05);
        body.cuboid(
            clothes.extra,
            low,
            Vec3::new(-0.1 * stout, 0.15, shoulder - 0.02),
        );
    }
    let mut parts = vec![fixed(body)];
    let reach = dice.range(0.38, 0.52);
    for (side, shift) in [(-1.0, 0.0), (1.0, 0.5)] {
        let pivot = Vec3::new(0.0, side * 0.09 * stout, hip);
        let foot = Vec3::new(0.0, side * 0.085 * stout, 0.05);
        let mut leg = Solid::default();
        leg.bar(
            clothes.bottom,
            [pivot, foot],
            [0.092 * stout, 0.058 * stout],
            6,
        );
        let heel = foot + Vec3::new(-0.07, -0.045, -0.05);
        leg.cuboid(clothes.shoes, heel, heel + Vec3::new(0.24, 0.09, 0.09));
        parts.push(swinging(leg, pivot, reach, shift));
        let pivot = Vec3::new(0.0, side * 0.2 * stout, shoulder - 0.04);
        let hand = Vec3::new(0.03, side * 0.25 * stout, hip - 0.04);
        let mut arm = Solid::default();
        arm.bar(clothes.top, [pivot, hand], [0.056 * stout, 0.04 * stout], 6);
        arm.ball(clothes.skin, (hand, Vec3::splat(0.045)), [3, 5], |_, _| 0.0);
        if side < 0.0 && dice.chance(0.25) {
            let low = hand + Vec3::new(-0.16, -0.05, -0.3);
            arm.cuboid(clothes.extra, low, low + Vec3::new(0.32, 0.1, 0.26));
        }
        parts.push(swinging(arm, pivot, reach * 0.75, shift + 0.5));
    }
    Model::new(parts)
}

/// A rider's trunk from the saddle to the shoulders, arms to the handlebar, and a helmet.
fn rider(dice: &mut Dice, clothes: &Clothes, (saddle, shoulders, bar): (Vec3, Vec3, Vec3)) -> Part {
    let mut solid = Solid::default();
    let middle = saddle.lerp(shoulders, 0.5) - Vec3::X * 0.05;
    solid.loft(
        clothes.top,
        &[
            ring(saddle, 0.13, 0.17),
            ring(middle, 0.13, 0.17),
            ring(shoulders, 0.12, 0.21),
            ring(shoulders + Vec3::Z * 0.06, 0.07, 0.1),
        ],
    );
    head(
        dice,
        &mut solid,
        clothes,
        shoulders + Vec3::new(0.06, 0.0, 0.2),
    );
    let helmet = shoulders + Vec3::new(0.04, 0.0, 0.26);
    solid.ball(
        clothes.extra,
        (helmet, Vec3::new(0.14, 0.11, 0.11)),
        [4, 8],
        |_, _| 0.0,
    );
    for side in [-1.0, 1.0] {
        let from = shoulders + Vec3::Y * side * 0.19;
        let to = bar + Vec3::Y * side * 0.26;
        solid.bar(clothes.top, [from, to], [0.055, 0.04], 6);
    }
    if dice.chance(0.3) {
        let low = saddle + Vec3::new(-0.28, -0.15, 0.12);
        solid.cuboid(clothes.extra, low, low + Vec3::new(0.2, 0.3, 0.4));
    }
    fixed(solid)
}

/// Someone on a bicycle; the legs go with the pedals.
pub(super) fn cyclist(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
    let clothes = Clothes::new(dice, surfaces, fittings);
    let colour = super::fittings::paint(dice);
    let frame = surfaces.add(Material::plain(colour).shining(0.05));
    let mut cycle = Solid::default();
    let (radius, apart) = (0.34, 0.54);
    for x in [-apart, apart] {
        let rim = |step: usize| {
            let (sine, cosine) = (step as f32 / 12.0 * std::f32::consts::TAU).sin_cos();
            Vec3::new(
                x + cosine * (radius - 0.02),
                0.0,
                radius + sine * (radius - 0.02),
            )
        };
        for step in 0..12 {
            cycle.bar(fittings.tyre, [rim(step), rim(step + 1)], [0.025; 2], 4);
        }
        for step in [0, 3] {
            cycle.bar(fittings.metal, [rim(step), rim(step + 6)], [0.008; 2], 3);
        }
    }
    let hub = |x: f32| Vec3::new(x, 0.0, radius);
    let (seat, pedals) = (Vec3::new(-0.22, 0.0, 0.9), Vec3::new(-0.05, 0.0, 0.3));
    let (steer, bar) = (Vec3::new(0.36, 0.0, 0.82), Vec3::new(0.34, 0.0, 1.02));
    for ends in [
        [hub(-apart), pedals],
        [hub(-apart), seat - Vec3::Z * 0.1],
        [pedals, seat],
        [pedals, steer],
        [seat - Vec3::Z * 0.08, steer],
        [hub(apart), steer],
        [steer, bar],
        [bar - Vec3::Y * 0.28, bar + Vec3::Y * 0.28],
    ] {
        cycle.bar(frame, ends, [0.024; 2], 4);
    }
    let lean = dice.range(0.1, 0.35);
    let hip = seat + Vec3::Z * 0.1;
    let shoulders = Vec3::new(hip.x + lean, 0.0, hip.z + 0.52 - lean * 0.25);
    let mut parts = vec![fixed(cycle), rider(dice, &clothes, (hip, shoulders, bar))];
    for (side, shift) in [(-1.0, 0.0), (1.0, 0.5)] {
        let pivot = hip + Vec3::Y * side * 0.09;
        let knee = Vec3::new(0.14, side * 0.12, 0.68);
        let foot = Vec3::new(-0.02, side * 0.13, 0.24);
        let mut leg = Solid::default();
        leg.bar(clothes.bottom, [pivot, knee], [0.085, 0.065], 6);
        leg.bar(clothes.bottom, [knee, foot], [0.062, 0.045], 6);
        leg.cuboid(
            clothes.shoes,
            foot + Vec3::new(-0.08, -0.045, -0.05),
            foot + Vec3::new(0.16, 0.045, 0.03),
        );
        parts.push(swinging(leg, pivot, 0.2, shift));
    }
    Model::new(parts)
}

/// Someone on a motorcycle or a scooter.
pub(super) fn motorcyclist(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
    let clothes = Clothes::new(dice, surfaces, fittings);
    let colour = super::fittings::paint(dice);
    let coat = surfaces.add(Material::plain(colour).shining(0.1));
    let mut cycle = Solid::default();
    let (radius, apart) = (dice.range(0.24, 0.32), dice.range(0.6, 0.72));
    for x in [-apart, apart] {
        let hub = Vec3::new(x, 0.0, radius);
        let half = Vec3::Y * 0.07;
        cycle.bar(fittings.tyre, [hub - half, hub + half], [radius; 2], 12);
        for side in [-1.0, 1.0] {
            cycle.plate(fittings.rim, hub + Vec3::Y * side * 0.08, radius * 0.6, 7);
        }
    }
    let section = |x: f32, half: f32, [low, high]: [f32; 2]| {
        [
            Vec3::new(x, -half, low),
            Vec3::new(x, half, low),
            Vec3::new(x, half * 0.8, high),
            Vec3::new(x, -half * 0.8, high),
        ]
    };
    cycle.loft(
        coat,
        &[
            section(-apart - 0.25, 0.1, [0.68, 0.84]),
            section(-apart * 0.5, 0.18, [0.4, 0.8]),
            section(0.12, 0.17, [0.3, 0.82]),
            section(0.38, 0.17, [0.4, 0.98]),
        ],
    );
    let bar = Vec3::new(0.42, 0.0, 1.04);
    cycle.bar(
        fittings.metal,
        [Vec3::new(apart, 0.0, radius), bar],
        [0.05; 2],
        5,
    );
    cycle.bar(
        fittings.trim,
        [bar - Vec3::Y * 0.34, bar + Vec3::Y * 0.34],
        [0.025; 2],
        4,
    );
    let lamp = Vec3::new(0.5, 0.0, 0.92);
    cycle.ball(
        fittings.head_lamp,
        (lamp, Vec3::splat(0.09)),
        [4, 6],
        |_, _| 0.0,
    );
    let tail = Vec3::new(-apart - 0.26, 0.0, 0.76);
    cycle.ball(
        fittings.tail_lamp,
        (tail, Vec3::splat(0.06)),
        [3, 5],
        |_, _| 0.0,
    );
    let hip = Vec3::new(-0.22, 0.0, 0.86);
    let shoulders = Vec3::new(-0.02, 0.0, 1.38);
    let rider = rider(dice, &clothes, (hip, shoulders, bar));
    let mut legs = Solid::default();
    for side in [-1.0, 1.0] {
        let knee = Vec3::new(0.2, side * 0.2, 0.74);
        let foot = Vec3::new(0.02, side * 0.2, 0.32);
        legs.bar(
            clothes.bottom,
            [hip + Vec3::Y * side * 0.1, knee],
            [0.09, 0.07],
            6,
        );
        legs.bar(clothes.bottom, [knee, foot], [0.07, 0.05], 6);
    }
    Model::new(vec![fixed(cycle), rider, fixed(legs)])
}
