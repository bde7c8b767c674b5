//! The whole golden video: clicks, a box, a correction that is taken back later, a given mask; forward and backward.

use tubelet_geometry::BoundingBox;
use tubelet_session::{
    Click, Command, Course, Event, Propagation, Retention, Session, SessionOptions,
};

use crate::{
    clip::{FIRST, SECOND, at, go_from, plain, session},
    golden::{Entry, Golden},
};

/// The golden file's steps, as commands.
fn script(golden: &Golden) -> Vec<(&'static str, Command)> {
    let clicks = |frame, clicks: &[Click]| Command::AddClicks(at(FIRST, frame), clicks.to_vec());
    let go = |from, course| {
        Command::Propagate(Propagation {
            from,
            course,
            ..Propagation::default()
        })
    };
    vec![
        ("click", clicks(0, &[Click::include(14.0, 17.0)])),
        ("refine", clicks(0, &[Click::exclude(40.0, 8.5)])),
        (
            "box",
            Command::SetBox(at(SECOND, 2), BoundingBox::new(38.0, 22.0, 51.0, 35.0)),
        ),
        ("forward", go(None, Course::Forward)),
        (
            "correct",
            clicks(3, &[Click::include(21.0, 19.0), Click::exclude(50.0, 40.0)]),
        ),
        ("again", go_from(3, Course::Forward, 6)),
        (
            "mask",
            Command::SetMask(at(SECOND, 8), golden.mask("given_mask")),
        ),
        ("backward", go(Some(8), Course::Backward)),
        ("clear", Command::ClearPrompts(at(FIRST, 3))),
        ("cleared", go_from(2, Course::Forward, 4)),
        ("click_again", clicks(3, &[Click::include(40.0, 10.0)])),
        ("once_more", go_from(3, Course::Forward, 3)),
    ]
}

/// Plays the script and compares whatever the golden file has an answer for. Gives the answers compared.
fn play(session: &mut Session, script: &[(&'static str, Command)], golden: &Golden) -> Vec<Entry> {
    let entries = golden.entries();
    let mut compared = Vec::new();
    for (step, command) in script {
        let mut events = session.apply(command.clone()).unwrap();
        while let Some(event) = events.next() {
            let (Event::Prompted(masks) | Event::Tracked(masks)) = event.unwrap() else {
                continue;
            };
            for mask in &masks.masks {
                let entry = Entry {
                    step: (*step).to_owned(),
                    frame: masks.frame,
                    object: mask.object,
                };
                // A prompt is answered with all objects' masks; the reference tells the prompted one's only.
                if entries.contains(&entry) {
                    let logits = events.session().logits(at(mask.object, masks.frame));
                    golden.check(&entry, mask, logits.unwrap());
                    compared.push(entry);
                }
            }
        }
    }
    compared
}

fn session_that_keeps(retention: Retention, golden: &Golden) -> Session {
    let options = SessionOptions {
        retention,
        ..plain()
    };
    session(golden.frames().len(), options)
}

#[test]
fn a_whole_video_equals_the_reference() {
    let golden = Golden::open();
    let mut session = session_that_keeps(Retention::All, &golden);
    let compared = play(&mut session, &script(&golden), &golden);
    assert_eq!(compared, golden.entries());
}

#[test]
fn letting_go_of_far_memories_changes_nothing_on_the_way_forward() {
    let golden = Golden::open();
    let mut session = session_that_keeps(Retention::Near, &golden);
    let script = script(&golden);
    let forward: Vec<_> = script
        .into_iter()
        .take_while(|(step, _)| *step != "backward")
        .collect();
    let compared = play(&mut session, &forward, &golden);
    let expected = golden.entries().into_iter();
    let expected: Vec<Entry> = expected
        .take_while(|entry| entry.step != "backward")
        .collect();
    assert_eq!(compared, expected);
}
