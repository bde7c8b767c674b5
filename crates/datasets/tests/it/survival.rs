//! Damaged copies of files for the tests of two crates.
//!
//! In: a group of the crate's targets. A reader may refuse a copy, but not panic.

use std::fs;

use crate::damage::{Damage, Target, all_targets};

/// Shows a reader damaged copies of files that it can read.
fn survives(target: &Target, copies: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(target.file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    for seed in &target.seeds {
        fs::write(&path, seed).unwrap();
        assert!(
            (target.read)(&path),
            "{}: an undamaged file is not read by {}",
            target.name,
            target.parser
        );
    }
    let wanted = std::env::var("TUBELET_COPIES").ok();
    let copies = wanted.map_or(copies, |wanted| wanted.parse().unwrap());
    let mut damage = Damage::new(1);
    for _ in 0..copies {
        let mut bytes = damage.copy(&target.seeds);
        if let Some(repair) = target.repair.filter(|_| damage.below(4) > 0) {
            repair(&mut bytes);
        }
        // A new file each time: some file systems wait for the disk when a file is written over.
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        (target.read)(&path);
    }
}

/// Shows every reader of a group damaged copies, as many as `TUBELET_COPIES` says or this many.
pub(crate) fn all_survive(group: &str, copies: usize) {
    let targets = all_targets().into_iter();
    let of_group: Vec<Target> = targets.filter(|it| it.name.starts_with(group)).collect();
    assert!(!of_group.is_empty());
    for target in &of_group {
        survives(target, copies);
    }
}
