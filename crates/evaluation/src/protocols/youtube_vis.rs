//! YouTube-VIS: tracks of masks by category.
//!
//! In: annotations and results in COCO's form. Out: AP and AR, and how well each true track was covered.

use tubelet_datasets::{InstanceResult, VideoInstances};
use tubelet_metrics::{DetectionReport, ScoredTrack, TrueTrack, YoutubeVisFold, YoutubeVisVideo};

use crate::error::{EvaluationError, Problem};
use crate::report::{Figure, Report, Sample};
use crate::task::Task;
use crate::tracks::TrackVideo;

/// Names of the ranges of areas after the first.
const AREAS: [&str; 3] = ["small", "medium", "large"];

/// YouTube-VIS.
pub(crate) fn youtube_vis(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["best IoU"]);
    let truth = VideoInstances::read(task.inputs.truth)?;
    let results = InstanceResult::read_all(task.inputs.predictions)?;
    let videos = TrackVideo::all(task, &truth, &results)?;
    let scored = task.score_all(&videos, |video| {
        let name = if video.video.name.is_empty() {
            video.video.id.to_string()
        } else {
            video.video.name.clone()
        };
        let refuse = Problem::of(&name);
        let mut tracks = YoutubeVisVideo::new(
            video
                .truth
                .iter()
                .map(|track| TrueTrack {
                    category: track.category,
                    is_crowd: track.is_crowd,
                })
                .collect(),
            video
                .found
                .iter()
                .map(|(_, track)| ScoredTrack {
                    category: track.category,
                    score: track.score,
                })
                .collect(),
        );
        for frame in 0..video.video.files.len() {
            let [truth, found] = video.masks(frame);
            tracks.push(&truth, &found).map_err(&refuse)?;
        }
        let samples = video.truth.iter().enumerate().map(|(place, track)| {
            let same = video.found.iter().enumerate();
            let same = same.filter(|(_, (_, found))| found.category == track.category);
            let best = same
                .map(|(index, (_, found))| (tracks.overlap(index, place), found))
                .max_by(|one, other| one.0.total_cmp(&other.0));
            let id = format!("{name}/{}", track.id);
            let category = truth.categories.get(&track.category);
            let category = category
                .cloned()
                .unwrap_or_else(|| track.category.to_string());
            let found: Vec<_> = best.iter().map(|(_, found)| &found.masks).collect();
            let caption = format!("{id} ({category})");
            let shown = video.evidence(task, &caption, &[&track.masks], &found);
            let overlap = best.map_or(0.0, |(overlap, _)| overlap);
            let frames = track.masks.iter().flatten().count();
            Sample::new(id, [overlap])
                .within(category)
                .over(frames)
                .shown(task, shown)
        });
        let samples: Vec<Sample> = samples.collect();
        Ok((tracks, samples))
    })?;
    let mut fold = YoutubeVisFold::default();
    for (video, samples) in scored {
        fold.push(&video);
        report.samples.extend(samples);
    }
    report.summary = figures(&fold.finish()?);
    report.summary.push(Figure::count("videos", videos.len()));
    report
        .summary
        .push(Figure::count("true tracks", report.samples.len()));
    report.group_samples();
    Ok(report)
}

/// The figures that evaluators of COCO's kind print.
pub(crate) fn figures(found: &DetectionReport) -> Vec<Figure> {
    let mut areas = found.by_area.iter();
    let all = areas.next().and_then(Option::as_ref);
    let mut figures = vec![
        Figure::share("AP", all.map(|all| all.average_precision)),
        Figure::share("AP50", all.and_then(|all| all.at_step(0))),
        Figure::share("AP75", all.and_then(|all| all.at_step(5))),
    ];
    for (name, area) in AREAS.into_iter().zip(areas) {
        let precision = area.as_ref().map(|area| area.average_precision);
        figures.push(Figure::share(format!("AP {name}"), precision));
    }
    for (most, recall) in &found.recall_by_predictions {
        figures.push(Figure::share(format!("AR{most}"), *recall));
    }
    figures
}
