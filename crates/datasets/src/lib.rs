//! Folder layouts, annotation formats and procedural worlds.
//!
//! In: folders of data sets, or a seed. Out: typed samples whose frames and labels are read or drawn one at a time. This
//! crate knows files and pictures; it knows no tensors and no models.
//!
//! # Data sets
//!
//! [`inspect()`] says which of these a folder holds, how much of them, and what is wrong with them.
//!
//! | data set | read by | results |
//! |---|---|---|
//! | DAVIS 2016, 2017, 2017 unsupervised | [`Davis`] | [`ResultWriter`] |
//! | YouTube-VOS | [`YoutubeVos`], [`YoutubeVosMeta`] | [`ResultWriter`] |
//! | MOSE | [`Mose`] | [`ResultWriter`] |
//! | SA-V | [`SaV`], [`SavMasklets`] | [`MaskWriter`] |
//! | YouTube-VIS, CocoVID, SA-Co/VEval | [`VideoInstances`] | [`InstanceResult`] |
//! | Ref-YouTube-VOS | [`RefYoutubeVos`], [`ReferredObject`] | [`MaskWriter`] |
//! | Ref-DAVIS-2017 | [`RefDavis`], [`RefYoutubeVos`] once converted | [`ResultWriter`], [`MaskWriter`] |
//! | MeViS, ReVOS | [`Mevis`], [`Revos`] | [`MaskWriter`] |
//! | A2D-Sentences, JHMDB-Sentences | [`A2dSentences`], [`JhmdbSentences`] | [`SentenceMaskResult`] |
//! | RefCOCO, RefCOCO+, RefCOCOg | [`RefCoco`] | [`ComprehensionResult`], [`GenerationResult`] |
//! | gRefCOCO | [`GRefCoco`] | [`SentenceMaskResult`] |
//! | VidSTG with the boxes of VidOR | [`VidStgSample`], [`VidOr`] | none published |
//! | HC-STVG v1, v2 | [`HcStvgSample`] | none published |
//! | STVG from ReVOS | [`StvgConstruction`] | [`ConstructedSample`] |
//! | Charades-STA | [`CharadesMoment`] | [`HighlightResult`] |
//! | QVHighlights | [`HighlightQuery`] | [`HighlightResult`] |
//! | NExT-QA | [`NextQaQuestion`] | [`NextQaResults`] |
//! | NExT-GQA | [`NextQaQuestion`], [`GroundedVideo`] | [`GroundingResults`] |
//! | CLEVRER | [`ClevrerQuestion`] | [`ClevrerResult`] |
//! | Video-MME | [`VideoMmeVideo`] | the same |
//! | GOT-10k | [`Got10k`] | [`Got10kResults`] |
//! | KITTI MOTS, MOTSChallenge | [`MotsSequence`], [`MotsRange`] | the same |
//! | nuScenes | [`NuScenes`] | [`NuTrackingResults`] |
//! | Waymo Open Dataset v1, v2 | [`WaymoRecords`], [`WaymoComponents`] | by clips of rigs |
//!
//! Several cameras of one vehicle, from either of the last two, from a `rig.toml` or from label pictures, are a [`RigClip`],
//! which [`RigPlace`] finds; [`NuScenesWriter`], [`RigClip::write_waymo_records`],
//! [`RigClip::write_waymo_components`] and [`RigLabelWriter`] write it.
//!
//! # Worlds
//!
//! [`World`] draws clips in two dimensions. [`DrivingClip`] drives a vehicle with a rig of cameras through streets in
//! three: every pixel has an identity that holds over cameras and time, and a depth; poses and boxes are exact.
//! [`QuestionClip`] shows plain shapes in motion and asks about them.
//!
//! Files are parsed, never run, and whatever they hold leads to an error with its place in the file, not to a panic.

mod annotated_box;
mod annotation;
mod answering;
mod convert;
mod driving;
mod driving_world;
mod error;
mod formats;
mod grounding;
mod inspect;
mod names;
mod questions;
mod referring;
mod sample;
mod segmentation;
mod tracking;
mod world;

pub use annotated_box::AnnotatedBox;
pub use annotation::{Annotation, LabelEncoding};
pub use answering::clevrer::{ClevrerAnswer, ClevrerChoice, ClevrerQuestion, ClevrerResult};
pub use answering::next_qa::{
    NextQaQuestion, NextQaResult, NextQaResults, read_next_qa_results, read_vid_or_paths,
    write_next_qa_results,
};
pub use answering::video_mme::{VideoMmeQuestion, VideoMmeVideo};
pub use convert::conversion::{Conversion, ConversionCounts};
pub use convert::form::MaskForm;
pub use driving::kitti_mots::{MotsObject, MotsRange, MotsSequence};
pub use driving::nu_scenes::{NuCamera, NuObject, NuPose, NuSample, NuScene, NuScenes};
pub use driving::nu_scenes_detections::{NuDetectedBox, NuDetectionResults};
pub use driving::nu_scenes_results::{NuSource, NuTrackedBox, NuTrackingResults};
pub use driving::rig::clip::{RigAbout, RigClip, RigSource, RigSteps, RigWarning};
pub use driving::rig::label_pictures::RigLabelWriter;
pub use driving::rig::nu_scenes_masks::NuMaskFile;
pub use driving::rig::nu_scenes_writer::{NuScenesWriter, RigMaskForm, RigPictureForm};
pub use driving::rig::places::RigPlace;
pub use driving::rig::step::{RigBox, RigMasks, RigObject, RigPicture, RigStep, RigView};
pub use driving::rig::tracks_json::{RigTrackedMask, RigTracks};
pub use driving::waymo::camera::{WaymoCalibration, WaymoCamera, WaymoImage, WaymoTransform};
pub use driving::waymo::components::{WaymoComponents, WaymoMoment, WaymoRows, WaymoVehiclePose};
pub use driving::waymo::panoptic::{WaymoInstance, WaymoObject, WaymoPanoptic, WaymoSegmentation};
pub use driving::waymo::records::{WaymoBox, WaymoCameraSegmentation, WaymoFrame, WaymoRecords};
pub use driving_world::actor::DrivingClass;
pub use driving_world::clip::{DrivingClip, driving_clip};
pub use driving_world::config::{CameraLayout, DrivingWorldConfig};
pub use driving_world::detections::{DetectionNoise, SyntheticDetection, synthetic_detections};
pub use driving_world::detections_file::write_synthetic_detections;
pub use driving_world::step::{DrivingBox, DrivingObject, DrivingPicture, DrivingStep, Sighting};
pub use error::DatasetError;
pub use formats::deep_png::DeepLabels;
pub use grounding::charades_sta::{CharadesLengths, CharadesMoment, CharadesReannotation};
pub use grounding::constructed::{ConstructedPart, ConstructedSample};
pub use grounding::hc_stvg::{HcStvgSample, HcStvgVersion};
pub use grounding::next_gqa::{
    GroundedVideo, GroundingResults, read_grounding_results, write_grounding_results,
};
pub use grounding::qv_highlights::{HighlightClip, HighlightQuery, HighlightResult, ScoredWindow};
pub use grounding::stvg_from_revos::{
    ConstructionCounts, EventExtent, SeveralObjects, StvgConstruction,
};
pub use grounding::vid_or::{VidOr, VidOrBox, VidOrObject, VidOrVideo};
pub use grounding::vid_stg::{
    BoxTube, FrameEnds, VidStgSample, VidStgSentence, VidStgSentenceKind,
};
pub use inspect::find::{Validation, inspect, inspect_as, validate, validate_as};
pub use inspect::overview::{DatasetKind, Overview, SplitOverview};
pub use inspect::problem::Problem;
pub use names::is_litter;
pub use questions::clip::{QuestionClip, QuestionClipConfig};
pub use questions::object::{PlainColour, PlainDirection, PlainObject, PlainShape};
pub use questions::question::{ClipQuestion, QuestionKind};
pub use referring::a2d_sentences::{A2dActor, A2dFrame, A2dSentence, A2dSentences, A2dSubset};
pub use referring::coco_objects::{CocoImage, CocoObject};
pub use referring::expressions::{Expression, ReferringVideo};
pub use referring::g_ref_coco::{GRefCoco, GeneralReference};
pub use referring::jhmdb_sentences::{JhmdbSample, JhmdbSentence, JhmdbSentences, PuppetMasks};
pub use referring::mask_dictionary::{
    ExpressionMasks, ForegroundDictionary, MaskDictionary, MaskTrack,
};
pub use referring::mevis::Mevis;
pub use referring::ref_coco::{CocoReference, CocoSentence, RefCoco};
pub use referring::ref_davis::{DavisAnnotator, DavisExpression, RefDavis};
pub use referring::ref_youtube_vos::{RefYoutubeVos, ReferredObject};
pub use referring::refexp_results::{ComprehensionResult, GenerationResult};
pub use referring::revos::Revos;
pub use referring::sentence_results::SentenceMaskResult;
pub use sample::{FrameFiles, VideoSample};
pub use segmentation::davis::{Davis, DavisYear};
pub use segmentation::davis_writer::{DavisWriter, ResultWriter};
pub use segmentation::instance_results::{InstanceResult, InstanceResultForm};
pub use segmentation::mask_writer::MaskWriter;
pub use segmentation::mose::Mose;
pub use segmentation::sa_v::SaV;
pub use segmentation::sa_v_masklets::{SavMasklet, SavMasklets};
pub use segmentation::video_instances::{InstanceTrack, InstanceVideo, NounPhrase, VideoInstances};
pub use segmentation::youtube_vos::{YoutubeVos, YoutubeVosMeta, YoutubeVosObject};
pub use tracking::got_10k::{Got10k, Got10kNote, Got10kSequence};
pub use tracking::got_10k_results::Got10kResults;
pub use world::config::WorldConfig;
pub use world::frame::WorldFrame;
pub use world::scene::World;
