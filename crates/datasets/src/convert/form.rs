//! The forms in which masks can be written.

use std::fmt;

/// A form of masks on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MaskForm {
    /// `Annotations/480p/VIDEO/FRAME.png` with the palette, `ImageSets/2017/all.txt`, and the pictures where they are at
    /// hand. Void stays void.
    Davis,
    /// `VIDEO/FRAME.png` with the palette, as methods hand in results.
    LabelPictures,
    /// `VIDEO/OBJECT/FRAME.png`, 0 and 255: SA-V, and results of sentences.
    MaskFolders,
    /// One JSON file of tracks with run-length codes, boxes and areas (YouTube-VIS).
    YoutubeVis,
    /// `instances_txt/VIDEO.txt`, a line for each mask. Void becomes class 10.
    KittiMots,
}

impl MaskForm {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Davis,
        Self::LabelPictures,
        Self::MaskFolders,
        Self::YoutubeVis,
        Self::KittiMots,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Davis => "davis",
            Self::LabelPictures => "label-pictures",
            Self::MaskFolders => "mask-folders",
            Self::YoutubeVis => "youtube-vis",
            Self::KittiMots => "kitti-mots",
        }
    }

    /// The form of a name; `None` for an unknown one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

impl fmt::Display for MaskForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
