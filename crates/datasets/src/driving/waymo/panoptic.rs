//! Waymo's camera segmentation: class and instance of each pixel, with instances known across cameras and time.
//!
//! In: the bytes that either release holds. Out: labels, and objects with their global numbers. A value is class ×
//! divisor + local instance; the global number of a local one stands in a table beside it and holds throughout a
//! sequence (Mei et al., ECCV 2022).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tubelet_geometry::Mask;

use crate::error::Result;
use crate::formats::deep_png::DeepLabels;

/// Names of the classes by their numbers; what is undefined has none.
const CLASSES: [&str; 29] = [
    "",
    "ego_vehicle",
    "car",
    "truck",
    "bus",
    "other_large_vehicle",
    "bicycle",
    "motorcycle",
    "trailer",
    "pedestrian",
    "cyclist",
    "motorcyclist",
    "bird",
    "ground_animal",
    "construction_cone_pole",
    "pole",
    "pedestrian_object",
    "sign",
    "traffic_light",
    "building",
    "road",
    "lane_marker",
    "road_marker",
    "sidewalk",
    "vegetation",
    "sky",
    "ground",
    "dynamic",
    "static",
];

/// The number of a class; 0 for a name that is none of Waymo's.
pub(in crate::driving) fn class_number(name: &str) -> u16 {
    let found = CLASSES.iter().position(|class| *class == name);
    found.map_or(0, |number| number as u16)
}

/// A segmentation as it stands in the file, not yet decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaymoSegmentation {
    /// Number by which classes are multiplied; 1000.
    pub divisor: u16,
    /// Global numbers are comparable within one sequence.
    pub sequence: String,
    /// Global instances by local ones.
    pub instances: BTreeMap<u16, WaymoInstance>,
    pub(super) place: PathBuf,
    pub(super) labels: Vec<u8>,
    pub(super) covered: Vec<u8>,
}

/// What is known about a local instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaymoInstance {
    /// Its number throughout the sequence, in all cameras.
    pub global: u32,
    /// Whether it was followed over time; others have a number of their own in each frame.
    pub is_tracked: bool,
}

/// A decoded segmentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaymoPanoptic {
    /// Class × divisor + local instance, at each pixel.
    pub labels: DeepLabels,
    divisor: u16,
    instances: BTreeMap<u16, WaymoInstance>,
}

/// An object of a picture, or a part of it: what is of one class and one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaymoObject {
    /// Its value in the labels.
    pub value: u16,
    /// Its class, as `camera_segmentation.proto` numbers them: 2 car, 9 pedestrian…
    pub class: u16,
    /// Its number in this picture.
    pub local: u16,
    /// Its number throughout the sequence; `None` where the table lacks it.
    pub instance: Option<WaymoInstance>,
}

impl WaymoObject {
    /// Class and local number in a value; nothing is known of its number throughout the sequence.
    pub(in crate::driving) fn of(value: u16, divisor: u16) -> Self {
        let divisor = divisor.max(1);
        Self {
            value,
            class: value / divisor,
            local: value % divisor,
            instance: None,
        }
    }

    /// Name of its class, such as `car`; empty for a number that Waymo does not know.
    pub fn class_name(&self) -> &'static str {
        CLASSES.get(usize::from(self.class)).copied().unwrap_or("")
    }
}

impl WaymoSegmentation {
    /// Decodes class and instance of each pixel.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`](crate::DatasetError::Bytes) for what is no grey PNG.
    pub fn decode(&self) -> Result<WaymoPanoptic> {
        Ok(WaymoPanoptic {
            labels: DeepLabels::decode(&self.place, &self.labels)?,
            divisor: self.divisor.max(1),
            instances: self.instances.clone(),
        })
    }

    /// Decodes how many cameras see each pixel; `None` where the file does not say.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`](crate::DatasetError::Bytes) for what is no grey PNG.
    pub fn cameras_covered(&self) -> Result<Option<DeepLabels>> {
        if self.covered.is_empty() {
            return Ok(None);
        }
        DeepLabels::decode(&self.place, &self.covered).map(Some)
    }

    /// The bytes of the label picture, a PNG of 16 bits.
    pub fn label_png(&self) -> &[u8] {
        &self.labels
    }

    pub(super) fn new(place: &Path) -> Self {
        Self {
            divisor: 0,
            sequence: String::new(),
            instances: BTreeMap::new(),
            place: place.to_owned(),
            labels: Vec::new(),
            covered: Vec::new(),
        }
    }
}

impl WaymoPanoptic {
    /// The objects, which have an instance number; what is only of a class (road, sky) is left out.
    ///
    /// There is one for each value. Where annotators gave the pixels of one object two classes, as they did in real frames,
    /// it has two values with one local number, and so with one [`WaymoObject::instance`]: together these are the object,
    /// because `dataset.proto` gives what belongs to one object one global number and asks for no class.
    pub fn objects(&self) -> Vec<WaymoObject> {
        let values = self.labels.distinct().into_iter();
        let objects = values.map(|value| {
            let object = WaymoObject::of(value, self.divisor);
            WaymoObject {
                instance: self.instances.get(&object.local).copied(),
                ..object
            }
        });
        objects.filter(|object| object.local > 0).collect()
    }

    /// The pixels of an object that are of its class.
    pub fn mask(&self, object: &WaymoObject) -> Mask {
        self.labels.mask(object.value)
    }
}
