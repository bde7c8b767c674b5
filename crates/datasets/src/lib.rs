//! Folder layouts, annotation formats and procedural worlds.

mod error;
mod world;

pub use error::DatasetError;
pub use world::config::WorldConfig;
pub use world::frame::WorldFrame;
pub use world::scene::World;
