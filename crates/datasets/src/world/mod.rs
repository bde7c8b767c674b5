//! A procedural two-dimensional world: endless labelled video of textured, jointed, deforming things that hide each
//! other before cluttered, moving backgrounds.
//!
//! In: a [`config::WorldConfig`] and a seed. Out: frames with the visible pixels of every object. Contents, from the
//! outside in:

pub(crate) mod config;
mod export;
pub(crate) mod frame;
pub(crate) mod scene;

mod camera;
mod casting;
pub(crate) mod compression;
mod motion;
pub(crate) mod path;
mod photograph;
mod players;

mod actor;
mod backdrop;
mod body;
mod canvas;
mod foreground;
mod layer;
mod shading;

mod creature;
mod figure;
mod landmark;
mod machine;
mod person;
mod shape;
mod silhouette;
mod thing;

mod affine;
pub(crate) mod colour;
pub(crate) mod dice;
pub(crate) mod noise;
pub(crate) mod pattern;
mod rounding;
mod stamp;
pub(crate) mod texture;
