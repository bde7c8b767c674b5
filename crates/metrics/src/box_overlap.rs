//! Overlap of boxes over frames: average overlap and success rates.
//!
//! In: one IoU per frame. Out: the measures of box tracking benchmarks (Huang et al., *GOT-10k*, PAMI 2021).

use crate::error::MetricsError;

/// Thresholds of the success curve: 0, 0.01, ..., 1.
const THRESHOLDS: usize = 101;

/// The measures over all frames.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlapReport {
    /// Frames that were counted.
    pub frames: usize,
    /// AO: the mean IoU.
    pub average_overlap: f64,
    /// The share of frames with an IoU strictly above 0, 0.01, ..., 1.
    pub success_curve: Vec<f64>,
}

impl OverlapReport {
    /// SR: the share of frames with an IoU strictly above a percentage from 0 to 100; `None` beyond.
    pub fn success_rate(&self, percent: usize) -> Option<f64> {
        self.success_curve.get(percent).copied()
    }

    /// The mean of the success curve, the usual area under it.
    pub fn area_under_success_curve(&self) -> f64 {
        self.success_curve.iter().sum::<f64>() / self.success_curve.len() as f64
    }
}

/// Collects overlaps; every frame weighs the same.
#[derive(Debug, Clone)]
pub struct OverlapFold {
    frames: usize,
    sum: f64,
    above: [usize; THRESHOLDS],
}

impl Default for OverlapFold {
    fn default() -> Self {
        Self {
            frames: 0,
            sum: 0.0,
            above: [0; THRESHOLDS],
        }
    }
}

impl OverlapFold {
    /// Adds the IoU of a frame.
    pub fn push(&mut self, iou: f64) {
        self.frames += 1;
        self.sum += iou;
        for (step, above) in self.above.iter_mut().enumerate() {
            *above += usize::from(iou > step as f64 * 0.01);
        }
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.frames += other.frames;
        self.sum += other.sum;
        for (above, more) in self.above.iter_mut().zip(other.above) {
            *above += more;
        }
    }

    /// The measures.
    ///
    /// # Errors
    /// [`MetricsError::NothingToScore`] where there was no frame.
    pub fn finish(&self) -> Result<OverlapReport, MetricsError> {
        if self.frames == 0 {
            return Err(MetricsError::NothingToScore { frames: 0 });
        }
        let frames = self.frames as f64;
        Ok(OverlapReport {
            frames: self.frames,
            average_overlap: self.sum / frames,
            success_curve: self
                .above
                .iter()
                .map(|&above| above as f64 / frames)
                .collect(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn success_is_strictly_above_the_threshold() {
        let mut fold = OverlapFold::default();
        for iou in [0.5, 0.51, 1.0, 0.0] {
            fold.push(iou);
        }
        let report = fold.finish().unwrap();
        assert_eq!(report.success_rate(50), Some(0.5));
        assert_eq!(report.success_rate(0), Some(0.75));
        assert_eq!(report.success_rate(100), Some(0.0));
        assert_eq!(report.success_rate(101), None);
        assert_eq!(report.average_overlap, 2.01 / 4.0);
        assert!(OverlapFold::default().finish().is_err());
    }
}
