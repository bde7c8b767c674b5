//! Absent objects, holes, and objects that compete for pixels.

use tubelet_geometry::{FrameSize, Mask, PixelRect};
use tubelet_session::{Command, Course, ObjectId, SessionOptions};

use crate::{
    clip::{FIRST, SECOND, all, at, click, frames, go, mask_of, masks, session},
    golden::Golden,
};

const FRAMES: usize = 12;

fn rect(left: usize, top: usize, right: usize, bottom: usize) -> PixelRect {
    PixelRect {
        left,
        top,
        right,
        bottom,
    }
}

fn filled(rect: PixelRect) -> Mask {
    let mut mask = Mask::new(frames(1)[0].size);
    mask.fill_rect(rect);
    mask
}

fn give(object: ObjectId, frame: usize, mask: &Mask) -> Command {
    Command::SetMask(at(object, frame), mask.clone())
}

#[test]
fn a_mask_is_empty_where_the_object_is_not_in_the_frame() {
    let mut session = session(FRAMES, SessionOptions::default());
    masks(&mut session, click(FIRST, 0));
    masks(
        &mut session,
        give(SECOND, 2, &Golden::open().mask("given_mask")),
    );
    let tracked = masks(&mut session, go(Course::Forward));
    let all: Vec<_> = tracked.iter().flat_map(|frame| &frame.masks).collect();
    for mask in &all {
        let present = mask.object_score > 0.0;
        assert_eq!(present, !mask.mask.is_empty(), "{mask:?}");
    }
    let absent = all.iter().filter(|mask| mask.mask.is_empty()).count();
    assert!(
        absent > 0 && absent < all.len(),
        "{absent} of {}",
        all.len()
    );
}

#[test]
fn an_empty_mask_says_that_the_object_is_not_there() {
    let mut session = session(FRAMES, SessionOptions::default());
    masks(&mut session, click(FIRST, 0));
    masks(&mut session, go(Course::Forward));
    let nothing = Mask::new(frames(1)[0].size);
    let answer = masks(&mut session, give(FIRST, 4, &nothing));
    assert!(mask_of(&answer[0], FIRST).unwrap().is_empty());
    assert_eq!(answer[0].masks[0].object_score, -10.0);
    let again = masks(&mut session, go(Course::Forward));
    assert!(mask_of(&again[4], FIRST).unwrap().is_empty());
}

#[test]
fn small_holes_are_filled_if_asked_for() {
    // Six pixels of the model's mask.
    let mut given = filled(rect(10, 6, 45, 38));
    for y in 18..22 {
        (22..30).for_each(|x| given.set(x, y, false));
    }
    let holes = |largest_filled_hole| {
        let options = SessionOptions {
            largest_filled_hole,
            ..SessionOptions::default()
        };
        let mut session = session(FRAMES, options);
        let answer = masks(&mut session, give(FIRST, 0, &given));
        let mask = mask_of(&answer[0], FIRST).unwrap();
        let logits = session.logits(at(FIRST, 0)).unwrap();
        let cut = Mask::from_logits(logits.size, logits.values).unwrap();
        let mut without = cut.clone();
        without.fill_holes(8);
        let holes = (&without - &cut).count();
        let tracked = masks(&mut session, go(Course::Forward));
        (mask, holes, tracked)
    };
    let (open, left, tracked) = holes(None);
    assert!(!open.get(26, 20) && left > 1, "{left}");
    // A hole that is larger than the limit stays.
    let (smaller, same, _) = holes(Some(1));
    assert_eq!((&smaller, same), (&open, left));
    let (closed, none, tracked_closed) = holes(Some(8));
    assert!(closed.get(26, 20));
    assert_eq!(none, 0);
    assert!((&open - &closed).is_empty());
    // What is remembered is what was shown.
    assert_ne!(tracked[1..], tracked_closed[1..]);
}

#[test]
fn separate_objects_share_no_pixel() {
    let [left, right] = [rect(8, 10, 34, 34), rect(22, 14, 50, 38)];
    let shown = |separate_objects| {
        let options = SessionOptions {
            separate_objects,
            ..SessionOptions::default()
        };
        let mut session = session(FRAMES, options);
        masks(&mut session, give(FIRST, 0, &filled(left)));
        let mut shown = masks(&mut session, give(SECOND, 0, &filled(right)));
        shown.extend(masks(&mut session, go(Course::Forward)));
        shown
    };
    let (shared, separate) = (shown(false), shown(true));
    let mut contested = 0;
    for (shared, separate) in shared.iter().zip(&separate) {
        let pair = |frame| {
            [
                mask_of(frame, FIRST).unwrap(),
                mask_of(frame, SECOND).unwrap(),
            ]
        };
        let ([first, second], [one, other]) = (pair(shared), pair(separate));
        contested += first.intersection_count(&second);
        assert_eq!(one.intersection_count(&other), 0);
        // No pixel changes hands to an object that did not ask for it, and none is lost.
        assert!((&one - &first).is_empty() && (&other - &second).is_empty());
        assert_eq!(&one | &other, &first | &second);
    }
    assert!(contested > 0);
    // Both masks say the same of a pixel well inside of both: the object added first has it.
    let has = |object| mask_of(&separate[0], object).unwrap().get(28, 24);
    assert!(has(FIRST) && !has(SECOND));
}

#[test]
fn masks_have_the_size_of_the_video() {
    let size = FrameSize::new(60, 45);
    let mut session = session(FRAMES, SessionOptions::default());
    masks(&mut session, click(FIRST, 0));
    for event in all(&mut session, go(Course::Forward)) {
        let tubelet_session::Event::Tracked(masks) = event else {
            panic!("{event:?}");
        };
        assert!(masks.masks.iter().all(|mask| mask.mask.size() == size));
    }
}
