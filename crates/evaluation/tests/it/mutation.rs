//! Damage to ground truths and predictions: no evaluation may panic, whatever happens to its files.
//!
//! Each file is damaged some hundreds of times; the example `fuzz_protocols` does it for hours.

use std::collections::BTreeSet;
use std::fs;

use tubelet_evaluation::Protocol;

use crate::damage::{Damage, all_targets};

const COPIES: usize = 200;

#[test]
fn damaged_files_do_no_harm() {
    for target in all_targets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(target.file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &target.seeds[0]).unwrap();
        assert!(
            (target.read)(&path),
            "{} with an undamaged {}",
            target.parser,
            target.name
        );
        let mut damage = Damage::new(1);
        for _ in 0..COPIES {
            fs::remove_file(&path).unwrap();
            fs::write(&path, damage.copy(&target.seeds)).unwrap();
            (target.read)(&path);
        }
    }
}

/// Protocols without a set of small texts.
fn is_left_out(protocol: Protocol) -> bool {
    use Protocol as P;
    matches!(
        protocol,
        // They read label pictures only, as the readers of data sets do.
        P::Davis2016
            | P::Davis2017
            | P::Davis2017Unsupervised
            | P::VosBenchmark
            | P::SaV
            | P::RefDavis
            | P::RefYoutubeVos
            // Their ground truth is binary.
            | P::A2d
            | P::Jhmdb
            | P::RefCoco
            // It reads what the cross-view benchmark reads.
            | P::RigGeneric
    )
}

#[test]
fn every_protocol_whose_files_are_texts_is_damaged() {
    let damaged: BTreeSet<String> = all_targets().into_iter().map(|it| it.parser).collect();
    for protocol in Protocol::ALL {
        let is_damaged = damaged.contains(&format!("evaluation/{protocol}"));
        assert_ne!(is_damaged, is_left_out(protocol), "{protocol}");
    }
}
