//! Lenses: how a direction in front of a camera becomes a pixel, and back.
//!
//! In: a point on the plane one metre in front of the camera. Out: a pixel, where the lens maps there at all. Knows no
//! place of the camera (Brown 1966 and OpenCV's documentation for the rational terms; Kannala and Brandt 2006 for wide
//! lenses).

use glam::{DMat2, DVec2};

use crate::GeometryError;

/// Steps of Newton's method that undo a distortion; it gains digits with the square of its steps.
const STEPS: usize = 20;
/// Distance in normalised coordinates below which a step no longer matters.
const CLOSE: f64 = 1e-12;
/// Distance from the wanted point within which a direction counts as found.
const FOUND: f64 = 1e-7;

/// How a lens bends straight lines.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Distortion {
    /// Not at all: a pinhole, or a picture that was rectified, as those of nuScenes.
    #[default]
    None,
    /// Radial terms `k1, k2, k3` and tangential terms `p1, p2`, as Waymo and OpenCV write them.
    BrownConrady {
        /// Radial, of the second, fourth and sixth power.
        radial: [f64; 3],
        /// Tangential.
        tangential: [f64; 2],
    },
    /// Four terms on the angle from the axis, for wide lenses. Directions beside or behind the camera have no pixel here.
    KannalaBrandt([f64; 4]),
}

impl Distortion {
    /// Whether the numbers are finite.
    fn is_finite(&self) -> bool {
        match self {
            Self::None => true,
            Self::BrownConrady { radial, tangential } => {
                radial.iter().chain(tangential).all(|term| term.is_finite())
            }
            Self::KannalaBrandt(terms) => terms.iter().all(|term| term.is_finite()),
        }
    }

    /// Bends a point of the plane, and says how the bent point moves when the point does (the Jacobian).
    fn bend(&self, point: DVec2) -> (DVec2, DMat2) {
        match *self {
            Self::None => (point, DMat2::IDENTITY),
            Self::BrownConrady {
                radial: [k1, k2, k3],
                tangential: [p1, p2],
            } => {
                let DVec2 { x, y } = point;
                let square = point.length_squared();
                let stretch = 1.0 + square * (k1 + square * (k2 + square * k3));
                // With respect to the squared radius.
                let slope = k1 + square * (2.0 * k2 + square * 3.0 * k3);
                let bent = DVec2::new(
                    x * stretch + 2.0 * p1 * x * y + p2 * (square + 2.0 * x * x),
                    y * stretch + p1 * (square + 2.0 * y * y) + 2.0 * p2 * x * y,
                );
                let mixed = 2.0 * x * y * slope + 2.0 * p1 * x + 2.0 * p2 * y;
                let motion = DMat2::from_cols(
                    DVec2::new(
                        stretch + 2.0 * x * x * slope + 2.0 * p1 * y + 6.0 * p2 * x,
                        mixed,
                    ),
                    DVec2::new(
                        mixed,
                        stretch + 2.0 * y * y * slope + 6.0 * p1 * y + 2.0 * p2 * x,
                    ),
                );
                (bent, motion)
            }
            Self::KannalaBrandt(terms) => {
                let radius = point.length();
                if radius < CLOSE {
                    return (point, DMat2::IDENTITY);
                }
                let angle = radius.atan();
                let (bent_angle, slope) = bent_angle(angle, terms);
                let outward = point / radius;
                let scale = bent_angle / radius;
                let along = slope / (1.0 + radius * radius);
                let projector = DMat2::from_cols(outward * outward.x, outward * outward.y);
                let motion = DMat2::IDENTITY * scale + projector * (along - scale);
                (point * scale, motion)
            }
        }
    }

    /// The point of the plane that is bent to `wanted`, if there is one before the lens folds back on itself.
    fn straighten(&self, wanted: DVec2) -> Option<DVec2> {
        match *self {
            Self::None => Some(wanted),
            Self::BrownConrady { .. } => {
                let mut point = wanted;
                for _ in 0..STEPS {
                    let (bent, motion) = self.bend(point);
                    if motion.determinant() <= 0.0 {
                        return None;
                    }
                    let step = motion.inverse() * (bent - wanted);
                    point -= step;
                    if step.length_squared() < CLOSE * CLOSE {
                        break;
                    }
                }
                let (bent, motion) = self.bend(point);
                (bent.distance(wanted) < FOUND && motion.determinant() > 0.0).then_some(point)
            }
            Self::KannalaBrandt(terms) => {
                let wanted_angle = wanted.length();
                if wanted_angle < CLOSE {
                    return Some(wanted);
                }
                let mut angle = wanted_angle;
                for _ in 0..STEPS {
                    let (bent, slope) = bent_angle(angle, terms);
                    if slope <= 0.0 {
                        return None;
                    }
                    let step = (bent - wanted_angle) / slope;
                    angle -= step;
                    if step.abs() < CLOSE {
                        break;
                    }
                }
                let (bent, slope) = bent_angle(angle, terms);
                let is_found = (bent - wanted_angle).abs() < FOUND && slope > 0.0;
                let is_ahead = (0.0..std::f64::consts::FRAC_PI_2).contains(&angle);
                (is_found && is_ahead).then(|| wanted / wanted_angle * angle.tan())
            }
        }
    }
}

/// The bent angle of Kannala and Brandt and its derivative.
fn bent_angle(angle: f64, [k1, k2, k3, k4]: [f64; 4]) -> (f64, f64) {
    let square = angle * angle;
    let bent = angle * (1.0 + square * (k1 + square * (k2 + square * (k3 + square * k4))));
    let slope =
        1.0 + square * (3.0 * k1 + square * (5.0 * k2 + square * (7.0 * k3 + square * 9.0 * k4)));
    (bent, slope)
}

/// Focal lengths, principal point and distortion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    focal: DVec2,
    center: DVec2,
    distortion: Distortion,
}

impl Lens {
    /// A lens whose numbers are in continuous pixels of this crate: the centre of the first pixel lies at 0.5.
    ///
    /// # Errors
    /// [`GeometryError::Lens`] where a focal length is not positive or a number is not finite.
    pub fn new(focal: DVec2, center: DVec2, distortion: Distortion) -> Result<Self, GeometryError> {
        let is_usable = focal.is_finite()
            && focal.min_element() > 0.0
            && center.is_finite()
            && distortion.is_finite();
        if !is_usable {
            return Err(GeometryError::Lens {
                focal: focal.to_array(),
                center: center.to_array(),
            });
        }
        Ok(Self {
            focal,
            center,
            distortion,
        })
    }

    /// A lens from numbers that count the centre of the first pixel as 0, as OpenCV, nuScenes and Waymo do.
    ///
    /// # Errors
    /// As [`Lens::new`].
    pub fn from_calibration(
        focal: [f64; 2],
        center: [f64; 2],
        distortion: Distortion,
    ) -> Result<Self, GeometryError> {
        let center = DVec2::from_array(center) + 0.5;
        Self::new(DVec2::from_array(focal), center, distortion)
    }

    /// Focal lengths in pixels.
    pub fn focal(&self) -> DVec2 {
        self.focal
    }

    /// The principal point, in continuous pixels.
    pub fn center(&self) -> DVec2 {
        self.center
    }

    /// How it bends.
    pub fn distortion(&self) -> Distortion {
        self.distortion
    }

    /// The pixel of a point `x, y` on the plane one metre ahead; `None` where the lens folds back on itself.
    pub fn pixel(&self, on_plane: DVec2) -> Option<DVec2> {
        let (bent, motion) = self.distortion.bend(on_plane);
        // A polynomial that was fitted inside the picture turns around somewhere outside; past that it means nothing.
        let is_unfolded = motion.determinant() > 0.0 && self.is_reached_unfolded(on_plane);
        (is_unfolded && bent.is_finite()).then(|| bent * self.focal + self.center)
    }

    /// Whether the lens does not fold between its axis and a point. A determinant may be positive again behind a fold.
    fn is_reached_unfolded(&self, on_plane: DVec2) -> bool {
        if self.distortion == Distortion::None {
            return true;
        }
        let steps = (on_plane.length() * 4.0).ceil().clamp(1.0, 64.0);
        (1..steps as usize).all(|step| {
            let (_, motion) = self.distortion.bend(on_plane * (step as f64 / steps));
            motion.determinant() > 0.0
        })
    }

    /// The point of the plane one metre ahead that a pixel shows; `None` where no point is.
    pub fn on_plane(&self, pixel: DVec2) -> Option<DVec2> {
        self.distortion
            .straighten((pixel - self.center) / self.focal)
    }

    /// The lens of the same picture with its sides multiplied.
    #[must_use]
    pub fn scaled(&self, scale: DVec2) -> Self {
        Self {
            focal: self.focal * scale,
            center: self.center * scale,
            distortion: self.distortion,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    const WAYMO: Distortion = Distortion::BrownConrady {
        radial: [0.0404, -0.330, 0.0],
        tangential: [0.001_04, -0.001_57],
    };
    const FISHEYE: Distortion = Distortion::KannalaBrandt([0.05, -0.01, 0.002, -0.0005]);

    fn lens(distortion: Distortion) -> Lens {
        Lens::from_calibration([2044.0, 2043.0], [949.6, 633.2], distortion).unwrap()
    }

    #[test]
    fn a_pixel_and_its_direction_belong_together() {
        for distortion in [Distortion::None, WAYMO, FISHEYE] {
            let lens = lens(distortion);
            for pixel in [
                DVec2::new(0.5, 0.5),
                DVec2::new(1919.5, 1279.5),
                DVec2::new(950.1, 633.7),
                DVec2::new(100.0, 1000.0),
            ] {
                let on_plane = lens.on_plane(pixel).unwrap();
                let again = lens.pixel(on_plane).unwrap();
                assert!(
                    again.distance(pixel) < 1e-6,
                    "{distortion:?} {pixel} {again}"
                );
            }
        }
    }

    #[test]
    fn terms_are_those_of_opencv() {
        // cv2.projectPoints([(0.3, -0.2, 1)], 0, 0, K, [k1, k2, p1, p2, k3]) with the numbers above.
        let pixel = lens(WAYMO).pixel(DVec2::new(0.3, -0.2)).unwrap() - 0.5;
        let (x, y, square) = (0.3, -0.2, 0.13_f64);
        let stretch = 1.0 + 0.0404 * square - 0.330 * square * square;
        let expected = DVec2::new(
            2044.0 * (x * stretch + 2.0 * 0.001_04 * x * y - 0.001_57 * (square + 2.0 * x * x))
                + 949.6,
            2043.0 * (y * stretch + 0.001_04 * (square + 2.0 * y * y) - 2.0 * 0.001_57 * x * y)
                + 633.2,
        );
        assert!(pixel.distance(expected) < 1e-9);
    }

    #[test]
    fn the_jacobian_is_the_derivative() {
        for distortion in [WAYMO, FISHEYE] {
            let point = DVec2::new(0.31, -0.22);
            let (_, motion) = distortion.bend(point);
            let step = 1e-6;
            for (axis, column) in [(DVec2::X, motion.x_axis), (DVec2::Y, motion.y_axis)] {
                let ahead = distortion.bend(point + axis * step).0;
                let behind = distortion.bend(point - axis * step).0;
                let slope = (ahead - behind) / (2.0 * step);
                assert!(slope.distance(column) < 1e-8, "{distortion:?}");
            }
        }
    }

    #[test]
    fn far_outside_the_picture_a_fitted_polynomial_has_no_pixel() {
        let lens = lens(WAYMO);
        assert!(lens.pixel(DVec2::new(1.5, 0.0)).is_none());
        assert!(lens.pixel(DVec2::new(30.0, 20.0)).is_none());
        assert!(lens.pixel(DVec2::new(0.6, 0.3)).is_some());
    }

    #[test]
    fn a_lens_without_a_focal_length_is_refused() {
        let made = Lens::from_calibration([0.0, 1.0], [1.0, 1.0], Distortion::None);
        assert!(made.unwrap_err().to_string().contains("focal"));
    }
}
