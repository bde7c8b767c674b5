//! Prompts: as typed on the command line, and as read from a JSON file.

pub(crate) mod file;
pub(crate) mod gathered;
pub(crate) mod plan;
pub(crate) mod typed;
