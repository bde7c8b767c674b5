//! From pixels and words to tokens and patches, in the order things happen: settings, sizes, resizing, patches, videos,
//! words, chat, the whole.

pub(crate) mod chat;
pub(crate) mod patches;
pub(crate) mod prompt;
pub(crate) mod resize;
pub(crate) mod settings;
pub(crate) mod size;
pub(crate) mod video;
pub(crate) mod words;
