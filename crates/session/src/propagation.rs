//! Tracking from frame to frame, and the iterator that does it.
//!
//! In: a course through the video, or the next frame of a stream. Out: the masks of all objects, frame by frame. Objects are
//! tracked together; those that were prompted in a frame keep what was said there.

use tubelet_segmentation::{Direction, FramePolicy, FrameRole, MemoryBank, Moment, Past, Prompt};
use tubelet_video::Frame;

use crate::{
    command::Propagation,
    course::Plan,
    error::SessionError,
    event::{Event, FrameMasks},
    frames::Frames,
    outcome::Outcome,
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
            match self.session.track(frame, direction) {
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
        if matches!(self.frames, Frames::Pushed { .. }) {
            return Err(SessionError::Streaming);
        }
        if let Some(from) = asked.from {
            self.frames.check(from)?;
        }
        let prompted = |object: &crate::object::TrackedObject| {
            let frames: Vec<usize> = object.prompted_frames().collect();
            frames
        };
        let mut all = Vec::new();
        for object in &self.objects {
            let frames = prompted(object);
            if frames.is_empty() {
                return Err(SessionError::NoPrompt { object: object.id });
            }
            all.extend(frames);
        }
        let bounds = all.iter().min().zip(all.iter().max());
        let Some((&earliest, &latest)) = bounds else {
            return Err(SessionError::NoObjects);
        };
        self.settle();
        Ok(Plan::new(asked, earliest, latest))
    }

    /// Takes the next frame of a stream and tracks what there is to track.
    pub(crate) fn push(&mut self, frame: Frame) -> Result<Event, SessionError> {
        let frame = self.frames.push(frame)?;
        self.settle();
        let can_be_tracked = |object: &crate::object::TrackedObject| !object.bank.is_empty();
        if !self.objects.iter().any(can_be_tracked) {
            return Ok(Event::Pushed { frame });
        }
        let masks = self.track(frame, Direction::Forward)?;
        Ok(masks.map_or(Event::Pushed { frame }, Event::Tracked))
    }

    fn settle(&mut self) {
        for object in &mut self.objects {
            object.settle();
        }
    }

    /// Tracks all objects in a frame, `None` past the end.
    fn track(
        &mut self,
        frame: usize,
        direction: Direction,
    ) -> Result<Option<FrameMasks>, SessionError> {
        if self
            .frames
            .clip_frames()
            .is_some_and(|frames| frame >= frames)
        {
            return Ok(None);
        }
        let waiting: Vec<usize> = (0..self.objects.len())
            .filter(|&index| {
                let bank = &self.objects[index].bank;
                !bank.is_empty() && !bank.is_prompted(frame)
            })
            .collect();
        if !waiting.is_empty() && !self.track_together(&waiting, frame, direction)? {
            return Ok(None);
        }
        let (window, retention) = (self.window(), self.options.retention);
        for object in &mut self.objects {
            object.tracked.insert(frame, direction);
            object.let_go(frame, window, retention);
        }
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
        let policy = FramePolicy::tracked();
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
        let recalled = self.segmenter.recall(&features, past, policy);
        let prediction = self
            .segmenter
            .predict(&features, &recalled, Prompt::None, policy);
        let memory = self.segmenter.remember(&features, &prediction, policy);
        let memories = memory.split();
        let outcomes = Outcome::all(&prediction);
        for ((&index, memory), mut outcome) in objects.iter().zip(memories).zip(outcomes) {
            if let Some(largest) = self.options.largest_filled_hole {
                outcome.fill_holes(largest)?;
            }
            let object = &mut self.objects[index];
            object.bank.insert(frame, FrameRole::Tracked, memory);
            object.outcomes.insert(frame, outcome);
        }
        Ok(true)
    }
}
