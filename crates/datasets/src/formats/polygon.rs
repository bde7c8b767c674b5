//! Outlines of COCO as masks, pixel for pixel as COCO's own tools fill them.
//!
//! In: polygons `[x, y, x, y, …]` in pixels, and the size of the picture. Out: `RunLength`. The rule (COCO API, `frPoly`):
//! edges are walked on a grid five times as fine, and a pixel belongs to the mask where its column's centre has crossed
//! an odd number of edges.

use tubelet_geometry::{FrameSize, RunLength};

/// Refinement of the grid on which edges are walked.
const SCALE: f64 = 5.0;
/// Farthest corner, in pixels, and most steps along all edges of a polygon: what COCO holds is far below both.
const FARTHEST: f64 = 1e6;
const MOST_STEPS: i64 = 1 << 24;

/// A point of the fine grid.
#[derive(Clone, Copy)]
struct Step {
    x: i64,
    y: i64,
}

/// The mask of some polygons together; the message says what is wrong with them.
pub(crate) fn fill_polygons(polygons: &[Vec<f64>], size: FrameSize) -> Result<RunLength, String> {
    let mut union: Option<RunLength> = None;
    for polygon in polygons {
        let mask = fill(polygon, size)?;
        union = Some(match union {
            Some(union) => union.union(&mask).map_err(|error| error.to_string())?,
            None => mask,
        });
    }
    union.ok_or_else(|| "an object without any polygon".to_owned())
}

fn fill(polygon: &[f64], size: FrameSize) -> Result<RunLength, String> {
    if polygon.len() < 6 || polygon.len() % 2 == 1 {
        return Err(format!("a polygon of {} numbers", polygon.len()));
    }
    let is_near = polygon.iter().all(|number| number.abs() <= FARTHEST);
    if !is_near {
        return Err("a polygon with a corner far outside the picture".to_owned());
    }
    let corners: Vec<Step> = polygon
        .chunks_exact(2)
        .filter_map(|pair| {
            let fine = |value: f64| (SCALE * value + 0.5) as i64;
            Some(Step {
                x: fine(*pair.first()?),
                y: fine(*pair.last()?),
            })
        })
        .collect();
    let ends = corners.iter().cycle().skip(1);
    let edges = || corners.iter().copied().zip(ends.clone().copied());
    let length = |(from, to): (Step, Step)| (to.x - from.x).abs().max((to.y - from.y).abs()) + 1;
    if edges().map(length).sum::<i64>() > MOST_STEPS {
        return Err("a polygon of too long an outline".to_owned());
    }
    let mut crossings = Vec::new();
    let mut last: Option<Step> = None;
    for edge in edges() {
        walk(edge, |step| {
            if let Some(last) = last.replace(step) {
                crossings.extend(crossing(last, step, size));
            }
        });
    }
    crossings.sort_unstable();
    counts(&crossings, size)
}

/// Visits the points of an edge, both ends among them.
fn walk((from, to): (Step, Step), mut visit: impl FnMut(Step)) {
    let (width, height) = ((to.x - from.x).abs(), (to.y - from.y).abs());
    let is_flat = width >= height;
    let is_backward = if is_flat {
        from.x > to.x
    } else {
        from.y > to.y
    };
    let (low, high) = if is_backward { (to, from) } else { (from, to) };
    let length = width.max(height);
    let rise = if is_flat {
        high.y - low.y
    } else {
        high.x - low.x
    };
    let slope = if length == 0 {
        0.0
    } else {
        rise as f64 / length as f64
    };
    for index in 0..=length {
        let along = if is_backward { length - index } else { index };
        let across = |start: i64| (start as f64 + slope * along as f64 + 0.5) as i64;
        visit(if is_flat {
            Step {
                x: low.x + along,
                y: across(low.y),
            }
        } else {
            Step {
                x: across(low.x),
                y: low.y + along,
            }
        });
    }
}

/// Position down the columns at which a step crosses the centre of a column; `None` where it does not.
fn crossing(last: Step, step: Step, size: FrameSize) -> Option<u32> {
    if step.x == last.x {
        return None;
    }
    let column = if step.x < last.x { step.x } else { step.x - 1 };
    let x = (column as f64 + 0.5) / SCALE - 0.5;
    if x.floor() != x || x < 0.0 || x > size.width as f64 - 1.0 {
        return None;
    }
    let y = (step.y.min(last.y) as f64 + 0.5) / SCALE - 0.5;
    let y = y.clamp(0.0, size.height as f64).ceil();
    u32::try_from(x as usize * size.height + y as usize).ok()
}

/// Counts from the positions at which the mask begins and ends.
fn counts(crossings: &[u32], size: FrameSize) -> Result<RunLength, String> {
    let total = u32::try_from(size.pixel_count()).map_err(|_| format!("a picture of {size}"))?;
    let mut counts = Vec::with_capacity(crossings.len() + 1);
    let mut end = 0;
    for &position in crossings.iter().chain([&total]) {
        counts.push(position.saturating_sub(end));
        end = position;
    }
    RunLength::new(size, &counts).map_err(|error| error.to_string())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const SIZE: FrameSize = FrameSize::new(8, 6);

    #[test]
    fn a_rectangle_covers_its_pixels() {
        let mask = fill_polygons(&[vec![2.0, 1.0, 5.0, 1.0, 5.0, 4.0, 2.0, 4.0]], SIZE).unwrap();
        assert_eq!(mask.area(), 9);
        let bounds = mask.bounds().unwrap();
        assert_eq!(
            (bounds.left, bounds.top, bounds.right, bounds.bottom),
            (2, 1, 5, 4)
        );
    }

    #[test]
    fn several_polygons_are_one_mask_and_what_lies_outside_is_cut() {
        let left = vec![-10.0, -10.0, 2.0, -10.0, 2.0, 20.0, -10.0, 20.0];
        let right = vec![6.0, 0.0, 90.0, 0.0, 90.0, 6.0, 6.0, 6.0];
        assert_eq!(fill_polygons(&[left, right], SIZE).unwrap().area(), 24);
    }

    #[test]
    fn what_is_no_polygon_is_refused() {
        for polygon in [
            vec![],
            vec![1.0; 4],
            vec![1.0; 7],
            vec![f64::NAN; 6],
            vec![1e9; 6],
        ] {
            assert!(fill_polygons(&[polygon], SIZE).is_err());
        }
        assert!(fill_polygons(&[], SIZE).is_err());
        let long: Vec<f64> = (0..400)
            .map(|index| f64::from(index / 2 % 2) * 1e6)
            .collect();
        assert!(fill_polygons(&[long], SIZE).is_err());
    }
}
