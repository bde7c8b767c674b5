//! The order in which a propagation goes through the frames.

use tubelet_segmentation::Direction;

use crate::command::{Course, Origin, Propagation};

/// Frames still to come, with the direction of each.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The first frame. A second leg looks back on what was seen there.
    pub(crate) start: usize,
    /// Where each object is tracked from.
    pub(crate) origin: Origin,
    legs: Vec<Leg>,
}

/// Frames in one direction.
#[derive(Clone, Debug)]
struct Leg {
    direction: Direction,
    /// The next frame; `None` after the last.
    next: Option<usize>,
    /// Frames left where there is a limit.
    left: Option<usize>,
}

impl Plan {
    /// The first and the last prompted frame, and the last of the objects' origins where they have any.
    pub(crate) fn new(
        asked: Propagation,
        (earliest, latest): (usize, usize),
        last_origin: Option<usize>,
    ) -> Self {
        let leg = |direction, next| Leg {
            direction,
            next,
            left: asked.frames,
        };
        let start = asked.from.unwrap_or(match asked.course {
            Course::Forward | Course::Both => earliest,
            Course::Backward => latest,
        });
        let turn = asked.from.or(last_origin).unwrap_or(start);
        let legs = match asked.course {
            Course::Forward => vec![leg(Direction::Forward, Some(start))],
            Course::Backward => vec![leg(Direction::Backward, Some(start))],
            Course::Both => vec![
                leg(Direction::Forward, Some(start)),
                Leg {
                    // The first frame counts in both directions, and is gone through once.
                    left: asked.frames.map(|frames| frames.saturating_sub(1)),
                    ..leg(Direction::Backward, turn.checked_sub(1))
                },
            ],
        };
        Self {
            start,
            origin: asked.origin,
            legs,
        }
    }

    /// The next frame and its direction.
    pub(crate) fn advance(&mut self) -> Option<(usize, Direction)> {
        loop {
            let leg = self.legs.first_mut()?;
            match (leg.next, leg.left) {
                (None, _) | (_, Some(0)) => {
                    self.legs.remove(0);
                }
                (Some(frame), left) => {
                    leg.left = left.map(|frames| frames - 1);
                    leg.next = match leg.direction {
                        Direction::Forward => frame.checked_add(1),
                        Direction::Backward => frame.checked_sub(1),
                    };
                    return Some((frame, leg.direction));
                }
            }
        }
    }

    /// The video has ended: there is nothing further in this direction.
    pub(crate) fn end_leg(&mut self) {
        if !self.legs.is_empty() {
            self.legs.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(asked: Propagation, end: usize) -> Vec<usize> {
        let mut plan = Plan::new(asked, (2, 4), None);
        let mut seen = Vec::new();
        while let Some((frame, _)) = plan.advance() {
            if frame >= end {
                plan.end_leg();
            } else {
                seen.push(frame);
            }
        }
        seen
    }

    #[test]
    fn every_frame_is_gone_through_once() {
        let both = Propagation {
            course: Course::Both,
            ..Propagation::default()
        };
        assert_eq!(frames(both, 6), [2, 3, 4, 5, 1, 0]);
        let limited = Propagation {
            frames: Some(2),
            from: Some(3),
            ..both
        };
        assert_eq!(frames(limited, 6), [3, 4, 2]);
        let backward = Propagation {
            course: Course::Backward,
            ..Propagation::default()
        };
        assert_eq!(frames(backward, 6), [4, 3, 2, 1, 0]);
        let none = Propagation {
            frames: Some(0),
            ..both
        };
        assert_eq!(frames(none, 6), Vec::<usize>::new());
    }
}
