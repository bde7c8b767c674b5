//! A procedural three-dimensional world: endless labelled drives through streets, seen by the cameras of a vehicle.
//!
//! In: a [`config::DrivingWorldConfig`]. Out: for every moment and camera a picture with the identity and depth of every
//! pixel, exact poses, boxes in space. Contents, from the outside in:

pub(crate) mod clip;
pub(crate) mod config;
pub(crate) mod detections;
pub(crate) mod detections_file;
pub(crate) mod step;

mod mounts;

pub(crate) mod actor;
mod district;
mod drive;
mod traffic;

mod building;
mod car;
mod fittings;
mod lorry;
mod person;
mod roadside;

mod course;
mod streets;
mod travel;

mod draw;
mod film;
mod ground;
mod picture;
mod shadow;
mod weather;

mod model;
mod scan;
mod surface;
mod tile;
mod view;
