//! Label pictures of video object segmentation, as masks of objects and of what is not to be judged.
//!
//! In: PNG files, indexed, grey, or wrongly saved in colour. Out: labels and void. What a value means differs between
//! data sets and is said by [`LabelEncoding`].

use std::path::Path;

use png::{BitDepth, ColorType};
use tubelet_geometry::Mask;
use tubelet_video::{Frame, LabelMap, VideoError, label_color, read_image};

use crate::error::{DatasetError, Result};
use crate::formats::deep_png::{DeepLabels, pixel_form};

/// What the value of a pixel means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelEncoding {
    /// One object: every value above 0 is object 1 (DAVIS 2016, whose files hold 0 and 255).
    Binary,
    /// The value is the object; 255 is void, which belongs to nobody and is not judged (DAVIS 2017).
    ObjectsAndVoid,
    /// The value is the object, 255 too (results, and the evaluators that know no void).
    Objects,
    /// One object by itself: 0 and one other value, whatever it is; a third value is refused (SA-V).
    OneObject,
}

/// The objects of one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The object at each pixel; 0 is the background, and void too.
    pub labels: LabelMap,
    /// Pixels that are not to be judged; `None` when there are none.
    pub void: Option<Mask>,
}

impl Annotation {
    /// Reads a label picture.
    ///
    /// Indices and grey levels are taken as they are, grey levels of 16 bits too, up to 255. A picture in colour is
    /// accepted when it has 8 bits and every pixel is grey or every pixel has a colour of the DAVIS palette, as
    /// annotations have that went through a program without palettes.
    ///
    /// # Errors
    /// [`DatasetError::Video`] for a file that is missing, cut short, no PNG or one of colours of 16 bits,
    /// [`DatasetError::Bytes`] for a damaged one of 16 bits, [`DatasetError::Labels`] for colours and numbers above 255
    /// that stand for no label.
    pub fn read(path: impl AsRef<Path>, encoding: LabelEncoding) -> Result<Self> {
        let path = path.as_ref();
        let labels = match LabelMap::read_png(path) {
            Ok(labels) => labels,
            Err(refused @ VideoError::Image { .. }) => match pixel_form(path) {
                Some((ColorType::Grayscale, BitDepth::Sixteen)) => labels_from_deep(path)?,
                Some((_, BitDepth::Eight)) => {
                    let Ok(picture) = read_image(path, false) else {
                        return Err(refused.into());
                    };
                    labels_from_colors(path, picture)?
                }
                // Colours of 16 bits would be rounded to others.
                _ => return Err(refused.into()),
            },
            Err(error) => return Err(error.into()),
        };
        if encoding == LabelEncoding::OneObject && labels.objects().len() > 1 {
            return Err(DatasetError::Labels {
                path: path.to_owned(),
                reason: format!(
                    "a mask of one object holds 0 and one other value, this file holds {:?}",
                    labels.objects()
                ),
            });
        }
        Self::decode(labels, encoding)
    }

    fn decode(map: LabelMap, encoding: LabelEncoding) -> Result<Self> {
        let has_void = encoding == LabelEncoding::ObjectsAndVoid && map.labels().contains(&u8::MAX);
        let void = has_void.then(|| map.mask(u8::MAX));
        let object = |value: u8| match encoding {
            LabelEncoding::Binary | LabelEncoding::OneObject => u8::from(value > 0),
            LabelEncoding::ObjectsAndVoid if value == u8::MAX => 0,
            _ => value,
        };
        let labels = map.labels().iter().map(|value| object(*value)).collect();
        Ok(Self {
            labels: LabelMap::from_labels(map.size(), labels)?,
            void,
        })
    }
}

/// Labels from a picture with more bits than they need.
fn labels_from_deep(path: &Path) -> Result<LabelMap> {
    let deep = DeepLabels::read(path)?;
    let labels = deep.values().iter().enumerate().map(|(index, value)| {
        u8::try_from(*value).map_err(|_| DatasetError::Labels {
            path: path.to_owned(),
            reason: format!(
                "a label picture of 16 bits, whose pixel ({}, {}) holds {value}, where 255 is the last label",
                index % deep.size().width,
                index / deep.size().width
            ),
        })
    });
    Ok(LabelMap::from_labels(
        deep.size(),
        labels.collect::<Result<_>>()?,
    )?)
}

/// Labels from a picture whose palette was lost.
fn labels_from_colors(path: &Path, picture: Frame) -> Result<LabelMap> {
    let grey = picture
        .pixels
        .chunks_exact(3)
        .all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
    let mut labels = Vec::with_capacity(picture.size.pixel_count());
    let mut last = ([0; 3], 0);
    for (index, pixel) in picture.pixels.chunks_exact(3).enumerate() {
        let color = [pixel[0], pixel[1], pixel[2]];
        if grey {
            labels.push(color[0]);
            continue;
        }
        if color != last.0 {
            let found = (0..=u8::MAX).find(|label| label_color(*label) == color);
            let label = found.ok_or_else(|| DatasetError::Labels {
                path: path.to_owned(),
                reason: format!(
                    "a label picture in colour, whose pixel ({}, {}) of {color:?} is no colour of the DAVIS palette",
                    index % picture.size.width,
                    index / picture.size.width
                ),
            })?;
            last = (color, label);
        }
        labels.push(last.1);
    }
    Ok(LabelMap::from_labels(picture.size, labels)?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use tubelet_geometry::FrameSize;

    use super::*;

    const SIZE: FrameSize = FrameSize::new(4, 1);

    fn written(labels: [u8; 4]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("00000.png");
        LabelMap::from_labels(SIZE, labels.to_vec())
            .unwrap()
            .write_png(&path)
            .unwrap();
        (folder, path)
    }

    #[test]
    fn the_encoding_decides_what_255_is() {
        let (_folder, path) = written([0, 1, 2, 255]);
        let read = |encoding| Annotation::read(&path, encoding).unwrap();
        assert_eq!(read(LabelEncoding::Binary).labels.labels(), [0, 1, 1, 1]);
        assert_eq!(read(LabelEncoding::Objects).labels.labels(), [0, 1, 2, 255]);
        let error = Annotation::read(&path, LabelEncoding::OneObject).unwrap_err();
        assert!(error.to_string().contains("[1, 2, 255]"), "{error}");
        let annotation = read(LabelEncoding::ObjectsAndVoid);
        assert_eq!(annotation.labels.labels(), [0, 1, 2, 0]);
        assert_eq!(annotation.void.unwrap().to_bytes(), [0, 0, 0, 1]);
        let (_folder, path) = written([0, 1, 2, 3]);
        assert_eq!(
            Annotation::read(&path, LabelEncoding::ObjectsAndVoid)
                .unwrap()
                .void,
            None
        );
    }

    #[test]
    fn lost_palettes_are_found_again_and_other_colours_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let save = |colors: [[u8; 3]; 4]| {
            Frame::new(SIZE, colors.concat())
                .unwrap()
                .write_png(&path)
                .unwrap();
        };
        save([[0; 3], [128, 0, 0], [0, 128, 0], [224, 224, 192]]);
        let read = || Annotation::read(&path, LabelEncoding::ObjectsAndVoid);
        assert_eq!(read().unwrap().labels.labels(), [0, 1, 2, 0]);
        save([[0; 3], [255; 3], [0; 3], [255; 3]]);
        assert_eq!(
            Annotation::read(&path, LabelEncoding::Binary)
                .unwrap()
                .labels
                .labels(),
            [0, 1, 0, 1]
        );
        save([[0; 3], [128, 0, 0], [1, 2, 3], [0; 3]]);
        let error = read().unwrap_err().to_string();
        assert!(
            error.contains("a.png") && error.contains("(2, 0)"),
            "{error}"
        );
    }

    #[test]
    fn sixteen_bits_hold_the_same_labels_and_none_above_255() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let save = |color, values: &[u16]| {
            let mut encoder = png::Encoder::new(std::fs::File::create(&path).unwrap(), 4, 1);
            encoder.set_color(color);
            encoder.set_depth(BitDepth::Sixteen);
            let mut writer = encoder.write_header().unwrap();
            let raw: Vec<u8> = values.iter().flat_map(|it| it.to_be_bytes()).collect();
            writer.write_image_data(&raw).unwrap();
        };
        let read = || Annotation::read(&path, LabelEncoding::ObjectsAndVoid);
        save(ColorType::Grayscale, &[0, 1, 128, 255]);
        let annotation = read().unwrap();
        assert_eq!(annotation.labels.labels(), [0, 1, 128, 0]);
        assert_eq!(annotation.void.unwrap().to_bytes(), [0, 0, 0, 1]);
        save(ColorType::Grayscale, &[0, 1, 1001, 256]);
        let error = read().unwrap_err().to_string();
        assert!(
            error.contains("a.png") && error.contains("(2, 0) holds 1001"),
            "{error}"
        );
        save(ColorType::Rgb, &[1; 12]);
        let error = read().unwrap_err().to_string();
        assert!(error.contains("this is Rgb Sixteen"), "{error}");
    }

    #[test]
    fn a_head_that_asks_for_too_much_is_refused() {
        let (_folder, path) = written([0, 1, 2, 3]);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[16..24].fill(0x7f);
        std::fs::write(&path, &bytes).unwrap();
        let error = Annotation::read(&path, LabelEncoding::Objects).unwrap_err();
        assert!(error.to_string().contains("00000.png"), "{error}");
    }

    #[test]
    fn a_file_cut_short_is_named() {
        let (_folder, path) = written([0, 1, 2, 3]);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let error = Annotation::read(&path, LabelEncoding::Objects)
            .unwrap_err()
            .to_string();
        assert!(error.contains("00000.png"), "{error}");
    }
}
