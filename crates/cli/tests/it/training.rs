//! Training from the command line.

use std::{path::Path, process::Command};

#[test]
fn a_single_thread_makes_batches_and_learns_from_them() {
    let folder = tempfile::tempdir().unwrap();
    let recipes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../training/recipes");
    // Batches are made on a thread of their own, which uses the same pool.
    let output = Command::new(env!("CARGO_BIN_EXE_tubelet"))
        .arg("train")
        .arg(recipes.join("ask-overfit.toml"))
        .args(["--out", "run", "--quiet"])
        .current_dir(folder.path())
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let run = folder.path().join("run");
    assert!(run.join("ask-overfit/model.safetensors").exists());
    let steps = std::fs::read_to_string(run.join("steps.jsonl")).unwrap();
    assert_eq!(steps.lines().count(), 6);
}
