//! Saying more about an object, and taking it back.

use tubelet_geometry::{BoundingBox, Mask};
use tubelet_session::{
    Click, Command, Corrections, Course, Event, FrameMasks, Retention, Session, SessionOptions,
};

use crate::clip::{
    FIRST, SECOND, all, at, click, frames, go, mask_of, masks, plain, refusal, session,
};

const FRAMES: usize = 14;

/// "Here, and not there", in a frame where it changes the mask.
fn correct(frame: usize) -> Command {
    let clicks = vec![Click::include(21.0, 19.0), Click::exclude(50.0, 40.0)];
    Command::AddClicks(at(FIRST, frame), clicks)
}

fn tracked(options: SessionOptions) -> (Session, Vec<FrameMasks>) {
    let mut session = session(FRAMES, options);
    masks(&mut session, click(FIRST, 0));
    let before = masks(&mut session, go(Course::Forward));
    (session, before)
}

fn keeping_all() -> SessionOptions {
    SessionOptions {
        retention: Retention::All,
        ..plain()
    }
}

#[test]
fn a_correction_in_any_frame_stays_and_is_looked_back_on() {
    for options in [plain(), keeping_all()] {
        // Near the start, out of reach of both ends, and in the last frame.
        for frame in [3, 7, FRAMES - 1] {
            let (mut session, before) = tracked(options);
            let answer = masks(&mut session, correct(frame));
            assert_eq!(answer.len(), 1);
            assert_ne!(answer[0], before[frame]);
            let after = masks(&mut session, go(Course::Forward));
            assert_eq!(after.len(), FRAMES);
            assert_eq!(after[frame], answer[0]);
            // Prompted frames are looked back on from everywhere.
            assert_eq!(after[0], before[0]);
            assert!((1..FRAMES).any(|other| other != frame && after[other] != before[other]));
        }
    }
}

#[test]
fn a_correction_that_counts_as_tracked_is_gone_over() {
    let options = SessionOptions {
        corrections: Corrections::Track,
        ..keeping_all()
    };
    let (mut session, before) = tracked(options);
    assert_ne!(masks(&mut session, correct(5))[0], before[5]);
    assert_eq!(masks(&mut session, go(Course::Forward)), before);
    // In a prompted frame it is lost, as what was said first stays.
    assert_ne!(masks(&mut session, correct(0))[0], before[0]);
    assert_eq!(masks(&mut session, go(Course::Forward)), before);
}

#[test]
fn clicks_add_up_until_a_box_or_a_mask_replaces_them() {
    let size = frames(1)[0].size;
    let edges = BoundingBox::new(4.0, 6.0, 24.0, 28.0);
    let boxed = || Command::SetBox(at(FIRST, 0), edges);
    let answer = |commands: Vec<Command>| {
        let mut session = session(2, plain());
        let answers: Vec<FrameMasks> = commands
            .into_iter()
            .flat_map(|command| masks(&mut session, command))
            .collect();
        answers.last().cloned().unwrap()
    };
    // The box alone and the box with a click are different things to say.
    assert_ne!(answer(vec![boxed()]), answer(vec![boxed(), correct(0)]));
    // A mask leaves no trace of what was said before.
    let mut mask = Mask::new(size);
    (10..30).for_each(|x| (12..33).for_each(|y| mask.set(x, y, true)));
    let given = Command::SetMask(at(FIRST, 0), mask.clone());
    let shown = answer(vec![given.clone()]);
    assert_eq!(shown, answer(vec![boxed(), correct(0), given.clone()]));
    assert!(mask_of(&shown, FIRST).unwrap().iou(&mask) > 0.9);
    // Clicks after it correct it.
    assert_ne!(answer(vec![given.clone(), click(FIRST, 0)]), shown);
    assert_ne!(
        answer(vec![given, click(FIRST, 0)]),
        answer(vec![click(FIRST, 0)])
    );
}

#[test]
fn the_order_in_which_frames_are_prompted_does_not_matter() {
    let track = |order: [usize; 3]| {
        let (mut session, _) = tracked(keeping_all());
        for frame in order {
            masks(&mut session, correct(frame));
        }
        masks(&mut session, go(Course::Both))
    };
    assert_eq!(track([2, 5, 9]), track([9, 2, 5]));
}

#[test]
fn what_is_taken_back_before_tracking_was_never_said() {
    let (mut session, before) = tracked(keeping_all());
    let held = session.held(FIRST).unwrap();
    let answer = masks(&mut session, correct(4));
    let place = at(FIRST, 4);
    let cleared = all(&mut session, Command::ClearPrompts(place));
    assert_eq!(cleared, [Event::PromptsCleared(place)]);
    assert_eq!(session.held(FIRST).unwrap(), held);
    // Saying it again corrects what was tracked, not the correction.
    assert_eq!(masks(&mut session, correct(4)), answer);
    all(&mut session, Command::ClearPrompts(place));
    assert_eq!(masks(&mut session, go(Course::Forward)), before);
}

#[test]
fn taking_back_a_correction_of_a_prompt_takes_the_prompt_back_too() {
    let (mut session, before) = tracked(keeping_all());
    masks(&mut session, correct(0));
    all(&mut session, Command::ClearPrompts(at(FIRST, 0)));
    // What was seen then is known still, as in a tracked frame.
    let held = session.held(FIRST).unwrap();
    assert_eq!((held.prompted, held.spatial[0]), (vec![], 0));
    let shown = masks(&mut session, click(SECOND, 0));
    assert_eq!(shown[0].masks[0], before[0].masks[0]);
}

#[test]
fn what_is_taken_back_after_tracking_counts_as_seen_until_it_is_gone_over() {
    let (mut session, before) = tracked(keeping_all());
    let answer = masks(&mut session, correct(6));
    let corrected = masks(&mut session, go(Course::Forward));
    assert_ne!(corrected, before);
    all(&mut session, Command::ClearPrompts(at(FIRST, 6)));
    let held = session.held(FIRST).unwrap();
    assert_eq!(held.prompted, [0]);
    assert!(held.spatial.contains(&6));
    assert_eq!(corrected[6], answer[0]);
    assert_eq!(masks(&mut session, go(Course::Forward)), before);
}

#[test]
fn a_box_and_clicks_may_be_said_in_one_look() {
    let edges = BoundingBox::new(8.0, 9.0, 24.0, 27.0);
    let clicks = vec![Click::include(14.0, 17.0), Click::exclude(50.0, 40.0)];
    let place = at(FIRST, 2);
    let answers = |commands: Vec<Command>| {
        let mut session = session(FRAMES, plain());
        let mut answers = commands.into_iter().map(|said| masks(&mut session, said));
        let last = answers.by_ref().last();
        last.map(|mut masks| masks.remove(0))
    };
    let points = |edges, clicks: &[Click]| Command::SetPoints(place, edges, clicks.to_vec());
    let boxed = Command::SetBox(place, edges);
    assert_eq!(
        answers(vec![points(Some(edges), &[])]),
        answers(vec![boxed.clone()])
    );
    let clicked = Command::AddClicks(place, clicks.clone());
    assert_eq!(
        answers(vec![points(None, &clicks)]),
        answers(vec![clicked.clone()])
    );
    // Two looks feed the mask of the first into the second.
    let at_once = answers(vec![points(Some(edges), &clicks)]);
    assert_ne!(at_once, answers(vec![boxed, clicked]));
    // A list that is said again, longer, takes the place of the one before.
    let again = vec![points(None, &clicks[..1]), points(None, &clicks)];
    let added = [&clicks[..1], &clicks[1..]].map(|some| Command::AddClicks(place, some.to_vec()));
    assert_eq!(answers(again), answers(added.to_vec()));

    let mut session = session(FRAMES, plain());
    assert_eq!(
        refusal(&mut session, points(None, &[])).to_string(),
        "no points were given for object 7 in frame 2"
    );
    let empty = BoundingBox::new(8.0, 9.0, 8.0, 27.0);
    let refused = refusal(&mut session, points(Some(empty), &clicks));
    assert!(refused.to_string().contains("is empty"), "{refused}");
}

#[test]
fn an_object_without_prompts_cannot_be_tracked() {
    let (mut session, _) = tracked(plain());
    all(&mut session, Command::ClearPrompts(at(FIRST, 0)));
    assert_eq!(
        refusal(&mut session, go(Course::Forward)).to_string(),
        "object 7 cannot be tracked: it has no prompt in any frame"
    );
    masks(&mut session, click(FIRST, 2));
    assert_eq!(masks(&mut session, go(Course::Forward)).len(), FRAMES - 2);
}
