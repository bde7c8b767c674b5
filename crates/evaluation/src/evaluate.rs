//! From a protocol and two paths to a report.
//!
//! In: a [`Protocol`], [`Inputs`], [`Options`] and someone to tell of progress. Out: a [`Report`]. What is done for each
//! protocol stands in `protocols`.

use tubelet_metrics::MetricsError;

use crate::error::EvaluationError;
use crate::protocol::Protocol;
use crate::protocols::{
    answers, boxes, charades_sta, davis, expressions, g_ref_coco, images, kitti_mots,
    qv_highlights, ref_coco, rig, sa_co, tubes, unsupervised, vos_benchmark, youtube_vis,
};
use crate::report::Report;
use crate::task::{Inputs, Missing, Options, Progress, Task};
use crate::worst::Worst;

/// Judges predictions.
///
/// `progress` is called from several threads, and tells of units in no particular order.
///
/// # Errors
/// [`EvaluationError::Refused`] where truth and predictions do not fit together, with the first three problems, or
/// [`EvaluationError::Unusable`] where they do not although what only one side has is left out; and what is wrong with the
/// options or the ground truth.
pub fn evaluate(
    protocol: Protocol,
    inputs: Inputs<'_>,
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Report, EvaluationError> {
    let worst = Worst::new(options.shown.unwrap_or(usize::MAX));
    let task = Task {
        protocol,
        rules: protocol.rules_named(options.rules.as_deref())?,
        inputs,
        options,
        progress,
        worst: &worst,
    };
    let counts_zeroes = match protocol {
        Protocol::Mevis
        | Protocol::Revos
        | Protocol::RefYoutubeVos
        | Protocol::RigCrossView
        | Protocol::RigGeneric => true,
        Protocol::RefDavis => task.by("by-expression"),
        _ => false,
    };
    if !counts_zeroes {
        task.without_zeroes()?;
    }
    let judged = judged(&task).map_err(|error| match error {
        EvaluationError::Metrics(MetricsError::NoSamples) => EvaluationError::NothingToScore {
            truth: inputs.truth.to_owned(),
            predictions: inputs.predictions.to_owned(),
        },
        EvaluationError::Refused {
            path,
            problems,
            count,
        } if options.missing == Missing::LeaveOut => EvaluationError::Unusable {
            path,
            problems,
            count,
        },
        other => other,
    });
    let mut report = judged?;
    worst.give_back(&mut report.samples);
    Ok(report)
}

fn judged(task: &Task<'_>) -> Result<Report, EvaluationError> {
    match task.protocol {
        Protocol::Davis2016 => davis::single(task),
        Protocol::Davis2017 => davis::several(task),
        Protocol::Davis2017Unsupervised => unsupervised::davis(task),
        Protocol::VosBenchmark => vos_benchmark::labels(task),
        Protocol::SaV => vos_benchmark::sa_v(task),
        Protocol::Mevis => expressions::mevis(task),
        Protocol::Revos => expressions::revos(task),
        Protocol::RefDavis if task.by("by-annotator") => unsupervised::ref_davis(task),
        Protocol::RefDavis | Protocol::RefYoutubeVos => expressions::label_pictures(task),
        Protocol::VidStg => tubes::vidstg(task),
        Protocol::HcStvg => tubes::hc_stvg(task),
        Protocol::Got10k => boxes::got_10k(task),
        Protocol::A2d => images::a2d(task),
        Protocol::Jhmdb => images::jhmdb(task),
        Protocol::RefCoco => ref_coco::ref_coco(task),
        Protocol::GRefCoco => g_ref_coco::g_ref_coco(task),
        Protocol::CharadesSta => charades_sta::charades_sta(task),
        Protocol::QvHighlights => qv_highlights::qv_highlights(task),
        Protocol::NextQa => answers::next_qa(task),
        Protocol::NextGqa => answers::next_gqa(task),
        Protocol::Clevrer => answers::clevrer(task),
        Protocol::VideoMme => answers::video_mme(task),
        Protocol::YoutubeVis => youtube_vis::youtube_vis(task),
        Protocol::KittiMots => kitti_mots::kitti_mots(task),
        Protocol::SaCo => sa_co::sa_co(task),
        Protocol::RigCrossView => rig::rig(task, rig::Scope::CrossView),
        Protocol::RigGeneric => rig::rig(task, rig::Scope::Generic),
    }
}
