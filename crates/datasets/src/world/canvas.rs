//! Drawing of surfaces onto a frame: inverse mapping, shading, soft outlines, who is visible where.
//!
//! In: silhouettes, textures, maps, light. Out: colours, coverage and the identity of the foremost surface per
//! pixel. Knows nothing of figures and motion.

use super::affine::Affine;
use super::colour::Colour;
use super::rounding::nearest;
use super::shading::{Light, Shading};
use super::silhouette::{Probe, View};
use super::texture::{Texture, fourth, unpack};

/// A picture being drawn. Colours are premultiplied by coverage (the fourth channel).
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) colours: Vec<[f32; 4]>,
    /// Identity of the foremost surface that covers at least half of the pixel; 0 is none.
    pub(super) ids: Vec<u8>,
}

/// A slow sideways wave of the whole figure: `x += reach·sin(wave·y + phase)`, and likewise for y.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bend {
    pub(super) reach: [f32; 2],
    pub(super) wave: f32,
    pub(super) phase: f32,
}

/// Where one part lies.
#[derive(Clone, Copy)]
pub(super) struct Placement<'a> {
    pub(super) view: View<'a>,
    /// Low and high corner of what may be inside, in part units.
    pub(super) bounds: [[f32; 2]; 2],
    pub(super) screen_from_figure: Affine,
    pub(super) part_from_figure: Affine,
    pub(super) bend: Bend,
}

/// How the outline and the relief of a surface look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finish {
    /// Width of the outline on screen, pixels; 1 is sharp.
    pub(super) softness: f32,
    /// How far the relief of the texture moves the outline, part units: fur, leaves, torn edges.
    pub(super) roughness: f32,
    /// Distance from the outline over which the surface curves towards the viewer, part units; 0 is flat.
    pub(super) bevel: f32,
    /// How steeply it curves at the outline, `0..1`.
    pub(super) curve: f32,
    /// Strength of highlights, `0..=1`.
    pub(super) gloss: f32,
}

/// A texture on a part.
#[derive(Clone, Copy)]
pub(super) struct Coat<'a> {
    pub(super) texture: &'a Texture,
    /// To texels times 256.
    pub(super) texels_from_part: Affine,
    pub(super) gain: Colour,
    pub(super) finish: Finish,
}

/// How a drawing counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// Written where the surface covers at least half of a pixel; `None` leaves identities alone (reflections, paint).
    pub(super) id: Option<u8>,
    pub(super) opacity: f32,
}

impl Canvas {
    /// An empty picture: black, no coverage, no identities.
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            colours: vec![[0.0; 4]; width * height],
            ids: vec![0; width * height],
        }
    }

    /// Draws one part.
    pub(super) fn draw(
        &mut self,
        place: &Placement<'_>,
        coat: &Coat<'_>,
        light: &Light,
        mark: Mark,
    ) {
        let Some(part_from_screen) = place.part_from_screen() else {
            return;
        };
        let pixels_per_unit = 1.0 / part_from_screen.determinant().abs().sqrt();
        let finish = coat.finish;
        let sharpness = pixels_per_unit / finish.softness.max(0.5);
        let reach = 0.5 / sharpness + finish.roughness;
        let shading = Shading::new(&coat.finish, light, part_from_screen);
        let (colours, ids) = (&mut self.colours, &mut self.ids);
        scan([self.width, self.height], place, |index, point, probe| {
            if probe.distance > reach {
                return;
            }
            let [u, v] = coat.texels_from_part.apply(point);
            let texel = coat.texture.sample(u as i32, v as i32);
            let relief = (fourth(texel) - 128.0) * (1.0 / 128.0) * finish.roughness;
            let cover = (0.5 - (probe.distance + relief) * sharpness).clamp(0.0, 1.0);
            if cover <= 0.0 {
                return;
            }
            let (light, shine) = shading.at(&probe);
            let paint = unpack(texel);
            let alpha = cover * mark.opacity;
            let pixel = &mut colours[index];
            for channel in 0..3 {
                let lit = paint[channel] * coat.gain[channel] * light + shine;
                pixel[channel] += (lit - pixel[channel]) * alpha;
            }
            pixel[3] += (1.0 - pixel[3]) * alpha;
            if let Some(id) = mark.id
                && cover >= 0.5
            {
                ids[index] = id;
            }
        });
    }

    /// Adds the shape of a part to a shadow, which fades over `fade` pixels inside the outline.
    pub(super) fn cast(&self, shadow: &mut Shadow, place: &Placement<'_>, fade: f32) {
        let Some(part_from_screen) = place.part_from_screen() else {
            return;
        };
        let sharpness = 1.0 / (part_from_screen.determinant().abs().sqrt() * fade.max(1.0));
        scan([self.width, self.height], place, |index, _, probe| {
            let cover = (-probe.distance * sharpness).min(1.0);
            if cover > 0.0 {
                let deepest = &mut shadow.depth[index];
                *deepest = deepest.max(cover);
                let row = index / self.width;
                shadow.rows = [shadow.rows[0].min(row), shadow.rows[1].max(row + 1)];
            }
        });
    }

    /// Darkens what a shadow covers and clears the shadow for the next one.
    pub(super) fn darken(&mut self, shadow: &mut Shadow, strength: f32) {
        let range = shadow.rows[0].min(self.height) * self.width..shadow.rows[1] * self.width;
        if let (Some(colours), Some(depth)) = (
            self.colours.get_mut(range.clone()),
            shadow.depth.get_mut(range),
        ) {
            for (pixel, depth) in colours.iter_mut().zip(depth) {
                let factor = 1.0 - *depth * strength;
                pixel[..3].iter_mut().for_each(|channel| *channel *= factor);
                *depth = 0.0;
            }
        }
        shadow.rows = [usize::MAX, 0];
    }
}

/// Depth of shadow per pixel, and the rows in which it is not zero.
pub(super) struct Shadow {
    depth: Vec<f32>,
    rows: [usize; 2],
}

impl Shadow {
    pub(super) fn new(canvas: &Canvas) -> Self {
        Self {
            depth: vec![0.0; canvas.colours.len()],
            rows: [usize::MAX, 0],
        }
    }
}

impl Placement<'_> {
    fn part_from_screen(&self) -> Option<Affine> {
        Some(
            self.part_from_figure
                .after(self.screen_from_figure.inverse()?),
        )
    }
}

/// A parabola through the zeros and peaks of the sine: smooth enough for waves, far cheaper.
#[inline]
fn wave(turns: f32) -> f32 {
    let phase = turns - nearest(turns);
    8.0 * phase * (1.0 - 2.0 * phase.abs())
}

/// Visits the pixels of a picture of the given size that may lie in the part.
#[inline]
fn scan(
    [width, height]: [usize; 2],
    place: &Placement<'_>,
    mut visit: impl FnMut(usize, [f32; 2], Probe),
) {
    let Some(figure_from_screen) = place.screen_from_figure.inverse() else {
        return;
    };
    let part_from_screen = place.part_from_figure.after(figure_from_screen);
    let Some(screen_from_part) = part_from_screen.inverse() else {
        return;
    };
    let bend = place.bend;
    let slack = bend.reach[0].abs() + bend.reach[1].abs();
    let [low, high] = [
        place.bounds[0].map(|value| value - slack),
        place.bounds[1].map(|value| value + slack),
    ];
    let corners = [low, [high[0], low[1]], high, [low[0], high[1]]]
        .map(|corner| screen_from_part.apply(corner)[1]);
    let top = corners.iter().copied().fold(f32::MAX, f32::min).max(0.0);
    let bottom = corners
        .iter()
        .copied()
        .fold(f32::MIN, f32::max)
        .min(height as f32);
    if top >= bottom {
        return;
    }
    let (wave_per_unit, phase) = (
        bend.wave / std::f32::consts::TAU,
        bend.phase / std::f32::consts::TAU,
    );
    for row in top as usize..(bottom.ceil() as usize).min(height) {
        let y = row as f32 + 0.5;
        let mut interval = [0.0, width as f32];
        let starts = [
            part_from_screen.xy * y + part_from_screen.tx,
            part_from_screen.yy * y + part_from_screen.ty,
        ];
        for (axis, step) in [part_from_screen.xx, part_from_screen.yx]
            .into_iter()
            .enumerate()
        {
            clip(
                &mut interval,
                [low[axis] - starts[axis], high[axis] - starts[axis]],
                step,
            );
        }
        if interval[0] >= interval[1] {
            continue;
        }
        for column in interval[0] as usize..(interval[1].ceil() as usize).min(width) {
            let [x, y] = figure_from_screen.apply([column as f32 + 0.5, y]);
            let bent = if slack > 0.0 {
                [
                    x + bend.reach[0] * wave(y * wave_per_unit + phase),
                    y + bend.reach[1] * wave(x * wave_per_unit + phase * 1.3),
                ]
            } else {
                [x, y]
            };
            let point = place.part_from_figure.apply(bent);
            if let Some(probe) = place.view.probe(point) {
                visit(row * width + column, point, probe);
            }
        }
    }
}

/// Narrows an interval of x to where `low <= step·x <= high`.
fn clip(interval: &mut [f32; 2], [low, high]: [f32; 2], step: f32) {
    if step.abs() < 1e-9 {
        if low > 0.0 || high < 0.0 {
            *interval = [1.0, 0.0];
        }
        return;
    }
    let (a, b) = (low / step, high / step);
    *interval = [
        interval[0].max(a.min(b) - 1.0),
        interval[1].min(a.max(b) + 1.0),
    ];
}

#[cfg(test)]
mod tests {
    use super::super::colour::Palette;
    use super::super::dice::Dice;
    use super::super::pattern::Pattern;
    use super::super::shape::Shape;
    use super::super::silhouette::Silhouette;
    use super::super::texture::Grain;
    use super::*;

    #[test]
    fn a_disk_covers_its_pixels_with_its_identity() {
        let mut dice = Dice::new(1, 0);
        let grain = Grain::new(&mut dice, 32);
        let palette = Palette::surface(&mut dice);
        let texture = Texture::paint(&mut dice, &grain, Pattern::Plain, &palette);
        let silhouette = Silhouette::new(&Shape::ellipse([0.0; 2], [1.0; 2]), None, 32);
        let place = Placement {
            view: silhouette.view(None),
            bounds: silhouette.bounds(),
            screen_from_figure: Affine::translation(32.0, 24.0)
                .after(Affine::rotation(0.4))
                .after(Affine::scale(15.0, 15.0)),
            part_from_figure: Affine::IDENTITY,
            bend: Bend::default(),
        };
        let finish = Finish {
            softness: 1.0,
            roughness: 0.0,
            bevel: 0.5,
            curve: 0.9,
            gloss: 0.3,
        };
        let coat = Coat {
            texture: &texture,
            texels_from_part: Affine::scale(2000.0, 2000.0),
            gain: [1.0; 3],
            finish,
        };
        let light = Light {
            direction: [0.3, -0.5, 0.8],
            ambient: 0.4,
        };
        let mut canvas = Canvas::new(64, 48);
        canvas.draw(
            &place,
            &coat,
            &light,
            Mark {
                id: Some(3),
                opacity: 1.0,
            },
        );
        for (index, id) in canvas.ids.iter().enumerate() {
            let distance =
                ((index % 64) as f32 + 0.5 - 32.0).hypot((index / 64) as f32 + 0.5 - 24.0);
            if (distance - 15.0).abs() > 0.8 {
                assert_eq!(*id == 3, distance < 15.0, "pixel {index}");
            }
        }
        let covered: f32 = canvas.colours.iter().map(|pixel| pixel[3]).sum();
        assert!(
            (covered - std::f32::consts::PI * 225.0).abs() < 15.0,
            "{covered}"
        );
    }

    #[test]
    fn clipping_keeps_exactly_what_may_be_inside() {
        let mut interval = [0.0, 100.0];
        clip(&mut interval, [10.0, 30.0], 2.0);
        assert_eq!(interval, [4.0, 16.0]);
        clip(&mut interval, [1.0, 2.0], 0.0);
        assert!(interval[0] > interval[1]);
    }
}
