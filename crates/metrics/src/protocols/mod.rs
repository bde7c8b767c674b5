//! What each benchmark counts: which frames, which objects, which conventions.

pub(crate) mod label_map;

pub(crate) mod davis_2016;
pub(crate) mod davis_2017;
pub(crate) mod davis_unsupervised;

pub(crate) mod sa_v;
pub(crate) mod vos_benchmark;

pub(crate) mod referring;

pub(crate) mod images;

pub(crate) mod stvg;

pub(crate) mod moments;

pub(crate) mod questions;

pub(crate) mod got10k;
pub(crate) mod got10k_classes;

pub(crate) mod tracks;
