//! `tubelet demo --rig`: a drive made on the spot, the mask of an object in one camera, and the embedded model.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::ExitCode,
};

use tubelet_datasets::{
    DrivingClip, DrivingWorldConfig, NuScenesWriter, RigClip, RigMaskForm, RigPictureForm, RigPlace,
};
use tubelet_geometry::{FrameSize, Mask};
use tubelet_segmentation::RigVariant;
use tubelet_video::LabelMap;

use super::run::{self, Job};
use crate::{
    arguments::{DemoArguments, DirectionArgument, ProductsArgument},
    commands::demo::FIRST_MASK,
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

/// Makes the drive as a folder of nuScenes, masks an object that more than one camera will see, tracks it under the number that it
/// has there.
///
/// # Errors
/// When the results cannot be written.
pub(crate) fn run(arguments: &DemoArguments, printer: Printer) -> Result<ExitCode, Failure> {
    let folder = &arguments.out;
    std::fs::create_dir_all(folder).map_err(Failure::writing(folder))?;
    let drive = DrivingClip::new(DrivingWorldConfig {
        seed: arguments.seed(),
        size: SIZE,
        steps: arguments.frames(),
        difficulty: DIFFICULTY,
        ..DrivingWorldConfig::default()
    })?;
    let place = write_drive(drive, folder)?;
    let Wanderer {
        camera,
        object,
        mask,
    } = wanderer(&place)?;
    let prompt = folder.join(FIRST_MASK);
    let mut labels = LabelMap::new(mask.size());
    labels.paint(&mask, 1)?;
    labels.write_png(&prompt)?;
    printer.note(&format!(
        "made {} with seed {}; object {object} is masked in {camera}: {}",
        place.display(),
        arguments.seed(),
        prompt.display()
    ));
    run::finish(
        &Job {
            clip: &place.display().to_string(),
            scene: None,
            model: RIG,
            detections: None,
            variant: RigVariant::Full,
            direction: DirectionArgument::Forward,
            most: None,
            dtype: ProductsArgument::F32,
            fill_holes: 8,
            no_overlap: false,
            tracks_only: false,
            json: arguments.json,
            out: folder,
        },
        &Gathered::mask_in(camera, object, prompt),
        printer,
    )
}

/// An object of a drive.
struct Wanderer {
    /// The camera whose first picture shows it best.
    camera: String,
    /// Its number in the drive.
    object: u32,
    /// Its mask in that picture.
    mask: Mask,
}

/// The object of a written drive that the most cameras see, of those the largest in its first view.
fn wanderer(place: &Path) -> Result<Wanderer, Failure> {
    let places = RigPlace::find(place, None)?;
    let mut clip = places.first().ok_or(Failure::NoPrompt)?.open()?;
    let mut cameras_of = BTreeMap::<u64, BTreeSet<usize>>::new();
    let mut first = Vec::new();
    for step in clip.steps() {
        let step = step?;
        for (camera, view) in step.views.iter().enumerate() {
            let masks = view.as_ref().and_then(|view| view.masks.as_ref());
            let Some(masks) = masks else { continue };
            for object in masks.decode()? {
                cameras_of
                    .entry(object.instance)
                    .or_default()
                    .insert(camera);
                if step.index == 0 && object.mask.count() * 250 >= SIZE.pixel_count() {
                    first.push((camera, object));
                }
            }
        }
    }
    let best = first.into_iter().max_by_key(|(_, object)| {
        let cameras = cameras_of.get(&object.instance).map_or(0, BTreeSet::len);
        (cameras, object.mask.count())
    });
    let (camera, found) = best.ok_or(Failure::NoPrompt)?;
    let object = u32::try_from(found.instance).map_err(|_| Failure::NoPrompt)?;
    Ok(Wanderer {
        camera: clip.cameras()[camera].clone(),
        object,
        mask: found.mask,
    })
}

/// Writes the drive as nuScenes lays it out.
fn write_drive(drive: DrivingClip, folder: &Path) -> Result<PathBuf, Failure> {
    let place = folder.join("drive");
    if place.exists() {
        // The mask is written after the drive: without it the folder is somebody else's.
        if !folder.join(FIRST_MASK).exists() {
            return Err(Failure::InTheWay { path: place });
        }
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
