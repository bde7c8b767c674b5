//! Find anything in video, in space and time: the library face.
//!
//! In: clips and prompts. Out: masks, boxes and scores. This crate gives the rooms that a program needs one address; it
//! knows nothing of its own.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use tubelet::{
//!     segmentation::{Device, Segmenter, SegmenterConfig, EmbeddedModel},
//!     session::{Click, Command, Event, ObjectId, Place, Propagation, Session, SessionOptions},
//!     video::{FrameReader, VideoSource},
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let weights = EmbeddedModel::Nano.weights()?;
//! let config = SegmenterConfig::of(&weights)?;
//! let (segmenter, _) = Segmenter::load(&config, &weights, &Device::default())?;
//! let clip = FrameReader::new(VideoSource::open("clip.mp4")?);
//! let mut session = Session::new(Arc::new(segmenter), Box::new(clip), SessionOptions::default())?;
//! let place = Place { object: ObjectId(1), frame: 0 };
//! session.apply(Command::AddClicks(place, vec![Click::include(320.0, 180.0)]))?;
//! for event in session.apply(Command::Propagate(Propagation::default()))? {
//!     if let Event::Tracked(frame) = event? {
//!         println!("{}: {} pixels", frame.frame, frame.masks[0].mask.area());
//!     }
//! }
//! # Ok(())
//! # }
//! ```

pub use tubelet_datasets as datasets;
pub use tubelet_evaluation as evaluation;
pub use tubelet_geometry as geometry;
pub use tubelet_metrics as metrics;
pub use tubelet_segmentation as segmentation;
pub use tubelet_session as session;
pub use tubelet_video as video;
