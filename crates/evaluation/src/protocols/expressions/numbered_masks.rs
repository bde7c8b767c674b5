//! Ref-DAVIS17 as VISA evaluates it: a dictionary of masks whose keys are the running numbers of the sentences.
//!
//! In: the folder of a split with `mask_dict.json` or `mask_dict.pkl`, and videos with sentences. Out: the same videos,
//! whose sentences know their masks. Numbers count over videos by name and over the sentences of each by their keys as
//! texts. Source: VISA's `tools/eval_davis17.py`.

use tubelet_datasets::{DatasetError, MaskDictionary, RefYoutubeVos, ReferringVideo};

use crate::protocol::Protocol;
use crate::task::Task;

/// What the dictionary may be called.
const NAMES: [&str; 2] = ["mask_dict.json", "mask_dict.pkl"];

/// Sentences with the masks of a dictionary.
pub(super) struct NumberedMasks {
    /// The videos, whose sentences are numbered.
    pub(super) videos: Vec<ReferringVideo>,
    /// Masks by number.
    pub(super) masks: MaskDictionary,
}

impl NumberedMasks {
    /// Opens the dictionary of Ref-DAVIS17; `None` where there is none or label pictures are, and for other data sets.
    pub(super) fn find(
        task: &Task<'_>,
        data: &RefYoutubeVos,
    ) -> Result<Option<Self>, DatasetError> {
        if task.protocol != Protocol::RefDavis {
            return Ok(None);
        }
        let root = task.inputs.truth;
        let folders = [root.join(task.split("valid")), root.to_owned()];
        let mut without_labels = folders
            .into_iter()
            .filter(|folder| !folder.join("Annotations").is_dir())
            .flat_map(|folder| NAMES.map(|name| folder.join(name)));
        let Some(file) = without_labels.find(|file| file.is_file()) else {
            return Ok(None);
        };
        Ok(Some(Self {
            videos: numbered(data.videos()),
            masks: MaskDictionary::open(file)?,
        }))
    }
}

/// The videos, the sentences of which mean the mask of their own number.
fn numbered(videos: &[ReferringVideo]) -> Vec<ReferringVideo> {
    let mut videos = videos.to_vec();
    let sentences = videos.iter_mut().flat_map(|video| &mut video.expressions);
    for (number, sentence) in (0..).zip(sentences) {
        sentence.annotations = vec![number];
    }
    videos
}
