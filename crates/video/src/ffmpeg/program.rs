//! Finding `ffmpeg` and naming inputs to it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::error::VideoError;

/// How long a web address may keep silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// What `ffmpeg` is asked to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// A regular file, which can be searched and read twice.
    File(PathBuf),
    /// A URL, as `ffmpeg` understands it.
    Url(String),
    /// A capture device.
    Device(PathBuf),
}

impl Input {
    /// Options and address, in the order of the command line.
    pub(crate) fn arguments(&self) -> Vec<String> {
        match self {
            // Without the prefix a file named `concat:…` would be opened as something else; without the list a playlist
            // could reach into the network.
            Self::File(path) => vec![
                "-protocol_whitelist".into(),
                "file,pipe".into(),
                "-i".into(),
                format!("file:{}", path.display()),
            ],
            Self::Url(url) => {
                let patience = PATIENCE.as_micros().to_string();
                let waits = url.starts_with("http://") || url.starts_with("https://");
                let limit = waits.then(|| ["-rw_timeout".to_owned(), patience]);
                let address = ["-i".to_owned(), url.clone()];
                limit.into_iter().flatten().chain(address).collect()
            }
            Self::Device(path) => vec![
                "-f".into(),
                "v4l2".into(),
                "-i".into(),
                path.display().to_string(),
            ],
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::File(path) | Self::Device(path) => path.clone(),
            Self::Url(url) => PathBuf::from(url),
        }
    }

    /// A URL or device in what a user typed.
    pub(crate) fn beyond_files(path: &Path) -> Option<Self> {
        let text = path.to_str()?;
        if text
            .split_once("://")
            .is_some_and(|(scheme, _)| scheme.chars().all(|letter| letter.is_ascii_alphanumeric()))
        {
            return Some(Self::Url(text.to_owned()));
        }
        text.starts_with("/dev/video")
            .then(|| Self::Device(path.to_owned()))
    }
}

/// Major and minor version of the installed `ffmpeg`; development builds count as the newest.
///
/// `None` where it is not installed. The answer is kept, since it does not change while we run.
fn version() -> Option<(u32, u32)> {
    static VERSION: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    *VERSION.get_or_init(|| {
        let output = program("ffmpeg").arg("-version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Some(parse_version(&text).unwrap_or((u32::MAX, 0)))
    })
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let version = text
        .strip_prefix("ffmpeg version ")?
        .trim_start_matches('n');
    let mut numbers = version.split(|letter: char| !letter.is_ascii_digit());
    let major = numbers.next()?.parse().ok()?;
    Some((
        major,
        numbers
            .next()
            .and_then(|minor| minor.parse().ok())
            .unwrap_or(0),
    ))
}

/// Whether `ffmpeg` can be started.
pub(crate) fn is_installed() -> bool {
    version().is_some()
}

/// The option that keeps every frame as it comes, neither doubled nor dropped.
pub(crate) fn passthrough_option() -> &'static str {
    if version().is_some_and(|version| version < (5, 1)) {
        "-vsync"
    } else {
        "-fps_mode"
    }
}

/// One of the two programs. Ctrl-C at a terminal goes to this process alone, which ends the other one in its own time.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// The failure to start a program.
pub(crate) fn start_error(input: &Input, error: &std::io::Error) -> VideoError {
    match error.kind() {
        std::io::ErrorKind::NotFound => VideoError::NeedsFfmpeg {
            path: input.path(),
            what: "this input".into(),
        },
        _ => VideoError::Ffmpeg {
            path: input.path(),
            message: error.to_string(),
        },
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn programs_are_not_in_the_group_that_a_terminal_interrupts() {
        let output = program("cat").arg("/proc/self/stat").output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        let fields: Vec<&str> = text.split_whitespace().collect();
        // Its process number, its name, its state, its parent, its group.
        assert_eq!(fields[0], fields[4]);
    }

    #[test]
    fn versions_are_read() {
        assert_eq!(
            parse_version("ffmpeg version 5.1.9-0+deb12u1 Copyright"),
            Some((5, 1))
        );
        assert_eq!(parse_version("ffmpeg version n7.0 Copyright"), Some((7, 0)));
        assert_eq!(
            parse_version("ffmpeg version N-112233-gabcdef Copyright"),
            None
        );
    }

    #[test]
    fn urls_and_devices_are_told_from_files() {
        let beyond = |text: &str| Input::beyond_files(Path::new(text));
        assert_eq!(
            beyond("rtsp://camera/1"),
            Some(Input::Url("rtsp://camera/1".into()))
        );
        assert_eq!(
            beyond("/dev/video0"),
            Some(Input::Device("/dev/video0".into()))
        );
        assert_eq!(beyond("clips/a.mp4"), None);
        assert_eq!(beyond("odd name://x"), None);
    }

    #[test]
    fn a_file_name_is_never_taken_for_a_protocol() {
        let arguments = Input::File("concat:a|b".into()).arguments();
        assert_eq!(
            arguments.last().map(String::as_str),
            Some("file:concat:a|b")
        );
    }
}
