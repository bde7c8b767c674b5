//! What an object of the question world is: a colour, a shape, a direction, a time at which it appears.
//!
//! In: nothing. Out: names, colours and outlines. Knows no pixels.

/// Colours that nobody confuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlainColour {
    /// Red.
    Red,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Yellow.
    Yellow,
    /// Purple.
    Purple,
    /// White.
    White,
}

/// Shapes, all upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlainShape {
    /// A disc.
    Circle,
    /// A square on its side.
    Square,
    /// A triangle on its side.
    Triangle,
}

/// Where an object moves to, as the viewer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainDirection {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// To the top.
    Up,
    /// To the bottom.
    Down,
}

/// An object of a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainObject {
    /// Its colour.
    pub colour: PlainColour,
    /// Its shape.
    pub shape: PlainShape,
    /// Where it moves to.
    pub direction: PlainDirection,
    /// The first frame that shows it; it stays to the end.
    pub first_frame: usize,
    /// Half its width in pixels.
    pub radius: f32,
    /// Its centre in that frame, across and down.
    pub(super) start: [f32; 2],
    /// Pixels from frame to frame.
    pub(super) speed: f32,
    /// The colour as drawn.
    pub(super) rgb: [f32; 3],
}

impl PlainColour {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Red,
        Self::Green,
        Self::Blue,
        Self::Yellow,
        Self::Purple,
        Self::White,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Yellow => "yellow",
            Self::Purple => "purple",
            Self::White => "white",
        }
    }

    /// Red, green and blue, each from 0 to 255.
    pub(super) fn rgb(self) -> [f32; 3] {
        match self {
            Self::Red => [214.0, 40.0, 36.0],
            Self::Green => [40.0, 170.0, 56.0],
            Self::Blue => [44.0, 84.0, 216.0],
            Self::Yellow => [230.0, 208.0, 44.0],
            Self::Purple => [152.0, 56.0, 180.0],
            Self::White => [234.0, 234.0, 234.0],
        }
    }
}

impl PlainShape {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Circle, Self::Square, Self::Triangle];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Circle => "circle",
            Self::Square => "square",
            Self::Triangle => "triangle",
        }
    }

    /// Whether the shape of half-width 1 around the origin covers a point; y points down.
    pub(super) fn covers(self, [x, y]: [f32; 2]) -> bool {
        match self {
            Self::Circle => x * x + y * y <= 1.0,
            Self::Square => x.abs().max(y.abs()) <= 0.96,
            Self::Triangle => y <= 0.86 && x.abs() * 1.86 <= y + 1.0,
        }
    }
}

impl PlainDirection {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Left, Self::Right, Self::Up, Self::Down];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// A step across and down.
    pub(super) fn step(self) -> [f32; 2] {
        match self {
            Self::Left => [-1.0, 0.0],
            Self::Right => [1.0, 0.0],
            Self::Up => [0.0, -1.0],
            Self::Down => [0.0, 1.0],
        }
    }
}

impl PlainObject {
    /// Its centre in a frame, across and down, in pixels; `None` before it appears.
    pub fn centre(&self, frame: usize) -> Option<[f32; 2]> {
        let after = frame.checked_sub(self.first_frame)? as f32;
        let step = self.direction.step();
        Some([0, 1].map(|axis| self.start[axis] + after * self.speed * step[axis]))
    }

    /// Colour and shape: "red circle".
    pub fn name(&self) -> String {
        format!("{} {}", self.colour.name(), self.shape.name())
    }
}
