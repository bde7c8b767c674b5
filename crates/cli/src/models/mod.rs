//! Models by name: where their weights are, and the model built from them.

pub(crate) mod arguments;
pub(crate) mod known;
pub(crate) mod language;
pub(crate) mod locate;
pub(crate) mod open;
