//! Reading MP4 and MOV (ISO/IEC 14496-12): which bytes of the file are which frame, and when it is shown.
//!
//! In: a file. Out: an [`index::Mp4Index`]. Only the index boxes are read into memory, never the media data. It knows no
//! codec beyond the name of it and the decoder settings that the container carries.

pub(crate) mod boxes;
pub(crate) mod description;
pub(crate) mod fragments;
pub(crate) mod index;
pub(crate) mod layout;
pub(crate) mod refusal;
pub(crate) mod samples;
pub(crate) mod timeline;
pub(crate) mod track;
