//! The driving world: what it promises about identities, boxes, depths and cameras.
#![expect(clippy::print_stderr, reason = "a test says what it counted")]

use std::collections::{BTreeMap, BTreeSet};

use glam::DVec2;
use tubelet_datasets::{
    CameraLayout, DetectionNoise, DrivingClip, DrivingStep, DrivingWorldConfig, driving_clip,
    synthetic_detections,
};
use tubelet_geometry::FrameSize;

/// Smaller and shorter than the default, for speed.
fn small() -> DrivingWorldConfig {
    DrivingWorldConfig {
        size: FrameSize::new(128, 72),
        steps: 3,
        ..DrivingWorldConfig::default()
    }
}

fn steps(clip: &DrivingClip) -> Vec<DrivingStep> {
    clip.steps().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_seed_decides_everything() {
    let drawn = |seed| steps(&driving_clip(seed, &small()).unwrap());
    assert_eq!(drawn(5), drawn(5));
    assert_ne!(drawn(5)[0].pictures[0].frame, drawn(6)[0].pictures[0].frame);
}

#[test]
fn threads_draw_what_one_draws_alone() {
    let clip = driving_clip(11, &small()).unwrap();
    let alone = steps(&clip);
    for threads in [2, 5] {
        let pictures = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|worker| {
                    let clip = &clip;
                    scope.spawn(move || {
                        let all = (0..3).flat_map(|step| (0..6).map(move |camera| (step, camera)));
                        all.filter(|(step, camera)| (step * 6 + camera) % threads == worker)
                            .map(|(step, camera)| {
                                ((step, camera), clip.picture(step, camera).unwrap())
                            })
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            workers
                .into_iter()
                .flat_map(|worker| worker.join().unwrap())
                .collect::<BTreeMap<_, _>>()
        });
        assert_eq!(pictures.len(), 18);
        for ((step, camera), picture) in pictures {
            assert_eq!(picture, alone[step].pictures[camera]);
        }
    }
}

#[test]
fn what_is_seen_of_an_object_lies_in_the_outline_of_its_box() {
    let mut checked = 0;
    for seed in 0..12 {
        let clip = driving_clip(seed, &small()).unwrap();
        for step in steps(&clip) {
            let ego_from_world = step.world_from_ego.inverse();
            for (camera, picture) in clip.rig().cameras().iter().zip(&step.pictures) {
                for id in picture.visible() {
                    let seen = picture.bounding_box(id).unwrap();
                    let of_object = &step.boxes[usize::from(id) - 1];
                    assert_eq!(of_object.id, id);
                    let outline = of_object
                        .in_world
                        .moved(&ego_from_world)
                        .outline(camera)
                        .unwrap();
                    // A pixel belongs to what half of it shows.
                    let inside = seen.left >= outline.left - 1.0
                        && seen.top >= outline.top - 1.0
                        && seen.right <= outline.right + 1.0
                        && seen.bottom <= outline.bottom + 1.0;
                    assert!(inside, "seed {seed}: {id} at {seen:?}, box {outline:?}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 500, "{checked}");
}

#[test]
fn a_point_seen_by_one_camera_is_the_same_object_in_the_next() {
    let (mut same, mut hidden, mut other) = (0, 0, 0);
    for seed in 0..12 {
        let clip = driving_clip(seed, &small()).unwrap();
        let cameras = clip.rig().cameras();
        for step in steps(&clip) {
            for (from, picture) in cameras.iter().zip(&step.pictures) {
                let width = from.size.width;
                for (index, (label, depth)) in
                    picture.labels.iter().zip(&picture.depths).enumerate()
                {
                    if *label == 0 {
                        continue;
                    }
                    let pixel =
                        DVec2::new((index % width) as f64 + 0.5, (index / width) as f64 + 0.5);
                    let point = from.ray(pixel).unwrap() * f64::from(*depth);
                    let point = from.ego_from_camera.apply(point);
                    for (to, seen) in cameras.iter().zip(&step.pictures) {
                        if from == to {
                            continue;
                        }
                        let Some((pixel, depth)) = to.sees(point) else {
                            continue;
                        };
                        let index = pixel.y as usize * width + pixel.x as usize;
                        let nearest = f64::from(seen.depths[index]);
                        if seen.labels[index] == *label {
                            same += 1;
                        } else if nearest < depth - 0.1 {
                            hidden += 1;
                        } else {
                            other += 1;
                        }
                    }
                }
            }
        }
    }
    let share = f64::from(same + hidden) / f64::from((same + hidden + other).max(1));
    eprintln!("same object {same}, hidden there {hidden}, border {other}: {share:.4} consistent");
    assert!(same > 2000 && share > 0.95, "{same} {hidden} {other}");
}

#[test]
fn many_objects_are_seen_by_several_cameras() {
    let config = DrivingWorldConfig {
        size: FrameSize::new(96, 54),
        ..DrivingWorldConfig::default()
    };
    let (mut seen, mut together, mut in_turn, mut per_step, mut moments) = (0, 0, 0, 0, 0);
    for seed in 0..50 {
        let clip = driving_clip(1000 + seed, &config).unwrap();
        let mut cameras: BTreeMap<u16, BTreeSet<usize>> = BTreeMap::new();
        let mut at_once = BTreeSet::new();
        for step in clip.steps() {
            let mut now: BTreeMap<u16, usize> = BTreeMap::new();
            for (camera, picture) in step.unwrap().pictures.iter().enumerate() {
                for id in picture.visible() {
                    *now.entry(id).or_default() += 1;
                    cameras.entry(id).or_default().insert(camera);
                }
            }
            per_step += now.len();
            moments += 1;
            at_once.extend(
                now.iter()
                    .filter(|(_, count)| **count > 1)
                    .map(|(id, _)| *id),
            );
        }
        seen += cameras.len();
        together += at_once.len();
        in_turn += cameras.values().filter(|cameras| cameras.len() > 1).count();
    }
    let share = |count: usize| count as f64 / seen as f64;
    eprintln!(
        "{seen} objects seen in 50 clips of 8 steps, {:.1} at a time; in two cameras at once {:.3}, at some time {:.3}",
        per_step as f64 / f64::from(moments),
        share(together),
        share(in_turn)
    );
    assert!(share(together) > 0.3, "{}", share(together));
}

#[test]
fn any_seed_and_any_setting_can_be_drawn() {
    let sizes = [[1, 1], [1, 40], [37, 1], [16, 9], [33, 64], [90, 31]];
    let layouts = [
        CameraLayout::NuScenes,
        CameraLayout::Waymo,
        CameraLayout::Front,
    ];
    for seed in 0..90u64 {
        let [width, height] = sizes[seed as usize % sizes.len()];
        let config = DrivingWorldConfig {
            seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            cameras: layouts[seed as usize / 6 % 3],
            size: FrameSize::new(width, height),
            steps: 1 + seed as usize % 4,
            rate: [0.1, 2.0, 10.0, 1000.0][seed as usize / 3 % 4],
            objects: [0, 1, 7, 40][seed as usize / 2 % 4],
            lookalikes: (seed % 3) as f32 * 0.5,
            difficulty: (seed % 5) as f32 * 0.25,
            texture: (seed % 2) as f32,
        };
        let clip = DrivingClip::new(config.clone()).unwrap();
        assert!(clip.objects().len() <= config.objects);
        let mut last = i64::MIN;
        for step in steps(&clip) {
            assert!(step.time > last);
            last = step.time;
            assert_eq!(step.boxes.len(), clip.objects().len());
            for picture in &step.pictures {
                assert_eq!(picture.labels.len(), width * height);
                assert!(picture.depths.iter().all(|depth| *depth > 0.0));
                for sighting in &picture.sightings {
                    assert!((0.0..=1.0).contains(&sighting.visibility));
                    assert_eq!(picture.mask(sighting.id).count(), sighting.pixels);
                }
            }
        }
        // The drive goes on behind the end.
        clip.picture(500, 0).unwrap();
        assert!(clip.picture(0, 9).is_err());
    }
}

#[test]
fn lookalikes_come_as_often_as_asked_for() {
    let count = |lookalikes: f32| {
        let (mut alike, mut all) = (0, 0);
        for seed in 0..12 {
            let config = DrivingWorldConfig {
                seed,
                lookalikes,
                size: FrameSize::new(1, 1),
                ..DrivingWorldConfig::default()
            };
            let clip = DrivingClip::new(config).unwrap();
            all += clip.objects().len();
            for object in clip.objects() {
                if let Some(model) = object.lookalike_of {
                    let model = clip.objects().nth(usize::from(model) - 1).unwrap();
                    assert_eq!(model.class, object.class);
                    alike += 1;
                }
            }
        }
        f64::from(alike) / all as f64
    };
    assert_eq!(count(0.0), 0.0);
    assert!((0.35..0.65).contains(&count(0.5)), "{}", count(0.5));
}

#[test]
fn detections_err_as_much_as_they_should() {
    let config = DrivingWorldConfig {
        size: FrameSize::new(1, 1),
        ..DrivingWorldConfig::default()
    };
    let clip = DrivingClip::new(config).unwrap();
    let exact = DetectionNoise {
        place: 0.0,
        size: 0.0,
        heading: 0.0,
        velocity: 0.0,
        misses: 0.0,
        false_positives: 0.0,
        reach: 1e4,
    };
    let found = synthetic_detections(&clip, &exact).unwrap();
    assert_eq!(found.len(), 8);
    for (step, found) in found.iter().enumerate() {
        let truth = clip.boxes(step).unwrap();
        let mut ids: Vec<u16> = found.iter().filter_map(|found| found.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, truth.iter().map(|truth| truth.id).collect::<Vec<_>>());
        for found in found {
            let truth = &truth[usize::from(found.id.unwrap()) - 1];
            let at = truth.in_world.pose.translation().to_array();
            assert_eq!(found.translation, at);
            assert_eq!(found.size[1], truth.in_world.size.x);
            assert_eq!(found.detection_name, truth.class.nu_scenes_name());
        }
    }
    let usual = synthetic_detections(&clip, &DetectionNoise::default()).unwrap();
    assert_eq!(
        usual,
        synthetic_detections(&clip, &DetectionNoise::default()).unwrap()
    );
    assert!(usual.iter().flatten().any(|found| found.id.is_none()));
    let scores = |real: bool| {
        let of = usual
            .iter()
            .flatten()
            .filter(|found| found.id.is_some() == real);
        let scores: Vec<f64> = of.map(|found| found.detection_score).collect();
        scores.iter().sum::<f64>() / scores.len() as f64
    };
    assert!(scores(true) > scores(false) + 0.2);
}
