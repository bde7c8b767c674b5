//! Areas of small convex polygons.
//!
//! In: four corners each, counter-clockwise. Out: the area that two share, and the area of the hull around both.

use glam::DVec2;

/// Four corners, and one more for each of four cuts; the rest is room for rounding.
const ROOM: usize = 12;

/// A polygon that is cut to size without allocating.
struct Polygon {
    points: [DVec2; ROOM],
    count: usize,
}

impl Polygon {
    fn points(&self) -> &[DVec2] {
        &self.points[..self.count]
    }

    fn push(&mut self, point: DVec2) {
        if let Some(slot) = self.points.get_mut(self.count) {
            *slot = point;
            self.count += 1;
        }
    }

    /// What lies to the left of the line from one point to another (Sutherland and Hodgman 1974).
    fn cut(&self, from: DVec2, to: DVec2) -> Self {
        let mut left = Self {
            points: [DVec2::ZERO; ROOM],
            count: 0,
        };
        let side = |point: DVec2| (to - from).perp_dot(point - from);
        let Some(mut before) = self.points().last().copied() else {
            return left;
        };
        for &point in self.points() {
            let (side_before, side_now) = (side(before), side(point));
            if (side_before < 0.0) != (side_now < 0.0) {
                left.push(before.lerp(point, side_before / (side_before - side_now)));
            }
            if side_now >= 0.0 {
                left.push(point);
            }
            before = point;
        }
        left
    }
}

/// The area that two footprints share.
pub(crate) fn shared_area(first: &[DVec2; 4], second: &[DVec2; 4]) -> f64 {
    // Near the origin products of coordinates keep their digits.
    let origin = first[0];
    let mut polygon = Polygon {
        points: [DVec2::ZERO; ROOM],
        count: 0,
    };
    for corner in first {
        polygon.push(*corner - origin);
    }
    for (index, from) in second.iter().enumerate() {
        let to = second[(index + 1) % 4];
        polygon = polygon.cut(*from - origin, to - origin);
    }
    area(polygon.points())
}

/// The area of the smallest convex polygon around two footprints (Andrew 1979).
pub(crate) fn hull_area(first: &[DVec2; 4], second: &[DVec2; 4]) -> f64 {
    let origin = first[0];
    let mut points = [DVec2::ZERO; 8];
    for (slot, corner) in points.iter_mut().zip(first.iter().chain(second)) {
        *slot = *corner - origin;
    }
    points.sort_unstable_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut hull: Vec<DVec2> = Vec::with_capacity(2 * points.len());
    let mut keep = |point: DVec2, least: usize| {
        while let [.., before, last] = hull[..]
            && hull.len() > least
            && (last - before).perp_dot(point - last) <= 0.0
        {
            hull.pop();
        }
        hull.push(point);
        hull.len()
    };
    let mut length = 0;
    for point in points {
        length = keep(point, 1);
    }
    let lower = length;
    for point in points.into_iter().rev().skip(1) {
        keep(point, lower);
    }
    area(&hull)
}

/// The shoelace formula.
fn area(points: &[DVec2]) -> f64 {
    let Some(mut before) = points.last().copied() else {
        return 0.0;
    };
    let mut doubled = 0.0;
    for &point in points {
        doubled += before.perp_dot(point);
        before = point;
    }
    doubled.abs() / 2.0
}

#[cfg(test)]
mod tests {
    use glam::DVec3;

    use super::*;
    use crate::shape::Shape;

    fn square(x: f64, side: f64, yaw: f64) -> [DVec2; 4] {
        Shape::new(DVec3::new(x, 0.0, 0.0), DVec3::splat(side), yaw).corners
    }

    #[test]
    fn turned_square_shares_an_octagon() {
        let turned = square(1000.0, 2.0, std::f64::consts::FRAC_PI_4);
        let octagon = 8.0 * (2.0_f64.sqrt() - 1.0);
        assert!((shared_area(&square(1000.0, 2.0, 0.0), &turned) - octagon).abs() < 1e-9);
        let hull = hull_area(&square(1000.0, 2.0, 0.0), &turned);
        assert!((hull - 4.0 * 2.0_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn apart_they_share_nothing_and_the_hull_spans_both() {
        assert!(shared_area(&square(0.0, 2.0, 0.0), &square(5.0, 2.0, 0.0)) < 1e-12);
        assert!((hull_area(&square(0.0, 2.0, 0.0), &square(5.0, 2.0, 0.0)) - 14.0).abs() < 1e-12);
    }

    #[test]
    fn boxes_without_size_have_no_area() {
        let point = square(1.0, 0.0, 0.3);
        assert_eq!(shared_area(&point, &point), 0.0);
        assert_eq!(hull_area(&point, &point), 0.0);
    }
}
