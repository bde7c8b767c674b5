//! The ablation of MST-SAM: every variant trained and judged alike, seed by seed.
//!
//! In: a recipe for all, a folder. Out: scores of every run, in files beside the runs, so that an interrupted ablation goes on
//! where it was; and of each variant mean and deviation, beside the paper's rows.

use std::path::Path;

use burn::{module::Module, tensor::Device};
use tubelet_segmentation::{RigVariant, Segmenter};

use super::{held_out::HeldOutDrives, scores::RigScores};
use crate::{
    TrainingError, clicks::plan::PromptKind, recipe::file::Recipe, reporter::Reporter,
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

/// The prompted camera tracked as a video, in the table.
const ONE_CAMERA: &str = "one camera";

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Ablation<'a> {
    /// Followed by every run but for its seed and variant.
    pub recipe: &'a Recipe,
    /// Where the recipe is, for files that it names.
    pub recipe_path: &'a Path,
    /// Runs of each variant; seeds count up from the recipe's.
    pub seeds: usize,
    /// Whether variants that tell tokens the same about their place are trained once, as MST-SAM, and differ in which views they
    /// look back on only when they are judged.
    pub shares_weights: bool,
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
    /// Scores of every seed.
    pub runs: Vec<RigScores>,
    /// The paper's J&F across views and of all instances, in percent.
    pub published: [Option<f64>; 2],
}

impl AblationRow {
    fn of(name: &str, published: [Option<f64>; 2]) -> Self {
        Self {
            name: name.to_owned(),
            runs: Vec::new(),
            published,
        }
    }

    fn with(mut self, scores: RigScores) -> Self {
        self.runs.push(scores);
        self
    }

    /// One row for each variant, without scores.
    fn variants() -> Vec<Self> {
        let row = |(variant, published): (RigVariant, [f64; 2])| {
            Self::of(variant.name(), published.map(Some))
        };
        PUBLISHED.map(row).into()
    }

    fn fast_poly() -> Self {
        Self::of("FastPoly-SAM", [Some(PUBLISHED_FAST_POLY), None])
    }

    /// Mean and sample deviation, in percent, of a number from 0 to 1 that `take` finds in each run.
    pub fn mean_and_deviation(&self, take: impl Fn(&RigScores) -> f64) -> [f64; 2] {
        let count = self.runs.len().max(1) as f64;
        let mean = self.runs.iter().map(&take).sum::<f64>() / count;
        let squares: f64 = self.runs.iter().map(|run| (take(run) - mean).powi(2)).sum();
        let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
        [100.0 * mean, 100.0 * deviation]
    }
}

/// Judges weights as they are: with the prompted camera alone, in every variant, and as FastPoly-SAM's segmenter.
///
/// # Errors
/// Where masks cannot be compared.
pub fn judge(
    segmenter: &Segmenter,
    drives: &HeldOutDrives,
) -> Result<Vec<AblationRow>, TrainingError> {
    let alone = drives.evaluate_one_camera(segmenter, PromptKind::Mask)?;
    let mut rows = vec![AblationRow::of(ONE_CAMERA, [None, None]).with(alone)];
    for (row, variant) in AblationRow::variants().into_iter().zip(RigVariant::ALL) {
        let scores = drives.evaluate(segmenter, variant.rule(), PromptKind::Mask)?;
        rows.push(row.with(scores));
    }
    rows.push(AblationRow::fast_poly().with(drives.evaluate_fast_poly(segmenter)?));
    Ok(rows)
}

impl Ablation<'_> {
    /// Trains what is not trained, judges what is not judged, seed by seed; `None` where the reporter wanted a break.
    ///
    /// # Errors
    /// Those of [`Trainer`], and where scores cannot be written.
    pub fn run(
        &self,
        device: &Device,
        reporter: &mut impl Reporter,
    ) -> Result<Option<Vec<AblationRow>>, TrainingError> {
        let recipe = self.recipe_of(RigVariant::Sam2Mv, self.recipe.seed)?;
        let segmenter = Trainer::beginning(&recipe, device)?.valid();
        let judged =
            |file: &str, name: &str, judge: &dyn Fn() -> Result<RigScores, TrainingError>| {
                let scores = kept(&self.folder.join(file), judge)?;
                Ok::<_, TrainingError>(AblationRow::of(name, [None, None]).with(scores))
            };
        let mut rows = vec![
            judged("one-camera.json", "one camera, not trained", &|| {
                self.drives
                    .evaluate_one_camera(&segmenter, PromptKind::Mask)
            })?,
            judged("before.json", "SAM2-MV, not trained", &|| {
                let rule = RigVariant::Sam2Mv.rule();
                self.drives.evaluate(&segmenter, rule, PromptKind::Mask)
            })?,
        ];
        let mut variants = AblationRow::variants();
        for seed in 0..self.seeds as u64 {
            let seed = self.recipe.seed + seed;
            for (row, variant) in variants.iter_mut().zip(RigVariant::ALL) {
                let Some(scores) = self.scores(variant, seed, (device, reporter))? else {
                    return Ok(None);
                };
                row.runs.push(scores);
            }
        }
        rows.extend(variants);
        let fast_poly = kept(&self.folder.join("fast-poly.json"), &|| {
            self.drives.evaluate_fast_poly(&segmenter)
        })?;
        rows.push(AblationRow::fast_poly().with(fast_poly));
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

    /// The variant as which a variant is trained.
    fn trained_as(&self, variant: RigVariant) -> RigVariant {
        if self.shares_weights && variant.rule().scope == RigVariant::Full.rule().scope {
            return RigVariant::Full;
        }
        variant
    }

    /// The scores of a run: from its file, or after training it.
    fn scores(
        &self,
        variant: RigVariant,
        seed: u64,
        (device, reporter): (&Device, &mut impl Reporter),
    ) -> Result<Option<RigScores>, TrainingError> {
        let folder = |variant: RigVariant| {
            let name = variant.name().to_lowercase();
            self.folder.join(format!("{name}-{seed}"))
        };
        let path = folder(variant).join("scores.json");
        if let Some(scores) = RigScores::read(&path)? {
            return Ok(Some(scores));
        }
        let trained_as = self.trained_as(variant);
        let recipe = self.recipe_of(trained_as, seed)?;
        let trained = Trainer::new(recipe, &folder(trained_as), device)?.run(reporter)?;
        if !trained.finished {
            return Ok(None);
        }
        let segmenter = trained.segmenter.valid();
        let rule = variant.rule();
        let scores = self.drives.evaluate(&segmenter, rule, PromptKind::Mask)?;
        scores.write(&path)?;
        Ok(Some(scores))
    }
}

/// Scores from their file; where there is none, they are made and written.
fn kept(
    path: &Path,
    judge: &dyn Fn() -> Result<RigScores, TrainingError>,
) -> Result<RigScores, TrainingError> {
    if let Some(scores) = RigScores::read(path)? {
        return Ok(scores);
    }
    let scores = judge()?;
    scores.write(path)?;
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Score;

    #[test]
    fn mean_and_deviation_are_in_percent() {
        let run = |region: f64| RigScores {
            across: Score {
                region,
                boundary: region,
            },
            ..RigScores::default()
        };
        let row = |values: &[f64]| AblationRow {
            runs: values.iter().map(|&value| run(value)).collect(),
            ..AblationRow::of("a method", [None, None])
        };
        let take = |scores: &RigScores| scores.across.mean();
        let [mean, deviation] = row(&[0.5, 0.6, 0.7]).mean_and_deviation(take);
        assert!((mean - 60.0).abs() < 1e-9 && (deviation - 10.0).abs() < 1e-9);
        assert_eq!(row(&[0.5]).mean_and_deviation(take), [50.0, 0.0]);
    }
}
