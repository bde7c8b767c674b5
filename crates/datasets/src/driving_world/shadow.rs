//! Shadows on the ground, with soft borders.
//!
//! In: convex outlines on the ground. Out: for every pixel that shows ground, the shares of the sun's and of the sky's
//! light that are left there.

use glam::{DVec2, DVec3, Vec2, Vec3};

use super::scan::{CORNERS, spans};
use super::view::{View, cut_near};

/// A convex outline on the ground that takes away light.
#[derive(Clone, Debug)]
pub(super) struct Shadow {
    /// Counter-clockwise from above, at most [`CORNERS`].
    outline: Vec<DVec2>,
    /// Metres from the middle of the border to full shadow.
    softness: f64,
    /// Share of the light that is taken.
    strength: f32,
    /// Whether it takes the sun's light or the sky's.
    of_sun: bool,
}

/// What a shadow is cast by: an upright solid over a rectangle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caster {
    pub(super) middle: DVec2,
    /// Unit vector along the rectangle's first side.
    pub(super) ahead: DVec2,
    /// Half the lengths of its sides.
    pub(super) half: DVec2,
    /// From where to where it reaches above the ground, in metres.
    pub(super) heights: [f64; 2],
}

impl Caster {
    fn corners(&self) -> [DVec2; 4] {
        let (ahead, left) = (self.ahead * self.half.x, self.ahead.perp() * self.half.y);
        [
            self.middle - ahead - left,
            self.middle + ahead - left,
            self.middle + ahead + left,
            self.middle - ahead + left,
        ]
    }

    /// The dark place below it, where little of the sky is seen.
    pub(super) fn contact(&self, strength: f32) -> Shadow {
        let softness = self.half.min_element().min(0.45);
        Shadow {
            outline: self.corners().to_vec(),
            softness,
            strength,
            of_sun: false,
        }
    }

    /// The shadow away from the sun; `None` where the sun is too low.
    pub(super) fn cast(&self, towards_sun: DVec3) -> Option<Shadow> {
        if towards_sun.z < 0.03 {
            return None;
        }
        let slide = -towards_sun.truncate() / towards_sun.z;
        let [low, high] = self.heights;
        let slide_to = |height: f64| slide * height.min(60.0);
        let points = self
            .corners()
            .map(|corner| [low, high].map(|height| corner + slide_to(height)));
        let mut outline = hull(points.as_flattened().to_vec());
        outline.truncate(CORNERS);
        Some(Shadow {
            outline,
            softness: 0.12 + 0.01 * high,
            strength: 1.0,
            of_sun: true,
        })
    }
}

impl Shadow {
    /// The same, letting some light through and with a wider border: that of leaves.
    pub(super) fn dappled(self, strength: f32) -> Self {
        Self {
            softness: self.softness + 0.6,
            strength,
            ..self
        }
    }

    /// Share of the sun's light that is left inside.
    pub(super) fn sun_left(&self) -> f32 {
        if self.of_sun {
            1.0 - self.strength
        } else {
            1.0
        }
    }

    /// Whether a point lies inside the middle of the border.
    pub(super) fn holds(&self, point: DVec2) -> bool {
        (0..self.outline.len()).all(|index| {
            let (from, to) = self.edge(index);
            (to - from).perp_dot(point - from) >= 0.0
        })
    }

    fn edge(&self, index: usize) -> (DVec2, DVec2) {
        let next = (index + 1) % self.outline.len();
        (self.outline[index], self.outline[next])
    }
}

/// The corners of the smallest convex outline around points, counter-clockwise (Andrew 1979).
fn hull(mut points: Vec<DVec2>) -> Vec<DVec2> {
    points.sort_by(|one, other| one.x.total_cmp(&other.x).then(one.y.total_cmp(&other.y)));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let chain = |points: &mut dyn Iterator<Item = DVec2>| {
        let mut chain: Vec<DVec2> = Vec::new();
        for point in points {
            while let [.., before, last] = chain[..]
                && (last - before).perp_dot(point - last) <= 1e-9
            {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut outline = chain(&mut points.iter().copied());
    outline.extend(chain(&mut points.iter().rev().copied()));
    outline
}

/// Light that is left on the ground, for every pixel.
pub(super) struct Shade {
    pub(super) sun: Vec<f32>,
    pub(super) sky: Vec<f32>,
}

impl Shade {
    /// Full light everywhere.
    pub(super) fn new(view: &View) -> Self {
        let count = view.size[0] * view.size[1];
        Self {
            sun: vec![1.0; count],
            sky: vec![1.0; count],
        }
    }

    /// Takes away the light of one shadow.
    pub(super) fn add(&mut self, view: &View, shadow: &Shadow) {
        let count = shadow.outline.len();
        if count < 3 {
            return;
        }
        let from_eye = |point: DVec2| (point - view.eye.truncate()).as_vec2();
        let soft = shadow.softness as f32;
        // Inward normals and distances of the edges, as seen from below the eye.
        let mut borders = [(Vec2::ZERO, 0.0f32); CORNERS];
        let mut wide = [Vec2::ZERO; CORNERS];
        let middle = from_eye(shadow.outline.iter().sum::<DVec2>() / count as f64);
        for (index, border) in borders.iter_mut().enumerate().take(count) {
            let (from, to) = shadow.edge(index);
            let normal = (to - from).perp().normalize_or_zero().as_vec2();
            let corner = from_eye(from);
            *border = (normal, normal.dot(corner));
            let outward = corner - middle;
            // Corners move further than edges; sharp ones are cut a little.
            wide[index] = corner + outward.normalize_or_zero() * soft * 1.6;
        }
        let drop = -view.eye.z as f32;
        let mut outline = [Vec3::ZERO; CORNERS];
        for (corner, point) in outline.iter_mut().zip(&wide[..count]) {
            *corner = view.direction(point.extend(drop));
        }
        let mut cut = [Vec3::ZERO; 8];
        let corners = cut_near(&outline[..count], &mut cut);
        let mut pixels = [Vec2::ZERO; 8];
        for (pixel, corner) in pixels.iter_mut().zip(&cut[..corners]) {
            *pixel = view.pixel(*corner);
        }
        if corners < 3 {
            return;
        }
        let light = if shadow.of_sun {
            &mut self.sun
        } else {
            &mut self.sky
        };
        let step = view.axes[0] / view.focal.x;
        spans(&pixels[..corners], view.size, |row, from, to| {
            let mut ray = view.ray(from as f32 + 0.5, row as f32 + 0.5);
            let start = row * view.size[0];
            for left in &mut light[start + from..start + to] {
                if ray.z < -1e-4 {
                    let ground = ray.truncate() * (drop / ray.z);
                    let inside = borders[..count]
                        .iter()
                        .map(|(normal, border)| normal.dot(ground) - border)
                        .fold(f32::INFINITY, f32::min);
                    let share = (inside / (2.0 * soft) + 0.5).clamp(0.0, 1.0);
                    let share = share * share * (3.0 - 2.0 * share) * shadow.strength;
                    // The sun is hidden once; corners of the sky add up.
                    *left = if shadow.of_sun {
                        left.min(1.0 - share)
                    } else {
                        *left * (1.0 - share)
                    };
                }
                ray += step;
            }
        });
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_lies_away_from_the_sun() {
        let caster = Caster {
            middle: DVec2::new(10.0, 5.0),
            ahead: DVec2::X,
            half: DVec2::new(2.0, 1.0),
            heights: [0.0, 3.0],
        };
        let sun = DVec3::new(1.0, 0.0, 1.0).normalize();
        let shadow = caster.cast(sun).unwrap();
        assert!(shadow.holds(DVec2::new(6.0, 5.0)));
        assert!(shadow.holds(DVec2::new(11.5, 5.5)));
        assert!(!shadow.holds(DVec2::new(12.5, 5.0)));
        assert!(!shadow.holds(DVec2::new(4.5, 5.0)));
        assert!(caster.cast(DVec3::X).is_none());
    }

    #[test]
    fn the_hull_of_a_square_and_its_middle_is_the_square() {
        let square = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0], [1.0, 1.0]];
        let outline = hull(square.map(DVec2::from_array).to_vec());
        assert_eq!(outline.len(), 4);
        assert!(!outline.contains(&DVec2::ONE));
    }
}
