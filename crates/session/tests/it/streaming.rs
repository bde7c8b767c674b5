//! Frames that are pushed one at a time, against the same frames as a whole.

use tubelet_geometry::{BoundingBox, FrameSize};
use tubelet_session::{
    Command, Course, Event, FrameMasks, FrameSource, HeldFrames, Propagation, Session,
};
use tubelet_video::{Frame, VideoError};

use crate::clip::{
    FIRST, SECOND, all, at, click, frames, go, go_from, masks, plain, segmenter, session,
};

/// Enough for the age of pointers not to be measured against the length of the clip.
const LONG: usize = 20;

/// A video whose length nobody knows.
struct Uncounted(HeldFrames);

impl FrameSource for Uncounted {
    fn size(&self) -> FrameSize {
        self.0.size()
    }

    fn frame_count(&self) -> Option<usize> {
        None
    }

    fn frame(&mut self, index: usize) -> Result<Option<Frame>, VideoError> {
        self.0.frame(index)
    }
}

pub(crate) fn uncounted(count: usize) -> Session {
    let source = Uncounted(HeldFrames::new(frames(count)).unwrap());
    Session::new(segmenter(), Box::new(source), plain()).unwrap()
}

fn boxed(frame: usize) -> Command {
    let edges = BoundingBox::new(32.0, 19.0, 45.0, 32.0);
    Command::SetBox(at(SECOND, frame), edges)
}

/// Points at one object in the first frame and at another one in frame 5, where the first one is corrected too.
fn stream(count: usize) -> Vec<FrameMasks> {
    let mut session = Session::streaming(segmenter(), plain());
    let mut tracked = Vec::new();
    for (index, frame) in frames(count).into_iter().enumerate() {
        tracked.extend(masks(&mut session, Command::Push(frame)));
        if index == 0 {
            masks(&mut session, click(FIRST, 0));
        }
        if index == 5 {
            masks(&mut session, boxed(5));
            masks(&mut session, click(FIRST, 5));
        }
    }
    tracked
}

/// The same on a video.
fn whole(mut session: Session, count: usize) -> Vec<FrameMasks> {
    masks(&mut session, click(FIRST, 0));
    let mut tracked = masks(&mut session, go_from(0, Course::Forward, 6));
    masks(&mut session, boxed(5));
    masks(&mut session, click(FIRST, 5));
    tracked.extend(masks(&mut session, go_from(6, Course::Forward, count)));
    // The stream has nothing to track in frame 0 when it comes.
    tracked.remove(0);
    tracked
}

#[test]
fn pushing_frames_gives_the_masks_of_the_whole_clip() {
    let pushed = stream(LONG);
    assert_eq!(pushed.len(), LONG - 1);
    assert_eq!(pushed[10].masks.len(), 2);
    assert_eq!(pushed, whole(session(LONG, plain()), LONG));
}

#[test]
fn a_stream_is_a_video_of_unknown_length() {
    let pushed = stream(9);
    assert_eq!(pushed, whole(uncounted(9), 9));
    // Where the length is known and short, ages are measured against it.
    assert_ne!(pushed, whole(session(9, plain()), 9));
}

#[test]
fn no_mask_depends_on_a_later_frame() {
    let track = |frames: Vec<Frame>| {
        let source = HeldFrames::new(frames).unwrap();
        let mut session = Session::new(segmenter(), Box::new(source), plain()).unwrap();
        masks(&mut session, click(FIRST, 0));
        masks(&mut session, go(Course::Forward))
    };
    let known = frames(12);
    let mut other = known.clone();
    for frame in &mut other[7..] {
        *frame = Frame::filled(frame.size, [10, 200, 90]).at(frame.index, 0.0);
    }
    let (known, other) = (track(known), track(other));
    assert_eq!(known[..7], other[..7]);
    assert_ne!(known[7..], other[7..]);
}

#[test]
fn frames_count_while_there_is_nothing_to_track() {
    let mut session = Session::streaming(segmenter(), plain());
    let mut clip = frames(6).into_iter();
    let mut push = |session: &mut Session| all(session, Command::Push(clip.next().unwrap()));
    assert_eq!(push(&mut session), [Event::Pushed { frame: 0 }]);
    assert_eq!(push(&mut session), [Event::Pushed { frame: 1 }]);
    masks(&mut session, click(FIRST, 1));
    assert!(matches!(push(&mut session)[..], [Event::Tracked(_)]));
    // What was said is taken back, in a frame that has passed: nothing is left to track from.
    all(&mut session, Command::ClearPrompts(at(FIRST, 1)));
    assert_eq!(push(&mut session), [Event::Pushed { frame: 3 }]);
    masks(&mut session, click(FIRST, 3));
    assert!(matches!(push(&mut session)[..], [Event::Tracked(_)]));
    all(&mut session, Command::Reset);
    assert_eq!(push(&mut session), [Event::Pushed { frame: 5 }]);
}

#[test]
fn the_end_of_a_video_of_unknown_length_is_found() {
    let mut session = uncounted(5);
    masks(&mut session, click(FIRST, 2));
    let both = Command::Propagate(Propagation {
        course: Course::Both,
        ..Propagation::default()
    });
    assert_eq!(crate::clip::numbers(&mut session, both), [2, 3, 4, 1, 0]);
}
