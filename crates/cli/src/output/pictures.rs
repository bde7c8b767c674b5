//! Pictures of a finished run: overlay video, palette images and a contact sheet.
//!
//! In: the clip once more, and the journal. Out: `overlay.mp4`, `masks/00000.png`, `contact-sheet.png`. One frame is in
//! memory at a time.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;
use tubelet_geometry::Mask;
use tubelet_session::FrameSource;
use tubelet_video::{
    ContactSheet, DrawnPoint, Frame, LabelMap, ObjectDrawing, OverlayStyle, VideoWriter,
    WriteOptions, object_color,
};

use super::journal::Journal;
use crate::{failure::Failure, footage::Footage};

/// Pictures on the contact sheet, and how they are laid out.
const SHEET_PICTURES: usize = 12;
const SHEET_COLUMNS: usize = 4;
const SHEET_CELL_WIDTH: usize = 320;

/// Points by which objects were prompted: frame and object to points.
pub(crate) type PromptPoints = BTreeMap<(usize, u32), Vec<DrawnPoint>>;

/// What was drawn.
#[derive(Clone, Debug)]
pub(crate) struct Pictures {
    /// The overlay video.
    pub(crate) overlay: PathBuf,
    /// The folder of palette images.
    pub(crate) masks: PathBuf,
    /// The contact sheet.
    pub(crate) contact_sheet: PathBuf,
}

impl Pictures {
    fn within(folder: &Path) -> Self {
        Self {
            overlay: folder.join("overlay.mp4"),
            masks: folder.join("masks"),
            contact_sheet: folder.join("contact-sheet.png"),
        }
    }

    /// Removes pictures of an earlier run, which would be taken for those of this one. Other files stay.
    ///
    /// # Errors
    /// When one cannot be removed.
    pub(crate) fn remove(folder: &Path) -> Result<(), Failure> {
        let pictures = Self::within(folder);
        let mut old = vec![pictures.overlay, pictures.contact_sheet];
        let masks = std::fs::read_dir(&pictures.masks).into_iter().flatten();
        let masks = masks.flatten().map(|entry| entry.path());
        old.extend(masks.filter(|path| is_numbered_png(path)));
        for path in old.iter().filter(|path| path.is_file()) {
            std::fs::remove_file(path).map_err(Failure::writing(path))?;
        }
        Ok(())
    }
}

fn is_numbered_png(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    path.extension().is_some_and(|end| end == "png")
        && stem.is_some_and(|stem| stem.len() >= 5 && stem.bytes().all(|it| it.is_ascii_digit()))
}

/// Draws every frame that has records.
///
/// # Errors
/// When the clip cannot be read again or the disk refuses a picture.
pub(crate) fn draw(
    folder: &Path,
    footage: &mut Footage,
    (journal, points): (&Journal, &PromptPoints),
    bar: &ProgressBar,
) -> Result<Pictures, Failure> {
    let pictures = Pictures::within(folder);
    std::fs::create_dir_all(&pictures.masks).map_err(Failure::writing(&pictures.masks))?;
    let frames = journal.frames();
    let (Some(&first), Some(&last)) = (frames.first(), frames.last()) else {
        return Ok(pictures);
    };
    let size = footage.size();
    let mut video = VideoWriter::create(&pictures.overlay, size, WriteOptions::default())?;
    let mut sheet = ContactSheet::new(SHEET_COLUMNS, SHEET_CELL_WIDTH);
    let sheet_step = (last - first + 1).div_ceil(SHEET_PICTURES).max(1);
    let mut times = DrawnTimes::default();
    for index in first..=last {
        let records = journal.of_frame(index)?;
        if records.is_empty() {
            continue;
        }
        let Some(mut frame) = footage.frame(index)? else {
            break;
        };
        let mut labels = LabelMap::new(size);
        for record in &records {
            let mask = record.mask.decode()?;
            labels.paint(&mask, label_of(record.object))?;
            let here = points.get(&(index, record.object));
            let points = here.map_or(&[][..], Vec::as_slice);
            let found = (record.object as usize, f64::from(record.score));
            draw_object(&mut frame, found, &mask, points)?;
        }
        labels.write_png(pictures.masks.join(format!("{index:05}.png")))?;
        if (index - first) % sheet_step == 0 {
            let label = format!("{index}  {:.2} s", frame.seconds);
            sheet.add(&frame, &label)?;
        }
        let shown = times.next(frame.seconds);
        video.write(&frame.at(index, shown))?;
        bar.inc(1);
    }
    video.finish()?;
    sheet.to_frame().write_png(&pictures.contact_sheet)?;
    Ok(pictures)
}

/// When frames are shown in the overlay: from 0 on, and each after the one before, also where a clip says otherwise.
#[derive(Debug, Default)]
struct DrawnTimes {
    /// Seconds of the first frame in its clip, and of the last in the overlay.
    before: Option<(f64, f64)>,
}

impl DrawnTimes {
    /// Shortest time that a frame is shown, in seconds.
    const SHORTEST: f64 = 1e-3;

    fn next(&mut self, seconds: f64) -> f64 {
        let (first, shown) = match self.before {
            None => (seconds, 0.0),
            Some((first, before)) => (first, (seconds - first).max(before + Self::SHORTEST)),
        };
        self.before = Some((first, shown));
        shown
    }
}

/// Objects beyond the palette share its last colour.
fn label_of(object: u32) -> u8 {
    u8::try_from(object).unwrap_or(u8::MAX)
}

/// Draws an object's mask, its box, its number and score, and the points that prompted it.
///
/// # Errors
/// When the mask is not of the frame's size.
pub(crate) fn draw_object(
    frame: &mut Frame,
    (object, score): (usize, f64),
    mask: &Mask,
    points: &[DrawnPoint],
) -> Result<(), Failure> {
    let label = format!("{object}  {score:.2}");
    let drawing = ObjectDrawing {
        mask: Some(mask),
        bounding_box: mask.bounding_box(),
        points,
        label: (!mask.is_empty()).then_some(label.as_str()),
        color: object_color(object),
    };
    frame.draw_object(&drawing, OverlayStyle::default())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_shown_one_after_the_other_from_the_first_on() {
        let mut times = DrawnTimes::default();
        let shown = [2.0, 2.5, 2.5, 2.4, 4.0].map(|seconds| times.next(seconds));
        let expected = [0.0, 0.5, 0.501, 0.502, 2.0];
        for (shown, expected) in shown.iter().zip(expected) {
            assert!((shown - expected).abs() < 1e-9, "{shown} {expected}");
        }
    }

    #[test]
    fn only_pictures_of_an_earlier_run_are_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let masks = folder.path().join("masks");
        std::fs::create_dir(&masks).expect("a folder");
        let files = [
            "masks/00001.png",
            "masks/mine.png",
            "overlay.mp4",
            "notes.txt",
        ];
        for name in files {
            std::fs::write(folder.path().join(name), b"x").expect("written");
        }
        Pictures::remove(folder.path()).expect("removed");
        let left = files.map(|name| folder.path().join(name).exists());
        assert_eq!(left, [false, true, false, true]);
    }
}
