//! Which of several detections of one object stays.
//!
//! In: the detections of a frame. Out: the places of those that stay, class by class, the surest first; tracks are
//! numbered in this order.

use crate::config::class::ClassConfig;
use crate::config::tracker::TrackerConfig;
use crate::detection::Detection;
use crate::shape::Shape;

/// See the module docs.
pub(crate) fn survivors(config: &TrackerConfig, detections: &[Detection]) -> Vec<usize> {
    let mut by_class = vec![Vec::new(); config.classes.len()];
    for (index, detection) in detections.iter().enumerate() {
        if detection.score > config.classes[detection.class].lowest_score {
            by_class[detection.class].push(index);
        }
    }
    let mut all = Vec::with_capacity(detections.len());
    for (class, members) in config.classes.iter().zip(by_class) {
        all.extend(of_class(class, members, detections));
    }
    all
}

fn of_class(class: &ClassConfig, mut members: Vec<usize>, detections: &[Detection]) -> Vec<usize> {
    let rules = &class.suppression;
    members.sort_by(|a, b| detections[*b].score.total_cmp(&detections[*a].score));
    let mut kept: Vec<(usize, Shape)> = Vec::with_capacity(members.len());
    for index in members {
        let shape = Shape::of(&detections[index].bounds, rules.size_factor);
        let is_like = |(_, surer): &(usize, Shape)| {
            is_within(rules.reach, surer, &shape)
                && rules.overlap.of(surer, &shape) > rules.largest_overlap
        };
        if !kept.iter().any(is_like) {
            kept.push((index, shape));
        }
    }
    kept.into_iter().map(|(index, _)| index).collect()
}

/// Whether two centres are nearer than a reach. Most pairs of a frame are not, and nothing else is computed for them.
pub(crate) fn is_within(reach: Option<f64>, first: &Shape, second: &Shape) -> bool {
    reach.is_none_or(|reach| first.center.distance_squared(second.center) < reach * reach)
}
