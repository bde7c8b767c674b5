//! The protocols by which predictions are judged, by name.
//!
//! In: names. Out: a [`Protocol`], and what it expects of folders and files, from [`crate::catalog`].

use std::fmt;
use std::str::FromStr;

use crate::catalog::{self, Entry, Rules};
use crate::error::EvaluationError;

/// A published benchmark with its evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// DAVIS-2016.
    Davis2016,
    /// DAVIS-2017, semi-supervised.
    Davis2017,
    /// DAVIS-2017, unsupervised.
    Davis2017Unsupervised,
    /// vos-benchmark: MOSE, LVOS, YouTube-VOS and others.
    VosBenchmark,
    /// SA-V.
    SaV,
    /// MeViS.
    Mevis,
    /// ReVOS.
    Revos,
    /// Ref-DAVIS17.
    RefDavis,
    /// Refer-YouTube-VOS.
    RefYoutubeVos,
    /// VidSTG.
    VidStg,
    /// HC-STVG.
    HcStvg,
    /// GOT-10k.
    Got10k,
    /// A2D-Sentences.
    A2d,
    /// JHMDB-Sentences.
    Jhmdb,
    /// RefCOCO, RefCOCO+ and RefCOCOg.
    RefCoco,
    /// gRefCOCO.
    GRefCoco,
    /// Charades-STA.
    CharadesSta,
    /// QVHighlights.
    QvHighlights,
    /// NExT-QA.
    NextQa,
    /// NExT-GQA.
    NextGqa,
    /// CLEVRER.
    Clevrer,
    /// Video-MME.
    VideoMme,
    /// YouTube-VIS.
    YoutubeVis,
    /// KITTI MOTS.
    KittiMots,
    /// SA-Co/VEval.
    SaCo,
    /// MST-SAM's cross-view benchmark.
    RigCrossView,
    /// MST-SAM's generic object benchmark.
    RigGeneric,
}

impl Protocol {
    /// All of them, by task.
    pub const ALL: [Self; 27] = [
        Self::Davis2016,
        Self::Davis2017,
        Self::Davis2017Unsupervised,
        Self::VosBenchmark,
        Self::SaV,
        Self::Mevis,
        Self::Revos,
        Self::RefDavis,
        Self::RefYoutubeVos,
        Self::A2d,
        Self::Jhmdb,
        Self::RefCoco,
        Self::GRefCoco,
        Self::VidStg,
        Self::HcStvg,
        Self::CharadesSta,
        Self::QvHighlights,
        Self::NextQa,
        Self::NextGqa,
        Self::Clevrer,
        Self::VideoMme,
        Self::Got10k,
        Self::YoutubeVis,
        Self::KittiMots,
        Self::SaCo,
        Self::RigCrossView,
        Self::RigGeneric,
    ];

    fn entry(self) -> &'static Entry {
        match self {
            Self::Davis2016 => &catalog::DAVIS_2016,
            Self::Davis2017 => &catalog::DAVIS_2017,
            Self::Davis2017Unsupervised => &catalog::DAVIS_2017_UNSUPERVISED,
            Self::VosBenchmark => &catalog::VOS_BENCHMARK,
            Self::SaV => &catalog::SA_V,
            Self::Mevis => &catalog::MEVIS,
            Self::Revos => &catalog::REVOS,
            Self::RefDavis => &catalog::REF_DAVIS,
            Self::RefYoutubeVos => &catalog::REF_YOUTUBE_VOS,
            Self::VidStg => &catalog::VIDSTG,
            Self::HcStvg => &catalog::HC_STVG,
            Self::Got10k => &catalog::GOT_10K,
            Self::A2d => &catalog::A2D,
            Self::Jhmdb => &catalog::JHMDB,
            Self::RefCoco => &catalog::REF_COCO,
            Self::GRefCoco => &catalog::G_REF_COCO,
            Self::CharadesSta => &catalog::CHARADES_STA,
            Self::QvHighlights => &catalog::QV_HIGHLIGHTS,
            Self::NextQa => &catalog::NEXT_QA,
            Self::NextGqa => &catalog::NEXT_GQA,
            Self::Clevrer => &catalog::CLEVRER,
            Self::VideoMme => &catalog::VIDEO_MME,
            Self::YoutubeVis => &catalog::YOUTUBE_VIS,
            Self::KittiMots => &catalog::KITTI_MOTS,
            Self::SaCo => &catalog::SA_CO,
            Self::RigCrossView => &catalog::RIG_CROSS_VIEW,
            Self::RigGeneric => &catalog::RIG_GENERIC,
        }
    }

    /// Its name, such as `davis-2017`.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What it measures, in a line.
    pub fn about(self) -> &'static str {
        self.entry().about
    }

    /// What the ground truth looks like on the disk.
    pub fn truth_layout(self) -> &'static str {
        self.entry().truth
    }

    /// What predictions look like on the disk.
    pub fn prediction_layout(self) -> &'static str {
        self.entry().predictions
    }

    /// What a split is called; `None` where there is one only.
    pub fn split_meaning(self) -> Option<&'static str> {
        self.entry().split
    }

    /// The rules it can be judged by; the first are the default.
    pub fn rules(self) -> &'static [Rules] {
        self.entry().rules
    }

    /// Rules by name; the default where there is none.
    ///
    /// # Errors
    /// [`EvaluationError::UnknownRules`].
    pub fn rules_named(self, name: Option<&str>) -> Result<&'static Rules, EvaluationError> {
        let mut rules = self.rules().iter();
        let found = match name {
            Some(name) => rules.find(|rules| rules.name == name),
            None => rules.next(),
        };
        found.ok_or_else(|| EvaluationError::UnknownRules {
            protocol: self.name(),
            name: name.unwrap_or_default().to_owned(),
            known: joined(self.rules().iter().map(|rules| rules.name)),
        })
    }
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Protocol {
    type Err = EvaluationError;

    fn from_str(name: &str) -> Result<Self, EvaluationError> {
        let wanted = name.to_lowercase().replace(['_', ' '], "-");
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.name() == wanted)
            .ok_or_else(|| EvaluationError::UnknownProtocol {
                name: name.to_owned(),
                known: joined(Self::ALL.iter().map(|protocol| protocol.name())),
            })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_is_found_by_its_name_and_has_rules() {
        for protocol in Protocol::ALL {
            assert_eq!(protocol.name().parse::<Protocol>().unwrap(), protocol);
            let default = protocol.rules_named(None).unwrap();
            assert_eq!(protocol.rules_named(Some(default.name)).unwrap(), default);
        }
        assert!("davis".parse::<Protocol>().is_err());
    }
}
