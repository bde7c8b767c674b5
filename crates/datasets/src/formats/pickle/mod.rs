//! Python pickles, parsed and never executed.

pub(crate) mod machine;
mod text;
pub(crate) mod value;
