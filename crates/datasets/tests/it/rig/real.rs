//! Real rigs: geometry and ground truth say the same about which cameras see the same object.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use glam::DVec2;
use tubelet_datasets::{
    NuScenes, RigClip, RigObject, RigPlace, RigStep, RigWarning, WaymoComponents,
};
use tubelet_geometry::{Disk, FrameSize, Mask, Rig};

use crate::shared::{shared, shared_file, stored};

/// How far an object on the road may be, in metres.
const NEAR: f64 = 1.0;
const FAR: f64 = 60.0;

/// Objects of each camera of a step.
fn objects(step: &RigStep) -> Vec<BTreeMap<u64, RigObject>> {
    let views = step.views.iter().map(|view| {
        let masks = view.as_ref().and_then(|view| view.masks.as_ref());
        let objects = masks
            .map(|masks| masks.decode().unwrap())
            .unwrap_or_default();
        objects.into_iter().map(|it| (it.instance, it)).collect()
    });
    views.collect()
}

/// Where some pixels of an object in one camera may lie in another: for each the pixels of its ray, by depth.
fn carried(rig: &Rig, step: &RigStep, [from, to]: [usize; 2], seen: &Mask) -> Vec<Vec<[usize; 2]>> {
    const PIXELS: usize = 64;
    const DEPTHS: u32 = 128;
    let (source, target) = (&rig.cameras()[from], &rig.cameras()[to]);
    let pose = |camera: usize| {
        let view = step.views[camera].as_ref().unwrap();
        view.world_from_ego.unwrap()
    };
    // The two pictures were taken a few milliseconds apart, in which the vehicle moved.
    let target_from_source = pose(to).inverse() * pose(from);
    let rows = (0..seen.size().height).flat_map(|y| seen.row_runs(y).map(move |run| (y, run)));
    let pixels = rows.flat_map(|(y, run)| run.map(move |x| (x, y)));
    let every = seen.count().div_ceil(PIXELS).max(1);
    let rays = pixels.step_by(every).filter_map(|(x, y)| {
        let ray = source.ray(DVec2::new(x as f64 + 0.5, y as f64 + 0.5))?;
        let there = (0..DEPTHS).filter_map(|index| {
            let depth = NEAR * (FAR / NEAR).powf(f64::from(index) / f64::from(DEPTHS - 1));
            let in_ego = target_from_source.apply(source.ego_from_camera.apply(ray * depth));
            let (pixel, _) = target.sees(in_ego)?;
            Some([pixel.x as usize, pixel.y as usize])
        });
        Some(there.collect())
    });
    rays.collect()
}

/// Share of the rays that touch a mask.
fn touching(rays: &[Vec<[usize; 2]>], goal: &Mask) -> f64 {
    let touches = |ray: &&Vec<[usize; 2]>| ray.iter().any(|[x, y]| goal.get(*x, *y));
    rays.iter().filter(touches).count() as f64 / rays.len().max(1) as f64
}

#[test]
#[expect(clippy::print_stdout, reason = "the test reports what it measured")]
fn cameras_of_waymo_that_share_an_object_overlap_and_rays_lead_from_mask_to_mask() {
    let Some(path) = shared_file("waymo", "utils/testdata/pvps_data_one_frame.tfrecord") else {
        return;
    };
    let mut clip = RigClip::from_waymo_records(path).unwrap();
    assert_eq!(clip.name(), "1024360143612057520_3580_000_3600_000");
    assert_eq!(
        clip.cameras(),
        [
            "FRONT",
            "FRONT_LEFT",
            "FRONT_RIGHT",
            "SIDE_LEFT",
            "SIDE_RIGHT"
        ]
    );
    assert_eq!(
        (clip.step_count(), &clip.about().warnings[..]),
        (1, &[][..])
    );
    let rig = clip.rig().unwrap().clone();
    let step = clip.step(0).unwrap();
    let sizes = step
        .views
        .iter()
        .map(|view| view.as_ref().unwrap().picture.decode().unwrap().size);
    let sizes: Vec<FrameSize> = sizes.collect();
    assert_eq!(
        (sizes[0], sizes[3]),
        (FrameSize::new(1920, 1280), FrameSize::new(1920, 886))
    );
    let front = step.views[0].as_ref().unwrap();
    assert_eq!(front.timestamp_micros, 1_553_735_853_514_621);
    let neighbours = rig.neighbours(NEAR, FAR);
    assert_eq!(neighbours, [(0, 1), (0, 2), (1, 3), (2, 4)]);
    let objects = objects(&step);
    let disk = Disk::new(8);
    let wide = |found: &BTreeMap<u64, RigObject>| -> BTreeMap<u64, Mask> {
        let wide = found
            .iter()
            .map(|(number, it)| (*number, it.mask.dilate(&disk)));
        wide.collect()
    };
    let goals: Vec<BTreeMap<u64, Mask>> = objects.iter().map(wide).collect();
    let mut shared = Vec::new();
    for second in 0..objects.len() {
        for first in 0..second {
            let both = objects[first]
                .keys()
                .filter(|it| objects[second].contains_key(it));
            let both: Vec<u64> = both.copied().collect();
            // No cameras but neighbours share an object.
            assert!(both.is_empty() || neighbours.contains(&(first, second)));
            shared.extend(both.into_iter().map(|number| (number, first, second)));
        }
    }
    let (mut reached, mut shares, mut chance, mut controls) = (0, 0.0, 0, 0);
    let directions = neighbours
        .iter()
        .flat_map(|&(one, other)| [[one, other], [other, one]]);
    for [from, to] in directions {
        for (number, object) in &objects[from] {
            let rays = carried(&rig, &step, [from, to], &object.mask);
            for (other, goal) in &goals[to] {
                let share = touching(&rays, goal);
                if number != other {
                    controls += 1;
                    chance += usize::from(share > 0.0);
                    continue;
                }
                reached += usize::from(share > 0.0);
                shares += share;
                let (from, to) = (&rig.names()[from], &rig.names()[to]);
                let percent = share * 100.0;
                println!(
                    "object {number}, {from} to {to}: {percent:.0} % of its rays reach its mask"
                );
            }
        }
    }
    let pairs = 2 * shared.len();
    println!(
        "{reached} of {pairs} shared objects are reached from the other camera, by {:.0} % of their rays; of pairs of \
         different objects {chance} of {controls} are",
        shares / pairs as f64 * 100.0
    );
    for found in [(2, 1, 3), (16, 2, 4), (18, 2, 4), (20, 2, 4)] {
        assert!(shared.contains(&found), "{shared:?}");
    }
    assert_eq!(reached, pairs);
    assert!(chance * 50 < controls, "{chance} of {controls}");
}

#[test]
fn a_written_segment_of_real_pictures_is_the_same() {
    let Some(path) = shared_file("waymo", "utils/testdata/pvps_data_one_frame.tfrecord") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut clip = RigClip::from_waymo_records(path).unwrap();
    let again = folder.path().join("again.tfrecord");
    clip.write_waymo_records(&again, 90).unwrap();
    let [place] = &RigPlace::find(&again, None).unwrap()[..] else {
        panic!("one clip");
    };
    let mut written = place.open().unwrap();
    super::drawn::assert_same(&mut written, &mut clip, super::drawn::Loss::None);
}

#[test]
fn six_real_cameras_of_nu_scenes_form_a_ring() {
    let Some(root) = shared("nuscenes") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    symlink(root.join("v1.0-test"), folder.path().join("v1.0-test")).unwrap();
    // The pictures lie elsewhere in the same collection.
    let pictures = root.join("mmdet3d/demo/data/nuscenes");
    for scene in NuScenes::open(folder.path(), "v1.0-test").unwrap().scenes() {
        for picture in &scene.samples[0].cameras {
            fs::create_dir_all(picture.path.parent().unwrap()).unwrap();
            symlink(
                pictures.join(picture.path.file_name().unwrap()),
                &picture.path,
            )
            .unwrap();
        }
    }
    let places = RigPlace::find(folder.path(), None).unwrap();
    assert_eq!((places.len(), places[0].name()), (1, "scene-0061"));
    let mut clip = places[0].open().unwrap();
    let names = clip.cameras().to_vec();
    let rig = clip.rig().unwrap().clone();
    let pairs = rig.neighbours(NEAR, FAR).into_iter();
    let pairs: Vec<String> = pairs
        .map(|(one, other)| format!("{} {}", names[one], names[other]))
        .collect();
    assert_eq!(
        pairs,
        [
            "CAM_BACK CAM_BACK_LEFT",
            "CAM_BACK CAM_BACK_RIGHT",
            "CAM_BACK_LEFT CAM_FRONT_LEFT",
            "CAM_BACK_RIGHT CAM_FRONT_RIGHT",
            "CAM_FRONT CAM_FRONT_LEFT",
            "CAM_FRONT CAM_FRONT_RIGHT",
        ]
    );
    let step = clip.step(0).unwrap();
    for view in step.views.iter().flatten() {
        assert_eq!(
            view.picture.decode().unwrap().size,
            FrameSize::new(1600, 900)
        );
        assert!(view.masks.is_none() && view.world_from_ego.is_some());
    }
    let spread = step
        .views
        .iter()
        .flatten()
        .map(|view| view.timestamp_micros);
    assert!(spread.clone().max().unwrap() - spread.min().unwrap() < 50_000);
}

#[test]
fn real_folders_of_pictures_without_calibration_are_a_rig() {
    let Some(root) = shared("drivelm_nuscenes") else {
        return;
    };
    let samples = root.join("llama_adapter_v2_multimodal7b/data/nuscenes/samples");
    let mut text = "[sync]\nfollow = \"CAM_FRONT\"\n".to_owned();
    for camera in [
        "CAM_FRONT",
        "CAM_FRONT_LEFT",
        "CAM_FRONT_RIGHT",
        "CAM_BACK",
        "CAM_BACK_LEFT",
        "CAM_BACK_RIGHT",
    ] {
        let folder = samples.join(camera);
        let names = fs::read_dir(&folder).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        // Names end in the time at which the picture was taken.
        let times = names.map(|name| {
            let stem = name.strip_suffix(".jpg").unwrap();
            stem.rsplit("__").next().unwrap().parse::<i64>().unwrap()
        });
        let mut times: Vec<i64> = times.collect();
        times.sort_unstable();
        let video = folder.display();
        writeln!(
            text,
            "[[camera]]\nname = \"{camera}\"\nvideo = \"{video}\"\ntimes = {times:?}"
        )
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rig.toml"), text).unwrap();
    let [place] = &RigPlace::find(folder.path(), None).unwrap()[..] else {
        panic!("one clip");
    };
    let mut clip = place.open().unwrap();
    assert!(clip.rig().is_none());
    assert_eq!(
        clip.about().warnings,
        [RigWarning::NoCalibration, RigWarning::NoPoses]
    );
    assert_eq!(clip.step_count(), 4);
    for step in clip.steps() {
        let step = step.unwrap();
        assert_eq!(step.views.iter().flatten().count(), 6);
        let back = step.views[3].as_ref().unwrap();
        assert_eq!(
            back.picture.decode().unwrap().size,
            FrameSize::new(1600, 900)
        );
        assert!(back.timestamp_micros.abs_diff(step.timestamp_micros) < 50_000);
    }
}

#[test]
fn components_of_waymo_are_a_clip() {
    let set = WaymoComponents::open(stored("waymo_v2")).unwrap();
    let mut clip = RigClip::from_waymo_components(&set, "1_0_1").unwrap();
    assert_eq!((clip.cameras().len(), clip.step_count()), (2, 1));
    // Backward as well.
    for _ in 0..2 {
        let step = clip.step(0).unwrap();
        let objects = objects(&step);
        let numbers = objects
            .iter()
            .map(|it| it.keys().copied().collect::<Vec<_>>());
        assert_eq!(numbers.collect::<Vec<_>>(), [vec![10, 11], vec![10]]);
        assert!(!objects[0][&11].is_tracked && objects[0][&11].category == "pedestrian");
        let view = step.views[1].as_ref().unwrap();
        assert_eq!(view.picture.decode().unwrap().size, FrameSize::new(6, 4));
        assert_eq!(view.timestamp_micros, 1_553_735_853_462_203);
    }
    let places = RigPlace::find(stored("waymo_v2"), None).unwrap();
    assert_eq!(places[0].open().unwrap().name(), "1_0_1");
    // Without calibration it is a clip with a warning.
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("camera_image");
    symlink(stored("waymo_v2").join("camera_image"), images).unwrap();
    let set = WaymoComponents::open(folder.path()).unwrap();
    let mut clip = RigClip::from_waymo_components(&set, "1_0_1").unwrap();
    assert_eq!(clip.about().warnings, [RigWarning::NoCalibration]);
    assert!(
        clip.step(0).unwrap().views[0]
            .as_ref()
            .unwrap()
            .masks
            .is_none()
    );
    let nothing = RigPlace::find(Path::new(folder.path()).join("camera_image"), None);
    assert!(nothing.unwrap_err().to_string().contains("no `rig.toml`"));
}
