//! A run that is killed goes on as if nothing had happened.

use std::{
    ops::ControlFlow,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use burn::tensor::Device;
use tubelet_training::{
    Recipe, Reporter, StepRecord, Trainer, TrainingError, parameters, read_steps, values,
};

/// Marks the process that is to be killed; names its folder.
const VICTIM: &str = "TUBELET_TRAINING_VICTIM";
const STEPS: usize = 14;

fn recipe() -> Recipe {
    let text = include_str!("../../recipes/overfit.toml")
        .replace("steps = 300", &format!("steps = {STEPS}"))
        .replace("uses = 150", "uses = 2")
        .replace("minutes = 5.0", "minutes = 1e-9")
        .replace(
            "longest_gradient = 1.0",
            "longest_gradient = 1.0\naverage = 0.99\naccumulate = 2",
        );
    Recipe::parse(&text, Path::new("overfit.toml")).unwrap()
}

/// Losses and gradient norms of every step, bit for bit.
fn curve(folder: &Path) -> Vec<[u64; 5]> {
    let bits = |record: &StepRecord| {
        [
            record.loss,
            record.focal,
            record.iou,
            record.presence,
            record.gradient_norm,
        ]
        .map(f64::to_bits)
    };
    read_steps(folder).unwrap().iter().map(bits).collect()
}

struct BreakAfter(usize);

impl Reporter for BreakAfter {
    fn stepped(&mut self, record: &StepRecord) -> ControlFlow<()> {
        if record.step + 1 == self.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

fn train(folder: &Path, reporter: &mut impl Reporter) -> Vec<f32> {
    let run = Trainer::new(recipe(), folder, &Device::default())
        .unwrap()
        .run(reporter)
        .unwrap();
    assert!(!parameters(&run.segmenter).is_empty());
    let values = values(&run.segmenter);
    values
        .into_iter()
        .flat_map(|value| value.into_data().iter::<f32>().collect::<Vec<_>>())
        .collect()
}

/// The body of the process that is killed; an ordinary test run passes it by.
#[test]
fn victim() {
    if let Ok(folder) = std::env::var(VICTIM) {
        train(Path::new(&folder), &mut BreakAfter(usize::MAX));
    }
}

fn spawn_victim(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "resume::victim"])
        .env(VICTIM, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_run_goes_on_with_the_same_curve_to_the_last_bit() {
    let (straight, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let weights = train(straight.path(), &mut BreakAfter(usize::MAX));

    let mut victim = spawn_victim(killed.path());
    let started = Instant::now();
    // Killed while it works on a step, or while it writes a checkpoint: both must do.
    while read_steps(killed.path()).map_or(0, |steps| steps.len()) < 5 {
        assert!(
            started.elapsed() < Duration::from_mins(5),
            "the run to be killed does not get going"
        );
        assert!(
            victim.try_wait().unwrap().is_none(),
            "the run to be killed ended by itself"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    let done = read_steps(killed.path()).unwrap().len();
    assert!((5..STEPS).contains(&done), "killed after {done} steps");

    let resumed = train(killed.path(), &mut BreakAfter(usize::MAX));
    assert_eq!(curve(killed.path()), curve(straight.path()));
    assert!(
        resumed
            .iter()
            .zip(&weights)
            .all(|(found, expected)| found.to_bits() == expected.to_bits())
    );
}

#[test]
fn a_break_leaves_a_checkpoint_from_which_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), &mut BreakAfter(2));
    assert_eq!(read_steps(folder.path()).unwrap().len(), 2);
    train(folder.path(), &mut BreakAfter(4));
    assert_eq!(read_steps(folder.path()).unwrap().len(), 4);
    let kept = std::fs::read_dir(folder.path().join("checkpoints"))
        .unwrap()
        .count();
    assert_eq!(kept, 2);
}

#[test]
fn another_recipe_is_refused_in_the_same_folder() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), &mut BreakAfter(1));
    let other = Recipe {
        text: "other".to_owned(),
        ..recipe()
    };
    let refused = Trainer::new(other, folder.path(), &Device::default()).unwrap_err();
    assert!(
        matches!(refused, TrainingError::OtherRecipe { .. }),
        "{refused}"
    );
}

#[test]
fn a_damaged_checkpoint_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), &mut BreakAfter(1));
    let state = folder.path().join("checkpoints/step-00000001/state.json");
    std::fs::write(&state, "{}").unwrap();
    let message = Trainer::new(recipe(), folder.path(), &Device::default())
        .unwrap_err()
        .to_string();
    assert!(message.contains("step-00000001"), "{message}");
}
