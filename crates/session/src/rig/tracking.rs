//! Finding all objects in all cameras of the present step.
//!
//! Cameras are gone through in order, those that were prompted first of all, because a view looks back on those before it.

use tubelet_geometry::FrameSize;
use tubelet_segmentation::{Encodings, View, ViewBank, ViewPast};

use super::{
    session::{Present, RigSession},
    step::RigMasks,
};
use crate::{error::SessionError, event::ObjectMask, session::object_masks};

impl RigSession {
    /// Tracks all objects in the present step. Pictures in which something was said about an object keep it. May be called
    /// again after something more was said.
    ///
    /// # Errors
    /// [`SessionError::NothingShown`], [`SessionError::NoObjects`].
    pub fn track(&mut self) -> Result<RigMasks, SessionError> {
        if self.objects.is_empty() {
            return Err(SessionError::NoObjects);
        }
        let present = self.present.take().ok_or(SessionError::NothingShown)?;
        let tracked = self.track_in(&present);
        let step = present.step;
        self.present = Some(present);
        let cameras = tracked?;
        self.let_go(step);
        Ok(RigMasks { step, cameras })
    }

    fn track_in(
        &mut self,
        present: &Present,
    ) -> Result<Vec<Option<Vec<ObjectMask>>>, SessionError> {
        for object in &mut self.objects {
            object.bank.forget_tracked(present.step);
        }
        // All cameras of a step share what they know of where memories lie; cameras that stand still keep it.
        let mut encoded = std::mem::take(&mut self.encodings);
        encoded.move_on();
        for (camera, row) in present.rows.iter().enumerate() {
            let Some((row, _)) = *row else { continue };
            let view = View {
                step: present.step,
                camera,
            };
            self.track_view(present, (view, row), &mut encoded)?;
        }
        self.encodings = encoded;
        let mut cameras = Vec::with_capacity(present.rows.len());
        for (camera, row) in present.rows.iter().enumerate() {
            cameras.push(match row {
                Some((_, size)) => Some(self.masks(camera, *size)?),
                None => None,
            });
        }
        Ok(cameras)
    }

    fn track_view(
        &mut self,
        present: &Present,
        (view, row): (View, usize),
        encoded: &mut Encodings,
    ) -> Result<(), SessionError> {
        let waiting: Vec<usize> = (0..self.objects.len())
            .filter(|&index| !self.objects[index].bank.is_prompted(view))
            .collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let features = present.features.frame(row);
        let banks: Vec<&ViewBank> = waiting
            .iter()
            .map(|&index| &self.objects[index].bank)
            .collect();
        let mut sights = self.sights(present, encoded);
        let past = ViewPast {
            banks: &banks,
            moment: self.moment(view),
            rule: &self.options.rule,
            sights: &mut sights,
        };
        let recalled = self.segmenter.recall_views(&features, past);
        let found = self.finder(&features).tracked(&recalled)?;
        for (&index, (outcome, _)) in waiting.iter().zip(&found) {
            outcome.check(self.objects[index].id)?;
        }
        for ((&index, found), looked_at) in waiting.iter().zip(found).zip(recalled.looked_at) {
            let object = &mut self.objects[index];
            object.take(view, false, found);
            object.looked_at.insert(view.camera, looked_at);
        }
        Ok(())
    }

    /// The masks of all objects that were looked for in a camera.
    pub(crate) fn masks(
        &self,
        camera: usize,
        size: FrameSize,
    ) -> Result<Vec<ObjectMask>, SessionError> {
        let seen: Vec<_> = self
            .objects
            .iter()
            .filter_map(|object| Some((object.id, object.outcomes.get(&camera)?)))
            .collect();
        object_masks(&seen, size, self.options.separate_objects)
    }
}
