//! What tracking over rigs is worth: scores of the two benchmarks, and what became of the views.
//!
//! In: true and predicted masks. Out: J and F of instances, counts of views, and a file of them.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};
use tubelet_geometry::Mask;
use tubelet_metrics::InstanceMean;

use crate::{TrainingError, log::Score};

/// Scores of the two benchmarks; shares from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RigScores {
    /// Of instances that several cameras see.
    pub across: Score,
    /// How many those are.
    pub instances_across: usize,
    /// Of all instances.
    pub generic: Score,
    /// How many those are.
    pub instances: usize,
    /// What became of their views.
    pub views: ViewCounts,
}

/// Views of objects, the prompted ones left out, counted object by object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewCounts {
    /// Taken by the camera in which the object was pointed at, and showing it.
    pub own: usize,
    /// Of those, where the mask overlaps the object by half of their union or more.
    pub own_found: usize,
    /// Taken by another camera, and showing it.
    pub other: usize,
    /// Of those, where the mask overlaps it so.
    pub other_found: usize,
    /// Showing it, without a mask.
    pub missed: usize,
    /// Showing too little of it to be asked for; they count nowhere else.
    pub slight: usize,
    /// Not showing it.
    pub absent: usize,
    /// Of those, with a mask all the same.
    pub claimed: usize,
}

impl ViewCounts {
    /// Counts a view; `least` pixels show enough of an object, and `is_own` where the view's camera is the one in which the object
    /// was pointed at.
    pub(crate) fn push(&mut self, (truth, prediction): (&Mask, &Mask), least: usize, is_own: bool) {
        if truth.is_empty() {
            self.absent += 1;
            self.claimed += usize::from(!prediction.is_empty());
            return;
        }
        if truth.count() < least {
            self.slight += 1;
            return;
        }
        self.missed += usize::from(prediction.is_empty());
        let found = usize::from(truth.iou(prediction) >= 0.5);
        if is_own {
            self.own += 1;
            self.own_found += found;
        } else {
            self.other += 1;
            self.other_found += found;
        }
    }

    /// Shares from 0 to 1: of the prompted camera's views of an object those where it is found, the same of the other cameras,
    /// and of the views without it those that have a mask.
    pub fn shares(&self) -> [f64; 3] {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        [
            share(self.own_found, self.own),
            share(self.other_found, self.other),
            share(self.claimed, self.absent),
        ]
    }

    fn named(&mut self) -> [(&'static str, &mut usize); 8] {
        [
            ("own", &mut self.own),
            ("own_found", &mut self.own_found),
            ("other", &mut self.other),
            ("other_found", &mut self.other_found),
            ("missed", &mut self.missed),
            ("slight", &mut self.slight),
            ("absent", &mut self.absent),
            ("claimed", &mut self.claimed),
        ]
    }
}

impl RigScores {
    pub(crate) fn of(means: &[InstanceMean], views: ViewCounts) -> Self {
        let (across, instances_across) = mean(means.iter().filter(|mean| mean.views > 1));
        let (generic, instances) = mean(means.iter());
        Self {
            across,
            instances_across,
            generic,
            instances,
            views,
        }
    }

    /// Reads a file; `None` where there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, TrainingError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(TrainingError::io(path)(error)),
        };
        let unreadable = || TrainingError::Log {
            path: path.to_owned(),
            line: 1,
            reason: "these are no scores".to_owned(),
        };
        let value: Value = serde_json::from_str(&text).map_err(|_| unreadable())?;
        let number = |value: &Value, key: &str| {
            let number = value.get(key).and_then(Value::as_f64);
            number.ok_or_else(unreadable)
        };
        let score = |benchmark: &str| -> Result<Score, TrainingError> {
            Ok(Score {
                region: number(&value, &format!("{benchmark}_j"))?,
                boundary: number(&value, &format!("{benchmark}_f"))?,
            })
        };
        let mut views = ViewCounts::default();
        let counts = value.get("views").ok_or_else(unreadable)?;
        for (name, count) in views.named() {
            *count = number(counts, name)? as usize;
        }
        Ok(Some(Self {
            across: score("across")?,
            instances_across: number(&value, "instances_across")? as usize,
            generic: score("generic")?,
            instances: number(&value, "instances")? as usize,
            views,
        }))
    }

    /// Writes a file that [`RigScores::read`] reads.
    pub(crate) fn write(&self, path: &Path) -> Result<(), TrainingError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(TrainingError::io(folder))?;
        }
        let mut views = self.views;
        let views: Map<String, Value> = views
            .named()
            .map(|(name, count)| (name.to_owned(), json!(*count)))
            .into_iter()
            .collect();
        let value = json!({
            "across_j": self.across.region,
            "across_f": self.across.boundary,
            "instances_across": self.instances_across,
            "generic_j": self.generic.region,
            "generic_f": self.generic.boundary,
            "instances": self.instances,
            "views": views,
        });
        fs::write(path, format!("{value:#}\n")).map_err(TrainingError::io(path))
    }
}

fn mean<'a>(means: impl Iterator<Item = &'a InstanceMean>) -> (Score, usize) {
    let (mut sum, mut count) = (Score::default(), 0);
    for mean in means {
        sum.region += mean.scores.region;
        sum.boundary += mean.scores.boundary;
        count += 1;
    }
    let share = 1.0 / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX));
    let mean = Score {
        region: sum.region * share,
        boundary: sum.boundary * share,
    };
    (mean, count)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use tubelet_geometry::FrameSize;

    #[test]
    fn scores_come_back_from_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/scores.json");
        assert_eq!(RigScores::read(&path).unwrap(), None);
        let scores = RigScores {
            across: Score {
                region: 0.5,
                boundary: 0.25,
            },
            instances_across: 3,
            generic: Score {
                region: 0.75,
                boundary: 0.125,
            },
            instances: 4,
            views: ViewCounts {
                own: 9,
                own_found: 8,
                other: 7,
                other_found: 6,
                missed: 5,
                slight: 2,
                absent: 4,
                claimed: 3,
            },
        };
        scores.write(&path).unwrap();
        assert_eq!(RigScores::read(&path).unwrap(), Some(scores));
        fs::write(&path, "{}").unwrap();
        assert!(RigScores::read(&path).is_err());
    }

    #[test]
    fn views_are_found_missed_or_claimed() {
        let size = FrameSize::new(4, 1);
        let mask = |row: [u8; 4]| Mask::from_values(size, &row, |value| value > 0).unwrap();
        let (object, half, nothing) = (mask([1, 1, 0, 0]), mask([1, 0, 0, 0]), mask([0, 0, 0, 0]));
        let mut counts = ViewCounts::default();
        counts.push((&object, &half), 1, true);
        counts.push((&object, &mask([0, 0, 1, 1])), 1, false);
        counts.push((&object, &nothing), 1, false);
        counts.push((&half, &nothing), 2, false);
        counts.push((&nothing, &half), 1, false);
        counts.push((&nothing, &nothing), 1, true);
        assert_eq!((counts.own, counts.own_found), (1, 1));
        assert_eq!((counts.other, counts.other_found), (2, 0));
        assert_eq!((counts.missed, counts.slight), (1, 1));
        assert_eq!((counts.absent, counts.claimed), (2, 1));
        let shares = counts.shares();
        assert!(shares == [1.0, 0.0, 0.5], "{shares:?}");
    }
}
