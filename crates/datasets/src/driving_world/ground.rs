//! The ground: carriageways with their markings, pavements, and what lies beyond.
//!
//! In: points of the ground and how much of it a pixel covers. Out: colours, before light falls on them. Markings are
//! averaged over the pixel exactly along and across the street, so that they neither flicker nor crawl.

use glam::{DVec2, Vec2};

use super::course::Position;
use super::streets::{STRIPES_FROM, STRIPES_TO, Street, Streets};
use super::tile::Tile;
use crate::world::colour::{Colour, Palette, jitter, mix};
use crate::world::dice::Dice;
use crate::world::pattern::Pattern;
use crate::world::texture::Grain;

/// Most streets that are looked at for one point.
const NEAR: usize = 4;
/// Length of a dash and of a dash with its gap, in metres.
const DASH: [f64; 2] = [3.0, 9.0];
/// Width of a stripe for people to cross and of one with its gap.
const STRIPE: [f64; 2] = [0.5, 1.0];
/// Half the width of a line.
const LINE: f64 = 0.075;

/// See the module docs.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    carriageway: Tile,
    pavement: Tile,
    land: Tile,
    /// Large patches of lighter and darker ground.
    patches: Tile,
    kerb: Colour,
    white: Colour,
    yellow: Colour,
    /// How much of the paint has not worn off.
    paint: f32,
    /// Metres of a tile of pavement and of land.
    sizes: [f32; 2],
    /// How much the patches show, `0..=1`.
    texture: f32,
}

/// The part of the ground under a pixel: a parallelogram that is long along the line of sight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Footprint {
    /// Unit vector along the line of sight.
    pub(super) sight: Vec2,
    /// Metres along it and across it.
    pub(super) long: f32,
    pub(super) wide: f32,
}

impl Footprint {
    /// Metres along a direction.
    fn along(&self, direction: DVec2) -> f64 {
        let direction = direction.as_vec2();
        let long = self.long * self.sight.dot(direction).abs();
        let wide = self.wide * self.sight.perp_dot(direction).abs();
        f64::from(long + wide).max(1e-3)
    }
}

impl Ground {
    pub(super) fn new(dice: &mut Dice, grain: &Grain, texture: f32) -> Self {
        let grey = dice.range(72.0, 120.0);
        let tone = |grey: f32, dice: &mut Dice| jitter(dice, [grey, grey, grey + 2.0], 3.0);
        let road = tone(grey, dice);
        let grey = dice.range(125.0, 178.0);
        let slabs = tone(grey, dice);
        let slabs = mix(slabs, [176.0, 158.0, 138.0], dice.range(0.0, 0.7));
        let land = dice.pick([
            ([88.0, 112.0, 52.0], Pattern::Blades),
            ([104.0, 120.0, 62.0], Pattern::Blades),
            ([84.0, 104.0, 58.0], Pattern::Leaves),
            ([134.0, 122.0, 84.0], Pattern::Grain),
            ([150.0, 140.0, 126.0], Pattern::Cells),
            ([118.0, 116.0, 112.0], Pattern::Grain),
        ]);
        let laid = dice.pick([
            Pattern::Cells,
            Pattern::Bricks,
            Pattern::Grain,
            Pattern::Checks,
        ]);
        let plain = Palette(vec![[96.0; 3], [120.0; 3], [136.0; 3], [160.0; 3]]);
        Self {
            carriageway: Tile::calm(dice, grain, (Pattern::Grain, road), 0.4),
            pavement: Tile::calm(dice, grain, (laid, slabs), 0.55),
            land: Tile::calm(dice, grain, (land.1, land.0), 0.6),
            patches: Tile::paint(dice, grain, Pattern::Grain, &plain),
            kerb: mix(slabs, [220.0; 3], 0.35),
            white: [226.0, 226.0, 220.0],
            yellow: [222.0, 172.0, 52.0],
            paint: dice.range(0.6, 0.95),
            sizes: [dice.range(2.0, 5.0), dice.range(4.0, 7.0)],
            texture,
        }
    }

    /// The colour of a point.
    pub(super) fn colour(&self, streets: &Streets, point: DVec2, footprint: &Footprint) -> Colour {
        let mut near: [Option<(&Street, Position)>; NEAR] = [None; NEAR];
        let mut count = 0;
        for (_, street, position) in streets.near(point, 8.0) {
            if count < NEAR {
                near[count] = Some((street, position));
                count += 1;
            }
        }
        let near = &near[..count];
        let (x, y) = (point.x as f32, point.y as f32);
        // Seen at a slant, tiles are smoothed as if the pixel were square: neither mushy nor sparkling.
        let size = (footprint.long * footprint.wide)
            .sqrt()
            .max(footprint.long * 0.4);
        let tile = |tile: &Tile, metres: f32| tile.sample(x / metres, y / metres, size / metres);
        let covers = near.iter().flatten().map(|(street, position)| {
            let soft = footprint.along(position.ahead.perp());
            let side = position.left.abs();
            let cover = |reach: f64| ((reach - side) / soft + 0.5).clamp(0.0, 1.0);
            (
                cover(street.half()),
                cover(street.half() - 0.2),
                cover(street.reach()),
            )
        });
        let (mut driven, mut inside_kerb, mut walked) = (0.0f64, 0.0f64, 0.0f64);
        for (carriageway, kerb, pavement) in covers {
            driven = driven.max(carriageway);
            inside_kerb = inside_kerb.max(kerb);
            walked = walked.max(pavement);
        }
        let mut colour = [0.0; 3];
        if walked < 1.0 {
            colour = tile(&self.land, self.sizes[1]);
        }
        if walked > 0.0 && driven < 1.0 {
            colour = mix(colour, tile(&self.pavement, self.sizes[0]), walked as f32);
        }
        if driven > 0.0 {
            colour = mix(colour, self.kerb, driven as f32);
            if inside_kerb > 0.0 {
                let mut road = tile(&self.carriageway, 6.0);
                let (white, yellow) = markings(near, footprint);
                road = mix(road, self.white, white as f32 * self.paint);
                road = mix(road, self.yellow, yellow as f32 * self.paint);
                colour = mix(colour, road, inside_kerb as f32);
            }
        }
        let patch = self.patches.sample(x / 43.0, y / 43.0, size / 43.0)[0];
        let shade = 1.0 + (patch - 126.0) * (0.0022 * self.texture);
        colour.map(|channel| channel * shade)
    }
}

/// Shares of a pixel that white and yellow paint covers.
fn markings(near: &[Option<(&Street, Position)>], footprint: &Footprint) -> (f64, f64) {
    let (mut white, mut yellow) = (0.0f64, 0.0f64);
    for (index, (street, position)) in near.iter().flatten().enumerate() {
        let beside = position.left.abs();
        if beside > street.half() + 0.5 {
            continue;
        }
        let (wide, long) = (
            footprint.along(position.ahead.perp()),
            footprint.along(position.ahead),
        );
        let line = |at: f64, half: f64| {
            let [from, to] = [
                (position.left - wide * 0.5).max(at - half),
                (position.left + wide * 0.5).min(at + half),
            ];
            ((to - from) / wide).max(0.0)
        };
        // Lines end before a crossing, where there may be stripes.
        let mut open = 1.0f64;
        for (other, (crossed, across)) in near.iter().flatten().enumerate() {
            if other == index {
                continue;
            }
            let away = across.left.abs() - crossed.half();
            open = open.min(((away - STRIPES_TO - 1.0) / long + 0.5).clamp(0.0, 1.0));
            if street.stripes && (STRIPES_FROM - 1.0..STRIPES_TO + 1.0).contains(&away) {
                let inside = |from: f64, to: f64| {
                    let [low, high] = [(away - long * 0.5).max(from), (away + long * 0.5).min(to)];
                    ((high - low) / long).clamp(0.0, 1.0)
                };
                let kerb = if beside < street.half() - 0.4 {
                    1.0
                } else {
                    0.0
                };
                let stripes =
                    inside(STRIPES_FROM, STRIPES_TO) * repeated(position.left, wide, STRIPE) * kerb;
                white = white.max(stripes);
            }
            // Who comes towards the crossing has a line to stop at.
            let comes = if position.left < 0.0 { 1.0 } else { -1.0 };
            let approaches = comes * across.left * across.ahead.perp().dot(position.ahead) < 0.0;
            if approaches
                && (0.0..STRIPES_TO + 2.0).contains(&away)
                && beside < street.half() - street.parking
            {
                let [low, high] = [
                    (away - long * 0.5).max(STRIPES_TO + 0.4),
                    (away + long * 0.5).min(STRIPES_TO + 0.8),
                ];
                white = white.max(((high - low) / long).clamp(0.0, 1.0));
            }
        }
        if open <= 0.0 {
            continue;
        }
        let middle = if street.lanes > 1 {
            line(0.12, LINE) + line(-0.12, LINE)
        } else {
            line(0.0, LINE) * repeated(position.along, long, DASH)
        };
        if street.yellow {
            yellow = yellow.max(middle * open);
        } else {
            white = white.max(middle * open);
        }
        for lane in 1..=street.lanes {
            let at = lane as f64 * street.lane;
            let lines = line(at, LINE) + line(-at, LINE);
            let lines = if lane < street.lanes {
                lines * repeated(position.along, long, DASH)
            } else if street.parking > 0.0 {
                lines
            } else {
                0.0
            };
            white = white.max(lines * open);
        }
    }
    (white.min(1.0), yellow.min(1.0))
}

/// Share of a range around a place that lies on repeated marks: of each `period` the first `mark`.
fn repeated(place: f64, range: f64, [mark, period]: [f64; 2]) -> f64 {
    let up_to = |place: f64| {
        let periods = (place / period).floor();
        periods * mark + (place - periods * period).min(mark)
    };
    (up_to(place + range * 0.5) - up_to(place - range * 0.5)) / range
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_cover_their_share_of_a_long_range_and_all_or_nothing_of_a_short_one() {
        assert!((repeated(17.3, 9000.0, DASH) - 1.0 / 3.0).abs() < 1e-3);
        assert!((repeated(1.0, 0.01, DASH) - 1.0).abs() < 1e-9);
        assert!(repeated(-1.0, 0.01, DASH).abs() < 1e-9);
        assert!((repeated(3.0, 2.0, DASH) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_middle_of_the_carriageway_differs_from_the_land() {
        let mut dice = Dice::new(8, 0);
        let grain = Grain::new(&mut dice, 32).with_strength(0.0);
        let ground = Ground::new(&mut dice, &grain, 0.0);
        let start = super::super::course::Place {
            at: DVec2::ZERO,
            heading: 0.0,
        };
        let streets = Streets::new(&mut dice, start, 50.0, false);
        let footprint = Footprint {
            sight: Vec2::X,
            long: 0.02,
            wide: 0.02,
        };
        let crossing = streets.crossings[0].along;
        let place = streets.main().course.place(crossing + 27.0);
        let at = |left: f64| ground.colour(&streets, place.moved(0.0, left).at, &footprint);
        let land = at(streets.main().reach() + 3.0);
        let road = at(-streets.main().lane * 0.5);
        let apart: f32 = (0..3)
            .map(|channel| (land[channel] - road[channel]).abs())
            .sum();
        assert!(apart > 10.0, "{land:?} {road:?}");
    }
}
