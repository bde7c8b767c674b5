//! Metrics of video segmentation, tracking and grounding, each a fold.
//!
//! In: masks, boxes, label maps, spans or answers, one frame or one sample at a time. Out: scores of a frame, statistics
//! of a sequence, the figures of a benchmark. This crate does not know tensors, models or files.
//!
//! A fold over frames keeps sums and one frame of scratch, so memory does not grow with the length of a video (HOTA and
//! TETA, which decide nothing before the last frame, keep a number for each pair of tracks in a frame). A fold over
//! samples has a `merge`, so that parts of a data set may be evaluated side by side; those that rank predictions keep a
//! few bytes for each. All figures are shares from 0 to 1 unless they say otherwise.
//!
//! Measures stand at the root and know no data set; `protocols` says which frames and objects a benchmark counts. Where
//! evaluators disagree, each has a name, and a quirk of official code is a mode that has to be asked for.
//!
//! | task | benchmarks | begin with |
//! | --- | --- | --- |
//! | video object segmentation | DAVIS-2016, DAVIS-2017 | [`Davis2016Sequence`], [`Davis2017Sequence`], [`DavisUnsupervisedSequence`] |
//! | | MOSE, LVOS, SA-V | [`VosBenchmarkSequence`], [`SaVObject`] |
//! | referring segmentation | MeViS, Refer-YouTube-VOS, Ref-DAVIS17 | [`ExpressionSequence`], [`RefDavisFold`] |
//! | | ReVOS | [`RevosExpression`] |
//! | | A2D-Sentences, JHMDB-Sentences, RefCOCO | [`A2dFold`], [`RefCocoMaskFold`] (also gRefCOCO), [`RefCocoBoxFold`] |
//! | spatio-temporal grounding | VidSTG, HC-STVG | [`TubeDetrTube`], [`StcatTube`], [`EveryFrameTube`] |
//! | moment retrieval | Charades-STA, QVHighlights | [`CharadesFold`], [`QvHighlightsFold`] |
//! | questions | NExT-QA, NExT-GQA, CLEVRER, Video-MME | [`NextQaFold`], [`NextGqaFold`], [`ClevrerFold`], [`VideoMmeFold`] |
//! | tracking | GOT-10k | [`Got10kFold`], [`Got10kClassFold`] |
//! | | KITTI MOTS, YouTube-VIS, SA-Co/VEval | [`KittiMotsSequence`], [`YoutubeVisVideo`], [`SaCoVideo`] |
//! | | several cameras | [`MultiViewSequence`] |

mod accuracy;
mod alignment;
mod assignment;
mod average_precision;
mod boundary_accuracy;
mod box_overlap;
mod cropped_mask;
mod detection;
mod detection_report;
mod error;
mod frame_scorer;
mod frame_span;
mod gated_f1;
mod hota;
mod mean;
mod moment_overlap;
mod precise_box;
mod prepared_mask;
mod protocols;
mod ranking;
mod region_similarity;
mod report;
mod rounding;
mod score_mean;
mod sequence;
mod series;
mod teta;
mod teta_video;
mod threshold;
mod track_overlap;
mod tube_overlap;
mod tube_report;

pub use accuracy::Accuracy;
pub use assignment::best_assignment;
pub use average_precision::{average_precision, coco_average_precision};
pub use boundary_accuracy::{BoundaryAccuracy, BoundaryMatcher, boundary_tolerance};
pub use box_overlap::{OverlapFold, OverlapReport};
pub use detection::{
    AreaRange, DetectionFold, DetectionRules, DetectionSample, ScoredObject, TrueObject,
    coco_overlaps,
};
pub use detection_report::{AreaPrecision, DetectionReport};
pub use error::MetricsError;
pub use frame_scorer::{FrameScore, FrameScorer};
pub use frame_span::FrameSpan;
pub use gated_f1::{GatedF1, GatedF1Fold, GatedF1Report, QuestionCounts};
pub use hota::{Arithmetic, HotaCounts, HotaReport, HotaSequence};
pub use moment_overlap::{hull_iou, suppressed};
pub use precise_box::{PreciseBox, SizedBox};
pub use protocols::davis_2016::Davis2016Sequence;
pub use protocols::davis_2017::Davis2017Sequence;
pub use protocols::davis_unsupervised::{
    AssignedObject, DAVIS_PROPOSALS, DavisUnsupervisedSequence, ProposalRules,
};
pub use protocols::got10k::{Got10kFold, got10k_iou, got10k_speed};
pub use protocols::got10k_classes::{ClassBalanced, Got10kClassFold};
pub use protocols::images::a2d_sentences::{A2dFold, A2dReport, ScoredMask};
pub use protocols::images::ref_coco_boxes::{
    RankPrecision, RefCocoBoxFold, RefCocoBoxReport, RefCocoBoxRules,
};
pub use protocols::images::ref_coco_masks::{
    ExpressionMasks, RefCocoMaskFold, RefCocoMaskReport, RefCocoMaskRules,
};
pub use protocols::label_map::{LabelMap, VOID_LABEL};
pub use protocols::moments::charades_sta::{
    CharadesFold, CharadesReport, CharadesRules, RankRecall, charades_moment,
};
pub use protocols::moments::qv_highlights::{QvHighlightsFold, QvPrediction, QvReport, QvTruth};
pub use protocols::moments::qv_moments::{QvMomentReport, ScoredMoment};
pub use protocols::moments::qv_saliency::{JudgedClip, QvHighlightReport};
pub use protocols::questions::clevrer::{
    ClevrerFold, ClevrerKind, ClevrerReport, JudgedOption, OptionAccuracy,
};
pub use protocols::questions::next_gqa::{Grounding, NextGqaFold, NextGqaReport, next_gqa_moment};
pub use protocols::questions::next_qa::{NextQaFold, NextQaKind, NextQaReport};
pub use protocols::questions::video_mme::{
    AnsweredAccuracy, DurationClass, LetterSearch, VideoMmeFold, VideoMmeReport, answer_letter,
};
pub use protocols::referring::expression::ExpressionSequence;
pub use protocols::referring::mevis::{ExpressionFold, ExpressionReport};
pub use protocols::referring::ref_davis::{RefDavisFold, RefDavisReport, ref_davis_labels};
pub use protocols::referring::revos::{RevosExpression, RevosFrame, RevosScores, StoredForeground};
pub use protocols::referring::revos_report::{RevosClass, RevosFold, RevosReport, RevosRounding};
pub use protocols::sa_v::SaVObject;
pub use protocols::stvg::analysis::{
    DurationFold, DurationReport, DurationReports, TemporalIouBin, TemporalIouBins,
};
pub use protocols::stvg::definition::EveryFrameTube;
pub use protocols::stvg::hc_stvg::HcStvgAnnotation;
pub use protocols::stvg::sampling::{
    TUBEDETR_FRAMES_PER_SECOND, TUBEDETR_MOST_FRAMES, likeliest_interval, tubedetr_frames,
};
pub use protocols::stvg::stcat::{StcatTruth, StcatTube};
pub use protocols::stvg::stcat_input::{
    interpolated_boxes, stcat_hc_stvg_frames, stcat_merged_span, stcat_vidstg_frames,
};
pub use protocols::stvg::tubedetr::TubeDetrTube;
pub use protocols::stvg::vidstg::{SentenceKind, VidStgBounds, VidStgFold, VidStgReport};
pub use protocols::tracks::kitti_mots::{
    KittiMotsSequence, MOTS_CAR, MOTS_IGNORED, MOTS_PEDESTRIAN, TrackedMask,
};
pub use protocols::tracks::mots_counts::MotsCounts;
pub use protocols::tracks::multi_view::{
    InstanceMean, MultiViewFold, MultiViewReport, MultiViewSequence, ViewMasks,
};
pub use protocols::tracks::sa_co::SaCoVideo;
pub use protocols::tracks::sa_co_report::{PhraseScores, SaCoFold, SaCoReport};
pub use protocols::tracks::youtube_vis::{ScoredTrack, TrueTrack, YoutubeVisFold, YoutubeVisVideo};
pub use protocols::vos_benchmark::{LabelledMean, VosBenchmarkSequence};
pub use region_similarity::RegionOverlap;
pub use report::{BenchmarkReport, ObjectReport, ReportFold};
pub use score_mean::{ScoreMean, ScoreMeanFold};
pub use sequence::{ScoredFrames, SequenceFold, SequenceSettings};
pub use series::{DecayPositions, SeriesFold, SeriesStatistics};
pub use teta::{TetaFold, TetaReport};
pub use teta_video::TetaVideo;
pub use threshold::{Comparison, ThresholdFold, ThresholdShare};
pub use track_overlap::TrackOverlaps;
pub use tube_overlap::{FrameBoxes, MissingPrediction, TubeScore, TubeSpans};
pub use tube_report::{TubeReport, TubeReportFold};
