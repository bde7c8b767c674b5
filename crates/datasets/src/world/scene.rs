//! A world: a cast before a camera, drawn moment by moment.
//!
//! In: a config and a seed. Out: frames in any order, each the mean of the moments while the shutter is open. The
//! same config and seed give the same bytes on every run, whoever asks for which frame first.

use super::actor::{Actor, Stage};
use super::affine::Affine;
use super::canvas::{Canvas, Shadow};
use super::casting::{self, Cast};
use super::config::WorldConfig;
use super::frame::{self, WorldFrame};
use super::photograph::Tone;
use crate::error::DatasetError;

/// Tries of a cast before the plainest one is taken.
const ATTEMPTS: u64 = 6;
/// Most moments averaged into one frame.
const MOMENTS: usize = 5;

/// See the module documentation.
pub struct World {
    config: WorldConfig,
    cast: Cast,
    objects: usize,
}

/// The moments drawn into one frame.
struct Exposure {
    sum: Canvas,
    samples: usize,
    unhidden: Vec<usize>,
}

impl World {
    /// Builds the clip of a seed. Every object covers at least the config's least area in the first frame; those that
    /// would not stay in the scene without an identity.
    ///
    /// # Errors
    /// When the config asks for frames smaller than 16 pixels on a side or larger than 8192, or for no frames.
    pub fn new(config: WorldConfig, seed: u64) -> Result<Self, DatasetError> {
        let sides = [config.size.width, config.size.height];
        if sides.iter().any(|side| !(16..=8192).contains(side)) || config.frames == 0 {
            return Err(DatasetError::World {
                size: config.size,
                frames: config.frames,
            });
        }
        let mut world = Self {
            objects: 0,
            cast: casting::cast(&config, seed, 0),
            config,
        };
        for attempt in 1..=ATTEMPTS {
            world.objects = world.name_the_visible();
            if world.objects > 0 {
                return Ok(world);
            }
            world.cast = casting::cast(&world.config, seed, attempt);
        }
        world.cast = casting::solo(&world.config, seed, ATTEMPTS + 1);
        world.objects = world.name_the_visible();
        Ok(world)
    }

    /// Settings of the world.
    pub fn config(&self) -> &WorldConfig {
        &self.config
    }

    /// Number of objects; their identities are `1..=objects`.
    pub fn objects(&self) -> usize {
        self.objects
    }

    /// Whether the clip holds another thing that looks like one of its objects.
    pub fn has_look_alikes(&self) -> bool {
        self.cast.look_alikes
    }

    /// Whether a layer of poles, leaves or bars stands before the action.
    pub fn has_foreground(&self) -> bool {
        self.cast.foreground.is_some()
    }

    /// The frames of the clip, drawn one at a time as they are asked for.
    pub fn frames(&self) -> impl ExactSizeIterator<Item = WorldFrame> {
        (0..self.config.frames).map(|index| self.frame(index))
    }

    /// Any frame, also beyond the clip's end: the world goes on.
    pub fn frame(&self, index: usize) -> WorldFrame {
        let mut exposure = self.expose(index);
        let rgb = self
            .cast
            .photograph
            .develop(&mut exposure.sum, exposure.samples, index);
        WorldFrame {
            index,
            size: self.config.size,
            rgb,
            ids: exposure.sum.ids,
            unhidden: exposure.unhidden,
        }
    }

    /// Keeps identities for those who are large enough in the first frame and renumbers them; returns how many. Sets
    /// the exposure by the same frame.
    fn name_the_visible(&mut self) -> usize {
        let Exposure { sum, samples, .. } = self.expose(0);
        self.cast.photograph.meter(Tone::of(&sum, samples));
        let ids = sum.ids;
        let mut areas = [0usize; 256];
        for id in &ids {
            areas[usize::from(*id)] += 1;
        }
        let least = (self.config.least_area * ids.len() as f32).max(1.0) as usize;
        let mut next = 0;
        for actor in self.cast.actors.iter_mut().filter(|actor| actor.id > 0) {
            actor.id = if areas[usize::from(actor.id)] >= least {
                next += 1;
                next
            } else {
                0
            };
        }
        usize::from(next)
    }

    /// Draws the moments of a frame; the sum's identities are those seen in most of them.
    fn expose(&self, index: usize) -> Exposure {
        let samples = self.moments(index);
        let open = self.cast.camera.shutter;
        let mut seen: Vec<Vec<u8>> = Vec::with_capacity(samples);
        let mut unhidden = vec![0; self.objects];
        let mut sum = Canvas::new(self.config.size.width, self.config.size.height);
        let mut shadow = Shadow::new(&sum);
        let mut moment = if samples > 1 { Some(sum.clone()) } else { None };
        for sample in 0..samples {
            let offset = ((sample as f32 + 0.5) / samples as f32 - 0.5) * open;
            let middle = sample == samples / 2;
            let counts = if middle {
                unhidden.as_mut_slice()
            } else {
                &mut []
            };
            let Some(moment) = &mut moment else {
                self.draw(index as f32 + offset, &mut sum, (&mut shadow, counts));
                break;
            };
            self.draw(index as f32 + offset, moment, (&mut shadow, counts));
            for (total, colour) in sum.colours.iter_mut().zip(&moment.colours) {
                (0..4).for_each(|channel| total[channel] += colour[channel]);
            }
            seen.push(moment.ids.clone());
        }
        if let Some(ids) = vote(&seen) {
            sum.ids = ids;
        }
        Exposure {
            sum,
            samples,
            unhidden,
        }
    }

    /// How many moments it takes for motion to smear rather than to stutter.
    fn moments(&self, index: usize) -> usize {
        let open = self.cast.camera.shutter;
        let time = index as f32;
        let short = self.config.size.width.min(self.config.size.height) as f32;
        // Two pixels apart at 256 pixels; no further apart, as a share of the frame, in larger ones.
        let spacing = (short / 128.0).max(2.0);
        let centre = |time| self.cast.camera.centre(time);
        let [from, to] = [centre(time), centre(time + 1.0)];
        let camera = [to[0] - from[0], to[1] - from[1]];
        let far = camera[0].hypot(camera[1]);
        let fastest =
            self.cast
                .actors
                .iter()
                .filter(|actor| actor.id > 0)
                .fold(far, |fastest, actor| {
                    let [from, to] = [
                        actor.motion.position(time),
                        actor.motion.position(time + 1.0),
                    ];
                    fastest.max((to[0] - from[0] - camera[0]).hypot(to[1] - from[1] - camera[1]))
                });
        ((fastest * open * short / spacing) as usize + 1).min(MOMENTS)
    }

    /// Draws one moment, back to front, and counts what each object covers before others hide it.
    fn draw(&self, time: f32, canvas: &mut Canvas, (shadow, counts): (&mut Shadow, &mut [usize])) {
        let cast = &self.cast;
        let size = [self.config.size.width, self.config.size.height];
        let ripple = cast.ripple.map(|ripple| (ripple, time));
        canvas.ids.fill(0);
        cast.backdrop.lay(
            canvas,
            cast.camera
                .screen_from_world(time, cast.backdrop_parallax, size),
            ripple,
        );
        let [centre, _] = cast.camera.centre(time);
        for actor in &cast.actors {
            let screen_from_world = cast
                .camera
                .screen_from_world(time, actor.parallax, size)
                .after(Affine::translation(actor.offset(centre), 0.0));
            let stage = Stage {
                screen_from_world,
                light: &cast.light,
                time,
            };
            actor.draw(canvas, shadow, &stage);
            if let Some(count) = slot(counts, actor) {
                *count = frame::count(&canvas.ids, actor.id);
            }
        }
        if let Some((layer, parallax)) = &cast.foreground {
            layer.lay(
                canvas,
                cast.camera.screen_from_world(time, *parallax, size),
                None,
            );
        }
    }
}

fn slot<'a>(counts: &'a mut [usize], actor: &Actor) -> Option<&'a mut usize> {
    counts.get_mut(usize::from(actor.id).checked_sub(1)?)
}

/// For every pixel the identity seen at most moments, the middle one's on a tie; `None` without moments.
fn vote(seen: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut winner = seen.get(seen.len() / 2)?.clone();
    for (index, id) in winner.iter_mut().enumerate() {
        let at = |moment: &Vec<u8>| moment[index];
        if seen.iter().all(|moment| at(moment) == *id) {
            continue;
        }
        let support = |candidate: u8| seen.iter().filter(|moment| at(moment) == candidate).count();
        let mut best = (support(*id), *id);
        for candidate in seen.iter().map(at) {
            let votes = support(candidate);
            if votes > best.0 {
                best = (votes, candidate);
            }
        }
        *id = best.1;
    }
    Some(winner)
}
