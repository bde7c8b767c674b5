//! The batch of every step: which clips, which objects, changed how.
//!
//! In: a recipe and the number of a forward pass. Out: its batch, a function of the two alone; so a run that is resumed at
//! any step gets the batches it would have got. Rendered clips are kept while the recipe still wants to use them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::{Rng, seq::SliceRandom};
use tubelet_geometry::FrameSize;

use super::{
    augment::change_shape,
    clip::{ClipBatch, LabelledClip},
    clip_source::{ClipRequest, render},
    colours::change_colours,
};
use crate::{
    TrainingError,
    randomness::{Purpose, Randomness},
    recipe::{
        clips::{AugmentationRecipe, StageRecipe},
        file::Recipe,
        number::{Count, Share},
        rig::RigRecipe,
    },
    rig::scene::{Choice, RigScene, SceneRequest, Sight, render as render_drive},
};

/// Drives that are tried before a world counts as empty, and how far their numbers are apart.
const MOST_ATTEMPTS: u64 = 20;
const DRIVES_APART: u64 = 1 << 32;
/// Drives that are looked through for objects seen by as many cameras as wanted, before any will do.
const WANTED_ATTEMPTS: u64 = 3;
/// Numbers of clips that a stage may use before it would meet those of the next one.
const CLIPS_OF_A_STAGE: u64 = 1 << 40;

/// Makes batches.
pub struct BatchSampler {
    randomness: Randomness,
    stages: Vec<StageRecipe>,
    augmentation: AugmentationRecipe,
    image_size: usize,
    accumulate: u64,
    rendered: BTreeMap<u64, Arc<LabelledClip>>,
    rig: Option<RigRecipe>,
    driven: BTreeMap<u64, Arc<RigScene>>,
}

/// A stage and how far into it a forward pass is.
struct Place {
    stage: StageRecipe,
    index: u64,
    /// Forward passes since the stage began, and in all of it.
    pass: u64,
    passes: u64,
}

impl BatchSampler {
    /// A sampler that follows a recipe.
    pub fn new(recipe: &Recipe) -> Self {
        Self {
            randomness: Randomness(recipe.seed),
            stages: recipe.stages.get_ref().clone(),
            augmentation: recipe.augmentation,
            image_size: recipe.model.get_ref().image_size.get(),
            accumulate: recipe.optimizer.accumulate.get() as u64,
            rendered: BTreeMap::new(),
            rig: recipe.rig,
            driven: BTreeMap::new(),
        }
    }

    /// The batch of a forward pass, counted from 0 through all stages.
    ///
    /// # Errors
    /// Where the recipe asks for clips that cannot be drawn.
    pub fn batch(&mut self, number: u64) -> Result<ClipBatch, TrainingError> {
        let place = place(&self.stages, number, self.accumulate);
        let clips = place.stage.clips.get() as u64;
        let most = place.stage.objects.get();
        let requests: Vec<ClipRequest> = (0..clips)
            .map(|clip| self.request(&place, place.pass * clips + clip))
            .collect();
        if let Some(oldest) = requests.iter().map(|request| request.number).min() {
            let pool = place.stage.pool.get() as u64;
            self.rendered
                .retain(|&held, _| held + pool > oldest && held < oldest + pool);
        }
        let mut kind = self.randomness.generator(Purpose::Kind, number);
        if let (Some(recipe), Some(request)) = (self.rig, requests.first())
            && !kind.random_bool(recipe.flat.get())
        {
            return self.drive(&recipe, (request, &place.stage), number);
        }
        let mut random = self.randomness.generator(Purpose::Clip, number);
        let mut chosen = Vec::with_capacity(requests.len());
        for request in requests {
            let clip = self.rendered(&request)?;
            let least = place.stage.least_pixels(clip.size);
            let mut changed = (*clip).clone();
            change_shape(&mut changed, &self.augmentation, &mut random);
            if changed.visible_in(0, least).is_empty() {
                changed = (*clip).clone();
            }
            change_colours(&mut changed, &self.augmentation, &mut random);
            let mut objects = changed.visible_in(0, least);
            objects.shuffle(&mut random);
            objects.truncate(most);
            chosen.push((changed, objects));
        }
        let side = place.stage.image_size.map_or(self.image_size, Count::get);
        Ok(ClipBatch::new(FrameSize::new(side, side), chosen))
    }

    /// A batch over a rig. A drive in which nothing is seen, or nothing by as many cameras as wanted, is passed over for the next one.
    fn drive(
        &mut self,
        recipe: &RigRecipe,
        (request, stage): (&ClipRequest, &StageRecipe),
        number: u64,
    ) -> Result<ClipBatch, TrainingError> {
        let mut random = self.randomness.generator(Purpose::Clip, number);
        let (oldest, pool) = (request.number, stage.pool.get() as u64);
        let side = request.side;
        let cameras = stage.cameras.unwrap_or(recipe.cameras).get();
        // What one camera sees is not seen by several.
        let wanted = if cameras == 1 {
            Sight::Any
        } else {
            Sight::across(random.random_bool(recipe.across.get()))
        };
        self.driven
            .retain(|&held, _| held + pool > oldest && held < oldest + pool);
        for attempt in 0..MOST_ATTEMPTS {
            let held = request.number + attempt * DRIVES_APART;
            let scene = if let Some(scene) = self.driven.get(&held) {
                Arc::clone(scene)
            } else {
                let scene = SceneRequest {
                    seed: self.randomness.seed(request.purpose, held),
                    side,
                    steps: request.frames,
                    cameras,
                    difficulty: request.difficulty,
                    texture: request.texture,
                };
                let mut of_scene = self.randomness.generator(request.purpose, held);
                let scene = Arc::new(render_drive(&scene, recipe, &mut of_scene)?);
                self.driven.insert(held, Arc::clone(&scene));
                scene
            };
            let choice = Choice {
                objects: request.objects,
                least: stage.least_pixels(FrameSize::new(side, side)),
                sight: if attempt < WANTED_ATTEMPTS {
                    wanted
                } else {
                    Sight::Any
                },
            };
            if let Some(batch) = scene.batch(recipe.rule(), choice, &mut random) {
                return Ok(batch);
            }
        }
        Err(TrainingError::EmptyWorld { batch: number })
    }

    /// The clip of use number `use_number` in a stage: uses of as many clips as the pool holds take turns.
    fn request(&self, place: &Place, use_number: u64) -> ClipRequest {
        let stage = &place.stage;
        let pool = stage.pool.get() as u64;
        let round = pool * stage.uses.get() as u64;
        let uses = place.passes * stage.clips.get() as u64;
        let progress = (use_number / round * round) as f64 / uses.saturating_sub(1).max(1) as f64;
        let between = |ends: [Share; 2]| {
            let [from, to] = ends.map(Share::get);
            from + (to - from) * progress
        };
        ClipRequest {
            purpose: Purpose::World,
            number: place.index * CLIPS_OF_A_STAGE + use_number / round * pool + use_number % pool,
            side: stage.image_size.map_or(self.image_size, Count::get),
            frames: stage.frames.get(),
            objects: stage.objects.get(),
            longest_stride: stage.longest_stride.get(),
            difficulty: between(stage.difficulty),
            texture: between(stage.texture),
        }
    }

    fn rendered(&mut self, request: &ClipRequest) -> Result<Arc<LabelledClip>, TrainingError> {
        if let Some(clip) = self.rendered.get(&request.number) {
            return Ok(Arc::clone(clip));
        }
        let clip = Arc::new(render(request, self.randomness)?);
        self.rendered.insert(request.number, Arc::clone(&clip));
        Ok(clip)
    }
}

/// The stage of a step, and the number of the stage's first step.
pub(crate) fn stage_of_step(stages: &[StageRecipe], step: usize) -> (usize, usize) {
    let mut first = 0;
    for (index, stage) in stages.iter().enumerate() {
        if step < first + stage.steps.get() || index + 1 == stages.len() {
            return (index, first);
        }
        first += stage.steps.get();
    }
    (0, 0)
}

fn place(stages: &[StageRecipe], number: u64, accumulate: u64) -> Place {
    let step = (number / accumulate) as usize;
    let (index, first) = stage_of_step(stages, step);
    let stage = stages[index].clone();
    Place {
        index: index as u64,
        pass: number - first as u64 * accumulate,
        passes: stage.steps.get() as u64 * accumulate,
        stage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn recipe(change: impl Fn(&str) -> String) -> Recipe {
        let text = change(include_str!("../../recipes/overfit.toml"));
        Recipe::parse(&text, Path::new("overfit.toml")).unwrap()
    }

    #[test]
    fn a_batch_depends_on_its_number_alone() {
        let recipe = recipe(|text| {
            text.replace("uses = 150", "uses = 2")
                .replace("mirror = 0.0", "mirror = 0.5")
        });
        let mut straight = BatchSampler::new(&recipe);
        let all: Vec<_> = (0..6)
            .map(|number| straight.batch(number).unwrap())
            .collect();
        let mut resumed = BatchSampler::new(&recipe);
        for number in [4, 5, 1] {
            assert_eq!(
                resumed.batch(number).unwrap(),
                all[number as usize],
                "{number}"
            );
        }
    }

    #[test]
    fn some_steps_of_a_rig_are_about_the_flat_world() {
        let text = include_str!("../../recipes/rig-overfit.toml");
        let recipe = |flat: &str| {
            let text = text.replace("[rig]\n", &format!("[rig]\nflat = {flat}\n"));
            Recipe::parse(&text, Path::new("rig-overfit.toml")).unwrap()
        };
        let batches = |flat: &str| -> Vec<ClipBatch> {
            let mut sampler = BatchSampler::new(&recipe(flat));
            (0..8)
                .map(|number| sampler.batch(number).unwrap())
                .collect()
        };
        let (drives, mixed, clips) = (batches("0.0"), batches("0.5"), batches("1.0"));
        assert!(drives.iter().all(|batch| batch.rig.is_some()));
        assert!(
            clips
                .iter()
                .all(|batch| batch.rig.is_none() && batch.objects() > 0)
        );
        for (number, batch) in mixed.iter().enumerate() {
            let kind = if batch.rig.is_some() { &drives } else { &clips };
            assert_eq!(batch, &kind[number]);
        }
        let flat = mixed.iter().filter(|batch| batch.rig.is_none()).count();
        assert!((1..8).contains(&flat), "{flat}");
    }

    #[test]
    fn clips_of_the_pool_take_turns_and_then_make_room() {
        let recipe = recipe(|text| {
            text.replace("uses = 150", "uses = 2")
                .replace("objects = 2", "objects = 9")
        });
        let mut sampler = BatchSampler::new(&recipe);
        let pictures: Vec<_> = (0..6)
            .map(|number| sampler.batch(number).unwrap().pictures)
            .collect();
        assert_eq!(pictures[0], pictures[2]);
        assert_eq!(pictures[1], pictures[3]);
        assert_ne!(pictures[0], pictures[1]);
        assert_ne!(pictures[0], pictures[4]);
        assert!(sampler.rendered.len() <= 3);
    }

    #[test]
    fn steps_belong_to_stages_in_order() {
        let two = recipe(|text| {
            let start = text.find("[[stages]]").unwrap();
            let end = text.find("[augmentation]").unwrap();
            let stage = text[start..end].replace("steps = 300", "steps = 10");
            format!("{}{stage}{}", &text[..start], &text[start..])
        });
        let stages = two.stages.get_ref();
        assert_eq!(
            [0, 9, 10, 309, 900].map(|step| stage_of_step(stages, step)),
            [(0, 0), (0, 0), (1, 10), (1, 10), (1, 10)]
        );
        assert_eq!(two.steps(), 310);
    }
}
