//! DAVIS folders: real ones where they are at hand, and written ones read back.

use std::fs;

use tubelet_datasets::{
    Annotation, Davis, DavisWriter, DavisYear, LabelEncoding, ResultWriter, World, WorldConfig,
};
use tubelet_geometry::FrameSize;
use tubelet_video::{LabelMap, VideoSource};

use crate::shared::shared;

#[test]
fn davis_2016_has_one_object_in_every_sequence() {
    let Some(path) = shared("davis2016") else {
        return;
    };
    let davis = Davis::open(path, DavisYear::Davis2016).unwrap();
    assert_eq!(davis.resolution(), "480p");
    let listed = davis.split("val").unwrap();
    assert_eq!(listed.len(), 20);
    let present = davis.samples("val").unwrap();
    assert!(!present.is_empty() && present.len() <= 20);
    for sample in &present {
        assert_eq!(sample.objects().unwrap(), [1], "{}", sample.name());
        let annotation = sample.annotation(0).unwrap().unwrap();
        assert!(annotation.void.is_none());
        assert_eq!(annotation.labels.size(), FrameSize::new(854, 480));
    }
}

#[test]
fn frames_and_annotations_of_real_sequences_belong_together() {
    let Some(path) = shared("davis2016") else {
        return;
    };
    let davis = Davis::open(path, DavisYear::Davis2016).unwrap();
    for (name, frames) in [("blackswan", 50), ("car-shadow", 40), ("bmx-trees", 80)] {
        let sample = davis.sample(name).unwrap();
        assert!(sample.has_images());
        assert_eq!(sample.frames().len(), frames);
        let image = sample.image(frames - 1).unwrap();
        let annotation = sample
            .annotation_of_size(frames - 1, image.size)
            .unwrap()
            .unwrap();
        assert!(!annotation.labels.mask(1).is_empty());
    }
}

#[test]
fn sequences_without_pictures_can_still_be_scored() {
    let Some(path) = shared("davis2016") else {
        return;
    };
    let davis = Davis::open(path, DavisYear::Davis2016).unwrap();
    let sample = davis.sample("camel").unwrap();
    assert!(!sample.has_images());
    assert_eq!(sample.frames().len(), 90);
    let error = sample.image(3).unwrap_err().to_string();
    assert!(
        error.contains("camel") && error.contains("00003"),
        "{error}"
    );
}

#[test]
fn results_keep_their_indices() {
    let Some(path) = shared("davis2017_eval") else {
        return;
    };
    let folder = path.join("results/semi-supervised/osvos");
    let fish = Davis::result(&folder, "gold-fish").unwrap();
    assert_eq!(
        (fish.frames().len(), fish.objects().unwrap()),
        (78, vec![1, 2, 3, 4, 5])
    );
    let wide = Davis::result(&folder, "shooting")
        .unwrap()
        .annotation(0)
        .unwrap()
        .unwrap();
    assert_eq!(wide.labels.size(), FrameSize::new(1152, 480));
    let many = Davis::result(path.join("results/unsupervised/rvos"), "judo").unwrap();
    assert!(many.objects().unwrap().len() > 10);
}

#[test]
fn void_is_told_from_objects() {
    let Some(path) = shared("davis_interactive") else {
        return;
    };
    let davis = Davis::open(path.join("session/test_data"), DavisYear::Davis2017).unwrap();
    let tennis = davis.sample("tennis").unwrap();
    assert_eq!(tennis.objects().unwrap(), [1, 2]);
    let voids = (0..2).filter_map(|frame| tennis.annotation(frame).unwrap().unwrap().void);
    assert!(voids.map(|void| void.count()).sum::<usize>() > 0);
    let raw = tennis.frames()[0].annotation.clone().unwrap();
    let ordinary = Annotation::read(raw, LabelEncoding::Objects).unwrap();
    assert!(ordinary.labels.objects().ends_with(&[255]) || ordinary.labels.objects() == [1, 2]);
    // Six annotations, no pictures.
    assert!(!davis.sample("blackswan").unwrap().has_images());
}

#[test]
fn a_written_world_reads_back_with_its_labels_and_its_video() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DavisWriter::create(folder.path(), "train")
        .unwrap()
        .with_video();
    let worlds: Vec<World> = (0..2)
        .map(|seed| World::new(WorldConfig::training(64), seed).unwrap())
        .collect();
    for (index, world) in worlds.iter().enumerate() {
        world
            .write_davis(&mut writer, &format!("clip-{index}"))
            .unwrap();
    }
    writer.finish().unwrap();

    let davis = Davis::open(folder.path(), DavisYear::Davis2017).unwrap();
    let samples = davis.samples("train").unwrap();
    assert_eq!(samples.len(), 2);
    for (sample, world) in samples.iter().zip(&worlds) {
        assert_eq!(sample.frames().len(), 8);
        assert_eq!(sample.objects().unwrap().len(), world.objects());
        for (index, frame) in world.frames().enumerate() {
            let image = sample.image(index).unwrap();
            let far = image
                .pixels
                .iter()
                .zip(&frame.rgb)
                .map(|(a, b)| u64::from(a.abs_diff(*b)))
                .sum::<u64>();
            assert!(far < 8 * frame.rgb.len() as u64, "{far}");
            let labels = sample
                .annotation_of_size(index, image.size)
                .unwrap()
                .unwrap()
                .labels;
            assert_eq!(labels.labels(), frame.ids);
        }
        let path = folder
            .path()
            .join("Videos/480p")
            .join(format!("{}.mp4", sample.name()));
        let mut video = VideoSource::open(path).unwrap();
        assert_eq!(
            video.next_frame().unwrap().unwrap().size,
            FrameSize::new(64, 64)
        );
    }
}

#[test]
fn results_are_written_where_evaluators_look() {
    let folder = tempfile::tempdir().unwrap();
    let writer = ResultWriter::create(folder.path(), "dog").unwrap();
    let labels = LabelMap::from_labels(FrameSize::new(2, 2), vec![0, 1, 2, 255]).unwrap();
    writer.write("00012", &labels).unwrap();
    let read = Davis::result(folder.path(), "dog").unwrap();
    assert_eq!(read.frames()[0].name, "00012");
    assert_eq!(read.annotation(0).unwrap().unwrap().labels, labels);
    assert!(writer.write("../x", &labels).is_err());
    assert!(ResultWriter::create(folder.path(), "a/b").is_err());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = DavisWriter::create(&file, "train").unwrap_err().to_string();
    assert!(error.contains("file/ImageSets/2017"), "{error}");
}

#[test]
fn annotations_for_the_unsupervised_task_lie_in_a_folder_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder
        .path()
        .join("DAVIS/Annotations_unsupervised/480p/dog");
    fs::create_dir_all(&place).unwrap();
    let labels = LabelMap::from_labels(FrameSize::new(2, 2), vec![0, 1, 2, 255]).unwrap();
    labels.write_png(place.join("00000.png")).unwrap();
    let davis = Davis::open(folder.path(), DavisYear::Davis2017Unsupervised).unwrap();
    assert_eq!(davis.sample("dog").unwrap().objects().unwrap(), [1, 2]);
    let error = Davis::open(folder.path(), DavisYear::Davis2017).unwrap_err();
    assert!(
        error.to_string().contains("no folder `Annotations`"),
        "{error}"
    );
}
