//! Grey and palette images as one label per pixel.
#![expect(
    clippy::unwrap_used,
    reason = "a test or benchmark may stop on a damaged image"
)]

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use tubelet_geometry::FrameSize;
use tubelet_metrics::LabelMap;

/// An image of labels.
pub(crate) struct LabelImage {
    pub(crate) size: FrameSize,
    pub(crate) labels: Vec<u8>,
}

impl LabelImage {
    /// Reads an image of grey values or palette indices; the two do not differ in a PNG's sample bytes.
    pub(crate) fn read(path: &Path) -> Self {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path).unwrap()));
        decoder.set_transformations(png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().unwrap();
        let mut labels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut labels).unwrap();
        assert_eq!(frame.bit_depth, png::BitDepth::Eight);
        let size = FrameSize::new(frame.width as usize, frame.height as usize);
        labels.truncate(size.pixel_count());
        Self { size, labels }
    }

    pub(crate) fn map(&self) -> LabelMap<'_> {
        LabelMap::new(self.size, &self.labels).unwrap()
    }
}

/// All images of a folder in the order of their names.
pub(crate) fn images(folder: &Path) -> Vec<LabelImage> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "png"));
    paths.sort();
    paths.iter().map(|path| LabelImage::read(path)).collect()
}
