//! What is remembered of one object over views and time.
//!
//! In: memories by view, and whether the object was found there. Out: those that
//! [`select_views`] asks for. A value in the caller's hands that does not grow with time, if
//! the caller lets go of what no later view can ask for.

use std::collections::BTreeSet;

use super::{
    rule::{RigRule, ViewCandidates},
    selection::{HeldView, RigMoment, View, select_views},
};
use crate::{Direction, FrameMemory, FrameRole, MemoryBank, Moment, Selection, Window, select};

/// See the module docs.
#[derive(Clone, Debug)]
pub struct ViewBank {
    cameras: usize,
    /// By number of the view.
    memories: MemoryBank,
    /// Views in which the object was found.
    shown: BTreeSet<View>,
}

impl ViewBank {
    /// An empty bank for a rig with so many cameras.
    pub fn new(cameras: usize) -> Self {
        Self {
            cameras: cameras.max(1),
            memories: MemoryBank::default(),
            shown: BTreeSet::new(),
        }
    }

    /// Remembers a view in place of what was known of it.
    pub fn insert(&mut self, held: HeldView, memory: FrameMemory) {
        let role = if held.is_prompted {
            FrameRole::Prompted
        } else {
            FrameRole::Tracked
        };
        self.memories
            .insert(held.view.number(self.cameras), role, memory);
        if held.has_mask {
            self.shown.insert(held.view);
        } else {
            self.shown.remove(&held.view);
        }
    }

    /// Forgets the views of a time step in which nobody said where the object is.
    pub fn forget_tracked(&mut self, step: usize) {
        for camera in 0..self.cameras {
            let view = View { step, camera };
            if !self.is_prompted(view) {
                self.memories.remove(view.number(self.cameras));
                self.shown.remove(&view);
            }
        }
    }

    /// The views that are held, in order.
    pub fn held(&self) -> Vec<HeldView> {
        let held = self.memories.held();
        let describe = |number: &usize, is_prompted: bool| {
            let view = View::from_number(*number, self.cameras);
            HeldView {
                view,
                is_prompted,
                has_mask: self.shown.contains(&view),
            }
        };
        let mut views: Vec<HeldView> = held
            .prompted
            .iter()
            .map(|number| describe(number, true))
            .chain(held.spatial.iter().map(|number| describe(number, false)))
            .collect();
        views.sort_by_key(|held| held.view);
        views
    }

    /// Whether someone said in a view where the object is.
    pub fn is_prompted(&self, view: View) -> bool {
        self.memories.is_prompted(view.number(self.cameras))
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.memories.is_empty()
    }

    /// What the view at `moment` looks at. With one camera there is nothing to choose among, and a rig is a video.
    pub fn select(&self, moment: RigMoment, reach: Reach<'_>) -> Selection {
        if self.cameras > 1 {
            return select_views(&self.held(), moment, reach.rule, reach.window.pointers);
        }
        let moment = Moment {
            frame: moment.view.step,
            direction: moment.direction,
            clip_frames: moment.steps,
        };
        select(&self.memories.held(), moment, reach.window)
    }

    /// Lets go of the views that none of the steps after `step` can ask for. To be called when all views of a step are
    /// remembered.
    pub fn let_go(&mut self, step: usize, direction: Direction, reach: Reach<'_>) {
        if self.cameras == 1 {
            self.memories.keep_within_reach(step, reach.window);
            return;
        }
        let wanted = match direction {
            Direction::Forward => self.wanted(step + 1, direction, reach),
            Direction::Backward => match step.checked_sub(1) {
                Some(next) => self.wanted(next, direction, reach),
                None => BTreeSet::new(),
            },
        };
        for held in self.held() {
            let number = held.view.number(self.cameras);
            if !held.is_prompted && !wanted.contains(&number) {
                self.memories.remove(number);
                self.shown.remove(&held.view);
            }
        }
    }

    /// What a step asks for that has no views of its own yet. Any later step asks for nothing else that is held now:
    /// candidates only become older, and where those without a mask become stale, the latest with one take their place.
    fn wanted(&self, step: usize, direction: Direction, reach: Reach<'_>) -> BTreeSet<usize> {
        let held = self.held();
        let rule = |candidates| RigRule {
            window: reach.rule.window.max(reach.window.pointers),
            candidates,
            ..*reach.rule
        };
        let mut rules = vec![rule(reach.rule.candidates)];
        if matches!(reach.rule.candidates, ViewCandidates::WithMaskOrOwn { .. }) {
            rules.push(rule(ViewCandidates::WithMask));
        }
        (0..self.cameras)
            .flat_map(|camera| rules.iter().map(move |rule| (camera, rule)))
            .flat_map(|(camera, rule)| {
                let moment = RigMoment {
                    view: View { step, camera },
                    direction,
                    cameras: self.cameras,
                    steps: None,
                };
                select_views(&held, moment, rule, 0).memories
            })
            .map(|choice| choice.frame)
            .collect()
    }

    /// Numbers of the views that are held.
    pub fn numbers(&self) -> impl Iterator<Item = usize> {
        let held = self.memories.held();
        held.prompted.into_iter().chain(held.spatial)
    }

    pub(crate) fn memories(&self) -> &MemoryBank {
        &self.memories
    }
}

/// How far back views can look.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// Which views are looked at.
    pub rule: &'a RigRule,
    /// What the model looks at in a video.
    pub window: Window,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RigVariant;

    const CAMERAS: usize = 6;
    /// Views held after each of many steps, and whether letting go changed what any view looks at.
    fn sizes(variant: RigVariant) -> (Vec<usize>, bool) {
        let rule = variant.rule();
        let reach = Reach {
            rule: &rule,
            window: Window::PUBLISHED,
        };
        let (mut bank, mut whole) = (ViewBank::new(CAMERAS), ViewBank::new(CAMERAS));
        let mut is_same = true;
        let mut sizes = Vec::new();
        for step in 0..120 {
            // Now and then a camera takes no pictures for a while.
            let works = |camera: usize| !(step / 12 + camera).is_multiple_of(9);
            for camera in (0..CAMERAS).filter(|&camera| step == 0 || works(camera)) {
                let view = View { step, camera };
                let moment = RigMoment {
                    view,
                    direction: Direction::Forward,
                    cameras: CAMERAS,
                    steps: None,
                };
                is_same &= bank.select(moment, reach) == whole.select(moment, reach);
                let held = HeldView {
                    view,
                    is_prompted: step == 0 && camera == 2,
                    // Now in one camera, now in two, sometimes in none.
                    has_mask: (step / 5 + camera) % 4 == 0 && step % 7 != 3,
                };
                bank.insert(held, FrameMemory::blank());
                whole.insert(held, FrameMemory::blank());
            }
            bank.let_go(step, Direction::Forward, reach);
            sizes.push(bank.held().len());
        }
        (sizes, is_same)
    }

    #[test]
    fn a_long_drive_fills_the_bank_no_further_and_changes_no_choice() {
        for variant in RigVariant::ALL {
            let (sizes, is_same) = sizes(variant);
            assert!(is_same, "{variant:?} looks at what was let go of");
            // Eight steps of all cameras without a mask, as many views with one as there are pointers, the prompted one.
            let most = sizes.iter().max();
            assert!(most <= Some(&(8 * CAMERAS + 16)), "{variant:?} {sizes:?}");
        }
    }

    #[test]
    fn one_camera_looks_back_as_a_video_does() {
        let rule = RigVariant::Full.rule();
        let reach = Reach {
            rule: &rule,
            window: Window::PUBLISHED,
        };
        let (mut rig, mut video) = (ViewBank::new(1), MemoryBank::default());
        for step in 0..40 {
            let moment = RigMoment {
                view: View { step, camera: 0 },
                direction: Direction::Forward,
                cameras: 1,
                steps: Some(40),
            };
            let in_video = Moment {
                frame: step,
                direction: Direction::Forward,
                clip_frames: Some(40),
            };
            let expected = select(&video.held(), in_video, Window::PUBLISHED);
            assert_eq!(rig.select(moment, reach), expected);
            let held = HeldView {
                view: moment.view,
                is_prompted: step == 0,
                has_mask: step % 3 == 0,
            };
            rig.insert(held, FrameMemory::blank());
            let role = if step == 0 {
                FrameRole::Prompted
            } else {
                FrameRole::Tracked
            };
            video.insert(step, role, FrameMemory::blank());
            rig.let_go(step, Direction::Forward, reach);
            video.keep_within_reach(step, Window::PUBLISHED);
        }
    }
}
