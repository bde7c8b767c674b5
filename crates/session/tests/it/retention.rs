//! What is remembered: no more than can be looked back on.

use std::io::Cursor;

use tubelet_segmentation::{FramePolicy, Held};
use tubelet_session::{
    Click, Command, Course, Event, FrameMasks, Retention, Session, SessionError, SessionOptions,
};

use crate::clip::{
    FIRST, SECOND, all, at, click, frames, go, go_from, masks, plain, segmenter, session,
};

const LONG: usize = 70;

fn sizes(held: &Held) -> [usize; 3] {
    [held.prompted.len(), held.spatial.len(), held.pointers.len()]
}

/// What is held of the first object after every event.
fn held_on_the_way(session: &mut Session, command: Command) -> Vec<[usize; 3]> {
    let mut events = session.apply(command).unwrap();
    let mut all = Vec::new();
    while let Some(event) = events.next() {
        event.unwrap();
        all.push(sizes(&events.session().held(FIRST).unwrap()));
    }
    all
}

#[test]
fn a_long_video_is_remembered_no_further_than_a_short_one() {
    let mut session = session(LONG, plain());
    masks(&mut session, click(FIRST, 0));
    let held = held_on_the_way(&mut session, go(Course::Forward));
    assert_eq!(held.len(), LONG);
    let window = segmenter().window(FramePolicy::tracked().recall);
    let (spatial, pointers) = (window.spatial_reach(), window.pointer_reach());
    // After the prompted frame, and behind the last one, which is held itself.
    let most = [1, 2 * spatial + 1, 2 * pointers + 1];
    let settled = 2 * pointers + 1;
    assert!(held[settled..].iter().all(|&held| held == most));
    assert!(
        held.iter()
            .all(|held| held.iter().zip(most).all(|(held, most)| *held <= most))
    );
    // Nor are far masks.
    assert!(session.logits(at(FIRST, LONG - 1)).is_some());
    assert!(session.logits(at(FIRST, LONG / 2)).is_none());
    let known = (0..LONG).filter(|&frame| session.logits(at(FIRST, frame)).is_some());
    assert_eq!(known.count(), 1 + most[1]);
    // Nor does another turn add to it.
    let again = held_on_the_way(&mut session, go(Course::Forward));
    assert_eq!(again.last(), Some(&most));
    let back = held_on_the_way(&mut session, go(Course::Backward));
    assert_eq!(back.len(), 1);
}

#[test]
fn a_stream_is_remembered_behind_its_latest_frame_only() {
    let mut session = Session::streaming(segmenter(), plain());
    let window = segmenter().window(FramePolicy::tracked().recall);
    for (index, frame) in frames(LONG).into_iter().enumerate() {
        all(&mut session, Command::Push(frame));
        if index % 20 == 0 {
            masks(&mut session, click(FIRST, index));
            continue;
        }
        let held = session.held(FIRST).unwrap();
        assert_eq!(held.prompted.len(), index / 20 + 1);
        let reach = index - held.spatial.first().unwrap();
        assert!(reach <= window.spatial_reach(), "{held:?}");
        let reach = index - held.pointers.first().unwrap();
        assert!(reach <= window.pointer_reach(), "{held:?}");
    }
}

#[test]
fn a_stream_that_is_prompted_again_and_again_is_remembered_no_further() {
    let tracked = |retention| {
        let options = SessionOptions {
            retention,
            prompted_limit: Some(2),
            ..plain()
        };
        let mut session = Session::streaming(segmenter(), options);
        let mut seen = Vec::new();
        for (index, frame) in frames(LONG).into_iter().enumerate() {
            seen.extend(all(&mut session, Command::Push(frame)));
            if index % 6 == 0 {
                seen.extend(all(&mut session, click(FIRST, index)));
            }
        }
        (seen, session.held(FIRST).unwrap().prompted.len())
    };
    let (near, held) = tracked(Retention::Near);
    let (whole, all_held) = tracked(Retention::All);
    assert_eq!(near, whole);
    // Two, and those that can still be asked for as if they were tracked.
    assert!(held < 6 && all_held > 10, "{held} {all_held}");
}

#[test]
fn everything_is_remembered_where_that_is_asked_for() {
    let options = SessionOptions {
        retention: Retention::All,
        ..plain()
    };
    let mut session = session(LONG, options);
    masks(&mut session, click(FIRST, 0));
    let held = held_on_the_way(&mut session, go(Course::Forward));
    assert_eq!(held.last(), Some(&[1, LONG - 1, LONG - 1]));
    assert!((0..LONG).all(|frame| session.logits(at(FIRST, frame)).is_some()));
}

#[test]
fn letting_go_changes_no_mask_on_the_way_there_and_back() {
    let track = |retention| -> Vec<FrameMasks> {
        let options = SessionOptions {
            retention,
            ..plain()
        };
        let mut session = session(40, options);
        masks(&mut session, click(FIRST, 12));
        // Seen before it is pointed at: its memories of frame 12 are not near its own prompt.
        masks(&mut session, click(SECOND, 31));
        masks(&mut session, go(Course::Both))
    };
    assert_eq!(track(Retention::Near), track(Retention::All));
}

#[test]
fn what_is_offloaded_comes_back_where_it_is_needed() {
    let keeping = SessionOptions {
        retention: Retention::All,
        ..plain()
    };
    let mut whole = session(LONG, keeping);
    let mut near = session(LONG, plain()).with_offloading(Cursor::new(Vec::new()));
    let correct = |object, frame| {
        let clicks = vec![Click::include(21.0, 19.0), Click::exclude(50.0, 40.0)];
        Command::AddClicks(at(object, frame), clicks)
    };
    let commands = [
        click(FIRST, 0),
        go(Course::Forward),
        // Far from all prompts and from where the tracking ended.
        correct(FIRST, 35),
        click(SECOND, 60),
        go(Course::Both),
        go_from(25, Course::Backward, 20),
        Command::ClearPrompts(at(FIRST, 35)),
        go_from(50, Course::Forward, 5),
        correct(SECOND, 12),
        correct(FIRST, 12),
        go_from(20, Course::Both, 8),
        Command::RemoveObject(SECOND),
        correct(FIRST, 40),
        go(Course::Both),
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let expected = all(&mut whole, command.clone());
        assert_eq!(all(&mut near, command), expected, "command {number}");
    }
    let held = near.held(FIRST).unwrap();
    assert!(held.pointers.len() < LONG, "{held:?}");
}

#[test]
fn a_storage_without_room_is_an_error_that_says_so() {
    let full = Cursor::new(vec![0; 100].into_boxed_slice());
    let mut session = session(LONG, plain()).with_offloading(full);
    masks(&mut session, click(FIRST, 0));
    let mut events = session.apply(go(Course::Forward)).unwrap();
    assert!(events.next().unwrap().is_ok());
    let error = events.next().unwrap().unwrap_err();
    assert!(matches!(error, SessionError::Offload(_)), "{error}");
    assert!(events.next().is_none());
}

#[test]
fn what_an_unknown_object_holds_is_an_error() {
    let mut session = session(3, plain());
    masks(&mut session, click(FIRST, 0));
    let error = session.held(SECOND).unwrap_err();
    assert!(matches!(error, SessionError::UnknownObject { object } if object == SECOND));
    assert_eq!(
        all(&mut session, Command::RemoveObject(FIRST)),
        [Event::ObjectRemoved(FIRST)]
    );
    assert!(session.held(FIRST).is_err());
}
