//! Damaged files for what no data set has: weights, recipes of trainings, prompts, folders of language models.
//!
//! Shared by the tests, which try some hundreds of copies, and by the example `fuzz_models`, which goes on for as long as it may.

mod archive;
#[path = "../../../../datasets/tests/it/damage/changes.rs"]
mod changes;
mod language;
mod segmenters;
#[expect(
    dead_code,
    reason = "damaged pictures need more of it than damaged weights"
)]
#[path = "../../../../datasets/tests/it/damage/target.rs"]
mod target;
mod texts;
mod weights;

pub(crate) use changes::Damage;
pub(crate) use target::Target;

/// All of them.
pub(crate) fn all_targets() -> Vec<Target> {
    let mut targets = weights::targets();
    targets.extend(segmenters::targets());
    targets.extend(texts::targets());
    targets.extend(language::targets());
    targets
}
