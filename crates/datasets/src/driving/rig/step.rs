//! One time step of a rig: what each camera shows, where the vehicle was, and which objects there are.
//!
//! In: places of pictures and masks, from a reader or in memory. Out: the same, decoded when asked for and not before.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tubelet_geometry::{Mask, OrientedBox, RigidTransform};
use tubelet_video::{Frame, FrameReader, read_image};

use crate::driving::waymo::camera::decode_jpeg;
use crate::driving::waymo::panoptic::WaymoSegmentation;
use crate::error::Result;
use crate::formats::deep_png::DeepLabels;
use crate::formats::text::read_bytes;

/// All cameras of a rig at one time.
#[derive(Clone, Debug)]
pub struct RigStep {
    /// Its number in the clip, from 0.
    pub index: usize,
    /// Its time in microseconds.
    pub timestamp_micros: i64,
    /// The token of its key frame, where the clip is a scene of nuScenes: what was detected there is found by it.
    pub key_frame: Option<String>,
    /// What each camera shows, in the order of the clip's cameras; `None` where one has no picture for this time.
    pub views: Vec<Option<RigView>>,
    /// True boxes of objects in the world, where they are known.
    pub boxes: Vec<RigBox>,
}

/// What one camera shows at a time step.
#[derive(Clone, Debug)]
pub struct RigView {
    /// When the picture was taken, in microseconds.
    pub timestamp_micros: i64,
    /// From the vehicle's frame to the world's at that time; `None` where nobody knows.
    pub world_from_ego: Option<RigidTransform>,
    /// The picture.
    pub picture: RigPicture,
    /// The true masks; `None` where the picture is not annotated.
    pub masks: Option<RigMasks>,
}

/// An object in a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RigObject {
    /// Its number, the same in all cameras and, where it is tracked, at all times of a clip.
    pub instance: u64,
    /// Whether its number holds over time.
    pub is_tracked: bool,
    /// Its category as the data set names it; empty where it has none.
    pub category: String,
    /// Its visible pixels.
    pub mask: Mask,
}

/// An object in the world.
#[derive(Clone, Debug, PartialEq)]
pub struct RigBox {
    /// Its number, as in the masks.
    pub instance: u64,
    /// Its category as the data set names it; empty where it has none.
    pub category: String,
    /// Its box in the world's frame.
    pub world_box: OrientedBox,
}

/// A picture that is decoded when asked for.
#[derive(Clone)]
pub enum RigPicture {
    /// A JPEG or PNG file.
    File(PathBuf),
    /// The bytes of a JPEG, with a name for error messages.
    Jpeg {
        /// Where the bytes come from.
        place: PathBuf,
        /// The bytes.
        bytes: Arc<[u8]>,
    },
    /// A frame of a video or of a folder of pictures, which all steps of a camera share.
    InVideo {
        /// The open video.
        reader: Arc<Mutex<FrameReader>>,
        /// Number of the frame, from 0.
        frame: usize,
    },
    /// Pixels.
    Pixels(Arc<Frame>),
}

impl RigPicture {
    /// Decodes the picture.
    ///
    /// # Errors
    /// [`DatasetError::Video`](crate::DatasetError::Video) for a file, [`DatasetError::Bytes`](crate::DatasetError::Bytes)
    /// for bytes that are no JPEG.
    pub fn decode(&self) -> Result<Frame> {
        match self {
            Self::File(path) => Ok(read_image(path, false)?),
            Self::Jpeg { place, bytes } => decode_jpeg(place, bytes),
            Self::InVideo { reader, frame } => {
                let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(reader.frame(*frame)?)
            }
            Self::Pixels(frame) => Ok((**frame).clone()),
        }
    }

    /// The picture as the bytes of a JPEG: those of the file where it is one, else compressed in a quality from 1 to 100.
    ///
    /// # Errors
    /// Those of [`RigPicture::decode`].
    pub(crate) fn jpeg(&self, quality: u8) -> Result<Cow<'_, [u8]>> {
        const START: [u8; 3] = [0xff, 0xd8, 0xff];
        match self {
            Self::Jpeg { bytes, .. } => Ok(Cow::Borrowed(bytes)),
            Self::File(path) if path.is_file() => {
                let bytes = read_bytes(path)?;
                if bytes.starts_with(&START) {
                    return Ok(Cow::Owned(bytes));
                }
                Ok(Cow::Owned(self.decode()?.to_jpeg(quality)?))
            }
            _ => Ok(Cow::Owned(self.decode()?.to_jpeg(quality)?)),
        }
    }
}

impl fmt::Debug for RigPicture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Jpeg { place, bytes } => formatter
                .debug_struct("Jpeg")
                .field("place", place)
                .field("bytes", &bytes.len())
                .finish(),
            Self::InVideo { frame, .. } => formatter
                .debug_struct("InVideo")
                .field("frame", frame)
                .finish_non_exhaustive(),
            Self::Pixels(frame) => formatter.debug_tuple("Pixels").field(&frame.size).finish(),
        }
    }
}

/// True masks that are decoded when asked for.
#[derive(Clone, Debug)]
pub enum RigMasks {
    /// Objects in memory.
    Objects(Arc<[RigObject]>),
    /// Waymo's camera segmentation.
    Panoptic(Arc<WaymoSegmentation>),
    /// A label picture whose values are the numbers of objects, 0 the background.
    Labels(PathBuf),
    /// A file of nuScenes' annotation folder.
    Annotated(super::nu_scenes_masks::NuMaskFile),
}

impl RigMasks {
    /// Decodes the masks, in order of their numbers. What has no number of its own, such as road and sky, is left out.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn decode(&self) -> Result<Vec<RigObject>> {
        let mut objects = match self {
            Self::Objects(objects) => objects.to_vec(),
            Self::Panoptic(segmentation) => panoptic(segmentation)?,
            Self::Labels(path) => {
                let masks = DeepLabels::read(path)?.masks().into_iter();
                let objects = masks.filter(|(value, _)| *value > 0);
                objects
                    .map(|(value, mask)| RigObject {
                        instance: u64::from(value),
                        is_tracked: true,
                        category: String::new(),
                        mask,
                    })
                    .collect()
            }
            Self::Annotated(file) => file.read()?,
        };
        objects.sort_by_key(|object| object.instance);
        Ok(objects)
    }
}

/// Objects of a segmentation whose global number is known.
fn panoptic(segmentation: &WaymoSegmentation) -> Result<Vec<RigObject>> {
    let decoded = segmentation.decode()?;
    let mut masks = decoded.labels.masks();
    let objects = decoded.objects().into_iter().filter_map(|object| {
        let instance = object.instance?;
        Some(RigObject {
            instance: u64::from(instance.global),
            is_tracked: instance.is_tracked,
            category: object.class_name().to_owned(),
            mask: masks.remove(&object.value)?,
        })
    });
    Ok(objects.collect())
}
