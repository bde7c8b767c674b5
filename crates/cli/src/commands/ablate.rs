//! `tubelet ablate`: the variants of a method, trained and judged alike, in one table.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::Serialize;
use tubelet_training::{
    Ablation, AblationRow, DrivesRequest, HeldOutDrives, Recipe, TrainingError, judge,
};

use super::train::Training;
use crate::{
    arguments::{AblateArguments, MethodArgument},
    failure::Failure,
    models::open,
    print::Printer,
};

/// The recipe that variants follow unless another is named.
const RIG_RECIPE: &str = include_str!("../../../training/recipes/rig-ablation.toml");
/// Where drives to be judged on come from; no run trains on them.
const DRIVES_SEED: u64 = 5_000_003;
/// Most objects of a drive.
const OBJECTS: usize = 4;
/// How hard the drives are.
const DIFFICULTY: f64 = 0.7;

/// Mean and deviation in percent.
type Figures = [f64; 2];

#[derive(Serialize)]
struct Row {
    method: String,
    runs: usize,
    cross_view: Figures,
    generic: Figures,
    found_in_own_camera: Figures,
    found_in_other_cameras: Figures,
    claimed_where_absent: Figures,
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
        let path = PathBuf::from("rig-ablation.toml");
        let recipe = Recipe::parse(RIG_RECIPE, &path)?;
        (path, recipe)
    };
    let device = Device::flex();
    if let Some(name) = &arguments.model {
        let model = open::open(name, &device)?;
        let drives = drives(arguments, (&recipe, &path), model.segmenter.image_size())?;
        return show(&judge(&model.segmenter, &drives)?, arguments.json);
    }
    let side = recipe.model.get_ref().image_size.get();
    let drives = drives(arguments, (&recipe, &path), side)?;
    let ablation = Ablation {
        recipe: &recipe,
        recipe_path: &path,
        seeds: usize::from(arguments.seeds),
        shares_weights: arguments.shared_weights,
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
    (recipe, path): (&Recipe, &Path),
    side: usize,
) -> Result<HeldOutDrives, Failure> {
    let rig = recipe.rig.as_ref().ok_or_else(|| TrainingError::Recipe {
        path: path.to_owned(),
        reason: "it has no table [rig]".to_owned(),
    })?;
    let request = DrivesRequest {
        drives: usize::from(arguments.drives),
        steps: usize::from(arguments.steps),
        objects: OBJECTS,
        side,
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
    let line = |cells: [&str; 8]| {
        let [
            method,
            runs,
            cross_view,
            generic,
            own,
            other,
            claimed,
            paper,
        ] = cells;
        Printer::result(&format!(
            "{method:24} {runs:>4}  {cross_view:>12}  {generic:>12}  {own:>12}  {other:>12}  {claimed:>12}  {paper:>13}"
        ))
    };
    line([
        "percent",
        "runs",
        "cross-view",
        "generic",
        "own camera",
        "others",
        "false",
        "paper",
    ])?;
    let published =
        |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
    let figures = |[mean, deviation]: Figures| format!("{mean:.1} ± {deviation:.1}");
    for row in rows {
        let paper = [row.paper_cross_view, row.paper_generic].map(published);
        line([
            &row.method,
            &row.runs.to_string(),
            &figures(row.cross_view),
            &figures(row.generic),
            &figures(row.found_in_own_camera),
            &figures(row.found_in_other_cameras),
            &figures(row.claimed_where_absent),
            &paper.join("  "),
        ])?;
    }
    Printer::result(
        "\ncross-view, generic, paper: J&F; own camera, others: views of the prompted camera and of the others in which the object \
         is found; false: views without the object that have a mask",
    )
}

fn described(row: &AblationRow) -> Row {
    let share = |which: usize| row.mean_and_deviation(|scores| scores.views.shares()[which]);
    let [paper_cross_view, paper_generic] = row.published;
    Row {
        method: row.name.clone(),
        runs: row.runs.len(),
        cross_view: row.mean_and_deviation(|scores| scores.across.mean()),
        generic: row.mean_and_deviation(|scores| scores.generic.mean()),
        found_in_own_camera: share(0),
        found_in_other_cameras: share(1),
        claimed_where_absent: share(2),
        paper_cross_view,
        paper_generic,
    }
}
