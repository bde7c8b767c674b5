//! Memory: what frames leave behind, which of it a later frame looks at, and how.

pub(crate) mod config;
pub(crate) mod selection;

pub(crate) mod bank;

pub(crate) mod rotary;

pub(crate) mod attention;

pub(crate) mod object_pointer;

pub(crate) mod recall;

pub(crate) mod encoder;
