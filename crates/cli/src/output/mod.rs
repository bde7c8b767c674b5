//! Results on disk: records as they come, then `tracks.json`, pictures and the page that shows them.

pub(crate) mod journal;
pub(crate) mod pictures;
pub(crate) mod place;
pub(crate) mod tracks;
