//! File formats that several data sets share, without what they mean to each.

pub(crate) mod coco;
pub(crate) mod deep_png;
pub(crate) mod hierarchical;
pub(crate) mod json;
pub(crate) mod json_members;
pub(crate) mod json_outline;
pub(crate) mod json_rows;
pub(crate) mod matlab;
mod parquet_file;
mod parquet_pages;
pub(crate) mod parquet_rows;
pub(crate) mod parquet_writer;
pub(crate) mod pickle;
pub(crate) mod polygon;
pub(crate) mod run_length_json;
pub(crate) mod tables;
pub(crate) mod text;
pub(crate) mod tf_record;
pub(crate) mod wire;
pub(crate) mod wire_writer;
