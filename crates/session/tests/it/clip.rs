//! A session over the golden frames, and short ways to speak to it.

use std::{path::Path, sync::Arc};

use burn::tensor::Device;
use tubelet_geometry::Mask;
use tubelet_nn::WeightFile;
use tubelet_segmentation::{Segmenter, SegmenterConfig};
use tubelet_session::{
    Click, Command, Course, Event, FrameMasks, HeldFrames, ObjectId, Place, Propagation, Session,
    SessionError, SessionOptions,
};
use tubelet_video::Frame;

use crate::golden::Golden;

pub(crate) const FIRST: ObjectId = ObjectId(7);
pub(crate) const SECOND: ObjectId = ObjectId(3);

/// The tiny model of the golden files.
pub(crate) fn segmenter() -> Arc<Segmenter> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../segmentation/tests/golden");
    let file = WeightFile::open(&folder.join("memory_model.safetensors")).unwrap();
    let config = SegmenterConfig::of(&file).unwrap();
    let (segmenter, _) = Segmenter::load(&config, &file, &Device::default()).unwrap();
    Arc::new(segmenter)
}

/// What the golden file expects of: no cosmetics.
pub(crate) fn plain() -> SessionOptions {
    SessionOptions {
        largest_filled_hole: None,
        ..SessionOptions::default()
    }
}

/// The golden clip, there and back again until it has `count` frames.
pub(crate) fn frames(count: usize) -> Vec<Frame> {
    let golden = Golden::open().frames();
    let turn = 2 * (golden.len() - 1);
    (0..count)
        .map(|index| {
            let place = index % turn;
            let frame = golden[place.min(turn - place)].clone();
            frame.at(index, 0.0)
        })
        .collect()
}

pub(crate) fn session(count: usize, options: SessionOptions) -> Session {
    let source = HeldFrames::new(frames(count)).unwrap();
    Session::new(segmenter(), Box::new(source), options).unwrap()
}

pub(crate) fn at(object: ObjectId, frame: usize) -> Place {
    Place { object, frame }
}

/// A click on the first object where it is in frame 0.
pub(crate) fn click(object: ObjectId, frame: usize) -> Command {
    Command::AddClicks(at(object, frame), vec![Click::include(14.0, 17.0)])
}

pub(crate) fn go(course: Course) -> Command {
    Command::Propagate(Propagation {
        course,
        ..Propagation::default()
    })
}

pub(crate) fn go_from(from: usize, course: Course, frames: usize) -> Command {
    Command::Propagate(Propagation {
        from: Some(from),
        course,
        frames: Some(frames),
        ..Propagation::default()
    })
}

/// Carries out a command to its end.
pub(crate) fn all(session: &mut Session, command: Command) -> Vec<Event> {
    let events = session.apply(command).unwrap();
    events.map(Result::unwrap).collect()
}

/// The masks that a command leads to, frame by frame.
pub(crate) fn masks(session: &mut Session, command: Command) -> Vec<FrameMasks> {
    let events = all(session, command).into_iter();
    events
        .filter_map(|event| match event {
            Event::Prompted(masks) | Event::Tracked(masks) => Some(masks),
            _ => None,
        })
        .collect()
}

/// Numbers of the frames that a command goes through.
pub(crate) fn numbers(session: &mut Session, command: Command) -> Vec<usize> {
    let masks = masks(session, command);
    masks.iter().map(|masks| masks.frame).collect()
}

/// Why a command is refused.
pub(crate) fn refusal(session: &mut Session, command: Command) -> SessionError {
    match session.apply(command) {
        Err(error) => error,
        Ok(_) => panic!("the command is carried out"),
    }
}

/// An object's mask among those of a frame.
pub(crate) fn mask_of(masks: &FrameMasks, object: ObjectId) -> Option<Mask> {
    let found = masks.masks.iter().find(|mask| mask.object == object)?;
    Some(found.mask.decode())
}
