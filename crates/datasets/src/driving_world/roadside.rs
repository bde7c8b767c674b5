//! What stands beside a street and is nobody: trees, lamps, signs, signals, fences, bins.
//!
//! In: random choices, materials. Out: models on the ground whose front is along `x`.

use glam::Vec3;

use super::fittings::Fittings;
use super::model::{Model, Solid};
use super::surface::{Material, Surfaces};
use crate::world::dice::{Dice, hash, unit_from_bits};

/// A tree five to eleven metres high: round, in several clumps, or a cone.
pub(super) fn tree(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
    let mut solid = Solid::default();
    let tall = dice.range(5.0, 10.5);
    let leaves = fittings.leaves[dice.integer(0, fittings.leaves.len() - 1)];
    let leaves = surfaces.add(Material::tiled(leaves, dice.range(1.2, 2.2)));
    let bark = surfaces.add(Material::tiled(fittings.bark, 1.0));
    let (trunk, thick) = (tall * dice.range(0.25, 0.38), dice.range(0.1, 0.24));
    let seed = dice.seed();
    let dents = |clump: u64| {
        move |ring: usize, side: usize| {
            unit_from_bits(hash(seed ^ clump << 40 ^ (ring as u64) << 20 ^ side as u64)) * 0.32
        }
    };
    let top = Vec3::Z * (trunk + (tall - trunk) * 0.5);
    solid.bar(bark, [Vec3::ZERO, top], [thick, thick * 0.6], 6);
    match dice.weighted(&[1.0, 1.0, 0.5]) {
        0 => {
            let half = (tall - trunk) * 0.5;
            let radius = half * dice.range(0.6, 0.95);
            let radii = Vec3::new(radius, radius, half);
            solid.ball(leaves, (Vec3::Z * (trunk + half), radii), [7, 10], dents(0));
        }
        1 => {
            for clump in 0..4 {
                let around = dice.angle();
                let away = if clump == 0 {
                    0.0
                } else {
                    (tall - trunk) * 0.27
                };
                let size = (tall - trunk) * dice.range(0.24, 0.36);
                let height = trunk + (tall - trunk) * dice.range(0.3, 0.7);
                let middle = Vec3::new(around.cos() * away, around.sin() * away, height);
                let radii = Vec3::new(size, size, size * 0.85);
                solid.ball(leaves, (middle, radii), [5, 8], dents(clump));
            }
        }
        _ => {
            let low = Vec3::Z * tall * 0.14;
            solid.bar(leaves, [low, Vec3::Z * tall], [tall * 0.2, 0.05], 10);
        }
    }
    Model::rigid(solid.faces)
}

/// A bush or a piece of hedge.
pub(super) fn bush(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
    let mut solid = Solid::default();
    let leaves = fittings.leaves[dice.integer(0, fittings.leaves.len() - 1)];
    let leaves = surfaces.add(Material::tiled(leaves, 1.1));
    let high = dice.range(0.7, 1.6);
    if dice.chance(0.5) {
        let half = Vec3::new(dice.range(1.0, 3.5), 0.4, 0.0);
        solid.cuboid(leaves, -half, half + Vec3::Z * high);
    } else {
        let seed = dice.seed();
        let dents = move |ring: usize, side: usize| {
            unit_from_bits(hash(seed ^ (ring as u64) << 20 ^ side as u64)) * 0.3
        };
        let radii = Vec3::new(high * 0.8, high * 0.8, high * 0.6);
        solid.ball(leaves, (Vec3::Z * high * 0.45, radii), [5, 8], dents);
    }
    Model::rigid(solid.faces)
}

/// A street lamp whose arm reaches along `x`.
pub(super) fn lamp(dice: &mut Dice, fittings: &Fittings) -> Model {
    let mut solid = Solid::default();
    let (tall, arm) = (dice.range(5.5, 8.5), dice.range(0.8, 2.2));
    let top = Vec3::Z * tall;
    solid.bar(fittings.metal, [Vec3::ZERO, top], [0.1, 0.06], 6);
    let end = Vec3::new(arm, 0.0, tall + 0.15);
    solid.bar(fittings.metal, [top, end], [0.045; 2], 4);
    solid.cuboid(
        fittings.head_lamp,
        end - Vec3::new(0.3, 0.12, 0.08),
        end + Vec3::new(0.3, 0.12, 0.04),
    );
    Model::rigid(solid.faces)
}

/// A traffic sign or a signal that faces along `x`.
pub(super) fn sign(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
    let mut solid = Solid::default();
    let tall = dice.range(2.2, 2.9);
    solid.bar(fittings.metal, [Vec3::ZERO, Vec3::Z * tall], [0.04; 2], 5);
    let colour = dice.pick([
        [186.0, 28.0, 32.0],
        [32.0, 82.0, 160.0],
        [236.0, 196.0, 40.0],
        [232.0, 232.0, 228.0],
    ]);
    let plate = surfaces.add(Material::plain(colour).glowing(0.15));
    let half = Vec3::new(0.02, dice.range(0.25, 0.4), dice.range(0.25, 0.4));
    let middle = Vec3::new(0.06, 0.0, tall - 0.3);
    solid.cuboid(plate, middle - half, middle + half);
    let mark = Vec3::new(0.03, half.y * 0.5, half.z * 0.3);
    solid.cuboid(fittings.plate, middle - mark, middle + mark);
    Model::rigid(solid.faces)
}

/// A traffic signal that faces along `x`.
pub(super) fn signal(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
    let mut solid = Solid::default();
    let tall = dice.range(3.0, 4.2);
    solid.bar(fittings.metal, [Vec3::ZERO, Vec3::Z * tall], [0.07; 2], 6);
    let middle = Vec3::new(0.12, 0.0, tall - 0.35);
    let half = Vec3::new(0.1, 0.17, 0.48);
    solid.cuboid(fittings.trim, middle - half, middle + half);
    let on = dice.integer(0, 2);
    let colours = [
        [235.0, 40.0, 36.0],
        [238.0, 176.0, 40.0],
        [40.0, 206.0, 110.0],
    ];
    for (index, colour) in colours.into_iter().enumerate() {
        let glow = if index == on { 1.0 } else { 0.0 };
        let dim = if index == on { 1.0 } else { 0.3 };
        let lens = surfaces.add(Material::plain(colour.map(|channel| channel * dim)).glowing(glow));
        let at = middle + Vec3::new(0.08, 0.0, 0.3 - 0.3 * index as f32);
        let half = Vec3::new(0.04, 0.1, 0.1);
        solid.cuboid(lens, at - half, at + half);
    }
    Model::rigid(solid.faces)
}

/// A bin, a box of the post, a hydrant, a bollard, a cone.
pub(super) fn oddment(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
    let mut solid = Solid::default();
    let colour = super::fittings::paint(dice);
    let paint = surfaces.add(Material::plain(colour));
    match dice.integer(0, 3) {
        0 => {
            let half = Vec3::new(0.28, 0.3, 0.0);
            solid.cuboid(paint, -half, half + Vec3::Z * 1.05);
            let lid = Vec3::Z * 1.05;
            solid.cuboid(
                fittings.trim,
                lid - half * 1.06,
                lid + half * 1.06 + Vec3::Z * 0.08,
            );
        }
        1 => {
            let half = Vec3::new(0.3, 0.45, 0.0);
            solid.cuboid(
                paint,
                Vec3::Z * 0.1 - half,
                half + Vec3::Z * dice.range(1.1, 1.7),
            );
        }
        2 => {
            let tall = dice.range(0.6, 1.0);
            solid.bar(fittings.trim, [Vec3::ZERO, Vec3::Z * tall], [0.09; 2], 7);
        }
        _ => {
            let orange = surfaces.add(Material::plain([232.0, 96.0, 30.0]));
            solid.bar(orange, [Vec3::ZERO, Vec3::Z * 0.7], [0.2, 0.03], 8);
            solid.bar(
                fittings.plate,
                [Vec3::Z * 0.3, Vec3::Z * 0.45],
                [0.14, 0.1],
                8,
            );
        }
    }
    Model::rigid(solid.faces)
}

/// Six metres of fence or wall along `x`.
pub(super) fn fence(dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
    let mut solid = Solid::default();
    let high = dice.range(0.9, 2.1);
    if dice.chance(0.5) {
        for rail in [0.35, 0.9] {
            let low = Vec3::new(-3.0, -0.03, high * rail);
            solid.cuboid(fittings.metal, low, low + Vec3::new(6.0, 0.06, 0.08));
        }
        for post in 0..5 {
            let low = Vec3::new(post as f32 * 1.5 - 3.0, -0.04, 0.0);
            solid.cuboid(fittings.metal, low, low + Vec3::new(0.08, 0.08, high));
        }
    } else {
        let tile = fittings.cloths[dice.integer(0, fittings.cloths.len() - 1)];
        let grey = dice.range(150.0, 230.0);
        let wall = surfaces.add(Material::tiled(tile, 2.5).tinted([grey; 3]));
        solid.cuboid(
            wall,
            Vec3::new(-3.0, -0.12, 0.0),
            Vec3::new(3.0, 0.12, high),
        );
    }
    Model::rigid(solid.faces)
}
