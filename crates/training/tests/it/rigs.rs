//! Learning over rigs: a drive by heart, what is frozen stays, every variant learns and is judged.

use std::path::Path;

use burn::tensor::Device;
use tubelet_segmentation::RigVariant;
use tubelet_training::{
    Ablation, BatchSampler, DrivesRequest, HeldOutDrives, PromptKind, Recipe, Silent, Trainer,
    parameters, read_evaluations, read_steps, values,
};

const RECIPE: &str = include_str!("../../recipes/rig-overfit.toml");

fn recipe(text: &str) -> Recipe {
    Recipe::parse(text, Path::new("rig-overfit.toml")).unwrap()
}

#[test]
fn a_drive_is_learnt_by_heart_and_the_memory_encoder_stays_as_it_was() {
    let device = Device::default();
    let before = Trainer::beginning(&recipe(RECIPE), &device).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = Trainer::new(recipe(RECIPE), folder.path(), &device)
        .unwrap()
        .run(&mut Silent)
        .unwrap();
    assert!(run.finished);
    let steps = read_steps(folder.path()).unwrap();
    let loss = |range: std::ops::Range<usize>| -> f64 {
        let of_range = &steps[range];
        of_range.iter().map(|record| record.loss).sum::<f64>() / of_range.len() as f64
    };
    let (first, last) = (loss(0..6), loss(steps.len() - 10..steps.len()));
    assert!(last < 0.8 * first, "the loss went from {first} to {last}");
    let numbers = |segmenter| -> Vec<Vec<f32>> {
        values(segmenter)
            .into_iter()
            .map(|tensor| tensor.into_data().iter::<f32>().collect())
            .collect()
    };
    let (old, new) = (numbers(&before), numbers(&run.segmenter));
    let mut spatial = 0;
    for ((info, old), new) in parameters(&run.segmenter).iter().zip(&old).zip(&new) {
        if info.name.starts_with("memory_encoder.") {
            assert_eq!(old, new, "{}", info.name);
        }
        spatial += usize::from(info.name.starts_with("recall.spatial.") && old != new);
    }
    assert!(spatial >= 4, "{spatial} parameters of places have moved");
}

#[test]
fn a_batch_is_the_views_of_neighbouring_cameras_and_depends_on_its_number_alone() {
    let recipe = recipe(RECIPE);
    let batch = BatchSampler::new(&recipe).batch(3).unwrap();
    assert_eq!(batch, BatchSampler::new(&recipe).batch(3).unwrap());
    assert_eq!((batch.frames(), batch.clips()), (4, 1));
    let way = batch.rig.as_ref().unwrap();
    assert_eq!((way.cameras.len(), way.world_from_ego.len()), (2, 2));
    assert!(way.first < 2 && (1..=2).contains(&batch.objects()));
    assert!(batch.masks[way.first].iter().all(|mask| !mask.is_empty()));
}

#[test]
fn pictures_keep_the_shape_of_real_ones_until_they_are_squeezed() {
    let text = RECIPE.replace(
        "across = 0.8",
        "across = 0.8\npicture = [96, 54]\nwaymo = 1.0",
    );
    let batch = BatchSampler::new(&recipe(&text)).batch(0).unwrap();
    assert!(
        batch
            .pictures
            .iter()
            .flatten()
            .all(|it| it.len() == 3 * 64 * 64)
    );
    for camera in &batch.rig.as_ref().unwrap().cameras {
        assert_eq!((camera.size.width, camera.size.height), (64, 64));
        let focal = camera.lens.focal();
        assert!((focal.y / focal.x - 96.0 / 54.0).abs() < 1e-6, "{focal}");
        // The widest camera of Waymo's is narrower than the narrowest of nuScenes'.
        assert!(focal.x > 64.0, "{focal}");
    }
}

#[test]
fn as_many_objects_as_wanted_are_seen_by_several_cameras() {
    let text = RECIPE
        .replace("frames = 2", "frames = 3")
        .replace("objects = 2", "objects = 1");
    let mut sampler = BatchSampler::new(&recipe(&text));
    let several = (0..40u64)
        .filter(|&number| {
            let batch = sampler.batch(number).unwrap();
            let way = batch.rig.as_ref().unwrap();
            let seen = |camera: usize| {
                (0..batch.frames())
                    .filter(|&frame| way.view(frame).camera == camera)
                    .any(|frame| batch.masks[frame][0].count() >= batch.least)
            };
            seen(0) && seen(1)
        })
        .count();
    // Of 40 with a chance of 0.8 each, or of those in which there is one.
    assert!((24..40).contains(&several), "{several} of 40");
}

#[test]
fn a_run_over_rigs_is_judged_on_drives() {
    let evaluation =
        "[evaluation]\nevery = 2\nclips = 1\nframes = 2\nobjects = 1\ndifficulty = 0.0\n";
    let text = format!(
        "{}\n{evaluation}",
        RECIPE.replace("steps = 120", "steps = 2")
    );
    let folder = tempfile::tempdir().unwrap();
    Trainer::new(recipe(&text), folder.path(), &Device::default())
        .unwrap()
        .run(&mut Silent)
        .unwrap();
    let records = read_evaluations(folder.path()).unwrap();
    let [record] = records.as_slice() else {
        panic!("{records:?}");
    };
    let shares = record.views.unwrap();
    assert!(
        shares.iter().all(|share| (0.0..=1.0).contains(share)),
        "{shares:?}"
    );
    assert_eq!(record.step, 2);
}

#[test]
fn every_variant_is_trained_and_judged_and_nothing_is_done_twice() {
    let text = RECIPE.replace("steps = 120", "steps = 2");
    let recipe = recipe(&text);
    let request = DrivesRequest {
        drives: 2,
        steps: 3,
        objects: 2,
        side: 64,
        difficulty: 0.2,
        seed: 5,
    };
    let drives = HeldOutDrives::render(&request, recipe.rig.as_ref().unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ablation = Ablation {
        recipe: &recipe,
        recipe_path: Path::new("rig-overfit.toml"),
        seeds: 1,
        shares_weights: false,
        drives: &drives,
        folder: folder.path(),
    };
    let device = Device::default();
    let rows = ablation.run(&device, &mut Silent).unwrap().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let mut expected = vec!["one camera, not trained", "SAM2-MV, not trained"];
    expected.extend(RigVariant::ALL.map(RigVariant::name));
    expected.push("FastPoly-SAM");
    assert_eq!(names, expected);
    for row in &rows {
        let scores = [row.runs[0].across.mean(), row.runs[0].generic.mean()];
        assert!(
            scores.iter().all(|score| (0.0..=1.0).contains(score)),
            "{row:?}"
        );
    }
    // Runs that are judged are not looked at again.
    for variant in RigVariant::ALL {
        let run = folder
            .path()
            .join(format!("{}-11", variant.name().to_lowercase()));
        std::fs::remove_dir_all(run.join("checkpoints")).unwrap();
    }
    let again = ablation.run(&device, &mut Silent).unwrap().unwrap();
    for (old, new) in rows.iter().zip(&again) {
        assert_eq!(old.name, new.name);
        assert!(
            (old.runs[0].across.mean() - new.runs[0].across.mean()).abs() < 1e-12,
            "{old:?} {new:?}"
        );
    }
}

#[test]
fn untrained_places_change_no_score() {
    let recipe = recipe(RECIPE);
    let request = DrivesRequest {
        drives: 1,
        steps: 3,
        objects: 2,
        side: 64,
        difficulty: 0.0,
        seed: 9,
    };
    let drives = HeldOutDrives::render(&request, recipe.rig.as_ref().unwrap()).unwrap();
    let segmenter = Trainer::beginning(&recipe, &Device::default()).unwrap();
    let score = |variant: RigVariant| {
        let rule = variant.rule();
        drives.evaluate(&segmenter, rule, PromptKind::Mask).unwrap()
    };
    // They look back on the same views, and differ in what they are told only.
    assert_eq!(score(RigVariant::Local), score(RigVariant::Global));
}
