//! What of an object's past is at hand: that which can be looked back on next.
//!
//! In: the frame that is looked at. Out: memories near it; the others are let go of, or offloaded where there is a storage.

use std::{
    io::{Read, Seek, Write},
    ops::RangeInclusive,
};

use tubelet_segmentation::{Direction, FrameRole};

use crate::{error::SessionError, offload::Offload, options::Retention, session::Session};

impl Session {
    /// Writes memories and masks of tracked frames to `storage`, such as a temporary file, and looks at them again where a
    /// correction or a propagation needs them. With [`Retention::Near`] every mask is then that of [`Retention::All`], and
    /// ordinary memory does not grow with the video; the storage takes about 3/4 MB for each frame and object.
    ///
    /// A stream never comes back, and nothing of it is written.
    #[must_use]
    pub fn with_offloading(mut self, storage: impl Read + Write + Seek + 'static) -> Self {
        self.offload = Some(Offload::new(storage));
        self
    }

    /// Writes down what a tracked frame left behind of an object, if there is a storage.
    pub(crate) fn offload(&mut self, index: usize, frame: usize) -> Result<(), SessionError> {
        let object = &self.objects[index];
        let Some(offload) = self.offload.as_mut().filter(|_| !self.frames.is_stream()) else {
            return Ok(());
        };
        let (Some(memory), Some(outcome)) = (object.bank.tracked(frame), object.outcome(frame))
        else {
            return Ok(());
        };
        offload
            .put((object.id, frame), memory, outcome)
            .map_err(SessionError::Offload)
    }

    /// Brings back what was offloaded of frames that can be looked back on from `frame`: on both sides, or on the one that a
    /// direction comes from.
    pub(crate) fn bring_back(
        &mut self,
        frame: usize,
        coming: Option<Direction>,
    ) -> Result<(), SessionError> {
        let window = self.window();
        let Some(offload) = &mut self.offload else {
            return Ok(());
        };
        let near = |reach: usize| -> RangeInclusive<usize> {
            let first = frame.saturating_sub(reach);
            match coming {
                Some(Direction::Forward) => first..=frame,
                Some(Direction::Backward) => frame..=frame + reach,
                None => first..=frame + reach,
            }
        };
        let spatial = near(window.spatial_reach());
        for object in &mut self.objects {
            for other in near(window.spatial_reach().max(window.pointer_reach())) {
                let is_near = spatial.contains(&other);
                let at_hand = object.bank.is_prompted(other)
                    || object.pending.contains_key(&other)
                    || object.bank.has_pointer(other)
                        && (!is_near || object.outcomes.contains_key(&other));
                if at_hand {
                    continue;
                }
                let found = offload.get((object.id, other), &self.device);
                if let Some((memory, outcome)) = found.map_err(SessionError::Offload)? {
                    object.bank.insert(other, FrameRole::Tracked, memory);
                    object.outcomes.insert(other, outcome);
                }
            }
        }
        Ok(())
    }

    /// Lets go of what cannot be looked back on any more from `frame`, prompted frames and `start`, where a propagation began
    /// that can come back there.
    pub(crate) fn let_go(&mut self, frame: usize, start: Option<usize>) {
        if self.options.retention == Retention::All {
            return;
        }
        let (window, is_stream) = (self.window(), self.frames.is_stream());
        for object in &mut self.objects {
            let mut anchors: Vec<usize> = start.into_iter().chain([frame]).collect();
            // A stream never comes back to a prompted frame.
            if is_stream {
                object.bank.keep_prompted_behind(frame, window);
            } else {
                anchors.extend(object.bank.held().prompted);
            }
            object.let_go(&anchors, window);
        }
    }
}
