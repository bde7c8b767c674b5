//! How often a prompt in one camera finds the same object in another, at the same time, where the ground truth has it in both:
//! `cargo run --release -p tubelet --example rig_hits -- RIG [--weights FILE] [--steps N]`.
//!
//! In: a rig with masks, such as Waymo's `pvps_data_one_frame.tfrecord` (without one, that file below `TUBELET_SHARED`, and a
//! line that says so where it is not there). Out: a table in Markdown by prompt and variant. A hit is a mask that overlaps the
//! object by half of their union; it is touched where most of the mask lies on it. False is a mask in a camera that does
//! not show the object.

use std::{error::Error, fmt::Write, io, path::PathBuf, process::ExitCode, sync::Arc};

use tubelet::{
    datasets::{RigClip, RigMasks, RigObject, RigPlace, RigStep as SeenStep},
    geometry::Mask,
    segmentation::{Device, EmbeddedModel, RigVariant, Segmenter, SegmenterConfig},
    session::{Click, ObjectId, RigCamera, RigOptions, RigPicture, RigPrompt, RigSession, RigStep},
};
use tubelet_nn::WeightFile;
use tubelet_training::central_click;

type Fallible<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: rig_hits [RIG] [--weights FILE] [--steps N]";
const FRAME: &str = "data/waymo/utils/testdata/pvps_data_one_frame.tfrecord";
/// Objects smaller than one in so many pixels of the picture are left out, in either camera.
const PIXELS_PER_LEAST_AREA: usize = 1000;
const PROMPTS: [&str; 3] = ["click", "box", "mask"];

fn main() -> ExitCode {
    match run() {
        Ok(table) => {
            let _ = io::Write::write_all(&mut io::stdout(), table.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("{error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// What the command line says.
struct Request {
    rig: Option<PathBuf>,
    weights: Option<PathBuf>,
    steps: usize,
}

impl Request {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Fallible<Self> {
        let mut request = Self {
            rig: None,
            weights: None,
            steps: usize::MAX,
        };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--weights" => request.weights = Some(arguments.next().ok_or(USAGE)?.into()),
                "--steps" => request.steps = arguments.next().ok_or(USAGE)?.parse()?,
                rig => request.rig = Some(rig.into()),
            }
        }
        let shared = std::env::var_os("TUBELET_SHARED").map(|root| PathBuf::from(root).join(FRAME));
        request.rig = request.rig.or(shared.filter(|path| path.is_file()));
        Ok(request)
    }
}

/// What became of the cameras in which an object was not pointed at.
#[derive(Clone, Copy, Debug, Default)]
struct Hits {
    shown: usize,
    hit: usize,
    touched: usize,
    absent: usize,
    claimed: usize,
    /// Of the prompted cameras' own masks, summed.
    own: f64,
    prompts: usize,
}

impl Hits {
    fn push(&mut self, truth: Option<&Mask>, found: &Mask) {
        let Some(truth) = truth else {
            self.absent += 1;
            self.claimed += usize::from(!found.is_empty());
            return;
        };
        self.shown += 1;
        self.hit += usize::from(truth.iou(found) >= 0.5);
        let on_object = truth.intersection_count(found) * 2 > found.count();
        self.touched += usize::from(on_object && !found.is_empty());
    }
}

fn run() -> Fallible<String> {
    let request = Request::parse(std::env::args().skip(1))?;
    let Some(rig) = &request.rig else {
        return Ok(format!(
            "nothing was measured: name a rig, or set TUBELET_SHARED to the folder that holds {FRAME}\n"
        ));
    };
    let file = match &request.weights {
        Some(path) => WeightFile::open(path)?,
        None => EmbeddedModel::Rig.weights()?,
    };
    let config = SegmenterConfig::of(&file)?;
    let (segmenter, _) = Segmenter::load(&config, &file, &Device::default())?;
    let segmenter = Arc::new(segmenter);
    let mut table = "| prompt | variant | J in its camera | hits | touched | false |\n\
                     |---|---|--:|--:|--:|--:|\n"
        .to_owned();
    for prompt in PROMPTS {
        for variant in RigVariant::ALL {
            let mut hits = Hits::default();
            for place in RigPlace::find(rig, None)? {
                let mut clip = place.open()?;
                for index in 0..clip.step_count().min(request.steps) {
                    let step = clip.step(index)?;
                    judge((&clip, &step), (&segmenter, variant), prompt, &mut hits)?;
                }
            }
            writeln!(
                table,
                "| {prompt} | {} | {:.1} | {} of {} | {} | {} of {} |",
                variant.name(),
                100.0 * hits.own / hits.prompts.max(1) as f64,
                hits.hit,
                hits.shown,
                hits.touched,
                hits.claimed,
                hits.absent,
            )?;
        }
    }
    Ok(table)
}

/// Points at every object that two cameras of a step see, in each of them.
fn judge(
    (clip, seen): (&RigClip, &SeenStep),
    (segmenter, variant): (&Arc<Segmenter>, RigVariant),
    prompt: &str,
    hits: &mut Hits,
) -> Fallible<()> {
    let objects = visible(seen)?;
    let options = RigOptions {
        rule: variant.rule(),
        ..RigOptions::default()
    };
    let mut shown = RigSession::new(Arc::clone(segmenter), cameras(clip), options)?;
    shown.show(0, &pictures(seen)?)?;
    for (camera, own) in objects.iter().enumerate() {
        for object in own {
            let elsewhere = |other: usize| {
                let same = |it: &&RigObject| it.instance == object.instance;
                objects[other].iter().find(same).map(|it| &it.mask)
            };
            if (0..objects.len()).all(|other| other == camera || elsewhere(other).is_none()) {
                continue;
            }
            let mut session = shown.clone();
            session.say(ObjectId(1), camera, as_prompt(prompt, &object.mask)?)?;
            let found = session.track()?;
            for (other, masks) in found.cameras.iter().enumerate() {
                let Some(mask) = masks.as_ref().and_then(|masks| masks.first()) else {
                    continue;
                };
                let mask = mask.mask.decode();
                if other == camera {
                    hits.own += object.mask.iou(&mask);
                    hits.prompts += 1;
                } else {
                    hits.push(elsewhere(other), &mask);
                }
            }
        }
    }
    Ok(())
}

/// The objects of every camera that are large enough.
fn visible(seen: &SeenStep) -> Fallible<Vec<Vec<RigObject>>> {
    let mut objects = Vec::with_capacity(seen.views.len());
    for view in &seen.views {
        let masks = view.as_ref().and_then(|view| view.masks.as_ref());
        let mut found = masks.map_or_else(|| Ok(Vec::new()), RigMasks::decode)?;
        found.retain(|it| it.mask.count() * PIXELS_PER_LEAST_AREA >= it.mask.size().pixel_count());
        objects.push(found);
    }
    Ok(objects)
}

fn pictures(seen: &SeenStep) -> Fallible<RigStep> {
    let mut pictures = Vec::with_capacity(seen.views.len());
    for view in &seen.views {
        pictures.push(match view {
            Some(view) => Some(RigPicture {
                frame: view.picture.decode()?,
                world_from_ego: view.world_from_ego,
            }),
            None => None,
        });
    }
    let mut taken = seen.views.iter().flatten();
    let world_from_ego = taken.find_map(|view| view.world_from_ego);
    Ok(RigStep {
        pictures,
        world_from_ego,
    })
}

fn cameras(clip: &RigClip) -> Vec<RigCamera> {
    let calibration = |index: usize| clip.rig().and_then(|rig| rig.cameras().get(index).copied());
    let names = clip.cameras().iter().enumerate();
    names
        .map(|(index, name)| RigCamera {
            name: name.clone(),
            calibration: calibration(index),
        })
        .collect()
}

fn as_prompt(prompt: &str, mask: &Mask) -> Fallible<RigPrompt> {
    Ok(match prompt {
        "click" => {
            let click = central_click(mask, &Mask::new(mask.size()));
            let (x, y) = (click.x as f32 + 0.5, click.y as f32 + 0.5);
            RigPrompt::Clicks(vec![Click::include(x, y)])
        }
        "box" => RigPrompt::Box(mask.bounding_box().ok_or("an empty mask")?),
        _ => RigPrompt::Mask(mask.clone()),
    })
}
