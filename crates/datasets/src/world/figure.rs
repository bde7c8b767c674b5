//! A figure: jointed parts with their shapes, before it is dressed in textures and set in motion.
//!
//! In: shapes and joints. Out: a list of parts in the order in which they are drawn. Units are the figure's own,
//! about `-1..=1`, x to the right, y down. Knows nothing of pixels.

use super::shape::Shape;

/// How a part turns around its joint: a swing with the figure's gait, or a steady spin.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Swing {
    /// Largest turn from rest, radians.
    pub(super) reach: f32,
    /// Place in the gait's cycle, radians.
    pub(super) phase: f32,
    /// Full turns per unit of distance that the figure covers (wheels); 0 for parts that swing.
    pub(super) rolls: f32,
}

/// One rigid part.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) shape: Shape,
    /// What the outline slowly changes into and back.
    pub(super) other: Option<Shape>,
    /// Index of the part that carries this one.
    pub(super) parent: Option<usize>,
    /// Where the joint sits in the parent's units; the part's own joint is its origin.
    pub(super) joint: [f32; 2],
    /// Turn at rest, radians.
    pub(super) rest: f32,
    pub(super) swing: Swing,
    /// Which of the figure's surfaces it wears.
    pub(super) skin: usize,
    /// Drawn later when larger.
    pub(super) order: i32,
}

impl Part {
    /// A part of the given shape, on top of what came before, not moving by itself.
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            other: None,
            parent: None,
            joint: [0.0; 2],
            rest: 0.0,
            swing: Swing::default(),
            skin: 0,
            order: 0,
        }
    }

    pub(super) fn on(mut self, parent: usize, joint: [f32; 2]) -> Self {
        self.parent = Some(parent);
        self.joint = joint;
        self
    }

    pub(super) fn skin(mut self, skin: usize) -> Self {
        self.skin = skin;
        self
    }

    pub(super) fn order(mut self, order: i32) -> Self {
        self.order = order;
        self
    }

    pub(super) fn rest(mut self, angle: f32) -> Self {
        self.rest = angle;
        self
    }

    pub(super) fn swings(mut self, reach: f32, phase: f32) -> Self {
        self.swing = Swing {
            reach,
            phase,
            rolls: 0.0,
        };
        self
    }

    pub(super) fn rolls(mut self, turns: f32) -> Self {
        self.swing.rolls = turns;
        self
    }

    pub(super) fn changes_into(mut self, other: Shape) -> Self {
        self.other = Some(other);
        self
    }
}

/// What kind of thing a figure is, for motion and shadow to suit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Walks, rolls or stands upright on the ground.
    Upright,
    /// Any way up: flies, swims, tumbles.
    Free,
}

/// See the module documentation.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub(super) parts: Vec<Part>,
    pub(super) kind: Kind,
}

impl Figure {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            parts: Vec::new(),
            kind,
        }
    }

    /// Adds a part and returns its index, for others to hang on.
    pub(super) fn add(&mut self, part: Part) -> usize {
        self.parts.push(part);
        self.parts.len() - 1
    }

    /// Number of surfaces the parts ask for.
    pub(super) fn skins(&self) -> usize {
        self.parts
            .iter()
            .map(|part| part.skin + 1)
            .max()
            .unwrap_or(0)
    }
}
