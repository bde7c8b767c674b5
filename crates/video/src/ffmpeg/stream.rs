//! Frames from an `ffmpeg` process, one at a time through a pipe.

use std::io::{BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Stdio};
use std::thread::JoinHandle;

use super::probe::{Probe, last_line};
use super::program::{Input, passthrough_option, program, start_error};
use crate::error::{Result, VideoError};
use crate::frame::Frame;

/// A running or finished decoding process.
pub(crate) struct FfmpegStream {
    input: Input,
    probe: Probe,
    process: Option<Process>,
    next: usize,
    /// Frames to leave out before the next one.
    skip: usize,
    /// Whether the last frame was delivered.
    ended: bool,
}

struct Process {
    child: Child,
    frames: BufReader<ChildStdout>,
    messages: Option<JoinHandle<String>>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl FfmpegStream {
    /// Asks for size and times; the process starts with the first frame.
    pub(crate) fn open(input: Input) -> Result<Self> {
        let probe = Probe::read(&input)?;
        Ok(Self {
            input,
            probe,
            process: None,
            next: 0,
            skip: 0,
            ended: false,
        })
    }

    pub(crate) fn probe(&self) -> &Probe {
        &self.probe
    }

    pub(crate) fn position(&self) -> usize {
        self.next
    }

    /// When a frame is shown.
    pub(crate) fn seconds(&self, frame: usize) -> Option<f64> {
        if self.probe.times.seconds.is_empty() {
            return Some(
                frame as f64
                    / if self.probe.frame_rate > 0.0 {
                        self.probe.frame_rate
                    } else {
                        25.0
                    },
            );
        }
        self.probe.times.seconds.get(frame).copied()
    }

    /// Makes a frame the next one. Going back starts the process again.
    pub(crate) fn seek(&mut self, frame: usize) {
        const WORTH_A_RESTART: usize = 250;
        let onward =
            self.process.is_some() && frame >= self.next && frame - self.next < WORTH_A_RESTART;
        if onward {
            self.skip += frame - self.next;
        } else {
            self.process = None;
            self.skip = 0;
        }
        self.next = frame;
        self.ended = false;
    }

    /// Decodes the next frame; `None` after the last.
    pub(crate) fn next_frame(&mut self) -> Result<Option<Frame>> {
        if self.ended {
            return Ok(None);
        }
        let mut process = match self.process.take() {
            Some(process) => process,
            None => self.start()?,
        };
        let mut pixels = vec![0; self.probe.size.pixel_count() * 3];
        loop {
            let filled =
                fill(&mut process.frames, &mut pixels).map_err(|source| VideoError::Read {
                    path: self.input.path(),
                    source,
                })?;
            if filled < pixels.len() {
                return self.finish(process, filled);
            }
            if self.skip == 0 {
                break;
            }
            self.skip -= 1;
        }
        self.process = Some(process);
        let index = self.next;
        self.next += 1;
        let seconds = self.seconds(index).unwrap_or_default();
        Ok(Some(Frame {
            size: self.probe.size,
            pixels,
            index,
            seconds,
        }))
    }

    fn start(&mut self) -> Result<Process> {
        let mut command = program("ffmpeg");
        command.args([
            "-nostdin",
            "-hide_banner",
            "-loglevel",
            "error",
            "-noautorotate",
        ]);
        // Seeking in the input decodes from the key frame before and drops what comes too early. A time between two
        // frames keeps rounding from picking the wrong one.
        match self
            .next
            .checked_sub(1)
            .filter(|_| self.probe.times.can_seek)
            .and_then(|before| self.probe.times.seconds.get(before..before + 2))
        {
            Some([before, wanted]) if wanted > before => {
                command.args([
                    "-seek_timestamp",
                    "1",
                    "-ss",
                    &format!("{:.6}", (before + wanted) / 2.0),
                ]);
            }
            _ => self.skip = self.next,
        }
        command
            .args(self.input.arguments())
            .args([
                "-map",
                "0:V:0",
                passthrough_option(),
                "passthrough",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "rgb24",
                "pipe:1",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| start_error(&self.input, &error))?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(VideoError::Ffmpeg {
                path: self.input.path(),
                message: "no pipe to the process".into(),
            });
        };
        let messages = std::thread::spawn(move || tail(stderr));
        Ok(Process {
            child,
            frames: BufReader::with_capacity(1 << 18, stdout),
            messages: Some(messages),
        })
    }

    /// The end of the stream, or the reason why it ended early.
    fn finish(&mut self, mut process: Process, left_over: usize) -> Result<Option<Frame>> {
        let path = self.input.path();
        let status = process.child.wait().map_err(|source| VideoError::Read {
            path: path.clone(),
            source,
        })?;
        let messages = process
            .messages
            .take()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default();
        let complaint = !messages.trim().is_empty() && self.next < self.probe.times.seconds.len();
        if !status.success() || left_over > 0 || complaint {
            return Err(VideoError::Ffmpeg {
                path,
                message: last_line(&messages),
            });
        }
        if !messages.trim().is_empty() {
            tracing::warn!(
                path = %path.display(),
                "read to its end, but it may be damaged: {}",
                last_line(&messages)
            );
        }
        self.ended = true;
        Ok(None)
    }
}

/// Reads until the buffer is full or the pipe ends, and returns how much came.
fn fill(pipe: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match pipe.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads messages until the process ends, so that it never waits for us, and keeps the last of them.
fn tail(mut pipe: ChildStderr) -> String {
    const KEPT: usize = 4096;
    let mut kept = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        kept.extend(buffer.iter().take(count));
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
