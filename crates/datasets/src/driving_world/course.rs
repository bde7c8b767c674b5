//! Courses over the ground: straights and bends, joined without a kink.
//!
//! In: lengths, radii, angles. Out: the place at a distance along a course, and the distance along it and beside it of
//! any place. The first and the last piece go on straight for ever.

use std::f64::consts::{PI, TAU};

use glam::DVec2;

/// A place on the ground with the direction in which a course passes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) at: DVec2,
    /// Radians to the left of the world's first axis.
    pub(super) heading: f64,
}

impl Place {
    /// Unit vector along the heading.
    pub(super) fn ahead(&self) -> DVec2 {
        DVec2::from_angle(self.heading)
    }

    /// Unit vector to the left.
    pub(super) fn left(&self) -> DVec2 {
        self.ahead().perp()
    }

    /// The place so many metres ahead and to the left, heading the same way.
    pub(super) fn moved(&self, ahead: f64, left: f64) -> Self {
        Self {
            at: self.at + self.ahead() * ahead + self.left() * left,
            ..*self
        }
    }
}

/// Where a point lies with respect to a course.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// Metres along the course to the nearest place on it.
    pub(super) along: f64,
    /// Metres from that place to the left.
    pub(super) left: f64,
    /// Unit vector along the course there.
    pub(super) ahead: DVec2,
}

/// A piece with one curvature; it starts at `start`, `along` metres into the course.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: Place,
    along: f64,
    length: f64,
    /// One over the radius, positive to the left; zero for a straight.
    curvature: f64,
}

impl Piece {
    fn place(&self, distance: f64) -> Place {
        if self.curvature == 0.0 {
            return self.start.moved(distance, 0.0);
        }
        let radius = 1.0 / self.curvature;
        let heading = self.start.heading + distance * self.curvature;
        let centre = self.start.at + self.start.left() * radius;
        let turned = Place {
            at: centre,
            heading,
        };
        turned.moved(0.0, -radius)
    }

    fn locate(&self, point: DVec2, [least, most]: [f64; 2]) -> Position {
        let ahead = self.start.ahead();
        if self.curvature == 0.0 {
            let away = point - self.start.at;
            let distance = away.dot(ahead).clamp(least, most);
            let beside = away - ahead * distance;
            return Position {
                along: self.along + distance,
                left: ahead.perp().dot(beside).signum() * beside.length(),
                ahead,
            };
        }
        let radius = 1.0 / self.curvature;
        let away = point - (self.start.at + ahead.perp() * radius);
        let outward = away * -self.curvature.signum();
        // From the start's direction to the point's, as seen from the centre.
        let turned = ahead.perp().angle_to(outward) * self.curvature.signum();
        // Of the two ways around, the one on the nearer side of the piece.
        let middle = self.length * self.curvature.abs() * 0.5;
        let turned = (turned - middle + PI).rem_euclid(TAU) - PI + middle;
        let distance = (turned / self.curvature.abs()).clamp(least, most);
        let place = self.place(distance);
        let beside = point - place.at;
        Position {
            along: self.along + distance,
            left: place.left().dot(beside).signum() * beside.length(),
            ahead: place.ahead(),
        }
    }
}

/// See the module docs.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pieces: Vec<Piece>,
    end: Place,
    length: f64,
}

impl Course {
    /// A course that starts at a place and has no length yet; it is a straight line until it gets a bend.
    pub(super) fn from(start: Place) -> Self {
        Self {
            pieces: vec![Piece {
                start,
                along: 0.0,
                length: 0.0,
                curvature: 0.0,
            }],
            end: start,
            length: 0.0,
        }
    }

    /// Goes on straight.
    pub(super) fn straight(self, length: f64) -> Self {
        self.piece(length, 0.0)
    }

    /// Goes on in a bend by an angle in radians, to the left where it is positive.
    pub(super) fn bend(self, radius: f64, angle: f64) -> Self {
        self.piece(radius * angle.abs(), angle.signum() / radius)
            .straight(0.0)
    }

    fn piece(mut self, length: f64, curvature: f64) -> Self {
        let piece = Piece {
            start: self.end,
            along: self.length,
            length,
            curvature,
        };
        self.end = piece.place(length);
        self.length += length;
        self.pieces.push(piece);
        self
    }

    /// The place at a distance along the course, which may lie before its start or beyond its end.
    pub(super) fn place(&self, along: f64) -> Place {
        let next = self.pieces.partition_point(|piece| piece.along <= along);
        let piece = &self.pieces[next.saturating_sub(1)];
        piece.place(along - piece.along)
    }

    /// How much the course bends at a distance along it: one over the radius, positive to the left.
    pub(super) fn curvature(&self, along: f64) -> f64 {
        let next = self.pieces.partition_point(|piece| piece.along <= along);
        self.pieces[next.saturating_sub(1)].curvature
    }

    /// Where a point lies with respect to the nearest place on the course.
    pub(super) fn locate(&self, point: DVec2) -> Position {
        let last = self.pieces.len() - 1;
        let mut found: Option<Position> = None;
        for (index, piece) in self.pieces.iter().enumerate() {
            let least = if index == 0 { f64::NEG_INFINITY } else { 0.0 };
            let most = if index == last {
                f64::INFINITY
            } else {
                piece.length
            };
            if most == 0.0 && least == 0.0 {
                continue;
            }
            let position = piece.locate(point, [least, most]);
            if found.is_none_or(|best| position.left.abs() < best.left.abs()) {
                found = Some(position);
            }
        }
        found.unwrap_or(Position {
            along: 0.0,
            left: 0.0,
            ahead: self.end.ahead(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn winding() -> Course {
        Course::from(Place {
            at: DVec2::new(3.0, -2.0),
            heading: 0.7,
        })
        .straight(20.0)
        .bend(30.0, 1.2)
        .straight(10.0)
        .bend(25.0, -0.8)
    }

    #[test]
    fn places_beside_a_course_are_found_again() {
        let course = winding();
        for step in -10..40 {
            let along = f64::from(step) * 3.0 + 0.1;
            for left in [-8.0, -1.0, 0.5, 6.0] {
                let place = course.place(along).moved(0.0, left);
                let position = course.locate(place.at);
                assert!((position.along - along).abs() < 1e-6, "{along} {left}");
                assert!((position.left - left).abs() < 1e-6, "{along} {left}");
                assert!(position.ahead.distance(place.ahead()) < 1e-6);
            }
        }
    }

    #[test]
    fn pieces_join_without_a_kink() {
        let course = winding();
        for step in 0..1200 {
            let along = f64::from(step) * 0.1 - 10.0;
            let (here, next) = (course.place(along), course.place(along + 0.1));
            assert!((here.at.distance(next.at) - 0.1).abs() < 1e-4);
            assert!((next.heading - here.heading).abs() < 0.005);
        }
    }
}
