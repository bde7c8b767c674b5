//! A run: prompts given, objects tracked, every mask written down as it comes.
//!
//! In: a model, a clip, prompts. Out: the journal. Stops between two frames when it is told to, and loses nothing.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use indicatif::ProgressBar;
use tubelet_session::{
    Command, Event, FrameMasks, FrameSource, Propagation, Session, SessionOptions,
};
use tubelet_video::VideoSource;

use crate::{
    failure::Failure,
    footage::Footage,
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
pub(crate) struct Run<'a> {
    /// The clip as it was named.
    pub(crate) clip: &'a str,
    /// The clip.
    pub(crate) source: VideoSource,
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
    /// The clip, to draw on.
    pub(crate) footage: Footage,
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
        let info = self.source.info().clone();
        let footage = Footage::new(self.source, folder)?;
        let commands = self.prompts.plan(self.propagation)?;
        let mut session = Session::new(
            Arc::new(self.model.segmenter),
            Box::new(footage.clone()),
            self.options,
        )?;
        if self.options.separate_objects {
            // Objects that are tracked back from later frames are separated from those that were seen there before.
            let storage = tempfile::tempfile_in(folder).map_err(Failure::writing(folder))?;
            session = session.with_offloading(storage);
        }
        let mut course = Following {
            session,
            journal: Journal::create(folder)?,
            footage,
            tracked: BTreeSet::new(),
        };
        let start = std::time::Instant::now();
        let bar = printer.bar(info.frame_count.unwrap_or(0) as u64);
        bar.set_message("tracking");
        let followed = course.follow(commands, &bar, interrupt);
        bar.finish_and_clear();
        let seconds = start.elapsed().as_secs_f64();
        // Also what was recorded before something went wrong is kept.
        let stopped = course.footage.stop();
        if followed.is_err() && !course.tracked.is_empty() {
            printer.note(&format!(
                "note: the masks of {} frames are in {}",
                course.tracked.len(),
                course.journal.path().display()
            ));
        }
        let complete = followed?;
        stopped?;
        Ok(Tracked {
            header: Header {
                clip: self.clip.to_owned(),
                width: info.size.width,
                height: info.size.height,
                frames: course.footage.frame_count(),
                frames_per_second: Some(info.frame_rate)
                    .filter(|rate| rate.is_finite() && *rate > 0.0),
                model: self.model.name,
                complete,
            },
            journal: course.journal,
            footage: course.footage,
            seconds,
            frames: course.tracked.len(),
        })
    }
}

/// Commands being carried out.
struct Following {
    session: Session,
    journal: Journal,
    footage: Footage,
    tracked: BTreeSet<usize>,
}

impl Following {
    /// Carries out commands and writes down what comes; false where it was told to stop.
    fn follow(
        &mut self,
        commands: Vec<Command>,
        bar: &ProgressBar,
        interrupt: &Interrupt,
    ) -> Result<bool, Failure> {
        for command in commands {
            for event in self.session.apply(command)? {
                let event = event?;
                write_down(&mut self.journal, &self.footage, &event)?;
                if let Event::Tracked(masks) = &event {
                    self.tracked.insert(masks.frame);
                    bar.set_position(self.tracked.len() as u64);
                }
                if interrupt.is_wanted() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

fn write_down(journal: &mut Journal, footage: &Footage, event: &Event) -> Result<(), Failure> {
    let (Event::Prompted(masks) | Event::Tracked(masks)) = event else {
        return Ok(());
    };
    let FrameMasks { frame, masks } = masks;
    for object in masks {
        let bounds = object.mask.bounds().map(|rect| edges(rect.into()));
        journal.add(&Record {
            object: object.object.0,
            frame: *frame,
            time: footage.seconds_of(*frame),
            bounds,
            area: object.mask.area(),
            score: object.iou,
            presence: 1.0 / (1.0 + (-object.object_score).exp()),
            mask: RunLengthText::of(&object.mask),
        })?;
    }
    Ok(())
}
