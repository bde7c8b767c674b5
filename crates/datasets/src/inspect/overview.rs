//! What is said about a data set found on the disk.
//!
//! In: numbers that the surveys count. Out: one type for all data sets.

use std::fmt;
use std::path::PathBuf;

/// The data sets that are recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "their names say all; `DatasetKind::name` spells them"
)]
pub enum DatasetKind {
    Davis2016,
    Davis2017,
    YoutubeVos,
    Mose,
    SaV,
    YoutubeVis,
    SaCo,
    LabelPictures,
    RefYoutubeVos,
    RefDavis,
    Mevis,
    Revos,
    A2dSentences,
    JhmdbSentences,
    GRefCoco,
    RefCoco,
    RefCocoResults,
    VidStg,
    VidOr,
    HcStvg,
    CharadesSta,
    QvHighlights,
    NextGqa,
    ConstructedStvg,
    NextQa,
    Clevrer,
    VideoMme,
    Got10k,
    KittiMots,
    NuScenes,
    WaymoRecords,
    WaymoComponents,
    DescribedRig,
}

impl DatasetKind {
    /// All of them, with their names, in the order in which a folder is compared with them.
    pub(super) const ALL: [(Self, &'static str); 33] = [
        (Self::Davis2016, "DAVIS 2016"),
        (Self::Davis2017, "DAVIS 2017"),
        (Self::SaV, "SA-V"),
        (Self::Revos, "ReVOS"),
        (Self::Mevis, "MeViS"),
        (Self::RefYoutubeVos, "Ref-YouTube-VOS"),
        (Self::YoutubeVos, "YouTube-VOS"),
        (Self::Mose, "MOSE"),
        (Self::RefDavis, "Ref-DAVIS-2017"),
        (Self::A2dSentences, "A2D-Sentences"),
        (Self::JhmdbSentences, "JHMDB-Sentences"),
        (Self::GRefCoco, "gRefCOCO"),
        (Self::RefCoco, "RefCOCO"),
        (Self::RefCocoResults, "RefCOCO results"),
        (Self::VidStg, "VidSTG"),
        (Self::VidOr, "VidOR"),
        (Self::HcStvg, "HC-STVG"),
        (Self::CharadesSta, "Charades-STA"),
        (Self::QvHighlights, "QVHighlights"),
        (Self::NextGqa, "NExT-GQA"),
        (Self::NextQa, "NExT-QA"),
        (Self::ConstructedStvg, "constructed STVG"),
        (Self::Clevrer, "CLEVRER"),
        (Self::VideoMme, "Video-MME"),
        (Self::Got10k, "GOT-10k"),
        (Self::KittiMots, "KITTI MOTS"),
        (Self::NuScenes, "nuScenes"),
        (Self::WaymoRecords, "Waymo v1"),
        (Self::WaymoComponents, "Waymo v2"),
        (Self::DescribedRig, "rig.toml"),
        (Self::YoutubeVis, "YouTube-VIS"),
        (Self::SaCo, "SA-Co/VEval"),
        (Self::LabelPictures, "label pictures"),
    ];

    /// Its name, as its authors write it.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(kind, _)| *kind == self);
        found.map_or("", |(_, name)| name)
    }

    /// The data set of a name, whatever its case and its signs: `davis-2017` is DAVIS 2017. `None` for an unknown one.
    pub fn from_name(name: &str) -> Option<Self> {
        let wanted = letters(name);
        let found = Self::ALL.iter().find(|(_, known)| letters(known) == wanted);
        found.map(|(kind, _)| *kind)
    }

    /// All of them, in the order in which a folder is compared with them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.iter().map(|(kind, _)| *kind)
    }
}

/// Letters and digits of a name, small.
fn letters(name: &str) -> String {
    let kept = name.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|it| it.to_ascii_lowercase()).collect()
}

impl fmt::Display for DatasetKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A part of a data set. Numbers are `None` where the data set has no such thing, or where they could not be counted
/// without reading more than an overview should.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitOverview {
    /// Its name, such as `val`.
    pub name: String,
    /// Videos, scenes or images.
    pub videos: Option<usize>,
    /// Annotated objects: tracks, tubes, boxes.
    pub objects: Option<usize>,
    /// Sentences or questions.
    pub expressions: Option<usize>,
    /// Annotated or listed frames.
    pub frames: Option<usize>,
}

/// A data set found on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Which it is.
    pub kind: DatasetKind,
    /// Its folder.
    pub root: PathBuf,
    /// Its parts, as far as they are there.
    pub splits: Vec<SplitOverview>,
    /// The first problems found, three at most.
    pub problems: Vec<String>,
    /// Number of problems found.
    pub problem_count: usize,
}
