//! All rules, one after the other.
//!
//! In: the workspace. Out: complaints on the terminal, and whether there were none.

use anyhow::Result;

use super::{files, house, layering, licences, links, listed, rust_file, text};
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
