//! The patterns that textures are made of: grain, stripes, bricks, windows, leaves, blotches and more.
//!
//! In: a pattern, a palette, noise. Out: a tile of colours. Light noise is laid over it elsewhere.

use super::colour::{Colour, Palette, jitter, mix};
use super::dice::{Dice, hash, unit_from_bits};
use super::texture::Grain;

/// A family of surfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// One colour.
    Plain,
    /// Colours along hills and valleys of noise: stone, cloud, bark, fur.
    Grain,
    /// Two colours with a sharp noisy border: hides, camouflage, peeling paint.
    Blotches,
    /// Bent stripes.
    Stripes,
    /// Squares of alternating colours, or of random ones.
    Checks,
    /// Crossing translucent stripes.
    Plaid,
    /// Round spots on a grid, jittered.
    Dots,
    /// Cells around random points, each with its colour: pebbles, tiles, cracks.
    Cells,
    /// Courses of bricks with joints.
    Bricks,
    /// Rows of windows with frames, or shelves.
    Windows,
    /// Many overlapping shaded leaves.
    Leaves,
    /// Short strokes in one main direction: grass, hair, straw.
    Blades,
    /// Large overlapping shapes with sharp borders: graffiti, posters, printed cloth.
    Shapes,
    /// Long horizontal glints: water.
    Water,
    /// Rings and streaks: wood.
    Wood,
}

/// Patterns that suit the surface of an object.
pub(crate) const OF_OBJECTS: [(Pattern, f32); 13] = [
    (Pattern::Plain, 3.0),
    (Pattern::Grain, 3.0),
    (Pattern::Blotches, 1.5),
    (Pattern::Stripes, 1.2),
    (Pattern::Checks, 0.6),
    (Pattern::Plaid, 0.6),
    (Pattern::Dots, 0.7),
    (Pattern::Cells, 0.8),
    (Pattern::Windows, 0.3),
    (Pattern::Leaves, 0.6),
    (Pattern::Blades, 1.2),
    (Pattern::Shapes, 1.2),
    (Pattern::Wood, 0.6),
];

/// Patterns that suit large parts of a scene.
pub(crate) const OF_SCENES: [(Pattern, f32); 14] = [
    (Pattern::Plain, 1.0),
    (Pattern::Grain, 3.0),
    (Pattern::Blotches, 0.7),
    (Pattern::Stripes, 0.5),
    (Pattern::Checks, 0.5),
    (Pattern::Dots, 0.2),
    (Pattern::Cells, 1.0),
    (Pattern::Bricks, 1.0),
    (Pattern::Windows, 1.0),
    (Pattern::Leaves, 2.5),
    (Pattern::Blades, 2.0),
    (Pattern::Shapes, 1.2),
    (Pattern::Water, 1.2),
    (Pattern::Wood, 0.6),
];

/// A pattern drawn from a weighted list.
pub(crate) fn choose<const N: usize>(dice: &mut Dice, list: &[(Pattern, f32); N]) -> Pattern {
    let weights = list.each_ref().map(|(_, weight)| *weight);
    list[dice.weighted(&weights)].0
}

/// Fills a square tile (`grain.side()` on each side) with a pattern.
pub(crate) fn draw(
    pattern: Pattern,
    dice: &mut Dice,
    grain: &Grain,
    palette: &Palette,
    tile: &mut [Colour],
) {
    let side = grain.side();
    match pattern {
        Pattern::Plain => tile.fill(palette.first()),
        Pattern::Leaves | Pattern::Blades | Pattern::Shapes => {
            super::stamp::draw(pattern, dice, palette, tile);
        }
        Pattern::Cells => cells(dice, side, palette, tile),
        _ => {
            let paint = formula(pattern, dice, palette);
            let warp = [grain.coarse(dice), grain.coarse(dice)];
            let detail = grain.view(dice);
            let bend = bend_of(pattern, dice);
            for (index, texel) in tile.iter_mut().enumerate() {
                let (column, row) = (index % side, index / side);
                let x = column as f32 / side as f32 + (warp[0].texel(column, row) - 0.5) * bend;
                let y = row as f32 / side as f32 + (warp[1].texel(column, row) - 0.5) * bend;
                *texel = paint([x, y], detail.texel(column, row));
            }
        }
    }
}

/// How far the coordinates of a pattern are bent, in tiles.
fn bend_of(pattern: Pattern, dice: &mut Dice) -> f32 {
    match pattern {
        Pattern::Bricks | Pattern::Windows => 0.0,
        Pattern::Checks | Pattern::Plaid | Pattern::Dots if dice.chance(0.6) => 0.0,
        Pattern::Water => dice.range(0.02, 0.06),
        _ => dice.log_range(0.02, 0.5),
    }
}

type Paint<'a> = Box<dyn Fn([f32; 2], f32) -> Colour + 'a>;

/// The colour at a point of the unit tile, given a value of noise there.
fn formula<'a>(pattern: Pattern, dice: &mut Dice, palette: &'a Palette) -> Paint<'a> {
    let seed = dice.seed();
    let [first, second, third] = [palette.0[0], palette.0[1], palette.0[2]];
    let count = dice.integer(2, 12) as f32;
    match pattern {
        Pattern::Blotches => {
            let (level, sharp) = (dice.range(0.4, 0.6), dice.log_range(4.0, 60.0));
            Box::new(move |_, noise| {
                mix(
                    first,
                    second,
                    ((noise - level) * sharp + 0.5).clamp(0.0, 1.0),
                )
            })
        }
        Pattern::Stripes => {
            let (across, sharp) = (dice.integer(0, 3) as f32, dice.log_range(1.0, 12.0));
            let duty = dice.signed(0.6);
            Box::new(move |[x, y], noise| {
                let wave = ((x * count + y * across) * std::f32::consts::TAU).sin();
                mix(
                    mix(first, second, ((wave + duty) * sharp + 0.5).clamp(0.0, 1.0)),
                    third,
                    noise * 0.25,
                )
            })
        }
        Pattern::Checks => {
            let random = dice.chance(0.4);
            Box::new(move |[x, y], _| {
                let [column, row] =
                    [x, y].map(|value| (value * count).floor().rem_euclid(count) as u64);
                let cell = if random {
                    hash(seed ^ (row << 20 | column))
                } else {
                    (row + column) % 2
                };
                palette.entry(cell)
            })
        }
        Pattern::Plaid => {
            let other = dice.integer(2, 9) as f32;
            Box::new(move |[x, y], _| {
                let [across, down] = [x * count, y * other]
                    .map(|value| ((value.rem_euclid(1.0) - 0.5).abs() < 0.2) as u8 as f32);
                mix(mix(first, second, across * 0.6), third, down * 0.5)
            })
        }
        Pattern::Dots => {
            let (radius, loose) = (dice.range(0.15, 0.42), dice.range(0.0, 0.3));
            Box::new(move |[x, y], _| {
                let [u, v] = [x * count, y * count];
                let cell = hash(
                    seed ^ ((v.floor().rem_euclid(count) as u64) << 20
                        | u.floor().rem_euclid(count) as u64),
                );
                let shift = [unit_from_bits(cell) - 0.5, unit_from_bits(cell << 20) - 0.5]
                    .map(|value| value * loose);
                let distance =
                    (u.rem_euclid(1.0) - 0.5 - shift[0]).hypot(v.rem_euclid(1.0) - 0.5 - shift[1]);
                mix(
                    palette.entry(1 + cell % 3),
                    first,
                    ((distance - radius) * 12.0).clamp(0.0, 1.0),
                )
            })
        }
        Pattern::Bricks => bricks(dice, palette, seed),
        Pattern::Windows => windows(dice, palette, seed),
        Pattern::Water => Box::new(move |[x, y], noise| {
            let wave = ((y * count * 3.0 + (x * std::f32::consts::TAU).sin() * 0.2)
                * std::f32::consts::TAU)
                .sin();
            let glint = ((noise + wave * 0.18 - 0.72) * 6.0).clamp(0.0, 1.0);
            mix(
                mix(
                    first,
                    second,
                    (noise * 1.4 + wave * 0.2 - 0.2).clamp(0.0, 1.0),
                ),
                third,
                glint,
            )
        }),
        Pattern::Wood => Box::new(move |[x, y], noise| {
            let ring =
                (y * count + noise * 0.6 + (x * std::f32::consts::TAU).sin() * 0.1).rem_euclid(1.0);
            mix(first, second, ring * ring)
        }),
        _ => {
            let gain = dice.range(0.8, 2.2);
            Box::new(move |_, noise| palette.ramp((noise - 0.5) * gain + 0.5))
        }
    }
}

fn bricks<'a>(dice: &mut Dice, palette: &'a Palette, seed: u64) -> Paint<'a> {
    let (columns, rows) = (dice.integer(2, 6) as f32, (dice.integer(2, 7) * 2) as f32);
    let (joint, stagger) = (dice.range(0.03, 0.12), dice.pick([0.0, 0.5, 0.5]));
    let (mortar, ratio) = (palette.0[3], rows / columns);
    let varied = dice.log_range(0.03, 0.4);
    Box::new(move |[x, y], _| {
        let row = (y * rows).floor().rem_euclid(rows);
        let u = x * columns + (row % 2.0) * stagger;
        let cell = hash(seed ^ ((row as u64) << 20 | u.floor().rem_euclid(columns) as u64));
        let edge = [u, y * rows].map(|value| 0.5 - (value.rem_euclid(1.0) - 0.5).abs());
        let inside = (edge[0] * ratio).min(edge[1]);
        let brick = mix(
            palette.0[0],
            palette.entry(cell),
            unit_from_bits(cell << 13) * varied * 2.0,
        );
        mix(mortar, brick, ((inside - joint) * 20.0).clamp(0.0, 1.0))
    })
}

fn windows<'a>(dice: &mut Dice, palette: &'a Palette, seed: u64) -> Paint<'a> {
    let (columns, rows) = (dice.integer(2, 6) as f32, dice.integer(2, 5) as f32);
    let [wide, tall] = [dice.range(0.2, 0.42), dice.range(0.2, 0.42)];
    let glass = mix(palette.0[1], [25.0, 30.0, 38.0], dice.range(0.3, 1.0));
    let (frame, bars) = (dice.range(0.02, 0.08), dice.integer(0, 2) as f32);
    Box::new(move |[x, y], noise| {
        let [u, v] = [
            (x * columns).rem_euclid(1.0) - 0.5,
            (y * rows).rem_euclid(1.0) - 0.5,
        ];
        let cell = hash(seed ^ ((y * rows).floor() as u64) << 20 ^ (x * columns).floor() as u64);
        let outside = (u.abs() - wide).max(v.abs() - tall);
        let bar = ((u * (bars + 1.0) / wide).rem_euclid(1.0) - 0.5).abs() > 0.46 && bars > 0.0;
        if outside > frame {
            mix(palette.0[0], palette.0[2], (0.1 - v * 0.3).clamp(0.0, 0.3))
        } else if outside > 0.0 || bar {
            palette.0[3]
        } else {
            mix(
                glass,
                palette.entry(cell),
                unit_from_bits(cell << 17) * 0.4 + noise * 0.2,
            )
        }
    })
}

/// Voronoi cells on a jittered grid, with joints of a random width.
fn cells(dice: &mut Dice, side: usize, palette: &Palette, tile: &mut [Colour]) {
    let count = dice.integer(3, 14);
    let sites: Vec<[f32; 2]> = (0..count * count)
        .map(|_| [dice.unit(), dice.unit()])
        .collect();
    let spread = dice.log_range(3.0, 40.0);
    let tints: Vec<Colour> = (0..count * count)
        .map(|_| {
            let base = palette.entry(dice.seed());
            jitter(dice, base, spread)
        })
        .collect();
    let (joint, dark) = (dice.range(0.0, 0.15), dice.range(0.2, 1.0));
    for (index, texel) in tile.iter_mut().enumerate() {
        let x = (index % side) as f32 / side as f32 * count as f32;
        let y = (index / side) as f32 / side as f32 * count as f32;
        let (mut nearest, mut second, mut chosen) = (f32::MAX, f32::MAX, 0);
        for step in 0..9 {
            let (column, row) = (
                x.floor() as i32 + step % 3 - 1,
                y.floor() as i32 + step / 3 - 1,
            );
            let site = row.rem_euclid(count as i32) as usize * count
                + column.rem_euclid(count as i32) as usize;
            let [dx, dy] = [
                column as f32 + sites[site][0] - x,
                row as f32 + sites[site][1] - y,
            ];
            let distance = dx * dx + dy * dy;
            if distance < nearest {
                (second, nearest, chosen) = (nearest, distance, site);
            } else if distance < second {
                second = distance;
            }
        }
        let border = second.sqrt() - nearest.sqrt();
        let inside = if joint > 0.02 {
            ((border - joint) * 10.0).clamp(0.0, 1.0)
        } else {
            1.0
        };
        *texel = mix(
            mix(tints[chosen], palette.0[3], dark),
            tints[chosen],
            inside,
        );
    }
}
