//! Taking only some frames of a video.
//!
//! In: a source and which frames are wanted. Out: those frames. Pictures between them that nothing refers to are not even
//! decoded.

use crate::error::Result;
use crate::frame::Frame;
use crate::source::VideoSource;

/// Which frames are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// Every n-th frame, beginning with the next one; 1 takes all, and 0 counts as 1.
    Every(usize),
    /// At most so many frames per second: the first frame at or after each tick of a clock that starts with the next
    /// frame. Rates above the video's own take all frames.
    PerSecond(f64),
}

/// Frames per second below which a rate counts as this one: a frame in three hours.
const SLOWEST_RATE: f64 = 1e-4;

/// The wanted frames of a source; see [`VideoSource::sampled`].
pub struct SampledFrames<'a> {
    source: &'a mut VideoSource,
    sampling: Sampling,
    next: usize,
    /// Time of the next tick, in seconds.
    tick: Option<f64>,
}

impl VideoSource {
    /// Reads only some frames, from the next one on.
    pub fn sampled(&mut self, sampling: Sampling) -> SampledFrames<'_> {
        let next = self.next_index();
        SampledFrames {
            source: self,
            sampling,
            next,
            tick: None,
        }
    }
}

impl SampledFrames<'_> {
    fn step(&mut self) -> Result<Option<Frame>> {
        if let (Sampling::PerSecond(_), Some(tick)) = (self.sampling, self.tick) {
            // Times are given in ticks of the file; half a microsecond is less than any of them.
            while self
                .source
                .seconds_of(self.next)
                .is_some_and(|seconds| seconds < tick - 5e-7)
            {
                self.next += 1;
            }
        }
        if self
            .source
            .info()
            .frame_count
            .is_some_and(|count| self.next >= count)
        {
            return Ok(None);
        }
        if self.next != self.source.next_index() {
            self.source.seek(self.next)?;
        }
        let Some(frame) = self.source.next_frame()? else {
            return Ok(None);
        };
        match self.sampling {
            Sampling::Every(count) => self.next += count.max(1),
            Sampling::PerSecond(rate) => {
                self.next += 1;
                // A source without end would be searched for ever for the next tick of a clock that stands still.
                let rate = rate.max(SLOWEST_RATE);
                self.tick = Some(next_tick(
                    self.tick.unwrap_or(frame.seconds),
                    rate,
                    frame.seconds,
                ));
            }
        }
        Ok(Some(frame))
    }
}

/// The first tick after a time, on the clock that ticks at `tick`.
fn next_tick(tick: f64, rate: f64, after: f64) -> f64 {
    let missed = ((after - tick) * rate + 1e-6).floor().max(0.0);
    tick + (missed + 1.0) / rate
}

impl Iterator for SampledFrames<'_> {
    type Item = Result<Frame>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_keeps_its_beat_over_missed_ticks() {
        assert!((next_tick(0.0, 10.0, 0.0) - 0.1).abs() < 1e-12);
        assert!((next_tick(0.1, 10.0, 0.104) - 0.2).abs() < 1e-12);
        assert!((next_tick(0.2, 10.0, 0.55) - 0.6).abs() < 1e-12);
    }
}
