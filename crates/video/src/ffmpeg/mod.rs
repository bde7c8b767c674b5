//! Everything we do not decode ourselves, through the programs `ffprobe` and `ffmpeg` where they are installed.
//!
//! They run as processes of their own, so that a crash of theirs is an error of ours; frames come through a pipe one at a
//! time, and the process is stopped when the source is dropped.

pub(crate) mod probe;
pub(crate) mod program;
pub(crate) mod stream;
