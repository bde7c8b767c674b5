//! A report as JSON.
//!
//! In: a [`Report`]. Out: a value that serialises to the form that `docs/evaluate.md` describes. What is not defined is
//! `null`.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::report::{Figure, Group, Report, Sample};

/// A report as it is serialised.
#[derive(Clone, Debug, Serialize)]
pub struct ReportDocument<'a> {
    protocol: &'static str,
    rules: &'static str,
    about_rules: &'static str,
    notes: &'a [String],
    #[serde(serialize_with = "figures")]
    summary: &'a [Figure],
    groups: Vec<GroupDocument<'a>>,
    samples: Vec<SampleDocument<'a>>,
}

#[derive(Clone, Debug, Serialize)]
struct GroupDocument<'a> {
    name: &'a str,
    samples: usize,
    #[serde(serialize_with = "figures")]
    figures: &'a [Figure],
}

#[derive(Clone, Debug, Serialize)]
struct SampleDocument<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<usize>,
    #[serde(serialize_with = "values")]
    values: Vec<(&'static str, Option<f64>)>,
}

impl<'a> GroupDocument<'a> {
    fn of(group: &'a Group) -> Self {
        Self {
            name: &group.name,
            samples: group.samples,
            figures: &group.figures,
        }
    }
}

impl Report {
    /// The report as it is serialised.
    pub fn document(&self) -> ReportDocument<'_> {
        ReportDocument {
            protocol: self.protocol.name(),
            rules: self.rules.name,
            about_rules: self.rules.about,
            notes: &self.notes,
            summary: &self.summary,
            groups: self.groups.iter().map(GroupDocument::of).collect(),
            samples: self
                .samples
                .iter()
                .map(|sample| self.sample_document(sample))
                .collect(),
        }
    }

    fn sample_document<'a>(&self, sample: &'a Sample) -> SampleDocument<'a> {
        let columns = self.columns.iter().copied();
        SampleDocument {
            id: &sample.id,
            group: sample.group.as_deref(),
            frames: sample.frames,
            values: columns.zip(sample.values.iter().copied()).collect(),
        }
    }
}

/// Names and values, in their order.
fn figures<S: Serializer>(figures: &[Figure], serializer: S) -> Result<S::Ok, S::Error> {
    let named = figures
        .iter()
        .map(|figure| (figure.name.as_str(), figure.value));
    map(named, figures.len(), serializer)
}

fn values<S: Serializer>(
    values: &Vec<(&'static str, Option<f64>)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    map(values.iter().copied(), values.len(), serializer)
}

fn map<'a, S: Serializer>(
    entries: impl Iterator<Item = (&'a str, Option<f64>)>,
    length: usize,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(length))?;
    for (name, value) in entries {
        map.serialize_entry(name, &value)?;
    }
    map.end()
}
