//! Overviews of rigs that a `rig.toml` describes.

use std::collections::BTreeSet;

use super::overview::SplitOverview;
use super::place::Place;
use super::survey::Survey;
use crate::driving::rig::places::RigPlace;
use crate::driving::rig::step::{RigMasks, RigPicture, RigStep};

/// One part, named after the clip: cameras as videos, pictures of all steps as frames. Objects are counted where all masks are
/// read.
pub(super) fn described(place: &Place, survey: &mut Survey<'_>) {
    survey.reading(&place.path.join("rig.toml"));
    let clips = survey.check(RigPlace::find(&place.path, None));
    for found in clips.unwrap_or_default() {
        let Some(mut clip) = survey.check(found.open()) else {
            continue;
        };
        for warning in &clip.about().warnings {
            survey.note(warning.to_string());
        }
        let (mut pictures, mut objects) = (0, BTreeSet::new());
        let (mut masks, steps) = (0, clip.step_count());
        for index in 0..steps {
            let Some(step) = survey.check(clip.step(index)) else {
                break;
            };
            let views = || step.views.iter().flatten();
            pictures += views().count();
            masks += views().filter(|view| view.masks.is_some()).count();
            if survey.reads_all() {
                objects.extend(read(&step, survey));
            }
        }
        survey.add(SplitOverview {
            name: clip.name().to_owned(),
            videos: Some(clip.cameras().len()),
            objects: (survey.reads_all() && masks > 0).then_some(objects.len()),
            frames: Some(pictures),
            ..SplitOverview::default()
        });
    }
}

/// Reads the pictures and masks of a step; the numbers of its objects.
fn read(step: &RigStep, survey: &mut Survey<'_>) -> BTreeSet<u64> {
    let mut objects = BTreeSet::new();
    for view in step.views.iter().flatten() {
        if let RigPicture::File(path) = &view.picture {
            survey.reading(path);
        }
        survey.check(view.picture.decode());
        let masks = view.masks.as_ref().map(RigMasks::decode);
        let found = masks.and_then(|masks| survey.check(masks));
        objects.extend(found.into_iter().flatten().map(|object| object.instance));
    }
    objects
}
