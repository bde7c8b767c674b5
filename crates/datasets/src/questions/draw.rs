//! Drawing the question world.
//!
//! In: a clip and the number of a frame. Out: its pixels with their identities.

use super::clip::QuestionClip;
use crate::world::{
    dice::{Dice, hash, unit_from_bits},
    frame::WorldFrame,
};

/// Samples along an edge of a pixel.
const SAMPLES: usize = 3;
/// Largest deviation of a pixel's levels by grain.
const GRAIN: f32 = 3.0;

/// A quiet background: one dark grey that changes a little from side to side.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Backdrop {
    rgb: [f32; 3],
    slope: [f32; 2],
    seed: u64,
}

impl Backdrop {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let grey = dice.range(28.0, 104.0);
        Self {
            rgb: [0; 3].map(|_| grey + dice.signed(8.0)),
            slope: [0; 2].map(|_| dice.signed(14.0)),
            seed: dice.seed(),
        }
    }
}

/// Frame `index` of a clip.
pub(super) fn draw(clip: &QuestionClip, backdrop: &Backdrop, index: usize) -> WorldFrame {
    let size = clip.size();
    let (width, height) = (size.width, size.height);
    let mut levels: Vec<[f32; 3]> = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let across = x as f32 / width as f32 - 0.5;
            let down = y as f32 / height as f32 - 0.5;
            let shade = across * backdrop.slope[0] + down * backdrop.slope[1];
            levels.push(backdrop.rgb.map(|level| level + shade));
        }
    }
    let mut ids = vec![0; width * height];
    let mut unhidden = vec![0; clip.objects().len()];
    for (number, object) in clip.objects().iter().enumerate() {
        let Some(centre) = object.centre(index) else {
            continue;
        };
        let range = |axis: usize, limit: usize| {
            let low = (centre[axis] - object.radius).floor().max(0.0) as usize;
            let high = (centre[axis] + object.radius).ceil().max(0.0) as usize;
            low.min(limit)..high.min(limit)
        };
        for y in range(1, height) {
            for x in range(0, width) {
                let sample = |place: usize| (place as f32 + 0.5) / SAMPLES as f32;
                let covered = (0..SAMPLES * SAMPLES).filter(|place| {
                    let x = x as f32 + sample(place % SAMPLES) - centre[0];
                    let y = y as f32 + sample(place / SAMPLES) - centre[1];
                    object.shape.covers([x / object.radius, y / object.radius])
                });
                let share = covered.count() as f32 / (SAMPLES * SAMPLES) as f32;
                let place = y * width + x;
                for (level, colour) in levels[place].iter_mut().zip(object.rgb) {
                    *level += share * (colour - *level);
                }
                if share >= 0.5 {
                    ids[place] = number as u8 + 1;
                    unhidden[number] += 1;
                }
            }
        }
    }
    let grain = |place: usize| {
        let bits = hash(backdrop.seed ^ hash((index * width * height + place) as u64));
        GRAIN * (2.0 * unit_from_bits(bits) - 1.0)
    };
    let rgb = levels.iter().enumerate().flat_map(|(place, levels)| {
        let grain = grain(place);
        levels.map(|level| (level + grain).round().clamp(0.0, 255.0) as u8)
    });
    WorldFrame {
        index,
        size,
        rgb: rgb.collect(),
        ids,
        unhidden,
    }
}
