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
mod rust_file;
mod text;

pub(crate) use complaint::Complaint;
#[cfg(test)]
pub(crate) use licences::CRATES_IO;

use anyhow::Result;

use crate::metadata::Workspace;
use crate::picture;

/// Checks everything and prints the complaints; true when there are none.
pub(crate) fn run(workspace: &Workspace) -> Result<bool> {
    let files = files::read(&workspace.root)?;
    let mut complaints = Vec::new();
    for file in &files {
        complaints.extend(text::check(file));
        complaints.extend(rust_file::check(file));
        complaints.extend(links::check(&workspace.root, file));
    }
    complaints.extend(house::check(&files, workspace));
    complaints.extend(layering::check(workspace));
    complaints.extend(licences::check(workspace));
    complaints.extend(listed::check(&files, workspace));
    complaints.extend(picture::stale(workspace));
    for complaint in &complaints {
        println!("{complaint}");
    }
    println!(
        "tidy: {} files, {} packages, {} complaints",
        files.len(),
        workspace.packages.len(),
        complaints.len()
    );
    Ok(complaints.is_empty())
}
