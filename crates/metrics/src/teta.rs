//! TETA: tracking every thing accuracy, of localization, association and classification each by itself.
//!
//! In: the counts of classes. Out: means over the classes that have objects. Source: Li et al., *Tracking Every Thing in
//! the Wild*, ECCV 2022, and its `teta.py`. How a video is counted stands in [`TetaVideo`](crate::TetaVideo).

use std::collections::BTreeMap;

use crate::alignment::AssociationSums;
use crate::error::MetricsError;
use crate::mean::Mean;

/// Number of least similarities for localization and association.
pub(crate) const STEPS: usize = 20;
/// Those of them from 0.5 on count for classification.
pub(crate) const CLASS_STEPS: usize = 10;

/// The least similarities 0, 0.05, ..., 0.95.
pub(crate) fn least_similarities() -> [f64; STEPS] {
    std::array::from_fn(|step| step as f64 * 0.05)
}

/// Counts of one class; they add up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct TetaCounts {
    pub(crate) location: [LocationCounts; STEPS],
    pub(crate) class: [ClassCounts; CLASS_STEPS],
}

/// Counts at one least similarity.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct LocationCounts {
    pub(crate) found: usize,
    pub(crate) missed: usize,
    pub(crate) wrong: usize,
    pub(crate) association: AssociationSums,
}

/// Classifications of found objects at one least similarity.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct ClassCounts {
    pub(crate) right: usize,
    pub(crate) missed: usize,
    pub(crate) wrong: usize,
}

impl TetaCounts {
    fn plus(&self, other: &Self) -> Self {
        Self {
            location: std::array::from_fn(|step| {
                let (one, other) = (self.location[step], other.location[step]);
                LocationCounts {
                    found: one.found + other.found,
                    missed: one.missed + other.missed,
                    wrong: one.wrong + other.wrong,
                    association: one.association.plus(other.association),
                }
            }),
            class: std::array::from_fn(|step| {
                let (one, other) = (self.class[step], other.class[step]);
                ClassCounts {
                    right: one.right + other.right,
                    missed: one.missed + other.missed,
                    wrong: one.wrong + other.wrong,
                }
            }),
        }
    }

    fn is_empty(&self) -> bool {
        let all = |step: &LocationCounts| step.found + step.missed + step.wrong;
        self.location.iter().all(|step| all(step) == 0)
    }

    fn report(&self) -> TetaReport {
        let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
        let location = |figure: &dyn Fn(&LocationCounts) -> f64| {
            self.location.iter().map(figure).sum::<f64>() / STEPS as f64
        };
        let class = |figure: &dyn Fn(&ClassCounts) -> f64| {
            self.class.iter().map(figure).sum::<f64>() / CLASS_STEPS as f64
        };
        let per_pair = |sum: f64, found: usize| sum / found.max(1) as f64;
        let localization = location(&|at| share(at.found, at.found + at.missed + at.wrong));
        let association = location(&|at| per_pair(at.association.accuracy, at.found));
        let classification = class(&|at| share(at.right, at.right + at.missed + at.wrong));
        TetaReport {
            teta: (localization + association + classification) / 3.0,
            localization,
            association,
            classification,
            localization_recall: location(&|at| share(at.found, at.found + at.missed)),
            localization_precision: location(&|at| share(at.found, at.found + at.wrong)),
            association_recall: location(&|at| per_pair(at.association.recall, at.found)),
            association_precision: location(&|at| per_pair(at.association.precision, at.found)),
            classification_recall: class(&|at| share(at.right, at.right + at.missed)),
            classification_precision: class(&|at| share(at.right, at.right + at.wrong)),
        }
    }
}

/// The figures of TETA, from 0 to 1: means over least similarities and classes. Published figures are percentages with
/// five digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TetaReport {
    /// TETA: the mean of the next three.
    pub teta: f64,
    /// LocA.
    pub localization: f64,
    /// AssocA.
    pub association: f64,
    /// ClsA.
    pub classification: f64,
    /// LocRe.
    pub localization_recall: f64,
    /// LocPr.
    pub localization_precision: f64,
    /// AssocRe.
    pub association_recall: f64,
    /// AssocPr.
    pub association_precision: f64,
    /// ClsRe.
    pub classification_recall: f64,
    /// ClsPr.
    pub classification_precision: f64,
}

impl TetaReport {
    fn figures(&self) -> [f64; 10] {
        [
            self.teta,
            self.localization,
            self.association,
            self.classification,
            self.localization_recall,
            self.localization_precision,
            self.association_recall,
            self.association_precision,
            self.classification_recall,
            self.classification_precision,
        ]
    }
}

/// Collects the videos of a data set by class.
#[derive(Debug, Clone, Default)]
pub struct TetaFold {
    pub(crate) classes: BTreeMap<u64, TetaCounts>,
}

impl TetaFold {
    /// Adds counts of a class.
    pub(crate) fn add(&mut self, class: u64, counts: &TetaCounts) {
        let sum = self.classes.entry(class).or_default();
        *sum = sum.plus(counts);
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        for (&class, counts) in &other.classes {
            self.add(class, counts);
        }
    }

    /// The figures: means over the classes with objects.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where no class has any.
    pub fn finish(&self) -> Result<TetaReport, MetricsError> {
        let mut means = [Mean::default(); 10];
        let counted = self.classes.values().filter(|counts| !counts.is_empty());
        for counts in counted {
            for (mean, figure) in means.iter_mut().zip(counts.report().figures()) {
                mean.push(figure);
            }
        }
        let [teta, localization, association, classification, rest @ ..] = means.map(Mean::value);
        if teta.is_nan() {
            return Err(MetricsError::NoSamples);
        }
        let [localization_recall, localization_precision, rest @ ..] = rest;
        let [association_recall, association_precision, rest @ ..] = rest;
        let [classification_recall, classification_precision] = rest;
        Ok(TetaReport {
            teta,
            localization,
            association,
            classification,
            localization_recall,
            localization_precision,
            association_recall,
            association_precision,
            classification_recall,
            classification_precision,
        })
    }
}
