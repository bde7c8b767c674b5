//! Folders of pictures and single pictures as videos.

use tubelet_geometry::FrameSize;
use tubelet_video::{Frame, FrameReader, LabelMap, VideoError, VideoSource};

use crate::outside::shared_data;

#[test]
fn pictures_come_in_the_order_of_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    for number in [10u8, 9, 1] {
        let frame = Frame::filled(FrameSize::new(6, 5), [number; 3]);
        frame
            .write_png(folder.path().join(format!("{number}.png")))
            .unwrap();
    }
    std::fs::write(folder.path().join("notes.txt"), b"no picture").unwrap();
    let mut source = VideoSource::open(folder.path()).unwrap();
    assert_eq!(source.info().frame_count, Some(3));
    let levels: Vec<u8> = source
        .by_ref()
        .map(|frame| frame.unwrap().pixels[0])
        .collect();
    assert_eq!(levels, [1, 9, 10]);
    let mut reader = FrameReader::new(source);
    assert_eq!(reader.frame(2).unwrap().pixels[0], 10);
    assert_eq!(reader.frame(0).unwrap().pixels[0], 1);
}

#[test]
fn pictures_of_several_sizes_are_refused_where_the_size_changes() {
    let folder = tempfile::tempdir().unwrap();
    for (name, width) in [("1.png", 6), ("2.png", 7)] {
        Frame::filled(FrameSize::new(width, 5), [0; 3])
            .write_png(folder.path().join(name))
            .unwrap();
    }
    let mut source = VideoSource::open(folder.path()).unwrap();
    assert!(source.next_frame().unwrap().is_some());
    assert!(matches!(
        source.next_frame(),
        Err(VideoError::FrameSizeChanged { frame: 1, .. })
    ));
}

#[test]
fn a_single_picture_is_a_video_of_one_frame() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.png");
    Frame::filled(FrameSize::new(6, 5), [7; 3])
        .write_png(&path)
        .unwrap();
    let frames: Vec<Frame> = VideoSource::open(&path)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(frames.len(), 1);
    assert_eq!((frames[0].index, frames[0].pixels[0]), (0, 7));
}

#[test]
fn davis_frames_and_label_maps_are_read() {
    let Some(data) = shared_data() else { return };
    let davis = data.join("davis2016/DAVIS");
    let source = VideoSource::open(davis.join("JPEGImages/480p/blackswan")).unwrap();
    assert_eq!(
        (source.info().size, source.info().frame_count),
        (FrameSize::new(854, 480), Some(50))
    );
    let map = LabelMap::read_png(davis.join("Annotations/480p/blackswan/00000.png")).unwrap();
    assert_eq!(
        (map.size(), map.objects()),
        (FrameSize::new(854, 480), vec![255])
    );
    let results = data.join("davis2017_eval/results/semi-supervised/osvos/bike-packing/00019.png");
    assert_eq!(LabelMap::read_png(results).unwrap().objects(), [1, 2]);
}
