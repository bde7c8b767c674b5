//! Where masks are taken from: the data sets that have masks of videos, each with its folder.
//!
//! In: a folder, what it holds, and a part of it. Out: its videos, one after the other.

use std::collections::BTreeMap;
use std::path::Path;

use super::video::MaskVideo;
use super::{kitti_mots, sources};
use crate::error::{DatasetError, Result};
use crate::formats::text::in_entry;
use crate::inspect::find::only_one;
use crate::inspect::overview::DatasetKind;
use crate::inspect::place::Place;

/// Is shown each video.
pub(super) type Show<'s> = &'s mut dyn FnMut(MaskVideo<'_>) -> Result<()>;

/// A folder of masks.
pub(super) struct MaskSource<'a> {
    pub(super) place: Place,
    pub(super) kind: DatasetKind,
    pub(super) split: Option<&'a str>,
}

impl<'a> MaskSource<'a> {
    /// Looks at a folder as the data set it is said to be, or at the only one in it or below it.
    pub(super) fn open(
        path: &Path,
        kind: Option<DatasetKind>,
        split: Option<&'a str>,
    ) -> Result<Self> {
        let (path, kind) = match kind {
            Some(kind) => (path.to_owned(), kind),
            None => only_one(path)?,
        };
        let place = Place::look(&path)?;
        Ok(Self { place, kind, split })
    }

    /// Shows each video to a closure.
    pub(super) fn for_each(&self, show: Show<'_>) -> Result<()> {
        use DatasetKind as Kind;
        match self.kind {
            Kind::Davis2016 | Kind::Davis2017 => sources::davis(self, show),
            Kind::YoutubeVos => sources::youtube_vos(self, show),
            Kind::Mose => sources::mose(self, show),
            Kind::LabelPictures => sources::label_pictures(self, show),
            Kind::SaV => sources::sa_v(self, show),
            Kind::Mevis => sources::mevis(self, show),
            Kind::Revos => sources::revos(self, show),
            Kind::YoutubeVis | Kind::SaCo => sources::instances(self, show),
            Kind::KittiMots => kitti_mots::kitti_mots(self, show),
            other => Err(self.layout(format!("{other} has no masks of whole videos"))),
        }
    }

    /// The part that is meant: the one that was named, or the only one.
    pub(super) fn part<'b>(&'b self, present: &'b [String]) -> Result<&'b str> {
        let list = || present.join(", ");
        match (self.split, present) {
            (Some(split), _) => {
                let found = present.iter().find(|name| *name == split);
                found.map(String::as_str).ok_or_else(|| {
                    self.layout(format!("no part `{split}` (there are: {})", list()))
                })
            }
            (None, [only]) => Ok(only),
            (None, []) => Err(self.layout("nothing of it is here".to_owned())),
            (None, _) => Err(self.layout(format!("name one of its parts: {}", list()))),
        }
    }

    /// Refuses a part of what has none.
    pub(super) fn refuse_split(&self) -> Result<()> {
        let reason = format!("no such part; {} have no parts", self.kind);
        self.split.map_or(Ok(()), |split| {
            Err(in_entry(&self.place.path, split, reason))
        })
    }

    /// Refuses a part other than the only one, which has several names.
    pub(super) fn check_only_part(&self, names: &[String]) -> Result<()> {
        match self.split {
            Some(split) if names.iter().all(|name| name != split) => {
                let reason = format!("no such part (there is: {})", names.join(", or "));
                Err(in_entry(&self.place.path, split, reason))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn layout(&self, reason: String) -> DatasetError {
        DatasetError::Layout {
            path: self.place.path.clone(),
            dataset: self.kind.name(),
            reason,
        }
    }
}

/// The one category of data sets without categories.
pub(super) fn one_category() -> BTreeMap<u64, String> {
    BTreeMap::from([(1, "object".to_owned())])
}
