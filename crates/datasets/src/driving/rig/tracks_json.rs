//! `tracks.json` of a rig: masks with scores, of all cameras in one file.
//!
//! In: the file. Out: its masks by camera and step. Format: `docs/formats.md`. Every mask is kept, as a run-length code.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tubelet_geometry::{FrameSize, RunLength};

use crate::error::Result;
use crate::formats::json::{read_json, write_json};
use crate::formats::run_length_json::{JsonRunLength, checked_size};
use crate::formats::text::in_entry;

const FORMAT: &str = "tubelet-tracks";
const VERSION: u32 = 1;

/// A mask in one camera at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct RigTrackedMask {
    /// Number of the object, the same in all cameras.
    pub object: u64,
    /// What the model expects the mask's intersection over union to be.
    pub score: f64,
    /// The model's probability that the camera sees the object.
    pub presence: f64,
    /// Its pixels.
    pub mask: RunLength,
}

/// Masks of a rig.
#[derive(Clone, Debug, PartialEq)]
pub struct RigTracks {
    /// The clip as it was named.
    pub clip: String,
    /// Number of time steps.
    pub steps: usize,
    /// Cameras and the size of their pictures.
    pub cameras: Vec<(String, FrameSize)>,
    /// Masks by the numbers of camera and step.
    pub masks: BTreeMap<(usize, usize), Vec<RigTrackedMask>>,
}

#[derive(Deserialize, Serialize)]
struct JsonFile {
    format: String,
    version: u32,
    rig: JsonRig,
    objects: Vec<JsonObject>,
}

#[derive(Deserialize, Serialize)]
struct JsonRig {
    clip: String,
    steps: usize,
    cameras: Vec<JsonCamera>,
}

#[derive(Deserialize, Serialize)]
struct JsonCamera {
    name: String,
    width: usize,
    height: usize,
}

#[derive(Deserialize, Serialize)]
struct JsonObject {
    id: u64,
    frames: Vec<JsonMask>,
}

#[derive(Deserialize, Serialize)]
struct JsonMask {
    camera: String,
    frame: usize,
    score: f64,
    presence: f64,
    mask: JsonRunLength,
}

impl RigTracks {
    /// Reads a file.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another form, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for another version, a mask of an unknown camera or another size, a step past the end, and one given twice.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file: JsonFile = read_json(path)?;
        if file.format != FORMAT || file.version != VERSION {
            let found = format!("`{}` of version {}", file.format, file.version);
            return Err(in_entry(
                path,
                "format",
                format!("{found}, not {FORMAT} of version 1"),
            ));
        }
        let cameras = file.rig.cameras.into_iter().map(|camera| {
            let size = checked_size(camera.width, camera.height);
            let size = size.map_err(|reason| in_entry(path, &camera.name, reason))?;
            Ok((camera.name, size))
        });
        let mut tracks = Self {
            clip: file.rig.clip,
            steps: file.rig.steps,
            cameras: cameras.collect::<Result<_>>()?,
            masks: BTreeMap::new(),
        };
        for object in file.objects {
            for mask in object.frames {
                let place = format!(
                    "object {}, {}, frame {}",
                    object.id, mask.camera, mask.frame
                );
                let added = tracks.add(object.id, mask);
                added.map_err(|reason| in_entry(path, place, reason))?;
            }
        }
        Ok(tracks)
    }

    fn add(&mut self, object: u64, entry: JsonMask) -> Result<(), String> {
        let mut cameras = self.cameras.iter().enumerate();
        let camera = cameras.find(|(_, (name, _))| *name == entry.camera);
        let (camera, (_, size)) = camera.ok_or("the rig has no such camera")?;
        if entry.frame >= self.steps {
            return Err(format!("there are {} steps", self.steps));
        }
        let mask = entry.mask.decode()?;
        if mask.size() != *size {
            return Err(format!(
                "the mask is {}, the camera's pictures are {size}",
                mask.size()
            ));
        }
        let masks = self.masks.entry((camera, entry.frame)).or_default();
        if masks.iter().any(|other| other.object == object) {
            return Err("it is there twice".to_owned());
        }
        masks.push(RigTrackedMask {
            object,
            score: entry.score,
            presence: entry.presence,
            mask,
        });
        Ok(())
    }

    /// Writes the file; boxes, areas and times, which readers derive from masks and the clip, are left out.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut objects: BTreeMap<u64, Vec<JsonMask>> = BTreeMap::new();
        for ((camera, frame), masks) in &self.masks {
            let name = self
                .cameras
                .get(*camera)
                .map_or("", |(name, _)| name.as_str());
            for tracked in masks {
                objects.entry(tracked.object).or_default().push(JsonMask {
                    camera: name.to_owned(),
                    frame: *frame,
                    score: tracked.score,
                    presence: tracked.presence,
                    mask: (&tracked.mask).into(),
                });
            }
        }
        let cameras = self.cameras.iter().map(|(name, size)| JsonCamera {
            name: name.clone(),
            width: size.width,
            height: size.height,
        });
        let file = JsonFile {
            format: FORMAT.to_owned(),
            version: VERSION,
            rig: JsonRig {
                clip: self.clip.clone(),
                steps: self.steps,
                cameras: cameras.collect(),
            },
            objects: objects
                .into_iter()
                .map(|(id, frames)| JsonObject { id, frames })
                .collect(),
        };
        write_json(path.as_ref(), &file)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use tubelet_geometry::Mask;

    fn tracks() -> RigTracks {
        let size = FrameSize::new(5, 4);
        let mut mask = Mask::new(size);
        mask.set(2, 1, true);
        let tracked = |object| RigTrackedMask {
            object,
            score: 0.5,
            presence: 0.75,
            mask: RunLength::encode(&mask),
        };
        RigTracks {
            clip: "rig".into(),
            steps: 2,
            cameras: vec![
                ("left".into(), FrameSize::new(9, 9)),
                ("right".into(), size),
            ],
            masks: BTreeMap::from([
                ((1, 0), vec![tracked(3), tracked(100_000)]),
                ((1, 1), vec![tracked(3)]),
            ]),
        }
    }

    #[test]
    fn written_tracks_are_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        tracks().write(file.path()).unwrap();
        assert_eq!(RigTracks::read(file.path()).unwrap(), tracks());
    }

    #[test]
    fn masks_that_belong_nowhere_are_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        tracks().write(file.path()).unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        for (from, to, reason) in [
            (
                "\"camera\":\"right\"",
                "\"camera\":\"roof\"",
                "no such camera",
            ),
            (
                "\"camera\":\"right\"",
                "\"camera\":\"left\"",
                "pictures are 9×9",
            ),
            ("\"steps\":2", "\"steps\":1", "there are 1 steps"),
            (
                "\"frame\":1",
                "\"frame\":0",
                "object 3, right, frame 0`: it is there twice",
            ),
            ("\"version\":1", "\"version\":2", "version 2"),
            ("\"width\":9", "\"width\":0", "0×9"),
        ] {
            assert!(text.contains(from), "{from}");
            std::fs::write(file.path(), text.replace(from, to)).unwrap();
            let error = RigTracks::read(file.path()).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
