//! The variants of MST-SAM: which views are remembered, and what is told about their place.
//!
//! Knows no tensors (*MST-SAM*, sections 3.3, 3.4 and 4.2).

use std::str::FromStr;

use thiserror::Error;

/// Time steps past which a view without a mask is stale to a whole MST-SAM. Four seconds of nuScenes' key frames.
const RECENT_STEPS: usize = 8;
/// Views looked back on, the anchor included, where they are chosen.
const CHOSEN_WINDOW: usize = 8;
/// Views looked back on, the anchor included, where they are not.
const WIDE_WINDOW: usize = 18;

/// Which views are candidates; of these the latest are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewCandidates {
    /// Every view: cameras one after the other, time step after time step, as if they were one video.
    All,
    /// Views that show the object.
    WithMask,
    /// Views that show the object; of a time step where none does, the looking camera's own, until it is stale.
    WithMaskOrOwn {
        /// Time steps after which a view without a mask is stale.
        steps: usize,
    },
}

/// What tokens are told about their place in space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpatialScope {
    /// Nothing.
    Nothing,
    /// Where they lie around the vehicle, as if it had not moved.
    Rig,
    /// Where they lie around the vehicle as it stands now: its motion is made up for.
    RigAndMotion,
}

/// How a view looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RigRule {
    /// Views looked back on, one prompted view included; further prompted views come on top.
    pub window: usize,
    /// Which views are candidates.
    pub candidates: ViewCandidates,
    /// What tokens are told about their place.
    pub scope: SpatialScope,
}

/// The rows of the paper's tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RigVariant {
    /// SAM2-MV: SAM 2 on all views as if they were one video.
    Sam2Mv,
    /// MST-SAM-L: places without motion, a wide window.
    Local,
    /// MST-SAM-G: places with motion, a wide window.
    Global,
    /// MST-SAM-M: places with motion, views with a mask.
    MaskFirst,
    /// MST-SAM.
    #[default]
    Full,
}

impl RigVariant {
    /// All, in the order of the paper's tables.
    pub const ALL: [Self; 5] = [
        Self::Sam2Mv,
        Self::Local,
        Self::Global,
        Self::MaskFirst,
        Self::Full,
    ];

    /// The paper's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sam2Mv => "SAM2-MV",
            Self::Local => "MST-SAM-L",
            Self::Global => "MST-SAM-G",
            Self::MaskFirst => "MST-SAM-M",
            Self::Full => "MST-SAM",
        }
    }

    /// How its views look back.
    pub const fn rule(self) -> RigRule {
        let (window, candidates, scope) = match self {
            Self::Sam2Mv => (CHOSEN_WINDOW, ViewCandidates::All, SpatialScope::Nothing),
            Self::Local => (WIDE_WINDOW, ViewCandidates::All, SpatialScope::Rig),
            Self::Global => (WIDE_WINDOW, ViewCandidates::All, SpatialScope::RigAndMotion),
            Self::MaskFirst => (
                CHOSEN_WINDOW,
                ViewCandidates::WithMask,
                SpatialScope::RigAndMotion,
            ),
            Self::Full => (
                CHOSEN_WINDOW,
                ViewCandidates::WithMaskOrOwn {
                    steps: RECENT_STEPS,
                },
                SpatialScope::RigAndMotion,
            ),
        };
        RigRule {
            window,
            candidates,
            scope,
        }
    }
}

/// A name that no variant has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("no variant `{name}`; there are {}", RigVariant::ALL.map(RigVariant::name).join(", "))]
pub struct UnknownVariant {
    name: String,
}

impl FromStr for RigVariant {
    type Err = UnknownVariant;

    /// The variant of the paper's name, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownVariant> {
        Self::ALL
            .into_iter()
            .find(|variant| variant.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownVariant {
                name: name.to_owned(),
            })
    }
}
