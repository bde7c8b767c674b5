//! The one mutable thing at inference: objects, prompts, memory. Commands in, events out.
//!
//! In: prompts in the pixels of the original video, frames through [`FrameSource`]. Out: run-length coded masks of the same
//! size. Memory does not grow with the length of the video. Knows no format, no network and no thread.

mod command;
mod course;
mod error;
mod event;
mod finding;
mod frames;
mod object;
mod offload;
mod options;
mod outcome;
mod prompting;
mod propagation;
mod reach;
mod render;
mod rig;
mod said;
mod session;
mod tracked_frames;

pub use command::{Click, ClickKind, Command, Course, ObjectId, Origin, Place, Propagation};
pub use error::SessionError;
pub use event::{Event, FrameMasks, MaskLogits, ObjectMask};
pub use frames::{FrameSource, HeldFrames};
pub use options::{Corrections, Retention, SessionOptions};
pub use propagation::Events;
pub use rig::{
    session::RigSession,
    step::{RigCamera, RigMasks, RigOptions, RigPicture, RigPrompt, RigStep},
};
pub use session::Session;
