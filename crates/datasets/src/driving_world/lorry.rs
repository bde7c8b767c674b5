//! Lorries and buses.
//!
//! In: random choices, a paint. Out: a model in metres, its nose along `x`.

use glam::Vec3;

use super::car::wheel;
use super::fittings::Fittings;
use super::model::{Model, Solid};
use super::surface::{Material, MaterialId, Surfaces};
use crate::world::colour::Colour;
use crate::world::dice::Dice;

/// How far things stick to a surface, in metres.
const ON: f32 = 0.02;

/// A cab and what it carries: a box, a tank, an open bed.
pub(super) fn lorry(
    dice: &mut Dice,
    surfaces: &mut Surfaces,
    fittings: &Fittings,
    paint: Colour,
) -> Model {
    let mut solid = Solid::default();
    let (length, half) = (dice.range(6.2, 10.0), dice.range(1.1, 1.25));
    let (end, cab) = (length * 0.5, dice.range(1.9, 2.4));
    let (roof, floor) = (dice.range(2.4, 2.9), 1.0);
    let coat = surfaces.add(
        Material::tiled(fittings.coat, 3.0)
            .tinted(paint)
            .shining(0.05),
    );
    let behind = end - cab;
    let section = |x: f32, top: f32| {
        [
            Vec3::new(x, -half * 0.95, 0.45),
            Vec3::new(x, half * 0.95, 0.45),
            Vec3::new(x, half * 0.95, top),
            Vec3::new(x, -half * 0.95, top),
        ]
    };
    let lean = dice.range(0.1, 0.5);
    solid.loft(
        coat,
        &[
            section(behind, roof),
            section(end - lean, roof),
            section(end, roof * 0.56),
        ],
    );
    // The windscreen lies on the sloping piece.
    let slope = |y: f32, share: f32| {
        let x = end - lean * share;
        let z = roof * (0.56 + 0.44 * share);
        Vec3::new(x + ON, y * half * 0.95, z + ON * 0.5)
    };
    solid.quad_around(
        Vec3::new(behind, 0.0, 1.0),
        fittings.glass,
        [
            slope(-0.9, 0.12),
            slope(0.9, 0.12),
            slope(0.9, 0.86),
            slope(-0.9, 0.86),
        ],
    );
    let (low, high) = (roof * 0.58, roof * 0.9);
    for side in [-1.0, 1.0] {
        side_patch(
            &mut solid,
            fittings.glass,
            side * (half * 0.95 + ON),
            ([end - 1.25, end - 0.55], [low, high]),
        );
    }
    lamps(&mut solid, fittings, (end, half, 0.75), fittings.head_lamp);
    lamps(&mut solid, fittings, (-end, half, 0.85), fittings.tail_lamp);
    let chassis = [
        Vec3::new(-end, -half * 0.6, 0.6),
        Vec3::new(behind, half * 0.6, floor),
    ];
    solid.cuboid(fittings.trim, chassis[0], chassis[1]);
    load(
        dice,
        (&mut solid, surfaces),
        fittings,
        ([-end, behind - 0.25], half),
    );
    let mut axles = vec![end - 1.1, -end + 1.3];
    if length > 8.0 {
        axles.push(-end + 2.45);
    }
    for x in axles {
        for side in [-1.0, 1.0] {
            wheel(
                &mut solid,
                fittings,
                Vec3::new(x, side * half * 0.97, 0.48),
                0.3,
            );
        }
    }
    Model::rigid(solid.faces)
}

fn load(
    dice: &mut Dice,
    (solid, surfaces): (&mut Solid, &mut Surfaces),
    fittings: &Fittings,
    ([back, front], half): ([f32; 2], f32),
) {
    let floor = 1.0;
    match dice.weighted(&[1.0, 0.3, 0.35]) {
        0 => {
            let material = if dice.chance(0.6) {
                let tile = fittings.liveries[dice.integer(0, fittings.liveries.len() - 1)];
                Material::tiled(tile, dice.range(2.0, 4.5))
            } else {
                let grey = dice.range(150.0, 235.0);
                Material::tiled(fittings.coat, 3.0).tinted([grey; 3])
            };
            let material = surfaces.add(material);
            let top = dice.range(3.0, 3.8);
            solid.cuboid(
                material,
                Vec3::new(back, -half, floor),
                Vec3::new(front, half, top),
            );
        }
        1 => {
            let radius = dice.range(0.85, 1.05);
            let height = floor + radius;
            let ends = [
                Vec3::new(back + 0.1, 0.0, height),
                Vec3::new(front - 0.1, 0.0, height),
            ];
            solid.bar(fittings.metal, ends, [radius; 2], 12);
        }
        _ => {
            let colour = super::fittings::paint(dice);
            let boards = surfaces.add(Material::tiled(fittings.coat, 2.0).tinted(colour));
            let cargo = fittings.cloths[dice.integer(0, fittings.cloths.len() - 1)];
            let cargo = surfaces.add(Material::tiled(cargo, 2.0));
            let rim = floor + dice.range(0.5, 1.0);
            solid.cuboid(
                boards,
                Vec3::new(back, -half, floor),
                Vec3::new(front, half, rim),
            );
            let heap = Vec3::new(0.4, 0.25, 0.0);
            let top = Vec3::new(front, half, rim + dice.range(0.1, 0.8));
            solid.cuboid(cargo, Vec3::new(back, -half, floor) + heap, top - heap);
        }
    }
}

/// A bus with rows of windows and doors on the right.
pub(super) fn bus(
    dice: &mut Dice,
    surfaces: &mut Surfaces,
    fittings: &Fittings,
    paint: Colour,
) -> Model {
    let mut solid = Solid::default();
    let (length, half) = (dice.range(9.5, 12.5), 1.26);
    let (end, top) = (length * 0.5, dice.range(2.95, 3.25));
    let two_decks = dice.chance(0.12);
    let top = if two_decks { top + 1.15 } else { top };
    let body = if dice.chance(0.4) {
        let tile = fittings.liveries[dice.integer(0, fittings.liveries.len() - 1)];
        Material::tiled(tile, dice.range(3.0, 6.0))
    } else {
        Material::tiled(fittings.coat, 4.0).tinted(paint)
    };
    let body = surfaces.add(body.shining(0.04));
    let section = |x: f32, share: f32, lower: f32| {
        [
            Vec3::new(x, -half * share, 0.35),
            Vec3::new(x, half * share, 0.35),
            Vec3::new(x, half * share, top - lower),
            Vec3::new(x, -half * share, top - lower),
        ]
    };
    solid.loft(
        body,
        &[
            section(-end, 0.94, 0.08),
            section(-end + 0.25, 1.0, 0.0),
            section(end - 0.25, 1.0, 0.0),
            section(end, 0.94, 0.12),
        ],
    );
    let band = surfaces.add(Material::plain(paint.map(|channel| channel * 0.55)));
    let windows = (length / 1.5) as usize;
    let step = (length - 1.0) / windows as f32;
    for side in [-1.0, 1.0] {
        let y = side * (half + ON);
        side_patch(
            &mut solid,
            band,
            side * (half + ON * 0.5),
            ([-end + 0.3, end - 0.3], [0.4, 0.62]),
        );
        for index in 0..windows {
            let from = -end + 0.5 + step * index as f32;
            side_patch(
                &mut solid,
                fittings.glass,
                y,
                ([from, from + step - 0.12], [1.35, 2.45]),
            );
            if two_decks {
                side_patch(
                    &mut solid,
                    fittings.glass,
                    y,
                    ([from, from + step - 0.12], [2.85, 3.75]),
                );
            }
        }
        for x in [-end * 0.52, end * 0.56] {
            wheel(&mut solid, fittings, Vec3::new(x, side * half, 0.48), 0.3);
        }
    }
    for x in [end - 1.45, -end * 0.05] {
        side_patch(
            &mut solid,
            fittings.glass,
            -half - ON * 1.5,
            ([x, x + 1.1], [0.5, 2.45]),
        );
    }
    for (x, low) in [(end + ON, 1.0), (-end - ON, 1.5)] {
        let at = |y: f32, z: f32| Vec3::new(x, y, z);
        let inside = Vec3::new(0.0, 0.0, 1.5);
        let (wide, high) = (half * 0.86, 2.5);
        solid.quad_around(
            inside,
            fittings.glass,
            [
                at(-wide, high),
                at(wide, high),
                at(wide, low),
                at(-wide, low),
            ],
        );
        let sign = surfaces.add(Material::plain([236.0, 150.0, 40.0]).glowing(0.6));
        let (low, high) = (2.58, 2.78);
        solid.quad_around(
            inside,
            sign,
            [at(-0.6, high), at(0.6, high), at(0.6, low), at(-0.6, low)],
        );
    }
    lamps(
        &mut solid,
        fittings,
        (end, half * 0.94, 0.7),
        fittings.head_lamp,
    );
    lamps(
        &mut solid,
        fittings,
        (-end, half * 0.94, 0.8),
        fittings.tail_lamp,
    );
    if !two_decks && dice.chance(0.6) {
        let low = Vec3::new(-end * 0.4, -0.8, top);
        solid.cuboid(fittings.plate, low, low + Vec3::new(2.4, 1.6, 0.22));
    }
    Model::rigid(solid.faces)
}

/// An upright rectangle on a side at `y`, between two places along the vehicle and two heights.
fn side_patch(
    solid: &mut Solid,
    material: MaterialId,
    y: f32,
    ([from, to], [low, high]): ([f32; 2], [f32; 2]),
) {
    let at = |x: f32, z: f32| Vec3::new(x, y, z);
    let corners = [at(from, high), at(to, high), at(to, low), at(from, low)];
    solid.quad_around(Vec3::new(from, 0.0, low), material, corners);
}

/// Two lamps and a bumper at an end.
fn lamps(
    solid: &mut Solid,
    fittings: &Fittings,
    (x, half, height): (f32, f32, f32),
    lamp: MaterialId,
) {
    let x = x + x.signum() * ON;
    let mut patch = |material: MaterialId, [from, to]: [f32; 2], [low, high]: [f32; 2]| {
        let at = |y: f32, z: f32| Vec3::new(x, y, z);
        let corners = [at(from, high), at(to, high), at(to, low), at(from, low)];
        solid.quad_around(Vec3::new(0.0, 0.0, low), material, corners);
    };
    for side in [-1.0, 1.0] {
        patch(
            lamp,
            [side * half * 0.62, side * half * 0.92],
            [height, height + 0.2],
        );
    }
    patch(
        fittings.trim,
        [-half * 0.92, half * 0.92],
        [height - 0.25, height - 0.05],
    );
    patch(fittings.plate, [-0.26, 0.26], [height, height + 0.12]);
}
