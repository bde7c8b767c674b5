//! The program's commands, a file each.

pub(crate) mod ablate;
pub(crate) mod ask;
pub(crate) mod data;
pub(crate) mod demo;
pub(crate) mod demo_ask;
pub(crate) mod doctor;
pub(crate) mod evaluate;
pub(crate) mod models;
pub(crate) mod track;
pub(crate) mod train;
