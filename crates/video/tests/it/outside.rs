//! What tests need from outside the project: real clips and the program `ffmpeg`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// The folder of real clips, or a printed reason why the test is skipped.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned();
    let shared = std::env::var_os("TUBELET_SHARED")
        .map_or_else(|| workspace.join("../shared"), PathBuf::from);
    let data = shared.join("data");
    if data.is_dir() {
        return Some(data);
    }
    eprintln!(
        "skipped: no real clips at {} (set TUBELET_SHARED)",
        data.display()
    );
    None
}

/// The MP4 files of a folder of real clips.
pub(crate) fn clips(folder: &str) -> Vec<PathBuf> {
    let Some(data) = shared_data() else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(data.join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "mp4"));
    files.sort();
    assert!(!files.is_empty(), "{folder} holds no clips");
    files
}

/// Whether `ffmpeg` is installed; prints a reason where not.
pub(crate) fn has_ffmpeg() -> bool {
    let found = Command::new("ffmpeg").arg("-version").output().is_ok();
    if !found {
        eprintln!("skipped: ffmpeg is not installed");
    }
    found
}

/// Runs `ffmpeg` to its end.
pub(crate) fn ffmpeg(arguments: &[&str]) {
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success(), "ffmpeg {arguments:?}");
}

/// Asks `ffprobe` for entries of the first video stream, one per line.
pub(crate) fn ffprobe(file: &Path, entries: &str) -> String {
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-select_streams",
            "v:0",
            "-of",
            "default=noprint_wrappers=1",
            "-show_entries",
            entries,
        ])
        .arg(file)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Raw frames as `ffmpeg` decodes them, one at a time.
pub(crate) struct RawFrames {
    child: Child,
    pipe: ChildStdout,
    frame_bytes: usize,
}

impl RawFrames {
    /// `options` come after the input: pixel format, number of frames, …
    pub(crate) fn start(file: &Path, options: &[&str], frame_bytes: usize) -> Self {
        let mut child = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-i"])
            .arg(file)
            .args(["-map", "0:v:0", "-vsync", "passthrough", "-f", "rawvideo"])
            .args(options)
            .arg("pipe:1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let pipe = child.stdout.take().unwrap();
        Self {
            child,
            pipe,
            frame_bytes,
        }
    }
}

impl Iterator for RawFrames {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut frame = vec![0; self.frame_bytes];
        self.pipe.read_exact(&mut frame).ok().map(|()| frame)
    }
}

impl Drop for RawFrames {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a test clip; `None` where this `ffmpeg` lacks the encoder.
pub(crate) fn make(folder: &TempDir, name: &str, options: &[&str]) -> Option<PathBuf> {
    let encoder = options
        .iter()
        .skip_while(|option| **option != "-c:v")
        .nth(1)?;
    let listed = Command::new("ffmpeg")
        .args(["-v", "quiet", "-encoders"])
        .output()
        .unwrap();
    if *encoder != "copy" && !String::from_utf8_lossy(&listed.stdout).contains(encoder) {
        eprintln!("skipped: this ffmpeg has no {encoder}");
        return None;
    }
    let path = folder.path().join(name);
    ffmpeg(
        &[
            &[
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=162x90:rate=10:duration=3",
            ],
            options,
            &[path.to_str()?],
        ]
        .concat(),
    );
    Some(path)
}
