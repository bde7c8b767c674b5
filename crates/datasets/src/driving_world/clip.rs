//! A drive through the three-dimensional world, drawn step by step.
//!
//! In: a config. Out: steps in any order, each with a picture, exact masks and depths per camera. Only the world itself is
//! kept, so memory does not grow with the number of steps.

use glam::DVec2;
use tubelet_geometry::{FrameSize, GeometryError, Rig, RigidTransform};
use tubelet_video::Frame;

use super::actor::Actor;
use super::building::Style;
use super::config::DrivingWorldConfig;
use super::course::Place;
use super::district::{District, Site};
use super::draw::{Drawing, Stand};
use super::drive::{Drive, Manoeuvre};
use super::film::Film;
use super::fittings::Fittings;
use super::ground::Ground;
use super::mounts;
use super::picture::{self, Scenery};
use super::shadow::{Shade, Shadow};
use super::step::{DrivingBox, DrivingObject, DrivingPicture, DrivingStep, Sighting};
use super::streets::Streets;
use super::surface::Surfaces;
use super::traffic::Occasion;
use super::view::View;
use super::weather::Weather;
use crate::error::Result;
use crate::world::dice::Dice;
use crate::world::texture::Grain;

/// Time of the first step, in microseconds since 1970.
const FIRST: i64 = 1_600_000_000_000_000;
/// Side of the tiles of texture.
const TILE: usize = 128;
/// Most places along the drive around which the world is built.
const PLACES: usize = 120;

/// See the module docs.
pub struct DrivingClip {
    config: DrivingWorldConfig,
    rig: Rig,
    streets: Streets,
    drive: Drive,
    surfaces: Surfaces,
    ground: Ground,
    weather: Weather,
    district: District,
    actors: Vec<Actor>,
    films: Vec<Film>,
}

/// A clip for training: the seed and, drawn by it, from half to all of the config's objects, its difficulty or less, and
/// anything from no lookalikes to twice their share.
///
/// # Errors
/// Those of [`DrivingClip::new`].
pub fn driving_clip(seed: u64, config: &DrivingWorldConfig) -> Result<DrivingClip> {
    let dice = &mut Dice::new(seed, 1);
    // Most clips are hard: the easy ones are learnt soon.
    let ease = dice.unit();
    DrivingClip::new(DrivingWorldConfig {
        seed,
        objects: dice.integer(config.objects.div_ceil(2), config.objects),
        difficulty: config.difficulty * (1.0 - ease * ease),
        lookalikes: config.lookalikes * dice.range(0.0, 2.0),
        ..config.clone()
    })
}

impl DrivingClip {
    /// Builds the world of a config.
    ///
    /// # Errors
    /// [`DatasetError::DrivingWorld`](crate::DatasetError::DrivingWorld) for a setting that cannot be drawn.
    pub fn new(config: DrivingWorldConfig) -> Result<Self> {
        let config = config.checked()?;
        let (seed, difficulty, texture) = (config.seed, config.difficulty, config.texture);
        let stream = |number: u64| Dice::new(seed, 100 + number);
        let rig = mounts::rig(config.cameras, config.size, &mut stream(0))?;
        let grain = Grain::new(&mut stream(1), TILE).with_strength(texture);
        let mut surfaces = Surfaces::default();
        let weather = Weather::new(&mut stream(2), &grain, difficulty, texture);
        let fittings = Fittings::new(&mut stream(3), &grain, &mut surfaces, weather.lamps);

        let dice = &mut stream(4);
        let start = Place {
            at: DVec2::new(f64::from(dice.signed(800.0)), f64::from(dice.signed(800.0))),
            heading: f64::from(dice.angle()),
        };
        let manoeuvre = Manoeuvre::draw(dice, difficulty);
        let duration = config.duration();
        let bends = manoeuvre != Manoeuvre::Turn && dice.chance(0.3 + 0.7 * difficulty);
        let streets = Streets::new(dice, start, duration.min(120.0) * 9.0, bends);
        let drive = Drive::new(dice, &streets, manoeuvre, (duration, difficulty));

        let occasion = Occasion {
            streets: &streets,
            drive: &drive,
            duration,
            objects: config.objects,
            lookalikes: config.lookalikes,
        };
        let actors = occasion.fill(&mut stream(5), &mut surfaces, &fittings);

        let dice = &mut stream(6);
        let styles: Vec<Style> = (0..3)
            .map(|_| Style::new(dice, (&grain, &mut surfaces), (weather.lamps, texture)))
            .collect();
        let site = Site {
            streets: &streets,
            drive: &places(&drive, duration),
            styles: &styles,
            towards_sun: weather.towards_sun(),
        };
        let district = District::new(dice, &site, (&mut surfaces, &fittings))?;
        let ground = Ground::new(&mut stream(7), &grain, texture);
        let dice = &mut stream(8);
        let films = rig.cameras().iter().map(|_| Film::new(dice, difficulty));
        Ok(Self {
            films: films.collect(),
            config,
            rig,
            streets,
            drive,
            surfaces,
            ground,
            weather,
            district,
            actors,
        })
    }

    /// Settings of the clip.
    pub fn config(&self) -> &DrivingWorldConfig {
        &self.config
    }

    /// The cameras.
    pub fn rig(&self) -> &Rig {
        &self.rig
    }

    /// Every object of the clip, in order of identity; the identities are 1, 2, ….
    pub fn objects(&self) -> impl ExactSizeIterator<Item = DrivingObject> {
        self.actors
            .iter()
            .enumerate()
            .map(|(index, actor)| DrivingObject {
                id: index as u16 + 1,
                class: actor.look.class,
                lookalike_of: actor.lookalike_of,
            })
    }

    /// When a step is, in microseconds.
    pub fn time(&self, step: usize) -> i64 {
        FIRST + (self.seconds(step) * 1e6).round() as i64
    }

    /// The steps of the clip, drawn one at a time as they are asked for.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = Result<DrivingStep>> {
        (0..self.config.steps).map(|index| self.step(index))
    }

    /// Any step, also beyond the clip's end: the drive goes on, through streets that get emptier.
    ///
    /// # Errors
    /// [`DatasetError::Masks`](crate::DatasetError::Masks) where the vehicle has left the numbers.
    pub fn step(&self, index: usize) -> Result<DrivingStep> {
        let cameras = 0..self.rig.cameras().len();
        Ok(DrivingStep {
            index,
            time: self.time(index),
            world_from_ego: self.world_from_ego(index)?,
            pictures: cameras
                .map(|camera| self.picture(index, camera))
                .collect::<Result<_>>()?,
            boxes: self.boxes(index)?,
        })
    }

    /// Where the vehicle is at a step.
    ///
    /// # Errors
    /// [`DatasetError::Masks`](crate::DatasetError::Masks) where the vehicle has left the numbers.
    pub fn world_from_ego(&self, step: usize) -> Result<RigidTransform> {
        Ok(self.drive.pose(self.seconds(step))?)
    }

    /// Where every object is at a step, whether a camera sees it or not.
    ///
    /// # Errors
    /// [`DatasetError::Masks`](crate::DatasetError::Masks) where an object has left the numbers.
    pub fn boxes(&self, step: usize) -> Result<Vec<DrivingBox>> {
        let seconds = self.seconds(step);
        let boxes = self.objects().zip(&self.actors).map(|(object, actor)| {
            Ok(DrivingBox {
                id: object.id,
                class: object.class,
                in_world: actor.oriented_box(seconds)?,
                velocity: actor.travel.velocity(seconds),
            })
        });
        Ok(boxes.collect::<Result<_, GeometryError>>()?)
    }

    /// What one camera takes at a step. Pictures do not depend on each other, so threads may share a clip.
    ///
    /// # Errors
    /// [`GeometryError::NoCameras`] within [`DatasetError::Masks`](crate::DatasetError::Masks) where the rig lacks the
    /// camera, and as [`Self::step`].
    pub fn picture(&self, step: usize, camera: usize) -> Result<DrivingPicture> {
        let (Some(taken_by), Some(film)) = (self.rig.cameras().get(camera), self.films.get(camera))
        else {
            return Err(GeometryError::NoCameras.into());
        };
        let seconds = self.seconds(step);
        let view = View::new(taken_by, &self.world_from_ego(step)?);
        let (drawing, covered) = self.draw(&view, seconds)?;
        let shade = self.shade(&view, seconds);
        let scenery = Scenery {
            surfaces: &self.surfaces,
            ground: &self.ground,
            streets: &self.streets,
            weather: &self.weather,
        };
        let pixels = picture::light(&drawing, &scenery, (&shade, self.actors.len()));
        let mut counts = vec![0; self.actors.len() + 1];
        for label in &pixels.labels {
            counts[usize::from(*label)] += 1;
        }
        let sightings = covered
            .iter()
            .enumerate()
            .filter(|(_, covered)| **covered > 0);
        let sightings = sightings.map(|(index, covered)| Sighting {
            id: index as u16 + 1,
            pixels: counts[index + 1],
            visibility: pixels.seen[index + 1] as f32 / *covered as f32,
        });
        let sightings = sightings.collect();
        let FrameSize { width, height } = self.config.size;
        let rgb = film.develop(pixels.colours, [width, height], (step, seconds));
        Ok(DrivingPicture {
            frame: Frame::new(self.config.size, rgb)?.at(step, seconds),
            labels: pixels.labels,
            depths: pixels.depths,
            sightings,
        })
    }

    fn seconds(&self, step: usize) -> f64 {
        step as f64 / self.config.rate
    }

    /// Draws everything; returns with it at how many samples each object would be seen if nothing hid it.
    fn draw<'a>(&self, view: &'a View, seconds: f64) -> Result<(Drawing<'a>, Vec<usize>)> {
        let mut drawing = Drawing::new(view, self.weather.sun);
        for prop in &self.district.props {
            drawing.add(&Stand {
                model: &self.district.models[prop.model],
                pose: prop.pose,
                scale: prop.scale,
                stride: 0.0,
                label: 0,
                sunlit: 1.0,
            });
        }
        let mut covered = Vec::with_capacity(self.actors.len());
        for (index, actor) in self.actors.iter().enumerate() {
            let pose = actor.pose(seconds)?;
            covered.push(drawing.add(&Stand {
                model: &actor.model,
                pose,
                scale: 1.0,
                stride: actor.phase(seconds),
                label: index as u16 + 1,
                sunlit: self.sunlit(pose.translation().truncate()),
            }));
        }
        Ok((drawing, covered))
    }

    /// Share of the sun's light at a place: little in the shadow of a house.
    fn sunlit(&self, at: DVec2) -> f32 {
        let hidden = self
            .district
            .shadows
            .iter()
            .filter(|shadow| shadow.holds(at));
        hidden.map(Shadow::sun_left).fold(1.0, f32::min)
    }

    fn shade(&self, view: &View, seconds: f64) -> Shade {
        let mut shade = Shade::new(view);
        for shadow in &self.district.shadows {
            shade.add(view, shadow);
        }
        for actor in &self.actors {
            let caster = actor.footprint(seconds, 0.0);
            shade.add(view, &caster.contact(0.75));
            if let Some(shadow) = caster.cast(self.weather.towards_sun()) {
                shade.add(view, &shadow);
            }
        }
        shade
    }
}

/// Places along the drive, some metres apart.
fn places(drive: &Drive, duration: f64) -> Vec<DVec2> {
    let count = (duration.ceil() as usize + 1).min(PLACES);
    (0..=count)
        .map(|index| {
            drive
                .travel
                .place(duration * index as f64 / count as f64)
                .at
        })
        .collect()
}
