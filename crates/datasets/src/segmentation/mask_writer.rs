//! Results with one mask for each frame: MeViS, ReVOS, Ref-YouTube-VOS, SA-V.
//!
//! In: masks. Out: `FOLDER/VIDEO/PART/FRAME.png`, grey, 0 and 255, where a part is an expression or an object.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use png::{BitDepth, ColorType, Encoder};
use tubelet_geometry::Mask;

use crate::error::{DatasetError, Result};
use crate::names::{check_name, check_relative};

/// The masks of one expression or object of a video, being written.
#[derive(Debug)]
pub struct MaskWriter {
    folder: PathBuf,
}

impl MaskWriter {
    /// Begins the results of a part of a video.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that would lead out of the folder, [`DatasetError::Write`].
    pub fn create(folder: impl AsRef<Path>, video: &str, part: &str) -> Result<Self> {
        check_relative(video)?;
        check_name(part)?;
        let folder = folder.as_ref().join(video).join(part);
        fs::create_dir_all(&folder).map_err(|source| DatasetError::Write {
            path: folder.clone(),
            source,
        })?;
        Ok(Self { folder })
    }

    /// Writes the mask of a frame, which has the name that the data set gives it (`00012`).
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for a name that is a path, [`DatasetError::Write`].
    pub fn write(&self, frame: &str, mask: &Mask) -> Result<()> {
        check_name(frame)?;
        let path = self.folder.join(format!("{frame}.png"));
        let mut bytes = vec![0; mask.size().pixel_count()];
        mask.write_bytes(&mut bytes, u8::MAX);
        encode(&path, mask, &bytes).map_err(|source| DatasetError::Write { path, source })
    }
}

fn encode(path: &Path, mask: &Mask, bytes: &[u8]) -> std::io::Result<()> {
    let size = mask.size();
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = Encoder::new(file, size.width as u32, size.height as u32);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(bytes)?;
    Ok(writer.finish()?)
}
