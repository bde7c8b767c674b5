//! Affine maps of the plane.
//!
//! In: points, angles, scales. Out: points. Maps are named `to_from`, so that neighbours in a product line up.

/// `x' = xx·x + xy·y + tx`, `y' = yx·x + yy·y + ty`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Affine {
    pub(super) xx: f32,
    pub(super) xy: f32,
    pub(super) tx: f32,
    pub(super) yx: f32,
    pub(super) yy: f32,
    pub(super) ty: f32,
}

impl Affine {
    pub(super) const IDENTITY: Self = Self {
        xx: 1.0,
        xy: 0.0,
        tx: 0.0,
        yx: 0.0,
        yy: 1.0,
        ty: 0.0,
    };

    pub(super) fn translation(x: f32, y: f32) -> Self {
        Self {
            tx: x,
            ty: y,
            ..Self::IDENTITY
        }
    }

    pub(super) fn rotation(angle: f32) -> Self {
        let (sine, cosine) = angle.sin_cos();
        Self {
            xx: cosine,
            xy: -sine,
            yx: sine,
            yy: cosine,
            ..Self::IDENTITY
        }
    }

    pub(super) fn scale(x: f32, y: f32) -> Self {
        Self {
            xx: x,
            yy: y,
            ..Self::IDENTITY
        }
    }

    /// `self` after `first`.
    pub(super) fn after(self, first: Self) -> Self {
        Self {
            xx: self.xx * first.xx + self.xy * first.yx,
            xy: self.xx * first.xy + self.xy * first.yy,
            tx: self.xx * first.tx + self.xy * first.ty + self.tx,
            yx: self.yx * first.xx + self.yy * first.yx,
            yy: self.yx * first.xy + self.yy * first.yy,
            ty: self.yx * first.tx + self.yy * first.ty + self.ty,
        }
    }

    pub(super) fn apply(self, [x, y]: [f32; 2]) -> [f32; 2] {
        [
            self.xx * x + self.xy * y + self.tx,
            self.yx * x + self.yy * y + self.ty,
        ]
    }

    /// Area of the image of the unit square, with sign.
    pub(super) fn determinant(self) -> f32 {
        self.xx * self.yy - self.xy * self.yx
    }

    /// The inverse map, `None` when the map is flat.
    pub(super) fn inverse(self) -> Option<Self> {
        let determinant = self.determinant();
        if determinant.abs() < 1e-12 {
            return None;
        }
        let (xx, xy) = (self.yy / determinant, -self.xy / determinant);
        let (yx, yy) = (-self.yx / determinant, self.xx / determinant);
        let (tx, ty) = (
            -(xx * self.tx + xy * self.ty),
            -(yx * self.tx + yy * self.ty),
        );
        Some(Self {
            xx,
            xy,
            tx,
            yx,
            yy,
            ty,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_after_its_inverse_is_the_identity() {
        let map = Affine::translation(3.0, -2.0)
            .after(Affine::rotation(0.7))
            .after(Affine::scale(2.0, 0.5));
        let back = map
            .inverse()
            .map(|inverse| inverse.after(map).apply([1.5, -4.0]));
        let [x, y] = back.unwrap_or([f32::NAN; 2]);
        assert!((x - 1.5).abs() < 1e-5 && (y + 4.0).abs() < 1e-5, "{x} {y}");
        assert!(Affine::scale(0.0, 1.0).inverse().is_none());
    }
}
