//! Frames of real clips are the same however they are reached.

use std::hash::{DefaultHasher, Hash, Hasher};

use tubelet_video::{FrameReader, Sampling, VideoSource};

use crate::outside::clips;

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn seeking_in_real_clips_gives_the_frames_of_reading_in_order() {
    for file in clips("vidstg_videos")
        .into_iter()
        .chain(clips("charades_sta/videos"))
    {
        let mut source = VideoSource::open(&file).unwrap();
        let count = source.info().frame_count.unwrap();
        let mut hashes = Vec::new();
        while let Some(frame) = source.next_planes().unwrap() {
            hashes.push(hash(&frame.planes.luma));
        }
        assert_eq!(hashes.len(), count);
        for step in 0..24 {
            // A fixed walk that jumps forward and backward over the whole clip.
            let target = step * 7919 % count;
            source.seek(target).unwrap();
            for offset in 0..3.min(count - target) {
                let frame = source.next_planes().unwrap().unwrap();
                assert_eq!(frame.index, target + offset);
                assert!(
                    hash(&frame.planes.luma) == hashes[target + offset],
                    "{} frame {target}+{offset}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn reading_backward_gives_the_same_frames_at_a_bounded_cost() {
    let Some(file) = clips("clips")
        .into_iter()
        .find(|file| file.ends_with("sample_demo_1.mp4"))
    else {
        return;
    };
    let mut source = VideoSource::open(&file).unwrap();
    let hashes: Vec<u64> = source
        .by_ref()
        .map(|frame| hash(&frame.unwrap().pixels))
        .collect();
    let frame_bytes = source.info().size.pixel_count() * 3 / 2;
    let mut reader = FrameReader::with_budget(source, 32 * frame_bytes);
    for index in (0..hashes.len()).rev() {
        let frame = reader.frame(index).unwrap();
        assert_eq!(frame.index, index);
        assert!(hash(&frame.pixels) == hashes[index], "frame {index}");
    }
    assert_eq!(
        reader.decoded_count(),
        hashes.len() as u64,
        "every frame was delivered once"
    );
    assert!(reader.frame(hashes.len()).is_err());
}

#[test]
fn sampling_takes_the_right_frames() {
    let Some(file) = clips("clips")
        .into_iter()
        .find(|file| file.ends_with("sample_demo_1.mp4"))
    else {
        return;
    };
    let indices = |sampling: Sampling, from: usize| -> Vec<usize> {
        let mut source = VideoSource::open(&file).unwrap();
        source.seek(from).unwrap();
        source
            .sampled(sampling)
            .map(|frame| frame.unwrap().index)
            .collect()
    };
    assert_eq!(indices(Sampling::Every(50), 3), [3, 53, 103, 153, 203]);
    // 25 frames per second.
    assert_eq!(
        indices(Sampling::PerSecond(1.0), 0),
        [0, 25, 50, 75, 100, 125, 150, 175, 200, 225]
    );
    assert_eq!(indices(Sampling::PerSecond(1000.0), 230).len(), 13);
}
