//! The learning rate over time: a linear warm-up, then half a cosine down to a share of the peak.
//!
//! In: the step. Out: the rate. Knows nothing of tensors.

/// Shape of the learning rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Rate at the end of the warm-up.
    pub peak: f64,
    /// Rate at the last step, as a share of the peak.
    pub final_share: f64,
    /// Steps of the warm-up.
    pub warm_up: usize,
    /// Steps in all, the warm-up included.
    pub steps: usize,
}

impl Schedule {
    /// Rate of a step, counted from 0; the last rate from the end on.
    pub fn rate(&self, step: usize) -> f64 {
        if step < self.warm_up {
            return self.peak * (step + 1) as f64 / self.warm_up as f64;
        }
        let falling = self.steps.saturating_sub(self.warm_up).max(1);
        let progress = ((step - self.warm_up) as f64 / falling as f64).min(1.0);
        let cosine = f64::midpoint(1.0, (std::f64::consts::PI * progress).cos());
        self.peak * (self.final_share + (1.0 - self.final_share) * cosine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: Schedule = Schedule {
        peak: 2.0,
        final_share: 0.1,
        warm_up: 4,
        steps: 104,
    };

    #[test]
    fn it_rises_in_a_line_and_falls_as_a_cosine() {
        assert_eq!([0, 1, 3].map(|step| SCHEDULE.rate(step)), [0.5, 1.0, 2.0]);
        assert_eq!(SCHEDULE.rate(4), 2.0);
        assert!((SCHEDULE.rate(54) - 1.1).abs() < 1e-12);
        assert!((SCHEDULE.rate(104) - 0.2).abs() < 1e-12);
        assert_eq!(SCHEDULE.rate(1000), SCHEDULE.rate(104));
    }

    #[test]
    fn no_warm_up_starts_at_the_peak() {
        assert_eq!(
            Schedule {
                warm_up: 0,
                ..SCHEDULE
            }
            .rate(0),
            2.0
        );
    }
}
