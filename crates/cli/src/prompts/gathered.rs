//! All prompts of a run, from the command line and from a file, as commands for a session.
//!
//! In: typed and read prompts. Out: session commands in the order of frames and objects, and the points to draw.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use tubelet_geometry::{BoundingBox, FrameSize, Mask};
use tubelet_session::{Click, Command, ObjectId, Place};
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

/// All that is said, by frame and object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gathered(BTreeMap<(usize, u32), Said>);

impl Gathered {
    /// What the arguments say, and the file of prompts that they name.
    ///
    /// # Errors
    /// When that file is none, or nothing is said at all.
    pub(crate) fn from_arguments(arguments: &TrackArguments) -> Result<Self, Failure> {
        let mut all = Self::default();
        if let Some(path) = &arguments.prompts {
            for prompt in file::read(path)? {
                all.add_file_prompt(prompt);
            }
        }
        let frame = arguments.frame;
        for typed in &arguments.points {
            let [x, y] = typed.value.0;
            all.at(typed, frame).clicks.push(Click::include(x, y));
        }
        for typed in &arguments.not_points {
            let [x, y] = typed.value.0;
            all.at(typed, frame).clicks.push(Click::exclude(x, y));
        }
        for typed in &arguments.boxes {
            let [left, top, right, bottom] = typed.value.0;
            all.at(typed, frame).bounds = Some(BoundingBox::new(left, top, right, bottom));
        }
        for typed in &arguments.masks {
            all.at(typed, frame).mask = Some(typed.value.clone());
        }
        if all.0.is_empty() {
            return Err(Failure::NoPrompt);
        }
        Ok(all)
    }

    /// One object's mask.
    pub(crate) fn mask(frame: usize, object: u32, image: PathBuf) -> Self {
        let said = Said {
            mask: Some(image),
            ..Said::default()
        };
        Self(BTreeMap::from([((frame, object), said)]))
    }

    fn at<T>(&mut self, typed: &Addressed<T>, default_frame: usize) -> &mut Said {
        let frame = typed.frame.unwrap_or(default_frame);
        self.0
            .entry((frame, typed.object.unwrap_or(1)))
            .or_default()
    }

    fn add_file_prompt(&mut self, prompt: FilePrompt) {
        let said = self.0.entry((prompt.frame, prompt.object)).or_default();
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
    /// When an image of a mask cannot be read.
    pub(crate) fn commands(&self) -> Result<Vec<Command>, Failure> {
        let mut commands = Vec::new();
        for (&(frame, object), said) in &self.0 {
            let place = Place {
                object: ObjectId(object),
                frame,
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

    /// The clicks, for drawing.
    pub(crate) fn points(&self) -> PromptPoints {
        self.0
            .iter()
            .map(|(&place, said)| {
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
