//! Colours of a picture whose front polygons are known.
//!
//! In: a drawing, materials, ground, weather, shadows. Out: for every pixel its colour, the identity of what most of it
//! shows, and the depth of that. A polygon is lit once per pixel, however many samples of the pixel it covers.

use glam::{DVec2, Vec2, Vec3};

use super::draw::{Drawing, Polygon, SAMPLES};
use super::ground::{Footprint, Ground};
use super::shadow::Shade;
use super::streets::Streets;
use super::surface::Surfaces;
use super::view::View;
use super::weather::Weather;
use crate::world::colour::{Colour, mix};

/// Samples in a pixel.
const COUNT: usize = SAMPLES * SAMPLES;
/// Metres beyond which the ground is all haze.
const HORIZON: f32 = 900.0;

/// Everything that light needs.
#[derive(Clone, Copy)]
pub(super) struct Scenery<'a> {
    pub(super) surfaces: &'a Surfaces,
    pub(super) ground: &'a Ground,
    pub(super) streets: &'a Streets,
    pub(super) weather: &'a Weather,
}

/// One value for each pixel, row after row.
pub(super) struct Pixels {
    pub(super) colours: Vec<Colour>,
    pub(super) labels: Vec<u16>,
    /// Metres along the line of sight's axis; infinite in the sky.
    pub(super) depths: Vec<f32>,
    /// Samples at which each label is in front; by label.
    pub(super) seen: Vec<usize>,
}

/// Lights a drawing; `labels` is the largest label.
pub(super) fn light(
    drawing: &Drawing<'_>,
    scenery: &Scenery<'_>,
    (shade, labels): (&Shade, usize),
) -> Pixels {
    let view = drawing.view;
    let [width, height] = view.size;
    let count = width * height;
    let mut pixels = Pixels {
        colours: Vec::with_capacity(count),
        labels: Vec::with_capacity(count),
        depths: Vec::with_capacity(count),
        seen: vec![0; labels + 1],
    };
    let lamp = Lamp {
        scenery,
        view,
        up: view.direction(Vec3::Z),
        sun: view.direction(scenery.weather.sun),
    };
    let front = &drawing.front;
    for row in 0..height {
        for column in 0..width {
            let first = row * SAMPLES * front.width + column * SAMPLES;
            let places: [usize; COUNT] = std::array::from_fn(|sample| {
                first + sample / SAMPLES * front.width + sample % SAMPLES
            });
            let numbers = places.map(|place| front.polygon[place]);
            let at = Vec2::new(column as f32 + 0.5, row as f32 + 0.5);
            let pixel = row * width + column;
            let single = |number: u32| {
                if number == 0 {
                    lamp.background(at, [shade.sun[pixel], shade.sky[pixel]])
                } else {
                    lamp.polygon(&drawing.polygons[number as usize], at)
                }
            };
            let label = |number: u32| drawing.polygons[number as usize].label;
            if numbers == [numbers[0]; COUNT] {
                pixels.colours.push(single(numbers[0]));
                pixels.labels.push(label(numbers[0]));
                pixels.seen[usize::from(label(numbers[0]))] += COUNT;
            } else {
                let mut sum = [0.0; 3];
                for (index, number) in numbers.iter().enumerate() {
                    pixels.seen[usize::from(label(*number))] += 1;
                    if numbers[..index].contains(number) {
                        continue;
                    }
                    let share = numbers.iter().filter(|other| *other == number).count() as f32;
                    let colour = single(*number);
                    (0..3).for_each(|channel| sum[channel] += colour[channel] * share);
                }
                pixels
                    .colours
                    .push(sum.map(|channel| channel / COUNT as f32));
                pixels.labels.push(most(
                    numbers.map(label),
                    places.map(|place| front.inverse_depth[place]),
                ));
            }
            let chosen = pixels.labels[pixel];
            let (mut inverse, mut votes) = (0.0, 0.0);
            for (place, number) in places.into_iter().zip(numbers) {
                if label(number) == chosen && number > 0 {
                    inverse += front.inverse_depth[place];
                    votes += 1.0;
                }
            }
            pixels.depths.push(if votes > 0.0 {
                votes / inverse
            } else {
                lamp.ground_depth(at)
            });
        }
    }
    pixels
}

/// The label of most samples; of the nearest one among equals.
fn most(labels: [u16; COUNT], inverse_depths: [f32; COUNT]) -> u16 {
    let mut best = (0, f32::NEG_INFINITY, 0);
    for (label, depth) in labels.into_iter().zip(inverse_depths) {
        let votes = labels.iter().filter(|other| **other == label).count();
        if (votes, depth) > (best.0, best.1) {
            best = (votes, depth, label);
        }
    }
    best.2
}

struct Lamp<'a> {
    scenery: &'a Scenery<'a>,
    view: &'a View,
    /// In the camera's frame.
    up: Vec3,
    sun: Vec3,
}

impl Lamp<'_> {
    fn ground_depth(&self, at: Vec2) -> f32 {
        let ray = self.view.ray(at.x, at.y);
        if ray.z < 0.0 {
            -self.view.eye.z as f32 / ray.z
        } else {
            f32::INFINITY
        }
    }

    /// Ground or sky, with what is left of the sun's and of the sky's light.
    fn background(&self, at: Vec2, [sun, sky]: [f32; 2]) -> Colour {
        let Scenery {
            ground,
            streets,
            weather,
            ..
        } = self.scenery;
        let ray = self.view.ray(at.x, at.y);
        let length = ray.length();
        let height = self.view.eye.z as f32;
        if ray.z >= -height / HORIZON {
            return weather.sky(ray / length);
        }
        let depth = -height / ray.z;
        let away = ray.truncate() * depth;
        let footprint = Footprint {
            sight: away.normalize_or(Vec2::X),
            long: depth * depth / (height.max(0.1) * self.view.focal.y),
            wide: depth / self.view.focal.x,
        };
        let point = self.view.eye.truncate() + DVec2::new(f64::from(away.x), f64::from(away.y));
        let colour = ground.colour(streets, point, &footprint);
        let direct = weather.sun.z * sun;
        let lit = [0, 1, 2].map(|channel| {
            let light = weather.skylight[channel] * sky + weather.sunlight[channel] * direct;
            colour[channel] * light
        });
        weather.veil(lit, depth * length)
    }

    fn polygon(&self, polygon: &Polygon, at: Vec2) -> Colour {
        let Scenery {
            surfaces, weather, ..
        } = self.scenery;
        let value = |plane: [f32; 3]| plane[0] * at.x + plane[1] * at.y + plane[2];
        // The middle of a pixel at the border of a face lies beside it, where its plane may be anywhere.
        let depth = 1.0 / value(polygon.inverse_depth).max(1e-3);
        let material = surfaces.material(polygon.material);
        let ray = ((at - self.view.center) / self.view.focal).extend(1.0);
        let length = ray.length();
        let facing = -polygon.normal.dot(ray) / length;
        let mut colour = material.colour;
        if let Some(tile) = material.tile {
            let scale = depth * material.per_metre;
            let slant = facing.max(0.1).sqrt();
            let footprint = depth / self.view.focal.x / slant * material.per_metre;
            let texel = surfaces.tiles[tile].sample(
                value(polygon.across) * scale,
                value(polygon.down) * scale,
                footprint,
            );
            colour = [0, 1, 2].map(|channel| texel[channel] * colour[channel] * (1.0 / 255.0));
        }
        let direct = (value(polygon.sun) * depth).clamp(0.0, 1.0);
        let mut lit = [0, 1, 2].map(|channel| {
            let light =
                weather.skylight[channel] * polygon.sky + weather.sunlight[channel] * direct;
            colour[channel] * (light + (1.0 - light) * material.glow)
        });
        if material.shine > 0.0 {
            // Schlick 1994: at a slant everything mirrors.
            let rest = 1.0 - facing.clamp(0.0, 1.0);
            let square = rest * rest;
            let share = material.shine + (1.0 - material.shine) * square * square * rest * 0.8;
            let mirrored = (ray + polygon.normal * (2.0 * facing * length)) / length;
            lit = mix(lit, self.mirrored(mirrored), share);
        }
        weather.veil(lit, depth * length)
    }

    /// What a surface mirrors: the sky, a dark street front below it, the ground.
    fn mirrored(&self, direction: Vec3) -> Colour {
        let weather = self.scenery.weather;
        let up = direction.dot(self.up);
        let sky = weather.plain_sky(up, direction.dot(self.sun));
        let low = weather.skylight.map(|light| light * 78.0);
        mix(low, sky, (up * 7.0 - 0.6).clamp(0.0, 1.0))
    }
}
