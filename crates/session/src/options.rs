//! How a session treats masks and memories.

/// Which memories of tracked frames are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// Those that the frame being tracked, a prompted frame or the frame where the propagation began can look back on, on
    /// either side; in a stream the frame being tracked alone. A correction far from all is made from the prompted
    /// frames alone. Memory does not grow with the video.
    #[default]
    Near,
    /// Every one, for short clips that are corrected often: about 3/4 MB for each frame and object.
    All,
}

/// What a correction makes of a frame that was tracked before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Corrections {
    /// A prompted frame, which every other frame looks back on: as SAM 2 was trained and as its paper says.
    #[default]
    Prompt,
    /// A tracked frame still, which the next propagation overwrites: SAM 2's predictor unless configured otherwise.
    Track,
}

/// Choices for a session. The default is SAM 2's predictor, with corrections as it was trained on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionOptions {
    /// Largest hole, in pixels of the model's masks, that is filled; `None` leaves all holes.
    pub largest_filled_hole: Option<usize>,
    /// Whether a pixel belongs to one object at most: the one with the highest logit.
    pub separate_objects: bool,
    /// What a correction makes of a tracked frame.
    pub corrections: Corrections,
    /// Which memories of tracked frames are kept.
    pub retention: Retention,
    /// Most prompted frames that a frame looks back on as such: the nearest on either side, then the nearest of the rest.
    /// `None` is no limit, as published (`max_cond_frames_in_attn` of SAM 2). A stream that is prompted again and again
    /// needs one, or its memory grows with every prompt.
    pub prompted_limit: Option<usize>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            largest_filled_hole: Some(8),
            separate_objects: false,
            corrections: Corrections::Prompt,
            retention: Retention::Near,
            prompted_limit: None,
        }
    }
}
