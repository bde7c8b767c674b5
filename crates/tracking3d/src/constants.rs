//! Quantities that do not change: height above ground, width, length and height of an object.
//!
//! In: what each detection says. Out: one estimate of each (the lightweight filter of Fast-Poly). Keeps as many
//! detections as its window, whatever the length of the video.

use std::collections::VecDeque;

use glam::{DVec3, DVec4};

use crate::config::class::ConstantFilter;

/// See the module docs.
#[derive(Debug)]
pub(crate) struct Constants {
    /// Height above ground, then the three lengths.
    values: DVec4,
    memory: Memory,
}

#[derive(Debug)]
enum Memory {
    Window {
        last: VecDeque<DVec4>,
        length: usize,
        is_median: bool,
    },
    Kalman {
        variance: f64,
        process: f64,
        measurement: f64,
    },
}

impl Constants {
    pub(crate) fn new(config: &ConstantFilter, height: f64, size: DVec3) -> Self {
        let values = joined(height, size);
        let window = |length, is_median| Memory::Window {
            last: VecDeque::from([values]),
            length,
            is_median,
        };
        let memory = match *config {
            ConstantFilter::Median { window: length } => window(length, true),
            ConstantFilter::Mean { window: length } => window(length, false),
            ConstantFilter::Kalman {
                initial,
                process,
                measurement,
            } => Memory::Kalman {
                variance: initial,
                process,
                measurement,
            },
        };
        Self { values, memory }
    }

    /// Goes one frame on.
    pub(crate) fn predict(&mut self) {
        if let Memory::Kalman {
            variance, process, ..
        } = &mut self.memory
        {
            *variance += *process;
        }
    }

    /// Takes a detection in.
    pub(crate) fn correct(&mut self, height: f64, size: DVec3) {
        let seen = joined(height, size);
        match &mut self.memory {
            Memory::Window {
                last,
                length,
                is_median,
            } => {
                if last.len() >= *length {
                    last.pop_front();
                }
                last.push_back(seen);
                self.values = if *is_median { median(last) } else { mean(last) };
            }
            Memory::Kalman {
                variance,
                measurement,
                ..
            } => {
                let gain = *variance / (*variance + *measurement);
                self.values += gain * (seen - self.values);
                *variance *= 1.0 - gain;
            }
        }
    }

    /// Height above ground.
    pub(crate) fn height(&self) -> f64 {
        self.values.x
    }

    /// Length, width and height.
    pub(crate) fn size(&self) -> DVec3 {
        DVec3::new(self.values.y, self.values.z, self.values.w)
    }
}

fn joined(height: f64, size: DVec3) -> DVec4 {
    DVec4::new(height, size.x, size.y, size.z)
}

fn mean(last: &VecDeque<DVec4>) -> DVec4 {
    last.iter().sum::<DVec4>() / last.len() as f64
}

fn median(last: &VecDeque<DVec4>) -> DVec4 {
    let mut column: Vec<f64> = Vec::with_capacity(last.len());
    let mut middle = |index: usize| {
        column.clear();
        column.extend(last.iter().map(|values| values[index]));
        column.sort_unstable_by(f64::total_cmp);
        let upper = column.len() / 2;
        match (column.get(upper.wrapping_sub(1)), column.get(upper)) {
            (Some(below), Some(above)) if column.len().is_multiple_of(2) => {
                f64::midpoint(*below, *above)
            }
            (_, at) => at.copied().unwrap_or_default(),
        }
    };
    DVec4::new(middle(0), middle(1), middle(2), middle(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(config: ConstantFilter, lengths: &[f64]) -> f64 {
        let size = |length| DVec3::new(length, 2.0, 1.5);
        let mut constants = Constants::new(&config, 0.3, size(lengths[0]));
        for &length in &lengths[1..] {
            constants.predict();
            constants.correct(0.3, size(length));
        }
        assert!((constants.height() - 0.3).abs() < 1e-12);
        constants.size().x
    }

    #[test]
    fn the_median_ignores_one_wild_detection() {
        let median = |lengths: &[f64]| after(ConstantFilter::Median { window: 3 }, lengths);
        assert_eq!(median(&[4.0, 4.4]), 4.2);
        assert_eq!(median(&[4.0, 40.0, 4.4]), 4.4);
        assert_eq!(median(&[9.0, 4.0, 40.0, 4.4]), 4.4);
    }

    #[test]
    fn the_mean_forgets_what_left_the_window() {
        let mean = after(ConstantFilter::Mean { window: 2 }, &[100.0, 4.0, 5.0]);
        assert_eq!(mean, 4.5);
    }

    #[test]
    fn the_filter_weighs_by_certainty() {
        let config = ConstantFilter::Kalman {
            initial: 4.0,
            process: 1.0,
            measurement: 1.0,
        };
        // The variance was 4 + 1, so the gain is 5/6.
        assert!((after(config, &[4.0, 5.0]) - (4.0 + 5.0 / 6.0)).abs() < 1e-12);
    }
}
