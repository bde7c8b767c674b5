//! `preprocessor_config.json` and `video_preprocessor_config.json` as released.
//!
//! In: a model folder. Out: [`ImageSettings`] and [`VideoSettings`], checked against the model.

use serde::Deserialize;

use crate::{
    config::VisionConfig,
    error::{QwenError, Result},
    files::ModelFiles,
};

/// Longest edge of a picture that is taken.
pub(crate) const LONGEST_EDGE: usize = 1 << 16;
/// Largest pixel budget that is taken.
const LARGEST_BUDGET: usize = 1 << 31;
/// Most pixels that a smaller picture is enlarged to.
const LARGEST_FLOOR: usize = 1 << 22;

/// How pictures become patches.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageSettings {
    /// Fewest and most pixels after resizing.
    pub pixels: [usize; 2],
    /// Mean of each colour, of numbers between 0 and 1.
    pub mean: [f32; 3],
    /// Deviation of each colour.
    pub deviation: [f32; 3],
    /// Pixels along an edge of a patch.
    pub patch: usize,
    /// Frames in a patch.
    pub patch_frames: usize,
    /// Patches along an edge of a token's square.
    pub merge: usize,
}

/// How videos become patches.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoSettings {
    /// As for pictures; the pixels are those of all frames together.
    pub image: ImageSettings,
    /// Frames taken from each second.
    pub fps: f64,
    /// Fewest and most frames taken.
    pub frames: [usize; 2],
    /// Most tokens of a frame, where frames are capped each by itself.
    pub frame_tokens: Option<usize>,
}

impl ImageSettings {
    /// Pixels along an edge of a token's square.
    pub(crate) fn factor(&self) -> usize {
        self.patch * self.merge
    }

    /// Reads the file; the release's values where there is none.
    pub(crate) fn read(files: &ModelFiles, vision: &VisionConfig) -> Result<Self> {
        let file = files.json::<SettingsFile>("preprocessor_config.json")?;
        let defaults = [65_536, 16_777_216];
        file.unwrap_or_default().image(defaults, vision)
    }
}

impl VideoSettings {
    /// Reads the file; the release's values where there is none.
    pub(crate) fn read(files: &ModelFiles, vision: &VisionConfig) -> Result<Self> {
        let file = files.json::<SettingsFile>("video_preprocessor_config.json")?;
        let file = file.unwrap_or_default();
        let settings = Self {
            fps: file.fps.unwrap_or(2.0),
            frames: [file.min_frames.unwrap_or(4), file.max_frames.unwrap_or(768)],
            frame_tokens: file
                .cap_pixels_per_frame
                .unwrap_or(false)
                .then(|| file.max_video_tokens.unwrap_or(768)),
            image: file.image([4096, 25_165_824], vision)?,
        };
        if !settings.fps.is_finite() || settings.fps <= 0.0 {
            return Err(wrong("fps", format!("is {}", settings.fps)));
        }
        let [fewest, most] = settings.frames;
        if fewest == 0 || most < fewest {
            return Err(wrong(
                "max_frames",
                format!("is {most}, min_frames {fewest}"),
            ));
        }
        Ok(settings)
    }
}

#[derive(Deserialize, Default)]
struct SettingsFile {
    size: Option<Edges>,
    min_pixels: Option<usize>,
    max_pixels: Option<usize>,
    patch_size: Option<usize>,
    temporal_patch_size: Option<usize>,
    merge_size: Option<usize>,
    image_mean: Option<[f32; 3]>,
    image_std: Option<[f32; 3]>,
    fps: Option<f64>,
    min_frames: Option<usize>,
    max_frames: Option<usize>,
    cap_pixels_per_frame: Option<bool>,
    max_video_tokens: Option<usize>,
}

#[derive(Deserialize)]
struct Edges {
    shortest_edge: Option<usize>,
    longest_edge: Option<usize>,
}

impl SettingsFile {
    fn image(self, defaults: [usize; 2], vision: &VisionConfig) -> Result<ImageSettings> {
        let edges = self
            .size
            .map_or([None; 2], |size| [size.shortest_edge, size.longest_edge]);
        let settings = ImageSettings {
            pixels: [
                self.min_pixels.or(edges[0]).unwrap_or(defaults[0]),
                self.max_pixels.or(edges[1]).unwrap_or(defaults[1]),
            ],
            mean: self.image_mean.unwrap_or([0.5; 3]),
            deviation: self.image_std.unwrap_or([0.5; 3]),
            patch: self.patch_size.unwrap_or(vision.patch),
            patch_frames: self.temporal_patch_size.unwrap_or(vision.patch_frames),
            merge: self.merge_size.unwrap_or(vision.merge),
        };
        for (field, found, expected) in [
            ("patch_size", settings.patch, vision.patch),
            (
                "temporal_patch_size",
                settings.patch_frames,
                vision.patch_frames,
            ),
            ("merge_size", settings.merge, vision.merge),
        ] {
            if found != expected {
                return Err(wrong(field, format!("is {found}, the model's {expected}")));
            }
        }
        let [fewest, most] = settings.pixels;
        if !(1..=LARGEST_FLOOR).contains(&fewest) || !(fewest..=LARGEST_BUDGET).contains(&most) {
            let reason = format!("allows {fewest} to {most} pixels");
            return Err(wrong("size", reason));
        }
        let is_number = |values: [f32; 3]| values.iter().all(|value| value.is_finite());
        if !is_number(settings.mean) || !is_number(settings.deviation.map(f32::recip)) {
            let reason = format!("is {:?}, of mean {:?}", settings.deviation, settings.mean);
            return Err(wrong("image_std", reason));
        }
        Ok(settings)
    }
}

fn wrong(field: &str, reason: String) -> QwenError {
    QwenError::ProcessorSettings {
        field: field.to_owned(),
        reason,
    }
}
