//! Draws a drive of the three-dimensional world: a picture of all cameras for each step, and one of the identities.
//!
//! `cargo run --release -p tubelet-datasets --example driving_world -- SEED OUT \
//! [nuscenes|waymo|front] [width] [steps] [difficulty] [texture]`

use std::path::PathBuf;

use anyhow::{Context, bail};
use image::{Rgb, RgbImage};
use tubelet_datasets::{
    CameraLayout, DrivingClip, DrivingPicture, DrivingWorldConfig, driving_clip,
};
use tubelet_geometry::FrameSize;
use tubelet_video::object_color;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [seed, out, rest @ ..] = arguments.as_slice() else {
        bail!("give a seed and a folder to write to");
    };
    let number = |text: &String| {
        text.parse::<usize>()
            .with_context(|| format!("`{text}` is no number"))
    };
    let cameras = match rest.first().map(String::as_str) {
        None | Some("nuscenes") => CameraLayout::NuScenes,
        Some("waymo") => CameraLayout::Waymo,
        Some("front") => CameraLayout::Front,
        Some(other) => bail!("`{other}` is no layout of cameras"),
    };
    let mut config = DrivingWorldConfig {
        cameras,
        ..DrivingWorldConfig::default()
    };
    if let Some(width) = rest.get(1) {
        let width = number(width)?;
        config.size = FrameSize::new(width, width * 9 / 16);
    }
    if let Some(steps) = rest.get(2) {
        config.steps = number(steps)?;
    }
    for (place, share) in [(3, &mut config.difficulty), (4, &mut config.texture)] {
        if let Some(text) = rest.get(place) {
            *share = text
                .parse()
                .with_context(|| format!("`{text}` is no share"))?;
        }
    }
    let clip = driving_clip(number(seed)? as u64, &config)?;
    let out = PathBuf::from(out);
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    for step in clip.steps() {
        let step = step?;
        for (name, labelled) in [("step", false), ("labels", true)] {
            let sheet = surround(&clip, &step.pictures, labelled);
            let path = out.join(format!("{name}_{:03}.png", step.index));
            sheet
                .save(&path)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

/// Column and row of a camera: those that look ahead in the upper row, the others below, as one would turn one's head.
fn cell(name: &str) -> [usize; 2] {
    let column = if name.ends_with("LEFT") {
        0
    } else if name.ends_with("RIGHT") {
        2
    } else {
        1
    };
    [
        column,
        usize::from(name.contains("BACK") || name.contains("SIDE")),
    ]
}

fn surround(clip: &DrivingClip, pictures: &[DrivingPicture], labelled: bool) -> RgbImage {
    let FrameSize { width, height } = clip.config().size;
    let cells: Vec<[usize; 2]> = clip.rig().names().iter().map(|name| cell(name)).collect();
    let rows = cells.iter().map(|[_, row]| row + 1).max().unwrap_or(1);
    let mut sheet = RgbImage::new(
        width as u32 * 3 + 4,
        (height * rows + 2 * (rows - 1)) as u32,
    );
    for (picture, [column, row]) in pictures.iter().zip(cells) {
        let (left, top) = (column * (width + 2), row * (height + 2));
        for (index, (pixel, label)) in picture
            .frame
            .pixels
            .chunks_exact(3)
            .zip(&picture.labels)
            .enumerate()
        {
            let mut colour = [pixel[0], pixel[1], pixel[2]];
            if labelled {
                let paint = if *label == 0 {
                    [0; 3]
                } else {
                    object_color(usize::from(*label))
                };
                colour = [0, 1, 2].map(|channel| colour[channel] / 4 + paint[channel] / 4 * 3);
            }
            let (x, y) = (left + index % width, top + index / width);
            sheet.put_pixel(x as u32, y as u32, Rgb(colour));
        }
    }
    sheet
}
