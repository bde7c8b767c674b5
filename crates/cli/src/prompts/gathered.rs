//! All prompts of a run, from the command line and from a file, as commands for a session.
//!
//! In: typed and read prompts. Out: commands for a clip, or prompts for a rig's cameras, in the order of frames and objects; and
//! the points to draw.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use tubelet_geometry::{BoundingBox, FrameSize, Mask};
use tubelet_session::{Click, ClickKind, Command, ObjectId, Place, RigPrompt};
use tubelet_video::{DrawnPoint, read_image};

use super::{
    file::{self, FilePrompt},
    typed::Addressed,
};
use crate::{arguments::TrackArguments, failure::Failure, output::pictures::PromptPoints};

/// What is said about one object in one frame.
#[derive(Clone, Debug, Default, PartialEq)]
struct Said {
    clicks: Vec<Click>,
    bounds: Option<BoundingBox>,
    mask: Option<PathBuf>,
}

impl Said {
    fn has_only_clicks(&self) -> bool {
        self.mask.is_none() && self.bounds.is_none()
    }

    fn set_box(&mut self, spot: &Spot, bounds: BoundingBox) -> Result<(), Failure> {
        match self.bounds.replace(bounds) {
            None => Ok(()),
            Some(_) => Err(spot.said_twice("box")),
        }
    }

    fn set_mask(&mut self, spot: &Spot, mask: PathBuf) -> Result<(), Failure> {
        match self.mask.replace(mask) {
            None => Ok(()),
            Some(_) => Err(spot.said_twice("mask")),
        }
    }
}

/// Where something is said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    /// The frame, or the time step of a rig.
    pub(crate) frame: usize,
    /// The object.
    pub(crate) object: u32,
    /// The camera of a rig.
    pub(crate) camera: Option<String>,
}

impl Spot {
    fn said_twice(&self, what: &'static str) -> Failure {
        Failure::SaidTwice {
            what,
            object: self.object,
            frame: self.frame,
        }
    }
}

/// All that is said, by place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gathered(BTreeMap<Spot, Said>);

impl Gathered {
    /// What the arguments say, and the file of prompts that they name.
    ///
    /// # Errors
    /// When that file is none, or nothing is said at all.
    pub(crate) fn from_arguments(arguments: &TrackArguments) -> Result<Self, Failure> {
        let mut all = Self::default();
        let place = (arguments.frame, arguments.camera.as_ref());
        if let Some(path) = &arguments.prompts {
            for prompt in file::read(path)? {
                all.add_file_prompt(prompt, place)?;
            }
        }
        for typed in &arguments.points {
            let [x, y] = typed.value.0;
            all.at(typed, place).1.clicks.push(Click::include(x, y));
        }
        for typed in &arguments.not_points {
            let [x, y] = typed.value.0;
            all.at(typed, place).1.clicks.push(Click::exclude(x, y));
        }
        for typed in &arguments.boxes {
            let [left, top, right, bottom] = typed.value.0;
            let (spot, said) = all.at(typed, place);
            said.set_box(&spot, BoundingBox::new(left, top, right, bottom))?;
        }
        for typed in &arguments.masks {
            let (spot, said) = all.at(typed, place);
            said.set_mask(&spot, typed.value.clone())?;
        }
        if all.0.is_empty() && arguments.detections.is_none() {
            return Err(Failure::NoPrompt);
        }
        Ok(all)
    }

    /// One object's mask in the first picture of a rig's camera.
    pub(crate) fn mask_in(camera: String, object: u32, image: PathBuf) -> Self {
        let spot = Spot {
            frame: 0,
            object,
            camera: Some(camera),
        };
        let said = Said {
            mask: Some(image),
            ..Said::default()
        };
        Self(BTreeMap::from([(spot, said)]))
    }

    /// One object's mask.
    pub(crate) fn mask(frame: usize, object: u32, image: PathBuf) -> Self {
        let said = Said {
            mask: Some(image),
            ..Said::default()
        };
        let spot = Spot {
            frame,
            object,
            camera: None,
        };
        Self(BTreeMap::from([(spot, said)]))
    }

    fn at<T>(
        &mut self,
        typed: &Addressed<T>,
        (frame, camera): (usize, Option<&String>),
    ) -> (Spot, &mut Said) {
        let spot = Spot {
            frame: typed.frame.unwrap_or(frame),
            object: typed.object.unwrap_or(1),
            camera: camera.cloned(),
        };
        (spot.clone(), self.0.entry(spot).or_default())
    }

    fn add_file_prompt(
        &mut self,
        prompt: FilePrompt,
        (frame, camera): (usize, Option<&String>),
    ) -> Result<(), Failure> {
        let spot = Spot {
            frame: prompt.frame.unwrap_or(frame),
            object: prompt.object,
            camera: prompt.camera.or_else(|| camera.cloned()),
        };
        let said = self.0.entry(spot.clone()).or_default();
        said.clicks
            .extend(prompt.points.iter().map(|&(x, y, label)| match label {
                0 => Click::exclude(x, y),
                _ => Click::include(x, y),
            }));
        if let Some([left, top, right, bottom]) = prompt.bounds {
            said.set_box(&spot, BoundingBox::new(left, top, right, bottom))?;
        }
        if let Some(mask) = prompt.mask {
            said.set_mask(&spot, mask)?;
        }
        Ok(())
    }

    /// Checks that pictures whose values are objects can show all of them.
    ///
    /// # Errors
    /// [`Failure::NoLabel`] for object 0, which is the background there, and for one above `largest`.
    pub(crate) fn check_labels(&self, largest: u32) -> Result<(), Failure> {
        let has_none = |spot: &&Spot| !(1..=largest).contains(&spot.object);
        match self.spots().find(has_none) {
            None => Ok(()),
            Some(spot) => Err(Failure::NoLabel {
                object: spot.object,
                largest,
            }),
        }
    }

    /// Places where something is said, in the order of frames and objects.
    pub(crate) fn spots(&self) -> impl Iterator<Item = &Spot> {
        self.0.keys()
    }

    /// Whether it is said in a place where the object is, not only where it is not.
    pub(crate) fn points_at(&self, spot: &Spot) -> bool {
        let included = |click: &Click| click.kind == ClickKind::Include;
        let said = self.0.get(spot);
        said.is_some_and(|said| !said.has_only_clicks() || said.clicks.iter().any(included))
    }

    /// Whether nothing but clicks is said in a place.
    pub(crate) fn has_only_clicks(&self, spot: &Spot) -> bool {
        self.0.get(spot).is_some_and(Said::has_only_clicks)
    }

    /// What is said in a place of a clip, a mask before the points that correct it.
    ///
    /// # Errors
    /// When an image of a mask cannot be read, or a prompt is for the camera of a rig.
    pub(crate) fn commands(&self, spot: &Spot) -> Result<Vec<Command>, Failure> {
        if let Some(camera) = &spot.camera {
            return Err(Failure::NoRig {
                camera: camera.clone(),
            });
        }
        let place = Place {
            object: ObjectId(spot.object),
            frame: spot.frame,
        };
        let prompts = self.rig_prompts(spot)?.into_iter();
        Ok(prompts
            .map(|prompt| match prompt {
                RigPrompt::Mask(mask) => Command::SetMask(place, mask),
                RigPrompt::Box(bounds) => Command::SetBox(place, bounds),
                RigPrompt::Clicks(clicks) => Command::AddClicks(place, clicks),
                RigPrompt::Points(bounds, clicks) => Command::SetPoints(place, bounds, clicks),
            })
            .collect())
    }

    /// What is said in a place of a rig's camera; a mask before the points that correct it.
    ///
    /// # Errors
    /// When an image of a mask cannot be read.
    pub(crate) fn rig_prompts(&self, spot: &Spot) -> Result<Vec<RigPrompt>, Failure> {
        let Some(said) = self.0.get(spot) else {
            return Ok(Vec::new());
        };
        let mask = said.mask.as_deref().map(read_mask).transpose()?;
        let has_points = said.bounds.is_some() || !said.clicks.is_empty();
        let points = RigPrompt::Points(said.bounds, said.clicks.clone());
        let mask = mask.map(RigPrompt::Mask).into_iter();
        Ok(mask.chain(has_points.then_some(points)).collect())
    }

    /// The images of masks.
    pub(crate) fn masks(&self) -> impl Iterator<Item = &Path> {
        self.0.values().filter_map(|said| said.mask.as_deref())
    }

    /// The clicks, for drawing.
    pub(crate) fn points(&self) -> PromptPoints {
        self.0
            .iter()
            .map(|(spot, said)| {
                let place = (spot.frame, spot.object);
                let drawn = said.clicks.iter().map(|click| DrawnPoint {
                    position: click.position,
                    is_positive: click.kind == ClickKind::Include,
                });
                (place, drawn.collect())
            })
            .collect()
    }
}

/// Reads an image as a mask: the pixels that are not black.
fn read_mask(path: &Path) -> Result<Mask, Failure> {
    let image = read_image(path, false)?;
    let size = FrameSize::new(image.size.width, image.size.height);
    let (pixels, _) = image.pixels.as_chunks::<3>();
    let mask = Mask::from_values(size, pixels, |pixel| pixel != [0, 0, 0])?;
    if mask.is_empty() {
        return Err(Failure::EmptyMask {
            path: path.to_owned(),
        });
    }
    Ok(mask)
}
