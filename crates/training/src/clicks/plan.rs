//! Which frames of a clip are prompted, how, and where corrections follow.
//!
//! In: probabilities, the clip's length, a generator. Out: a plan for all objects of the clip. Integers only: neither masks nor
//! tensors (SAM 2, appendix D.2, and its released training recipe).

use rand::Rng;
use rand::seq::index::sample;

/// How first prompts look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// The true mask. Nothing is corrected then.
    Mask,
    /// A rough box.
    Box,
    /// One click.
    Click,
}

/// Chances of a [`PromptPlan`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PromptChances {
    /// Of clicks or boxes rather than masks.
    pub points: f64,
    /// Of a box, where there are clicks or boxes.
    pub boxes: f64,
    /// Most frames that are prompted from the start, the first one included.
    pub prompted_frames: usize,
    /// Most frames that are corrected by clicks, those prompted from the start included.
    pub corrected_frames: usize,
    /// Correction clicks in each such frame.
    pub corrections: usize,
    /// Of a correction click anywhere on the object rather than on a mistake.
    pub on_object: f64,
}

/// What happens in a clip. All objects are prompted in the same frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptPlan {
    /// How first prompts look.
    pub kind: PromptKind,
    /// Frames prompted from the start, frame 0 first. They look back on nothing.
    pub prompted: Vec<usize>,
    /// Frames with correction clicks.
    pub corrected: Vec<usize>,
    /// Clicks in each of those.
    pub corrections: usize,
}

impl PromptPlan {
    /// A prompt in the first frame and nothing after it: what evaluation does.
    pub fn first_frame(kind: PromptKind) -> Self {
        Self {
            kind,
            prompted: vec![0],
            corrected: Vec::new(),
            corrections: 0,
        }
    }

    /// Draws a plan. A clip of one frame always gets clicks or a box, and corrections.
    pub fn draw(chances: &PromptChances, frames: usize, random: &mut impl Rng) -> Self {
        let still = frames <= 1;
        let with_points = still || random.random_bool(chances.points);
        // A given mask leaves nothing to learn in its frame, so at least one frame is left without a prompt.
        let most = chances.prompted_frames.min(frames.saturating_sub(1)).max(1);
        let prompted_count = random.random_range(1..=most);
        let most_corrected = if still {
            1
        } else {
            chances.corrected_frames.min(frames)
        };
        let corrected_count = if with_points && most_corrected > 0 {
            random.random_range(prompted_count.min(most_corrected)..=most_corrected)
        } else {
            0
        };
        let kind = match with_points {
            true if random.random_bool(chances.boxes) => PromptKind::Box,
            true => PromptKind::Click,
            false => PromptKind::Mask,
        };
        let later: Vec<usize> = (1..frames).collect();
        let mut prompted = vec![0];
        prompted.extend(choose(&later, prompted_count - 1, random));
        let rest: Vec<usize> = later
            .into_iter()
            .filter(|frame| !prompted.contains(frame))
            .collect();
        let extra = corrected_count.saturating_sub(prompted_count);
        let mut corrected: Vec<usize> = prompted.iter().copied().take(corrected_count).collect();
        corrected.extend(choose(&rest, extra, random));
        Self {
            kind,
            prompted,
            corrected,
            corrections: chances.corrections,
        }
    }

    /// The same with `first` in place of frame 0, and the other way round.
    #[must_use]
    pub fn starting_in(mut self, first: usize) -> Self {
        for frame in self.prompted.iter_mut().chain(&mut self.corrected) {
            *frame = match *frame {
                0 => first,
                frame if frame == first => 0,
                frame => frame,
            };
        }
        self
    }

    /// The order in which frames are worked on: prompted ones first, then the others as time goes.
    pub fn order(&self, frames: usize) -> Vec<usize> {
        let rest = (0..frames).filter(|frame| !self.prompted.contains(frame));
        self.prompted.iter().copied().chain(rest).collect()
    }

    /// Correction clicks in a frame.
    pub fn corrections_in(&self, frame: usize) -> usize {
        if self.corrected.contains(&frame) {
            self.corrections
        } else {
            0
        }
    }
}

/// Some of the frames, without repetition.
fn choose(frames: &[usize], count: usize, random: &mut impl Rng) -> Vec<usize> {
    let count = count.min(frames.len());
    sample(random, frames.len(), count)
        .into_iter()
        .map(|index| frames[index])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

    const SAM2: PromptChances = PromptChances {
        points: 0.5,
        boxes: 0.5,
        prompted_frames: 2,
        corrected_frames: 2,
        corrections: 7,
        on_object: 0.1,
    };

    fn plans(frames: usize) -> Vec<PromptPlan> {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        (0..4000)
            .map(|_| PromptPlan::draw(&SAM2, frames, &mut random))
            .collect()
    }

    #[test]
    fn kinds_come_as_often_as_the_chances_say() {
        let plans = plans(8);
        let share = |kind| plans.iter().filter(|plan| plan.kind == kind).count() as f64 / 4000.0;
        for (kind, expected) in [
            (PromptKind::Mask, 0.5),
            (PromptKind::Box, 0.25),
            (PromptKind::Click, 0.25),
        ] {
            assert!(
                (share(kind) - expected).abs() < 0.03,
                "{kind:?} {}",
                share(kind)
            );
        }
    }

    #[test]
    fn the_first_frame_is_always_prompted_and_prompted_frames_come_first() {
        for plan in plans(8) {
            assert_eq!(plan.prompted[0], 0);
            assert!(plan.prompted.len() <= 2 && plan.corrected.len() <= 2);
            assert_eq!(plan.corrected.is_empty(), plan.kind == PromptKind::Mask);
            assert!(plan.corrected.len() >= plan.prompted.len() || plan.corrected.is_empty());
            let mut order = plan.order(8);
            assert!(order.starts_with(&plan.prompted));
            order.sort_unstable();
            assert_eq!(order, (0..8).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_still_picture_gets_points_and_corrections() {
        for plan in plans(1) {
            assert_ne!(plan.kind, PromptKind::Mask);
            assert_eq!(
                (plan.prompted.as_slice(), plan.corrections_in(0)),
                ([0].as_slice(), 7)
            );
        }
    }

    #[test]
    fn short_clips_and_no_corrections_are_possible() {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let chances = PromptChances {
            corrected_frames: 0,
            prompted_frames: 5,
            ..SAM2
        };
        for _ in 0..200 {
            let plan = PromptPlan::draw(&chances, 2, &mut random);
            assert!(plan.prompted == [0] && plan.corrected.is_empty());
        }
    }
}
