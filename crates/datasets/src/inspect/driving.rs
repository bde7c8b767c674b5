//! Overviews of driving.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::overview::SplitOverview;
use super::place::Place;
use super::survey::Survey;
use crate::driving::kitti_mots::{MotsRange, MotsSequence, picture_folder, picture_names};
use crate::driving::nu_scenes::NuScenes;
use crate::driving::waymo::components::WaymoComponents;
use crate::driving::waymo::records::WaymoRecords;
use crate::error::DatasetError;
use crate::names::{files, folders};
use tubelet_video::read_image;

/// Bytes of records that are read whole; of larger collections only the first frame of each file is.
const MOST_BYTES: u64 = 1 << 28;

pub(super) fn kitti_mots(place: &Place, survey: &mut Survey<'_>) {
    let folder = place.path.join("instances_txt");
    let names = listed(&folder, survey);
    let (mut tracks, mut frames) = (0, 0);
    for name in &names {
        survey.reading(&folder.join(name));
        if let Some(sequence) = survey.check(MotsSequence::read(folder.join(name))) {
            tracks += sequence.tracks().len();
            frames += sequence.frames.len();
        }
    }
    if !names.is_empty() {
        survey.add(SplitOverview {
            name: "instances_txt".to_owned(),
            videos: Some(names.len()),
            objects: Some(tracks),
            frames: Some(frames),
            ..SplitOverview::default()
        });
    }
    if let Some(root) = picture_folder(&place.path) {
        mots_pictures(&root, survey);
    }
    let inner = place.path.join("mots_eval");
    for folder in [&place.path, &inner] {
        for name in listed(folder, survey) {
            let Some(split) = name.strip_suffix(".seqmap") else {
                continue;
            };
            let Some(ranges) = survey.check(MotsRange::read_all(folder.join(&name))) else {
                continue;
            };
            let frames = ranges.iter().map(|it| (it.first..=it.last).count());
            survey.add(SplitOverview {
                name: split.to_owned(),
                videos: Some(ranges.len()),
                frames: Some(frames.sum()),
                ..SplitOverview::default()
            });
        }
    }
}

/// Names of the files in a folder that may be missing, but not unreadable.
fn listed(folder: &Path, survey: &mut Survey<'_>) -> Vec<String> {
    let names = folder.is_dir().then(|| survey.check(files(folder)));
    names.flatten().unwrap_or_default()
}

/// Counts the pictures of all sequences; their objects where everything is to be read.
fn mots_pictures(root: &Path, survey: &mut Survey<'_>) {
    let sequences = survey.check(folders(root)).unwrap_or_default();
    let (mut frames, mut objects) = (0, 0);
    for sequence in &sequences {
        let folder = root.join(sequence);
        let names = survey.check(picture_names(&folder)).unwrap_or_default();
        frames += names.len();
        if !survey.reads_all() {
            continue;
        }
        let mut tracks = BTreeSet::new();
        for name in names {
            let path = folder.join(name);
            survey.reading(&path);
            let found = survey.check(MotsSequence::read_picture(path));
            let judged = found.into_iter().flatten().filter(|it| it.class != 10);
            tracks.extend(judged.map(|it| it.track));
        }
        objects += tracks.len();
    }
    survey.add(SplitOverview {
        name: "instances".to_owned(),
        videos: Some(sequences.len()),
        objects: survey.reads_all().then_some(objects),
        frames: Some(frames),
        ..SplitOverview::default()
    });
}

/// Folders of tables.
pub(super) fn nu_scenes_versions(place: &Place) -> Vec<&str> {
    let versions = place.folders.iter().map(String::as_str);
    versions
        .filter(|name| name.starts_with("v1.0-"))
        .filter(|name| place.path.join(name).join("sample_data.json").is_file())
        .collect()
}

pub(super) fn nu_scenes(place: &Place, survey: &mut Survey<'_>) {
    for version in nu_scenes_versions(place) {
        let Some(set) = survey.check(NuScenes::open(&place.path, version)) else {
            continue;
        };
        survey.reading(&place.path.join(version));
        let samples = || set.scenes().iter().flat_map(|scene| &scene.samples);
        let pictures = || samples().flat_map(|sample| &sample.cameras);
        let absent = pictures().filter(|camera| !camera.path.is_file());
        if let Some(camera) = absent.clone().next() {
            let (count, path) = (absent.count(), camera.path.display());
            survey.note(format!(
                "{version}: {count} pictures are not there, such as {path}"
            ));
        }
        if survey.reads_all() {
            for camera in pictures().filter(|camera| camera.path.is_file()) {
                survey.reading(&camera.path);
                survey.check(read_image(&camera.path, false).map_err(DatasetError::from));
            }
        }
        let objects: usize = samples().map(|sample| sample.objects.len()).sum();
        survey.add(SplitOverview {
            name: version.to_owned(),
            videos: Some(set.scenes().len()),
            objects: (objects > 0).then_some(objects),
            frames: Some(pictures().count()),
            ..SplitOverview::default()
        });
    }
}

pub(super) fn waymo_records(place: &Place, survey: &mut Survey<'_>) {
    let names: Vec<&str> = place.named("", ".tfrecord").map(|(name, _)| name).collect();
    let length = |name: &&str| fs::metadata(place.path.join(name)).map_or(0, |it| it.len());
    let whole = survey.reads_all() || names.iter().map(length).sum::<u64>() <= MOST_BYTES;
    let (mut segments, mut frames, mut objects) = (0, 0, 0);
    for name in &names {
        let path = place.path.join(name);
        survey.reading(&path);
        let Some(mut records) = survey.check(WaymoRecords::open(path)) else {
            continue;
        };
        let mut count = 0;
        while let Some(frame) = survey.check(records.next_frame()).flatten() {
            count += 1;
            objects += frame.boxes.len();
            if survey.reads_all() {
                for image in &frame.images {
                    survey.check(image.decode());
                }
            }
            for found in &frame.segmentations {
                let panoptic = survey.check(found.segmentation.decode());
                objects += panoptic.map_or(0, |it| it.objects().len());
            }
            if !whole {
                break;
            }
        }
        segments += usize::from(count > 0);
        frames += count;
    }
    if segments > 0 {
        survey.add(SplitOverview {
            name: "records".to_owned(),
            videos: Some(segments),
            objects: whole.then_some(objects),
            frames: whole.then_some(frames),
            ..SplitOverview::default()
        });
    }
}

/// Whether folders hold Parquet files, and one of them is a component's.
pub(super) fn is_waymo_components(place: &Place) -> bool {
    const COMPONENTS: [&str; 7] = [
        "camera_image",
        "camera_segmentation",
        "camera_calibration",
        "camera_box",
        "camera_hkp",
        "vehicle_pose",
        "lidar",
    ];
    let holds_rows = |path: &Path| {
        let names = files(path).unwrap_or_default();
        names
            .iter()
            .any(|name| name.strip_suffix(".parquet").is_some())
    };
    let present = COMPONENTS.iter().filter(|name| place.has_folder(name));
    present
        .map(|name| place.path.join(name))
        .any(|path| holds_rows(&path))
        && !folders(&place.path).unwrap_or_default().is_empty()
}

pub(super) fn waymo_components(place: &Place, survey: &mut Survey<'_>) {
    let Some(set) = survey.check(WaymoComponents::open(&place.path)) else {
        return;
    };
    for component in survey.check(set.components()).unwrap_or_default() {
        let segments = survey.check(set.segments(&component)).unwrap_or_default();
        let mut rows = 0;
        for segment in &segments {
            rows += survey.check(set.rows(&component, segment)).unwrap_or(0);
            survey.reading(&place.path.join(&component).join(segment));
            if survey.reads_all() {
                read_rows(&set, &component, segment, survey);
            }
        }
        survey.add(SplitOverview {
            name: component,
            videos: Some(segments.len()),
            frames: Some(rows),
            ..SplitOverview::default()
        });
    }
}

/// Reads what a component holds, where its content is known.
fn read_rows(set: &WaymoComponents, component: &str, segment: &str, survey: &mut Survey<'_>) {
    let read = match component {
        "camera_segmentation" => set.segmentations(segment).and_then(|mut rows| {
            rows.try_for_each(|row| row.and_then(|row| row.content.decode().map(drop)))
        }),
        "camera_image" => set.images(segment).and_then(|mut rows| {
            rows.try_for_each(|row| row.and_then(|row| row.content.decode().map(drop)))
        }),
        "camera_calibration" => set
            .calibrations(segment)
            .and_then(|mut rows| rows.try_for_each(|row| row.map(drop))),
        "vehicle_pose" => set
            .vehicle_poses(segment)
            .and_then(|mut rows| rows.try_for_each(|row| row.map(drop))),
        _ => Ok(()),
    };
    survey.check(read);
}
