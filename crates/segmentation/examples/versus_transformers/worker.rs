//! A process that tracks one frame whenever it is told to.
//!
//! In: a command line. Out: milliseconds by part, and the most memory the process held. Lines: `objects N` is answered with
//! `ready`, `time` with as many numbers as [`PARTS`] has.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, ensure};

/// What is timed.
pub(crate) const PARTS: [&str; 5] = [
    "image encoder",
    "memory attention (recall)",
    "prompt and mask decoder (predict)",
    "memory encoder (remember)",
    "whole frame",
];
/// PyTorch's side.
pub(crate) const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../fixtures/segmentation/versus_transformers.py"
);

/// The Python that has PyTorch.
pub(crate) fn python() -> OsString {
    std::env::var_os("TUBELET_PYTHON").unwrap_or_else(|| "python3".into())
}

/// See the module docs.
pub(crate) struct Worker {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// This program's side, in the precision `products`.
    pub(crate) fn ours(folder: &Path, products: &str, threads: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("work").arg(folder).arg(products);
        Self::start(command, threads)
    }

    /// PyTorch's side, in the precision `dtype`.
    pub(crate) fn torch(folder: &Path, dtype: &str, threads: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(python());
        command.args([SCRIPT, "work"]).arg(folder);
        command.args([dtype, &threads.to_string()]);
        Self::start(command, threads)
    }

    fn start(mut command: Command, threads: usize) -> anyhow::Result<Self> {
        let mut process = command
            .env("RAYON_NUM_THREADS", threads.to_string())
            .env("HF_HUB_DISABLE_PROGRESS_BARS", "1")
            .env("TRANSFORMERS_VERBOSITY", "error")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take().context("no pipe")?;
        let output = BufReader::new(process.stdout.take().context("no pipe")?);
        Ok(Self {
            process,
            input,
            output,
        })
    }

    fn ask(&mut self, line: &str) -> anyhow::Result<String> {
        writeln!(self.input, "{line}")?;
        self.input.flush()?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        Ok(answer)
    }

    /// Puts this many objects into the steady state.
    pub(crate) fn prepare(&mut self, objects: usize) -> anyhow::Result<()> {
        let answer = self.ask(&format!("objects {objects}"))?;
        ensure!(answer.trim() == "ready", "a worker said {answer:?}");
        Ok(())
    }

    /// Tracks a frame: milliseconds by part.
    pub(crate) fn time(&mut self) -> anyhow::Result<Vec<f64>> {
        let answer = self.ask("time")?;
        let numbers = answer.split_whitespace().map(str::parse);
        let times: Vec<f64> = numbers.collect::<Result<_, _>>()?;
        ensure!(times.len() == PARTS.len(), "a worker said {answer:?}");
        Ok(times)
    }

    /// The most memory the process held so far, in megabytes.
    pub(crate) fn peak_memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes: f64 = kilobytes.context("no peak memory")?.parse()?;
        Ok(kilobytes * 1024.0 / 1e6)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The process ends by itself when its input closes; this is for the case that it hangs.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
