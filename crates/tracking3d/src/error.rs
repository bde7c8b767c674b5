//! What can be wrong with detections, times and settings.

use tubelet_geometry::GeometryError;

/// Every way in which tracking can refuse its input. A refused step leaves the tracker as it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrackingError {
    /// A detection that cannot be meant.
    #[error("detection {index}: {what}")]
    Detection {
        /// Its place in the list, from 0.
        index: usize,
        /// What is wrong with it.
        what: DetectionFault,
    },
    /// A frame that is not later than the one before it.
    #[error("a frame at {now} s follows one at {before} s; times must rise")]
    Time {
        /// Seconds of the frame before.
        before: f64,
        /// Seconds of this frame.
        now: f64,
    },
    /// Settings that contradict themselves.
    #[error("{setting} of class `{class}` is {value}, which is not {expected}")]
    Setting {
        /// Name of the class.
        class: String,
        /// Name of the setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What would do.
        expected: &'static str,
    },
    /// The seconds between frames that the settings fix.
    #[error("the fixed interval is {seconds} s, which is not a positive number")]
    Interval {
        /// Seconds.
        seconds: f64,
    },
    /// Two classes of one name.
    #[error("there are two classes `{class}`")]
    ClassTwice {
        /// The name.
        class: String,
    },
    /// Settings without a class.
    #[error("there is no class to track")]
    NoClasses,
    /// A box that has no place.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

/// What can be wrong with one detection.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DetectionFault {
    /// A class that the settings do not have.
    #[error("class {found} is not one of the {classes} there are")]
    Class {
        /// Number of the class.
        found: usize,
        /// How many there are.
        classes: usize,
    },
    /// A score that is no share.
    #[error("the score {found} does not lie between 0 and 1")]
    Score {
        /// The score.
        found: f64,
    },
    /// A length, width or height that nothing has.
    #[error("the size {} x {} x {} m does not lie between 0 and {longest} m", found[0], found[1], found[2])]
    Size {
        /// Length, width and height.
        found: [f64; 3],
        /// The longest that is believed.
        longest: f64,
    },
    /// A place beyond reason.
    #[error("the place ({}, {}, {}) m is not within {farthest} m", found[0], found[1], found[2])]
    Place {
        /// Metres along the axes.
        found: [f64; 3],
        /// The farthest that is believed.
        farthest: f64,
    },
    /// A velocity beyond reason.
    #[error("the velocity ({}, {}) m/s is not within {fastest} m/s", found[0], found[1])]
    Velocity {
        /// Metres a second along the first two axes.
        found: [f64; 2],
        /// The fastest that is believed.
        fastest: f64,
    },
}
