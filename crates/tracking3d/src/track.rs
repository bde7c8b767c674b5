//! One object through time.
//!
//! In: the detections that are it. Out: where it is in each frame. Keeps an estimate and no history.

use crate::config::class::ClassConfig;
use crate::config::tracker::TrackerConfig;
use crate::constants::Constants;
use crate::detection::{Detection, TrackedBox};
use crate::error::TrackingError;
use crate::life::{Life, Stage};
use crate::motion::choice::begin;
use crate::motion::filter::{Measurement, Motion};
use crate::shape::Shape;

/// See the module docs.
#[derive(Debug)]
pub(crate) struct Track {
    number: u64,
    class: usize,
    motion: Box<dyn Motion>,
    constants: Constants,
    life: Life,
    /// In this frame, as predicted or as corrected.
    shape: Shape,
    velocity: glam::DVec2,
}

/// A frame as its tracks see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now<'a> {
    pub config: &'a TrackerConfig,
    /// Counted from 1.
    pub frame: u64,
}

impl Now<'_> {
    fn class(&self, class: usize) -> &ClassConfig {
        &self.config.classes[class]
    }
}

impl Track {
    /// A track that begins with a detection.
    pub(crate) fn new(now: Now<'_>, number: u64, first: &Detection) -> Self {
        let config = now.class(first.class);
        let shape = Shape::of(&first.bounds, 1.0);
        let measured = measurement(&shape, first);
        Self {
            number,
            class: first.class,
            motion: begin(&config.motion, &measured),
            constants: Constants::new(&config.constants, shape.center.z, shape.size),
            life: Life::new(&config.life, first.score, now.frame),
            shape,
            velocity: first.velocity.unwrap_or_default(),
        }
    }

    /// Goes one frame on.
    pub(crate) fn predict(&mut self, now: Now<'_>, seconds: f64) {
        self.life.predict(&now.class(self.class).life);
        self.motion.predict(seconds);
        self.constants.predict();
        self.show_estimate();
    }

    /// Takes in the detection of the frame, if there is one.
    pub(crate) fn update(&mut self, now: Now<'_>, detection: Option<&Detection>) {
        if let Some(detection) = detection {
            let seen = Shape::of(&detection.bounds, 1.0);
            self.motion.correct(&measurement(&seen, detection));
            self.constants.correct(seen.center.z, seen.size);
            self.show_estimate();
        }
        let score = detection.map(|it| it.score);
        let rules = &now.class(self.class).life;
        self.life.update(now.config, rules, (score, now.frame));
    }

    fn show_estimate(&mut self) {
        let Measurement {
            place,
            heading,
            velocity,
        } = self.motion.estimate();
        let center = place.extend(self.constants.height());
        self.shape = Shape::new(center, self.constants.size(), heading);
        self.velocity = velocity.unwrap_or_default();
    }

    /// Where it is, and its class.
    pub(crate) fn place(&self) -> (Shape, usize) {
        (self.shape, self.class)
    }

    /// Where it stands in its life.
    pub(crate) fn stage(&self) -> Stage {
        self.life.stage
    }

    /// Whether its estimate is still made of numbers; intervals of years lead beyond them.
    pub(crate) fn is_finite(&self) -> bool {
        self.motion.is_finite()
    }

    /// What is reported of it in this frame, if anything.
    pub(crate) fn report(
        &self,
        now: Now<'_>,
        detection: Option<usize>,
    ) -> Result<Option<TrackedBox>, TrackingError> {
        let is_shown = detection.is_some() || self.life.missed <= now.config.longest_prediction;
        if self.life.stage != Stage::Active || !is_shown {
            return Ok(None);
        }
        Ok(Some(TrackedBox {
            track: self.number,
            class: self.class,
            bounds: self.shape.bounds()?,
            velocity: self.velocity,
            score: self.life.score,
            detection,
        }))
    }
}

fn measurement(shape: &Shape, detection: &Detection) -> Measurement {
    Measurement {
        place: shape.center.truncate(),
        heading: shape.yaw,
        velocity: detection.velocity,
    }
}
