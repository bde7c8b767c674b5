//! Draws clips of the procedural world on one sheet: a row per seed, frames with and without their masks.
//!
//! `cargo run --release -p tubelet-datasets --example contact_sheet -- sheet.png [first seed] [rows] [side] [difficulty]`

use std::path::PathBuf;

use anyhow::Context;
use image::{Rgb, RgbImage};
use tubelet_datasets::{World, WorldConfig, WorldFrame};

/// Columns of the sheet: the frame's number and whether its masks are drawn.
const COLUMNS: [(usize, bool); 6] = [
    (0, false),
    (0, true),
    (2, false),
    (4, false),
    (7, false),
    (7, true),
];
const COLOURS: [[u8; 3]; 6] = [
    [255, 40, 40],
    [40, 220, 60],
    [60, 110, 255],
    [255, 210, 0],
    [255, 60, 255],
    [0, 230, 230],
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, default: f64| -> anyhow::Result<f64> {
        arguments.get(index).map_or(Ok(default), |text| {
            text.parse()
                .with_context(|| format!("`{text}` is no number"))
        })
    };
    let path = PathBuf::from(
        arguments
            .first()
            .context("give the path of the sheet to write")?,
    );
    let (first, rows, side) = (
        number(1, 0.0)? as u64,
        number(2, 6.0)? as u32,
        number(3, 256.0)? as u32,
    );
    let config = WorldConfig::training(side as usize).with_difficulty(number(4, 1.0)? as f32);
    let mut sheet = RgbImage::new(side * COLUMNS.len() as u32, side * rows);
    for row in 0..rows {
        let world = World::new(config.clone(), first + u64::from(row))?;
        for (column, (index, masked)) in COLUMNS.into_iter().enumerate() {
            paste(
                &mut sheet,
                &world.frame(index),
                [column as u32 * side, row * side],
                masked,
            );
        }
    }
    sheet
        .save(&path)
        .with_context(|| format!("cannot write {}", path.display()))
}

fn paste(sheet: &mut RgbImage, frame: &WorldFrame, [left, top]: [u32; 2], masked: bool) {
    for (index, (pixel, id)) in frame.rgb.chunks_exact(3).zip(&frame.ids).enumerate() {
        let (x, y) = (index % frame.size.width, index / frame.size.width);
        let mut colour = [pixel[0], pixel[1], pixel[2]];
        if masked && *id > 0 {
            let paint = COLOURS[(usize::from(*id) - 1) % COLOURS.len()];
            colour = [0, 1, 2].map(|channel| colour[channel] / 2 + paint[channel] / 2);
        }
        sheet.put_pixel(left + x as u32, top + y as u32, Rgb(colour));
    }
}
