//! The session: objects, what was said about them, and what is remembered of them.
//!
//! In: commands. Out: events, one at a time, from an iterator; tracking happens while it is drawn from. Calls nobody back,
//! knows no thread, no file and no format. A frame is encoded once for all objects, and objects are tracked together.

use std::sync::Arc;

use burn::tensor::Device;
use tubelet_geometry::{FrameSize, RunLength};
use tubelet_segmentation::{FramePolicy, Held, ImageFeatures, Segmenter, Window, prepare_frame};

use crate::{
    command::{Command, ObjectId, Place},
    error::SessionError,
    event::{Event, FrameMasks, MaskLogits, ObjectMask},
    finding::Finder,
    frames::{FrameSource, Frames},
    object::TrackedObject,
    offload::Offload,
    options::SessionOptions,
    outcome::Outcome,
    propagation::Events,
    render,
};

/// The one mutable thing at inference.
pub struct Session {
    pub(crate) segmenter: Arc<Segmenter>,
    pub(crate) device: Device,
    pub(crate) options: SessionOptions,
    pub(crate) frames: Frames,
    /// In the order in which they were added.
    pub(crate) objects: Vec<TrackedObject>,
    /// Where what is out of reach is kept, if anywhere.
    pub(crate) offload: Option<Offload>,
    /// Of the frame that was looked at last.
    features: Option<(usize, ImageFeatures)>,
}

impl Session {
    /// A session over a video.
    ///
    /// # Errors
    /// [`SessionError::EmptyFrames`] where its frames have no pixels.
    pub fn new(
        segmenter: Arc<Segmenter>,
        source: Box<dyn FrameSource>,
        options: SessionOptions,
    ) -> Result<Self, SessionError> {
        let size = source.size();
        if size.pixel_count() == 0 {
            return Err(SessionError::EmptyFrames { size });
        }
        Ok(Self::over(segmenter, Frames::Read(source), options))
    }

    /// A session over a stream, whose frames are pushed one by one. Only the latest frame can be prompted, and only the
    /// past is looked back on.
    pub fn streaming(segmenter: Arc<Segmenter>, options: SessionOptions) -> Self {
        let frames = Frames::Pushed {
            count: 0,
            latest: None,
        };
        Self::over(segmenter, frames, options)
    }

    fn over(segmenter: Arc<Segmenter>, frames: Frames, options: SessionOptions) -> Self {
        Self {
            device: segmenter.device(),
            segmenter,
            options,
            frames,
            objects: Vec::new(),
            offload: None,
            features: None,
        }
    }

    /// Objects in the order in which they were added.
    pub fn objects(&self) -> impl Iterator<Item = ObjectId> {
        self.objects.iter().map(|object| object.id)
    }

    /// What the model said about an object in a frame, before it was cut into a mask. `None` where nothing was said or it
    /// has been let go of; the frame of the event that was drawn last is always known.
    pub fn logits(&self, place: Place) -> Option<MaskLogits<'_>> {
        let object = self
            .objects
            .iter()
            .find(|object| object.id == place.object)?;
        let outcome = object.outcome(place.frame)?;
        Some(MaskLogits {
            size: outcome.size,
            values: &outcome.logits,
        })
    }

    /// The frames of which an object's memories are held.
    ///
    /// # Errors
    /// [`SessionError::UnknownObject`].
    pub fn held(&self, object: ObjectId) -> Result<Held, SessionError> {
        Ok(self.objects[self.index_of(object)?].bank.held())
    }

    /// Carries out a command. Prompts are answered at once; tracking goes on while events are drawn, and may be
    /// dropped at any time.
    ///
    /// # Errors
    /// Where the command cannot be carried out; nothing has changed then. Events may be errors too: after one, no event
    /// follows.
    pub fn apply(&mut self, command: Command) -> Result<Events<'_>, SessionError> {
        let mut plan = None;
        let event = match command {
            Command::AddClicks(place, clicks) => Some(self.add_clicks(place, clicks)?),
            Command::SetBox(place, edges) => {
                Some(self.set_points(place, Some(edges), Vec::new())?)
            }
            Command::SetPoints(place, edges, clicks) => {
                Some(self.set_points(place, edges, clicks)?)
            }
            Command::SetMask(place, mask) => Some(self.set_mask(place, &mask)?),
            Command::ClearPrompts(place) => {
                self.frames.check_exists(place.frame)?;
                let index = self.index_of(place.object)?;
                self.objects[index].clear(place.frame);
                self.offload(index, place.frame)?;
                Some(Event::PromptsCleared(place))
            }
            Command::RemoveObject(id) => {
                let index = self.index_of(id)?;
                self.objects.remove(index);
                if let Some(offload) = &mut self.offload {
                    offload.forget_object(id);
                }
                Some(Event::ObjectRemoved(id))
            }
            Command::Propagate(asked) => {
                plan = Some(self.plan(asked)?);
                None
            }
            Command::Push(frame) => Some(self.push(frame)?),
            Command::Reset => {
                for object in self.objects.drain(..) {
                    if let Some(offload) = &mut self.offload {
                        offload.forget_object(object.id);
                    }
                }
                Some(Event::Reset)
            }
        };
        Ok(Events::new(self, event, plan))
    }

    /// Which object has that name.
    pub(crate) fn index_of(&self, id: ObjectId) -> Result<usize, SessionError> {
        self.objects
            .iter()
            .position(|object| object.id == id)
            .ok_or(SessionError::UnknownObject { object: id })
    }

    /// How far back a frame can look.
    pub(crate) fn window(&self) -> Window {
        let policy = self.limited(FramePolicy::tracked());
        self.segmenter.window(policy.recall)
    }

    /// A policy that looks back on no more prompted frames than the options say.
    pub(crate) fn limited(&self, mut policy: FramePolicy) -> FramePolicy {
        policy.recall.prompted_limit = self.options.prompted_limit;
        policy
    }

    /// Features of a frame, `None` past the end.
    pub(crate) fn features(&mut self, index: usize) -> Result<Option<ImageFeatures>, SessionError> {
        if let Some((frame, features)) = &self.features
            && *frame == index
        {
            return Ok(Some(features.clone()));
        }
        let Some(frame) = self.frames.frame(index)? else {
            return Ok(None);
        };
        let image_size = self.segmenter.image_size();
        let image = prepare_frame(&frame.pixels, frame.size, image_size, &self.device)?;
        // The features of the last frame go before those of this one come.
        self.features = None;
        let features = self.segmenter.encode(image);
        self.features = Some((index, features.clone()));
        Ok(Some(features))
    }

    /// A look at a picture with these features.
    pub(crate) fn finder<'a>(&'a self, features: &'a ImageFeatures) -> Finder<'a> {
        Finder {
            segmenter: &self.segmenter,
            features,
            largest_filled_hole: self.options.largest_filled_hole,
        }
    }

    /// Features of a frame that has to exist.
    pub(crate) fn existing_features(
        &mut self,
        frame: usize,
    ) -> Result<ImageFeatures, SessionError> {
        self.frames.size_of(frame)?;
        let ended = SessionError::PastTheEnd { frame };
        self.features(frame)?.ok_or(ended)
    }

    /// The masks of all objects that have one in the frame.
    pub(crate) fn masks(&self, frame: usize) -> Result<FrameMasks, SessionError> {
        let size = self.frames.size().unwrap_or(FrameSize::new(0, 0));
        let seen: Vec<(ObjectId, &Outcome)> = self
            .objects
            .iter()
            .filter_map(|object| Some((object.id, object.outcome(frame)?)))
            .collect();
        let masks = object_masks(&seen, size, self.options.separate_objects)?;
        Ok(FrameMasks { frame, masks })
    }
}

/// What was seen of objects, as masks of a picture's size.
pub(crate) fn object_masks(
    seen: &[(ObjectId, &Outcome)],
    size: FrameSize,
    separate: bool,
) -> Result<Vec<ObjectMask>, SessionError> {
    for (object, outcome) in seen {
        outcome.check(*object)?;
    }
    let outcomes: Vec<&Outcome> = seen.iter().map(|(_, outcome)| *outcome).collect();
    let masks = render::masks(&outcomes, size, separate)?;
    Ok(seen
        .iter()
        .zip(masks)
        .map(|((object, outcome), mask)| ObjectMask {
            object: *object,
            mask: RunLength::encode(&mask),
            object_score: outcome.object_score,
            iou: outcome.iou,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_that_are_no_numbers_are_refused() {
        let size = FrameSize::new(2, 1);
        let outcome = |iou| Outcome {
            size,
            logits: vec![1.0, -1.0],
            object_score: 1.0,
            iou,
        };
        let masks = |iou| object_masks(&[(ObjectId(3), &outcome(iou))], size, false);
        assert!(masks(0.5).is_ok());
        let refused = masks(f32::NAN).map_err(|error| error.to_string());
        assert!(matches!(refused, Err(reason) if reason.contains("object 3")));
    }
}
