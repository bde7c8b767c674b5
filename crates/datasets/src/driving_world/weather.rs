//! Light and air: the sun, the sky, haze.
//!
//! In: random choices, directions. Out: the colour of the sky in a direction, of light on a surface, of things behind air.

use glam::{DVec3, Vec3};

use super::tile::Tile;
use crate::world::colour::{Colour, mix};
use crate::world::dice::{Dice, hash, unit_from_bits};
use crate::world::noise::smooth;
use crate::world::texture::Grain;

/// Angles around the horizon at which the far skyline changes its height.
const SKYLINE: usize = 256;

/// See the module docs. Colours of light are factors on the colour of a surface.
#[derive(Clone, Debug)]
pub(super) struct Weather {
    /// Towards the sun.
    pub(super) sun: Vec3,
    /// Light from the sun.
    pub(super) sunlight: Colour,
    /// Light from everywhere else.
    pub(super) skylight: Colour,
    /// Whether lamps are lit.
    pub(super) lamps: bool,
    /// Share of light that is lost per metre.
    haze: f32,
    zenith: Colour,
    horizon: Colour,
    glow: Colour,
    clouds: Tile,
    cloudiness: f32,
    /// Tangents of the heights of what stands far away.
    skyline: Vec<f32>,
    far: Colour,
}

/// What distinguishes a kind of day.
struct Day {
    height: [f32; 2],
    sunlight: Colour,
    skylight: Colour,
    zenith: Colour,
    horizon: Colour,
    glow: Colour,
    cloudiness: [f32; 2],
}

const CLEAR: Day = Day {
    height: [0.4, 1.1],
    sunlight: [0.72, 0.69, 0.62],
    skylight: [0.44, 0.48, 0.54],
    zenith: [72.0, 118.0, 190.0],
    horizon: [188.0, 206.0, 222.0],
    glow: [60.0, 55.0, 40.0],
    cloudiness: [0.0, 0.7],
};
const OVERCAST: Day = Day {
    height: [0.5, 1.1],
    sunlight: [0.1, 0.1, 0.1],
    skylight: [0.8, 0.81, 0.83],
    zenith: [164.0, 170.0, 178.0],
    horizon: [205.0, 208.0, 211.0],
    glow: [10.0, 10.0, 10.0],
    cloudiness: [0.3, 0.8],
};
const DUSK: Day = Day {
    height: [0.08, 0.22],
    sunlight: [0.66, 0.38, 0.2],
    skylight: [0.47, 0.45, 0.52],
    zenith: [52.0, 66.0, 112.0],
    horizon: [222.0, 158.0, 118.0],
    glow: [90.0, 60.0, 20.0],
    cloudiness: [0.1, 0.8],
};
const TWILIGHT: Day = Day {
    height: [0.3, 0.5],
    sunlight: [0.03, 0.03, 0.06],
    skylight: [0.38, 0.39, 0.47],
    zenith: [22.0, 28.0, 52.0],
    horizon: [86.0, 78.0, 96.0],
    glow: [5.0, 3.0, 4.0],
    cloudiness: [0.1, 0.6],
};

impl Weather {
    /// Weather for a clip; without difficulty it is a clear day.
    pub(super) fn new(dice: &mut Dice, grain: &Grain, difficulty: f32, texture: f32) -> Self {
        let weights = [1.0, 0.7 * difficulty, 0.4 * difficulty, 0.2 * difficulty];
        let kind = dice.weighted(&weights);
        let day = [CLEAR, OVERCAST, DUSK, TWILIGHT]
            .into_iter()
            .nth(kind)
            .unwrap_or(CLEAR);
        let (height, around) = (dice.range(day.height[0], day.height[1]), dice.angle());
        let is_foggy = dice.chance(0.25 * difficulty);
        let haze = if is_foggy {
            dice.log_range(0.006, 0.025)
        } else {
            dice.log_range(0.0006, 0.003)
        };
        let mut warm = |colour: Colour| {
            let shift = dice.normal() * 5.0;
            [colour[0] + shift, colour[1], colour[2] - shift]
        };
        let (zenith, horizon) = (warm(day.zenith), warm(day.horizon));
        let grey = (horizon[0] + horizon[1] + horizon[2]) / 3.0;
        Self {
            sun: Vec3::new(
                around.cos() * height.cos(),
                around.sin() * height.cos(),
                height.sin(),
            ),
            sunlight: day.sunlight,
            skylight: day.skylight,
            lamps: kind >= 2,
            haze,
            zenith,
            horizon: if is_foggy {
                mix(horizon, [grey; 3], 0.7)
            } else {
                horizon
            },
            glow: day.glow,
            clouds: clouds(dice, grain, texture),
            cloudiness: dice.range(day.cloudiness[0], day.cloudiness[1]),
            skyline: skyline(dice),
            far: mix(
                [70.0, 78.0, 84.0].map(|value| value * grey / 200.0),
                horizon,
                0.5,
            ),
        }
    }

    /// The sun's direction in full precision.
    pub(super) fn towards_sun(&self) -> DVec3 {
        self.sun.as_dvec3()
    }

    /// The sky in a direction of unit length.
    pub(super) fn sky(&self, direction: Vec3) -> Colour {
        let up = direction.z.max(0.0);
        let mut colour = self.plain_sky(up, direction.dot(self.sun));
        if self.cloudiness > 0.0 {
            // Clouds lie on a plane overhead.
            let reach = 0.3 / (up + 0.16);
            let cover = self.clouds.sample(
                direction.x * reach,
                direction.y * reach,
                reach * 0.01 / (up + 0.05),
            )[0];
            let thick = ((cover - 165.0 + self.cloudiness * 70.0) * 0.008).clamp(0.0, 0.8);
            let white = self
                .horizon
                .map(|channel| (channel * 1.12 + 8.0).min(255.0));
            colour = mix(colour, white, thick * (up * 4.0).min(1.0));
        }
        if up < 0.35 {
            let height = self.skyline_height(direction);
            let level = (direction.x * direction.x + direction.y * direction.y).sqrt();
            let above = direction.z - height * level;
            let cover = (0.5 - above * 250.0).clamp(0.0, 1.0);
            colour = mix(colour, self.veil(self.far, 180.0), cover);
        }
        colour
    }

    /// The sky without clouds or anything before it, by the height of the direction and its cosine to the sun: what
    /// smooth surfaces mirror.
    pub(super) fn plain_sky(&self, up: f32, facing: f32) -> Colour {
        let up = up.max(0.0);
        let colour = mix(
            self.horizon,
            self.zenith,
            (up * 1.6).min(1.0).sqrt() * (0.4 + 0.6 * up.min(1.0)),
        );
        let facing = facing.max(0.0);
        let near = facing * facing * facing;
        let disk = near * near * near * near;
        let bright = 0.5 * near + disk * disk * disk * 1.5;
        [0, 1, 2].map(|channel| (colour[channel] + self.glow[channel] * bright).min(255.0))
    }

    fn skyline_height(&self, direction: Vec3) -> f32 {
        // A square's rim instead of an angle: cheaper, and as good for noise.
        let share = if direction.x.abs() > direction.y.abs() {
            direction.y / direction.x + if direction.x > 0.0 { 1.0 } else { 5.0 }
        } else {
            3.0 - direction.x / direction.y.abs().max(1e-6) * direction.y.signum()
                + if direction.y > 0.0 { 0.0 } else { 4.0 }
        };
        let index = (share.max(0.0) * (SKYLINE as f32 / 8.0)) as usize;
        self.skyline[index % SKYLINE]
    }

    /// A colour behind so many metres of air.
    #[inline]
    pub(super) fn veil(&self, colour: Colour, metres: f32) -> Colour {
        let depth = metres * self.haze;
        // (1 + x/4)^-4 is close to e^-x, and cheap.
        let root = 1.0 / (1.0 + depth * 0.25);
        let clear = root * root;
        mix(self.horizon, colour, clear * clear)
    }
}

/// Soft heaps, the same in all directions.
fn clouds(dice: &mut Dice, grain: &Grain, texture: f32) -> Tile {
    let (large, small) = (grain.coarse(dice), grain.coarse(dice));
    let side = grain.side();
    let heaps: Vec<Colour> = (0..side * side)
        .map(|index| {
            let (x, y) = (index % side, index / side);
            let height = large.texel(x, y) + (small.texel(y * 2, x * 2) - 0.5) * 0.5;
            [(0.5 + (height - 0.5) * texture) * 255.0 + 22.0; 3]
        })
        .collect();
    Tile::from_colours(&heaps, side)
}

/// Steps and slopes: roofs here, hills there.
fn skyline(dice: &mut Dice) -> Vec<f32> {
    let seed = dice.seed();
    let tall = dice.log_range(0.02, 0.09);
    let built = dice.unit();
    let knot = |place: usize, cells: usize| {
        unit_from_bits(hash(seed ^ (cells as u64) << 32 ^ (place % cells) as u64))
    };
    let wave = |index: usize, cells: usize| {
        let place = index * cells;
        let share = smooth((place % SKYLINE) as f32 / SKYLINE as f32);
        let (from, to) = (
            knot(place / SKYLINE, cells),
            knot(place / SKYLINE + 1, cells),
        );
        from + (to - from) * share
    };
    (0..SKYLINE)
        .map(|index| {
            let hills = wave(index, 8) * 0.6 + wave(index, 32) * 0.3 + wave(index, 128) * 0.1;
            let roof = hash(seed ^ (index / 3) as u64);
            let roofs = unit_from_bits(roof) * unit_from_bits(roof << 20) * 1.6;
            (hills + (roofs - hills) * built) * tall
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_away_takes_the_colour_of_the_horizon() {
        let mut dice = Dice::new(4, 0);
        let grain = Grain::new(&mut dice, 32);
        let weather = Weather::new(&mut dice, &grain, 1.0, 1.0);
        assert_eq!(weather.veil([9.0; 3], 0.0), [9.0; 3]);
        let far = weather.veil([9.0; 3], 1e6);
        assert!((far[1] - weather.horizon[1]).abs() < 1.0);
    }

    #[test]
    fn every_direction_has_a_colour() {
        let mut dice = Dice::new(4, 0);
        let grain = Grain::new(&mut dice, 32);
        for _ in 0..20 {
            let weather = Weather::new(&mut dice, &grain, 1.0, 1.0);
            for step in 0..500 {
                let around = step as f32 * 0.37;
                let direction = Vec3::new(around.cos(), around.sin(), step as f32 * 0.004);
                let colour = weather.sky(direction.normalize());
                assert!(
                    colour.iter().all(|channel| (0.0..=256.0).contains(channel)),
                    "{colour:?}"
                );
            }
        }
    }
}
