//! The places of all views that matter at one time, encoded when they are asked for and kept until the time is over.
//!
//! In: for each view its rays and where the vehicle was; where the vehicle is now. Out: encodings of its tokens. Those of a camera
//! that counts as standing still are made once. Others change whenever the vehicle moves, but are the same for all objects and
//! all cameras of a time step.

use std::{collections::BTreeMap, sync::Arc};

use burn::tensor::Tensor;
use tubelet_geometry::RigidTransform;

use super::{
    rays::RayGrid,
    rule::SpatialScope,
    spatial_position::{SpatialPosition, Tokens},
};

/// Where a view was taken.
#[derive(Clone, Debug)]
pub struct Viewpoint {
    /// The camera's rays.
    pub rays: Arc<RayGrid>,
    /// Where the vehicle was; `None` where nobody knows, and it counts as standing still.
    pub world_from_ego: Option<RigidTransform>,
}

/// Encodings that were asked for. They hold for one model and, but for those of cameras that stand still, for one place of the
/// vehicle.
#[derive(Clone, Debug, Default)]
pub struct Encodings {
    image: BTreeMap<Source, Tensor<3>>,
    memory: BTreeMap<Source, Tensor<3>>,
}

/// What an encoding is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// A camera that has not moved since, by the address of its rays.
    Still(usize),
    /// A view.
    Moved(usize),
}

impl Encodings {
    /// Forgets what does not hold once the vehicle has moved.
    pub fn move_on(&mut self) {
        for encodings in [&mut self.image, &mut self.memory] {
            encodings.retain(|source, _| matches!(source, Source::Still(_)));
        }
    }
}

/// See the module docs.
#[derive(Debug)]
pub struct Sights<'a> {
    viewpoints: &'a BTreeMap<usize, Viewpoint>,
    /// Where the vehicle is now.
    world_from_base: Option<RigidTransform>,
    scope: SpatialScope,
    encoded: &'a mut Encodings,
}

impl<'a> Sights<'a> {
    /// Sights over views by their number in the rig's sequence; views without an entry have no place. `base` is where the
    /// vehicle is (`world_from_ego`), if that is known, and what tokens are told. `encoded` is filled; it must not know another
    /// place ([`Encodings::move_on`]) or other rays.
    pub fn new(
        viewpoints: &'a BTreeMap<usize, Viewpoint>,
        (world_from_base, scope): (Option<RigidTransform>, SpatialScope),
        encoded: &'a mut Encodings,
    ) -> Self {
        Self {
            viewpoints,
            world_from_base,
            scope,
            encoded,
        }
    }

    /// Where a view was taken, how the vehicle has moved since, and what its encoding is kept as.
    fn source(&self, view: usize) -> Option<(Source, &'a Viewpoint, RigidTransform)> {
        let viewpoint = self.viewpoints.get(&view)?;
        let motion = match (self.scope, self.world_from_base, viewpoint.world_from_ego) {
            (SpatialScope::Nothing, _, _) => return None,
            (SpatialScope::RigAndMotion, Some(base), Some(source)) if base != source => {
                Some(base.inverse() * source)
            }
            (SpatialScope::Rig | SpatialScope::RigAndMotion, _, _) => None,
        };
        let source = match motion {
            Some(_) => Source::Moved(view),
            None => Source::Still(Arc::as_ptr(&viewpoint.rays).addr()),
        };
        Some((
            source,
            viewpoint,
            motion.unwrap_or(RigidTransform::IDENTITY),
        ))
    }

    /// Encodings of a looking view's tokens: `[1, tokens, channels]`.
    pub(crate) fn looking(
        &mut self,
        view: usize,
        encoder: &SpatialPosition,
        like: &Tensor<3>,
    ) -> Option<Tensor<3>> {
        let (source, viewpoint, motion) = self.source(view)?;
        let encode = || {
            let points = viewpoint.rays.lift(encoder.depths(), &motion);
            encoder.forward(points, Tokens::Image, like)
        };
        let encoding = self.encoded.image.entry(source).or_insert_with(encode);
        Some(encoding.clone())
    }

    /// Encodings of a remembered view's tokens: `[1, tokens, memory channels]`.
    pub(crate) fn remembered(
        &mut self,
        view: usize,
        encoder: &SpatialPosition,
        like: &Tensor<3>,
    ) -> Option<Tensor<3>> {
        let (source, viewpoint, motion) = self.source(view)?;
        let encode = || {
            let points = viewpoint.rays.lift(encoder.depths(), &motion);
            encoder.forward(points, Tokens::Memory, like)
        };
        let encoding = self.encoded.memory.entry(source).or_insert_with(encode);
        Some(encoding.clone())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::{SegmenterConfig, SpatialPositionConfig, rig::spatial_position};
    use burn::tensor::Device;
    use glam::DVec3;
    use tubelet_geometry::{Camera, Distortion, FrameSize, Lens};

    #[test]
    fn a_camera_is_encoded_once_while_nothing_moves_and_views_once_a_step_when_it_does() {
        let device = Device::flex();
        let config = SegmenterConfig::tiny();
        let encoder = spatial_position::init(&SpatialPositionConfig::default(), &config, &device);
        let lens = Lens::from_calibration([8.0; 2], [7.5; 2], Distortion::None).unwrap();
        let size = FrameSize::new(16, 16);
        let camera = Camera::new(size, lens, RigidTransform::IDENTITY).unwrap();
        let rays = [0; 2].map(|_| Arc::new(RayGrid::new(&camera, 2)));
        let at = |x: f64| RigidTransform::from_yaw(0.0, DVec3::new(x, 0.0, 0.0)).ok();
        // Three steps of two cameras.
        let viewpoints: BTreeMap<usize, Viewpoint> = (0..6)
            .map(|view| {
                let viewpoint = Viewpoint {
                    rays: Arc::clone(&rays[view % 2]),
                    world_from_ego: at((view / 2) as f64),
                };
                (view, viewpoint)
            })
            .collect();
        let like = Tensor::<3>::zeros([1, 1, 1], &device);
        let counts = |scope: SpatialScope| {
            let mut encoded = Encodings::default();
            let mut sights = Sights::new(&viewpoints, (at(2.0), scope), &mut encoded);
            for view in [4, 5] {
                sights.looking(view, &encoder, &like);
                for earlier in 0..4 {
                    sights.remembered(earlier, &encoder, &like);
                }
            }
            let asked = (encoded.image.len(), encoded.memory.len());
            encoded.move_on();
            (asked, encoded.image.len() + encoded.memory.len())
        };
        assert_eq!(counts(SpatialScope::Nothing), ((0, 0), 0));
        assert_eq!(counts(SpatialScope::Rig), ((2, 2), 4));
        assert_eq!(counts(SpatialScope::RigAndMotion), ((2, 4), 2));
    }
}
