//! Scores of objects and of a whole benchmark.

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::series::SeriesStatistics;

/// The scores of one object over one sequence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ObjectReport {
    /// Statistics of J.
    pub region: SeriesStatistics,
    /// Statistics of F.
    pub boundary: SeriesStatistics,
}

/// The scores of a benchmark: unweighted means over the objects of all its sequences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BenchmarkReport {
    /// Objects that were scored.
    pub objects: usize,
    /// Means over the objects of the statistics of J.
    pub region: SeriesStatistics,
    /// Means over the objects of the statistics of F.
    pub boundary: SeriesStatistics,
}

impl BenchmarkReport {
    /// J&F: the mean of mean J and mean F.
    pub fn region_and_boundary_mean(&self) -> f64 {
        f64::midpoint(self.region.mean, self.boundary.mean)
    }
}

/// Collects objects over the sequences of a benchmark.
#[derive(Debug, Clone, Default)]
pub struct ReportFold {
    objects: usize,
    region: StatisticsMean,
    boundary: StatisticsMean,
}

impl ReportFold {
    /// Adds an object; every object weighs the same, however long its sequence.
    pub fn push(&mut self, object: &ObjectReport) {
        self.objects += 1;
        self.region.push(object.region);
        self.boundary.push(object.boundary);
    }

    /// Adds the objects that another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.objects += other.objects;
        self.region.merge(&other.region);
        self.boundary.merge(&other.boundary);
    }

    /// The scores of the benchmark.
    ///
    /// # Errors
    /// [`MetricsError::NoObjects`] where there was none.
    pub fn finish(&self) -> Result<BenchmarkReport, MetricsError> {
        if self.objects == 0 {
            return Err(MetricsError::NoObjects);
        }
        Ok(BenchmarkReport {
            objects: self.objects,
            region: self.region.value(),
            boundary: self.boundary.value(),
        })
    }
}

#[derive(Debug, Clone, Default)]
struct StatisticsMean {
    mean: Mean,
    recall: Mean,
    decay: Mean,
}

impl StatisticsMean {
    fn push(&mut self, statistics: SeriesStatistics) {
        self.mean.push(statistics.mean);
        self.recall.push(statistics.recall);
        self.decay.push(statistics.decay);
    }

    fn merge(&mut self, other: &Self) {
        self.mean.merge(other.mean);
        self.recall.merge(other.recall);
        self.decay.merge(other.decay);
    }

    fn value(&self) -> SeriesStatistics {
        SeriesStatistics {
            mean: self.mean.value(),
            recall: self.recall.value(),
            decay: self.decay.value(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn objects_weigh_the_same() {
        let object = |mean| {
            let statistics = SeriesStatistics {
                mean,
                recall: mean,
                decay: 0.0,
            };
            ObjectReport {
                region: statistics,
                boundary: statistics,
            }
        };
        let mut fold = ReportFold::default();
        assert_eq!(fold.finish(), Err(MetricsError::NoObjects));
        for mean in [0.25, 0.75, 0.5] {
            fold.push(&object(mean));
        }
        let report = fold.finish().unwrap();
        assert_eq!(
            (report.objects, report.region_and_boundary_mean()),
            (3, 0.5)
        );
    }
}
