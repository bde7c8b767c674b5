//! The index of a file: the one video track that is shown, its samples and their order.

use std::io::{Read, Seek};

use super::boxes::{Numbers, find};
use super::description::{AvcSettings, ContainerColor};
use super::fragments::{FragmentDefaults, append_fragment};
use super::layout::Layout;
use super::refusal::Refusal;
use super::samples::{Sample, SampleTable};
use super::timeline::{TimeScales, Timeline};
use super::track::Track;
use crate::rotation::Rotation;

/// The video track of a file.
#[derive(Debug, Clone)]
pub(crate) struct Mp4Index {
    /// H.264 settings.
    pub(crate) settings: AvcSettings,
    /// Colours that the container announces.
    pub(crate) color: Option<ContainerColor>,
    /// Turn of the picture.
    pub(crate) rotation: Rotation,
    /// Coded pictures in decoding order.
    pub(crate) samples: Vec<Sample>,
    /// Order and times of the shown frames.
    pub(crate) timeline: Timeline,
    /// Bytes in the file.
    pub(crate) file_size: u64,
    /// Seconds from the first frame to the end of the last.
    pub(crate) duration: f64,
}

impl Mp4Index {
    /// Reads the index of a file with an H.264 track.
    pub(crate) fn read<R: Read + Seek>(file: &mut R) -> Result<Self, Refusal> {
        let layout = Layout::read(file)?;
        let tracks = Track::read_all(&layout.movie)?;
        let found = tracks
            .iter()
            .map(Track::summary)
            .collect::<Vec<_>>()
            .join(", ");
        // Of several video tracks the largest is the film and the others are covers or previews.
        let Some(track) = tracks
            .into_iter()
            .filter(Track::is_video)
            .rev()
            .max_by_key(|track| track.description.size.pixel_count())
        else {
            return Err(Refusal::NoVideo(if found.is_empty() {
                "no tracks at all".into()
            } else {
                found
            }));
        };
        let Some(settings) = track.description.avc.clone() else {
            return Err(Refusal::Foreign(track.summary()));
        };
        let mut table = SampleTable::read(track.tables, layout.file_size)?;
        let defaults = FragmentDefaults::read(&layout.movie, track.id)?;
        for (start, fragment) in &layout.fragments {
            append_fragment(
                &mut table,
                (*start, fragment),
                (track.id, defaults),
                layout.file_size,
            )?;
        }
        let scales = TimeScales {
            track: track.time_scale,
            movie: movie_time_scale(&layout.movie),
        };
        let timeline = Timeline::new(&table.samples, &track.edits, scales)?;
        let duration = duration(&table, &timeline);
        let Some(duration) = duration else {
            return Err(Refusal::NoFrames);
        };
        Ok(Self {
            settings,
            color: track.description.color,
            rotation: track.rotation,
            samples: table.samples,
            timeline,
            file_size: layout.file_size,
            duration,
        })
    }
}

fn movie_time_scale(movie: &[u8]) -> u32 {
    let read = |payload: &[u8]| {
        let (version, _, mut numbers) = Numbers::versioned(payload)?;
        numbers.take(if version == 1 { 16 } else { 8 })?;
        numbers.u32()
    };
    find(movie, *b"mvhd")
        .and_then(|payload| read(payload).ok())
        .unwrap_or(1000)
}

/// Time from the first shown frame to the end of the last; the last frame lasts as long as one does on average.
fn duration(table: &SampleTable, timeline: &Timeline) -> Option<f64> {
    let time =
        |frame: usize| Some(timeline.seconds(table.samples.get(timeline.sample_of(frame)?)?.time));
    let count = timeline.frame_count();
    let span = time(count.checked_sub(1)?)? - time(0)?;
    let track_span =
        (timeline.seconds(table.end) - timeline.seconds(0)) / table.samples.len() as f64;
    Some(if count > 1 {
        span * count as f64 / (count - 1) as f64
    } else {
        track_span
    })
}
