//! Cars and vans: a body along a profile, a cabin of glass and pillars, wheels, lamps.
//!
//! In: random choices, a paint. Out: a model in metres, its nose along `x`.

use glam::Vec3;

use super::fittings::Fittings;
use super::model::{Model, Solid};
use super::surface::{Material, MaterialId, Surfaces};
use crate::world::colour::Colour;
use crate::world::dice::Dice;

/// How far things stick to a surface, in metres.
const ON: f32 = 0.012;

/// The proportions of a car. Lengths in metres, `x` from the middle.
struct Shape {
    length: f32,
    /// Half the width.
    half: f32,
    height: f32,
    /// Heights of the sill and of the lower edge of the windows.
    sill: f32,
    belt: f32,
    /// Ends of the cabin at its foot, behind and ahead, and of the roof.
    foot: [f32; 2],
    roof: [f32; 2],
    /// How much lower the nose and the tail are than the belt.
    nose: f32,
    tail: f32,
    wheel: f32,
}

impl Shape {
    fn car(dice: &mut Dice) -> Self {
        let length = dice.range(3.7, 4.9);
        let height = dice.range(1.38, 1.52);
        let end = length * 0.5;
        let (height, tail, foot, roof) = match dice.weighted(&[1.0, 0.8, 0.7, 0.8]) {
            // A saloon with a boot.
            0 => (
                height,
                0.06,
                -end + dice.range(0.5, 0.75),
                -end + dice.range(1.25, 1.5),
            ),
            // Short, with a steep tail.
            1 => (height, 0.08, -end + 0.12, -end + dice.range(0.45, 0.7)),
            // Long roof.
            2 => (
                height + 0.04,
                0.05,
                -end + 0.08,
                -end + dice.range(0.3, 0.5),
            ),
            // Tall.
            _ => (
                height + dice.range(0.2, 0.4),
                0.1,
                -end + 0.08,
                -end + dice.range(0.3, 0.55),
            ),
        };
        let front = end - dice.range(0.85, 1.2);
        Self {
            length,
            half: dice.range(0.84, 0.96),
            height,
            sill: 0.2 + (height - 1.4) * 0.3,
            belt: height * dice.range(0.6, 0.64),
            foot: [foot, front],
            roof: [roof, front - dice.range(0.55, 0.85)],
            nose: dice.range(0.16, 0.3),
            tail,
            wheel: 0.3 + (height - 1.38) * 0.16,
        }
    }

    fn van(dice: &mut Dice) -> Self {
        let length = dice.range(4.6, 6.2);
        let (height, end) = (dice.range(1.9, 2.7), length * 0.5);
        let front = end - dice.range(0.5, 0.9);
        Self {
            length,
            half: dice.range(0.92, 1.04),
            height,
            sill: 0.3,
            belt: 1.18,
            foot: [-end + 0.03, front],
            roof: [-end + 0.08, front - dice.range(0.4, 0.8)],
            nose: dice.range(0.15, 0.3),
            tail: 0.02,
            wheel: 0.34,
        }
    }

    /// An outline across the body at `x`, of a share of the width, up to a height.
    fn section(&self, x: f32, share: f32, top: f32) -> [Vec3; 6] {
        let half = self.half * share;
        let waist = self.sill + (top - self.sill) * 0.5;
        [
            Vec3::new(x, -half * 0.93, self.sill),
            Vec3::new(x, half * 0.93, self.sill),
            Vec3::new(x, half, waist),
            Vec3::new(x, half * 0.95, top),
            Vec3::new(x, -half * 0.95, top),
            Vec3::new(x, -half, waist),
        ]
    }
}

/// A car.
pub(super) fn car(
    dice: &mut Dice,
    surfaces: &mut Surfaces,
    fittings: &Fittings,
    paint: Colour,
) -> Model {
    let shape = Shape::car(dice);
    let coat = Material::tiled(fittings.coat, 2.5).tinted(paint);
    let coat = surfaces.add(coat.shining(dice.range(0.03, 0.12)));
    build(&shape, (coat, coat), fittings)
}

/// A van, with or without windows at the back, plain or with something painted on it.
pub(super) fn van(
    dice: &mut Dice,
    surfaces: &mut Surfaces,
    fittings: &Fittings,
    paint: Colour,
) -> Model {
    let shape = Shape::van(dice);
    let coat = surfaces.add(
        Material::tiled(fittings.coat, 3.0)
            .tinted(paint)
            .shining(0.04),
    );
    let sides = if dice.chance(0.45) {
        fittings.glass
    } else if dice.chance(0.5) {
        let tile = fittings.liveries[dice.integer(0, fittings.liveries.len() - 1)];
        surfaces.add(Material::tiled(tile, dice.range(1.5, 3.0)))
    } else {
        coat
    };
    build(&shape, (coat, sides), fittings)
}

/// `sides` cover the cabin behind the front seats of a van; a car has glass there.
fn build(shape: &Shape, (coat, sides): (MaterialId, MaterialId), fittings: &Fittings) -> Model {
    let mut solid = Solid::default();
    let (end, belt) = (shape.length * 0.5, shape.belt);
    solid.loft(
        coat,
        &[
            shape.section(-end, 0.86, belt - shape.tail - 0.06),
            shape.section(-end + 0.22, 1.0, belt - shape.tail),
            shape.section(shape.foot[0].max(-end + 0.3), 1.0, belt),
            shape.section(shape.foot[1], 1.0, belt),
            shape.section(end - 0.4, 0.99, belt - shape.nose * 0.55),
            shape.section(end, 0.82, belt - shape.nose),
        ],
    );
    cabin(&mut solid, shape, (coat, sides), fittings);
    for x in [-shape.length * 0.29, shape.length * 0.305] {
        for side in [-1.0, 1.0] {
            wheel(
                &mut solid,
                fittings,
                Vec3::new(x, side * shape.half, shape.wheel),
                0.2,
            );
        }
    }
    doors(&mut solid, shape, fittings);
    ends(&mut solid, shape, fittings);
    Model::rigid(solid.faces)
}

fn cabin(
    solid: &mut Solid,
    shape: &Shape,
    (coat, sides): (MaterialId, MaterialId),
    fittings: &Fittings,
) {
    let is_van = shape.belt > 1.1;
    let lean = if is_van { 0.9 } else { 0.77 };
    let (foot, roof) = (shape.half * 0.93, shape.half * lean);
    let corner = |end: usize, side: f32, up: f32| {
        let low = Vec3::new(shape.foot[end], side * foot, shape.belt - 0.01);
        low.lerp(Vec3::new(shape.roof[end], side * roof, shape.height), up)
    };
    let inside = Vec3::new(0.0, 0.0, shape.belt);
    let ring = |up: f32| {
        [
            corner(0, -1.0, up),
            corner(1, -1.0, up),
            corner(1, 1.0, up),
            corner(0, 1.0, up),
        ]
    };
    let (low, high) = (ring(0.0), ring(1.0));
    for index in 0..4 {
        let next = (index + 1) % 4;
        let corners = [low[index], low[next], high[next], high[index]];
        // Both sides of a van are metal behind the front seats.
        solid.quad_around(inside, fittings.glass, corners);
    }
    solid.quad_around(inside, coat, high);
    // Pillars and frames, laid on the glass: shares of a face from one corner to the next and upwards.
    let mut strip =
        |material: MaterialId, face: usize, [from, to]: [f32; 2], [bottom, top]: [f32; 2]| {
            let next = (face + 1) % 4;
            let outward = (low[next] - low[face])
                .cross(high[face] - low[face])
                .normalize_or_zero()
                * ON;
            let at = |along: f32, up: f32| {
                low[face]
                    .lerp(low[next], along)
                    .lerp(high[face].lerp(high[next], along), up)
                    + outward
            };
            let corners = [at(from, bottom), at(to, bottom), at(to, top), at(from, top)];
            solid.quad_around(inside, material, corners);
        };
    for face in 0..4 {
        let edge = if face % 2 == 0 { 0.05 } else { 0.07 };
        strip(coat, face, [0.0, edge], [0.0, 1.0]);
        strip(coat, face, [1.0 - edge, 1.0], [0.0, 1.0]);
        strip(coat, face, [0.0, 1.0], [0.9, 1.0]);
    }
    // The right side runs from the back to the front, the left one the other way.
    let behind = if is_van { 0.66 } else { 0.5 };
    strip(coat, 0, [behind - 0.03, behind + 0.03], [0.0, 1.0]);
    strip(
        coat,
        2,
        [1.0 - behind - 0.03, 1.0 - behind + 0.03],
        [0.0, 1.0],
    );
    if is_van && sides != fittings.glass {
        strip(sides, 0, [0.0, behind], [0.0, 1.0]);
        strip(sides, 2, [1.0 - behind, 1.0], [0.0, 1.0]);
    }
}

/// A wheel whose outer side is at the body's.
pub(super) fn wheel(solid: &mut Solid, fittings: &Fittings, middle: Vec3, width: f32) {
    let side = middle.y.signum();
    let outer = middle + Vec3::Y * side * ON;
    let radius = middle.z;
    solid.plate(
        fittings.trim,
        middle + Vec3::new(0.0, side * 0.004, 0.02),
        radius * 1.18,
        10,
    );
    let inner = outer - Vec3::Y * side * width;
    solid.bar(fittings.tyre, [inner, outer], [radius; 2], 10);
    solid.plate(fittings.rim, outer + Vec3::Y * side * ON, radius * 0.62, 7);
}

/// Gaps around the doors and their handles.
fn doors(solid: &mut Solid, shape: &Shape, fittings: &Fittings) {
    let waist = shape.sill + (shape.belt - shape.sill) * 0.5;
    let back = shape.foot[0].max(-shape.length * 0.5 + 0.3) + 0.75;
    let front = shape.foot[1] - 0.05;
    let middle = (back + front) * 0.5;
    for side in [-1.0, 1.0] {
        let out = side * ON * 0.5;
        let mut strip = |[from, to]: [f32; 2], [low, high]: [f32; 2]| {
            // The side leans inward above the waist.
            let at = |x: f32, up: f32| {
                let half = shape.half * (1.0 - 0.05 * up);
                Vec3::new(x, side * half + out, waist + (shape.belt - waist) * up)
            };
            let corners = [at(from, high), at(to, high), at(to, low), at(from, low)];
            solid.quad_around(Vec3::new(from, 0.0, waist), fittings.trim, corners);
        };
        for x in [back, middle, front] {
            strip([x - 0.012, x + 0.012], [0.0, 1.0]);
        }
        for x in [back, middle] {
            strip([x + 0.08, x + 0.26], [0.72, 0.8]);
        }
    }
}

/// Lamps, bumpers, number plates, mirrors.
fn ends(solid: &mut Solid, shape: &Shape, fittings: &Fittings) {
    for (end, lamp, top, share) in [
        (1.0, fittings.head_lamp, shape.belt - shape.nose, 0.82),
        (
            -1.0,
            fittings.tail_lamp,
            shape.belt - shape.tail - 0.06,
            0.86,
        ),
    ] {
        let half = shape.half * share;
        let mut patch = |material: MaterialId, [left, right]: [f32; 2], [low, high]: [f32; 2]| {
            // The number plate lies on the grille.
            let layers = if material == fittings.plate { 2.0 } else { 1.0 };
            let x = end * (shape.length * 0.5 + ON * layers);
            let at = |y: f32, z: f32| Vec3::new(x, y, z);
            let corners = [
                at(left, high),
                at(right, high),
                at(right, low),
                at(left, low),
            ];
            solid.quad_around(Vec3::new(0.0, 0.0, low), material, corners);
        };
        for side in [-1.0, 1.0] {
            patch(
                lamp,
                [side * half * 0.55, side * half * 0.93],
                [top - 0.2, top - 0.05],
            );
        }
        patch(
            fittings.trim,
            [-half * 0.9, half * 0.9],
            [shape.sill, shape.sill + 0.13],
        );
        let plate = shape.sill + 0.2;
        patch(fittings.plate, [-0.25, 0.25], [plate, plate + 0.11]);
        if end > 0.0 {
            patch(
                fittings.trim,
                [-half * 0.48, half * 0.48],
                [top - 0.2, top - 0.08],
            );
        }
    }
    for side in [-1.0, 1.0] {
        let low = Vec3::new(shape.foot[1] - 0.3, side * shape.half * 0.93, shape.belt);
        let out = Vec3::new(0.12, side * 0.2, 0.14);
        solid.cuboid(fittings.trim, low.min(low + out), low.max(low + out));
    }
}
