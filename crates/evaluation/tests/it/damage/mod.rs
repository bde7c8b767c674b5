//! Damaged files for every protocol: its ground truth and its predictions, each damaged in turn.
//!
//! Shared by the tests, which try some hundreds of copies, and by the example `fuzz_protocols`, which goes on for as long as it may.

#[path = "../../../../datasets/tests/it/damage/changes.rs"]
mod changes;
mod sets;
#[expect(
    dead_code,
    reason = "damaged pictures need more of it than damaged texts"
)]
#[path = "../../../../datasets/tests/it/damage/target.rs"]
mod target;

use std::path::Path;

use tubelet_evaluation::{Inputs, Missing, Options, Rules, evaluate};

pub(crate) use changes::Damage;
use sets::{SETS, Set};
pub(crate) use target::Target;
use target::put;

/// All of them; each protocol is one parser.
pub(crate) fn all_targets() -> Vec<Target> {
    let files = SETS.iter().flat_map(|set| {
        set.files
            .iter()
            .map(move |(file, text)| (set, *file, *text))
    });
    let targets = files.map(|(set, file, text)| {
        let read = move |path: &Path| {
            let depth = Path::new(file).components().count();
            judges(set, path.ancestors().nth(depth).unwrap())
        };
        let group = format!("evaluation/{}", set.protocol);
        Target::new(&group, file, vec![content(text)], read).of(&group)
    });
    targets.collect()
}

/// Whether the protocol can be carried out on a folder by one of its rules at least. Files that are not there are
/// written.
fn judges(set: &Set, root: &Path) -> bool {
    for (file, text) in set.files {
        put(&root.join(file), &content(text));
    }
    let inputs = Inputs {
        truth: &root.join(set.truth),
        predictions: &root.join(set.predictions),
    };
    let judge = |rules: &Rules| {
        let options = Options {
            rules: Some(rules.name.to_owned()),
            missing: Missing::LeaveOut,
            ..Options::default()
        };
        evaluate(set.protocol, inputs, &options, &|_| ()).is_ok()
    };
    let judged: Vec<bool> = set.protocol.rules().iter().map(judge).collect();
    judged.contains(&true)
}

/// The bytes of a file; a text of nothing stands for a label picture.
fn content(text: &str) -> Vec<u8> {
    if !text.is_empty() {
        return text.as_bytes().to_vec();
    }
    let picture = image::GrayImage::from_raw(3, 2, vec![0, 1, 1, 0, 1, 0]).unwrap();
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}
