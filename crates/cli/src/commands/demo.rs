//! `tubelet demo`: a clip made on the spot, one click, and the embedded model.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use tubelet_datasets::{World, WorldConfig};
use tubelet_geometry::{FrameSize, Mask, Point};
use tubelet_session::{Propagation, SessionOptions};
use tubelet_training::central_click;
use tubelet_video::{VideoWriter, WriteOptions};

use crate::{
    arguments::DemoArguments,
    commands::track::{finish, show},
    failure::Failure,
    models::{known::EMBEDDED, open},
    print::Printer,
    prompts::gathered::Gathered,
    tracking::Run,
};

const SIZE: FrameSize = FrameSize {
    width: 480,
    height: 360,
};
const FRAMES_PER_SECOND: f64 = 12.0;
/// How hard the clip is, from 0 to 1.
const DIFFICULTY: f32 = 0.3;

/// Makes the clip, clicks on its largest object, tracks it.
///
/// # Errors
/// When the results cannot be written.
pub(crate) fn run(arguments: &DemoArguments, printer: Printer) -> Result<(), Failure> {
    let folder = &arguments.out;
    std::fs::create_dir_all(folder).map_err(Failure::writing(folder))?;
    let (clip, click) = make_clip(arguments, folder)?;
    printer.note(&format!(
        "made {} with seed {}, clicked at ({}, {})",
        clip.display(),
        arguments.seed,
        click.x,
        click.y
    ));
    let run = Run {
        clip: &clip.display().to_string(),
        model: open::open(EMBEDDED, &Device::flex())?,
        prompts: Gathered::click(0, 1, click),
        options: SessionOptions::default(),
        propagation: Propagation::default(),
    };
    let summary = finish(run, folder, true, printer)?;
    show(&summary, arguments.json, printer)
}

/// Writes the clip, and chooses where to click in its first frame.
fn make_clip(arguments: &DemoArguments, folder: &Path) -> Result<(PathBuf, Point), Failure> {
    let config = WorldConfig::video(SIZE, arguments.frames as usize).with_difficulty(DIFFICULTY);
    let world = World::new(config, arguments.seed)?;
    let path = folder.join("clip.mp4");
    let mut writer = VideoWriter::create(&path, SIZE, WriteOptions::default())?;
    let mut click = Point::new(SIZE.width as f32 / 2.0, SIZE.height as f32 / 2.0);
    for (index, frame) in world.frames().enumerate() {
        if index == 0 {
            let largest = (1..=world.objects() as u8).max_by_key(|&id| frame.visible(id));
            click = largest
                .and_then(|id| innermost(&frame.mask(id)))
                .unwrap_or(click);
        }
        writer.write(&frame.to_image(FRAMES_PER_SECOND)?)?;
    }
    writer.finish()?;
    Ok((path, click))
}

/// The middle of the pixel of a mask that is farthest from its edge, as a user would click.
fn innermost(mask: &Mask) -> Option<Point> {
    if mask.is_empty() {
        return None;
    }
    let click = central_click(mask, &Mask::new(mask.size()));
    Some(Point::new(click.x as f32, click.y as f32))
}
