//! Pictures of a sample: the frame with the true outline and the predicted pixels, or with both boxes.
//!
//! In: what to show. Out: an address that holds a JPEG, for a page that needs no other file.

use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};
use tubelet_geometry::{BoundingBox, Mask};
use tubelet_metrics::PreciseBox;
use tubelet_video::{Frame, ObjectDrawing, OverlayStyle};

use crate::error::Problem;
use crate::evidence::{BoxEvidence, MaskEvidence, background};
use crate::output::markup::base64;

/// Largest width of a picture in pixels.
const WIDTH: u32 = 480;
/// Quality of its JPEG, of 100.
const QUALITY: u8 = 82;

/// Colour of what is true.
const TRUTH: [u8; 3] = [64, 220, 96];
/// Colour of what was predicted.
const PREDICTION: [u8; 3] = [255, 128, 32];

/// The predicted mask filled, the true one as an outline.
pub(crate) fn masks(evidence: &MaskEvidence) -> Result<String, Problem> {
    let (truth, prediction) = (evidence.truth.read()?, evidence.prediction.read()?);
    let size = truth.as_ref().or(prediction.as_ref()).map(Mask::size);
    let size =
        size.ok_or_else(|| Problem::value(&evidence.caption, "neither side has a mask here"))?;
    let mut frame = background(evidence.image.as_ref(), (&evidence.caption, size))?;
    let filled = OverlayStyle {
        opacity: 0.55,
        line_width: Some(0),
    };
    let outline = OverlayStyle {
        opacity: 0.0,
        line_width: Some(line_width(size.width)),
    };
    for (mask, style, color) in [(&prediction, filled, PREDICTION), (&truth, outline, TRUTH)] {
        let drawing = ObjectDrawing {
            mask: mask.as_ref(),
            color,
            ..ObjectDrawing::default()
        };
        frame.draw_object(&drawing, style)?;
    }
    encoded(frame, &evidence.caption)
}

/// Both boxes.
pub(crate) fn boxes(evidence: &BoxEvidence) -> Result<String, Problem> {
    let place = (evidence.caption.as_str(), evidence.size);
    let mut frame = background(evidence.image.as_ref(), place)?;
    let style = OverlayStyle {
        opacity: 0.0,
        line_width: Some(line_width(evidence.size.width)),
    };
    let drawn = |of: PreciseBox| {
        let edges = [of.left, of.top, of.right, of.bottom].map(|edge| edge as f32);
        let [left, top, right, bottom] = edges;
        BoundingBox::new(left, top, right, bottom)
    };
    for (edges, color) in [(evidence.prediction, PREDICTION), (evidence.truth, TRUTH)] {
        let drawing = ObjectDrawing {
            bounding_box: edges.map(drawn),
            color,
            ..ObjectDrawing::default()
        };
        frame.draw_object(&drawing, style)?;
    }
    encoded(frame, &evidence.caption)
}

/// Of frames of any width; a line is never so wide that it takes long to draw.
fn line_width(width: usize) -> usize {
    (width / 240).clamp(1, 32)
}

/// The frame, made small, as the address of a JPEG.
fn encoded(frame: Frame, name: &str) -> Result<String, Problem> {
    let refused = |reason: &str| Problem::value(name, reason);
    let size = (frame.size.width as u32, frame.size.height as u32);
    let picture = RgbImage::from_raw(size.0, size.1, frame.pixels);
    let picture = picture.ok_or_else(|| refused("a frame with too few pixels"))?;
    let small = if size.0 > WIDTH {
        let height = (u64::from(size.1) * u64::from(WIDTH) / u64::from(size.0)).max(1) as u32;
        imageops::resize(&picture, WIDTH, height, imageops::FilterType::Triangle)
    } else {
        picture
    };
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    small
        .write_with_encoder(encoder)
        .map_err(|error| refused(&error.to_string()))?;
    Ok(format!("data:image/jpeg;base64,{}", base64(&bytes)))
}
