//! One parser's turn: damaged files until the time is over.
//!
//! In: a parser's name. Out: a line of counts on stdout; inputs that did harm as files.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::damage::{Damage, Target, all_targets};

/// Longest that an input of a few kilobytes may take.
const LONGEST: Duration = Duration::from_secs(10);

/// How long, from which seed, and where.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) seed: u64,
    pub(crate) seconds: f64,
    pub(crate) folder: PathBuf,
}

/// What happened.
#[derive(Debug, Default)]
struct Counts {
    inputs: u64,
    accepted: u64,
    slowest: Duration,
}

impl Turn {
    /// Where a parser's damaged file stands.
    fn place(&self, name: &str) -> PathBuf {
        self.folder
            .join("work")
            .join(name.replace(['/', '(', ')'], "_"))
    }

    /// The damaged file.
    pub(crate) fn input(&self, name: &str) -> PathBuf {
        let target = all_targets().into_iter().find(|it| it.name == name);
        self.place(name).join(target.map_or("", |it| it.file))
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
    pub(crate) fn run(&self, name: &str) -> ExitCode {
        let Some(target) = all_targets().into_iter().find(|it| it.name == name) else {
            return ExitCode::from(2);
        };
        // The stack that the standard library gives to threads.
        let turn = self.clone();
        let shown = thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || turn.show(&target));
        shown.unwrap().join().unwrap()
    }

    fn show(&self, target: &Target) -> ExitCode {
        let _ = fs::remove_dir_all(self.place(&target.name));
        let input = self.input(&target.name);
        fs::create_dir_all(input.parent().unwrap()).unwrap();
        let panics: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let last: Arc<Mutex<String>> = Arc::default();
        let told = Arc::clone(&last);
        panic::set_hook(Box::new(move |info| {
            *told.lock().unwrap() = info.to_string();
        }));
        let busy_since = Arc::new(AtomicU64::new(u64::MAX));
        let start = Instant::now();
        self.watch(&target.name, start, &busy_since);
        let mut counts = Counts::default();
        let mut damage = Damage::new(self.seed);
        while start.elapsed().as_secs_f64() < self.seconds {
            let mut bytes = damage.copy(&target.seeds);
            if let Some(repair) = target.repair.filter(|_| damage.below(4) > 0) {
                repair(&mut bytes);
            }
            let _ = fs::remove_file(&input);
            fs::write(&input, &bytes).unwrap();
            let begin = start.elapsed();
            busy_since.store(begin.as_millis() as u64, Ordering::Relaxed);
            let read = panic::catch_unwind(AssertUnwindSafe(|| (target.read)(&input)));
            busy_since.store(u64::MAX, Ordering::Relaxed);
            counts.slowest = counts.slowest.max(start.elapsed().saturating_sub(begin));
            counts.inputs += 1;
            counts.accepted += u64::from(matches!(read, Ok(true)));
            if read.is_err() {
                let said = last.lock().unwrap().clone();
                let place = said.lines().next().unwrap_or_default().to_owned();
                let mut panics = panics.lock().unwrap();
                if panics.insert(place) {
                    let kept = self.kept(&target.name, &format!("panic{}", panics.len()));
                    fs::write(&kept, &bytes).unwrap();
                    fs::write(kept.with_extension("said"), said).unwrap();
                }
            }
        }
        let _ = fs::remove_dir_all(self.place(&target.name));
        let panics = panics.lock().unwrap().len();
        counts.print(&target.name, start, panics);
        if panics == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// Ends the process when an input takes too long, so that the file is kept.
    fn watch(&self, name: &str, start: Instant, busy_since: &Arc<AtomicU64>) {
        let busy_since = Arc::clone(busy_since);
        let (input, kept) = (self.input(name), self.kept(name, "slow"));
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_millis(200));
                let since = Duration::from_millis(busy_since.load(Ordering::Relaxed));
                if start.elapsed().saturating_sub(since) > LONGEST {
                    let _ = fs::copy(&input, &kept);
                    std::process::abort();
                }
            }
        });
    }
}

impl Counts {
    #[expect(clippy::print_stdout, reason = "the line that the other process reads")]
    fn print(&self, name: &str, start: Instant, panics: usize) {
        println!(
            "| {name} | {} | {} | {:.0} | {panics} | {:.1} | {} |",
            self.inputs,
            self.accepted,
            start.elapsed().as_secs_f64(),
            self.slowest.as_secs_f64() * 1e3,
            peak_memory().map_or(String::new(), |mib| format!("{mib:.0}"))
        );
    }
}

/// The most address space that this process has asked for, in MiB, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmPeak:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
