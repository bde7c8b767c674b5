//! What lies behind the action: bands of ground, walls and sky, regions of different stuff, clutter, shade.
//!
//! In: random choices. Out: one opaque layer. Clutter is made of the same shapes and textures as the actors, so
//! that standing out from a plain background is not what tells an object.

use std::sync::Arc;

use super::actor::{Actor, Stage, Trace};
use super::affine::Affine;
use super::body::Body;
use super::canvas::{Canvas, Shadow};
use super::colour::{Colour, Palette, material};
use super::dice::Dice;
use super::figure::Kind;
use super::layer::Layer;
use super::motion::Motion;
use super::pattern;
use super::rounding::nearest;
use super::shading::Light;
use super::texture::{Grain, Texture, unpack};

/// Pixels of the layer to a texel of the noise that shapes it.
const FINE: usize = 4;
/// World units on a side of the layer.
const UNITS: f32 = 2.0;

/// A texture laid into a region.
struct Ground {
    texture: Arc<Texture>,
    texels_from_tile: Affine,
    gain: Colour,
    /// Rows crowd together towards the top, as ground does towards the horizon.
    recedes: bool,
}

/// How a band is divided.
#[derive(Clone, Copy)]
enum Split {
    Whole,
    /// Upright strips: buildings, trunks, panels.
    Strips,
    /// Patches around points.
    Patches,
    /// Islands where noise is high.
    Islands,
}

struct Band {
    /// Height of the upper border, in tiles.
    top: f32,
    split: Split,
    /// Indices of the grounds in it.
    grounds: [usize; 4],
    count: usize,
}

/// What the rest of the scene should know about a backdrop.
pub(super) struct Backdrop {
    pub(super) layer: Layer,
    /// A few of its colours, for camouflage.
    pub(super) colours: Vec<Colour>,
    /// Its textures, for stronger camouflage.
    pub(super) textures: Vec<Arc<Texture>>,
}

/// Paints a backdrop. `clutter` is `0..=1`; `extras` are bodies to strew about.
pub(super) fn paint(
    dice: &mut Dice,
    grain: &Grain,
    clutter: f32,
    (extras, light): (&[Arc<Body>], &Light),
) -> Backdrop {
    let side = grain.side() * FINE;
    let mut canvas = Canvas::new(side, side);
    let grounds = grounds(dice, grain);
    let plan = Plan::new(dice, grounds.len());
    let warp = [grain.coarse(dice), grain.view(dice), grain.coarse(dice)];
    for row in 0..side {
        let lines = warp
            .each_ref()
            .map(|view| view.row(row as f32 / FINE as f32, FINE));
        let y = row as f32 / side as f32;
        for column in 0..side {
            let x = column as f32 / side as f32;
            let noise = lines.each_ref().map(|line| line[column] - 0.5);
            let (index, top) = plan.ground(x, y, noise);
            let ground = &grounds[index];
            let depth = if ground.recedes {
                (0.08 + (y - top).max(0.0)).ln() * 0.35
            } else {
                y
            };
            let [u, v] = ground.texels_from_tile.apply([x, depth]);
            let paint = unpack(ground.texture.sample(u as i32, v as i32));
            let [r, g, b] = [0, 1, 2].map(|channel| paint[channel] * ground.gain[channel]);
            canvas.colours[row * side + column] = [r, g, b, 1.0];
        }
    }
    strew(dice, &mut canvas, clutter, extras, light);
    shade(dice, &mut canvas, grain);
    let colours = (0..8).map(|_| {
        let index = dice.integer(0, side * side - 1);
        let [r, g, b, _] = canvas.colours[index];
        [r, g, b]
    });
    let colours = colours.collect();
    let blur = dice.pick([0, 0, 0, 0, 0, 1, 2]) * side / 512;
    let textures = grounds.into_iter().map(|ground| ground.texture).collect();
    Backdrop {
        layer: Layer::new(canvas, UNITS, blur),
        colours,
        textures,
    }
}

fn grounds(dice: &mut Dice, grain: &Grain) -> Vec<Ground> {
    let count = dice.integer(3, 7);
    let shared = material(dice);
    let alike = dice.unit();
    let mut grounds = Vec::with_capacity(count);
    for _ in 0..count {
        let palette = if dice.chance(alike * 0.6) {
            Palette::near(dice, shared, 40.0)
        } else {
            Palette::surface(dice)
        };
        let kind = pattern::choose(dice, &pattern::OF_SCENES);
        let texture = Arc::new(Texture::paint(dice, grain, kind, &palette));
        // Whole numbers of repeats, so that the layer still tiles.
        let repeats = dice.integer(2, 6) as f32 * texture.side() as f32 * 256.0;
        let stretch = dice.log_range(0.6, 1.6);
        grounds.push(Ground {
            texture,
            texels_from_tile: Affine::translation(dice.unit() * 65536.0, dice.unit() * 65536.0)
                .after(Affine::scale(repeats, repeats * stretch)),
            gain: [0; 3].map(|_| dice.range(0.85, 1.1)),
            recedes: dice.chance(0.3),
        });
    }
    grounds
}

/// Which ground lies where.
struct Plan {
    bands: Vec<Band>,
    sites: Vec<[f32; 2]>,
    ragged: f32,
    slope: f32,
    warp: f32,
}

impl Plan {
    fn new(dice: &mut Dice, grounds: usize) -> Self {
        let count = dice.pick([1, 2, 2, 3, 3, 4]);
        let mut bands = Vec::with_capacity(count);
        let mut top = -1.0;
        for index in 0..count {
            let split = match dice.weighted(&[3.0, 2.0, 1.5, 1.5]) {
                0 => Split::Whole,
                1 => Split::Strips,
                2 => Split::Patches,
                _ => Split::Islands,
            };
            let picks = [0; 4].map(|_| dice.integer(0, grounds - 1));
            bands.push(Band {
                top,
                split,
                grounds: picks,
                count: dice.integer(2, 4),
            });
            top = if index == 0 {
                dice.range(0.3, 0.5)
            } else {
                top + dice.range(0.04, 0.25)
            };
        }
        let sites = dice.integer(4, 16);
        Self {
            bands,
            sites: (0..sites).map(|_| [dice.unit(), dice.unit()]).collect(),
            ragged: if dice.chance(0.4) {
                0.0
            } else {
                dice.log_range(0.005, 0.2)
            },
            slope: dice.signed(0.03),
            warp: if dice.chance(0.4) {
                0.0
            } else {
                dice.log_range(0.02, 0.3)
            },
        }
    }

    /// Index of the ground at a point of the unit tile, and the upper border of its band.
    fn ground(&self, x: f32, y: f32, noise: [f32; 3]) -> (usize, f32) {
        let lift = noise[0] * self.ragged + (x * std::f32::consts::TAU).sin() * self.slope;
        let Some(band) = self.bands.iter().rev().find(|band| y + lift >= band.top) else {
            return (0, 0.0);
        };
        let choice = match band.split {
            Split::Whole => 0,
            Split::Strips => {
                let at = (x + noise[1] * self.warp * 0.2).rem_euclid(1.0);
                let left = self.sites.iter().filter(|site| site[0] < at).count();
                left % self.sites.len()
            }
            Split::Patches => self.nearest([x + noise[1] * self.warp, y + noise[2] * self.warp]),
            Split::Islands => usize::from(noise[2] + noise[1] * 0.3 > 0.08),
        };
        (band.grounds[choice % band.count], band.top)
    }

    fn nearest(&self, [x, y]: [f32; 2]) -> usize {
        let mut best = (f32::MAX, 0);
        for (index, site) in self.sites.iter().enumerate() {
            let [dx, dy] = [site[0] - x, site[1] - y].map(|step| step - nearest(step));
            let distance = dx * dx + dy * dy;
            if distance < best.0 {
                best = (distance, index);
            }
        }
        best.1
    }
}

/// Strews copies of the bodies over the canvas, many small ones and few large.
fn strew(dice: &mut Dice, canvas: &mut Canvas, clutter: f32, extras: &[Arc<Body>], light: &Light) {
    if extras.is_empty() {
        return;
    }
    let count = if dice.chance(0.1) {
        0
    } else {
        (clutter.sqrt() * dice.log_range(3.0, 90.0)) as usize
    };
    let side = canvas.width as f32;
    let mut shadow = Shadow::new(canvas);
    let screen_from_world = Affine::translation(side * 0.5, side * 0.5)
        .after(Affine::scale(side / UNITS, side / UNITS));
    for _ in 0..count {
        let body = Arc::clone(&extras[dice.integer(0, extras.len() - 1)]);
        let kind = body.kind();
        let size = 0.03 / dice.range(0.06, 1.0).powf(0.75);
        let mut motion = Motion::fixed(dice, kind, size);
        motion.start = [dice.signed(UNITS * 0.5), dice.signed(UNITS * 0.5)];
        let trace = if dice.chance(0.5) {
            trace(dice, kind)
        } else {
            Trace::None
        };
        let gain = [0; 3].map(|_| dice.range(0.6, 1.25));
        let actor = Actor {
            body,
            motion,
            trace,
            gain,
            softness: 1.0,
            id: 0,
            parallax: 1.0,
            carried: false,
            repeats: None,
        };
        actor.draw(
            canvas,
            &mut shadow,
            &Stage {
                screen_from_world,
                light,
                time: 0.0,
            },
        );
    }
}

/// A trace that suits the kind of figure.
pub(super) fn trace(dice: &mut Dice, kind: Kind) -> Trace {
    let strength = dice.range(0.2, 0.75);
    match kind {
        Kind::Upright if dice.chance(0.25) => Trace::Mirror {
            opacity: dice.range(0.15, 0.5),
            ripple: dice.range(0.0, 0.05),
        },
        Kind::Upright => Trace::Ground {
            skew: dice.signed(1.6),
            flat: -dice.range(0.08, 0.5),
            strength,
        },
        Kind::Free => Trace::Drop {
            shift: [dice.signed(0.09), dice.range(-0.02, 0.1)],
            strength,
        },
    }
}

/// Slow changes of light over the scene, and soft blots of shade.
fn shade(dice: &mut Dice, canvas: &mut Canvas, grain: &Grain) {
    let side = canvas.width;
    let (slow, blots) = (grain.coarse(dice), grain.coarse(dice));
    let swing = dice.range(0.0, 0.5);
    let dark = if dice.chance(0.35) {
        dice.range(0.25, 0.7)
    } else {
        0.0
    };
    let (level, sharp) = (dice.range(0.45, 0.65), dice.log_range(2.0, 25.0));
    for (row, pixels) in canvas.colours.chunks_exact_mut(side).enumerate() {
        let [slow, blots] = [&slow, &blots].map(|view| view.row(row as f32 / FINE as f32, FINE));
        for ((pixel, slow), blot) in pixels.iter_mut().zip(slow).zip(blots) {
            let shadow = ((blot - level) * sharp).clamp(0.0, 1.0) * dark;
            let light = (1.0 + (slow - 0.5) * swing) * (1.0 - shadow);
            pixel[..3].iter_mut().for_each(|channel| *channel *= light);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backdrop_covers_the_screen_and_is_not_plain() {
        let mut dice = Dice::new(9, 0);
        let grain = Grain::new(&mut dice, 64);
        let light = Light {
            direction: [0.0, -0.6, 0.8],
            ambient: 0.5,
        };
        let backdrop = paint(&mut dice, &grain, 0.5, (&[], &light));
        let mut canvas = Canvas::new(64, 48);
        backdrop.layer.lay(
            &mut canvas,
            Affine::translation(32.0, 24.0).after(Affine::scale(48.0, 48.0)),
            None,
        );
        assert!(canvas.colours.iter().all(|pixel| pixel[3] == 1.0));
        let mean =
            canvas.colours.iter().map(|pixel| pixel[1]).sum::<f32>() / canvas.colours.len() as f32;
        assert!(
            canvas
                .colours
                .iter()
                .any(|pixel| (pixel[1] - mean).abs() > 4.0)
        );
    }
}
