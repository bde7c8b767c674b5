//! What a session has to say. All masks have the size of the video.

use tubelet_geometry::{FrameSize, RunLength};

use crate::command::{ObjectId, Place};

/// An object's mask in one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectMask {
    /// The object.
    pub object: ObjectId,
    /// Its pixels; empty where it is not in the frame.
    pub mask: RunLength,
    /// Above zero where the model believes that the object is in the frame (a logit).
    pub object_score: f32,
    /// What the model expects the mask's intersection over union with the truth to be, 0 to 1.
    pub iou: f32,
}

/// A mask before it was cut, at the model's resolution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaskLogits<'a> {
    /// Columns and rows.
    pub size: FrameSize,
    /// Row after row, above zero inside the object; small holes are filled if the session fills them.
    pub values: &'a [f32],
}

/// The masks of one frame, in the order in which their objects were added.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameMasks {
    /// The frame, from 0.
    pub frame: usize,
    /// Of every object that has one there.
    pub masks: Vec<ObjectMask>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Something was said about an object; the masks of that frame are now these.
    Prompted(FrameMasks),
    /// All objects were tracked in a frame.
    Tracked(FrameMasks),
    /// A frame of a stream was taken; there was no object to track.
    Pushed {
        /// Its number.
        frame: usize,
    },
    /// What was said was taken back.
    PromptsCleared(Place),
    /// An object was forgotten.
    ObjectRemoved(ObjectId),
    /// All objects were forgotten.
    Reset,
}
