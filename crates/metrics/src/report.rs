//! Scores of objects and of a whole benchmark.

use crate::error::MetricsError;
use crate::series::SeriesStatistics;

/// The scores of one object over one sequence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ObjectReport {
    /// Statistics of J.
    pub region: SeriesStatistics,
    /// Statistics of F.
    pub boundary: SeriesStatistics,
}

/// The scores of a benchmark: unweighted means over the objects of all its sequences. As in the official code, a
/// statistic that is not a number for one object is none for the benchmark.
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
    region: StatisticsSum,
    boundary: StatisticsSum,
}

impl ReportFold {
    /// Adds an object; every object weighs the same, however long its sequence.
    pub fn push(&mut self, object: &ObjectReport) {
        self.objects += 1;
        self.region.add(&object.region.into());
        self.boundary.add(&object.boundary.into());
    }

    /// Adds the objects that another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.objects += other.objects;
        self.region.add(&other.region);
        self.boundary.add(&other.boundary);
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
            region: self.region.mean_of(self.objects),
            boundary: self.boundary.mean_of(self.objects),
        })
    }
}

/// Statistics added up over objects.
#[derive(Debug, Clone, Default)]
struct StatisticsSum {
    mean: f64,
    recall: f64,
    decay: f64,
}

impl StatisticsSum {
    fn add(&mut self, other: &Self) {
        self.mean += other.mean;
        self.recall += other.recall;
        self.decay += other.decay;
    }

    fn mean_of(&self, objects: usize) -> SeriesStatistics {
        let objects = objects as f64;
        SeriesStatistics {
            mean: self.mean / objects,
            recall: self.recall / objects,
            decay: self.decay / objects,
        }
    }
}

impl From<SeriesStatistics> for StatisticsSum {
    fn from(statistics: SeriesStatistics) -> Self {
        Self {
            mean: statistics.mean,
            recall: statistics.recall,
            decay: statistics.decay,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn object(mean: f64, decay: f64) -> ObjectReport {
        let statistics = SeriesStatistics {
            mean,
            recall: mean,
            decay,
        };
        ObjectReport {
            region: statistics,
            boundary: statistics,
        }
    }

    #[test]
    fn objects_weigh_the_same() {
        let mut fold = ReportFold::default();
        assert_eq!(fold.finish(), Err(MetricsError::NoObjects));
        for mean in [0.25, 0.75, 0.5] {
            fold.push(&object(mean, 0.0));
        }
        let report = fold.finish().unwrap();
        assert_eq!(
            (report.objects, report.region_and_boundary_mean()),
            (3, 0.5)
        );
    }

    #[test]
    fn an_object_without_decay_leaves_the_benchmark_without() {
        let (mut fold, mut rest) = (ReportFold::default(), ReportFold::default());
        fold.push(&object(0.25, 0.5));
        rest.push(&object(0.75, f64::NAN));
        fold.merge(&rest);
        let report = fold.finish().unwrap();
        assert!(report.region.decay.is_nan() && report.boundary.decay.is_nan());
        assert_eq!((report.region.mean, report.boundary.recall), (0.5, 0.5));
    }
}
