//! Rules that no compiler knows.
//!
//! In: the workspace as cargo describes it and the files in it. Out: complaints, each with its place, its reason
//! and a way out. Reading order: what a complaint is, which files are read, then one file per kind of rule.

mod complaint;
mod files;
mod house;
mod layering;
mod licences;
mod links;
mod listed;
mod rules;
mod rust_file;
mod text;

pub(crate) use complaint::Complaint;
#[cfg(test)]
pub(crate) use licences::CRATES_IO;
pub(crate) use rules::run;
