//! Decode, seek, draw and encode video.
//!
//! In: files, folders, URLs. Out: frames with their numbers and times; and back: frames and masks to MP4, PNG and contact
//! sheets. This crate knows pixels and geometry; it knows no models and no data sets.

mod backend;
mod color;
mod draw;
mod error;
mod ffmpeg;
mod frame;
mod h264;
mod image_folder;
mod mp4;
mod palette;
mod reader;
mod rotation;
mod sampling;
mod sniff;
mod source;
mod write;

pub use backend::{OpenOptions, VideoInfo};
pub use color::{ColorMatrix, ColorSpace};
pub use draw::overlay::{DrawnPoint, ObjectDrawing, OverlayStyle, object_color};
pub use draw::sheet::ContactSheet;
pub use error::VideoError;
pub use frame::{Frame, Planes, YuvFrame};
pub use image_folder::read_image;
pub use palette::{LabelMap, label_color};
pub use reader::FrameReader;
pub use rotation::Rotation;
pub use sampling::{SampledFrames, Sampling};
pub use source::VideoSource;
pub use write::video::{VideoWriter, WriteOptions};
