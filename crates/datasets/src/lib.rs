//! Folder layouts, annotation formats and procedural worlds.
