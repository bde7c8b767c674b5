//! Tracking from frame to frame, and the iterator that does it.
//!
//! In: a course through the video, or the next frame of a stream. Out: the masks of all objects, frame by frame. Objects are
//! tracked together; those that were prompted in a frame keep what was said there.

use tubelet_segmentation::{Direction, FramePolicy, FrameRole, MemoryBank, Moment, Past};
use tubelet_video::Frame;

use crate::{
    command::{Origin, Propagation},
    course::Plan,
    error::SessionError,
    event::{Event, FrameMasks},
    object::TrackedObject,
    session::Session,
};

/// Events of a command. Tracking happens while they are drawn; what was drawn stays if the rest is dropped.
pub struct Events<'a> {
    session: &'a mut Session,
    ready: Option<Event>,
    plan: Option<Plan>,
}

impl<'a> Events<'a> {
    pub(crate) fn new(session: &'a mut Session, ready: Option<Event>, plan: Option<Plan>) -> Self {
        Self {
            session,
            ready,
            plan,
        }
    }

    /// The session between two events, to look closer at what the last one told.
    pub fn session(&self) -> &Session {
        self.session
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event, SessionError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(event) = self.ready.take() {
            return Some(Ok(event));
        }
        loop {
            let plan = self.plan.as_mut()?;
            let (frame, direction) = plan.advance()?;
            let (start, origin) = (plan.start, plan.origin);
            match self.session.track(frame, direction, Some(start), origin) {
                Ok(Some(masks)) => return Some(Ok(Event::Tracked(masks))),
                Ok(None) => plan.end_leg(),
                Err(error) => {
                    self.plan = None;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Session {
    /// Settles what was said and plans the way through the video.
    pub(crate) fn plan(&mut self, asked: Propagation) -> Result<Plan, SessionError> {
        if self.frames.is_stream() {
            return Err(SessionError::Streaming);
        }
        let mut prompted = Vec::new();
        for object in &self.objects {
            let before = prompted.len();
            prompted.extend(object.prompted_frames());
            if prompted.len() == before {
                return Err(SessionError::NoPrompt { object: object.id });
            }
        }
        let bounds = prompted.iter().min().zip(prompted.iter().max());
        let Some((&earliest, &latest)) = bounds else {
            return Err(SessionError::NoObjects);
        };
        if let Some(from) = asked.from {
            self.existing_features(from)?;
        }
        self.settle()?;
        let origins = self
            .objects
            .iter()
            .filter_map(|object| object.origin(asked.origin));
        Ok(Plan::new(asked, (earliest, latest), origins.max()))
    }

    /// Takes the next frame of a stream and tracks what there is to track.
    pub(crate) fn push(&mut self, frame: Frame) -> Result<Event, SessionError> {
        let frame = self.frames.push(frame)?;
        self.settle()?;
        if !self.objects.iter().any(TrackedObject::has_prompt) {
            return Ok(Event::Pushed { frame });
        }
        let masks = self.track(frame, Direction::Forward, None, Origin::Anywhere)?;
        Ok(masks.map_or(Event::Pushed { frame }, Event::Tracked))
    }

    fn settle(&mut self) -> Result<(), SessionError> {
        for index in 0..self.objects.len() {
            for frame in self.objects[index].settle() {
                self.offload(index, frame)?;
            }
        }
        Ok(())
    }

    /// Tracks objects that have a prompt in a frame, `None` past the end. `start` is where the propagation began, if it can
    /// come back there.
    fn track(
        &mut self,
        frame: usize,
        direction: Direction,
        start: Option<usize>,
        origin: Origin,
    ) -> Result<Option<FrameMasks>, SessionError> {
        if self
            .frames
            .clip_frames()
            .is_some_and(|frames| frame >= frames)
        {
            return Ok(None);
        }
        let objects = self.objects.iter().enumerate();
        let waiting: Vec<usize> = objects
            .filter(|(_, object)| object.waits(frame, direction, origin))
            .map(|(index, _)| index)
            .collect();
        self.bring_back(frame, Some(direction))?;
        if !waiting.is_empty() && !self.track_together(&waiting, frame, direction)? {
            return Ok(None);
        }
        for (index, object) in self.objects.iter_mut().enumerate() {
            if object.bank.is_prompted(frame) || waiting.binary_search(&index).is_ok() {
                object.tracked.insert(frame, direction);
            }
        }
        self.let_go(frame, start);
        self.masks(frame).map(Some)
    }

    /// Tracks some objects in a frame. Says whether there is such a frame.
    fn track_together(
        &mut self,
        objects: &[usize],
        frame: usize,
        direction: Direction,
    ) -> Result<bool, SessionError> {
        let Some(features) = self.features(frame)? else {
            return Ok(false);
        };
        let banks: Vec<&MemoryBank> = objects
            .iter()
            .map(|&index| &self.objects[index].bank)
            .collect();
        let past = Past {
            banks: &banks,
            moment: Moment {
                frame,
                direction,
                clip_frames: self.frames.clip_frames(),
            },
        };
        let recalled = self
            .segmenter
            .recall(&features, past, self.limited(FramePolicy::tracked()));
        let found = self.finder(&features).tracked(&recalled)?;
        for (&index, (outcome, _)) in objects.iter().zip(&found) {
            outcome.check(self.objects[index].id)?;
        }
        for (&index, (outcome, memory)) in objects.iter().zip(found) {
            let object = &mut self.objects[index];
            object.bank.insert(frame, FrameRole::Tracked, memory);
            object.outcomes.insert(frame, outcome);
            self.offload(index, frame)?;
        }
        Ok(true)
    }
}
