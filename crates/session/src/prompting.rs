//! Saying something about an object: clicks, a box, a mask.
//!
//! In: positions in video pixels. Out: the object's mask in that frame at once, and a memory that the next propagation takes
//! up. In a frame that the object was not tracked in, nothing is looked back on; elsewhere it is a correction.

use tubelet_geometry::{BoundingBox, FrameSize, Mask, PixelTransform};
use tubelet_segmentation::{
    FrameMemory, FramePolicy, FrameRole, ImageFeatures, Moment, Past, Prompt, Recalled,
    prepare_masks,
};

use crate::{
    command::{Click, Place},
    error::SessionError,
    event::Event,
    object::{Answer, TrackedObject},
    options::Corrections,
    outcome::Outcome,
    said::{Said, check_clicks, mask_image},
    session::Session,
};

impl Session {
    pub(crate) fn add_clicks(
        &mut self,
        place: Place,
        clicks: Vec<Click>,
    ) -> Result<Event, SessionError> {
        let size = self.frames.size_of(place.frame)?;
        check_clicks(place, &clicks, size)?;
        let earlier = self
            .objects
            .iter()
            .find(|object| object.id == place.object)
            .and_then(|object| object.said.get(&place.frame));
        let mut said = earlier.cloned().unwrap_or_default();
        said.clicks.extend(clicks);
        self.say_points(place, said, size)
    }

    pub(crate) fn set_points(
        &mut self,
        place: Place,
        edges: Option<BoundingBox>,
        clicks: Vec<Click>,
    ) -> Result<Event, SessionError> {
        let size = self.frames.size_of(place.frame)?;
        let said = Said::checked(place, edges, clicks, size)?;
        self.say_points(place, said, size)
    }

    pub(crate) fn set_mask(&mut self, place: Place, mask: &Mask) -> Result<Event, SessionError> {
        let size = self.frames.size_of(place.frame)?;
        let image = mask_image(place, mask, size, &self.device)?;
        let prompt = Prompt::Mask(prepare_masks(image, self.segmenter.image_size()));
        let features = self.existing_features(place.frame)?;
        self.bring_back(place.frame, None)?;
        let recalled = self.segmenter.recall_nothing(&features);
        let found = self.finder(&features).prompted(&recalled, prompt)?;
        self.answer(place, Said::default(), found)
    }

    fn say_points(
        &mut self,
        place: Place,
        said: Said,
        size: FrameSize,
    ) -> Result<Event, SessionError> {
        let side = self.segmenter.image_size();
        let model_from_video = PixelTransform::stretch(size, FrameSize::new(side, side))?;
        let features = self.existing_features(place.frame)?;
        self.bring_back(place.frame, None)?;
        let object = self.objects.iter().find(|object| object.id == place.object);
        let previous = object
            .and_then(|object| object.outcome(place.frame))
            .map(|outcome| outcome.prompt(&self.device));
        let prompt = Prompt::Points {
            points: said.points(model_from_video, &self.device),
            previous,
        };
        let recalled = self.recall_for_prompt(object, place.frame, &features);
        let found = self.finder(&features).prompted(&recalled, prompt)?;
        self.answer(place, said, found)
    }

    fn recall_for_prompt(
        &self,
        object: Option<&TrackedObject>,
        frame: usize,
        features: &ImageFeatures,
    ) -> Recalled {
        let tracked = object.and_then(|object| Some((object, object.tracked.direction(frame)?)));
        match tracked {
            None => self.segmenter.recall_nothing(features),
            Some((object, direction)) => {
                let past = Past {
                    banks: &[&object.bank],
                    moment: Moment {
                        frame,
                        direction,
                        clip_frames: self.frames.clip_frames(),
                    },
                };
                self.segmenter
                    .recall(features, past, self.limited(FramePolicy::prompted()))
            }
        }
    }

    /// Takes up what a prompt pointed at.
    fn answer(
        &mut self,
        place: Place,
        said: Said,
        (outcome, memory): (Outcome, FrameMemory),
    ) -> Result<Event, SessionError> {
        outcome.check(place.object)?;
        let corrections = self.options.corrections;
        let index = self.index_of(place.object).unwrap_or_else(|_| {
            self.objects.push(TrackedObject::new(place.object));
            self.objects.len() - 1
        });
        let object = &mut self.objects[index];
        let role = if object.tracked.contains(place.frame) && corrections == Corrections::Track {
            FrameRole::Tracked
        } else {
            FrameRole::Prompted
        };
        let answer = Answer {
            role,
            memory,
            outcome,
        };
        object.pending.insert(place.frame, answer);
        object.said.insert(place.frame, said);
        self.masks(place.frame).map(Event::Prompted)
    }
}
