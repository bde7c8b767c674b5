//! What an evaluation found: figures of the benchmark, of groups, and of every sample.
//!
//! In: figures, one after the other. Out: a [`Report`], which the modules of [`crate::output`] write in several forms.

use std::collections::BTreeMap;

use crate::catalog::Rules;
use crate::evidence::Evidence;
use crate::protocol::Protocol;

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share or another measure whose best is 1 as a rule.
    Share,
    /// A number of things.
    Count,
    /// Something a second.
    PerSecond,
    /// A time in seconds.
    Seconds,
}

/// A named number.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The benchmark's own name for it, such as `J&F-Mean`.
    pub name: String,
    /// The number; `None` where it is not defined, such as a mean of nothing.
    pub value: Option<f64>,
    /// What it is.
    pub unit: Unit,
}

impl Figure {
    /// A share; what is not a number is undefined.
    pub(crate) fn share(name: impl Into<String>, value: impl Into<Option<f64>>) -> Self {
        Self {
            name: name.into(),
            value: value.into().filter(|value| value.is_finite()),
            unit: Unit::Share,
        }
    }

    /// A count.
    pub(crate) fn count(name: impl Into<String>, value: usize) -> Self {
        Self {
            name: name.into(),
            value: Some(value as f64),
            unit: Unit::Count,
        }
    }
}

/// Samples that belong together, such as a category.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How many samples it has.
    pub samples: usize,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// One scored thing: an object, a sentence, a question.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its name.
    pub id: String,
    /// The group it belongs to.
    pub group: Option<String>,
    /// Its values, one for each of the report's columns.
    pub values: Vec<Option<f64>>,
    /// Frames that were scored; `None` where time is not counted in frames.
    pub frames: Option<usize>,
    /// What to show of it; `None` too where it is not among the worst.
    pub evidence: Option<Evidence>,
}

impl Sample {
    /// A sample with its values.
    pub(crate) fn new(id: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let defined = |value: f64| Some(value).filter(|value| value.is_finite());
        Self {
            id: id.into(),
            group: None,
            values: values.into_iter().map(defined).collect(),
            frames: None,
            evidence: None,
        }
    }

    /// The same, in a group.
    pub(crate) fn within(self, group: impl Into<String>) -> Self {
        Self {
            group: Some(group.into()),
            ..self
        }
    }

    /// The same, with the number of its frames.
    pub(crate) fn over(self, frames: usize) -> Self {
        Self {
            frames: Some(frames),
            ..self
        }
    }
}

/// The outcome of an evaluation. Shares go from 0 to 1.
#[derive(Clone, Debug)]
pub struct Report {
    /// The protocol.
    pub protocol: Protocol,
    /// The rules that were used.
    pub rules: &'static Rules,
    /// What a reader of the figures must know beside the rules.
    pub notes: Vec<String>,
    /// Figures of the benchmark.
    pub summary: Vec<Figure>,
    /// Figures of groups.
    pub groups: Vec<Group>,
    /// Names of the samples' values. The first one ranks the samples: larger is better.
    pub columns: Vec<&'static str>,
    /// Every sample, in the order of the data set.
    pub samples: Vec<Sample>,
}

impl Report {
    /// The samples with the lowest first values, the lowest first, those of equal values by their names; undefined values
    /// are left out.
    pub fn worst(&self, most: usize) -> Vec<&Sample> {
        let value = |sample: &Sample| sample.values.first().copied().flatten();
        let mut ranked: Vec<(f64, &Sample)> = self
            .samples
            .iter()
            .filter_map(|sample| value(sample).map(|value| (value, sample)))
            .collect();
        ranked.sort_by(|one, other| {
            let by_value = one.0.total_cmp(&other.0);
            by_value.then_with(|| one.1.id.cmp(&other.1.id))
        });
        ranked
            .into_iter()
            .take(most)
            .map(|(_, sample)| sample)
            .collect()
    }

    /// Adds groups with the means of the samples' values.
    pub(crate) fn group_samples(&mut self) {
        let mut groups: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
        for sample in &self.samples {
            if let Some(group) = &sample.group {
                groups.entry(group).or_default().push(sample);
            }
        }
        let groups: Vec<Group> = groups
            .into_iter()
            .map(|(name, samples)| Group {
                name: name.to_owned(),
                samples: samples.len(),
                figures: self
                    .columns
                    .iter()
                    .enumerate()
                    .map(|(column, name)| Figure::share(*name, mean(&samples, column)))
                    .collect(),
            })
            .collect();
        self.groups.extend(groups);
    }
}

/// The mean of a column over the samples that have a value.
fn mean(samples: &[&Sample], column: usize) -> Option<f64> {
    let values = samples
        .iter()
        .filter_map(|sample| sample.values.get(column).copied().flatten());
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| {
        (sum + value, count + 1)
    });
    (count > 0).then(|| sum / count as f64)
}
