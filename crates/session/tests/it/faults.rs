//! Commands that cannot be carried out: what is said about them, and that nothing changes.

use tubelet_geometry::{BoundingBox, FrameSize, Mask};
use tubelet_session::{Click, Command, Course, HeldFrames, ObjectId, Propagation, Session};
use tubelet_video::Frame;

use crate::{
    clip::{
        FIRST, SECOND, all, at, click, frames, go, go_from, masks, plain, refusal, segmenter,
        session,
    },
    streaming::uncounted,
};

const FRAMES: usize = 6;

fn click_at(frame: usize, x: f32, y: f32) -> Command {
    Command::AddClicks(
        at(FIRST, frame),
        vec![Click::include(1.0, 1.0), Click::exclude(x, y)],
    )
}

fn boxed(frame: usize, edges: [f32; 4]) -> Command {
    let [left, top, right, bottom] = edges;
    Command::SetBox(at(FIRST, frame), BoundingBox::new(left, top, right, bottom))
}

/// Each command with its message. Nothing changes where one is refused.
fn check(session: &mut Session, faults: Vec<(Command, &str)>) {
    let state = |session: &Session| {
        let objects: Vec<ObjectId> = session.objects().collect();
        let held: Vec<_> = objects
            .iter()
            .map(|&object| session.held(object).unwrap())
            .collect();
        (objects, held)
    };
    let before = state(session);
    for (command, message) in faults {
        assert_eq!(refusal(session, command).to_string(), message);
        assert_eq!(state(session), before);
    }
}

#[test]
fn prompts_that_miss_the_video_are_refused() {
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(SECOND, 0));
    let mask =
        |width, height| Command::SetMask(at(FIRST, 0), Mask::new(FrameSize::new(width, height)));
    let past = "frame 6 does not exist: the video has 6 frames, numbered from 0";
    let faults = vec![
        (
            click_at(0, 60.5, 3.0),
            "point (60.5, 3) of object 7 is outside the frame: frame 0 is 60×45",
        ),
        (
            click_at(0, 4.0, -0.25),
            "point (4, -0.25) of object 7 is outside the frame: frame 0 is 60×45",
        ),
        (
            click_at(0, f32::NAN, 3.0),
            "point (NaN, 3) of object 7 is outside the frame: frame 0 is 60×45",
        ),
        (
            Command::AddClicks(at(FIRST, 3), Vec::new()),
            "no points were given for object 7 in frame 3",
        ),
        (
            boxed(0, [9.0, 9.0, 9.0, 20.0]),
            "the box (9, 9, 9, 20) of object 7 in frame 0 is empty: right must exceed left, and bottom top",
        ),
        (
            boxed(0, [0.0, 0.0, f32::INFINITY, 20.0]),
            "the box (0, 0, inf, 20) of object 7 in frame 0 is empty: right must exceed left, and bottom top",
        ),
        (
            boxed(0, [70.0, 9.0, 80.0, 20.0]),
            "the box (70, 9, 80, 20) of object 7 is outside the frame: frame 0 is 60×45",
        ),
        (
            mask(45, 60),
            "the mask of object 7 is 45×60, frame 0 is 60×45",
        ),
        (mask(0, 0), "the mask of object 7 is 0×0, frame 0 is 60×45"),
        (click_at(6, 1.0, 1.0), past),
        (boxed(6, [1.0, 1.0, 2.0, 2.0]), past),
        (
            Command::SetMask(at(FIRST, 6), Mask::new(FrameSize::new(60, 45))),
            past,
        ),
        (
            click_at(usize::MAX, 1.0, 1.0),
            "frame 18446744073709551615 does not exist: the video has 6 frames, numbered from 0",
        ),
        (Command::ClearPrompts(at(SECOND, 6)), past),
        (Command::ClearPrompts(at(FIRST, 0)), "there is no object 7"),
        (Command::RemoveObject(FIRST), "there is no object 7"),
        (go_from(6, Course::Forward, 1), past),
        (
            Command::Push(frames(1).remove(0)),
            "frames cannot be pushed: the session reads a video",
        ),
    ];
    check(&mut session, faults);
    // Edges of the frame are in it.
    masks(&mut session, click_at(5, 60.0, 45.0));
}

#[test]
fn tracking_nothing_is_refused() {
    let mut session = session(FRAMES, plain());
    let nothing = "there is nothing to track: point at an object first";
    check(&mut session, vec![(go(Course::Both), nothing)]);
    masks(&mut session, click(FIRST, 0));
    masks(&mut session, click(SECOND, 1));
    all(&mut session, Command::ClearPrompts(at(SECOND, 1)));
    let unprompted = "object 3 cannot be tracked: it has no prompt in any frame";
    check(&mut session, vec![(go(Course::Both), unprompted)]);
}

#[test]
fn a_stream_is_prompted_in_its_latest_frame_only() {
    let mut session = Session::streaming(segmenter(), plain());
    let none = "frame 0 has not come yet: 0 frames of the stream have, numbered from 0";
    check(&mut session, vec![(click(FIRST, 0), none)]);
    for frame in frames(3) {
        all(&mut session, Command::Push(frame));
    }
    masks(&mut session, click(SECOND, 2));
    let small = Frame::filled(FrameSize::new(8, 8), [0; 3]);
    let empty = Frame::filled(FrameSize::new(0, 8), [0; 3]);
    let mut short = frames(1).remove(0);
    short.pixels.pop();
    let faults = vec![
        (
            click(FIRST, 1),
            "frame 1 has passed: of a stream only the latest frame, 2, can be prompted",
        ),
        (
            click(FIRST, 3),
            "frame 3 has not come yet: 3 frames of the stream have, numbered from 0",
        ),
        (
            click(FIRST, usize::MAX),
            "frame 18446744073709551615 has not come yet: 3 frames of the stream have, numbered from 0",
        ),
        (
            go(Course::Forward),
            "a stream cannot be gone through: its frames are tracked as they are pushed",
        ),
        (
            Command::Push(small),
            "frame 3 is 8×8, the frames before are 60×45",
        ),
        (Command::Push(empty), "frames of 0×8 have no pixels"),
        (
            Command::Push(short),
            "8099 bytes of pixels for a frame of 60×45, which needs three for each pixel",
        ),
    ];
    check(&mut session, faults);
    // None of them counted.
    let pushed = masks(&mut session, Command::Push(frames(4).remove(3)));
    assert_eq!(pushed[0].frame, 3);
}

#[test]
fn a_frame_past_an_unknown_end_is_refused() {
    let mut session = uncounted(FRAMES);
    masks(&mut session, click(SECOND, 0));
    let past = "frame 9 does not exist: the video ends before it";
    let faults = vec![
        (click(FIRST, 9), past),
        (boxed(9, [1.0, 1.0, 2.0, 2.0]), past),
        (go_from(9, Course::Backward, 3), past),
    ];
    check(&mut session, faults);
    let far = Propagation {
        from: Some(usize::MAX),
        ..Propagation::default()
    };
    assert!(session.apply(Command::Propagate(far)).is_err());
}

#[test]
fn clips_that_cannot_be_gone_through_are_refused() {
    let mut mixed = frames(3);
    mixed[2] = Frame::filled(FrameSize::new(8, 8), [0; 3]);
    let refused = HeldFrames::new(mixed).unwrap_err().to_string();
    assert_eq!(refused, "frame 2 is 8×8, the frames before are 60×45");
    let empty = HeldFrames::new(Vec::new()).unwrap();
    let refused = Session::new(segmenter(), Box::new(empty), plain());
    let message = refused.err().map(|error| error.to_string());
    assert_eq!(message.as_deref(), Some("frames of 0×0 have no pixels"));
}
