//! All prompts of a run, from the command line and from a file, as commands for a session.
//!
//! In: typed and read prompts. Out: commands for a clip, or prompts for a rig's cameras, in the order of frames and objects; and
//! the points to draw.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use tubelet_geometry::{BoundingBox, FrameSize, Mask};
use tubelet_session::{Click, Command, ObjectId, Place, RigPrompt};
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
        if let Some(path) = &arguments.prompts {
            for prompt in file::read(path)? {
                all.add_file_prompt(prompt, arguments.camera.as_ref());
            }
        }
        let place = (arguments.frame, arguments.camera.as_ref());
        for typed in &arguments.points {
            let [x, y] = typed.value.0;
            all.at(typed, place).clicks.push(Click::include(x, y));
        }
        for typed in &arguments.not_points {
            let [x, y] = typed.value.0;
            all.at(typed, place).clicks.push(Click::exclude(x, y));
        }
        for typed in &arguments.boxes {
            let [left, top, right, bottom] = typed.value.0;
            all.at(typed, place).bounds = Some(BoundingBox::new(left, top, right, bottom));
        }
        for typed in &arguments.masks {
            all.at(typed, place).mask = Some(typed.value.clone());
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
    ) -> &mut Said {
        let spot = Spot {
            frame: typed.frame.unwrap_or(frame),
            object: typed.object.unwrap_or(1),
            camera: camera.cloned(),
        };
        self.0.entry(spot).or_default()
    }

    fn add_file_prompt(&mut self, prompt: FilePrompt, camera: Option<&String>) {
        let spot = Spot {
            frame: prompt.frame,
            object: prompt.object,
            camera: prompt.camera.or_else(|| camera.cloned()),
        };
        let said = self.0.entry(spot).or_default();
        said.clicks
            .extend(prompt.points.iter().map(|&(x, y, label)| match label {
                0 => Click::exclude(x, y),
                _ => Click::include(x, y),
            }));
        let bounds = prompt
            .bounds
            .map(|[left, top, right, bottom]| BoundingBox::new(left, top, right, bottom));
        said.bounds = bounds.or(said.bounds);
        said.mask = prompt.mask.or(said.mask.take());
    }

    /// Session commands, in the order of frames; a mask or a box before the clicks that correct it.
    ///
    /// # Errors
    /// When an image of a mask cannot be read, or a prompt is for the camera of a rig.
    pub(crate) fn commands(&self) -> Result<Vec<Command>, Failure> {
        let mut commands = Vec::new();
        for (spot, said) in &self.0 {
            if let Some(camera) = &spot.camera {
                return Err(Failure::NoRig {
                    camera: camera.clone(),
                });
            }
            let place = Place {
                object: ObjectId(spot.object),
                frame: spot.frame,
            };
            if let Some(path) = &said.mask {
                commands.push(Command::SetMask(place, read_mask(path)?));
            }
            if let Some(bounds) = said.bounds {
                commands.push(Command::SetBox(place, bounds));
            }
            if !said.clicks.is_empty() {
                commands.push(Command::AddClicks(place, said.clicks.clone()));
            }
        }
        Ok(commands)
    }

    /// What is said in which camera of a rig, in the order of time steps; a mask or a box before the clicks that correct it.
    ///
    /// # Errors
    /// When an image of a mask cannot be read, or a prompt names no camera.
    pub(crate) fn in_cameras(&self) -> Result<Vec<(Spot, RigPrompt)>, Failure> {
        let mut prompts = Vec::new();
        for (spot, said) in &self.0 {
            if spot.camera.is_none() {
                return Err(Failure::NoCamera);
            }
            if let Some(path) = &said.mask {
                prompts.push((spot.clone(), RigPrompt::Mask(read_mask(path)?)));
            }
            if let Some(bounds) = said.bounds {
                prompts.push((spot.clone(), RigPrompt::Box(bounds)));
            }
            if !said.clicks.is_empty() {
                prompts.push((spot.clone(), RigPrompt::Clicks(said.clicks.clone())));
            }
        }
        Ok(prompts)
    }

    /// The clicks, for drawing.
    pub(crate) fn points(&self) -> PromptPoints {
        self.0
            .iter()
            .map(|(spot, said)| {
                let place = (spot.frame, spot.object);
                let drawn = said.clicks.iter().map(|click| DrawnPoint {
                    position: click.position,
                    is_positive: click.kind == tubelet_session::ClickKind::Include,
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
    Ok(Mask::from_values(size, pixels, |pixel| pixel != [0, 0, 0])?)
}
