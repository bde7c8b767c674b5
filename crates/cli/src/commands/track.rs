//! `tubelet track`: point at objects, get their masks in every frame.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
};

use burn::tensor::Device;
use serde::Serialize;
use tubelet_session::{Course, Propagation, SessionOptions};
use tubelet_video::{VideoSource, VideoWriter};

use crate::{
    arguments::{DirectionArgument, TrackArguments},
    ended::{Ended, objects},
    failure::Failure,
    interrupt::Interrupt,
    models::{known::NANO, open},
    output::{pictures, place, tracks},
    print::Printer,
    prompts::gathered::Gathered,
    rig,
    tracking::{Run, Tracked},
};

/// The largest object in palette pictures, where 255 means void.
const LARGEST_IN_PALETTE: u32 = 254;

/// What a run says of itself on stdout.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    clip: String,
    model: String,
    complete: bool,
    objects: Vec<u32>,
    frames: usize,
    seconds: f64,
    frames_per_second: f64,
    tracks: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overlay: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    masks: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_sheet: Option<PathBuf>,
}

/// Tracks what the arguments point at.
///
/// # Errors
/// When the model, the clip or a prompt is not what it should be, or the results cannot be written.
pub(crate) fn run(arguments: &TrackArguments, printer: Printer) -> Result<ExitCode, Failure> {
    let prompts = Gathered::from_arguments(arguments)?;
    if rig::run::is_rig(&arguments.clip) {
        return rig::run::run(arguments, &prompts, printer);
    }
    if let Some(path) = &arguments.detections {
        return Err(Failure::Detections {
            path: path.clone(),
            reason: format!("{} is no rig of several cameras", arguments.clip),
        });
    }
    if !arguments.tracks_only {
        prompts.check_labels(LARGEST_IN_PALETTE)?;
    }
    // The clip is looked at before the weights, which take longer to read.
    let source = VideoSource::open(&arguments.clip)?;
    let run = Run {
        clip: &arguments.clip,
        source,
        model: open::open(arguments.model.as_deref().unwrap_or(NANO), &Device::flex())?
            .computing_in(arguments.dtype),
        prompts,
        options: SessionOptions {
            largest_filled_hole: Some(arguments.fill_holes).filter(|&area| area > 0),
            separate_objects: arguments.no_overlap,
            ..SessionOptions::default()
        },
        propagation: Propagation {
            course: match arguments.direction {
                DirectionArgument::Forward => Course::Forward,
                DirectionArgument::Backward => Course::Backward,
                DirectionArgument::Both => Course::Both,
            },
            frames: arguments.max_frames.map(NonZeroUsize::get),
            ..Propagation::default()
        },
    };
    let with_pictures = !arguments.tracks_only;
    let summary = finish(run, &arguments.out, with_pictures, printer)?;
    summary.show(arguments.json, printer)
}

/// Tracks, writes everything down, and draws it.
///
/// # Errors
/// As [`run`].
pub(crate) fn finish(
    run: Run<'_>,
    folder: &Path,
    with_pictures: bool,
    printer: Printer,
) -> Result<Summary, Failure> {
    std::fs::create_dir_all(folder).map_err(Failure::writing(folder))?;
    let inputs = run.prompts.masks().chain([Path::new(run.clip)]);
    place::check(folder, &place::RESULTS, &inputs.collect::<Vec<_>>())?;
    if with_pictures {
        VideoWriter::check_size(&folder.join(place::RESULTS[0]), run.source.info().size)?;
    }
    let clip = run.clip.to_owned();
    let points = run.prompts.points();
    let tracked = run.track(folder, printer, &Interrupt::watch())?;
    let Tracked {
        journal,
        header,
        mut footage,
        seconds,
        frames,
    } = tracked;
    let tracks = tracks::write(folder, &header, &journal)?;
    pictures::Pictures::remove(folder)?;
    let drawn = if with_pictures {
        let bar = printer.bar(journal.frames().len() as u64);
        bar.set_message("drawing");
        let drawn = pictures::draw(folder, &mut footage, (&journal, &points), &bar)?;
        bar.finish_and_clear();
        Some(drawn)
    } else {
        None
    };
    let objects = journal.objects();
    journal.finish()?;
    Ok(Summary {
        clip,
        model: header.model,
        complete: header.complete,
        objects,
        frames,
        seconds,
        frames_per_second: frames as f64 / seconds.max(1e-9),
        tracks,
        recording: footage.recorded(),
        overlay: drawn.as_ref().map(|pictures| pictures.overlay.clone()),
        masks: drawn.as_ref().map(|pictures| pictures.masks.clone()),
        contact_sheet: drawn.map(|pictures| pictures.contact_sheet),
    })
}

impl Ended for Summary {
    fn is_complete(&self) -> bool {
        self.complete
    }

    fn account(&self) -> String {
        format!(
            "{} in {} frames, {:.1} frames per second, with {}",
            objects(self.objects.len()),
            self.frames,
            self.frames_per_second,
            self.model
        )
    }

    fn written(&self) -> Vec<&PathBuf> {
        let further = [
            &self.recording,
            &self.overlay,
            &self.masks,
            &self.contact_sheet,
        ];
        let further = further.into_iter().flatten();
        std::iter::once(&self.tracks).chain(further).collect()
    }
}
