//! `tubelet track` for rigs: a prompt in one camera, the object's masks in all of them.
//!
//! In: the arguments. Out: label pictures by camera, `tracks.json`, the surround mosaic. Going back in time is a second
//! journey from the first prompts, with memories of its own; the first step is looked at once.

use std::{num::NonZeroUsize, path::Path, process::ExitCode, sync::Arc, time::Instant};

use burn::tensor::Device;
use tubelet_datasets::{RigClip, RigPlace, RigStep as SeenStep};
use tubelet_segmentation::{Direction, RigVariant, Segmenter, SpatialScope};
use tubelet_session::{
    ObjectId, RigCamera, RigOptions, RigPicture, RigPrompt, RigSession, RigStep, SessionOptions,
};

use super::{
    detected::{Asking, Detected},
    mosaic,
    summary::Summary,
    tracked::Tracked,
};
use crate::{
    arguments::{DirectionArgument, ProductsArgument, TrackArguments},
    ended::Ended,
    failure::Failure,
    interrupt::Interrupt,
    models::{
        known::{NANO, RIG},
        open,
    },
    print::Printer,
    prompts::gathered::Gathered,
};

/// Files and folders that only rigs have.
const MARKS: [&str; 2] = ["rig.toml", "camera_image"];

/// Whether a path names a rig rather than a clip.
pub(crate) fn is_rig(path: &str) -> bool {
    let path = Path::new(path);
    let ends_in = |path: &Path, ending: &str| path.extension().is_some_and(|end| end == ending);
    if path.is_file() {
        return ends_in(path, "toml") || ends_in(path, "tfrecord");
    }
    if MARKS.iter().any(|mark| path.join(mark).exists()) {
        return true;
    }
    let Ok(entries) = std::fs::read_dir(path) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let tables = entry.path().join("sample_data.json");
        ends_in(&entry.path(), "tfrecord") || tables.is_file()
    })
}

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    /// The rig's folder or file.
    pub(crate) clip: &'a str,
    /// Its scene, where it has several.
    pub(crate) scene: Option<&'a str>,
    /// The model's name.
    pub(crate) model: &'a str,
    /// What a detector found in space, where that is what is tracked.
    pub(crate) detections: Option<&'a Path>,
    /// How cameras look back on each other.
    pub(crate) variant: RigVariant,
    /// Where to go from the prompted steps.
    pub(crate) direction: DirectionArgument,
    /// Steps at most, each way.
    pub(crate) most: Option<usize>,
    /// Numbers in which products are calculated.
    pub(crate) dtype: ProductsArgument,
    /// Largest hole that is filled.
    pub(crate) fill_holes: usize,
    /// Whether a pixel belongs to one object at most.
    pub(crate) no_overlap: bool,
    /// Whether pictures are left out.
    pub(crate) tracks_only: bool,
    /// Whether the summary is JSON.
    pub(crate) json: bool,
    /// Where the results go.
    pub(crate) out: &'a Path,
}

/// Tracks what the arguments point at through a rig.
///
/// # Errors
/// When the model, the rig or a prompt is not what it should be, or the results cannot be written.
pub(crate) fn run(
    arguments: &TrackArguments,
    prompts: &Gathered,
    printer: Printer,
) -> Result<ExitCode, Failure> {
    prompts.check_labels(u32::from(u16::MAX))?;
    let job = Job {
        clip: &arguments.clip,
        scene: arguments.scene.as_deref(),
        model: match (&arguments.model, &arguments.detections) {
            (Some(model), _) => model,
            (None, None) => RIG,
            (None, Some(_)) => NANO,
        },
        detections: arguments.detections.as_deref(),
        variant: arguments.variant,
        direction: arguments.direction,
        most: arguments.max_frames.map(NonZeroUsize::get),
        dtype: arguments.dtype,
        fill_holes: arguments.fill_holes,
        no_overlap: arguments.no_overlap,
        tracks_only: arguments.tracks_only,
        json: arguments.json,
        out: &arguments.out,
    };
    finish(&job, prompts, printer)
}

/// Tracks, writes everything down, and draws it.
///
/// # Errors
/// As [`run`].
pub(crate) fn finish(
    job: &Job<'_>,
    prompts: &Gathered,
    printer: Printer,
) -> Result<ExitCode, Failure> {
    let mut clip = open_clip(job)?;
    for warning in &clip.about().warnings {
        printer.note(&format!("note: {warning}"));
    }
    let is_backward = job.direction == DirectionArgument::Backward;
    let prompts = numbered(prompts, clip.cameras(), is_backward)?;
    let model = open::open(job.model, &Device::flex())?.computing_in(job.dtype);
    let rule = job.variant.rule();
    let looks_for_places = job.detections.is_none() && rule.scope != SpatialScope::Nothing;
    if looks_for_places && !model.segmenter.has_places() {
        printer.note(&format!(
            "note: {} was not trained to be told places in space; cameras are told apart by what they show",
            model.name
        ));
    }
    let folder = job.out;
    std::fs::create_dir_all(folder).map_err(Failure::writing(folder))?;
    let largest_filled_hole = Some(job.fill_holes).filter(|&area| area > 0);
    let segmenter = Arc::new(model.segmenter);
    let interrupt = Interrupt::watch();
    let mut tracked = Tracked::create(folder, &clip)?;
    let start = Instant::now();
    let complete = if let Some(path) = job.detections {
        let detected = Detected::track(path, &mut clip)?;
        let objects = detected.objects(&prompts)?;
        let asking = Asking {
            segmenter,
            options: SessionOptions {
                largest_filled_hole,
                separate_objects: job.no_overlap,
                ..SessionOptions::default()
            },
            most: job.most,
            printer,
            interrupt,
        };
        asking.go(&mut clip, (&detected, &objects), &mut tracked)?
    } else {
        let options = RigOptions {
            rule,
            direction: Direction::Forward,
            largest_filled_hole,
            separate_objects: job.no_overlap,
        };
        let journey = Journey {
            segmenter,
            prompts: &prompts,
            most: job.most,
            printer,
            interrupt,
        };
        journey.go(&mut clip, (options, job.direction), &mut tracked)?
    };
    let seconds = start.elapsed().as_secs_f64();
    let tracks = tracked.finish(folder)?;
    let drawn = if job.tracks_only {
        None
    } else {
        Some(mosaic::draw(folder, &mut clip, &tracked, printer)?)
    };
    let summary = Summary {
        clip: job.clip.to_owned(),
        model: model.name,
        variant: if job.detections.is_some() {
            "FastPoly-SAM"
        } else {
            job.variant.name()
        },
        complete,
        cameras: clip.cameras().to_vec(),
        objects: tracked.objects(),
        steps: tracked.steps(),
        seconds,
        views_per_second: tracked.views() as f64 / seconds.max(1e-9),
        tracks,
        masks: folder.join("masks"),
        mosaic: drawn.as_ref().map(|drawn| drawn.video.clone()),
        contact_sheet: drawn.map(|drawn| drawn.sheet),
    };
    summary.show(job.json, printer)
}

/// The rig's clip, of the scene that is asked for.
fn open_clip(job: &Job<'_>) -> Result<RigClip, Failure> {
    let places = RigPlace::find(job.clip, None)?;
    let known = || places.iter().map(|place| place.name().to_owned()).collect();
    let place = match (job.scene, places.as_slice()) {
        (Some(name), places) => {
            let found = places.iter().find(|place| place.name() == name);
            found.ok_or_else(|| Failure::Unknown {
                what: "scene",
                name: name.to_owned(),
                known: known(),
            })?
        }
        (None, [only]) => only,
        (None, _) => return Err(Failure::ManyScenes { known: known() }),
    };
    Ok(place.open()?)
}

/// A prompt with the number of its camera.
pub(crate) struct NumberedPrompt {
    pub(crate) step: usize,
    pub(crate) camera: usize,
    pub(crate) object: u32,
    pub(crate) prompt: RigPrompt,
    /// Whether it corrects the mask that tracking finds there.
    pub(crate) corrects: bool,
}

fn numbered(
    prompts: &Gathered,
    cameras: &[String],
    is_backward: bool,
) -> Result<Vec<NumberedPrompt>, Failure> {
    let openings = prompts.openings(is_backward)?;
    let mut numbered = Vec::new();
    for spot in prompts.spots() {
        let name = spot.camera.as_ref().ok_or(Failure::NoCamera)?;
        let camera = cameras.iter().position(|known| known == name);
        let camera = camera.ok_or_else(|| Failure::Unknown {
            what: "camera",
            name: name.clone(),
            known: cameras.to_vec(),
        })?;
        for prompt in prompts.rig_prompts(spot)? {
            numbered.push(NumberedPrompt {
                step: spot.frame,
                camera,
                object: spot.object,
                prompt,
                corrects: prompts.corrects(spot, &openings),
            });
        }
    }
    Ok(numbered)
}

/// A way through the clip from its prompts.
struct Journey<'a> {
    segmenter: Arc<Segmenter>,
    prompts: &'a [NumberedPrompt],
    most: Option<usize>,
    printer: Printer,
    interrupt: Interrupt,
}

impl Journey<'_> {
    /// Goes from the first prompts to one end, or to both: then the step in between is looked at once. Says whether it got there.
    fn go(
        &self,
        clip: &mut RigClip,
        (options, direction): (RigOptions, DirectionArgument),
        tracked: &mut Tracked,
    ) -> Result<bool, Failure> {
        let opening = self.prompts.iter().filter(|prompt| !prompt.corrects);
        let steps = opening.map(|prompt| prompt.step);
        let start = match direction {
            DirectionArgument::Forward | DirectionArgument::Both => steps.min(),
            DirectionArgument::Backward => steps.max(),
        };
        let start = start.ok_or(Failure::NoPrompt)?;
        let most = self.most.unwrap_or(usize::MAX);
        if most == 0 {
            return Ok(true);
        }
        let options = RigOptions {
            direction: match direction {
                DirectionArgument::Forward | DirectionArgument::Both => Direction::Forward,
                DirectionArgument::Backward => Direction::Backward,
            },
            ..options
        };
        let mut session = RigSession::new(Arc::clone(&self.segmenter), cameras(clip), options)?;
        self.take((clip, &mut session), start, tracked)?;
        let back = (direction == DirectionArgument::Both).then(|| session.turned());
        for mut session in [Some(session), back].into_iter().flatten() {
            let numbers: Vec<usize> = match session.direction() {
                Direction::Forward => (start + 1..clip.step_count()).collect(),
                Direction::Backward => (0..start).rev().collect(),
            };
            let numbers = &numbers[..numbers.len().min(most - 1)];
            let bar = self.printer.bar(numbers.len() as u64);
            bar.set_message("tracking");
            for &number in numbers {
                if self.interrupt.is_wanted() {
                    bar.finish_and_clear();
                    return Ok(false);
                }
                self.take((clip, &mut session), number, tracked)?;
                bar.inc(1);
            }
            bar.finish_and_clear();
        }
        Ok(true)
    }

    /// Looks at a step, says what is to be said there, and finds all objects.
    fn take(
        &self,
        (clip, session): (&mut RigClip, &mut RigSession),
        number: usize,
        tracked: &mut Tracked,
    ) -> Result<(), Failure> {
        let seen = clip.step(number)?;
        session.show(number, &pictures(&seen)?)?;
        let here = self.prompts.iter().filter(|prompt| prompt.step == number);
        let (corrections, pointed): (Vec<_>, Vec<_>) = here.partition(|prompt| prompt.corrects);
        say(session, &pointed)?;
        let mut found = session.track()?;
        if !corrections.is_empty() {
            // A correction is made of the mask that was found, and the other cameras look at it.
            say(session, &corrections)?;
            found = session.track()?;
        }
        tracked.add(&found)
    }
}

fn say(session: &mut RigSession, prompts: &[&NumberedPrompt]) -> Result<(), Failure> {
    for prompt in prompts {
        let object = ObjectId(prompt.object);
        session.say(object, prompt.camera, prompt.prompt.clone())?;
    }
    Ok(())
}

fn cameras(clip: &RigClip) -> Vec<RigCamera> {
    let names = clip.cameras().iter().enumerate();
    names
        .map(|(index, name)| RigCamera {
            name: name.clone(),
            calibration: clip.rig().and_then(|rig| rig.cameras().get(index).copied()),
        })
        .collect()
}

/// A step with its pictures decoded. The vehicle is where it was when the first of them was taken.
fn pictures(seen: &SeenStep) -> Result<RigStep, Failure> {
    let mut pictures = Vec::with_capacity(seen.views.len());
    for view in &seen.views {
        pictures.push(match view {
            Some(view) => Some(RigPicture {
                frame: view.picture.decode()?,
                world_from_ego: view.world_from_ego,
            }),
            None => None,
        });
    }
    let first = seen
        .views
        .iter()
        .flatten()
        .find_map(|view| view.world_from_ego);
    Ok(RigStep {
        pictures,
        world_from_ego: first,
    })
}
