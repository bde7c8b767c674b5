//! Drives of the procedural world, each from its number, and the objects that are learnt from in them.
//!
//! In: a stage of the recipe, a number. Out: views with the identity of every pixel, cameras and poses; and of these a batch with
//! the objects that chance picks (*MST-SAM*, section 4.2 and appendix A.1: most of them are seen by several cameras).

use std::collections::BTreeMap;

use glam::DVec3;
use rand::{
    Rng,
    seq::{IndexedRandom, SliceRandom},
};
use tubelet_datasets::{CameraLayout, DrivingClip, DrivingWorldConfig, driving_clip};
use tubelet_geometry::{Camera, FrameSize, RigidTransform};
use tubelet_segmentation::RigRule;

use super::way::RigWay;
use crate::{
    TrainingError,
    batch::{
        clip::{ClipBatch, LabelledClip, LabelledFrame},
        resize::resized,
    },
    recipe::rig::RigRecipe,
};

/// Views of neighbouring cameras over some time steps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RigScene {
    /// Cameras in order, time step after time step.
    pub(crate) views: LabelledClip,
    pub(crate) cameras: Vec<Camera>,
    pub(crate) world_from_ego: Vec<RigidTransform>,
}

/// Which drive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SceneRequest {
    /// Decides everything else.
    pub(crate) seed: u64,
    /// Height and width of what the segmenter looks at.
    pub(crate) side: usize,
    /// Time steps.
    pub(crate) steps: usize,
    /// Neighbouring cameras, at most; all where there are no more.
    pub(crate) cameras: usize,
    /// Of the world.
    pub(crate) difficulty: f64,
    /// Of the world.
    pub(crate) texture: f64,
}

/// A drive through the world; its pictures are taken later.
pub(crate) fn drive(
    request: &SceneRequest,
    recipe: &RigRecipe,
    random: &mut impl Rng,
) -> Result<DrivingClip, TrainingError> {
    let config = DrivingWorldConfig {
        size: recipe.picture_size(request.side),
        cameras: if random.random_bool(recipe.waymo.get()) {
            CameraLayout::Waymo
        } else {
            CameraLayout::NuScenes
        },
        steps: request.steps,
        rate: recipe.rate.get(),
        objects: recipe.objects.get(),
        lookalikes: recipe.lookalikes.get() as f32,
        difficulty: request.difficulty as f32,
        texture: request.texture as f32,
        ..DrivingWorldConfig::default()
    };
    Ok(driving_clip(request.seed, &config)?)
}

/// Drives through the world and takes the pictures of some neighbouring cameras.
pub(crate) fn render(
    request: &SceneRequest,
    recipe: &RigRecipe,
    random: &mut impl Rng,
) -> Result<RigScene, TrainingError> {
    photograph(&drive(request, recipe, random)?, request, random)
}

/// The pictures that some neighbouring cameras take on a drive, in the segmenter's size.
pub(crate) fn photograph(
    clip: &DrivingClip,
    request: &SceneRequest,
    random: &mut impl Rng,
) -> Result<RigScene, TrainingError> {
    let chosen = neighbours(clip, request.cameras, random);
    let size = FrameSize::new(request.side, request.side);
    let steps = clip.config().steps;
    let mut names = BTreeMap::new();
    let mut frames = Vec::with_capacity(steps * chosen.len());
    let mut world_from_ego = Vec::with_capacity(steps);
    for step in 0..steps {
        world_from_ego.push(clip.world_from_ego(step)?);
        for &camera in &chosen {
            let picture = clip.picture(step, camera)?;
            let frame = LabelledFrame {
                rgb: picture.frame.pixels,
                ids: renamed(&picture.labels, &mut names),
            };
            frames.push(resized(frame, clip.config().size, size));
        }
    }
    let cameras = clip.rig().cameras();
    Ok(RigScene {
        views: LabelledClip { size, frames },
        cameras: chosen
            .iter()
            .map(|&camera| cameras[camera].resized(size))
            .collect::<Result<_, _>>()?,
        world_from_ego,
    })
}

/// Some cameras next to each other on the ring, in its order.
fn neighbours(clip: &DrivingClip, count: usize, random: &mut impl Rng) -> Vec<usize> {
    let cameras = clip.rig().cameras();
    let heading = |camera: usize| {
        let ahead = cameras[camera].ego_from_camera.rotate(DVec3::Z);
        ahead.y.atan2(ahead.x)
    };
    let mut ring: Vec<usize> = (0..cameras.len()).collect();
    ring.sort_by(|&left, &right| heading(left).total_cmp(&heading(right)));
    let start = random.random_range(0..ring.len().max(1));
    ring.rotate_left(start);
    ring.truncate(count.max(1));
    ring
}

/// Identities as bytes, numbered as they are met; past 255 there are no names left, and no object either.
fn renamed(labels: &[u16], names: &mut BTreeMap<u16, u8>) -> Vec<u8> {
    labels
        .iter()
        .map(|&label| {
            if label == 0 {
                return 0;
            }
            let next = u8::try_from(names.len() + 1).unwrap_or(0);
            *names.entry(label).or_insert(next)
        })
        .collect()
}

/// Which objects are taken, of how many pixels at least.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    /// At most.
    pub(crate) objects: usize,
    /// Pixels in the view where they are first pointed at, and in every view that counts as seeing them.
    pub(crate) least: usize,
    /// By how many cameras.
    pub(crate) sight: Sight,
}

/// By how many cameras an object is to be seen over the time of a drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    Several,
    One,
    Any,
}

impl Sight {
    /// Several cameras or one.
    pub(crate) const fn across(across: bool) -> Self {
        if across { Self::Several } else { Self::One }
    }

    const fn fits(self, cameras: u32) -> bool {
        match self {
            Self::Several => cameras > 1,
            Self::One => cameras == 1,
            Self::Any => true,
        }
    }
}

impl RigScene {
    /// A batch of some objects that one camera sees at the first time step; `None` where no camera sees any that fit.
    pub(crate) fn batch(
        &self,
        rule: RigRule,
        choice: Choice,
        random: &mut impl Rng,
    ) -> Option<ClipBatch> {
        let count = self.cameras.len();
        let seen = self.sightings(choice.least);
        let fits = |id: &u8| {
            let cameras = seen.get(id).map_or(0, |seen| seen.cameras.count_ones());
            choice.sight.fits(cameras)
        };
        let mut firsts: Vec<usize> = (0..count).collect();
        firsts.shuffle(random);
        let (first, objects) = firsts.iter().find_map(|&first| {
            let visible = self.views.visible_in(first, choice.least).into_iter();
            let objects: Vec<u8> = visible.filter(fits).collect();
            (!objects.is_empty()).then_some((first, objects))
        })?;
        // The more views see an object, the more there is to learn from it.
        let weight = |id: &u8| {
            seen.get(id)
                .map_or(0.0, |seen| f64::from(seen.views).powi(2))
        };
        let chosen = objects.choose_multiple_weighted(random, choice.objects, weight);
        let objects = chosen.map_or_else(|_| Vec::new(), |ids| ids.copied().collect());
        let mut batch = ClipBatch::new(self.views.size, vec![(self.views.clone(), objects)]);
        batch.least = choice.least;
        batch.rig = Some(RigWay {
            cameras: self.cameras.clone(),
            world_from_ego: self.world_from_ego.clone(),
            rule,
            first,
        });
        Some(batch)
    }

    /// Who sees each identity.
    fn sightings(&self, least: usize) -> BTreeMap<u8, Sightings> {
        let mut seen: BTreeMap<u8, Sightings> = BTreeMap::new();
        for view in 0..self.views.frames.len() {
            let camera = (view % self.cameras.len().max(1)).min(31);
            for id in self.views.visible_in(view, least) {
                let sightings = seen.entry(id).or_default();
                sightings.views += 1;
                sightings.cameras |= 1 << camera;
            }
        }
        seen
    }
}

/// How often an object is seen.
#[derive(Clone, Copy, Debug, Default)]
struct Sightings {
    views: u32,
    /// A bit for each camera that sees it at some time.
    cameras: u32,
}
