//! Evidence of the worst samples, and of no others: what a page does not show is not kept.
//!
//! In: samples as they are scored, in any order and from several threads. Out: the same without their evidence, and at
//! the end that of the lowest given back. It does not know what is shown of a sample.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::evidence::Evidence;
use crate::report::Sample;
use crate::task::Task;

/// The evidence of the lowest samples so far.
pub(crate) struct Worst {
    most: usize,
    kept: Mutex<BinaryHeap<Kept>>,
}

/// Something to show of a sample. The largest is dropped first.
struct Kept {
    value: f64,
    id: String,
    evidence: Evidence,
}

impl Worst {
    /// Keeps something to show of so many samples.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            kept: Mutex::default(),
        }
    }

    /// Takes the evidence of a sample, and drops that of the sample which is the highest then.
    pub(crate) fn keep(&self, mut sample: Sample) -> Sample {
        let evidence = sample.evidence.take();
        let value = sample.values.first().copied().flatten();
        if let (Some(evidence), Some(value)) = (evidence, value) {
            let id = sample.id.clone();
            let mut kept = self.lock();
            kept.push(Kept {
                value,
                id,
                evidence,
            });
            if kept.len() > self.most {
                kept.pop();
            }
        }
        sample
    }

    /// Gives the samples the evidence that was kept.
    pub(crate) fn give_back(&self, samples: &mut [Sample]) {
        let kept = std::mem::take(&mut *self.lock()).into_iter();
        let mut kept: BTreeMap<String, Evidence> =
            kept.map(|kept| (kept.id, kept.evidence)).collect();
        for sample in samples {
            sample.evidence = kept.remove(&sample.id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BinaryHeap<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sample {
    /// The same, with something to show where it is among the worst in the end.
    pub(crate) fn shown(self, task: &Task<'_>, evidence: impl Into<Option<Evidence>>) -> Self {
        task.worst.keep(Self {
            evidence: evidence.into(),
            ..self
        })
    }
}

impl Ord for Kept {
    /// The order in which a report ranks its samples.
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = self.value.total_cmp(&other.value);
        by_value.then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Kept {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lowest_keep_their_evidence_and_names_decide_among_equals() {
        let worst = Worst::new(2);
        let samples = [
            ("d", 0.5),
            ("c", 0.0),
            ("a", 0.0),
            ("b", 0.0),
            ("e", f64::NAN),
        ];
        let samples = samples.map(|(id, value)| Sample {
            evidence: Some(Evidence::Answer {
                question: id.to_owned(),
                truth: String::new(),
                prediction: String::new(),
            }),
            ..Sample::new(id, [value])
        });
        let mut samples = samples.map(|sample| worst.keep(sample));
        assert!(samples.iter().all(|sample| sample.evidence.is_none()));
        worst.give_back(&mut samples);
        let shown = samples.iter().filter_map(|sample| match &sample.evidence {
            Some(Evidence::Answer { question, .. }) => Some(question.as_str()),
            _ => None,
        });
        assert_eq!(shown.collect::<Vec<_>>(), ["a", "b"]);
    }
}
