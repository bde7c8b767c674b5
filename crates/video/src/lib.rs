//! Decode, seek, draw and encode video.
