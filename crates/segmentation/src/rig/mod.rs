//! Several cameras: which views are looked back on, and where their pixels lie in space.

pub(crate) mod rule;

pub(crate) mod selection;

pub(crate) mod bank;

pub(crate) mod rays;

pub(crate) mod spatial_position;

pub(crate) mod sights;

pub(crate) mod recall;
