//! Models: faces in parts that swing, in the frame of the thing they show (x ahead, y to the left, z up, on the ground).
//!
//! In: corners and materials. Out: solids with outward faces, and the box around all their positions.

use std::f32::consts::TAU;

use glam::{Mat3, Vec2, Vec3};

use super::surface::MaterialId;

/// Phases of the stride at which the extent of swinging parts is measured.
const PHASES: usize = 24;

/// A flat triangle or quadrangle, counter-clockwise as seen from outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Face {
    pub(super) corners: [Vec3; 4],
    /// Corners in use, 3 or 4.
    pub(super) count: usize,
    /// Places on the material's tile, in metres; straight over the face.
    pub(super) places: [Vec2; 4],
    /// Normals at the corners of a face that stands for a part of something round.
    pub(super) normals: Option<[Vec3; 4]>,
    pub(super) material: MaterialId,
}

impl Face {
    /// Normal of unit length; zero where the face has no area.
    pub(super) fn normal(&self) -> Vec3 {
        let [a, b, c, _] = self.corners;
        (b - a).cross(c - a).normalize_or_zero()
    }
}

/// How a part moves with the stride.
#[derive(Clone, Copy, Debug)]
pub(super) enum Joint {
    Fixed,
    /// Swings around an axis along `y` through a pivot, by at most `reach` radians, shifted by a share of the stride.
    Swing {
        pivot: Vec3,
        reach: f32,
        shift: f32,
    },
}

impl Joint {
    /// The motion of the part at a stride, which counts double steps: a turn, then a shift.
    pub(super) fn motion(&self, stride: f32) -> (Mat3, Vec3) {
        match *self {
            Self::Fixed => (Mat3::IDENTITY, Vec3::ZERO),
            Self::Swing {
                pivot,
                reach,
                shift,
            } => {
                let turn = Mat3::from_rotation_y(reach * ((stride + shift) * TAU).sin());
                (turn, pivot - turn * pivot)
            }
        }
    }
}

/// Faces that move together.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) faces: Vec<Face>,
    pub(super) joint: Joint,
}

/// See the module docs.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) parts: Vec<Part>,
    /// The corners of the box around everything at all phases of the stride.
    pub(super) low: Vec3,
    pub(super) high: Vec3,
}

impl Model {
    /// A model of parts.
    pub(super) fn new(parts: Vec<Part>) -> Self {
        let (mut low, mut high) = (Vec3::INFINITY, Vec3::NEG_INFINITY);
        for part in &parts {
            let phases = if matches!(part.joint, Joint::Fixed) {
                1
            } else {
                PHASES
            };
            for phase in 0..phases {
                let (turn, shift) = part.joint.motion(phase as f32 / PHASES as f32);
                for face in &part.faces {
                    for corner in &face.corners[..face.count] {
                        let at = turn * *corner + shift;
                        (low, high) = (low.min(at), high.max(at));
                    }
                }
            }
        }
        if low.x > high.x {
            (low, high) = (Vec3::ZERO, Vec3::ZERO);
        }
        Self { parts, low, high }
    }

    /// A model that does not move.
    pub(super) fn rigid(faces: Vec<Face>) -> Self {
        Self::new(vec![Part {
            faces,
            joint: Joint::Fixed,
        }])
    }
}

/// Faces that are being put together.
#[derive(Clone, Debug, Default)]
pub(super) struct Solid {
    pub(super) faces: Vec<Face>,
}

impl Solid {
    /// A quadrangle whose corners are counter-clockwise as seen from outside. The tile starts at the first corner; its
    /// first axis runs along the first edge.
    pub(super) fn quad(&mut self, material: MaterialId, corners: [Vec3; 4]) {
        let across = (corners[1] - corners[0]).normalize_or_zero();
        let face = Face {
            corners,
            count: 4,
            places: [Vec2::ZERO; 4],
            normals: None,
            material,
        };
        let down = face.normal().cross(across);
        let places = corners.map(|corner| {
            let away = corner - corners[0];
            Vec2::new(away.dot(across), away.dot(down))
        });
        self.faces.push(Face { places, ..face });
    }

    /// The same, turned so that it faces away from a point inside.
    pub(super) fn quad_around(&mut self, inside: Vec3, material: MaterialId, corners: [Vec3; 4]) {
        let [a, b, c, d] = corners;
        // The diagonals, so that a quadrangle with two equal corners has a normal, too.
        let outward = (c - a).cross(d - b);
        if outward.dot((a + b + c + d) * 0.25 - inside) < 0.0 {
            self.quad(material, [b, a, d, c]);
        } else {
            self.quad(material, corners);
        }
    }

    /// A solid through outlines with the same number of corners, of which each two neighbours are joined by a convex
    /// piece: its sides and the two ends.
    pub(super) fn loft<const N: usize>(&mut self, material: MaterialId, outlines: &[[Vec3; N]]) {
        let middle = |points: &[Vec3; N]| points.iter().sum::<Vec3>() / N.max(1) as f32;
        for pair in outlines.windows(2) {
            let inside = (middle(&pair[0]) + middle(&pair[1])) * 0.5;
            for index in 0..N {
                let next = (index + 1) % N;
                let corners = [pair[0][index], pair[0][next], pair[1][next], pair[1][index]];
                self.quad_around(inside, material, corners);
            }
        }
        if let [first, .., last] = outlines {
            let inside = (middle(first) + middle(last)) * 0.5;
            self.cap(inside, material, first);
            self.cap(inside, material, last);
        }
    }

    /// A flat convex outline, as a fan of quadrangles.
    pub(super) fn cap(&mut self, inside: Vec3, material: MaterialId, outline: &[Vec3]) {
        let mut next = 1;
        while next + 1 < outline.len() {
            let last = (next + 2).min(outline.len() - 1);
            let corners = [outline[0], outline[next], outline[next + 1], outline[last]];
            self.quad_around(inside, material, corners);
            next += 2;
        }
    }

    /// An upright box between two corners.
    pub(super) fn cuboid(&mut self, material: MaterialId, low: Vec3, high: Vec3) {
        let at = |x: f32, y: f32, z: f32| Vec3::new(x, y, z);
        let ring = |z: f32| {
            [
                at(low.x, low.y, z),
                at(high.x, low.y, z),
                at(high.x, high.y, z),
                at(low.x, high.y, z),
            ]
        };
        let (bottom, top) = (ring(low.z), ring(high.z));
        let inside = (low + high) * 0.5;
        // Upper edge first, so that tiles hang upright on the sides.
        for index in 0..4 {
            let next = (index + 1) % 4;
            let corners = [top[next], top[index], bottom[index], bottom[next]];
            self.quad_around(inside, material, corners);
        }
        self.quad_around(inside, material, top);
        self.quad_around(inside, material, bottom);
    }

    /// A round bar from one point to another, with a radius at each.
    pub(super) fn bar(
        &mut self,
        material: MaterialId,
        [from, to]: [Vec3; 2],
        [start, end]: [f32; 2],
        sides: usize,
    ) {
        let along = (to - from).normalize_or(Vec3::Z);
        let (right, up) = along.any_orthonormal_pair();
        let round = |index: usize| {
            let angle = index as f32 / sides as f32 * TAU;
            right * angle.cos() + up * angle.sin()
        };
        let length = from.distance(to);
        for index in 0..sides {
            let (one, other) = (round(index), round(index + 1));
            // Around the bar counter-clockwise, since `right`, `up` and `along` are right-handed.
            let corners = [
                from + one * start,
                from + other * start,
                to + other * end,
                to + one * end,
            ];
            let wide = TAU * start.max(end) / sides as f32;
            let (u, next) = (index as f32 * wide, (index + 1) as f32 * wide);
            let places = [
                Vec2::new(u, length),
                Vec2::new(next, length),
                Vec2::new(next, 0.0),
                Vec2::new(u, 0.0),
            ];
            self.round_quad(material, corners, [one, other, other, one], places);
        }
        let ends = [(from, start), (to, end)];
        for (middle, radius) in ends {
            let outline: Vec<Vec3> = (0..sides)
                .map(|index| middle + round(index) * radius)
                .collect();
            self.cap((from + to) * 0.5, material, &outline);
        }
    }

    /// An ellipsoid whose surface is dented by up to a share of its radii, as by `dents`.
    pub(super) fn ball(
        &mut self,
        material: MaterialId,
        (middle, radii): (Vec3, Vec3),
        [rings, sides]: [usize; 2],
        dents: impl Fn(usize, usize) -> f32,
    ) {
        let point = |ring: usize, side: usize| {
            let side = side % sides;
            let height = std::f32::consts::PI * ring as f32 / rings as f32;
            let around = TAU * side as f32 / sides as f32;
            let (sine, cosine) = height.sin_cos();
            let ends = ring == 0 || ring == rings;
            // At the poles all sides meet in one point, exactly, so that their faces vanish there.
            let sine = if ends { 0.0 } else { sine };
            let unit = Vec3::new(sine * around.cos(), sine * around.sin(), -cosine);
            let dent = if ends {
                dents(ring, 0)
            } else {
                dents(ring, side)
            };
            let normal = (unit / radii.max(Vec3::splat(1e-3))).normalize_or_zero();
            (middle + unit * radii * (1.0 - dent), normal)
        };
        let reach = radii.max_element();
        for ring in 0..rings {
            for side in 0..sides {
                let corners = [
                    point(ring, side),
                    point(ring, side + 1),
                    point(ring + 1, side + 1),
                    point(ring + 1, side),
                ];
                let place = |ring: usize, side: usize| {
                    Vec2::new(
                        side as f32 / sides as f32 * 4.0,
                        ring as f32 / rings as f32 * 2.0,
                    ) * reach
                };
                let places = [
                    place(ring, side),
                    place(ring, side + 1),
                    place(ring + 1, side + 1),
                    place(ring + 1, side),
                ];
                self.round_quad(
                    material,
                    corners.map(|(at, _)| at),
                    corners.map(|(_, normal)| normal),
                    places,
                );
            }
        }
    }

    /// Two triangles for a quadrangle that need not be flat.
    fn round_quad(
        &mut self,
        material: MaterialId,
        corners: [Vec3; 4],
        normals: [Vec3; 4],
        places: [Vec2; 4],
    ) {
        for pick in [[0, 1, 2, 2], [0, 2, 3, 3]] {
            let face = Face {
                corners: pick.map(|index| corners[index]),
                count: 3,
                places: pick.map(|index| places[index]),
                normals: Some(pick.map(|index| normals[index])),
                material,
            };
            if face.normal() != Vec3::ZERO {
                self.faces.push(face);
            }
        }
    }

    /// A round plate on the left (`+y`) or right side of something, facing outward.
    pub(super) fn plate(&mut self, material: MaterialId, middle: Vec3, radius: f32, sides: usize) {
        let outline: Vec<Vec3> = (0..sides)
            .map(|index| {
                let angle = (index as f32 + 0.5) / sides as f32 * TAU;
                middle + Vec3::new(angle.cos(), 0.0, angle.sin()) * radius
            })
            .collect();
        let inside = Vec3::new(middle.x, 0.0, middle.z);
        self.cap(inside, material, &outline);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_outward(faces: &[Face], inside: Vec3) -> bool {
        faces.iter().all(|face| {
            let middle = face.corners[..face.count].iter().sum::<Vec3>() / face.count as f32;
            face.normal().dot(middle - inside) > 0.0
        })
    }

    #[test]
    fn faces_of_solids_look_outward() {
        let mut solid = Solid::default();
        solid.cuboid(0, Vec3::splat(-1.0), Vec3::new(3.0, 1.0, 2.0));
        assert_eq!(solid.faces.len(), 6);
        assert!(is_outward(&solid.faces, Vec3::splat(0.5)));
        let mut solid = Solid::default();
        let ends = [Vec3::new(1.0, 2.0, 0.0), Vec3::new(3.0, 2.5, 4.0)];
        solid.bar(0, ends, [0.3, 0.1], 7);
        assert!(is_outward(&solid.faces, (ends[0] + ends[1]) * 0.5));
        let mut solid = Solid::default();
        let middle = Vec3::new(5.0, 1.0, 2.0);
        solid.ball(0, (middle, Vec3::new(1.0, 2.0, 0.5)), [5, 8], |_, _| 0.0);
        assert!(is_outward(&solid.faces, middle));
        let mut solid = Solid::default();
        solid.plate(0, Vec3::new(1.0, -0.8, 0.3), 0.3, 9);
        assert!(solid.faces.iter().all(|face| face.normal().y < -0.99));
    }

    #[test]
    fn the_box_holds_every_swing() {
        let mut solid = Solid::default();
        solid.cuboid(0, Vec3::new(-0.1, -0.1, 0.0), Vec3::new(0.1, 0.1, 1.0));
        let model = Model::new(vec![Part {
            faces: solid.faces,
            joint: Joint::Swing {
                pivot: Vec3::Z,
                reach: 0.5,
                shift: 0.0,
            },
        }]);
        assert!(model.high.x > 0.5 && model.low.x < -0.5, "{model:?}");
    }
}
