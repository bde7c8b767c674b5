//! Which tracks are meant, by their boxes in the first frame (MST-SAM, section A.3: the filtering step).
//!
//! In: prompts of the first frame, and boxes around what somebody wants segmented. Out: a track for each, if one fits.

use std::collections::{BTreeMap, BTreeSet};

use tubelet_geometry::BoundingBox;
use tubelet_metrics::best_assignment;

use crate::projection::BoxPrompt;

/// An object that is wanted: a box for each view that shows it, of the views that [`box_prompts`](crate::box_prompts)
/// had.
pub type Target = BTreeMap<usize, BoundingBox>;

/// The track of each target, each track for one target at most: the choice with the largest sum of intersections over
/// union, of which none is below `least_iou`. A target's overlap with a track is the mean over the views that show the
/// target or the track.
pub fn choose_targets(
    prompts: &[BoxPrompt],
    targets: &[Target],
    least_iou: f64,
) -> Vec<Option<u64>> {
    let mut boxes_of: BTreeMap<u64, Target> = BTreeMap::new();
    for prompt in prompts {
        let boxes = boxes_of.entry(prompt.track).or_default();
        boxes.insert(prompt.view, prompt.bounds);
    }
    let tracks: Vec<(u64, Target)> = boxes_of.into_iter().collect();
    let overlap = |target: usize, track: usize| mean_iou(&targets[target], &tracks[track].1);
    let mut chosen = vec![None; targets.len()];
    // Pairs that are not allowed count nothing, so that they displace none that is.
    let allowed = |target, track| {
        let overlap = overlap(target, track);
        if overlap >= least_iou { overlap } else { 0.0 }
    };
    for (target, track) in best_assignment(targets.len(), tracks.len(), allowed) {
        if allowed(target, track) > 0.0 {
            chosen[target] = Some(tracks[track].0);
        }
    }
    chosen
}

fn mean_iou(first: &Target, second: &Target) -> f64 {
    let views: BTreeSet<usize> = first.keys().chain(second.keys()).copied().collect();
    let sum: f64 = views
        .iter()
        .filter_map(|view| Some(first.get(view)?.iou(*second.get(view)?)))
        .sum();
    if views.is_empty() {
        0.0
    } else {
        sum / views.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(view: usize, track: u64, left: f32) -> BoxPrompt {
        BoxPrompt {
            view,
            track,
            class: 0,
            score: 0.5,
            bounds: BoundingBox::new(left, 0.0, left + 10.0, 10.0),
            depth: 5.0,
            truncation: 0.0,
            occlusion: 0.0,
        }
    }

    fn target(boxes: &[(usize, f32)]) -> Target {
        let bounds = |left: f32| BoundingBox::new(left, 0.0, left + 10.0, 10.0);
        boxes
            .iter()
            .map(|&(view, left)| (view, bounds(left)))
            .collect()
    }

    #[test]
    fn views_together_tell_tracks_apart() {
        // In the first view both tracks fit equally; the second decides.
        let prompts = [prompt(0, 7, 1.0), prompt(0, 3, 1.0), prompt(1, 3, 40.0)];
        let targets = [target(&[(0, 1.0)]), target(&[(0, 1.0), (1, 41.0)])];
        assert_eq!(choose_targets(&prompts, &targets, 0.3), [Some(7), Some(3)]);
    }

    #[test]
    fn what_fits_nothing_has_no_track() {
        let prompts = [prompt(0, 7, 1.0)];
        let targets = [target(&[(0, 9.0)]), target(&[]), target(&[(1, 1.0)])];
        assert_eq!(choose_targets(&prompts, &targets, 0.3), [None, None, None]);
        assert_eq!(choose_targets(&[], &targets, 0.0), [None, None, None]);
    }
}
