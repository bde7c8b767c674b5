//! A report in the forms that people and programs read.

pub(crate) mod document;
pub(crate) mod parquet;
pub(crate) mod table;

pub(crate) mod chart;
pub(crate) mod html;
pub(crate) mod markup;
pub(crate) mod picture;
