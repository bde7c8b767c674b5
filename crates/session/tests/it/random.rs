//! Any sequence of commands: nothing panics, and the session stays what its commands make of it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tubelet_geometry::{BoundingBox, FrameSize, Mask};
use tubelet_session::{
    Click, Command, Course, Event, FrameMasks, ObjectId, Origin, Propagation, Retention, Session,
    SessionError, SessionOptions,
};

use crate::clip::{at, frames, segmenter, session};

/// Frames of the clip; commands ask for some more.
const FRAMES: usize = 5;

/// What a session should know.
#[derive(Debug)]
struct Expected {
    /// Frames there are, or have come.
    frames: usize,
    is_stream: bool,
    order: Vec<ObjectId>,
    /// Each object's prompted frames.
    prompted: BTreeMap<ObjectId, BTreeSet<usize>>,
}

impl Expected {
    /// Whether the command is to be carried out. If so, it has been.
    fn carries_out(&mut self, command: &Command) -> bool {
        let is_inside = |clicks: &[Click]| {
            clicks.iter().all(|click| {
                (0.0..=60.0).contains(&click.position.x) && (0.0..=45.0).contains(&click.position.y)
            })
        };
        let meets =
            |edges: &BoundingBox| !edges.is_empty() && edges.left < 60.0 && edges.top < 45.0;
        match command {
            Command::AddClicks(place, clicks) => {
                is_inside(clicks) && !clicks.is_empty() && self.prompt(place.object, place.frame)
            }
            Command::SetBox(place, edges) => meets(edges) && self.prompt(place.object, place.frame),
            Command::SetPoints(place, edges, clicks) => {
                is_inside(clicks)
                    && edges.as_ref().is_none_or(meets)
                    && (edges.is_some() || !clicks.is_empty())
                    && self.prompt(place.object, place.frame)
            }
            Command::SetMask(place, mask) => {
                mask.size() == FrameSize::new(60, 45) && self.prompt(place.object, place.frame)
            }
            Command::ClearPrompts(place) => {
                let exists = place.frame < self.frames;
                let object = self.prompted.get_mut(&place.object).filter(|_| exists);
                object.map(|frames| frames.remove(&place.frame)).is_some()
            }
            Command::RemoveObject(object) => {
                self.order.retain(|other| other != object);
                self.prompted.remove(object).is_some()
            }
            Command::Propagate(asked) => {
                !self.is_stream
                    && asked.from.is_none_or(|from| from < self.frames)
                    && !self.prompted.is_empty()
                    && self.prompted.values().all(|frames| !frames.is_empty())
            }
            Command::Push(_) => {
                self.frames += usize::from(self.is_stream);
                self.is_stream
            }
            Command::Reset => {
                self.order.clear();
                self.prompted.clear();
                true
            }
        }
    }

    fn prompt(&mut self, object: ObjectId, frame: usize) -> bool {
        let earliest = if self.is_stream {
            self.frames.saturating_sub(1)
        } else {
            0
        };
        if !(earliest..self.frames).contains(&frame) {
            return false;
        }
        if !self.order.contains(&object) {
            self.order.push(object);
        }
        self.prompted.entry(object).or_default().insert(frame);
        true
    }

    fn check(&self, session: &Session) {
        assert_eq!(session.objects().collect::<Vec<_>>(), self.order);
        for (&object, prompted) in &self.prompted {
            let held = session.held(object).unwrap();
            // What was said since the last propagation is not held yet, and nothing else is missing.
            assert!(held.prompted.iter().all(|frame| prompted.contains(frame)));
            for frames in [&held.prompted, &held.spatial, &held.pointers] {
                assert!(frames.is_sorted_by(|one, next| one < next));
                assert!(frames.iter().all(|&frame| frame < self.frames));
            }
            let both =
                |frame: &usize| held.spatial.contains(frame) || held.pointers.contains(frame);
            assert!(!held.prompted.iter().any(both));
            let told = |frame: &usize| session.logits(at(object, *frame)).is_some();
            assert!(prompted.iter().all(told));
        }
    }

    fn check_masks(&self, masks: &FrameMasks) {
        let told: Vec<ObjectId> = masks.masks.iter().map(|mask| mask.object).collect();
        let known = self.order.iter().filter(|object| told.contains(object));
        assert_eq!(told, known.copied().collect::<Vec<_>>());
        assert!(masks.frame < self.frames);
        for mask in &masks.masks {
            assert_eq!(mask.mask.size(), FrameSize::new(60, 45));
            assert!(mask.object_score.is_finite() && (0.0..=1.0).contains(&mask.iou));
            assert!(mask.object_score > 0.0 || mask.mask.is_empty());
        }
    }
}

/// Carries out commands, or draws only the first few events of each.
fn play(session: &mut Session, mut expected: Expected, commands: Vec<(Command, usize)>) {
    for (command, drawn) in commands {
        let carried_out = expected.carries_out(&command);
        let what = format!("{command:?}");
        let events: Result<Vec<Event>, SessionError> = session
            .apply(command)
            .and_then(|events| events.take(drawn).collect());
        assert_eq!(events.is_ok(), carried_out, "{what}: {events:?}");
        for event in events.into_iter().flatten() {
            if let Event::Prompted(masks) | Event::Tracked(masks) = event {
                expected.check_masks(&masks);
            }
        }
        expected.check(session);
    }
}

/// `pushes` is how often frames come.
fn commands(pushes: u32) -> impl Strategy<Value = Command> {
    let place = (0..3_u32, 0..=FRAMES).prop_map(|(object, frame)| at(ObjectId(object), frame));
    let click = (-2.0..62.0_f32, 0.0..45.0_f32, any::<bool>()).prop_map(|(x, y, include)| {
        if include {
            Click::include(x, y)
        } else {
            Click::exclude(x, y)
        }
    });
    let clicks = proptest::collection::vec(click, 0..3);
    let edges = (0.0..70.0_f32, 0.0..50.0_f32, -1.0..30.0_f32, 1.0..30.0_f32).prop_map(
        |(left, top, width, height)| BoundingBox::new(left, top, left + width, top + height),
    );
    let mask = (0..8_usize, 0..60_usize, 0..20_usize).prop_map(|(size, left, width)| {
        let mut mask = Mask::new(FrameSize::new(if size == 0 { 45 } else { 60 }, 45));
        for x in left..(left + width).min(mask.width()) {
            (5..30).for_each(|y| mask.set(x, y, true));
        }
        mask
    });
    let course = prop_oneof![
        Just(Course::Forward),
        Just(Course::Backward),
        Just(Course::Both)
    ];
    let propagation = (
        proptest::option::of(0..=FRAMES),
        course,
        proptest::option::of(0..FRAMES),
        prop_oneof![
            Just(Origin::Anywhere),
            Just(Origin::FirstPrompt),
            Just(Origin::LastPrompt)
        ],
    )
        .prop_map(|(from, course, frames, origin)| Propagation {
            from,
            course,
            frames,
            origin,
        });
    prop_oneof![
        5 => (place.clone(), clicks.clone())
            .prop_map(|(place, clicks)| Command::AddClicks(place, clicks)),
        2 => (place.clone(), proptest::option::of(edges.clone()), clicks)
            .prop_map(|(place, edges, clicks)| Command::SetPoints(place, edges, clicks)),
        2 => (place.clone(), edges).prop_map(|(place, edges)| Command::SetBox(place, edges)),
        3 => (place.clone(), mask).prop_map(|(place, mask)| Command::SetMask(place, mask)),
        3 => place.prop_map(Command::ClearPrompts),
        1 => (0..3_u32).prop_map(|object| Command::RemoveObject(ObjectId(object))),
        8 => propagation.prop_map(Command::Propagate),
        pushes => Just(Command::Push(frames(1).remove(0))),
        1 => Just(Command::Reset),
    ]
}

fn options() -> impl Strategy<Value = SessionOptions> {
    (any::<bool>(), any::<bool>()).prop_map(|(keeps_all, separate_objects)| SessionOptions {
        retention: if keeps_all {
            Retention::All
        } else {
            Retention::Near
        },
        separate_objects,
        ..SessionOptions::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_commands_leave_a_session_that_makes_sense(
        commands in proptest::collection::vec((commands(1), 0..9_usize), 1..24),
        options in options(),
    ) {
        let expected = Expected {
            frames: FRAMES,
            is_stream: false,
            order: Vec::new(),
            prompted: BTreeMap::new(),
        };
        play(&mut session(FRAMES, options), expected, commands);
    }

    #[test]
    fn any_commands_leave_a_stream_that_makes_sense(
        commands in proptest::collection::vec((commands(12), 0..2_usize), 1..40),
        options in options(),
    ) {
        let expected = Expected {
            frames: 0,
            is_stream: true,
            order: Vec::new(),
            prompted: BTreeMap::new(),
        };
        play(&mut Session::streaming(segmenter(), options), expected, commands);
    }
}
