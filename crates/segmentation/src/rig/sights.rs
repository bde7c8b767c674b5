//! The places of all views that matter at one time, encoded when they are asked for and kept until the time is over.
//!
//! In: for each view its rays and where the vehicle was; where the vehicle is now. Out: encodings of its tokens. Memories'
//! encodings change whenever the vehicle moves, but are the same for all objects and all cameras of a time step.

use std::{collections::BTreeMap, sync::Arc};

use burn::tensor::Tensor;
use tubelet_geometry::RigidTransform;

use super::{
    rays::{DepthRange, RayGrid},
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

/// Encodings of remembered views that were asked for at one time, by the views' numbers. They hold for one place of the
/// vehicle and one model.
#[derive(Clone, Debug, Default)]
pub struct Encodings(BTreeMap<usize, Tensor<3>>);

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
    /// vehicle is (`world_from_ego`), if that is known, and what tokens are told. `encoded` is filled; it must come empty
    /// to another place.
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

    /// Lifted points of a view.
    fn points(&self, view: usize, depths: &DepthRange) -> Option<Vec<f32>> {
        let viewpoint = self.viewpoints.get(&view)?;
        let motion = match (self.scope, self.world_from_base, viewpoint.world_from_ego) {
            (SpatialScope::Nothing, _, _) => return None,
            (SpatialScope::RigAndMotion, Some(base), Some(source)) => base.inverse() * source,
            (SpatialScope::Rig | SpatialScope::RigAndMotion, _, _) => RigidTransform::IDENTITY,
        };
        Some(viewpoint.rays.lift(depths, &motion))
    }

    /// Encodings of a looking view's tokens: `[1, tokens, channels]`.
    pub(crate) fn looking(
        &self,
        view: usize,
        encoder: &SpatialPosition,
        like: &Tensor<3>,
    ) -> Option<Tensor<3>> {
        let points = self.points(view, encoder.depths())?;
        Some(encoder.forward(points, Tokens::Image, like))
    }

    /// Encodings of a remembered view's tokens: `[1, tokens, memory channels]`.
    pub(crate) fn remembered(
        &mut self,
        view: usize,
        encoder: &SpatialPosition,
        like: &Tensor<3>,
    ) -> Option<Tensor<3>> {
        if let Some(known) = self.encoded.0.get(&view) {
            return Some(known.clone());
        }
        let points = self.points(view, encoder.depths())?;
        let encoding = encoder.forward(points, Tokens::Memory, like);
        self.encoded.0.insert(view, encoding.clone());
        Some(encoding)
    }
}
