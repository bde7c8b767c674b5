//! Refusing settings that make no sense.
//!
//! In: settings. Out: nothing, or the first one that cannot be meant, by name.

use super::class::{ClassConfig, ConstantFilter, ScoreDecay};
use super::tracker::{Interval, TrackerConfig};
use crate::error::TrackingError;

impl TrackerConfig {
    /// The number of a class.
    pub fn class(&self, name: &str) -> Option<usize> {
        self.classes.iter().position(|class| class.name == name)
    }

    /// Refuses settings under which a tracker would make no sense.
    pub(crate) fn check(&self) -> Result<(), TrackingError> {
        if self.classes.is_empty() {
            return Err(TrackingError::NoClasses);
        }
        if let Interval::Fixed(seconds) = self.interval
            && !(seconds.is_finite() && seconds > 0.0)
        {
            return Err(TrackingError::Interval { seconds });
        }
        for (index, class) in self.classes.iter().enumerate() {
            if self.classes[..index].iter().any(|it| it.name == class.name) {
                let class = class.name.clone();
                return Err(TrackingError::ClassTwice { class });
            }
            class.check()?;
            if let Some(second) = self.second_stage {
                class.demand(
                    "the second stage's largest cost",
                    second.largest_cost,
                    NUMBER,
                )?;
            }
        }
        Ok(())
    }
}

/// What a setting has to be, with a name.
type Demand = (&'static str, fn(f64) -> bool);

const NUMBER: Demand = ("a number", f64::is_finite);
const POSITIVE: Demand = ("a positive number", |value| {
    value.is_finite() && value > 0.0
});
const COUNTABLE: Demand = ("at least 1", |value| value >= 1.0);

impl ClassConfig {
    fn demand(
        &self,
        setting: &'static str,
        value: f64,
        (expected, holds): Demand,
    ) -> Result<(), TrackingError> {
        if holds(value) {
            return Ok(());
        }
        Err(TrackingError::Setting {
            class: self.name.clone(),
            setting,
            value,
            expected,
        })
    }

    fn check(&self) -> Result<(), TrackingError> {
        let Self {
            suppression,
            association,
            motion,
            life,
            ..
        } = self;
        let initial = &motion.initial;
        let mut settings = vec![
            ("the lowest score", self.lowest_score, NUMBER),
            ("the largest overlap", suppression.largest_overlap, NUMBER),
            ("the size factor", suppression.size_factor, POSITIVE),
            ("the largest cost", association.largest_cost, NUMBER),
            ("the process noise", motion.process_noise, POSITIVE),
            ("the measurement noise", motion.measurement_noise, POSITIVE),
            ("the variance of the place", initial.place, POSITIVE),
            ("the variance of the velocity", initial.velocity, POSITIVE),
            (
                "the variance of the acceleration",
                initial.acceleration,
                POSITIVE,
            ),
            ("the variance of the heading", initial.heading, POSITIVE),
            ("the variance of the turn", initial.turn, POSITIVE),
            ("the lowest score of a track", life.lowest_score, NUMBER),
        ];
        for reach in [suppression.reach, association.reach].into_iter().flatten() {
            settings.push(("the reach", reach, POSITIVE));
        }
        match self.constants {
            ConstantFilter::Median { window } | ConstantFilter::Mean { window } => {
                settings.push(("the window", window as f64, COUNTABLE));
            }
            ConstantFilter::Kalman {
                initial,
                process,
                measurement,
            } => {
                let name = "the constants' variance";
                settings.extend([initial, process, measurement].map(|it| (name, it, POSITIVE)));
            }
        }
        let (ScoreDecay::Factor(decay) | ScoreDecay::Step(decay)) = life.decay;
        settings.push(("the decay of the score", decay, NUMBER));
        settings
            .into_iter()
            .try_for_each(|(setting, value, demand)| self.demand(setting, value, demand))
    }
}
