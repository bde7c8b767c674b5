//! `tubelet ablate`: the variants of a method, trained and judged alike, in one table.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::Serialize;
use tubelet_training::{
    Ablation, AblationRow, DrivesRequest, HeldOutDrives, Recipe, TrainingError,
};

use super::train::Training;
use crate::{
    arguments::{AblateArguments, MethodArgument},
    failure::Failure,
    print::Printer,
};

/// The recipe of tubelet-rig.
const RIG_RECIPE: &str = include_str!("../../../training/recipes/rig.toml");
/// Where drives to be judged on come from; no run trains on them.
const DRIVES_SEED: u64 = 5_000_003;
/// Most objects of a drive.
const OBJECTS: usize = 4;
/// How hard the drives are.
const DIFFICULTY: f64 = 0.7;

#[derive(Serialize)]
struct Row {
    method: String,
    runs: usize,
    cross_view: [f64; 2],
    generic: [f64; 2],
    paper_cross_view: Option<f64>,
    paper_generic: Option<f64>,
}

/// Runs the ablation, or goes on with it.
///
/// # Errors
/// When the recipe is none, or a run cannot be written or goes astray.
pub(crate) fn run(arguments: &AblateArguments, printer: Printer) -> Result<(), Failure> {
    let MethodArgument::MstSam = arguments.method;
    let (path, recipe) = if let Some(path) = &arguments.recipe {
        (path.clone(), Recipe::read(path)?)
    } else {
        let path = PathBuf::from("rig.toml");
        let recipe = Recipe::parse(RIG_RECIPE, &path)?;
        (path, recipe)
    };
    let device = Device::flex();
    let drives = drives(arguments, &recipe, &path)?;
    let ablation = Ablation {
        recipe: &recipe,
        recipe_path: &path,
        seeds: usize::from(arguments.seeds),
        drives: &drives,
        folder: &arguments.out,
    };
    let mut training = Training::new(printer);
    let rows = ablation.run(&device, &mut training)?;
    training.finish();
    if let Some(rows) = rows {
        return show(&rows, arguments.json);
    }
    printer.note("stopped; the same command goes on from here");
    Ok(())
}

fn drives(
    arguments: &AblateArguments,
    recipe: &Recipe,
    path: &Path,
) -> Result<HeldOutDrives, Failure> {
    let rig = recipe.rig.as_ref().ok_or_else(|| TrainingError::Recipe {
        path: path.to_owned(),
        reason: "it has no table [rig]".to_owned(),
    })?;
    let request = DrivesRequest {
        drives: usize::from(arguments.drives),
        steps: usize::from(arguments.steps),
        objects: OBJECTS,
        side: recipe.model.get_ref().image_size.get(),
        difficulty: DIFFICULTY,
        seed: DRIVES_SEED,
    };
    Ok(HeldOutDrives::render(&request, rig)?)
}

fn show(rows: &[AblationRow], json: bool) -> Result<(), Failure> {
    let rows: Vec<Row> = rows.iter().map(described).collect();
    if json {
        return Printer::json(&rows);
    }
    Printer::result(&format!(
        "{:22} {:>4}  {:>14}  {:>14}  {:>8}  {:>8}",
        "J&F, percent", "runs", "cross-view", "generic", "paper", "paper"
    ));
    let published =
        |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
    for row in rows {
        let figures = |[mean, deviation]: [f64; 2]| format!("{mean:.1} ± {deviation:.1}");
        Printer::result(&format!(
            "{:22} {:>4}  {:>14}  {:>14}  {:>8}  {:>8}",
            row.method,
            row.runs,
            figures(row.cross_view),
            figures(row.generic),
            published(row.paper_cross_view),
            published(row.paper_generic),
        ));
    }
    Ok(())
}

fn described(row: &AblationRow) -> Row {
    let figures = |values: &[f64]| {
        let (mean, deviation) = AblationRow::mean_and_deviation(values);
        [mean, deviation]
    };
    let [paper_cross_view, paper_generic] = row.published;
    Row {
        method: row.name.clone(),
        runs: row.across.len(),
        cross_view: figures(&row.across),
        generic: figures(&row.generic),
        paper_cross_view,
        paper_generic,
    }
}
