//! Which views a view looks back on: arithmetic on time steps and cameras.
//!
//! In: the views that are held, the view that looks, the rule. Out: views by their number in the rig's sequence, in which
//! cameras follow each other in a fixed order and time steps follow each other (*MST-SAM*, sections 3.2 and 3.4). Knows
//! no tensor.

use super::rule::{RigRule, ViewCandidates};
use crate::{Direction, MemoryChoice, PointerChoice, Selection};

/// A picture of one camera at one time step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct View {
    /// Time step, from 0.
    pub step: usize,
    /// Camera, from 0.
    pub camera: usize,
}

impl View {
    /// Its number in the sequence of a rig with so many cameras.
    pub const fn number(self, cameras: usize) -> usize {
        self.step * cameras + self.camera
    }

    /// The view of a number.
    pub const fn from_number(number: usize, cameras: usize) -> Self {
        Self {
            step: number / cameras,
            camera: number % cameras,
        }
    }
}

/// A view that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldView {
    /// Which.
    pub view: View,
    /// Whether someone said there where the object is.
    pub is_prompted: bool,
    /// Whether the object was found in it.
    pub has_mask: bool,
}

/// The view that looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RigMoment {
    /// Which.
    pub view: View,
    /// Which way is back in time.
    pub direction: Direction,
    /// Cameras of the rig.
    pub cameras: usize,
    /// Time steps of the clip where that is known.
    pub steps: Option<usize>,
}

impl RigMoment {
    /// Time steps between a view and the looking one; `None` if it lies ahead.
    fn steps_since(&self, view: View) -> Option<usize> {
        match self.direction {
            Direction::Forward => self.view.step.checked_sub(view.step),
            Direction::Backward => view.step.checked_sub(self.view.step),
        }
    }

    /// Views between a view and the looking one in the order in which they are gone through, negative if it lies ahead.
    fn views_since(&self, view: View) -> i64 {
        let steps = match self.direction {
            Direction::Forward => self.view.step as i64 - view.step as i64,
            Direction::Backward => view.step as i64 - self.view.step as i64,
        };
        steps * self.cameras as i64 + self.view.camera as i64 - view.camera as i64
    }
}

/// Chooses what the view at `moment` looks at. `pointers` is the number of views whose object pointers the model looks at,
/// the looking one included.
///
/// Prompted views are always looked at. Of the others the latest candidates are; among those of one time step, the looking
/// camera's own counts as the latest. Ages are ranks: the latest is one view old.
pub fn select_views(
    held: &[HeldView],
    moment: RigMoment,
    rule: &RigRule,
    pointers: usize,
) -> Selection {
    let number = |view: View| view.number(moment.cameras);
    let prompted = || {
        held.iter()
            .filter(|held| held.is_prompted && held.view != moment.view)
    };
    let latest = candidates(held, moment, rule);
    let spatial = latest.iter().take(rule.window.saturating_sub(1)).rev();
    let count = latest.len().min(rule.window.saturating_sub(1));
    let memories = prompted().map(|held| MemoryChoice {
        frame: number(held.view),
        distance: None,
    });
    let tracked = spatial.enumerate().map(|(index, view)| MemoryChoice {
        frame: number(*view),
        distance: Some(count - index),
    });
    let of_prompted = prompted().map(|held| PointerChoice {
        frame: number(held.view),
        distance: moment.views_since(held.view).max(0),
    });
    let of_tracked = latest
        .iter()
        .take(pointers.saturating_sub(1))
        .enumerate()
        .map(|(index, view)| PointerChoice {
            frame: number(*view),
            distance: index as i64 + 1,
        });
    Selection {
        memories: memories.chain(tracked).collect(),
        pointers: of_prompted.chain(of_tracked).collect(),
        pointer_span: pointers.saturating_sub(1).max(1),
    }
}

/// Tracked views that may be looked at, the latest first.
fn candidates(held: &[HeldView], moment: RigMoment, rule: &RigRule) -> Vec<View> {
    let shows_in = |step: usize| {
        held.iter()
            .any(|held| held.view.step == step && held.has_mask && held.view != moment.view)
    };
    let mut views: Vec<View> = held
        .iter()
        .filter(|held| !held.is_prompted && held.view != moment.view)
        .filter(|held| {
            let Some(age) = moment.steps_since(held.view) else {
                return false;
            };
            match rule.candidates {
                ViewCandidates::All => age > 0 || held.view.camera < moment.view.camera,
                ViewCandidates::WithMask => held.has_mask,
                ViewCandidates::WithMaskOrOwn { steps } => {
                    let is_own = held.view.camera == moment.view.camera;
                    held.has_mask || is_own && age <= steps && !shows_in(held.view.step)
                }
            }
        })
        .map(|held| held.view)
        .collect();
    views.sort_by_key(|view| {
        let is_other = rule.candidates != ViewCandidates::All && view.camera != moment.view.camera;
        (
            moment.steps_since(*view),
            is_other,
            moment.views_since(*view),
        )
    });
    views
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RigVariant;

    const CAMERAS: usize = 3;

    fn view(step: usize, camera: usize) -> View {
        View { step, camera }
    }

    fn at(step: usize, camera: usize) -> RigMoment {
        RigMoment {
            view: view(step, camera),
            direction: Direction::Forward,
            cameras: CAMERAS,
            steps: None,
        }
    }

    /// All views before `(step, camera)`, the first one prompted; `shown` says which have masks.
    fn held(step: usize, camera: usize, shown: impl Fn(View) -> bool) -> Vec<HeldView> {
        (0..view(step, camera).number(CAMERAS))
            .map(|number| {
                let view = View::from_number(number, CAMERAS);
                HeldView {
                    view,
                    is_prompted: number == 0,
                    has_mask: number == 0 || shown(view),
                }
            })
            .collect()
    }

    fn looked_at(selection: &Selection) -> Vec<(View, Option<usize>)> {
        selection
            .memories
            .iter()
            .map(|choice| (View::from_number(choice.frame, CAMERAS), choice.distance))
            .collect()
    }

    #[test]
    fn sam2_mv_looks_at_the_sequence_of_views_as_at_a_video() {
        let rule = RigVariant::Sam2Mv.rule();
        let chosen = select_views(&held(3, 1, |_| false), at(3, 1), &rule, 16);
        let expected = [
            (view(0, 0), None),
            (view(1, 0), Some(7)),
            (view(1, 1), Some(6)),
            (view(1, 2), Some(5)),
            (view(2, 0), Some(4)),
            (view(2, 1), Some(3)),
            (view(2, 2), Some(2)),
            (view(3, 0), Some(1)),
        ];
        assert_eq!(looked_at(&chosen), expected);
        // Ten views before this one, of which one was prompted.
        assert_eq!(chosen.pointers.len(), 10);
        assert_eq!(chosen.pointers[0].distance, 10);
    }

    #[test]
    fn views_with_a_mask_come_first_and_their_own_camera_stands_in() {
        let rule = RigVariant::Full.rule();
        // Seen by camera 2 at step 1, by 0 and 1 at step 3, by nobody at step 2.
        let shown = |seen: View| matches!((seen.step, seen.camera), (1, 2) | (3, 0 | 1));
        let chosen = select_views(&held(4, 1, shown), at(4, 1), &rule, 16);
        let expected = [
            (view(0, 0), None),
            (view(1, 2), Some(4)),
            (view(2, 1), Some(3)),
            (view(3, 0), Some(2)),
            (view(3, 1), Some(1)),
        ];
        assert_eq!(looked_at(&chosen), expected);
        // Step 0 was prompted and has a mask, so its other views are passed over; step 4 has no view of this camera.
        let mask_first = RigVariant::MaskFirst.rule();
        let fewer = select_views(&held(4, 1, shown), at(4, 1), &mask_first, 16);
        assert_eq!(fewer.memories.len(), 4);
    }

    #[test]
    fn stale_views_are_dropped_and_the_window_is_kept() {
        let rule = RigVariant::Full.rule();
        let early = held(20, 0, |seen| seen.step < 6);
        let chosen = select_views(&early, at(20, 0), &rule, 16);
        // The anchor and the seven steps before.
        let steps = |chosen: &Selection| -> Vec<usize> {
            let views = looked_at(chosen).into_iter();
            views.map(|(seen, _)| seen.step).collect()
        };
        assert_eq!(steps(&chosen), [0, 13, 14, 15, 16, 17, 18, 19]);
        // A camera that took no pictures lately: its views of steps 10 and 11 are stale, those with a mask never are.
        let dropped: Vec<HeldView> = early
            .iter()
            .copied()
            .filter(|held| held.view.camera != 0 || !(13..19).contains(&held.view.step))
            .collect();
        let chosen = select_views(&dropped, at(20, 0), &rule, 16);
        assert_eq!(steps(&chosen), [0, 4, 4, 5, 5, 5, 12, 19]);
        let global = select_views(
            &held(20, 0, |_| false),
            at(20, 0),
            &RigVariant::Global.rule(),
            16,
        );
        assert_eq!(global.memories.len(), 18);
        assert_eq!(global.memories[1].distance, Some(17));
    }

    #[test]
    fn going_backward_the_past_is_what_comes_after() {
        let moment = RigMoment {
            view: view(2, 1),
            direction: Direction::Backward,
            cameras: CAMERAS,
            steps: None,
        };
        let mut views = held(5, 0, |_| true);
        views.retain(|held| held.view.step > 2 || held.view.camera < 1 || held.is_prompted);
        let rule = RigVariant::Sam2Mv.rule();
        let chosen = select_views(&views, moment, &rule, 16);
        let steps: Vec<View> = looked_at(&chosen).iter().map(|(seen, _)| *seen).collect();
        assert_eq!(steps[0], view(0, 0));
        assert_eq!(
            steps[1..],
            [
                view(4, 0),
                view(4, 1),
                view(4, 2),
                view(3, 0),
                view(3, 1),
                view(3, 2),
                view(2, 0)
            ]
        );
    }

    #[test]
    fn a_prompted_view_does_not_look_at_itself() {
        let views = held(1, 0, |_| true);
        let chosen = select_views(&views, at(0, 0), &RigVariant::Full.rule(), 16);
        assert!(chosen.memories.iter().all(|choice| choice.frame != 0));
    }
}
