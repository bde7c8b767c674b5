//! Models as polygons before a camera.
//!
//! In: models with their places. Out: for every sample which polygon lies in front, and all that shading needs to know
//! about it. Attributes divided by depth are planes over the picture, so no corner is needed afterwards.

use glam::{Vec2, Vec3};
use tubelet_geometry::RigidTransform;

use super::model::{Face, Model};
use super::scan::Front;
use super::surface::MaterialId;
use super::view::{MotionIntoCamera, View, cut_near};

/// Samples of a pixel along each side.
pub(super) const SAMPLES: usize = 2;
/// Least cosine between a face and the line of sight.
const GRAZING: f32 = 1e-4;

/// What shading knows about a polygon. Planes are over pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Polygon {
    pub(super) inverse_depth: [f32; 3],
    /// Places on the tile in metres, over depth.
    pub(super) across: [f32; 3],
    pub(super) down: [f32; 3],
    /// Share of the sun's light, over depth.
    pub(super) sun: [f32; 3],
    /// In the camera's frame.
    pub(super) normal: Vec3,
    /// Share of the sky's light.
    pub(super) sky: f32,
    pub(super) material: MaterialId,
    /// Identity of the object, 0 for what has none.
    pub(super) label: u16,
}

/// How a model stands in the world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand<'a> {
    pub(super) model: &'a Model,
    pub(super) pose: RigidTransform,
    /// Factor on all lengths.
    pub(super) scale: f32,
    pub(super) stride: f32,
    pub(super) label: u16,
    /// Share of the sun's light that reaches it.
    pub(super) sunlit: f32,
}

/// The picture of one camera while things are drawn into it.
pub(super) struct Drawing<'a> {
    pub(super) view: &'a View,
    pub(super) front: Front,
    /// The first stands for nothing.
    pub(super) polygons: Vec<Polygon>,
    /// In the camera's frame.
    sun: Vec3,
    up: Vec3,
}

impl<'a> Drawing<'a> {
    /// An empty picture; `sun` points to the sun in the world.
    pub(super) fn new(view: &'a View, sun: Vec3) -> Self {
        let nothing = Polygon {
            inverse_depth: [0.0; 3],
            across: [0.0; 3],
            down: [0.0; 3],
            sun: [0.0; 3],
            normal: Vec3::ZERO,
            sky: 0.0,
            material: 0,
            label: 0,
        };
        let [width, height] = view.size;
        Self {
            view,
            front: Front::new(width * SAMPLES, height * SAMPLES),
            polygons: vec![nothing],
            sun: view.direction(sun),
            up: view.direction(Vec3::Z),
        }
    }

    /// Draws a model. Returns how many samples it covers, hidden or not; 0 where it has no label.
    pub(super) fn add(&mut self, stand: &Stand<'_>) -> usize {
        let mut into_camera = self.view.motion_from(&stand.pose);
        into_camera.turn *= stand.scale;
        let model = stand.model;
        let middle = into_camera.turn * ((model.low + model.high) * 0.5) + into_camera.shift;
        let radius = model.low.distance(model.high) * 0.5 * stand.scale;
        if !self.view.may_see(middle, radius) {
            return 0;
        }
        let mut covered = 0;
        for part in &model.parts {
            let (turn, shift) = part.joint.motion(stand.stride);
            let moved = MotionIntoCamera {
                turn: into_camera.turn * turn,
                shift: into_camera.turn * shift + into_camera.shift,
            };
            for face in &part.faces {
                covered += self.face(face, &moved, stand);
            }
        }
        covered
    }

    fn face(&mut self, face: &Face, into_camera: &MotionIntoCamera, stand: &Stand<'_>) -> usize {
        let corners = face
            .corners
            .map(|corner| into_camera.turn * corner + into_camera.shift);
        let [first, second, third, _] = corners;
        let edges = [second - first, third - first];
        let across = edges[0].cross(edges[1]);
        let area = across.length();
        let facing = -across.dot(first);
        if facing <= GRAZING * area * first.length() || area <= 0.0 {
            return 0;
        }
        let mut cut = [Vec3::ZERO; 8];
        let count = cut_near(&corners[..face.count], &mut cut);
        if count < 3 {
            return 0;
        }
        let mut pixels = [Vec2::ZERO; 8];
        let (mut low, mut high) = (Vec2::INFINITY, Vec2::NEG_INFINITY);
        for (pixel, corner) in pixels.iter_mut().zip(&cut[..count]) {
            *pixel = self.view.pixel(*corner);
            (low, high) = (low.min(*pixel), high.max(*pixel));
            *pixel *= SAMPLES as f32;
        }
        let size = Vec2::new(self.view.size[0] as f32, self.view.size[1] as f32);
        if low.x >= size.x || low.y >= size.y || high.x <= 0.0 || high.y <= 0.0 {
            return 0;
        }
        let inverse_depth = self.view.plane(across / across.dot(first));
        let scale = 1.0 / SAMPLES as f32;
        let [a, b, c] = inverse_depth;
        let number = self.polygons.len() as u32;
        let fresh = self.front.draw(
            &pixels[..count],
            [a * scale, b * scale, c],
            (number, stand.label),
        );
        let polygon = self.polygon(face, (first, edges, across), (stand, into_camera));
        self.polygons.push(polygon);
        fresh
    }

    /// The attributes of a face over the picture.
    fn polygon(
        &self,
        face: &Face,
        (first, edges, across): (Vec3, [Vec3; 2], Vec3),
        (stand, into_camera): (&Stand<'_>, &MotionIntoCamera),
    ) -> Polygon {
        let square = across.length_squared();
        let normal = across / square.sqrt();
        let over_depth = self.view.plane(across / across.dot(first));
        // A value that is straight over the face has a gradient in its plane.
        let [along, beside] = [edges[1].cross(across), across.cross(edges[0])];
        let plane = |values: [f32; 3]| {
            let rise =
                (along * (values[1] - values[0]) + beside * (values[2] - values[0])) / square;
            let [a, b, c] = self.view.plane(rise);
            let rest = values[0] - rise.dot(first);
            [
                a + over_depth[0] * rest,
                b + over_depth[1] * rest,
                c + over_depth[2] * rest,
            ]
        };
        let scale = stand.scale;
        let places = face.places;
        let across_tile = plane([places[0].x, places[1].x, places[2].x].map(|place| place * scale));
        let down_tile = plane([places[0].y, places[1].y, places[2].y].map(|place| place * scale));
        let sun = if let Some(normals) = face.normals {
            let sunlit = stand.sunlit / scale;
            let [one, two, three, _] =
                normals.map(|normal| (into_camera.turn * normal).dot(self.sun).max(0.0) * sunlit);
            plane([one, two, three])
        } else {
            let share = normal.dot(self.sun).max(0.0) * stand.sunlit;
            over_depth.map(|value| value * share)
        };
        Polygon {
            inverse_depth: over_depth,
            across: across_tile,
            down: down_tile,
            sun,
            normal,
            sky: 0.74 + 0.26 * normal.dot(self.up) + 0.05 * normal.dot(self.sun),
            material: face.material,
            label: stand.label,
        }
    }
}
