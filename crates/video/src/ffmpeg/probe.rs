//! Size, rate, rotation and frame times of an input, as `ffprobe` tells them.

use tubelet_geometry::FrameSize;

use super::program::{Input, program, start_error};
use crate::error::{Result, VideoError};
use crate::rotation::Rotation;

/// What is known of an input before decoding it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Probe {
    /// Stored size, before rotation.
    pub(crate) size: FrameSize,
    /// Short name of the codec.
    pub(crate) codec: String,
    /// Turn of the picture.
    pub(crate) rotation: Rotation,
    /// Average frames per second; 0 where unknown.
    pub(crate) frame_rate: f64,
    /// When the frames are shown.
    pub(crate) times: FrameTimes,
}

impl Probe {
    /// Asks `ffprobe`.
    pub(crate) fn read(input: &Input) -> Result<Self> {
        let stream = ask(input, &["-show_entries", STREAM_ENTRIES])?;
        let field = |name: &str| {
            stream
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        };
        let number = |name: &str| {
            field(name)
                .and_then(|value| value.parse::<usize>().ok())
                .filter(|value| *value > 0)
        };
        let Some((width, height)) = number("width").zip(number("height")) else {
            return Err(VideoError::NoVideoTrack {
                path: input.path(),
                found: "no pictures".into(),
            });
        };
        let mut times = FrameTimes::default();
        if matches!(input, Input::File(_)) {
            let packets = ask(input, &["-show_entries", "packet=pts_time,dts_time,flags"])?;
            times = FrameTimes::read(&packets);
        }
        let turned_by_tag = || {
            let clockwise = field("TAG:rotate").and_then(|value| value.parse::<f64>().ok());
            Rotation::from_degrees(clockwise.map_or(0, |degrees| degrees.round() as i64))
        };
        Ok(Self {
            size: FrameSize::new(width, height),
            codec: field("codec_name").unwrap_or("unknown").to_owned(),
            rotation: display_matrix(&stream).map_or_else(turned_by_tag, Rotation::from_matrix),
            frame_rate: field("avg_frame_rate")
                .and_then(parse_rate)
                .or_else(|| field("r_frame_rate").and_then(parse_rate))
                .unwrap_or(0.0),
            times,
        })
    }
}

const STREAM_ENTRIES: &str = "stream=codec_name,width,height,avg_frame_rate,r_frame_rate:stream_tags=rotate:stream_side_data=displaymatrix";

/// The part of the display matrix that turns and mirrors: `ffprobe` writes its rows as `00000000: 0 65536 0`.
fn display_matrix(stream: &str) -> Option<[i32; 4]> {
    let row = |start: &str| {
        let numbers = stream
            .lines()
            .find_map(|line| line.trim().strip_prefix(start))?;
        let mut numbers = numbers.split_whitespace().map(str::parse::<i32>);
        Some([numbers.next()?.ok()?, numbers.next()?.ok()?])
    };
    let ([a, b], [c, d]) = (row("00000000:")?, row("00000001:")?);
    Some([a, b, c, d])
}

fn ask(input: &Input, what: &[&str]) -> Result<String> {
    let output = program("ffprobe")
        .args([
            "-hide_banner",
            "-loglevel",
            "error",
            "-select_streams",
            "V:0",
            "-of",
            "default=noprint_wrappers=1",
        ])
        .args(what)
        .args(input.arguments())
        .output()
        .map_err(|error| start_error(input, &error))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(VideoError::Ffmpeg {
            path: input.path(),
            message: last_line(&message),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The last line of what a program wrote.
pub(crate) fn last_line(text: &str) -> String {
    text.lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("it gave no reason")
        .trim()
        .to_owned()
}

/// Presentation times of the frames of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct FrameTimes {
    /// In seconds, ascending; empty for URLs and devices, which cannot be read twice.
    pub(crate) seconds: Vec<f64>,
    /// Whether `ffmpeg` finds a frame by its time. Files that only store decoding times, as AVI does, must be read from
    /// the start.
    pub(crate) can_seek: bool,
}

impl FrameTimes {
    /// Times of the packets that are shown.
    fn read(packets: &str) -> Self {
        let (mut shown, mut decoded) = (Vec::new(), Vec::new());
        let (mut pts, mut dts) = (None, None);
        for line in packets.lines() {
            match line.split_once('=') {
                Some(("pts_time", value)) => pts = value.parse::<f64>().ok(),
                Some(("dts_time", value)) => dts = value.parse::<f64>().ok(),
                Some(("flags", flags)) if !flags.contains('D') => {
                    shown.extend(pts.take());
                    decoded.extend(dts.take());
                }
                _ => {}
            }
        }
        let can_seek = shown.len() >= decoded.len();
        let mut seconds = if can_seek { shown } else { decoded };
        seconds.sort_by(f64::total_cmp);
        Self { seconds, can_seek }
    }
}

fn parse_rate(text: &str) -> Option<f64> {
    let (count, seconds) = text.split_once('/')?;
    let rate = count.parse::<f64>().ok()? / seconds.parse::<f64>().ok()?;
    (rate.is_finite() && rate > 0.0).then_some(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_ordered_and_discarded_ones_left_out() {
        let times = FrameTimes::read(
            "pts_time=0.2\nflags=K_\npts_time=0.1\nflags=__\npts_time=0.0\nflags=_D\n",
        );
        assert_eq!(
            times,
            FrameTimes {
                seconds: vec![0.1, 0.2],
                can_seek: true
            }
        );
    }

    #[test]
    fn decoding_times_help_where_presentation_times_are_missing() {
        let times = FrameTimes::read(
            "pts_time=N/A\ndts_time=0.0\nflags=K_\npts_time=0.3\ndts_time=0.1\nflags=__\n",
        );
        assert_eq!(
            times,
            FrameTimes {
                seconds: vec![0.0, 0.1],
                can_seek: false
            }
        );
    }

    #[test]
    fn rates_are_fractions() {
        assert_eq!(
            parse_rate("30000/1001").map(|rate| (rate * 100.0).round()),
            Some(2997.0)
        );
        assert_eq!(parse_rate("0/0"), None);
    }
}
