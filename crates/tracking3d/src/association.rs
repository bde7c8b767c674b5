//! Which detection is which track, in two stages (Fast-Poly, section III).
//!
//! In: shapes of detections, and of tracks as predicted. Out: the track of each detection, if any. Each class has its own
//! measure in the first stage; the second compares all that was left over by one measure. Only neighbours are compared,
//! and detections and tracks that no possible pair connects are assigned apart from each other, so that the cost of a
//! frame grows with the crowds in it and not with the square of what is in it.

use tubelet_metrics::best_assignment;

use crate::config::tracker::TrackerConfig;
use crate::shape::Shape;
use crate::suppression::is_within;

/// A shape and the number of its class.
pub(crate) type Classed = (Shape, usize);

/// A possible pair.
struct Pair {
    detection: usize,
    track: usize,
    /// By how much its cost stays below the largest that is allowed; more than 0.
    gain: f64,
}

/// The track of each detection.
pub(crate) fn associate(
    config: &TrackerConfig,
    detections: &[Classed],
    tracks: &[Classed],
) -> Vec<Option<usize>> {
    let neighbours = neighbours(config, detections, tracks);
    let mut track_of = vec![None; detections.len()];
    let mut is_taken = vec![false; tracks.len()];
    let first = neighbours.iter().filter_map(|&(detection, track)| {
        let (shape, class) = &detections[detection];
        let rules = &config.classes[*class].association;
        let (predicted, _) = &tracks[track];
        let is_near = is_within(rules.reach, shape, predicted);
        let gain = || rules.overlap.of(shape, predicted) - 1.0 + rules.largest_cost;
        positive(detection, track, if is_near { gain() } else { 0.0 })
    });
    for (detection, track) in assign(first.collect(), detections.len(), tracks.len()) {
        track_of[detection] = Some(track);
        is_taken[track] = true;
    }
    if let Some(second) = config.second_stage {
        // Whoever has a neighbour takes part, with everyone of its class.
        let with_neighbour = |side: fn(&(usize, usize)) -> usize, count| {
            let mut has = vec![false; count];
            for pair in &neighbours {
                has[side(pair)] = true;
            }
            has
        };
        let open_detections = with_neighbour(|pair| pair.0, detections.len());
        let open_tracks = with_neighbour(|pair| pair.1, tracks.len());
        let mut pairs = Vec::new();
        for (detection, (shape, class)) in detections.iter().enumerate() {
            if !open_detections[detection] || track_of[detection].is_some() {
                continue;
            }
            for (track, (predicted, other)) in tracks.iter().enumerate() {
                if other == class && open_tracks[track] && !is_taken[track] {
                    let gain = second.overlap.of(shape, predicted) - 1.0 + second.largest_cost;
                    pairs.extend(positive(detection, track, gain));
                }
            }
        }
        for (detection, track) in assign(pairs, detections.len(), tracks.len()) {
            track_of[detection] = Some(track);
        }
    }
    track_of
}

fn positive(detection: usize, track: usize, gain: f64) -> Option<Pair> {
    (gain > 0.0).then_some(Pair {
        detection,
        track,
        gain,
    })
}

/// Pairs of one class within the farthest reach that any class has.
fn neighbours(
    config: &TrackerConfig,
    detections: &[Classed],
    tracks: &[Classed],
) -> Vec<(usize, usize)> {
    let reach = config
        .classes
        .iter()
        .map(|class| class.association.reach.unwrap_or(f64::INFINITY))
        .fold(0.0, f64::max);
    let mut pairs = Vec::new();
    for (detection, (shape, class)) in detections.iter().enumerate() {
        for (track, (predicted, other)) in tracks.iter().enumerate() {
            if class == other && is_within(Some(reach), shape, predicted) {
                pairs.push((detection, track));
            }
        }
    }
    pairs
}

/// The one-to-one choice among possible pairs with the largest sum of gains.
fn assign(pairs: Vec<Pair>, detections: usize, tracks: usize) -> Vec<(usize, usize)> {
    let mut groups = Groups::new(detections + tracks);
    for pair in &pairs {
        groups.join(pair.detection, detections + pair.track);
    }
    let mut by_group: Vec<Vec<&Pair>> = Vec::new();
    let mut place_of = vec![None; detections + tracks];
    for pair in &pairs {
        let place = place_of[groups.leader(pair.detection)].get_or_insert_with(|| {
            by_group.push(Vec::new());
            by_group.len() - 1
        });
        by_group[*place].push(pair);
    }
    by_group
        .into_iter()
        .flat_map(|group| assign_group(&group))
        .collect()
}

fn assign_group(pairs: &[&Pair]) -> Vec<(usize, usize)> {
    if let [only] = pairs {
        return vec![(only.detection, only.track)];
    }
    let members = |of: fn(&Pair) -> usize| {
        let mut members: Vec<usize> = pairs.iter().map(|pair| of(pair)).collect();
        members.sort_unstable();
        members.dedup();
        members
    };
    let rows = members(|pair| pair.detection);
    let columns = members(|pair| pair.track);
    let mut gains = vec![0.0; rows.len() * columns.len()];
    for pair in pairs {
        if let (Ok(row), Ok(column)) = (
            rows.binary_search(&pair.detection),
            columns.binary_search(&pair.track),
        ) {
            gains[row * columns.len() + column] = pair.gain;
        }
    }
    let gain = |row: usize, column: usize| gains[row * columns.len() + column];
    best_assignment(rows.len(), columns.len(), gain)
        .into_iter()
        .filter(|&(row, column)| gain(row, column) > 0.0)
        .map(|(row, column)| (rows[row], columns[column]))
        .collect()
}

/// Sets that grow together (union and find).
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Self {
            parents: (0..count).collect(),
        }
    }

    fn leader(&mut self, mut member: usize) -> usize {
        while self.parents[member] != member {
            self.parents[member] = self.parents[self.parents[member]];
            member = self.parents[member];
        }
        member
    }

    fn join(&mut self, first: usize, second: usize) {
        let (first, second) = (self.leader(first), self.leader(second));
        self.parents[first.max(second)] = first.min(second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(gains: &[(usize, usize, f64)]) -> Vec<Pair> {
        gains
            .iter()
            .filter_map(|&(detection, track, gain)| positive(detection, track, gain))
            .collect()
    }

    #[test]
    fn the_sum_decides_and_not_the_best_pair() {
        let gains = [(0, 0, 1.0), (0, 1, 0.9), (1, 0, 0.8)];
        let mut found = assign(pairs(&gains), 2, 2);
        found.sort_unstable();
        assert_eq!(found, [(0, 1), (1, 0)]);
    }

    #[test]
    fn what_gains_nothing_stays_alone() {
        let gains = [(0, 0, 1.0), (0, 1, 0.9), (1, 0, -0.2), (1, 1, 0.0)];
        assert_eq!(assign(pairs(&gains), 2, 2), [(0, 0)]);
    }

    #[test]
    fn groups_apart_are_found_whole() {
        let gains = [(2, 5, 0.3), (0, 1, 0.2), (2, 4, 0.4), (3, 4, 0.2)];
        let mut found = assign(pairs(&gains), 4, 6);
        found.sort_unstable();
        assert_eq!(found, [(0, 1), (2, 5), (3, 4)]);
    }
}
