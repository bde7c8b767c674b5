//! A process that does a part whenever it is told to.
//!
//! In: a folder and a side's name; lines such as `prefill 512`. Out: milliseconds, and the most memory the process held.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result};

/// The argument that tells this program to be a worker.
pub(crate) const WORK: &str = "--work";
/// PyTorch's side.
const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../fixtures/qwen_vl/versus_pytorch.py"
);

/// See the module docs.
pub(crate) struct Worker {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// This program's side, or PyTorch's where the name begins with `torch-`.
    pub(crate) fn start(folder: &Path, side: &str, threads: usize) -> Result<Self> {
        let mut command = if let Some(dtype) = side.strip_prefix("torch-") {
            let python = std::env::var_os("TUBELET_PYTHON").unwrap_or_else(|| "python3".into());
            let mut command = Command::new(python);
            command.arg(SCRIPT).arg(folder).arg(dtype);
            command
        } else {
            let mut command = Command::new(std::env::current_exe()?);
            command.arg(WORK).arg(folder).arg(side);
            command
        };
        let threads = threads.to_string();
        let mut process = command
            .env("RAYON_NUM_THREADS", &threads)
            .env("OMP_NUM_THREADS", &threads)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {side}; TUBELET_PYTHON names the Python"))?;
        let input = process.stdin.take().context("no pipe")?;
        let output = BufReader::new(process.stdout.take().context("no pipe")?);
        Ok(Self {
            process,
            input,
            output,
        })
    }

    /// The number that a line is answered with.
    pub(crate) fn ask(&mut self, line: &str) -> Result<f64> {
        writeln!(self.input, "{line}")?;
        self.input.flush()?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        let number = answer.trim().parse();
        number.with_context(|| format!("a worker said {answer:?} to {line}"))
    }

    /// The most memory that the process held so far, in gigabytes, mapped files included.
    pub(crate) fn peak_memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes: f64 = kilobytes.context("no peak memory")?.parse()?;
        Ok(kilobytes * 1024.0 / 1e9)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The process ends by itself when its input closes; this is for the case that it hangs.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
