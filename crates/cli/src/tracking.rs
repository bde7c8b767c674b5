//! A run: prompts given, objects tracked, every mask written down as it comes.
//!
//! In: a model, a clip, prompts. Out: the journal. Stops between two frames when it is told to, and loses nothing.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use tubelet_geometry::FrameSize;
use tubelet_session::{Event, FrameMasks, Propagation, Session, SessionOptions};
use tubelet_video::{FrameReader, VideoSource};

use crate::{
    failure::Failure,
    interrupt::Interrupt,
    models::open::OpenModel,
    output::{
        journal::{Journal, Record, RunLengthText, edges},
        tracks::Header,
    },
    print::Printer,
    prompts::gathered::Gathered,
};

/// What to track, and how.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    /// The clip, as the video crate opens it.
    pub(crate) clip: &'a str,
    /// The model.
    pub(crate) model: OpenModel,
    /// What is said about the objects.
    pub(crate) prompts: Gathered,
    /// How masks are treated.
    pub(crate) options: SessionOptions,
    /// Where to go.
    pub(crate) propagation: Propagation,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Tracked {
    /// Every mask.
    pub(crate) journal: Journal,
    /// What was tracked.
    pub(crate) header: Header,
    /// Seconds that tracking took.
    pub(crate) seconds: f64,
    /// Frames tracked.
    pub(crate) frames: usize,
}

impl Run<'_> {
    /// Tracks, writing into `folder`.
    ///
    /// # Errors
    /// When a prompt is refused, the clip cannot be read on, or the disk is full. What was tracked until then is in the
    /// folder.
    pub(crate) fn track(
        self,
        folder: &Path,
        printer: Printer,
        interrupt: &Interrupt,
    ) -> Result<Tracked, Failure> {
        let source = VideoSource::open(self.clip)?;
        let info = source.info().clone();
        let times = FrameTimes(VideoSource::open(self.clip)?);
        let commands = self.prompts.plan(self.propagation)?;
        let mut session = Session::new(
            Arc::new(self.model.segmenter),
            Box::new(FrameReader::new(source)),
            self.options,
        )?;
        let mut journal = Journal::create(folder)?;
        let start = std::time::Instant::now();
        let bar = printer.bar(info.frame_count.unwrap_or(0) as u64);
        bar.set_message("tracking");
        let mut tracked = BTreeSet::new();
        let mut complete = true;
        'commands: for command in commands {
            for event in session.apply(command)? {
                let event = event?;
                write_down(&mut journal, &times, &event)?;
                if let Event::Tracked(masks) = &event {
                    tracked.insert(masks.frame);
                    bar.set_position(tracked.len() as u64);
                }
                if interrupt.is_wanted() {
                    complete = false;
                    break 'commands;
                }
            }
        }
        bar.finish_and_clear();
        Ok(Tracked {
            header: header(self.clip, &self.model.name, (info.size, complete), &info),
            journal,
            seconds: start.elapsed().as_secs_f64(),
            frames: tracked.len(),
        })
    }
}

fn header(
    clip: &str,
    model: &str,
    (size, complete): (FrameSize, bool),
    info: &tubelet_video::VideoInfo,
) -> Header {
    Header {
        clip: clip.to_owned(),
        width: size.width,
        height: size.height,
        frames: info.frame_count,
        frames_per_second: Some(info.frame_rate).filter(|rate| rate.is_finite() && *rate > 0.0),
        model: model.to_owned(),
        complete,
    }
}

/// When frames are shown.
struct FrameTimes(VideoSource);

impl FrameTimes {
    fn of(&self, frame: usize) -> f64 {
        self.0.seconds_of(frame).unwrap_or_else(|| {
            let rate = self.0.info().frame_rate;
            if rate > 0.0 { frame as f64 / rate } else { 0.0 }
        })
    }
}

fn write_down(journal: &mut Journal, times: &FrameTimes, event: &Event) -> Result<(), Failure> {
    let (Event::Prompted(masks) | Event::Tracked(masks)) = event else {
        return Ok(());
    };
    let FrameMasks { frame, masks } = masks;
    for object in masks {
        let bounds = object.mask.bounds().map(|rect| edges(rect.into()));
        journal.add(&Record {
            object: object.object.0,
            frame: *frame,
            time: times.of(*frame),
            bounds,
            area: object.mask.area(),
            score: object.iou,
            presence: 1.0 / (1.0 + (-object.object_score).exp()),
            mask: RunLengthText::of(&object.mask),
        })?;
    }
    Ok(())
}
