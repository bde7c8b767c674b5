//! The surround mosaic: all cameras of a step in one picture, one colour for each object.
//!
//! In: the clip once more, the masks. Out: `mosaic.mp4` and a contact sheet. Cameras that look ahead stand above, those that
//! look back below, left to right as someone sees them who sits in the vehicle and turns around.

use std::path::{Path, PathBuf};

use glam::DVec3;
use tubelet_datasets::{RigClip, RigStep};
use tubelet_geometry::FrameSize;
use tubelet_video::{ContactSheet, Frame, VideoWriter, WriteOptions};

use super::tracked::Tracked;
use crate::{failure::Failure, output::pictures::draw_object, print::Printer};

/// Width of one camera's picture in the mosaic.
const CELL_WIDTH: usize = 480;
/// Mosaics on the contact sheet, one above the other.
const SHEET_STEPS: usize = 6;
/// Their width.
const SHEET_WIDTH: usize = 960;
/// Cameras in a row where nobody knows where they look.
const COLUMNS: usize = 3;
/// Longest and shortest time that a step is shown, in seconds.
const SHOWN: [f64; 2] = [0.04, 1.0];

/// What was drawn.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    /// The mosaic video.
    pub(crate) video: PathBuf,
    /// The contact sheet.
    pub(crate) sheet: PathBuf,
}

/// Draws every step that was tracked.
///
/// # Errors
/// When the clip cannot be read again or the disk refuses a picture.
pub(crate) fn draw(
    folder: &Path,
    clip: &mut RigClip,
    tracked: &Tracked,
    printer: Printer,
) -> Result<Drawn, Failure> {
    let drawn = Drawn {
        video: folder.join("mosaic.mp4"),
        sheet: folder.join("contact-sheet.png"),
    };
    let (order, columns) = layout(clip);
    let steps = tracked.tracked_steps();
    let every = steps.len().div_ceil(SHEET_STEPS).max(1);
    let bar = printer.bar(steps.len() as u64);
    bar.set_message("drawing");
    let mut sheet = ContactSheet::new(1, SHEET_WIDTH);
    let mut video: Option<(VideoWriter, FrameSize)> = None;
    let mut clock = Clock::default();
    for (index, &number) in steps.iter().enumerate() {
        let step = clip.step(number)?;
        let picture = mosaic(&step, clip.cameras(), (&order, columns), tracked)?;
        if index % every == 0 {
            let seconds = clock.since_first(step.timestamp_micros);
            sheet.add(&picture, &format!("step {number}  {seconds:.2} s"))?;
        }
        let (mut writer, size) = if let Some(begun) = video.take() {
            begun
        } else {
            let size = picture.size;
            let writer = VideoWriter::create(&drawn.video, size, WriteOptions::default())?;
            (writer, size)
        };
        let seconds = clock.shown_at(step.timestamp_micros);
        let picture = fitted(picture, size)?;
        writer.write(&picture.at(index, seconds))?;
        video = Some((writer, size));
        bar.inc(1);
    }
    if let Some((video, _)) = video {
        video.finish()?;
    }
    sheet.to_frame().write_png(&drawn.sheet)?;
    bar.finish_and_clear();
    Ok(drawn)
}

/// Times at which steps are shown: their own, but for gaps.
#[derive(Debug, Default)]
struct Clock {
    first: Option<i64>,
    last: Option<(i64, f64)>,
}

impl Clock {
    fn since_first(&mut self, micros: i64) -> f64 {
        let first = *self.first.get_or_insert(micros);
        (micros - first) as f64 * 1e-6
    }

    fn shown_at(&mut self, micros: i64) -> f64 {
        let shown = match self.last {
            None => 0.0,
            Some((before, shown)) => {
                let [least, most] = SHOWN;
                shown + ((micros - before) as f64 * 1e-6).clamp(least, most)
            }
        };
        self.last = Some((micros, shown));
        shown
    }
}

/// The order of cameras in the mosaic, and how many stand in a row.
fn layout(clip: &RigClip) -> (Vec<usize>, usize) {
    let count = clip.cameras().len();
    let Some(rig) = clip.rig() else {
        return ((0..count).collect(), COLUMNS.min(count.max(1)));
    };
    let heading = |camera: usize| {
        let place = rig
            .cameras()
            .get(camera)
            .map(|camera| camera.ego_from_camera);
        let ahead = place.map_or(DVec3::X, |place| place.rotate(DVec3::Z));
        ahead.y.atan2(ahead.x).to_degrees()
    };
    let (mut ahead, mut back): (Vec<usize>, Vec<usize>) =
        (0..count).partition(|&camera| heading(camera).abs() <= 95.0);
    ahead.sort_by(|&left, &right| heading(right).total_cmp(&heading(left)));
    back.sort_by(|&left, &right| {
        let around = |camera| heading(camera).rem_euclid(360.0);
        around(left).total_cmp(&around(right))
    });
    let columns = ahead.len().max(back.len()).max(1);
    ahead.extend(back);
    (ahead, columns)
}

fn mosaic(
    step: &RigStep,
    names: &[String],
    (order, columns): (&[usize], usize),
    tracked: &Tracked,
) -> Result<Frame, Failure> {
    let mut cells = ContactSheet::new(columns, CELL_WIDTH);
    for &camera in order {
        let name = names.get(camera).map_or("", String::as_str);
        let Some(view) = step.views.get(camera).and_then(Option::as_ref) else {
            let empty = Frame::new(FrameSize::new(16, 9), vec![0; 16 * 9 * 3])?;
            cells.add(&empty, &format!("{name}: no picture"))?;
            continue;
        };
        let mut frame = view.picture.decode()?;
        for found in tracked.of_view(camera, step.index) {
            let mask = found.mask.decode();
            let found = (found.object as usize, found.score);
            draw_object(&mut frame, found, &mask, &[])?;
        }
        cells.add(&frame, name)?;
    }
    Ok(cells.to_frame())
}

/// A mosaic of the size of the first one; a camera that has no picture for a while may change its height.
fn fitted(picture: Frame, size: FrameSize) -> Result<Frame, Failure> {
    if picture.size == size {
        return Ok(picture);
    }
    let mut pixels = vec![0; size.pixel_count() * 3];
    let row = size.width.min(picture.size.width) * 3;
    let rows = pixels.chunks_exact_mut(size.width * 3);
    for (to, from) in rows.zip(picture.pixels.chunks_exact(picture.size.width * 3)) {
        to[..row].copy_from_slice(&from[..row]);
    }
    Ok(Frame::new(size, pixels)?)
}
