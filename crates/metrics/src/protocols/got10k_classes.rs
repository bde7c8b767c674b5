//! GOT-10k's class-balanced measures: every class of objects weighs the same, however many sequences show it.
//!
//! In: one measure of a sequence, with the class of its object. Out: the mean over classes of the means over a class's
//! sequences (Huang et al., *GOT-10k*, PAMI 2021, `mAO` and `mSR`). The toolkit has no code for it; the server has.

use std::collections::BTreeMap;

use crate::box_overlap::OverlapReport;
use crate::mean::Mean;

/// The measures, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassBalanced {
    /// Classes.
    pub classes: usize,
    /// `mAO`.
    pub average_overlap: f64,
    /// `mSR` at 0.5.
    pub success_50: f64,
    /// `mSR` at 0.75.
    pub success_75: f64,
}

/// Collects sequences by the class of their object.
#[derive(Debug, Clone, Default)]
pub struct Got10kClassFold {
    classes: BTreeMap<String, [Mean; 3]>,
}

impl Got10kClassFold {
    /// Adds the measures over all frames and runs of a sequence.
    pub fn push(&mut self, class: &str, sequence: &OverlapReport) {
        let success = |percent| sequence.success_rate(percent).unwrap_or(f64::NAN);
        let values = [sequence.average_overlap, success(50), success(75)];
        let means = self.classes.entry(class.to_owned()).or_default();
        for (mean, value) in means.iter_mut().zip(values) {
            mean.push(value);
        }
    }

    /// The measures; `None` where there was no sequence.
    pub fn finish(&self) -> Option<ClassBalanced> {
        let mut all = [Mean::default(); 3];
        for means in self.classes.values() {
            for (all, mean) in all.iter_mut().zip(means) {
                all.push(mean.value());
            }
        }
        let [average_overlap, success_50, success_75] = all.map(Mean::value);
        (!self.classes.is_empty()).then_some(ClassBalanced {
            classes: self.classes.len(),
            average_overlap,
            success_50,
            success_75,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::box_overlap::OverlapFold;

    fn sequence(overlaps: &[f64]) -> OverlapReport {
        let mut fold = OverlapFold::default();
        for overlap in overlaps {
            fold.push(*overlap);
        }
        fold.finish().unwrap()
    }

    #[test]
    fn classes_weigh_the_same_and_sequences_within_a_class() {
        let mut fold = Got10kClassFold::default();
        assert_eq!(fold.finish(), None);
        fold.push("bear", &sequence(&[1.0]));
        // Three frames count as one sequence.
        fold.push("bear", &sequence(&[0.0, 0.0, 0.0]));
        fold.push("kite", &sequence(&[0.7]));
        let found = fold.finish().unwrap();
        assert_eq!(found.classes, 2);
        // Means of classes: 0.5 and 0.7; success at 0.5: 0.5 and 1; at 0.75: 0.5 and 0.
        assert!((found.average_overlap - 0.6).abs() < 1e-12);
        assert_eq!((found.success_50, found.success_75), (0.75, 0.25));
    }
}
