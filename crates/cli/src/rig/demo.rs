//! `tubelet demo --rig`: a drive made on the spot, the mask of an object in one camera, and the embedded model.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use tubelet_datasets::{
    DrivingClip, DrivingWorldConfig, NuScenesWriter, RigClip, RigMaskForm, RigPictureForm,
};
use tubelet_geometry::{FrameSize, Mask};
use tubelet_segmentation::RigVariant;
use tubelet_video::LabelMap;

use super::run::{self, Job};
use crate::{
    arguments::{DemoArguments, DirectionArgument},
    failure::Failure,
    models::known::RIG,
    print::Printer,
    prompts::gathered::Gathered,
};

const SIZE: FrameSize = FrameSize {
    width: 400,
    height: 225,
};
/// How hard the drive is, from 0 to 1.
const DIFFICULTY: f32 = 0.4;

/// Makes the drive as a folder of nuScenes, masks an object that more than one camera will see, tracks it.
///
/// # Errors
/// When the results cannot be written.
pub(crate) fn run(arguments: &DemoArguments, printer: Printer) -> Result<ExitCode, Failure> {
    let folder = &arguments.out;
    std::fs::create_dir_all(folder).map_err(Failure::writing(folder))?;
    let drive = DrivingClip::new(DrivingWorldConfig {
        seed: arguments.seed,
        size: SIZE,
        steps: arguments.frames as usize,
        difficulty: DIFFICULTY,
        ..DrivingWorldConfig::default()
    })?;
    let (camera, mask) = wanderer(&drive)?;
    let name = drive.rig().names()[camera].clone();
    let prompt = folder.join("first-mask.png");
    let mut labels = LabelMap::new(mask.size());
    labels.paint(&mask, 1)?;
    labels.write_png(&prompt)?;
    let place = write_drive(drive, folder)?;
    printer.note(&format!(
        "made {} with seed {}; the object is masked in {name}: {}",
        place.display(),
        arguments.seed,
        prompt.display()
    ));
    run::finish(
        &Job {
            clip: &place.display().to_string(),
            scene: None,
            model: RIG,
            variant: RigVariant::Full,
            direction: DirectionArgument::Forward,
            most: None,
            fill_holes: 8,
            no_overlap: false,
            tracks_only: false,
            json: arguments.json,
            out: folder,
        },
        &Gathered::mask_in(name, prompt),
        printer,
    )
}

/// The object that the most cameras see, of those the largest in its first view, with that view's camera and its mask there.
fn wanderer(drive: &DrivingClip) -> Result<(usize, Mask), Failure> {
    let first = drive.step(0)?;
    let mut cameras_of =
        std::collections::BTreeMap::<u16, std::collections::BTreeSet<usize>>::new();
    for step in drive.steps() {
        for (camera, picture) in step?.pictures.iter().enumerate() {
            for id in picture.visible() {
                cameras_of.entry(id).or_default().insert(camera);
            }
        }
    }
    let seen = first
        .pictures
        .iter()
        .enumerate()
        .flat_map(|(camera, picture)| {
            picture
                .sightings
                .iter()
                .map(move |sighting| (camera, sighting.id, sighting.pixels))
        });
    let best = seen
        .filter(|(_, _, pixels)| *pixels * 250 >= SIZE.pixel_count())
        .max_by_key(|(_, id, pixels)| {
            let cameras = cameras_of
                .get(id)
                .map_or(0, std::collections::BTreeSet::len);
            (cameras, *pixels)
        });
    let (camera, id, _) = best.ok_or(Failure::NoPrompt)?;
    Ok((camera, first.pictures[camera].mask(id)))
}

/// Writes the drive as nuScenes lays it out.
fn write_drive(drive: DrivingClip, folder: &Path) -> Result<PathBuf, Failure> {
    let place = folder.join("drive");
    if place.exists() {
        std::fs::remove_dir_all(&place).map_err(Failure::writing(&place))?;
    }
    let mut clip = RigClip::driving("drive", drive);
    let mut writer = NuScenesWriter::create(
        &place,
        "v1.0-mini",
        (RigPictureForm::Jpeg(92), RigMaskForm::RunLengths),
    )?;
    writer.write(&mut clip)?;
    writer.finish()?;
    Ok(place)
}
