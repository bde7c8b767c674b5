//! A clip of a rig: several cameras over time, read step by step.
//!
//! In: a [`RigSource`], which knows one data set's files. Out: one typed form for all of them. Of pictures and masks a clip
//! keeps none; what it keeps grows at most by the times of pictures.

use std::fmt;

use tubelet_geometry::Rig;

use super::step::RigStep;
use crate::error::{DatasetError, Result};

/// What is known of a clip before its first step.
#[derive(Clone, Debug, PartialEq)]
pub struct RigAbout {
    /// Its name.
    pub name: String,
    /// Names of its cameras; views of a step are in this order.
    pub cameras: Vec<String>,
    /// How the cameras are built and mounted, in the same order; `None` where that is not known.
    pub rig: Option<Rig>,
    /// What is missing, though the clip can be used.
    pub warnings: Vec<RigWarning>,
}

impl RigAbout {
    /// A clip with calibrated cameras.
    pub fn calibrated(name: impl Into<String>, rig: Rig) -> Self {
        Self {
            name: name.into(),
            cameras: rig.names().to_vec(),
            rig: Some(rig),
            warnings: Vec::new(),
        }
    }
}

/// What a clip lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RigWarning {
    /// Its cameras are not calibrated.
    NoCalibration,
    /// Nobody knows how the vehicle moved.
    NoPoses,
    /// A camera has no picture near any step.
    NeverShown {
        /// Its name.
        camera: String,
    },
}

impl fmt::Display for RigWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCalibration => formatter.write_str(
                "the cameras are not calibrated: what one camera sees cannot be placed in another",
            ),
            Self::NoPoses => {
                formatter.write_str("there are no poses: the vehicle's motion is not known")
            }
            Self::NeverShown { camera } => {
                write!(
                    formatter,
                    "no picture of camera `{camera}` is near any time step"
                )
            }
        }
    }
}

/// Something that steps are read from.
pub trait RigSource: Send {
    /// Number of steps.
    fn step_count(&self) -> usize;

    /// The step of a number below [`RigSource::step_count`]. Going forward is cheap.
    ///
    /// # Errors
    /// What is wrong with the files.
    fn step(&mut self, index: usize) -> Result<RigStep>;
}

/// See the module docs.
pub struct RigClip {
    about: RigAbout,
    source: Box<dyn RigSource>,
}

impl RigClip {
    /// A clip from anything that gives steps.
    pub fn new(about: RigAbout, source: impl RigSource + 'static) -> Self {
        Self {
            about,
            source: Box::new(source),
        }
    }

    /// What is known of the whole clip.
    pub fn about(&self) -> &RigAbout {
        &self.about
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.about.name
    }

    /// Names of its cameras, in the order of each step's views.
    pub fn cameras(&self) -> &[String] {
        &self.about.cameras
    }

    /// How its cameras are built and mounted; `None` where that is not known.
    pub fn rig(&self) -> Option<&Rig> {
        self.about.rig.as_ref()
    }

    /// Number of time steps.
    pub fn step_count(&self) -> usize {
        self.source.step_count()
    }

    /// A time step. Any order is possible, forward is cheapest.
    ///
    /// # Errors
    /// [`DatasetError::NoFrame`] past the end; else what is wrong with the files.
    pub fn step(&mut self, index: usize) -> Result<RigStep> {
        let steps = self.source.step_count();
        if index >= steps {
            return Err(no_step(&self.about.name, index, steps));
        }
        self.source.step(index)
    }

    /// All time steps, one after the other.
    pub fn steps(&mut self) -> impl Iterator<Item = Result<RigStep>> + '_ {
        (0..self.step_count()).map(|index| self.step(index))
    }
}

impl fmt::Debug for RigClip {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RigClip")
            .field("about", &self.about)
            .field("steps", &self.step_count())
            .finish_non_exhaustive()
    }
}

/// A step past the end.
pub(super) fn no_step(clip: &str, step: usize, steps: usize) -> DatasetError {
    DatasetError::NoFrame {
        sequence: clip.to_owned(),
        frame: step,
        frames: steps,
    }
}

/// Steps in memory, such as a drawn world's.
#[derive(Clone, Debug, Default)]
pub struct RigSteps(pub Vec<RigStep>);

impl RigSource for RigSteps {
    fn step_count(&self) -> usize {
        self.0.len()
    }

    fn step(&mut self, index: usize) -> Result<RigStep> {
        let step = self.0.get(index).cloned();
        step.ok_or_else(|| no_step("steps in memory", index, self.0.len()))
    }
}
