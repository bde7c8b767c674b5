//! `tubelet data`: data sets looked at, checked, and their masks converted.

pub(crate) mod arguments;
pub(crate) mod dispatch;

mod convert;
mod inspect;
mod revos_to_stvg;
mod validate;
