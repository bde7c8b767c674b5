//! A painted layer that repeats sideways and mirrors up and down, sampled under any camera.
//!
//! In: a canvas. Out: its pixels on the screen, laid over what is there.

use super::affine::Affine;
use super::canvas::Canvas;
use super::texture::{blend, fourth, pack, unpack};

/// A square of packed pixels, premultiplied by the coverage in the fourth channel; the side is a power of two.
pub(super) struct Layer {
    side: usize,
    pixels: Vec<u32>,
    /// Pixels per world unit.
    density: f32,
    opaque: bool,
}

/// A slow ripple of the rows below a line: water, heat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ripple {
    /// World units by which rows are shifted.
    pub(super) reach: f32,
    /// World height below which there is a ripple.
    pub(super) top: f32,
    /// Waves per world unit.
    pub(super) waves: f32,
    /// Radians per frame.
    pub(super) rate: f32,
}

impl Layer {
    /// Packs a square canvas that shows `units` world units on a side; `blur` is a radius in pixels.
    pub(super) fn new(mut canvas: Canvas, units: f32, blur: usize) -> Self {
        if blur > 0 {
            box_blur(&mut canvas, blur);
            box_blur(&mut canvas, blur);
        }
        let opaque = canvas.colours.iter().all(|pixel| pixel[3] > 0.999);
        let pixels = canvas
            .colours
            .iter()
            .map(|[r, g, b, cover]| pack([*r, *g, *b], cover * 255.0))
            .collect();
        Self {
            side: canvas.width,
            pixels,
            density: canvas.width as f32 / units,
            opaque,
        }
    }

    /// Lays the layer over the canvas; where it covers half of a pixel or more, nobody else is visible.
    pub(super) fn lay(
        &self,
        canvas: &mut Canvas,
        screen_from_world: Affine,
        ripple: Option<(Ripple, f32)>,
    ) {
        let Some(world_from_screen) = screen_from_world.inverse() else {
            return;
        };
        let half = self.side as f32 * 0.5;
        let map = Affine::translation(half - 0.5, half - 0.5)
            .after(Affine::scale(self.density, self.density))
            .after(world_from_screen);
        let width = canvas.width;
        for row in 0..canvas.height {
            let y = row as f32 + 0.5;
            let shift = ripple.map_or(0.0, |(ripple, time)| {
                let world = world_from_screen.apply([width as f32 * 0.5, y])[1];
                let below = ((world - ripple.top) * 4.0).clamp(0.0, 1.0);
                let phase = world * ripple.waves * std::f32::consts::TAU / (0.6 + below)
                    + time * ripple.rate;
                below
                    * ripple.reach
                    * self.density
                    * (phase.sin() + 0.5 * (phase * 2.3 + 1.0).sin())
            });
            let (start_x, start_y) = (map.xy * y + map.tx + shift, map.yy * y + map.ty);
            let colours = &mut canvas.colours[row * width..(row + 1) * width];
            let ids = &mut canvas.ids[row * width..(row + 1) * width];
            // 16 fractional bits, stepped along the row; positions wrap, so only the lowest bits count.
            let fixed = |value: f32| (value * 65536.0) as i64;
            let (mut x, mut y) = (fixed(start_x + map.xx * 0.5), fixed(start_y + map.yx * 0.5));
            let (step_x, step_y) = (fixed(map.xx), fixed(map.yx));
            for (pixel, id) in colours.iter_mut().zip(ids) {
                let sample = self.sample((x >> 8) as i32, (y >> 8) as i32);
                (x, y) = (x + step_x, y + step_y);
                let [r, g, b] = unpack(sample);
                if self.opaque {
                    *pixel = [r, g, b, 1.0];
                    continue;
                }
                let cover = fourth(sample) * (1.0 / 255.0);
                if cover > 0.0 {
                    let rest = 1.0 - cover;
                    *pixel = [
                        r + pixel[0] * rest,
                        g + pixel[1] * rest,
                        b + pixel[2] * rest,
                        1.0,
                    ];
                    if cover >= 0.5 {
                        *id = 0;
                    }
                }
            }
        }
    }

    /// Bilinear sample at pixels times 256.
    #[inline]
    fn sample(&self, x: i32, y: i32) -> u32 {
        let mask = self.side as i32 - 1;
        let (column, next_column) = (((x >> 8) & mask) as usize, (((x >> 8) + 1) & mask) as usize);
        let [top, bottom] = [y >> 8, (y >> 8) + 1].map(|row| {
            let folded = row & (2 * mask + 1);
            (if folded > mask {
                2 * mask + 1 - folded
            } else {
                folded
            }) as usize
                * self.side
        });
        let (weight_x, weight_y) = ((x & 255) as u32, (y & 255) as u32);
        let above = blend(
            self.pixels[top + column],
            self.pixels[top + next_column],
            weight_x,
        );
        let below = blend(
            self.pixels[bottom + column],
            self.pixels[bottom + next_column],
            weight_x,
        );
        blend(above, below, weight_y)
    }
}

/// Mean over a square of `2·radius + 1`, as a running sum along rows and then columns; sides wrap.
fn box_blur(canvas: &mut Canvas, radius: usize) {
    let (width, height) = (canvas.width, canvas.height);
    let mut line = vec![[0.0f32; 4]; width.max(height)];
    for row in 0..height {
        blur_line(
            &mut canvas.colours,
            &mut line[..width],
            [row * width, 1],
            radius,
        );
    }
    for column in 0..width {
        blur_line(
            &mut canvas.colours,
            &mut line[..height],
            [column, width],
            radius,
        );
    }
}

fn blur_line(
    colours: &mut [[f32; 4]],
    line: &mut [[f32; 4]],
    [start, step]: [usize; 2],
    radius: usize,
) {
    let length = line.len();
    for (index, value) in line.iter_mut().enumerate() {
        *value = colours[start + index * step];
    }
    let share = 1.0 / (2 * radius + 1) as f32;
    let mut sum = [0.0f32; 4];
    for offset in 0..=2 * radius {
        let value = line[(offset + length - radius % length) % length];
        (0..4).for_each(|channel| sum[channel] += value[channel]);
    }
    for index in 0..length {
        colours[start + index * step] = sum.map(|value| value * share);
        let (gone, come) = (
            line[(index + length - radius % length) % length],
            line[(index + radius + 1) % length],
        );
        (0..4).for_each(|channel| sum[channel] += come[channel] - gone[channel]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_repeats_sideways_and_mirrors_vertically() {
        let mut canvas = Canvas::new(16, 16);
        for (index, pixel) in canvas.colours.iter_mut().enumerate() {
            *pixel = [
                (index % 16) as f32 * 10.0,
                (index / 16) as f32 * 10.0,
                0.0,
                1.0,
            ];
        }
        let layer = Layer::new(canvas, 1.0, 0);
        let at = |x: i32, y: i32| layer.sample(x * 256, y * 256);
        assert_eq!(at(3, 4), at(3 + 16, 4));
        assert_eq!(at(3, 2), at(3, -3));
        assert_eq!(at(3, 14), at(3, 17));
    }

    #[test]
    fn blur_keeps_the_mean() {
        let mut canvas = Canvas::new(16, 16);
        canvas.colours[40] = [160.0, 0.0, 0.0, 1.0];
        box_blur(&mut canvas, 2);
        let sum: f32 = canvas.colours.iter().map(|pixel| pixel[0]).sum();
        assert!((sum - 160.0).abs() < 0.1);
        assert!((canvas.colours[40][0] - 160.0 / 25.0).abs() < 1e-3);
    }
}
