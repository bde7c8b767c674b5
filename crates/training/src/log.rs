//! The log of a run: a line of JSON for every step and one for every evaluation.
//!
//! In: records. Out: two files that only grow. When a run goes on from a checkpoint, records of later steps are dropped
//! first, so that the log tells one story.

use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::Write,
    marker::PhantomData,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::TrainingError;

/// What happened in a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepRecord {
    /// Number, from 0.
    pub step: usize,
    /// Weighted sum of the terms.
    pub loss: f64,
    /// Focal loss, summed over the predictions of a clip.
    pub focal: f64,
    /// Dice loss, likewise.
    pub dice: f64,
    /// Error of the predicted quality, likewise.
    pub iou: f64,
    /// Cross entropy of presence, likewise.
    pub presence: f64,
    /// Learning rate.
    pub rate: f64,
    /// Length of the gradient before it was shortened.
    pub gradient_norm: f64,
    /// Seconds the step took.
    pub seconds: f64,
    /// Seconds of those spent waiting for clips.
    pub waited: f64,
    /// Whether the weights were left alone because something was not finite.
    pub skipped: bool,
}

/// How good the weights are on clips that are never trained on; shares from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluationRecord {
    /// Steps taken before.
    pub step: usize,
    /// With the first frame's mask.
    pub mask: Score,
    /// With a box in the first frame.
    pub boxed: Score,
    /// With one click in the first frame.
    pub click: Score,
    /// Of rigs, where the first view has a mask: shares of the prompted camera's views of an object and of other cameras' views in
    /// which it is found, and of the views without it in which something is.
    pub views: Option<[f64; 3]>,
    /// Seconds the evaluation took.
    pub seconds: f64,
}

/// Mean over objects of the mean over frames.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Region similarity J.
    pub region: f64,
    /// Boundary accuracy F.
    pub boundary: f64,
}

impl Score {
    /// J&F.
    pub fn mean(self) -> f64 {
        f64::midpoint(self.region, self.boundary)
    }
}

/// A number of a line; what was not finite is null in JSON.
pub(crate) fn logged_number(line: &Value, key: &str) -> Option<f64> {
    let value = line.get(key)?;
    Some(value.as_f64().unwrap_or(f64::NAN))
}

/// A record that is a line of a log.
pub trait LogRecord: Sized {
    /// The step that it is about.
    fn step(&self) -> usize;
    /// The line.
    fn value(&self) -> Value;
    /// The record of a line; `None` where it is not one.
    fn from_value(value: &Value) -> Option<Self>;
}

impl LogRecord for StepRecord {
    fn step(&self) -> usize {
        self.step
    }

    fn value(&self) -> Value {
        json!({
            "step": self.step, "loss": self.loss, "focal": self.focal, "dice": self.dice, "iou": self.iou,
            "presence": self.presence, "rate": self.rate, "gradient_norm": self.gradient_norm,
            "seconds": self.seconds, "waited": self.waited, "skipped": self.skipped,
        })
    }

    fn from_value(value: &Value) -> Option<Self> {
        let number = |key: &str| logged_number(value, key);
        Some(Self {
            step: value.get("step")?.as_u64()? as usize,
            loss: number("loss")?,
            focal: number("focal")?,
            dice: number("dice")?,
            iou: number("iou")?,
            presence: number("presence")?,
            rate: number("rate")?,
            gradient_norm: number("gradient_norm")?,
            seconds: number("seconds")?,
            waited: number("waited")?,
            skipped: value.get("skipped")?.as_bool()?,
        })
    }
}

impl LogRecord for EvaluationRecord {
    fn step(&self) -> usize {
        self.step
    }

    fn value(&self) -> Value {
        let pair = |score: Score| json!({ "j": score.region, "f": score.boundary });
        json!({
            "step": self.step, "mask": pair(self.mask), "box": pair(self.boxed), "click": pair(self.click),
            "views": self.views, "seconds": self.seconds,
        })
    }

    fn from_value(value: &Value) -> Option<Self> {
        let pair = |key: &str| {
            let pair = value.get(key)?;
            Some(Score {
                region: pair.get("j")?.as_f64()?,
                boundary: pair.get("f")?.as_f64()?,
            })
        };
        Some(Self {
            step: value.get("step")?.as_u64()? as usize,
            mask: pair("mask")?,
            boxed: pair("box")?,
            click: pair("click")?,
            views: value.get("views").and_then(three_numbers),
            seconds: value.get("seconds")?.as_f64()?,
        })
    }
}

/// Three numbers of a line; `None` for anything else.
fn three_numbers(value: &Value) -> Option<[f64; 3]> {
    let numbers: Vec<f64> = value
        .as_array()?
        .iter()
        .map(Value::as_f64)
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// The open log of a run.
#[derive(Debug)]
pub struct RunLog<S = StepRecord, E = EvaluationRecord> {
    folder: PathBuf,
    steps: File,
    evaluations: File,
    records: PhantomData<fn(S, E)>,
}

impl<S: LogRecord, E: LogRecord> RunLog<S, E> {
    /// Opens the log in a run's folder, without records of `first_step` and later.
    ///
    /// # Errors
    /// Where a file cannot be read or written, or holds lines that are no records. A last line that was cut off by a
    /// crash is dropped.
    pub fn open(folder: &Path, first_step: usize) -> Result<Self, TrainingError> {
        Ok(Self {
            folder: folder.to_owned(),
            steps: reopen::<S>(&steps_path(folder), |step| step < first_step)?,
            // Evaluations are made after their step's checkpoint could have been written.
            evaluations: reopen::<E>(&evaluations_path(folder), |step| step <= first_step)?,
            records: PhantomData,
        })
    }

    /// Adds a step.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn step(&mut self, record: &S) -> Result<(), TrainingError> {
        write_line(&mut self.steps, record).map_err(TrainingError::io(&steps_path(&self.folder)))
    }

    /// Adds an evaluation.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn evaluation(&mut self, record: &E) -> Result<(), TrainingError> {
        write_line(&mut self.evaluations, record)
            .map_err(TrainingError::io(&evaluations_path(&self.folder)))
    }
}

/// Steps of a segmenter's run, in order.
///
/// # Errors
/// Where the log cannot be read or holds lines that are no records.
pub fn read_steps(folder: &Path) -> Result<Vec<StepRecord>, TrainingError> {
    read_steps_of(folder)
}

/// Evaluations of a segmenter's run, in order.
///
/// # Errors
/// Where the log cannot be read or holds lines that are no records.
pub fn read_evaluations(folder: &Path) -> Result<Vec<EvaluationRecord>, TrainingError> {
    read_evaluations_of(folder)
}

/// Steps of any run, in order.
///
/// # Errors
/// As [`read_steps`].
pub fn read_steps_of<S: LogRecord>(folder: &Path) -> Result<Vec<S>, TrainingError> {
    read(&steps_path(folder))
}

/// Evaluations of any run, in order.
///
/// # Errors
/// As [`read_evaluations`].
pub fn read_evaluations_of<E: LogRecord>(folder: &Path) -> Result<Vec<E>, TrainingError> {
    read(&evaluations_path(folder))
}

fn steps_path(folder: &Path) -> PathBuf {
    folder.join("steps.jsonl")
}

fn evaluations_path(folder: &Path) -> PathBuf {
    folder.join("evaluations.jsonl")
}

fn write_line(file: &mut File, record: &impl LogRecord) -> std::io::Result<()> {
    file.write_all(format!("{}\n", record.value()).as_bytes())
}

fn read<L: LogRecord>(path: &Path) -> Result<Vec<L>, TrainingError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(TrainingError::io(path)(error)),
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().enumerate();
    lines
        .map(|(index, line)| {
            let value: Option<Value> = serde_json::from_str(line).ok();
            value
                .as_ref()
                .and_then(L::from_value)
                .ok_or_else(|| TrainingError::Log {
                    path: path.to_owned(),
                    line: index + 1,
                    reason: "it is not a record of this program".to_owned(),
                })
        })
        .collect()
}

/// Keeps the records whose step `keeps` wants and opens the file for more.
fn reopen<L: LogRecord>(path: &Path, keeps: impl Fn(usize) -> bool) -> Result<File, TrainingError> {
    let mut kept = String::new();
    for record in read::<L>(path)?
        .iter()
        .filter(|record| keeps(record.step()))
    {
        let _ = writeln!(kept, "{}", record.value());
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    fs::write(&partial, kept).map_err(TrainingError::io(Path::new(&partial)))?;
    fs::rename(&partial, path).map_err(TrainingError::io(path))?;
    OpenOptions::new()
        .append(true)
        .open(path)
        .map_err(TrainingError::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(step: usize) -> StepRecord {
        StepRecord {
            step,
            loss: 1.0 / (step + 1) as f64,
            focal: 0.1,
            dice: 0.2,
            iou: 0.3,
            presence: 0.4,
            rate: 1e-3,
            gradient_norm: 2.0,
            seconds: 0.5,
            waited: 0.0,
            skipped: false,
        }
    }

    #[test]
    fn a_resumed_log_drops_what_came_after_the_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let mut log: RunLog = RunLog::open(folder.path(), 0).unwrap();
        (0..5).for_each(|step| log.step(&record(step)).unwrap());
        let score = Score {
            region: 0.5,
            boundary: 0.25,
        };
        let evaluation = |step| EvaluationRecord {
            views: (step > 1).then_some([0.5, 0.25, 0.0]),
            step,
            mask: score,
            boxed: score,
            click: score,
            seconds: 1.0,
        };
        log.evaluation(&evaluation(3)).unwrap();
        log.evaluation(&evaluation(5)).unwrap();
        // A crash in the middle of a line.
        log.steps.write_all(b"{\"step\": 5, \"lo").unwrap();
        let mut log: RunLog = RunLog::open(folder.path(), 3).unwrap();
        log.step(&record(3)).unwrap();
        assert_eq!(
            read_steps(folder.path()).unwrap(),
            (0..4).map(record).collect::<Vec<_>>()
        );
        assert_eq!(read_evaluations(folder.path()).unwrap(), [evaluation(3)]);
    }

    #[test]
    fn a_line_that_is_no_record_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            steps_path(folder.path()),
            format!("{}\nhello\n", record(0).value()),
        )
        .unwrap();
        let message = read_steps(folder.path()).unwrap_err().to_string();
        assert!(message.contains("line 2"), "{message}");
    }
}
