//! Clips of the world as the data sets they imitate.
//!
//! In: a world. Out: frames with labels in the types of video and of data set folders.

use tubelet_video::{Frame, LabelMap};

use super::frame::WorldFrame;
use super::scene::World;
use crate::error::Result;
use crate::segmentation::davis_writer::DavisWriter;

impl WorldFrame {
    /// The frame as video, shown at its time at a number of frames per second.
    ///
    /// # Errors
    /// [`DatasetError::Video`](crate::DatasetError::Video) where bytes were taken away or added.
    pub fn to_image(&self, frames_per_second: f64) -> Result<Frame> {
        let frame = Frame::new(self.size, self.rgb.clone())?;
        Ok(frame.at(self.index, self.index as f64 / frames_per_second))
    }

    /// The identities as a label map.
    ///
    /// # Errors
    /// [`DatasetError::Video`](crate::DatasetError::Video) where identities were taken away or added.
    pub fn to_labels(&self) -> Result<LabelMap> {
        Ok(LabelMap::from_labels(self.size, self.ids.clone())?)
    }
}

impl World {
    /// Writes the clip as a sequence of a DAVIS folder.
    ///
    /// # Errors
    /// Those of [`DavisWriter::write`].
    pub fn write_davis(&self, writer: &mut DavisWriter, name: &str) -> Result<()> {
        let rate = self.config().frames_per_second;
        writer.write(
            name,
            self.frames()
                .map(|frame| Ok((frame.to_image(rate)?, frame.to_labels()?))),
        )
    }
}
