//! The ablation of MST-SAM: every variant trained and judged alike, seed by seed.
//!
//! In: a recipe for all, a folder. Out: scores of every run, in files beside the runs, so that an interrupted ablation goes on
//! where it was; and of each variant mean and deviation, beside the paper's rows.

use std::{fs, path::Path};

use burn::{module::Module, tensor::Device};
use serde_json::{Value, json};
use tubelet_segmentation::RigVariant;

use super::held_out::{HeldOutDrives, RigScores};
use crate::{
    TrainingError, clicks::plan::PromptKind, log::Score, recipe::file::Recipe, reporter::Reporter,
    trainer::Trainer,
};

/// A variant in the paper: J&F on its cross-view benchmark and its generic benchmark, trained and judged on Waymo
/// (*MST-SAM*, tables 2 and 3).
const PUBLISHED: [(RigVariant, [f64; 2]); 5] = [
    (RigVariant::Sam2Mv, [84.92, 84.90]),
    (RigVariant::Local, [92.46, 85.60]),
    (RigVariant::Global, [92.01, 86.13]),
    (RigVariant::MaskFirst, [90.14, 83.73]),
    (RigVariant::Full, [91.06, 84.91]),
];
/// FastPoly-SAM in the paper, of table 1; it is not in the others.
const PUBLISHED_FAST_POLY: f64 = 71.22;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Ablation<'a> {
    /// Followed by every run but for its seed and variant.
    pub recipe: &'a Recipe,
    /// Where the recipe is, for files that it names.
    pub recipe_path: &'a Path,
    /// Runs of each variant; seeds count up from the recipe's.
    pub seeds: usize,
    /// Drives that all runs are judged on.
    pub drives: &'a HeldOutDrives,
    /// Where runs are.
    pub folder: &'a Path,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct AblationRow {
    /// The method's name.
    pub name: String,
    /// J&F across views of every seed, as shares.
    pub across: Vec<f64>,
    /// J&F of all instances of every seed.
    pub generic: Vec<f64>,
    /// The paper's J&F across views and of all instances, in percent.
    pub published: [Option<f64>; 2],
}

impl AblationRow {
    /// Mean and sample deviation in percent.
    pub fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
        let count = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
        (100.0 * mean, 100.0 * deviation)
    }
}

impl Ablation<'_> {
    /// Trains what is not trained, judges what is not judged; `None` where the reporter wanted a break.
    ///
    /// # Errors
    /// Those of [`Trainer`], and where scores cannot be written.
    pub fn run(
        &self,
        device: &Device,
        reporter: &mut impl Reporter,
    ) -> Result<Option<Vec<AblationRow>>, TrainingError> {
        let mut rows = vec![self.without_training(device)?];
        for (variant, published) in PUBLISHED {
            let mut row = AblationRow {
                name: variant.name().to_owned(),
                across: Vec::new(),
                generic: Vec::new(),
                published: published.map(Some),
            };
            for seed in 0..self.seeds as u64 {
                let seed = self.recipe.seed + seed;
                let Some(scores) = self.scores(variant, seed, (device, reporter))? else {
                    return Ok(None);
                };
                row.across.push(scores.across.mean());
                row.generic.push(scores.generic.mean());
            }
            rows.push(row);
        }
        rows.push(self.fast_poly(device)?);
        Ok(Some(rows))
    }

    /// The recipe of a run.
    fn recipe_of(&self, variant: RigVariant, seed: u64) -> Result<Recipe, TrainingError> {
        let refuse = |reason: String| TrainingError::Recipe {
            path: self.recipe_path.to_owned(),
            reason,
        };
        let mut table: toml::Table =
            toml::from_str(&self.recipe.text).map_err(|error| refuse(error.to_string()))?;
        table.insert("seed".to_owned(), toml::Value::Integer(seed as i64));
        let rig = table.get_mut("rig").and_then(toml::Value::as_table_mut);
        let rig = rig.ok_or_else(|| refuse("it has no table [rig]".to_owned()))?;
        let name = toml::Value::String(variant.name().to_owned());
        rig.insert("variant".to_owned(), name);
        let text = toml::to_string(&table).map_err(|error| refuse(error.to_string()))?;
        Recipe::parse(&text, self.recipe_path)
    }

    /// The scores of a run: from its file, or after training it.
    fn scores(
        &self,
        variant: RigVariant,
        seed: u64,
        (device, reporter): (&Device, &mut impl Reporter),
    ) -> Result<Option<RigScores>, TrainingError> {
        let folder = self
            .folder
            .join(format!("{}-{seed}", variant.name().to_lowercase()));
        let path = folder.join("scores.json");
        if let Some(scores) = read_scores(&path)? {
            return Ok(Some(scores));
        }
        let recipe = self.recipe_of(variant, seed)?;
        let trained = Trainer::new(recipe, &folder, device)?.run(reporter)?;
        if !trained.finished {
            return Ok(None);
        }
        let segmenter = trained.segmenter.valid();
        let scores = self
            .drives
            .evaluate(&segmenter, variant.rule(), PromptKind::Mask)?;
        write_scores(&path, &scores)?;
        Ok(Some(scores))
    }

    /// SAM2-MV with the weights that training begins with.
    fn without_training(&self, device: &Device) -> Result<AblationRow, TrainingError> {
        let path = self.folder.join("before.json");
        let scores = if let Some(scores) = read_scores(&path)? {
            scores
        } else {
            let recipe = self.recipe_of(RigVariant::Sam2Mv, self.recipe.seed)?;
            let segmenter = Trainer::beginning(&recipe, device)?.valid();
            let rule = RigVariant::Sam2Mv.rule();
            let scores = self.drives.evaluate(&segmenter, rule, PromptKind::Mask)?;
            write_scores(&path, &scores)?;
            scores
        };
        Ok(one_run("SAM2-MV, not trained", &scores, [None, None]))
    }

    fn fast_poly(&self, device: &Device) -> Result<AblationRow, TrainingError> {
        let recipe = self.recipe_of(RigVariant::Sam2Mv, self.recipe.seed)?;
        let segmenter = Trainer::beginning(&recipe, device)?.valid();
        let scores = self.drives.evaluate_fast_poly(&segmenter)?;
        Ok(one_run(
            "FastPoly-SAM",
            &scores,
            [Some(PUBLISHED_FAST_POLY), None],
        ))
    }
}

fn one_run(name: &str, scores: &RigScores, published: [Option<f64>; 2]) -> AblationRow {
    AblationRow {
        name: name.to_owned(),
        across: vec![scores.across.mean()],
        generic: vec![scores.generic.mean()],
        published,
    }
}

fn read_scores(path: &Path) -> Result<Option<RigScores>, TrainingError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(TrainingError::io(path)(error)),
    };
    let unreadable = || TrainingError::Log {
        path: path.to_owned(),
        line: 1,
        reason: "these are no scores".to_owned(),
    };
    let value: Value = serde_json::from_str(&text).map_err(|_| unreadable())?;
    let number = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_f64)
            .ok_or_else(unreadable)
    };
    let score = |benchmark: &str| -> Result<Score, TrainingError> {
        Ok(Score {
            region: number(&format!("{benchmark}_j"))?,
            boundary: number(&format!("{benchmark}_f"))?,
        })
    };
    Ok(Some(RigScores {
        across: score("across")?,
        instances_across: number("instances_across")? as usize,
        generic: score("generic")?,
        instances: number("instances")? as usize,
    }))
}

fn write_scores(path: &Path, scores: &RigScores) -> Result<(), TrainingError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(TrainingError::io(folder))?;
    }
    let value = json!({
        "across_j": scores.across.region,
        "across_f": scores.across.boundary,
        "instances_across": scores.instances_across,
        "generic_j": scores.generic.region,
        "generic_f": scores.generic.boundary,
        "instances": scores.instances,
    });
    fs::write(path, format!("{value:#}\n")).map_err(TrainingError::io(path))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn scores_come_back_from_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/scores.json");
        assert_eq!(read_scores(&path).unwrap(), None);
        let scores = RigScores {
            across: Score {
                region: 0.5,
                boundary: 0.25,
            },
            instances_across: 3,
            generic: Score {
                region: 0.75,
                boundary: 0.125,
            },
            instances: 4,
        };
        write_scores(&path, &scores).unwrap();
        assert_eq!(read_scores(&path).unwrap(), Some(scores));
        fs::write(&path, "{}").unwrap();
        assert!(read_scores(&path).is_err());
    }

    #[test]
    fn mean_and_deviation_are_in_percent() {
        let (mean, deviation) = AblationRow::mean_and_deviation(&[0.5, 0.6, 0.7]);
        assert!((mean - 60.0).abs() < 1e-9 && (deviation - 10.0).abs() < 1e-9);
        assert_eq!(AblationRow::mean_and_deviation(&[0.5]), (50.0, 0.0));
    }
}
