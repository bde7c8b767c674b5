//! Tracks in the pictures of cameras: the prompts of FastPoly-SAM (MST-SAM, section A.3).
//!
//! In: tracked boxes of one frame, and cameras with their places in the world. Out: for each camera and track a box, how
//! deep it lies, how much of it is cut off by the picture's edge, and how much a nearer box hides. A box hides whatever
//! lies behind its outline, so the share is an upper bound.

use glam::DVec3;
use tubelet_geometry::{BoundingBox, Camera, OrientedBox, RigidTransform};

use crate::detection::TrackedBox;

/// A camera when its picture was taken.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Lens, picture size, and place on the vehicle.
    pub camera: &'a Camera,
    /// Place of the vehicle when the picture was taken, in the frame of the tracks.
    pub world_from_ego: RigidTransform,
    /// By how many seconds the picture is later than the tracks; they are moved on by their velocity.
    pub seconds_later: f64,
}

/// A track in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxPrompt {
    /// Number of the view in the list.
    pub view: usize,
    /// Number of the track.
    pub track: u64,
    /// Its class.
    pub class: usize,
    /// Its score.
    pub score: f64,
    /// The box around it, inside the picture.
    pub bounds: BoundingBox,
    /// Distance of its centre along the camera's axis, in metres; negative where only an end of it is ahead.
    pub depth: f64,
    /// Share of the box around it that lies outside the picture, 0 to 1.
    pub truncation: f64,
    /// Largest share of its box that one nearer box covers, 0 to 1.
    pub occlusion: f64,
}

/// Where each track shows, view by view and in each the nearest first. Tracks that a picture does not show have no
/// prompt in it.
pub fn box_prompts(tracks: &[TrackedBox], views: &[View<'_>]) -> Vec<BoxPrompt> {
    let mut prompts = Vec::new();
    for (index, view) in views.iter().enumerate() {
        let mut seen: Vec<BoxPrompt> = tracks
            .iter()
            .filter_map(|track| prompt(track, view, index))
            .collect();
        seen.sort_by(|a, b| a.depth.total_cmp(&b.depth).then(a.track.cmp(&b.track)));
        for place in 0..seen.len() {
            let (nearer, rest) = seen.split_at_mut(place);
            if let Some(own) = rest.first_mut() {
                own.occlusion = nearer
                    .iter()
                    .map(|it| share(it.bounds.intersection(own.bounds), own.bounds))
                    .fold(0.0, f64::max);
            }
        }
        prompts.extend(seen);
    }
    prompts
}

fn prompt(track: &TrackedBox, view: &View<'_>, index: usize) -> Option<BoxPrompt> {
    let in_ego = moved_on(track, view.seconds_later)?.moved(&view.world_from_ego.inverse());
    let whole = in_ego.whole_outline(view.camera)?;
    let bounds = in_ego.outline(view.camera)?;
    let camera_from_ego = view.camera.ego_from_camera.inverse();
    Some(BoxPrompt {
        view: index,
        track: track.track,
        class: track.class,
        score: track.score,
        bounds,
        depth: camera_from_ego.apply(in_ego.pose.translation()).z,
        truncation: 1.0 - share(bounds, whole),
        occlusion: 0.0,
    })
}

/// The box some seconds later; `None` where the time is no number.
fn moved_on(track: &TrackedBox, seconds: f64) -> Option<OrientedBox> {
    let way: DVec3 = (track.velocity * seconds).extend(0.0);
    let pose = &track.bounds.pose;
    let pose =
        RigidTransform::from_quaternion(pose.quaternion(), (pose.translation() + way).to_array());
    Some(OrientedBox {
        pose: pose.ok()?,
        size: track.bounds.size,
    })
}

/// How much of a box a part of it is.
fn share(part: BoundingBox, whole: BoundingBox) -> f64 {
    let area = |it: BoundingBox| f64::from(it.width()) * f64::from(it.height());
    if area(whole) > 0.0 {
        (area(part) / area(whole)).clamp(0.0, 1.0)
    } else {
        0.0
    }
}
