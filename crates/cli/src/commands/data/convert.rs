//! `tubelet data convert`: masks of one data set in the form of another.

use serde::Serialize;
use tubelet_datasets::Conversion;

use super::arguments::ConvertArguments;
use crate::{failure::Failure, print::Printer};

#[derive(Debug, Serialize)]
struct Summary {
    written: String,
    videos: usize,
    frames: usize,
    masks: usize,
    contested_pixels: usize,
    renumbered_videos: usize,
}

/// Converts.
///
/// # Errors
/// When the folder has no masks of whole videos, a file is damaged, or there is something where results would be.
pub(super) fn run(arguments: &ConvertArguments, printer: Printer) -> Result<(), Failure> {
    let conversion = Conversion {
        from: arguments.from.clone(),
        kind: arguments.kind,
        split: arguments.split.clone(),
        to: arguments.to.clone(),
        form: arguments.form.into(),
    };
    let line = printer.spinner();
    let counts = conversion.run(&mut |video| {
        line.inc(1);
        line.set_message(video.to_owned());
    })?;
    line.finish_and_clear();
    if counts.contested_pixels > 0 {
        printer.note(&format!(
            "{} pixels belonged to several objects; each was given to one of them",
            counts.contested_pixels
        ));
    }
    if counts.renumbered_videos > 0 {
        printer.note(&format!(
            "the objects of {} videos were numbered anew, from 1",
            counts.renumbered_videos
        ));
    }
    let summary = Summary {
        written: arguments.to.display().to_string(),
        videos: counts.videos,
        frames: counts.frames,
        masks: counts.masks,
        contested_pixels: counts.contested_pixels,
        renumbered_videos: counts.renumbered_videos,
    };
    if arguments.json {
        return Printer::json(&summary);
    }
    Printer::result(&format!(
        "{}: {} videos, {} frames, {} masks",
        summary.written, summary.videos, summary.frames, summary.masks
    ))
}
