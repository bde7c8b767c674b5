//! Folder layouts, annotation formats and procedural worlds.
//!
//! In: folders of data sets, or a seed. Out: typed samples whose frames and labels are read or drawn one at a time. This
//! crate knows files and pictures; it knows no tensors and no models.

mod annotation;
mod error;
mod sample;
mod segmentation;
mod world;

pub use annotation::{Annotation, LabelEncoding};
pub use error::DatasetError;
pub use sample::{FrameFiles, VideoSample};
pub use segmentation::davis::{Davis, DavisYear};
pub use segmentation::davis_writer::{DavisWriter, ResultWriter};
pub use world::config::WorldConfig;
pub use world::frame::WorldFrame;
pub use world::scene::World;
