//! `tubelet demo`: a clip made on the spot, the mask of an object in its first frame, and the embedded model.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use burn::tensor::Device;
use tubelet_datasets::{World, WorldConfig};
use tubelet_geometry::FrameSize;
use tubelet_session::{Propagation, SessionOptions};
use tubelet_video::{LabelMap, VideoSource, VideoWriter, WriteOptions};

use crate::{
    arguments::DemoArguments,
    commands::{demo_ask, track::finish},
    ended::Ended,
    failure::Failure,
    models::{known::NANO, open},
    output::place,
    print::Printer,
    prompts::gathered::Gathered,
    rig,
    tracking::Run,
};

const SIZE: FrameSize = FrameSize {
    width: 480,
    height: 360,
};
const FRAMES_PER_SECOND: f64 = 12.0;
const CLIP: &str = "clip.mp4";
pub(crate) const FIRST_MASK: &str = "first-mask.png";
/// How hard the clip is, from 0 to 1.
const DIFFICULTY: f32 = 0.3;

/// Makes the clip, masks its largest object in the first frame, tracks it.
///
/// # Errors
/// When the results cannot be written.
pub(crate) fn run(arguments: &DemoArguments, printer: Printer) -> Result<ExitCode, Failure> {
    if arguments.rig {
        return rig::demo::run(arguments, printer);
    }
    if arguments.ask {
        return demo_ask::run(arguments, printer);
    }
    let folder = &arguments.out;
    std::fs::create_dir_all(folder).map_err(Failure::writing(folder))?;
    let mut results = place::RESULTS.to_vec();
    results.extend([CLIP, FIRST_MASK]);
    place::check(folder, &results, &[])?;
    let (clip, mask) = make_clip(arguments, folder)?;
    printer.note(&format!(
        "made {} with seed {}; the object is masked in {}",
        clip.display(),
        arguments.seed(),
        mask.display()
    ));
    let run = Run {
        clip: &clip.display().to_string(),
        source: VideoSource::open(&clip)?,
        model: open::open(NANO, &Device::flex())?,
        prompts: Gathered::mask(0, 1, mask),
        options: SessionOptions::default(),
        propagation: Propagation::default(),
    };
    let summary = finish(run, folder, true, printer)?;
    summary.show(arguments.json, printer)
}

/// Writes the clip, and the mask of its largest object in the first frame.
fn make_clip(arguments: &DemoArguments, folder: &Path) -> Result<(PathBuf, PathBuf), Failure> {
    let config = WorldConfig::video(SIZE, arguments.frames()).with_difficulty(DIFFICULTY);
    let world = World::new(config, arguments.seed())?;
    let clip = folder.join(CLIP);
    let mask = folder.join(FIRST_MASK);
    let mut writer = VideoWriter::create(&clip, SIZE, WriteOptions::default())?;
    for (index, frame) in world.frames().enumerate() {
        if index == 0 {
            let largest = (1..=world.objects() as u8).max_by_key(|&id| frame.visible(id));
            let mut labels = LabelMap::new(SIZE);
            labels.paint(&frame.mask(largest.unwrap_or(1)), 1)?;
            labels.write_png(&mask)?;
        }
        writer.write(&frame.to_image(FRAMES_PER_SECOND)?)?;
    }
    writer.finish()?;
    Ok((clip, mask))
}
