//! The scores of one clip of a rig.
//!
//! In: the clip and its predictions, step by step. Out: the means of each instance, with the picture in which it was worst.
//! A picture without annotation is not scored, whatever is predicted for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tubelet_datasets::{RigObject, RigPicture, RigPlace, RigStep, RigView};
use tubelet_geometry::{FrameSize, Mask, RunLength};
use tubelet_metrics::{InstanceMean, MetricsError, MultiViewSequence, ViewMasks};

use super::predicted::{Predicted, PredictedView};
use super::values;
use crate::error::Problem;
use crate::evidence::{Evidence, FramePicture, MaskEvidence, MaskSource};
use crate::report::Sample;
use crate::task::{Missing, Task};

/// What is found in one clip.
pub(super) struct ClipScore {
    /// Its instances.
    pub(super) instances: Vec<(InstanceMean, Sample)>,
    /// Predicted objects that the ground truth does not have.
    pub(super) unknown: usize,
    /// True masks of objects that are not followed over time.
    pub(super) untracked: usize,
    /// Annotated pictures without prediction.
    pub(super) missing: usize,
    /// Objects that nothing was predicted for, where those are left out.
    pub(super) unasked: usize,
}

/// The picture in which an instance scores worst.
struct Worst {
    score: f64,
    shown: MaskEvidence,
}

/// One camera of the clip.
#[derive(Default)]
struct CameraState {
    name: String,
    size: Option<FrameSize>,
    /// Instances that have appeared on either side.
    appeared: BTreeSet<u64>,
}

/// One clip on its way.
struct Scoring<'a> {
    task: &'a Task<'a>,
    name: &'a str,
    predicted: Predicted,
    sequence: MultiViewSequence,
    cameras: Vec<CameraState>,
    known: BTreeSet<u64>,
    found: BTreeSet<u64>,
    worst: BTreeMap<u64, Worst>,
    untracked: usize,
    missing: usize,
}

/// Scores a clip.
pub(super) fn clip(
    task: &Task<'_>,
    place: &RigPlace,
    predictions: &Path,
) -> Result<ClipScore, Problem> {
    let of_truth = |error| Problem::from(error).of_truth(task.inputs.truth);
    let mut clip = place.open().map_err(of_truth)?;
    let sizes = clip.rig().map(|rig| rig.cameras().iter().map(|it| it.size));
    let mut sizes = sizes
        .map(Iterator::collect::<Vec<_>>)
        .unwrap_or_default()
        .into_iter();
    let cameras = clip.cameras().iter().map(|name| CameraState {
        name: name.clone(),
        size: sizes.next(),
        appeared: BTreeSet::new(),
    });
    let mut scoring = Scoring {
        task,
        name: place.name(),
        predicted: Predicted::open(predictions, clip.cameras())?,
        sequence: MultiViewSequence::default(),
        cameras: cameras.collect(),
        known: BTreeSet::new(),
        found: BTreeSet::new(),
        worst: BTreeMap::new(),
        untracked: 0,
        missing: 0,
    };
    for step in clip.steps() {
        scoring.step(&step.map_err(of_truth)?)?;
    }
    scoring.finish()
}

impl Scoring<'_> {
    fn step(&mut self, step: &RigStep) -> Result<(), Problem> {
        for (camera, view) in step.views.iter().enumerate() {
            let masks = view
                .as_ref()
                .and_then(|view| Some((view, view.masks.as_ref()?)));
            let Some((view, masks)) = masks else {
                continue;
            };
            let pieces = masks.decode().map_err(Problem::from);
            let objects = pieces.and_then(|pieces| whole(self.name, pieces));
            let of_truth = |problem: Problem| problem.of_truth(self.task.inputs.truth);
            let mut objects = objects.map_err(of_truth)?;
            let all = objects.len();
            objects.retain(|object| object.is_tracked);
            self.untracked += all - objects.len();
            self.view((camera, step.index), view, &objects)?;
        }
        Ok(())
    }

    fn view(
        &mut self,
        (camera, step): (usize, usize),
        view: &RigView,
        objects: &[RigObject],
    ) -> Result<(), Problem> {
        let Some(state) = self.cameras.get_mut(camera) else {
            return Ok(());
        };
        let place = format!("{}/{}/{step:05}", self.name, state.name);
        let predicted = self.predicted.view(&state.name, step)?;
        let own = objects.first().map(|object| object.mask.size());
        let size = state.size.or(own);
        let size = size.or(predicted.as_ref().map(|predicted| predicted.size));
        state.size = size;
        let (Some(size), false) = (size, own.is_some() && own != size) else {
            if let (Some(size), Some(own)) = (size, own) {
                let problem = Problem::value(place, format!("masks of {own}, others are {size}"));
                return Err(problem.of_truth(self.task.inputs.truth));
            }
            return self.is_missing(place);
        };
        let masks = match predicted {
            Some(predicted) if predicted.size != size => {
                return Err(Problem::Size {
                    path: predicted.path,
                    expected: size,
                    found: predicted.size,
                });
            }
            Some(PredictedView { masks, .. }) => masks,
            None => {
                self.is_missing(place.clone())?;
                if self.task.options.missing == Missing::LeaveOut {
                    return Ok(());
                }
                BTreeMap::new()
            }
        };
        self.found.extend(masks.keys());
        self.known
            .extend(objects.iter().map(|object| object.instance));
        self.score((camera, &place), view, (size, objects, &masks))
    }

    fn is_missing(&mut self, name: String) -> Result<(), Problem> {
        self.missing += 1;
        match self.task.options.missing {
            Missing::Refuse => Err(Problem::Missing {
                what: "picture",
                name,
            }),
            Missing::LeaveOut | Missing::Zero => Ok(()),
        }
    }

    fn score(
        &mut self,
        (camera, place): (usize, &str),
        view: &RigView,
        (size, objects, masks): (FrameSize, &[RigObject], &BTreeMap<u64, Mask>),
    ) -> Result<(), Problem> {
        let Some(state) = self.cameras.get_mut(camera) else {
            return Ok(());
        };
        let shown = objects.iter().map(|object| object.instance);
        state.appeared.extend(shown.chain(masks.keys().copied()));
        let empty = Mask::new(size);
        for &instance in &state.appeared {
            let own = objects.iter().find(|object| object.instance == instance);
            let truth = own.map_or(&empty, |object| &object.mask);
            let prediction = masks.get(&instance).unwrap_or(&empty);
            let pair = ViewMasks {
                view: camera,
                instance,
                truth,
                prediction,
            };
            let refuse = Problem::of(place);
            let Some(score) = self.sequence.push(&pair).map_err(refuse)? else {
                continue;
            };
            let known = self.worst.get(&instance);
            if known.is_none_or(|worst| score.mean() < worst.score) {
                let shown = evidence(format!("{place}, object {instance}"), view, &pair);
                let score = score.mean();
                self.worst.insert(instance, Worst { score, shown });
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<ClipScore, Problem> {
        let instances = match self.sequence.finish() {
            // A clip may show nothing that is followed.
            Err(MetricsError::NoObjects) => Vec::new(),
            other => other.map_err(Problem::of(self.name))?,
        };
        let all = instances.len();
        let asked = |found: &InstanceMean| {
            !self.task.by("predicted-objects") || self.found.contains(&found.instance)
        };
        let instances: Vec<InstanceMean> = instances.into_iter().filter(asked).collect();
        let unasked = all - instances.len();
        let instances = instances.into_iter().map(|found| {
            let values = values(found.scores).into_iter().chain([found.views as f64]);
            let sample = Sample::new(format!("{}/{}", self.name, found.instance), values);
            let worst = self.worst.remove(&found.instance);
            let shown = worst.map(|worst| Evidence::Masks(worst.shown));
            let sample = sample.within(match found.views {
                1 => "1 camera".to_owned(),
                views => format!("{views} cameras"),
            });
            let sample = Sample {
                evidence: shown,
                ..sample.over(found.scores.count)
            };
            (found, sample)
        });
        Ok(ClipScore {
            instances: instances.collect(),
            unknown: self.found.difference(&self.known).count(),
            untracked: self.untracked,
            missing: self.missing,
            unasked,
        })
    }
}

/// The objects of a picture, each with all its pixels, from pieces in order of their numbers.
///
/// Pieces with one number are one object, whatever class each is of. A panoptic label tells a class with every pixel, and
/// Waymo's annotators gave some objects two: a few pixels of a large vehicle are those of a car. The number that holds in
/// all cameras belongs to the local number alone (`instance_id_to_global_id_mapping`), and "instances belonging to the same
/// object will map to the same global ID" (`dataset.proto`); the benchmark asks for instances and knows no classes.
fn whole(clip: &str, pieces: Vec<RigObject>) -> Result<Vec<RigObject>, Problem> {
    let mut objects: Vec<RigObject> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match objects.last_mut() {
            Some(object) if object.instance == piece.instance => {
                let (size, other) = (object.mask.size(), piece.mask.size());
                if size != other {
                    let name = format!("{clip}, object {}", piece.instance);
                    return Err(Problem::value(name, format!("masks of {size} and {other}")));
                }
                object.mask |= &piece.mask;
                object.is_tracked |= piece.is_tracked;
            }
            _ => objects.push(piece),
        }
    }
    Ok(objects)
}

fn evidence(caption: String, view: &RigView, pair: &ViewMasks<'_>) -> MaskEvidence {
    let image = match &view.picture {
        RigPicture::File(path) if path.is_file() => Some(FramePicture::File(path.clone())),
        _ => None,
    };
    let codes = |mask: &Mask| MaskSource::Codes(vec![RunLength::encode(mask)]);
    MaskEvidence {
        caption,
        image,
        truth: codes(pair.truth),
        prediction: codes(pair.prediction),
    }
}
