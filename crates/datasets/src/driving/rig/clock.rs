//! Which pictures of several cameras belong to one time step.
//!
//! In: times of pictures by camera, and how steps follow each other. Out: for each step and camera the picture nearest in
//! time, if it is near enough. A picture belongs to one step at most, so that a slow camera does not show the same twice.

/// When steps are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Steps {
    /// At the times of one camera's pictures.
    At(Vec<i64>),
    /// Evenly.
    Every {
        /// The first, in microseconds.
        start: i64,
        /// Microseconds between two.
        period: f64,
        /// How many.
        count: usize,
    },
}

impl Steps {
    /// Steps at a rate, from the first picture of any camera to the last; `None` where that would be too many.
    pub(super) fn at_rate(cameras: &[Vec<i64>], per_second: f64) -> Option<Self> {
        const MOST: f64 = 1e8;
        let start = cameras.iter().filter_map(|times| times.first()).min()?;
        let end = cameras.iter().filter_map(|times| times.last()).max()?;
        let period = 1e6 / per_second;
        let steps = (end.checked_sub(*start)? as f64 / period).floor();
        (steps < MOST).then_some(Self::Every {
            start: *start,
            period,
            count: steps as usize + 1,
        })
    }

    pub(super) fn count(&self) -> usize {
        match self {
            Self::At(times) => times.len(),
            Self::Every { count, .. } => *count,
        }
    }

    /// The time of a step, in microseconds.
    pub(super) fn time(&self, step: usize) -> Option<i64> {
        match self {
            Self::At(times) => times.get(step).copied(),
            Self::Every {
                start,
                period,
                count,
            } => {
                (step < *count).then(|| start.saturating_add((step as f64 * period).round() as i64))
            }
        }
    }

    /// The step nearest to a time.
    fn nearest(&self, time: i64) -> Option<usize> {
        match self {
            Self::At(times) => nearest(times, time),
            Self::Every {
                start,
                period,
                count,
            } => {
                let step = (time.saturating_sub(*start) as f64 / period).round();
                count.checked_sub(1).map(|last| (step as usize).min(last))
            }
        }
    }
}

/// Steps and the pictures that belong to them.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    pub(super) steps: Steps,
    /// Times of pictures by camera, strictly ascending.
    pub(super) cameras: Vec<Vec<i64>>,
    /// Farthest, in microseconds, that a picture may be from its step.
    pub(super) tolerance: i64,
}

impl Clock {
    /// The picture of a camera for a step: its number and its time.
    pub(super) fn picture(&self, step: usize, camera: usize) -> Option<(usize, i64)> {
        let time = self.steps.time(step)?;
        let times = self.cameras.get(camera)?;
        let picture = nearest(times, time)?;
        let taken = *times.get(picture)?;
        let is_near = taken.abs_diff(time) <= self.tolerance.unsigned_abs();
        let is_own = self.steps.nearest(taken) == Some(step);
        (is_near && is_own).then_some((picture, taken))
    }
}

/// The place of the time nearest to another, the earlier of two that are equally near.
fn nearest(times: &[i64], time: i64) -> Option<usize> {
    let after = times.partition_point(|known| *known < time);
    let candidates = [after.checked_sub(1), Some(after)];
    let known = candidates.into_iter().flatten();
    let known = known.filter_map(|place| times.get(place).map(|it| (place, it.abs_diff(time))));
    known
        .min_by_key(|(_, distance)| *distance)
        .map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_camera_gives_its_nearest_picture_and_none_where_it_dropped_out() {
        let front = vec![0, 100, 200, 300, 400];
        let side = vec![10, 95, 330, 410];
        let clock = Clock {
            steps: Steps::At(front.clone()),
            cameras: vec![front, side],
            tolerance: 30,
        };
        let side: Vec<_> = (0..5).map(|step| clock.picture(step, 1)).collect();
        assert_eq!(
            side,
            [
                Some((0, 10)),
                Some((1, 95)),
                None,
                Some((2, 330)),
                Some((3, 410))
            ]
        );
        assert_eq!(clock.picture(4, 0), Some((4, 400)));
        assert_eq!((clock.picture(5, 0), clock.picture(0, 2)), (None, None));
    }

    #[test]
    fn a_slow_camera_shows_each_picture_once() {
        let cameras = vec![vec![1000, 1100, 1205], vec![1000, 1200]];
        let steps = Steps::at_rate(&cameras, 20_000.0);
        let clock = steps.map(|steps| Clock {
            steps,
            cameras,
            tolerance: 60,
        });
        let shown = |camera: usize| -> Vec<Option<usize>> {
            let clock = clock.as_ref();
            let pictures = (0..5).map(|step| clock?.picture(step, camera).map(|(it, _)| it));
            pictures.collect()
        };
        assert_eq!(clock.as_ref().map(|it| it.steps.count()), Some(5));
        assert_eq!(shown(0), [Some(0), None, Some(1), None, Some(2)]);
        assert_eq!(shown(1), [Some(0), None, None, None, Some(1)]);
    }

    #[test]
    fn absurd_spans_are_no_steps() {
        assert_eq!(Steps::at_rate(&[vec![i64::MIN, i64::MAX]], 1.0), None);
        assert_eq!(Steps::at_rate(&[vec![0, 4_000_000_000_000_000]], 1e6), None);
        assert_eq!(Steps::at_rate(&[Vec::new()], 1.0), None);
    }
}
