//! `tubelet track --detections`: objects that a detector found in space are tracked there, and a segmenter that looks at one picture
//! at a time is asked what is in their boxes (FastPoly-SAM, *MST-SAM*, appendix A.3).
//!
//! In: a scene of nuScenes, a file of detections, prompts that choose among the objects. Out: masks of all cameras. Nothing is
//! remembered but the boxes.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use tubelet_datasets::{NuDetectedBox, NuDetectionResults, RigClip, RigStep as SeenStep};
use tubelet_geometry::{BoundingBox, FrameSize, Mask, Point, RunLength};
use tubelet_segmentation::Segmenter;
use tubelet_session::{
    Click, ClickKind, Command, Event, ObjectId, ObjectMask, Place, RigPrompt, Session,
    SessionOptions,
};
use tubelet_tracking3d::{
    BoxPrompt, Detection, Target, Tracker, TrackerConfig, VelocityInput, View, box_prompts,
    choose_targets,
};
use tubelet_video::Frame;

use super::{run::NumberedPrompt, tracked::Tracked};
use crate::{failure::Failure, interrupt::Interrupt, print::Printer};

/// Least overlap of a prompt's box with the box of the object that it chooses.
const LEAST_IOU: f64 = 0.1;
/// Share of a box that a nearer one may hide; what is hidden more is not asked for.
const MOST_HIDDEN: f64 = 0.9;
/// Score of an object, as a logit, in a picture where it has no box.
const ABSENT: f32 = -10.0;

/// Boxes of tracked objects in all pictures of a clip.
pub(crate) struct Detected {
    /// By time step.
    boxes: Vec<Vec<BoxPrompt>>,
}

impl Detected {
    /// Tracks what a file says was detected in the clip's key frames.
    ///
    /// # Errors
    /// When the file is none, lacks a key frame, or the clip has no calibration or poses.
    pub(crate) fn track(path: &Path, clip: &mut RigClip) -> Result<Self, Failure> {
        let refuse = |reason: String| Failure::Detections {
            path: path.to_owned(),
            reason,
        };
        let results = NuDetectionResults::read(path)?;
        let config = TrackerConfig::nu_scenes(VelocityInput::Measured);
        let mut tracker = Tracker::new(config.clone()).map_err(|it| refuse(it.to_string()))?;
        let mut boxes = Vec::with_capacity(clip.step_count());
        for number in 0..clip.step_count() {
            let step = clip.step(number)?;
            let Some(token) = &step.key_frame else {
                let reason = "they belong to key frames of nuScenes, and this clip has none";
                return Err(refuse(reason.to_owned()));
            };
            let found = results.samples.get(token);
            let found = found.ok_or_else(|| {
                refuse(format!(
                    "there is no key frame `{token}`, which is step {number}"
                ))
            })?;
            // The tracker knows the classes that nuScenes' tracking task has; others stand still.
            let found = found.iter().filter_map(|found| {
                let class = config
                    .classes
                    .iter()
                    .position(|it| it.name == found.class)?;
                Some(detection(found, class).ok_or_else(|| {
                    refuse(format!(
                        "a box of key frame `{token}` has a turn that is none"
                    ))
                }))
            });
            let found: Vec<Detection> = found.collect::<Result<_, _>>()?;
            let seconds = step.timestamp_micros as f64 * 1e-6;
            let tracks = tracker.step(seconds, &found);
            let tracks = tracks.map_err(|it| refuse(format!("key frame `{token}`: {it}")))?;
            let (numbers, views) = views(clip, &step).ok_or_else(|| {
                refuse("the clip's cameras have no calibration or poses".to_owned())
            })?;
            let mut seen = box_prompts(&tracks, &views);
            for prompt in &mut seen {
                prompt.view = numbers[prompt.view];
            }
            seen.retain(|prompt| prompt.occlusion < MOST_HIDDEN);
            boxes.push(seen);
        }
        Ok(Self { boxes })
    }

    /// The objects of the run by tracks: those that the prompts choose under the numbers that these give, or all if nothing is
    /// said, numbered from 1.
    ///
    /// # Errors
    /// When a prompt lies on no object.
    pub(crate) fn objects(
        &self,
        prompts: &[NumberedPrompt],
    ) -> Result<BTreeMap<u64, u32>, Failure> {
        let mut objects = BTreeMap::new();
        if prompts.is_empty() {
            let mut tracks: Vec<u64> = self.boxes.iter().flatten().map(|it| it.track).collect();
            tracks.sort_unstable();
            tracks.dedup();
            return Ok(tracks.into_iter().zip(1..).collect());
        }
        for prompt in prompts {
            let here: Vec<BoxPrompt> = self.boxes.get(prompt.step).map_or_else(Vec::new, |boxes| {
                let here = boxes.iter().filter(|it| it.view == prompt.camera);
                here.copied().collect()
            });
            let chosen = match &prompt.prompt {
                RigPrompt::Clicks(clicks) | RigPrompt::Points(None, clicks) => {
                    clicked(&here, clicks)
                }
                RigPrompt::Box(bounds) | RigPrompt::Points(Some(bounds), _) => {
                    overlapped(&here, prompt.camera, *bounds)
                }
                RigPrompt::Mask(mask) => mask
                    .bounding_box()
                    .and_then(|bounds| overlapped(&here, prompt.camera, bounds)),
            };
            let track = chosen.ok_or(Failure::NothingDetected {
                object: prompt.object,
                step: prompt.step,
            })?;
            objects.insert(track, prompt.object);
        }
        Ok(objects)
    }
}

/// A detection as the tracker takes it; `None` where its rotation is none.
fn detection(found: &NuDetectedBox, class: usize) -> Option<Detection> {
    Detection::upright(
        (found.pose.rotation, found.pose.translation),
        (found.size, found.velocity),
        (class, found.score),
    )
    .ok()
}

/// The pictures of a step as projection takes them, with the numbers of their cameras.
fn views<'a>(clip: &'a RigClip, step: &SeenStep) -> Option<(Vec<usize>, Vec<View<'a>>)> {
    let cameras = clip.rig()?.cameras();
    let shown = step.views.iter().enumerate();
    let shown = shown.filter_map(|(camera, view)| Some((camera, view.as_ref()?)));
    let views = shown.map(|(camera, view)| {
        let later = view.timestamp_micros - step.timestamp_micros;
        let view = View {
            camera: cameras.get(camera)?,
            world_from_ego: view.world_from_ego?,
            seconds_later: later as f64 * 1e-6,
        };
        Some((camera, view))
    });
    views
        .collect::<Option<Vec<_>>>()
        .map(|it| it.into_iter().unzip())
}

/// The nearest object whose box holds all clicks on it and none beside it.
fn clicked(here: &[BoxPrompt], clicks: &[Click]) -> Option<u64> {
    let holds = |bounds: BoundingBox, at: Point| {
        (bounds.left..bounds.right).contains(&at.x) && (bounds.top..bounds.bottom).contains(&at.y)
    };
    let fits = |prompt: &&BoxPrompt| {
        clicks.iter().all(|click| {
            let is_inside = holds(prompt.bounds, click.position);
            is_inside == (click.kind == ClickKind::Include)
        })
    };
    let nearest = here.iter().filter(fits);
    let nearest = nearest.min_by(|one, other| one.depth.total_cmp(&other.depth));
    nearest.map(|prompt| prompt.track)
}

/// The object whose box overlaps a box most.
fn overlapped(here: &[BoxPrompt], camera: usize, bounds: BoundingBox) -> Option<u64> {
    let target = Target::from([(camera, bounds)]);
    choose_targets(here, &[target], LEAST_IOU)
        .first()
        .copied()?
}

/// Asks a segmenter for what is in boxes, picture by picture.
pub(crate) struct Asking {
    pub(crate) segmenter: Arc<Segmenter>,
    pub(crate) options: SessionOptions,
    pub(crate) most: Option<usize>,
    pub(crate) printer: Printer,
    pub(crate) interrupt: Interrupt,
}

impl Asking {
    /// Goes through the clip and says whether it got to the end.
    ///
    /// # Errors
    /// When a picture cannot be read or the disk refuses a mask.
    pub(crate) fn go(
        &self,
        clip: &mut RigClip,
        (detected, objects): (&Detected, &BTreeMap<u64, u32>),
        tracked: &mut Tracked,
    ) -> Result<bool, Failure> {
        let steps = clip.step_count().min(self.most.unwrap_or(usize::MAX));
        let bar = self.printer.bar(steps as u64);
        bar.set_message("segmenting");
        for number in 0..steps {
            if self.interrupt.is_wanted() {
                bar.finish_and_clear();
                return Ok(false);
            }
            let step = clip.step(number)?;
            for (camera, view) in step.views.iter().enumerate() {
                let Some(view) = view else { continue };
                let boxes = detected.boxes[number].iter();
                let boxes: BTreeMap<ObjectId, BoundingBox> = boxes
                    .filter(|prompt| prompt.view == camera)
                    .filter_map(|prompt| {
                        Some((ObjectId(*objects.get(&prompt.track)?), prompt.bounds))
                    })
                    .collect();
                let frame = view.picture.decode()?;
                let size = frame.size;
                let masks = self.masks(frame, &boxes, objects)?;
                tracked.add_view((camera, number), size, &masks)?;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(true)
    }

    /// Masks of all objects in a picture; those without a box have none.
    fn masks(
        &self,
        frame: Frame,
        boxes: &BTreeMap<ObjectId, BoundingBox>,
        objects: &BTreeMap<u64, u32>,
    ) -> Result<Vec<ObjectMask>, Failure> {
        let nothing = absent(frame.size);
        let mut masks: BTreeMap<ObjectId, ObjectMask> = objects
            .values()
            .map(|&object| (ObjectId(object), nothing(ObjectId(object))))
            .collect();
        if !boxes.is_empty() {
            let segmenter = Arc::clone(&self.segmenter);
            let mut session = Session::streaming(segmenter, self.options);
            for event in session.apply(Command::Push(frame))? {
                event?;
            }
            for (&object, &bounds) in boxes {
                let place = Place { object, frame: 0 };
                for event in session.apply(Command::SetBox(place, bounds))? {
                    if let Event::Prompted(found) = event? {
                        masks.extend(found.masks.into_iter().map(|mask| (mask.object, mask)));
                    }
                }
            }
        }
        Ok(masks.into_values().collect())
    }
}

/// What is said of an object in a picture of a size where it has no box.
fn absent(size: FrameSize) -> impl Fn(ObjectId) -> ObjectMask {
    let mask = RunLength::encode(&Mask::new(size));
    move |object| ObjectMask {
        object,
        mask: mask.clone(),
        object_score: ABSENT,
        iou: 0.0,
    }
}
