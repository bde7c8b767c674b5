//! One parser's turn: damaged files until the time is over.
//!
//! In: a parser's name. Out: a line of counts on stdout; inputs that did harm as files.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::damage::{Damage, Target, all_targets};

/// Longest that an input of a few kilobytes may take, in seconds of processor time.
const LONGEST: f64 = 10.0;

/// Longest that it may wait for a busy machine.
const PATIENCE: Duration = Duration::from_mins(15);

/// Inputs between two looks at the clock, which take as long as a small input.
const INPUTS_A_LOOK: u64 = 32;

/// How long, from which seed, and where.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) seed: u64,
    pub(crate) seconds: f64,
    pub(crate) folder: PathBuf,
}

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) inputs: u64,
    accepted: u64,
    pub(crate) seconds: f64,
    pub(crate) processor_seconds: f64,
    pub(crate) failures: usize,
    slowest_ms: f64,
    memory_mib: f64,
}

/// The input that is being read.
#[derive(Default)]
struct Reading {
    target: AtomicUsize,
    number: AtomicU64,
}

impl Turn {
    /// Where a damaged file's folder is.
    fn place(&self, name: &str) -> PathBuf {
        self.folder
            .join("work")
            .join(name.replace(['/', '(', ')'], "_"))
    }

    fn input(&self, target: &Target) -> PathBuf {
        self.place(&target.name).join(target.file)
    }

    /// The name and the file of the input that a parser was shown last.
    pub(crate) fn last_input(&self, parser: &str) -> Option<(String, PathBuf)> {
        let targets = all_targets().into_iter().filter(|it| it.parser == parser);
        let inputs = targets.map(|target| (self.input(&target), target.name));
        let dated = inputs.filter_map(|(input, name)| {
            let written = fs::metadata(&input).ok()?.modified().ok()?;
            Some((written, name, input))
        });
        let last = dated.max_by_key(|(written, ..)| *written);
        last.map(|(_, name, input)| (name, input))
    }

    /// Where an input that did harm is kept.
    pub(crate) fn kept(&self, name: &str, what: &str) -> PathBuf {
        let folder = self.folder.join("failures");
        fs::create_dir_all(&folder).unwrap();
        folder.join(format!(
            "{}-{}-{what}",
            name.replace(['/', '(', ')'], "_"),
            self.seed
        ))
    }

    /// Shows damaged files to a parser and says what it did.
    pub(crate) fn run(&self, parser: &str) -> ExitCode {
        let mut targets = all_targets();
        targets.retain(|it| it.parser == parser);
        if targets.is_empty() {
            return ExitCode::from(2);
        }
        // The stack that the standard library gives to threads.
        let turn = self.clone();
        let shown = thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || turn.show(&targets));
        shown.unwrap().join().unwrap()
    }

    fn show(&self, targets: &[Target]) -> ExitCode {
        let inputs: Vec<PathBuf> = targets.iter().map(|it| self.input(it)).collect();
        for (target, input) in targets.iter().zip(&inputs) {
            let _ = fs::remove_dir_all(self.place(&target.name));
            fs::create_dir_all(input.parent().unwrap()).unwrap();
        }
        let last: Arc<Mutex<String>> = Arc::default();
        let told = Arc::clone(&last);
        panic::set_hook(Box::new(move |info| {
            *told.lock().unwrap() = info.to_string();
        }));
        let reading = Arc::<Reading>::default();
        let start = Instant::now();
        self.watch(targets, &reading);
        let mut panics = BTreeSet::new();
        let mut counts = Counts::default();
        for (target, input) in targets.iter().zip(&inputs) {
            for seed in &target.seeds {
                fs::write(input, seed).unwrap();
                if !(target.read)(input) {
                    panics.insert(format!("{}: an undamaged file is not read", target.name));
                }
            }
        }
        for panic in &panics {
            eprintln!("{panic}");
        }
        let mut damage = Damage::new(self.seed);
        while counts.inputs % INPUTS_A_LOOK > 0 || used(start) < self.seconds {
            let chosen = damage.below(targets.len());
            let (target, input) = (&targets[chosen], &inputs[chosen]);
            let mut bytes = damage.copy(&target.seeds);
            if let Some(repair) = target.repair.filter(|_| damage.below(4) > 0) {
                repair(&mut bytes);
            }
            let _ = fs::remove_file(input);
            fs::write(input, &bytes).unwrap();
            let begin = Instant::now();
            reading.target.store(chosen, Ordering::Relaxed);
            reading.number.store(counts.inputs, Ordering::Release);
            let read = panic::catch_unwind(AssertUnwindSafe(|| (target.read)(input)));
            let took = begin.elapsed().as_secs_f64() * 1e3;
            counts.slowest_ms = counts.slowest_ms.max(took);
            counts.inputs += 1;
            counts.accepted += u64::from(matches!(read, Ok(true)));
            if read.is_err() {
                let said = last.lock().unwrap().clone();
                let place = said.lines().next().unwrap_or_default().to_owned();
                if panics.insert(place) {
                    let kept = self.kept(&target.name, &format!("panic{}", panics.len()));
                    fs::write(&kept, &bytes).unwrap();
                    fs::write(kept.with_extension("said"), said).unwrap();
                }
            }
        }
        for target in targets {
            let _ = fs::remove_dir_all(self.place(&target.name));
        }
        counts.failures = panics.len();
        counts.seconds = start.elapsed().as_secs_f64();
        counts.processor_seconds = used(start);
        counts.memory_mib = peak_memory().unwrap_or(0.0);
        println!("{counts}");
        ExitCode::SUCCESS
    }

    /// Ends the process when an input takes too long, so that the file is kept.
    fn watch(&self, targets: &[Target], reading: &Arc<Reading>) {
        let reading = Arc::clone(reading);
        let files: Vec<(PathBuf, PathBuf)> = targets
            .iter()
            .map(|it| (self.input(it), self.kept(&it.name, "slow")))
            .collect();
        thread::spawn(move || {
            let start = Instant::now();
            let (mut number, mut since, mut used_before) = (u64::MAX, start, 0.0);
            loop {
                thread::sleep(Duration::from_millis(200));
                let now = reading.number.load(Ordering::Acquire);
                if number != now {
                    (number, since, used_before) = (now, Instant::now(), used(start));
                } else if used(start) - used_before > LONGEST || since.elapsed() > PATIENCE {
                    let (input, kept) = &files[reading.target.load(Ordering::Relaxed)];
                    let _ = fs::copy(input, kept);
                    std::process::abort();
                }
            }
        });
    }
}

impl Counts {
    /// What is known about a process that ended before it could count.
    pub(crate) fn of_failure() -> Self {
        Self {
            failures: 1,
            ..Self::default()
        }
    }

    /// Reads what [`Counts`] writes; `None` for anything else.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split(" | ").collect();
        let &[
            inputs,
            accepted,
            seconds,
            processor,
            failures,
            slowest,
            memory,
        ] = cells.as_slice()
        else {
            return None;
        };
        Some(Self {
            inputs: inputs.parse().ok()?,
            accepted: accepted.parse().ok()?,
            seconds: seconds.parse().ok()?,
            processor_seconds: processor.parse().ok()?,
            failures: failures.parse().ok()?,
            slowest_ms: slowest.parse().ok()?,
            memory_mib: memory.parse().ok()?,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            inputs,
            accepted,
            seconds,
            processor_seconds,
            failures,
            slowest_ms,
            memory_mib,
        } = self;
        write!(
            formatter,
            "{inputs} | {accepted} | {seconds:.1} | {processor_seconds:.1} | {failures} | {slowest_ms:.1} | {memory_mib:.0}"
        )
    }
}

/// Processor time of this process, or the time since a moment where the system does not tell.
fn used(start: Instant) -> f64 {
    processor_seconds().unwrap_or_else(|| start.elapsed().as_secs_f64())
}

/// Processor time of this process, where the system tells.
fn processor_seconds() -> Option<f64> {
    /// Of user and system time, counted from behind the program's name.
    const PLACES: [usize; 2] = [11, 12];
    const TICKS_A_SECOND: f64 = 100.0;
    let status = fs::read_to_string("/proc/self/stat").ok()?;
    let cells: Vec<&str> = status.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = PLACES.map(|place| cells.get(place)?.parse::<f64>().ok());
    Some((ticks[0]? + ticks[1]?) / TICKS_A_SECOND)
}

/// The most address space that this process has asked for, in MiB, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmPeak:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
