//! `tubelet data convert`: masks of one data set in the form of another.

use serde::Serialize;
use tubelet_datasets::{Conversion, MaskForm};

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
    void_pixels: usize,
}

/// Converts.
///
/// # Errors
/// When the folder has no masks of whole videos or not the part that is named, a file is damaged, or there is something
/// where results would be. Then nothing is written.
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
        let how = match conversion.form {
            MaskForm::YoutubeVis => {
                "on from video to video; `instance_id` keeps the number in the video"
            }
            _ => "from 1",
        };
        printer.note(&format!(
            "the objects of {} videos were numbered anew, {how}",
            counts.renumbered_videos
        ));
    }
    if counts.void_pixels > 0 {
        let fate = match conversion.form {
            MaskForm::Davis | MaskForm::LabelPictures => "stay void (255)",
            MaskForm::KittiMots => "became class 10",
            MaskForm::MaskFolders | MaskForm::YoutubeVis => "were left out",
        };
        printer.note(&format!(
            "{} pixels are void, which is no object; they {fate}",
            counts.void_pixels
        ));
    }
    let summary = Summary {
        written: arguments.to.display().to_string(),
        videos: counts.videos,
        frames: counts.frames,
        masks: counts.masks,
        contested_pixels: counts.contested_pixels,
        renumbered_videos: counts.renumbered_videos,
        void_pixels: counts.void_pixels,
    };
    if arguments.json {
        return Printer::json(&summary);
    }
    Printer::result(&format!(
        "{}: {} videos, {} frames, {} masks",
        summary.written, summary.videos, summary.frames, summary.masks
    ))
}
