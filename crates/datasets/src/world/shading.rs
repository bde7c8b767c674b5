//! Light on surfaces that curve towards the viewer.
//!
//! In: a lamp, the bevel and gloss of a surface, distances and slopes of its outline. Out: a factor on its colour and a
//! highlight. Knows nothing of pixels.

use super::affine::Affine;
use super::canvas::Finish;
use super::silhouette::Probe;

/// Light on the scene: a direction towards the lamp on screen (x right, y down, z to the viewer).
#[derive(Clone, Copy, Debug)]
pub(super) struct Light {
    pub(super) direction: [f32; 3],
    pub(super) ambient: f32,
}

/// Light on a bevelled surface: a dome that starts at the outline and is flat beyond the bevel.
pub(super) struct Shading {
    lamp: [f32; 3],
    ambient: f32,
    bevel: f32,
    curve: f32,
    gloss: f32,
}

impl Shading {
    pub(super) fn new(finish: &Finish, light: &Light, part_from_screen: Affine) -> Self {
        // The lamp is turned into the part's units once, instead of every normal into the screen's.
        let [x, y, z] = light.direction;
        let scale = part_from_screen.determinant().abs().sqrt().max(1e-9);
        let lamp = [
            (part_from_screen.xx * x + part_from_screen.xy * y) / scale,
            (part_from_screen.yx * x + part_from_screen.yy * y) / scale,
            z,
        ];
        Self {
            lamp,
            ambient: light.ambient,
            bevel: finish.bevel,
            curve: finish.curve,
            gloss: finish.gloss,
        }
    }

    /// Factor on the colour and highlight to add.
    #[inline]
    pub(super) fn at(&self, probe: &Probe) -> (f32, f32) {
        if self.bevel <= 0.0 {
            return (1.0, 0.0);
        }
        let slant = (1.0 + probe.distance / self.bevel).clamp(0.0, 1.0) * self.curve;
        let up = (1.0 - slant * slant).sqrt();
        let facing = (probe.slope[0] * self.lamp[0] + probe.slope[1] * self.lamp[1]) * slant
            + up * self.lamp[2];
        let light = self.ambient + (1.0 - self.ambient) * facing.max(0.0) * 1.25;
        if self.gloss <= 0.0 {
            return (light, 0.0);
        }
        // Mirror direction towards the viewer, sharpened by squaring.
        let mirror = (2.0 * facing * up - self.lamp[2]).max(0.0);
        let sharp = mirror * mirror * mirror * mirror;
        (light, sharp * sharp * sharp * self.gloss * 150.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_towards_the_lamp_is_lighter_and_flat_surfaces_keep_their_colour() {
        let light = Light {
            direction: [-0.6, 0.0, 0.8],
            ambient: 0.3,
        };
        let finish = |bevel| Finish {
            softness: 1.0,
            roughness: 0.0,
            bevel,
            curve: 0.9,
            gloss: 0.0,
        };
        let round = Shading::new(&finish(0.5), &light, Affine::IDENTITY);
        let factor = |slope| {
            round
                .at(&Probe {
                    distance: -0.05,
                    slope,
                })
                .0
        };
        assert!(factor([-1.0, 0.0]) > factor([1.0, 0.0]) + 0.3);
        let flat = Shading::new(&finish(0.0), &light, Affine::IDENTITY);
        assert_eq!(
            flat.at(&Probe {
                distance: -0.05,
                slope: [1.0, 0.0]
            }),
            (1.0, 0.0)
        );
    }
}
