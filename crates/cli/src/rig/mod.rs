//! Contents: `tubelet track` for rigs of several cameras, and the pictures it draws.

pub(crate) mod demo;
pub(crate) mod detected;
pub(crate) mod mosaic;
pub(crate) mod run;
mod summary;
pub(crate) mod tracked;
