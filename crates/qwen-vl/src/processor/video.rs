//! Which frames of a video are read, and their way to patches, one after the other.
//!
//! In: how many frames there are and how fast they follow; then RGB frames with their times. Out: which frames; patches and
//! the time of every pair. Knows no video file; a frame's pixels are not kept beyond its pair.

use super::{
    patches::patches,
    prompt::Picture,
    resize::resized,
    settings::VideoSettings,
    size::{Size, video_size},
};
use crate::{
    error::{QwenError, Result},
    model::Visual,
    positions::VisualKind,
    vision::grid::VisionGrid,
};

/// A video as patches.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenVideo {
    /// The patches.
    pub visual: Visual,
    /// Seconds of each pair of frames: the mean of its first's and its last's.
    pub times: Vec<f64>,
}

/// Frames to read of a video of `total` frames at `fps`: evenly spread, as many for each second as the settings say.
pub(crate) fn frame_indices(
    total: usize,
    fps: f64,
    settings: &VideoSettings,
) -> Result<Vec<usize>> {
    let wrong = |reason: String| Err(QwenError::Video { reason });
    if total == 0 {
        return wrong("it has no frames".to_owned());
    }
    if !fps.is_finite() || fps <= 0.0 {
        return wrong(format!("it has {fps} frames each second"));
    }
    let [fewest, most] = settings.frames;
    let wanted = (total as f64 / fps * settings.fps) as usize;
    let count = wanted.max(fewest).min(most).min(total);
    let last = (total - 1) as f64;
    let step = if count > 1 {
        last / (count - 1) as f64
    } else {
        0.0
    };
    Ok((0..count)
        .map(|index| {
            let place = if index + 1 == count && count > 1 {
                last
            } else {
                index as f64 * step
            };
            place.round_ties_even() as usize
        })
        .collect())
}

/// Takes the frames of a video in order.
#[derive(Debug)]
pub struct VideoCollector<'a> {
    settings: &'a VideoSettings,
    expected: usize,
    from: Size,
    to: Size,
    waiting: Vec<(Vec<u8>, f64)>,
    taken: usize,
    found: SeenVideo,
}

impl<'a> VideoCollector<'a> {
    /// For `frames` frames of one size, height and width.
    pub(crate) fn new(frames: usize, from: Size, settings: &'a VideoSettings) -> Result<Self> {
        let to = video_size(frames, from, settings)?;
        Ok(Self {
            settings,
            expected: frames,
            from,
            to,
            waiting: Vec::new(),
            taken: 0,
            found: SeenVideo {
                visual: Visual {
                    kind: VisualKind::Video,
                    grid: VisionGrid {
                        frames: 0,
                        rows: to[0] / settings.image.patch,
                        columns: to[1] / settings.image.patch,
                    },
                    patches: Vec::new(),
                },
                times: Vec::new(),
            },
        })
    }

    /// Takes the next frame, shown at `seconds`.
    ///
    /// # Errors
    /// When it has another size than announced, there are more than announced, or the time is no number.
    pub fn push(&mut self, frame: Picture, seconds: f64) -> Result<()> {
        if [frame.height, frame.width] != self.from {
            return Err(QwenError::Image {
                width: frame.width,
                height: frame.height,
                reason: format!(
                    "the video's frames are {} by {}",
                    self.from[1], self.from[0]
                ),
            });
        }
        frame.check()?;
        self.taken += 1;
        if self.taken > self.expected || !seconds.is_finite() {
            return Err(QwenError::Video {
                reason: format!(
                    "frame {} of {} at {seconds} seconds",
                    self.taken, self.expected
                ),
            });
        }
        self.waiting
            .push((resized(frame.pixels, self.from, self.to), seconds));
        if self.waiting.len() == self.settings.image.patch_frames {
            self.flush();
        }
        Ok(())
    }

    /// The patches; the last frame stands in for those that are missing in its pair.
    ///
    /// # Errors
    /// When there were fewer frames than announced.
    pub fn finish(mut self) -> Result<SeenVideo> {
        if self.taken < self.expected {
            return Err(QwenError::Video {
                reason: format!("{} of {} frames came", self.taken, self.expected),
            });
        }
        while let Some(last) = self.waiting.last().cloned() {
            self.waiting.push(last);
            if self.waiting.len() >= self.settings.image.patch_frames {
                self.flush();
            }
        }
        Ok(self.found)
    }

    fn flush(&mut self) {
        let frames: Vec<&[u8]> = self.waiting.iter().map(|(frame, _)| &frame[..]).collect();
        let new = patches(&frames, self.to, &self.settings.image);
        let times = [self.waiting.first(), self.waiting.last()].map(|end| end.map_or(0.0, |e| e.1));
        self.found.visual.patches.extend(new);
        self.found.visual.grid.frames += 1;
        self.found.times.push(f64::midpoint(times[0], times[1]));
        self.waiting.clear();
    }
}
