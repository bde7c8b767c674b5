//! What a run over a rig says of itself when it has ended.

use std::path::PathBuf;

use serde::Serialize;

use crate::ended::{Ended, objects};

/// What a run says of itself on stdout.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    pub(super) clip: String,
    pub(super) model: String,
    pub(super) variant: &'static str,
    pub(super) complete: bool,
    pub(super) cameras: Vec<String>,
    pub(super) objects: Vec<u64>,
    pub(super) steps: usize,
    pub(super) seconds: f64,
    pub(super) views_per_second: f64,
    pub(super) tracks: PathBuf,
    pub(super) masks: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mosaic: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contact_sheet: Option<PathBuf>,
}

impl Ended for Summary {
    fn is_complete(&self) -> bool {
        self.complete
    }

    fn account(&self) -> String {
        format!(
            "{} in {} steps of {} cameras, {:.1} views per second, with {} ({})",
            objects(self.objects.len()),
            self.steps,
            self.cameras.len(),
            self.views_per_second,
            self.model,
            self.variant,
        )
    }

    fn written(&self) -> Vec<&PathBuf> {
        let pictures = [&self.mosaic, &self.contact_sheet].into_iter().flatten();
        [&self.tracks, &self.masks]
            .into_iter()
            .chain(pictures)
            .collect()
    }
}
