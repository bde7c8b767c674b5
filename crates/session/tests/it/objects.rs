//! Several objects, which come and go.

use tubelet_geometry::BoundingBox;
use tubelet_session::{Command, Course, Event, FrameMasks, ObjectId, Origin, Propagation, Session};

use crate::clip::{
    FIRST, SECOND, all, at, click, go, go_from, mask_of, masks, plain, refusal, session,
};

const FRAMES: usize = 8;

fn boxed(object: ObjectId, frame: usize) -> Command {
    let edges = BoundingBox::new(38.0, 22.0, 51.0, 35.0);
    Command::SetBox(at(object, frame), edges)
}

/// The masks of one object in all frames.
fn of(masks: &[FrameMasks], object: ObjectId) -> Vec<FrameMasks> {
    let only = |frame: &FrameMasks| {
        let masks = frame.masks.iter().filter(|mask| mask.object == object);
        FrameMasks {
            frame: frame.frame,
            masks: masks.cloned().collect(),
        }
    };
    masks.iter().map(only).collect()
}

/// Equal masks, and scores that differ by rounding at most.
fn assert_same(left: &[FrameMasks], right: &[FrameMasks]) {
    assert_eq!(left.len(), right.len());
    for (left, right) in left.iter().zip(right) {
        assert_eq!(left.frame, right.frame);
        assert_eq!(left.masks.len(), right.masks.len(), "frame {}", left.frame);
        for (one, other) in left.masks.iter().zip(&right.masks) {
            assert_eq!((one.object, &one.mask), (other.object, &other.mask));
            assert!((one.object_score - other.object_score).abs() < 1e-3);
            assert!((one.iou - other.iou).abs() < 1e-4);
        }
    }
}

fn tracked(say: impl Fn(&mut Session)) -> Vec<FrameMasks> {
    let mut session = session(FRAMES, plain());
    say(&mut session);
    masks(&mut session, go_from(0, Course::Forward, FRAMES))
}

#[test]
fn objects_are_tracked_together_as_each_alone() {
    let together = tracked(|session| {
        masks(session, click(FIRST, 0));
        masks(session, boxed(SECOND, 2));
    });
    let first = tracked(|session| {
        masks(session, click(FIRST, 0));
    });
    let second = tracked(|session| {
        masks(session, boxed(SECOND, 2));
    });
    assert_same(&of(&together, FIRST), &first);
    assert_same(&of(&together, SECOND), &second);
}

#[test]
fn objects_are_told_in_the_order_in_which_they_were_added() {
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(FIRST, 0));
    let prompted = masks(&mut session, boxed(SECOND, 0));
    let order = |masks: &FrameMasks| {
        masks
            .masks
            .iter()
            .map(|mask| mask.object)
            .collect::<Vec<_>>()
    };
    assert_eq!(order(&prompted[0]), [FIRST, SECOND]);
    for frame in masks(&mut session, go(Course::Forward)) {
        assert_eq!(order(&frame), [FIRST, SECOND]);
    }
    assert_eq!(session.objects().collect::<Vec<_>>(), [FIRST, SECOND]);
}

#[test]
fn an_object_that_comes_later_leaves_the_others_alone() {
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(FIRST, 0));
    let alone = masks(&mut session, go(Course::Forward));
    let answer = masks(&mut session, boxed(SECOND, 4));
    // The first object's mask of that frame is told as it is known.
    assert_eq!(of(&answer, FIRST), of(&alone[4..5], FIRST));
    let again = masks(&mut session, go(Course::Forward));
    assert_same(&of(&again, FIRST), &alone);
    let prompted = mask_of(&answer[0], SECOND);
    assert_eq!(mask_of(&again[4], SECOND), prompted);
    assert!(again.iter().all(|frame| frame.masks.len() == 2));
}

#[test]
fn objects_may_be_tracked_away_from_where_they_are_first_pointed_at() {
    let away = |course, from| {
        Command::Propagate(Propagation {
            course,
            from,
            origin: Origin::FirstPrompt,
            ..Propagation::default()
        })
    };
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(FIRST, 1));
    masks(&mut session, boxed(SECOND, 4));
    let seen = masks(&mut session, away(Course::Both, None));
    let numbers: Vec<usize> = seen.iter().map(|frame| frame.frame).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 3, 2, 1, 0]);
    let (onward, back) = seen.split_at(7);
    assert!(
        onward[..3]
            .iter()
            .all(|frame| mask_of(frame, SECOND).is_none())
    );
    assert!(back.iter().all(|frame| mask_of(frame, SECOND).is_some()));

    let mut alone = crate::clip::session(FRAMES, plain());
    masks(&mut alone, click(FIRST, 1));
    let first = masks(&mut alone, go(Course::Both));
    assert_same(&of(onward, FIRST), &first[..7]);
    assert_same(&of(&back[3..], FIRST), &first[7..]);

    let mut alone = crate::clip::session(FRAMES, plain());
    masks(&mut alone, boxed(SECOND, 4));
    let second = masks(&mut alone, go(Course::Both));
    assert_same(&of(&onward[3..], SECOND), &second[..4]);
    assert_same(&of(back, SECOND), &second[4..]);

    // From a frame that is said, both ways begin there.
    let from = masks(&mut session, away(Course::Both, Some(6)));
    let numbers: Vec<usize> = from.iter().map(|frame| frame.frame).collect();
    assert_eq!(numbers, [6, 7, 5, 4, 3, 2, 1, 0]);
}

#[test]
fn an_object_that_goes_leaves_nothing_behind() {
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(FIRST, 0));
    masks(&mut session, boxed(SECOND, 2));
    masks(&mut session, go(Course::Forward));
    let gone = all(&mut session, Command::RemoveObject(FIRST));
    assert_eq!(gone, [Event::ObjectRemoved(FIRST)]);
    assert_eq!(session.objects().collect::<Vec<_>>(), [SECOND]);
    let left = masks(&mut session, go_from(0, Course::Forward, FRAMES));
    assert!(left.iter().all(|frame| frame.masks.len() == 1));
    let second = tracked(|session| {
        masks(session, boxed(SECOND, 2));
    });
    assert_same(&left, &second);

    // The name is free again, for another object, which is seen for the first time.
    let mut fresh = crate::clip::session(FRAMES, plain());
    let again = masks(&mut session, boxed(FIRST, 3));
    assert_eq!(of(&again, FIRST), masks(&mut fresh, boxed(FIRST, 3)));
}

#[test]
fn an_object_may_go_in_the_middle_of_tracking() {
    let mut session = session(FRAMES, plain());
    masks(&mut session, click(FIRST, 0));
    masks(&mut session, boxed(SECOND, 0));
    let mut seen = masks(&mut session, go_from(0, Course::Forward, 4));
    all(&mut session, Command::RemoveObject(SECOND));
    seen.extend(masks(&mut session, go_from(4, Course::Forward, FRAMES)));
    let alone = tracked(|session| {
        masks(session, click(FIRST, 0));
    });
    assert_same(&of(&seen, FIRST), &alone);
    assert!(
        seen[4..]
            .iter()
            .all(|frame| mask_of(frame, SECOND).is_none())
    );
}

#[test]
fn resetting_forgets_everything() {
    let mut session = session(FRAMES, plain());
    let first = masks(&mut session, click(FIRST, 0));
    masks(&mut session, boxed(SECOND, 0));
    let tracked = masks(&mut session, go(Course::Forward));
    assert_eq!(all(&mut session, Command::Reset), [Event::Reset]);
    assert_eq!(session.objects().count(), 0);
    assert!(session.logits(at(FIRST, 0)).is_none());
    let nothing = refusal(&mut session, go(Course::Forward)).to_string();
    assert_eq!(
        nothing,
        "there is nothing to track: point at an object first"
    );
    assert_eq!(masks(&mut session, click(FIRST, 0)), first);
    masks(&mut session, boxed(SECOND, 0));
    assert_eq!(masks(&mut session, go(Course::Forward)), tracked);
}
