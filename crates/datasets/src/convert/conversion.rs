//! Masks of one data set, written in the form of another.
//!
//! In: a folder that holds masks of whole videos. Out: the same masks in another form. Nothing that is there is
//! overwritten, and a conversion that fails leaves nothing.

use std::fs;
use std::path::{Path, PathBuf};

use tubelet_geometry::{FrameSize, Mask, RunLength};

use super::form::MaskForm;
use super::labels::LabelNumbers;
use super::source::MaskSource;
use super::stage::Stage;
use super::tracks_json::TracksJson;
use super::video::{FrameMasks, MaskVideo, Numbering};
use crate::driving::kitti_mots::{MotsObject, MotsSequence};
use crate::error::{DatasetError, Result};
use crate::inspect::overview::DatasetKind;
use crate::names::{check_name, check_relative};
use crate::segmentation::davis_writer::ResultWriter;
use crate::segmentation::mask_writer::MaskWriter;

/// What is converted, and into what.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The folder to read.
    pub from: PathBuf,
    /// What it holds; told from its layout where `None`.
    pub kind: Option<DatasetKind>,
    /// The part to take, such as `val`; needed where there are several.
    pub split: Option<String>,
    /// The folder to write, or the file for [`MaskForm::YoutubeVis`].
    pub to: PathBuf,
    /// The form to write.
    pub form: MaskForm,
}

/// What was converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConversionCounts {
    /// Videos.
    pub videos: usize,
    /// Frames that are annotated.
    pub frames: usize,
    /// Masks that are not empty.
    pub masks: usize,
    /// Pixels that several objects claimed, of which the form holds one.
    pub contested_pixels: usize,
    /// Videos whose objects got other numbers, since label pictures count from 1 to 254 and files of tracks from video to
    /// video.
    pub renumbered_videos: usize,
    /// Pixels that belong to no object and are not judged.
    pub void_pixels: usize,
}

impl Conversion {
    /// Converts; `watch` is told the name of each video before it is read.
    ///
    /// # Errors
    /// [`DatasetError::Write`] where there is something already, [`DatasetError::Layout`] for a folder without masks of
    /// whole videos or with several parts of which none is named, [`DatasetError::NoSplit`] and [`DatasetError::Entry`]
    /// for a part that is not there, and what is wrong with the files.
    pub fn run(&self, watch: &mut dyn FnMut(&str)) -> Result<ConversionCounts> {
        if let Some(split) = &self.split {
            check_name(split)?;
        }
        let source = MaskSource::open(&self.from, self.kind, self.split.as_deref())?;
        let is_file = self.form == MaskForm::YoutubeVis;
        Stage::check_room(&self.to, is_file)?;
        let stage = Stage::create(&self.to)?;
        let counts = self.write(&source, &stage, watch)?;
        if is_file {
            stage.finish_file()?;
        } else {
            stage.finish_folder()?;
        }
        Ok(counts)
    }

    fn write(
        &self,
        source: &MaskSource<'_>,
        stage: &Stage,
        watch: &mut dyn FnMut(&str),
    ) -> Result<ConversionCounts> {
        let mut counts = ConversionCounts::default();
        let mut json = match self.form {
            MaskForm::YoutubeVis => Some(TracksJson::create(stage.folder())?),
            _ => None,
        };
        let mut names = Vec::new();
        source.for_each(&mut |video| {
            watch(&video.name);
            check_relative(&video.name)?;
            if names.contains(&video.name) {
                return Err(DatasetError::Entry {
                    path: self.from.clone(),
                    entry: video.name.clone(),
                    reason: "a second video of this name".to_owned(),
                });
            }
            counts.videos += 1;
            match &mut json {
                Some(json) => json.video(&video, &mut counts)?,
                None => self.video(&video, stage.folder(), &mut counts)?,
            }
            names.push(video.name);
            Ok(())
        })?;
        if let Some(json) = json {
            json.finish(&stage.file())?;
        }
        if self.form == MaskForm::Davis {
            let folder = stage.folder().join("ImageSets/2017");
            make(&folder)?;
            let list = folder.join(format!("{}.txt", self.split.as_deref().unwrap_or("all")));
            write(&list, &(names.join("\n") + "\n"))?;
        }
        Ok(counts)
    }

    fn video(
        &self,
        video: &MaskVideo<'_>,
        root: &Path,
        counts: &mut ConversionCounts,
    ) -> Result<()> {
        let numbers = LabelNumbers::new(video);
        let names = match &video.numbering {
            Numbering::Names(names) => Some(names),
            _ => None,
        };
        counts.renumbered_videos += usize::from(match self.form {
            MaskForm::Davis | MaskForm::LabelPictures => names.is_some() || numbers.are_new(),
            MaskForm::KittiMots | MaskForm::YoutubeVis => names.is_some(),
            MaskForm::MaskFolders => false,
        });
        let mut sequence = MotsSequence::default();
        for (index, frame) in video.frames.iter().enumerate() {
            if let Some(image) = frame
                .image
                .as_deref()
                .filter(|_| self.form == MaskForm::Davis)
            {
                copy(
                    image,
                    &root.join("JPEGImages/480p").join(&video.name),
                    &frame.name,
                )?;
            }
            let Some(masks) = (video.masks)(index)? else {
                continue;
            };
            counts.frames += 1;
            counts.void_pixels += masks.void.as_ref().map_or(0, Mask::count);
            counts.masks += masks
                .objects
                .iter()
                .filter(|it| !it.mask.is_empty())
                .count();
            match self.form {
                MaskForm::Davis | MaskForm::LabelPictures => {
                    let size = self.size(video, &masks)?;
                    let (labels, contested) =
                        numbers.paint(&masks, size, (&self.to, &video.name))?;
                    counts.contested_pixels += contested;
                    let root = match self.form {
                        MaskForm::Davis => root.join("Annotations/480p"),
                        _ => root.to_owned(),
                    };
                    ResultWriter::create(root, &video.name)?.write(&frame.name, &labels)?;
                }
                MaskForm::MaskFolders => {
                    for found in &masks.objects {
                        let part = names.and_then(|names| names.get(&found.object));
                        let part = part.map_or(format!("{:03}", found.object), String::clone);
                        let writer = MaskWriter::create(root, &video.name, &part)?;
                        writer.write(&frame.name, &found.mask.decode())?;
                    }
                }
                MaskForm::KittiMots | MaskForm::YoutubeVis => {
                    let size = self.size(video, &masks)?;
                    let number = frame.name.parse().unwrap_or(index);
                    let objects = mots_objects(&masks, size, video, counts)?;
                    if !objects.is_empty() {
                        sequence.frames.insert(number, objects);
                    }
                }
            }
        }
        if self.form == MaskForm::KittiMots {
            let folder = root.join("instances_txt");
            make(&folder)?;
            sequence.write(folder.join(format!("{}.txt", video.name)))?;
        }
        Ok(())
    }

    fn size(&self, video: &MaskVideo<'_>, masks: &FrameMasks) -> Result<FrameSize> {
        let seen = masks.objects.first().map(|found| found.mask.size());
        let size = masks.size.or(seen).or(video.size);
        size.ok_or_else(|| DatasetError::Entry {
            path: self.from.clone(),
            entry: video.name.clone(),
            reason: "no mask tells the size of its frames".to_owned(),
        })
    }
}

/// Objects of a frame that share no pixel, as the form demands: a pixel belongs to the last that claims it.
fn mots_objects(
    masks: &FrameMasks,
    size: FrameSize,
    video: &MaskVideo<'_>,
    counts: &mut ConversionCounts,
) -> Result<Vec<MotsObject>> {
    let mut taken = RunLength::encode(&Mask::new(size));
    let mut objects = Vec::new();
    for found in masks.objects.iter().rev() {
        let mask = found.mask.difference(&taken)?;
        counts.contested_pixels += found.mask.area() - mask.area();
        taken = taken.union(&found.mask)?;
        let category = video.categories.get(&found.category).map(String::as_str);
        objects.push(MotsObject {
            track: u32::try_from(found.object).map_err(|_| DatasetError::SequenceName {
                name: found.object.to_string(),
            })?,
            class: match category {
                Some("pedestrian" | "person") => 2,
                _ => 1,
            },
            mask,
        });
    }
    objects.retain(|object| !object.mask.is_empty());
    objects.reverse();
    if let Some(void) = &masks.void {
        objects.push(MotsObject {
            track: 10_000,
            class: 10,
            mask: RunLength::encode(void).difference(&taken)?,
        });
    }
    Ok(objects)
}

fn copy(image: &Path, folder: &Path, name: &str) -> Result<()> {
    check_name(name)?;
    make(folder)?;
    let ending = image.extension().unwrap_or_default().to_string_lossy();
    let path = folder.join(format!("{name}.{ending}"));
    let copied = fs::copy(image, &path);
    copied
        .map(drop)
        .map_err(|source| DatasetError::Write { path, source })
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|source| DatasetError::Write {
        path: folder.to_owned(),
        source,
    })
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|source| DatasetError::Write {
        path: path.to_owned(),
        source,
    })
}
