//! Patterns made by stamping many small shapes over each other (dead leaves): foliage, grass, hair, graffiti.
//!
//! In: a pattern, a palette. Out: a tile of colours. Overlapping shapes of all sizes give the sharp borders and
//! the scale-free statistics of natural images (Lee, Mumford and Huang 2001, "Occlusion models for natural images").

use super::colour::{Colour, Palette, jitter, mix};
use super::dice::Dice;
use super::pattern::Pattern;

/// One stamped shape: a turned ellipse or box, in texels.
struct Stamp {
    centre: [f32; 2],
    half: [f32; 2],
    angle: f32,
    boxed: bool,
    colour: Colour,
    /// Change of light from one end of the shape to the other, as a factor.
    shade: f32,
}

/// Fills a tile with stamps of the pattern's size, form and direction.
pub(super) fn draw(pattern: Pattern, dice: &mut Dice, palette: &Palette, tile: &mut [Colour]) {
    let side = (tile.len() as f32).sqrt();
    let ground = mix(palette.0[0], [10.0; 3], dice.range(0.1, 0.7));
    tile.fill(ground);
    let spread = dice.log_range(5.0, 35.0);
    let (largest, slim, boxed) = match pattern {
        Pattern::Leaves => (dice.log_range(0.03, 0.12), dice.range(0.3, 0.8), false),
        Pattern::Blades => (
            dice.log_range(0.06, 0.25),
            dice.log_range(0.03, 0.12),
            false,
        ),
        _ => (
            dice.log_range(0.12, 0.45),
            dice.range(0.3, 1.0),
            dice.chance(0.5),
        ),
    };
    let smallest = largest
        * if pattern == Pattern::Shapes {
            0.1
        } else {
            0.35
        };
    let (heading, scatter) = (
        dice.angle(),
        if pattern == Pattern::Blades {
            dice.range(0.1, 0.6)
        } else {
            3.2
        },
    );
    let limit = side * side * if pattern == Pattern::Shapes { 2.5 } else { 1.8 };
    let mut covered = 0.0;
    let mut progress;
    while covered < limit {
        progress = covered / limit;
        // Later stamps lie on top and catch more light.
        let size = dice.log_range(smallest, largest) * side;
        let half = [size, (size * slim * dice.range(0.6, 1.3)).max(0.6)];
        let base = palette.entry(dice.seed() % 3);
        let mut colour = if dice.chance(0.04) {
            palette.0[3]
        } else {
            jitter(dice, base, spread)
        };
        if pattern != Pattern::Shapes {
            colour = mix(ground, colour, 0.35 + 0.65 * progress);
        }
        let stamp = Stamp {
            centre: [dice.unit() * side, dice.unit() * side],
            half,
            angle: heading + dice.signed(scatter),
            boxed,
            colour,
            shade: dice.range(-0.1, 0.5),
        };
        covered += stamp.press(tile, side as usize) + 1.0;
    }
}

impl Stamp {
    /// Draws the stamp, wrapping at the borders; returns its area in texels.
    fn press(&self, tile: &mut [Colour], side: usize) -> f32 {
        let (sine, cosine) = self.angle.sin_cos();
        let reach = [
            (self.half[0] * cosine).hypot(self.half[1] * sine)
                * if self.boxed { 1.42 } else { 1.0 }
                + 1.0,
            (self.half[0] * sine).hypot(self.half[1] * cosine)
                * if self.boxed { 1.42 } else { 1.0 }
                + 1.0,
        ];
        let (left, right) = (
            (self.centre[0] - reach[0]) as i32,
            (self.centre[0] + reach[0]) as i32,
        );
        let (top, bottom) = (
            (self.centre[1] - reach[1]) as i32,
            (self.centre[1] + reach[1]) as i32,
        );
        let mut area = 0.0;
        for y in top..=bottom {
            let row = (y.rem_euclid(side as i32)) as usize * side;
            for x in left..=right {
                let [dx, dy] = [x as f32 - self.centre[0], y as f32 - self.centre[1]];
                let along = (dx * cosine + dy * sine) / self.half[0];
                let beside = (dy * cosine - dx * sine) / self.half[1];
                let outside = if self.boxed {
                    along.abs().max(beside.abs()) - 1.0
                } else {
                    (along * along + beside * beside - 1.0) * 0.5
                };
                let cover = (0.5 - outside * self.half[1]).clamp(0.0, 1.0);
                if cover > 0.0 {
                    let texel = &mut tile[row + x.rem_euclid(side as i32) as usize];
                    let light = 1.0 + self.shade * along;
                    *texel = mix(*texel, self.colour.map(|channel| channel * light), cover);
                    area += cover;
                }
            }
        }
        area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_covers_its_area_and_wraps() {
        let mut tile = vec![[0.0f32; 3]; 64 * 64];
        let stamp = Stamp {
            centre: [0.0, 32.0],
            half: [10.0, 5.0],
            angle: 0.3,
            boxed: false,
            colour: [200.0; 3],
            shade: 0.0,
        };
        let area = stamp.press(&mut tile, 64);
        assert!((area - std::f32::consts::PI * 50.0).abs() < 12.0, "{area}");
        assert_eq!(tile[32 * 64], [200.0; 3]);
        assert_eq!(tile[32 * 64 + 60], [200.0; 3]);
        assert_eq!(tile[32 * 64 + 32], [0.0; 3]);
    }
}
