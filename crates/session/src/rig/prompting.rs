//! Saying something about an object in one camera of the present step.
//!
//! In: positions in that camera's pixels. Out: the object's mask there at once, and a memory that all cameras look back on.

use tubelet_geometry::{FrameSize, PixelTransform};
use tubelet_segmentation::{
    Encodings, ImageFeatures, Prompt, Recalled, View, ViewPast, prepare_masks,
};

use super::{
    object::RigObject,
    session::{Present, RigSession},
    step::RigPrompt,
};
use crate::{
    command::{ObjectId, Place},
    error::SessionError,
    event::ObjectMask,
    said::{Said, check_clicks, mask_image},
};

impl RigSession {
    /// Says where an object is in a camera's picture; one that is not known yet is added. The mask is that of this picture;
    /// [`RigSession::track`] finds the object in the others.
    ///
    /// # Errors
    /// Where nothing was shown, the camera has no picture, or the prompt does not fit it; nothing has changed then.
    pub fn say(
        &mut self,
        object: ObjectId,
        camera: usize,
        prompt: RigPrompt,
    ) -> Result<ObjectMask, SessionError> {
        let present = self.present.take().ok_or(SessionError::NothingShown)?;
        let said = self.say_in(&present, object, (camera, prompt));
        self.present = Some(present);
        said.map_err(|error| match error {
            SessionError::NoSuchCamera { .. } => error,
            error => self.in_camera(camera, error),
        })
    }

    fn say_in(
        &mut self,
        present: &Present,
        object: ObjectId,
        (camera, prompt): (usize, RigPrompt),
    ) -> Result<ObjectMask, SessionError> {
        let row = present.rows.get(camera).ok_or(SessionError::NoSuchCamera {
            camera,
            count: present.rows.len(),
        })?;
        let missing = SessionError::NoPicture { step: present.step };
        let (row, size) = row.ok_or(missing)?;
        let place = Place {
            object,
            frame: present.step,
        };
        let view = View {
            step: present.step,
            camera,
        };
        let known = self.objects.iter().find(|known| known.id == object);
        let features = present.features.frame(row);
        let (said, recalled, prompt) = match prompt {
            RigPrompt::Mask(mask) => {
                let image = mask_image(place, &mask, size, &self.device)?;
                let mask = prepare_masks(image, self.segmenter.image_size());
                let recalled = self.segmenter.recall_nothing(&features);
                (Said::default(), recalled, Prompt::Mask(mask))
            }
            RigPrompt::Clicks(clicks) => {
                check_clicks(place, &clicks, size)?;
                let earlier = known.and_then(|known| known.said.get(&camera));
                let mut said = earlier.cloned().unwrap_or_default();
                said.clicks.extend(clicks);
                self.points(known, (present, view, size), (said, &features))?
            }
            RigPrompt::Box(edges) => {
                let said = Said::checked(place, Some(edges), Vec::new(), size)?;
                self.points(known, (present, view, size), (said, &features))?
            }
            RigPrompt::Points(edges, clicks) => {
                let said = Said::checked(place, edges, clicks, size)?;
                self.points(known, (present, view, size), (said, &features))?
            }
        };
        let found = self.finder(&features).prompted(&recalled, prompt)?;
        found.0.check(object)?;
        let cameras = self.cameras().len();
        let index = self.objects.iter().position(|known| known.id == object);
        let index = index.unwrap_or_else(|| {
            self.objects.push(RigObject::new(object, cameras));
            self.objects.len() - 1
        });
        let known = &mut self.objects[index];
        known.take(view, true, found);
        known.said.insert(camera, said);
        let masks = self.masks(camera, size)?;
        let unknown = SessionError::UnknownObject { object };
        let mut masks = masks.into_iter();
        masks.find(|mask| mask.object == object).ok_or(unknown)
    }

    /// Points as a prompt, with what is looked back on: nothing where the object was not tracked, as for a first prompt.
    fn points(
        &self,
        known: Option<&RigObject>,
        (present, view, size): (&Present, View, FrameSize),
        (said, features): (Said, &ImageFeatures),
    ) -> Result<(Said, Recalled, Prompt), SessionError> {
        let side = self.segmenter.image_size();
        let model_from_video = PixelTransform::stretch(size, FrameSize::new(side, side))?;
        let earlier = known.and_then(|known| Some((known, known.outcomes.get(&view.camera)?)));
        let recalled = match known {
            Some(known) if earlier.is_some() && !known.bank.is_prompted(view) => {
                let mut encoded = Encodings::default();
                let mut sights = self.sights(present, &mut encoded);
                let past = ViewPast {
                    banks: &[&known.bank],
                    moment: self.moment(view),
                    rule: &self.options.rule,
                    sights: &mut sights,
                };
                self.segmenter.recall_views(features, past)
            }
            _ => self.segmenter.recall_nothing(features),
        };
        let prompt = Prompt::Points {
            points: said.points(model_from_video, &self.device),
            previous: earlier.map(|(_, outcome)| outcome.prompt(&self.device)),
        };
        Ok((said, recalled, prompt))
    }
}
