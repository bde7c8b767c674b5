//! Ways through a video: forward, backward, both, part of it, and stopping on the way.

use tubelet_geometry::FrameSize;
use tubelet_session::{Course, Event, FrameMasks, FrameSource, HeldFrames, Session, SessionError};
use tubelet_video::{Frame, VideoError};

use crate::clip::{
    FIRST, SECOND, click, frames, go, go_from, masks, numbers, plain, refusal, segmenter, session,
};

const FRAMES: usize = 9;

#[test]
fn a_course_goes_where_it_says() {
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(FIRST, 3));
    masks(&mut session, click(SECOND, 5));
    let every = [
        (go(Course::Forward), vec![3, 4, 5, 6, 7, 8]),
        (go(Course::Backward), vec![5, 4, 3, 2, 1, 0]),
        (go(Course::Both), vec![3, 4, 5, 6, 7, 8, 2, 1, 0]),
        (go_from(6, Course::Forward, 2), vec![6, 7]),
        (go_from(2, Course::Backward, 100), vec![2, 1, 0]),
        (go_from(4, Course::Both, 2), vec![4, 5, 3]),
        (go_from(0, Course::Both, 1), vec![0]),
        (go_from(8, Course::Forward, 0), vec![]),
    ];
    for (command, expected) in every {
        let what = format!("{command:?}");
        assert_eq!(numbers(&mut session, command), expected, "{what}");
    }
}

#[test]
fn going_backward_is_going_forward_through_the_reversed_clip() {
    let track = |frames: Vec<Frame>, prompted: usize, course: Course| {
        let source = HeldFrames::new(frames).unwrap();
        let mut session = Session::new(segmenter(), Box::new(source), plain()).unwrap();
        masks(&mut session, click(FIRST, prompted));
        masks(&mut session, go(course))
    };
    let forward = track(frames(FRAMES), 0, Course::Forward);
    let reversed: Vec<Frame> = frames(FRAMES).into_iter().rev().collect();
    let backward = track(reversed, FRAMES - 1, Course::Backward);
    assert_eq!(backward.len(), FRAMES);
    for (there, back) in forward.iter().zip(&backward) {
        assert_eq!(there.frame, FRAMES - 1 - back.frame);
        assert_eq!(there.masks, back.masks);
    }
}

#[test]
fn stopping_in_the_middle_and_going_on_changes_nothing() {
    let mut whole = session(FRAMES, plain());
    masks(&mut whole, click(FIRST, 0));
    let expected = masks(&mut whole, go(Course::Forward));

    let mut stopped = session(FRAMES, plain());
    masks(&mut stopped, click(FIRST, 0));
    let mut seen = Vec::new();
    for [from, until] in [[0, 1], [1, 4], [4, 5], [5, FRAMES]] {
        let events = stopped
            .apply(go_from(from, Course::Forward, FRAMES))
            .unwrap();
        seen.extend(events.take(until - from).map(|event| match event.unwrap() {
            Event::Tracked(masks) => masks,
            other => panic!("{other:?}"),
        }));
    }
    assert_eq!(seen, expected);
}

#[test]
fn events_that_nobody_draws_track_nothing() {
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(FIRST, 0));
    drop(session.apply(go(Course::Forward)).unwrap());
    let held = session.held(FIRST).unwrap();
    assert_eq!((held.prompted, held.spatial), (vec![0], vec![]));
}

#[test]
fn tracking_again_gives_the_same_masks() {
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(FIRST, 0));
    let once: Vec<FrameMasks> = masks(&mut session, go(Course::Forward));
    assert_eq!(masks(&mut session, go(Course::Forward)), once);
}

#[test]
fn what_lies_behind_is_looked_back_on_whichever_way_it_was_tracked() {
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(FIRST, 4));
    let alone = masks(&mut session, go_from(4, Course::Forward, 2));
    masks(&mut session, go(Course::Backward));
    let after = masks(&mut session, go_from(4, Course::Forward, 2));
    assert_eq!(after[0], alone[0]);
    assert_ne!(after[1], alone[1]);
}

/// A clip that is damaged, shorter than it says, and of two sizes.
struct Damaged(Vec<Frame>);

impl FrameSource for Damaged {
    fn size(&self) -> FrameSize {
        self.0[0].size
    }

    fn frame_count(&self) -> Option<usize> {
        Some(self.0.len())
    }

    fn frame(&mut self, index: usize) -> Result<Option<Frame>, VideoError> {
        match index {
            3 => Err(VideoError::NotFound {
                path: "lost.mp4".into(),
            }),
            4 => Ok(Some(Frame::filled(FrameSize::new(8, 8), [0; 3]))),
            5 => Ok(None),
            _ => Ok(self.0.get(index).cloned()),
        }
    }
}

#[test]
fn an_error_on_the_way_ends_the_way_and_nothing_else() {
    let mut session = Session::new(segmenter(), Box::new(Damaged(frames(8))), plain()).unwrap();
    masks(&mut session, click(FIRST, 0));
    let mut go = |from, frames| -> Vec<Result<usize, String>> {
        let events = session
            .apply(go_from(from, Course::Forward, frames))
            .unwrap();
        let tell = |event: Result<Event, SessionError>| match event {
            Ok(Event::Tracked(masks)) => Ok(masks.frame),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string()),
        };
        events.map(tell).collect()
    };
    let lost = Err("lost.mp4: no such file or folder".to_owned());
    assert_eq!(go(0, 8), [Ok(0), Ok(1), Ok(2), lost.clone()]);
    // What was tracked is not lost, and the rest can be tracked.
    assert_eq!(go(1, 2), [Ok(1), Ok(2)]);
    assert_eq!(go(6, 8), [Ok(6), Ok(7)]);
    assert_eq!(
        refusal(&mut session, go_from(4, Course::Forward, 1)).to_string(),
        "frame 4 is 8×8, the frames before are 60×45"
    );
    let ended = refusal(&mut session, go_from(5, Course::Forward, 1)).to_string();
    assert_eq!(ended, "frame 5 does not exist: the video ends before it");
}
