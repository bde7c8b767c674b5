//! Which memories a frame looks at: arithmetic on frame numbers.
//!
//! In: the frames that are held, the frame that looks, the rule. Out: frames with their distances. Knows no tensor
//! (SAM 2, section 4 "memory bank"; the stride is that of XMem).

/// Which way a clip is gone through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Towards later frames: the past is what came before.
    #[default]
    Forward,
    /// Towards earlier frames: the past is what comes after.
    Backward,
}

/// The frame that looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Its number.
    pub frame: usize,
    /// Which way is back.
    pub direction: Direction,
    /// Frames of the clip where that is known; ages of pointers are measured against it in short clips.
    pub clip_frames: Option<usize>,
}

/// What may be looked at. The default is the published inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecallPolicy {
    /// Frames between two spatial memories, the latest frame apart.
    pub stride: usize,
    /// Most prompted frames looked at as such, nearest first; further ones count as tracked. `None` is no limit.
    pub prompted_limit: Option<usize>,
    /// Whether pointers of prompted frames that lie ahead are looked at, as in training.
    pub pointers_ahead: bool,
}

impl Default for RecallPolicy {
    fn default() -> Self {
        Self {
            stride: 1,
            prompted_limit: None,
            pointers_ahead: false,
        }
    }
}

/// How far back [`select`] can look: sizes of the model and the policy together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Distances in time that spatial memories tell apart, the one of prompted frames included.
    pub frames: usize,
    /// Frames whose pointers are looked at, the looking one included.
    pub pointers: usize,
    /// What may be looked at.
    pub policy: RecallPolicy,
}

impl Window {
    /// Of the published models, tracking forward.
    #[cfg(test)]
    pub(crate) const PUBLISHED: Self = Self {
        frames: 7,
        pointers: 16,
        policy: RecallPolicy {
            stride: 1,
            prompted_limit: None,
            pointers_ahead: false,
        },
    };

    /// Farthest tracked frame whose spatial memory can be asked for.
    pub fn spatial_reach(&self) -> usize {
        match self.frames {
            0 | 1 => 0,
            frames => (frames - 2) * self.policy.stride.max(1) + 1,
        }
    }

    /// Farthest tracked frame whose pointer can be asked for.
    pub fn pointer_reach(&self) -> usize {
        self.pointers.saturating_sub(1)
    }
}

/// Frames that are held, each list ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Frames that were prompted; both their spatial memory and their pointer are held.
    pub prompted: Vec<usize>,
    /// Tracked frames whose spatial memory is held.
    pub spatial: Vec<usize>,
    /// Tracked frames whose pointer is held.
    pub pointers: Vec<usize>,
}

/// A spatial memory to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryChoice {
    /// Its frame.
    pub frame: usize,
    /// Frames between it and the looking frame; `None` for a prompted frame, whose distance is not told.
    pub distance: Option<usize>,
}

/// A pointer to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointerChoice {
    /// Its frame.
    pub frame: usize,
    /// Frames between it and the looking frame, negative if it lies ahead.
    pub distance: i64,
}

/// What a frame looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Spatial memories: prompted frames first, then the past from far to near.
    pub memories: Vec<MemoryChoice>,
    /// Pointers, likewise, but the past from near to far.
    pub pointers: Vec<PointerChoice>,
    /// Distance that counts as one in the pointers' encoding in time.
    pub pointer_span: usize,
}

impl Selection {
    /// Whether both look at as many frames of the same ages, so that their encodings in time are the same.
    pub(crate) fn has_same_distances(&self, other: &Self) -> bool {
        let ages = |selection: &Self| -> Vec<Option<usize>> {
            let distance = |choice: &MemoryChoice| choice.distance;
            selection.memories.iter().map(distance).collect()
        };
        let times = |selection: &Self| -> Vec<i64> {
            let distance = |choice: &PointerChoice| choice.distance;
            selection.pointers.iter().map(distance).collect()
        };
        ages(self) == ages(other)
            && times(self) == times(other)
            && self.pointer_span == other.pointer_span
    }
}

/// Chooses what the frame at `moment` looks at.
pub fn select(held: &Held, moment: Moment, window: Window) -> Selection {
    let near = nearest_prompted(&held.prompted, moment.frame, window.policy.prompted_limit);
    let (chosen, other): (Vec<usize>, Vec<usize>) =
        held.prompted.iter().partition(|frame| near.contains(frame));
    let has = |frames: &[usize], frame| frames.binary_search(&frame).is_ok();
    let prompted = chosen.iter().map(|&frame| MemoryChoice {
        frame,
        distance: None,
    });
    let past = (1..window.frames).rev().filter_map(|distance| {
        let frame = strided(moment, distance, window.policy.stride.max(1))?;
        (has(&held.spatial, frame) || has(&other, frame)).then_some(MemoryChoice {
            frame,
            distance: Some(distance),
        })
    });
    let pointers = moment
        .clip_frames
        .map_or(window.pointers, |frames| window.pointers.min(frames));
    let signed = |frame: usize| {
        let ahead = frame as i64 - moment.frame as i64;
        match moment.direction {
            Direction::Forward => -ahead,
            Direction::Backward => ahead,
        }
    };
    let of_prompted = chosen.iter().map(|&frame| PointerChoice {
        frame,
        distance: signed(frame),
    });
    let of_past = (1..pointers)
        .map_while(|distance| Some((distance, behind(moment, distance)?)))
        .filter(|&(_, frame)| has(&held.pointers, frame) || has(&other, frame))
        .map(|(distance, frame)| PointerChoice {
            frame,
            distance: distance as i64,
        });
    Selection {
        memories: prompted.chain(past).collect(),
        pointers: of_prompted
            .filter(|choice| window.policy.pointers_ahead || choice.distance >= 0)
            .chain(of_past)
            .collect(),
        pointer_span: pointers.saturating_sub(1).max(1),
    }
}

/// The frame `distance` back, `None` outside the clip.
fn behind(moment: Moment, distance: usize) -> Option<usize> {
    match moment.direction {
        Direction::Forward => moment.frame.checked_sub(distance),
        Direction::Backward => {
            let frame = moment.frame + distance;
            moment
                .clip_frames
                .is_none_or(|frames| frame < frames)
                .then_some(frame)
        }
    }
}

/// The frame whose memory stands at `distance`: the last frame at one, multiples of the stride beyond.
fn strided(moment: Moment, distance: usize, stride: usize) -> Option<usize> {
    if distance == 1 || stride == 1 {
        return behind(moment, distance);
    }
    let steps = (distance - 2) * stride;
    match moment.direction {
        Direction::Forward => {
            let nearest = moment.frame.checked_sub(2)? / stride * stride;
            nearest.checked_sub(steps)
        }
        Direction::Backward => Some((moment.frame + 2).div_ceil(stride) * stride + steps),
    }
}

/// The nearest prompted frame on each side, then the nearest of the rest, up to the limit.
fn nearest_prompted(prompted: &[usize], frame: usize, limit: Option<usize>) -> Vec<usize> {
    let limit = match limit {
        Some(limit) if limit < prompted.len() => limit,
        _ => return prompted.to_vec(),
    };
    let before = prompted.iter().rev().find(|&&other| other < frame);
    let after = prompted.iter().find(|&&other| other >= frame);
    let mut near: Vec<usize> = before.into_iter().chain(after).copied().collect();
    let mut rest: Vec<usize> = prompted
        .iter()
        .copied()
        .filter(|other| !near.contains(other))
        .collect();
    rest.sort_by_key(|other| other.abs_diff(frame));
    near.extend(rest);
    near.truncate(limit);
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(frame: usize, direction: Direction) -> Moment {
        Moment {
            frame,
            direction,
            clip_frames: Some(40),
        }
    }

    fn held(prompted: &[usize], tracked: impl IntoIterator<Item = usize>) -> Held {
        let spatial: Vec<usize> = tracked.into_iter().collect();
        Held {
            prompted: prompted.to_vec(),
            pointers: spatial.clone(),
            spatial,
        }
    }

    fn frames(selection: &Selection) -> Vec<(usize, Option<usize>)> {
        let pair = |choice: &MemoryChoice| (choice.frame, choice.distance);
        selection.memories.iter().map(pair).collect()
    }

    #[test]
    fn the_past_is_the_prompt_and_the_frames_before() {
        let selection = select(
            &held(&[0], 1..20),
            at(20, Direction::Forward),
            Window::PUBLISHED,
        );
        let expected: Vec<_> = std::iter::once((0, None))
            .chain((1..7).rev().map(|distance| (20 - distance, Some(distance))))
            .collect();
        assert_eq!(frames(&selection), expected);
        let distances: Vec<i64> = selection.pointers.iter().map(|p| p.distance).collect();
        assert_eq!(distances, [vec![20], (1..16).collect()].concat());
        assert_eq!(selection.pointer_span, 15);
    }

    #[test]
    fn reversing_time_mirrors_the_selection() {
        let last = 39;
        let forward = select(
            &held(&[2], 3..14),
            at(14, Direction::Forward),
            Window::PUBLISHED,
        );
        let mirrored = select(
            &held(&[last - 2], (last - 13)..=(last - 3)),
            at(last - 14, Direction::Backward),
            Window::PUBLISHED,
        );
        let back: Vec<_> = frames(&mirrored)
            .into_iter()
            .map(|(frame, distance)| (last - frame, distance))
            .collect();
        assert_eq!(frames(&forward), back);
        let distances = |s: &Selection| s.pointers.iter().map(|p| p.distance).collect::<Vec<_>>();
        assert_eq!(distances(&forward), distances(&mirrored));
    }

    #[test]
    fn pointers_ahead_are_left_out_unless_asked_for() {
        let held = held(&[0, 9], [3]);
        let pointers = |policy| {
            let window = Window {
                policy,
                ..Window::PUBLISHED
            };
            let selection = select(&held, at(4, Direction::Forward), window);
            let distance = |choice: &PointerChoice| choice.distance;
            selection.pointers.iter().map(distance).collect::<Vec<_>>()
        };
        assert_eq!(pointers(RecallPolicy::default()), [4, 1]);
        let training = RecallPolicy {
            pointers_ahead: true,
            ..RecallPolicy::default()
        };
        assert_eq!(pointers(training), [4, -5, 1]);
    }

    #[test]
    fn a_stride_keeps_the_last_frame_and_then_multiples() {
        let policy = RecallPolicy {
            stride: 5,
            ..RecallPolicy::default()
        };
        let window = Window {
            frames: 4,
            policy,
            ..Window::PUBLISHED
        };
        let forward = select(&held(&[0], 1..33), at(33, Direction::Forward), window);
        assert_eq!(
            frames(&forward),
            [(0, None), (25, Some(3)), (30, Some(2)), (32, Some(1))]
        );
        let backward = select(&held(&[39], 13..39), at(12, Direction::Backward), window);
        assert_eq!(
            frames(&backward),
            [(39, None), (20, Some(3)), (15, Some(2)), (13, Some(1))]
        );
        for frame in 0..40 {
            let all = select(&held(&[], 0..frame), at(frame, Direction::Forward), window);
            let far = all.memories.iter().map(|choice| frame - choice.frame).max();
            assert!(far.is_none_or(|far| far <= window.spatial_reach()));
        }
    }

    #[test]
    fn prompted_frames_beyond_the_limit_count_as_tracked() {
        let policy = RecallPolicy {
            prompted_limit: Some(2),
            ..RecallPolicy::default()
        };
        let window = Window {
            policy,
            ..Window::PUBLISHED
        };
        let selection = select(
            &held(&[0, 7, 9, 20], [8]),
            at(10, Direction::Forward),
            window,
        );
        assert_eq!(
            frames(&selection),
            [(9, None), (20, None), (7, Some(3)), (8, Some(2))]
        );
        let pointers: Vec<_> = selection.pointers.iter().map(|p| p.frame).collect();
        assert_eq!(pointers, [9, 8, 7, 0]);
    }

    #[test]
    fn short_clips_measure_age_against_their_length() {
        let short = Moment {
            clip_frames: Some(3),
            ..at(2, Direction::Forward)
        };
        assert_eq!(
            select(&held(&[0], [1]), short, Window::PUBLISHED).pointer_span,
            2
        );
        let single = Moment {
            frame: 0,
            clip_frames: Some(1),
            ..short
        };
        assert_eq!(
            select(&held(&[0], []), single, Window::PUBLISHED).pointer_span,
            1
        );
    }
}
