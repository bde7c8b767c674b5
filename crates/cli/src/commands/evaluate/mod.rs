//! `tubelet evaluate`: predictions judged by a published protocol.

pub(crate) mod arguments;

mod run;
mod table;

pub(crate) use run::run;
