//! What can be asked of a session. All positions are pixels of the original video.

use std::fmt;

use tubelet_geometry::{BoundingBox, Mask, Point};
use tubelet_video::Frame;

/// An object's name, chosen by whoever points at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Whether a click says "this" or "not this".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickKind {
    /// The object is here.
    Include,
    /// The object is not here.
    Exclude,
}

/// A point that someone clicked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Click {
    /// Where.
    pub position: Point,
    /// What it says.
    pub kind: ClickKind,
}

impl Click {
    /// "The object is here."
    pub fn include(x: f32, y: f32) -> Self {
        Self {
            position: Point::new(x, y),
            kind: ClickKind::Include,
        }
    }

    /// "The object is not here."
    pub fn exclude(x: f32, y: f32) -> Self {
        Self {
            position: Point::new(x, y),
            kind: ClickKind::Exclude,
        }
    }
}

/// Where to say something, and about what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The object. One that is not known yet is added.
    pub object: ObjectId,
    /// The frame, from 0.
    pub frame: usize,
}

/// Which way to go through the video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Course {
    /// To the end.
    #[default]
    Forward,
    /// To the start.
    Backward,
    /// To the end, then from the frame before the first to the start. With an [`Origin`], that is the frame before the last
    /// of all objects' origins.
    Both,
}

/// In which frames of its way a propagation tracks an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// In all, also in those before it is pointed at: SAM 2's predictor.
    #[default]
    Anywhere,
    /// In those that lead away from the first frame in which it is pointed at: forward in later ones, backward in earlier
    /// ones.
    FirstPrompt,
    /// In those that lead away from the last frame in which it is pointed at.
    LastPrompt,
}

/// How to go through the video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Propagation {
    /// First frame; the earliest prompted one where absent, or the latest one going backward only.
    pub from: Option<usize>,
    /// Which way.
    pub course: Course,
    /// Most frames in each direction, the first one included.
    pub frames: Option<usize>,
    /// Where each object is tracked from.
    pub origin: Origin,
}

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// Clicks, added to those and to the box that the object has in that frame.
    AddClicks(Place, Vec<Click>),
    /// A box around the object, in place of the clicks and the box that it has in that frame. As in SAM 2, a mask that was
    /// found there before is looked at too.
    SetBox(Place, BoundingBox),
    /// Clicks, and a box or none, in place of those that the object has in that frame: one look, where a box and then clicks
    /// would be two.
    SetPoints(Place, Option<BoundingBox>, Vec<Click>),
    /// The object's mask, in place of all that was said about it in that frame.
    SetMask(Place, Mask),
    /// Takes back all that was said about the object in that frame.
    ClearPrompts(Place),
    /// Forgets an object.
    RemoveObject(ObjectId),
    /// Tracks all objects from frame to frame.
    Propagate(Propagation),
    /// The next frame of a stream; all objects are tracked in it.
    Push(Frame),
    /// Forgets all objects.
    Reset,
}
