//! What the variants of MST-SAM cost: `cargo run --release -p tubelet-session --example rig_cost` (`-- SIDE` for pictures and
//! maps of another size than 256, `-- SIDE STEPS` for another number of steps than 12).
//!
//! In: nothing; six cameras see a disc that all of them show at all times, and it is pointed out in each at first. Out: for each
//! variant the memory tokens of its full window, those that a view looks at on average, milliseconds of a view by its median, bytes
//! of memory that are held, and the share of views in which the disc was found, all in one run, the variants taking turns
//! step by step. Weights are those of `tubelet-rig`.

use std::{error::Error, fmt::Write as _, io::Write, process::ExitCode, sync::Arc, time::Instant};

use burn::tensor::Device;
use tubelet_geometry::{BoundingBox, Camera, Distortion, FrameSize, Lens, RigidTransform};
use tubelet_segmentation::{EmbeddedModel, RigVariant, Segmenter, SegmenterConfig};
use tubelet_session::{
    ObjectId, RigCamera, RigMasks, RigOptions, RigPicture, RigPrompt, RigSession, RigStep,
};
use tubelet_video::Frame;

type Fallible<T> = Result<T, Box<dyn Error>>;

const CAMERAS: usize = 6;
const OBJECT: ObjectId = ObjectId(1);
/// Bytes of a number in memory.
const BYTES: usize = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match measure(&arguments) {
        Ok(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &[String]) -> Fallible<String> {
    let number = |index: usize, default: usize| -> Fallible<usize> {
        Ok(arguments
            .get(index)
            .map_or(Ok(default), |text| text.parse())?)
    };
    let (side, steps) = (number(0, 256)?, number(1, 12)?);
    let file = EmbeddedModel::Rig.weights()?;
    let config = SegmenterConfig::of(&file)?.with_image_size(side);
    let (segmenter, _) = Segmenter::load(&config, &file, &Device::default())?;
    let segmenter = Arc::new(segmenter);
    let mut sessions = RigVariant::ALL
        .into_iter()
        .map(|variant| session(&segmenter, variant, side))
        .collect::<Fallible<Vec<_>>>()?;
    let mut seconds: Vec<Vec<f64>> = vec![Vec::new(); sessions.len()];
    let mut looks = vec![Looks::default(); sessions.len()];
    for step in 0..steps {
        let shown = pictures(step, side)?;
        for ((session, seconds), looks) in sessions.iter_mut().zip(&mut seconds).zip(&mut looks) {
            let start = Instant::now();
            session.show(step, &shown)?;
            if step == 0 {
                for camera in 0..CAMERAS {
                    session.say(OBJECT, camera, RigPrompt::Box(disc(step, side)))?;
                }
            }
            let masks = session.track()?;
            seconds.push(start.elapsed().as_secs_f64());
            if step > 0 {
                looks.add(session, &masks)?;
            }
        }
    }
    let grid = config.embedding_size();
    let tokens = grid * grid;
    let mut text =
        "| variant | memory tokens, full window | looked at | ms a view | of SAM2-MV | memory held, MB | found |\n\
                    |---|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    let mut first = None;
    for (((variant, session), seconds), looks) in RigVariant::ALL
        .iter()
        .zip(&sessions)
        .zip(&mut seconds)
        .zip(&looks)
    {
        // Until the window is full a view has less to look at.
        let full = variant.rule().window.div_ceil(CAMERAS) + 1;
        let mut steady = seconds.split_off(full.min(seconds.len().saturating_sub(1)));
        steady.sort_by(f64::total_cmp);
        let view = 1e3 * steady[steady.len() / 2] / CAMERAS as f64;
        let base = *first.get_or_insert(view);
        let held = session.held(OBJECT)?;
        let share = |count: usize| count as f64 / looks.views.max(1) as f64;
        let megabytes = (held * tokens * config.memory.channels * BYTES) as f64 / 1e6;
        writeln!(
            text,
            "| {} | {} | {:.0} | {view:.1} | {:.2} | {megabytes:.2} | {:.0} % |",
            variant.name(),
            variant.rule().window * tokens,
            share(looks.memories) * tokens as f64,
            view / base,
            100.0 * share(looks.found),
        )?;
    }
    Ok(text)
}

/// What the views after the first step looked at and found.
#[derive(Clone, Default)]
struct Looks {
    views: usize,
    memories: usize,
    found: usize,
}

impl Looks {
    fn add(&mut self, session: &RigSession, masks: &RigMasks) -> Fallible<()> {
        for (camera, found) in masks.cameras.iter().enumerate() {
            self.views += 1;
            self.memories += session.looked_at(OBJECT, camera)?;
            let found = found.iter().flatten();
            self.found += found.filter(|found| found.mask.area() > 0).count();
        }
        Ok(())
    }
}

fn session(segmenter: &Arc<Segmenter>, variant: RigVariant, side: usize) -> Fallible<RigSession> {
    let half = side as f64 / 2.0;
    let cameras = (0..CAMERAS)
        .map(|index| -> Fallible<RigCamera> {
            let lens = Lens::from_calibration([half; 2], [half - 0.5; 2], Distortion::None)?;
            let turn = index as f64 * std::f64::consts::TAU / CAMERAS as f64;
            let ahead = RigidTransform::from_quaternion([0.5, -0.5, 0.5, -0.5], [0.0; 3])?;
            let around = [(turn / 2.0).cos(), 0.0, 0.0, (turn / 2.0).sin()];
            let place = RigidTransform::from_quaternion(around, [0.0, 0.0, 1.5])? * ahead;
            Ok(RigCamera {
                name: format!("CAM_{index}"),
                calibration: Some(Camera::new(FrameSize::new(side, side), lens, place)?),
            })
        })
        .collect::<Fallible<Vec<_>>>()?;
    let options = RigOptions {
        rule: variant.rule(),
        ..RigOptions::default()
    };
    Ok(RigSession::new(Arc::clone(segmenter), cameras, options)?)
}

/// Where the disc is in every camera.
fn disc(step: usize, side: usize) -> BoundingBox {
    let side = side as f32;
    let left = side * (0.3 + 0.01 * step as f32);
    BoundingBox::new(left, side * 0.35, left + side * 0.25, side * 0.6)
}

/// A bright disc on a dark checked ground.
fn pictures(step: usize, side: usize) -> Fallible<RigStep> {
    let bounds = disc(step, side);
    let middle = [
        f32::midpoint(bounds.left, bounds.right),
        f32::midpoint(bounds.top, bounds.bottom),
    ];
    let radius = bounds.width() / 2.0;
    let pixel = |index: usize| {
        let (x, y) = (index % side, index / side);
        let away = (x as f32 - middle[0]).hypot(y as f32 - middle[1]);
        if away < radius {
            [230, 60, 40]
        } else {
            [40 + ((x / 16 + y / 16) % 2) as u8 * 50; 3]
        }
    };
    let pixels: Vec<u8> = (0..side * side).flat_map(pixel).collect();
    let frame = Frame::new(FrameSize::new(side, side), pixels)?;
    let world_from_ego =
        RigidTransform::from_quaternion([1.0, 0.0, 0.0, 0.0], [step as f64, 0.0, 0.0])?;
    let picture = RigPicture {
        frame,
        world_from_ego: Some(world_from_ego),
    };
    Ok(RigStep {
        pictures: vec![Some(picture); CAMERAS],
        world_from_ego: Some(world_from_ego),
    })
}
