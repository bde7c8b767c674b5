//! What stands before the action and hides it: trunks and poles, branches with leaves, fences, grass.
//!
//! In: random choices. Out: a layer that is clear where nothing stands.

use super::affine::Affine;
use super::canvas::{Bend, Canvas, Coat, Finish, Mark, Placement};
use super::colour::Palette;
use super::dice::Dice;
use super::layer::Layer;
use super::pattern;
use super::shading::Light;
use super::shape::Shape;
use super::silhouette::Silhouette;
use super::texture::{Grain, Texture};

/// World units on a side of the layer.
const UNITS: f32 = 2.0;

/// Something to draw many times.
struct Stencil {
    silhouette: Silhouette,
    skin: usize,
}

struct Brush<'a> {
    canvas: Canvas,
    textures: Vec<Texture>,
    light: &'a Light,
    softness: f32,
}

/// Paints an occluding layer.
pub(super) fn paint(dice: &mut Dice, grain: &Grain, light: &Light) -> Layer {
    let side = grain.side() * 4;
    let textures = (0..3)
        .map(|_| {
            let palette = Palette::surface(dice);
            let kind = pattern::choose(dice, &pattern::OF_OBJECTS);
            Texture::paint(dice, grain, kind, &palette)
        })
        .collect();
    let blur = dice.pick([0, 0, 0, 1, 2]) * side / 512;
    let mut brush = Brush {
        canvas: Canvas::new(side, side),
        textures,
        light,
        softness: 1.0,
    };
    match dice.weighted(&[3.0, 2.0, 1.0, 1.0]) {
        0 => poles(dice, &mut brush),
        1 => branches(dice, &mut brush),
        2 => fence(dice, &mut brush),
        _ => grass(dice, &mut brush),
    }
    if dice.chance(0.25) {
        branches(dice, &mut brush);
    }
    Layer::new(brush.canvas, UNITS, blur)
}

impl Brush<'_> {
    /// Draws a stencil, and again on the other side where it crosses the border.
    fn press(&mut self, stencil: &Stencil, world_from_part: Affine, gain: f32) {
        let side = self.canvas.width as f32;
        let screen_from_world = Affine::translation(side * 0.5, side * 0.5)
            .after(Affine::scale(side / UNITS, side / UNITS));
        let Some(texture) = self.textures.get(stencil.skin) else {
            return;
        };
        let texels = side / UNITS * 0.7 * 256.0;
        let coat = Coat {
            texture,
            texels_from_part: Affine::translation(world_from_part.tx * texels, 0.0)
                .after(Affine::scale(texels, texels)),
            gain: [gain; 3],
            finish: Finish {
                softness: self.softness,
                roughness: 0.004,
                bevel: stencil.silhouette.depth(),
                curve: 0.9,
                gloss: 0.0,
            },
        };
        for shift in [-UNITS, 0.0, UNITS] {
            let place = Placement {
                view: stencil.silhouette.view(None),
                bounds: stencil.silhouette.bounds(),
                screen_from_figure: screen_from_world
                    .after(Affine::translation(shift, 0.0))
                    .after(world_from_part),
                part_from_figure: Affine::IDENTITY,
                bend: Bend::default(),
            };
            self.canvas.draw(
                &place,
                &coat,
                self.light,
                Mark {
                    id: None,
                    opacity: 1.0,
                },
            );
        }
    }
}

fn poles(dice: &mut Dice, brush: &mut Brush<'_>) {
    for _ in 0..dice.integer(1, 4) {
        let width = dice.log_range(0.012, 0.11);
        let lean = dice.normal() * 0.06;
        let shape = Shape::limb(
            [[-lean, -1.1], [lean, 1.1]],
            [width * dice.range(0.6, 1.0), width],
        );
        let stencil = Stencil {
            silhouette: Silhouette::new(&shape, None, 160),
            skin: dice.integer(0, 1),
        };
        brush.press(
            &stencil,
            Affine::translation(dice.signed(1.0), 0.0),
            dice.range(0.4, 1.1),
        );
    }
}

fn branches(dice: &mut Dice, brush: &mut Brush<'_>) {
    let slim = dice.range(0.25, 0.7);
    let leaf = Stencil {
        silhouette: Silhouette::new(&Shape::ellipse([1.0, 0.0], [1.0, slim]), None, 12),
        skin: 2,
    };
    let size = dice.log_range(0.012, 0.05);
    for _ in 0..dice.integer(1, 5) {
        let mut at = [
            dice.signed(1.0),
            dice.pick([-0.6, -0.3, 0.5, 0.9]) + dice.signed(0.2),
        ];
        let mut heading = dice.angle();
        let bough = dice.log_range(0.004, 0.016);
        for _ in 0..dice.integer(3, 9) {
            let length = dice.range(0.05, 0.14);
            heading += dice.normal() * 0.5;
            let shape = Shape::limb([[0.0; 2], [length, 0.0]], [bough, bough * 0.8]);
            let twig = Stencil {
                silhouette: Silhouette::new(&shape, None, 16),
                skin: 1,
            };
            brush.press(
                &twig,
                Affine::translation(at[0], at[1]).after(Affine::rotation(heading)),
                0.8,
            );
            for _ in 0..dice.integer(0, 9) {
                let along = dice.unit() * length;
                let joint = [
                    at[0] + heading.cos() * along + dice.normal() * size,
                    at[1] + heading.sin() * along + dice.normal() * size,
                ];
                let scale = size * dice.range(0.5, 1.2);
                let map = Affine::translation(joint[0], joint[1])
                    .after(Affine::rotation(dice.angle()))
                    .after(Affine::scale(scale, scale));
                brush.press(&leaf, map, dice.range(0.5, 1.25));
            }
            at = [
                at[0] + heading.cos() * length,
                at[1] + heading.sin() * length,
            ];
        }
    }
}

fn fence(dice: &mut Dice, brush: &mut Brush<'_>) {
    let bars = dice.pick([4, 8, 10, 16]);
    let width = dice.log_range(0.004, 0.25 / bars as f32);
    let tilt = dice.pick([0.0, 0.0, 0.6]);
    let bar = Stencil {
        silhouette: Silhouette::new(
            &Shape::limb([[0.0, -1.5], [0.0, 1.5]], [width; 2]),
            None,
            160,
        ),
        skin: 0,
    };
    for index in 0..bars {
        let x = -1.0 + UNITS * index as f32 / bars as f32;
        for angle in if tilt > 0.0 {
            vec![-tilt, tilt]
        } else {
            vec![0.0]
        } {
            brush.press(
                &bar,
                Affine::translation(x, 0.0).after(Affine::rotation(angle)),
                0.9,
            );
        }
    }
    let rail = Stencil {
        silhouette: Silhouette::new(
            &Shape::limb([[-1.2, 0.0], [1.2, 0.0]], [width * 1.3; 2]),
            None,
            160,
        ),
        skin: 0,
    };
    for _ in 0..dice.integer(0, 2) {
        brush.press(&rail, Affine::translation(0.0, dice.signed(0.5)), 0.9);
    }
}

fn grass(dice: &mut Dice, brush: &mut Brush<'_>) {
    let tall = dice.range(0.15, 0.5);
    let width = dice.log_range(0.003, 0.012);
    let shape = Shape::limb([[0.0; 2], [0.0, -tall]], [width, width * 0.3]);
    let blade = Stencil {
        silhouette: Silhouette::new(&shape, None, 40),
        skin: 2,
    };
    let ground = dice.range(0.3, 0.6);
    for _ in 0..dice.integer(30, 160) {
        let map = Affine::translation(dice.signed(1.0), ground + dice.signed(0.06))
            .after(Affine::rotation(dice.normal() * 0.25));
        brush.press(
            &blade,
            map.after(Affine::scale(1.0, dice.range(0.4, 1.1))),
            dice.range(0.5, 1.2),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreground_hides_some_of_the_screen_but_not_all() {
        let light = Light {
            direction: [0.0, -0.6, 0.8],
            ambient: 0.5,
        };
        let mut shares = Vec::new();
        for seed in 0..12 {
            let mut dice = Dice::new(seed, 0);
            let grain = Grain::new(&mut dice, 32);
            let layer = paint(&mut dice, &grain, &light);
            let mut canvas = Canvas::new(96, 96);
            canvas.ids.fill(1);
            layer.lay(
                &mut canvas,
                Affine::translation(48.0, 48.0).after(Affine::scale(48.0, 48.0)),
                None,
            );
            shares
                .push(super::super::frame::count(&canvas.ids, 0) as f32 / canvas.ids.len() as f32);
        }
        assert!(shares.iter().all(|share| *share < 0.8), "{shares:?}");
        assert!(
            shares.iter().filter(|share| **share > 0.01).count() >= 9,
            "{shares:?}"
        );
    }
}
