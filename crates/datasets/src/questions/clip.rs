//! A clip of the question world: objects that never touch, all different.
//!
//! In: sizes and a seed. Out: the objects, and frames one at a time.

use tubelet_geometry::FrameSize;

use super::{
    draw::{Backdrop, draw},
    object::{PlainColour, PlainDirection, PlainObject, PlainShape},
};
use crate::world::{dice::Dice, frame::WorldFrame};

/// Attempts to find a place for an object.
const TRIES: usize = 80;
/// Pixels between objects, and from them to the edge.
const GAP: f32 = 2.0;
/// Half an object's width as a share of the frame's.
const RADIUS: [f32; 2] = [0.12, 0.14];
/// Pixels from frame to frame as a share of the frame's width.
const SPEED: [f32; 2] = [0.045, 0.07];
/// Frames after which something may appear.
const ENTRY: usize = 2;

/// How large clips are and what they show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuestionClipConfig {
    /// Pixels along an edge.
    pub side: usize,
    /// Frames.
    pub frames: usize,
    /// Fewest and most objects; fewer where there is no room.
    pub objects: [usize; 2],
}

impl Default for QuestionClipConfig {
    fn default() -> Self {
        Self {
            side: 168,
            frames: 6,
            objects: [1, 3],
        }
    }
}

/// A clip; frames are drawn when they are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionClip {
    config: QuestionClipConfig,
    objects: Vec<PlainObject>,
    backdrop: Backdrop,
}

impl QuestionClip {
    /// The clip of a seed.
    pub fn new(config: QuestionClipConfig, seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0);
        let wanted = dice.integer(config.objects[0].max(1), config.objects[1]);
        // Few colours make clips in which there are several objects of one.
        let colours = if dice.chance(0.5) {
            [0, 1].map(|_| dice.pick(PlainColour::ALL)).to_vec()
        } else {
            PlainColour::ALL.to_vec()
        };
        let mut objects: Vec<PlainObject> = Vec::with_capacity(wanted);
        for _ in 0..wanted {
            let new = (0..TRIES).find_map(|_| {
                let new = candidate(config, &colours, &mut dice)?;
                objects
                    .iter()
                    .all(|old| fits(old, &new, config))
                    .then_some(new)
            });
            objects.extend(new);
        }
        Self {
            config,
            backdrop: Backdrop::new(&mut dice),
            objects,
        }
    }

    /// The objects, by identity from 1.
    pub fn objects(&self) -> &[PlainObject] {
        &self.objects
    }

    /// Number of frames.
    pub fn frame_count(&self) -> usize {
        self.config.frames
    }

    /// Width and height.
    pub fn size(&self) -> FrameSize {
        FrameSize {
            width: self.config.side,
            height: self.config.side,
        }
    }

    /// The frames, one at a time.
    pub fn frames(&self) -> impl Iterator<Item = WorldFrame> + '_ {
        (0..self.config.frames).map(|index| draw(self, &self.backdrop, index))
    }
}

/// An object that stays in the frame; `None` where the frame is too small for its way.
fn candidate(
    config: QuestionClipConfig,
    colours: &[PlainColour],
    dice: &mut Dice,
) -> Option<PlainObject> {
    let side = config.side as f32;
    let colour = *colours.get(dice.integer(0, colours.len() - 1))?;
    let direction = dice.pick(PlainDirection::ALL);
    let latest = config.frames.saturating_sub(1) / 2 / ENTRY;
    let first_frame = if dice.chance(0.4) {
        0
    } else {
        ENTRY * dice.integer(0, latest)
    };
    let radius = side * dice.range(RADIUS[0], RADIUS[1]);
    let speed = side * dice.range(SPEED[0], SPEED[1]);
    let way = speed * (config.frames - 1 - first_frame) as f32;
    let step = direction.step();
    let start = [0, 1].map(|axis| {
        let (before, after) = ((-step[axis] * way).max(0.0), (step[axis] * way).max(0.0));
        let (low, high) = (radius + GAP + before, side - radius - GAP - after);
        (low < high).then(|| dice.range(low, high))
    });
    let [Some(across), Some(down)] = start else {
        return None;
    };
    Some(PlainObject {
        colour,
        shape: dice.pick(PlainShape::ALL),
        direction,
        first_frame,
        radius,
        start: [across, down],
        speed,
        rgb: colour.rgb().map(|level| level + dice.signed(12.0)),
    })
}

/// Whether two objects differ and never touch.
fn fits(old: &PlainObject, new: &PlainObject, config: QuestionClipConfig) -> bool {
    let apart = old.radius + new.radius + GAP;
    let touch = (0..config.frames).any(|frame| {
        let centres = old.centre(frame).zip(new.centre(frame));
        centres.is_some_and(|(a, b)| (a[0] - b[0]).abs() < apart && (a[1] - b[1]).abs() < apart)
    });
    !touch && (old.colour, old.shape) != (new.colour, new.shape)
}
