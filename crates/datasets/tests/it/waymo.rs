//! Waymo, both releases, on the official test files.

use std::fs;

use parquet::file::reader::{FileReader, SerializedFileReader};
use tubelet_datasets::{DeepLabels, WaymoCamera, WaymoComponents, WaymoFrame, WaymoRecords};
use tubelet_geometry::FrameSize;

use crate::shared::{shared, shared_file, stored};

fn waymo_frame() -> Option<WaymoFrame> {
    let path = shared_file("waymo", "utils/testdata/pvps_data_one_frame.tfrecord")?;
    let mut records = WaymoRecords::open(path).unwrap();
    let frame = records.next_frame().unwrap().unwrap();
    assert!(records.next_frame().unwrap().is_none());
    Some(frame)
}

#[test]
fn a_real_frame_of_waymo_has_five_calibrated_cameras() {
    let Some(frame) = waymo_frame() else {
        return;
    };
    assert_eq!(frame.context, "1024360143612057520_3580_000_3600_000");
    assert_eq!(frame.timestamp_micros, 1_553_735_853_462_203);
    assert_eq!((frame.images.len(), frame.calibrations.len()), (5, 5));
    let left = frame
        .calibrations
        .iter()
        .find(|it| it.camera == WaymoCamera::FrontLeft)
        .unwrap();
    assert_eq!(left.size, FrameSize::new(1920, 1280));
    assert_eq!(left.intrinsic[0], 2_056.390_213_421_492_3);
    assert_eq!(left.vehicle_from_camera[3], 1.493_241_902_253_919_4);
    let jpeg = shared_file("waymo", "derived/SIDE_LEFT.jpg").unwrap();
    let side = frame
        .images
        .iter()
        .find(|it| it.camera == WaymoCamera::SideLeft)
        .unwrap();
    assert_eq!(side.jpeg, fs::read(jpeg).unwrap());
    assert_eq!(side.decode().unwrap().size, FrameSize::new(1920, 886));
}

#[test]
fn real_objects_of_waymo_keep_their_number_across_cameras() {
    let Some(frame) = waymo_frame() else {
        return;
    };
    let global = |camera: WaymoCamera, local: u16| {
        let of_camera = frame
            .segmentations
            .iter()
            .find(|it| it.camera == camera)
            .unwrap();
        let objects = of_camera.segmentation.decode().unwrap().objects();
        objects
            .iter()
            .find(|it| it.local == local)
            .unwrap()
            .instance
            .unwrap()
            .global
    };
    for (number, left, right) in [
        (2, (WaymoCamera::FrontLeft, 1), (WaymoCamera::SideLeft, 2)),
        (
            16,
            (WaymoCamera::FrontRight, 1),
            (WaymoCamera::SideRight, 1),
        ),
        (
            18,
            (WaymoCamera::FrontRight, 3),
            (WaymoCamera::SideRight, 2),
        ),
        (
            20,
            (WaymoCamera::FrontRight, 5),
            (WaymoCamera::SideRight, 3),
        ),
    ] {
        assert_eq!(
            (global(left.0, left.1), global(right.0, right.1)),
            (number, number)
        );
    }
    for found in &frame.segmentations {
        let path = shared_file("waymo", &format!("derived/{}_panoptic.png", found.camera)).unwrap();
        let panoptic = found.segmentation.decode().unwrap();
        assert_eq!(panoptic.labels, DeepLabels::read(path).unwrap());
        let path = shared_file(
            "waymo",
            &format!("derived/{}_num_cameras_covered.png", found.camera),
        );
        let covered = found.segmentation.cameras_covered().unwrap().unwrap();
        assert_eq!(covered, DeepLabels::read(path.unwrap()).unwrap());
        assert_eq!(found.segmentation.sequence, "5049995238639144324");
        let pixels: usize = panoptic
            .objects()
            .iter()
            .map(|it| panoptic.mask(it).count())
            .sum();
        let local = panoptic
            .labels
            .values()
            .iter()
            .filter(|it| **it % 1000 > 0)
            .count();
        assert_eq!(pixels, local);
    }
}

#[test]
fn real_components_of_waymo_are_read_row_by_row() {
    let Some(root) = shared("waymo") else {
        return;
    };
    let set = WaymoComponents::open(root.join("v2/testdata/dataset")).unwrap();
    assert_eq!(set.components().unwrap(), ["camera_hkp", "vehicle_pose"]);
    let segments = set.segments("vehicle_pose").unwrap();
    assert_eq!(segments, ["10023947602400723454_1120_000_1140_000"]);
    assert_eq!(set.rows("camera_hkp", &segments[0]).unwrap(), 15_844);
    let poses: Result<Vec<_>, _> = set.vehicle_poses(&segments[0]).unwrap().collect();
    let poses = poses.unwrap();
    assert_eq!(poses.len(), 199);
    assert!(poses.is_sorted_by_key(|pose| pose.timestamp_micros));
    for pose in &poses {
        assert_eq!(pose.world_from_vehicle[12..], [0.0, 0.0, 0.0, 1.0]);
    }
    assert!(set.segmentations(&segments[0]).is_err());
    assert!(WaymoComponents::open(root.join("derived")).is_err());
}

#[test]
fn components_of_waymo_written_by_pyarrow_from_the_description_belong_together() {
    let set = WaymoComponents::open(stored("waymo_v2")).unwrap();
    let names = ["camera_calibration", "camera_image", "camera_segmentation"];
    assert_eq!(set.components().unwrap(), names);
    let images: Result<Vec<_>, _> = set.images("1_0_1").unwrap().collect();
    let images = images.unwrap();
    assert_eq!(
        (images.len(), images[1].camera),
        (2, WaymoCamera::FrontLeft)
    );
    assert_eq!(
        images[0].content.decode().unwrap().size,
        FrameSize::new(6, 4)
    );
    assert_eq!(images[0].content.world_from_vehicle.unwrap()[5], 1.0);
    let found: Result<Vec<_>, _> = set.segmentations("1_0_1").unwrap().collect();
    let found = found.unwrap();
    assert_eq!(found[0].timestamp_micros, images[0].timestamp_micros);
    let globals = |index: usize| {
        let panoptic = found[index].content.decode().unwrap();
        let objects = panoptic.objects().into_iter();
        objects
            .map(|it| {
                (
                    it.class,
                    it.local,
                    it.instance.unwrap().global,
                    panoptic.mask(&it).count(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(globals(0), [(2, 1, 10, 1), (9, 2, 11, 1)]);
    assert_eq!(globals(1), [(2, 3, 10, 2)]);
    assert!(!found[0].content.instances[&2].is_tracked);
    let covered = found[0].content.cameras_covered().unwrap().unwrap();
    assert_eq!(covered.values(), [1, 1, 1, 2]);
    let mounted: Result<Vec<_>, _> = set.calibrations("1_0_1").unwrap().collect();
    let mounted = mounted.unwrap();
    assert_eq!(
        (mounted[0].size, mounted[0].intrinsic[8]),
        (FrameSize::new(6, 4), 8.5)
    );
    assert!(set.vehicle_poses("1_0_1").is_err());
}

#[test]
fn other_records_and_files_are_refused() {
    let Some(root) = shared("waymo") else {
        return;
    };
    let motion = root.join("utils/testdata/motion_data_one_scenario.tfrecord");
    let error = WaymoRecords::open(motion)
        .unwrap()
        .next_frame()
        .unwrap_err()
        .to_string();
    assert!(error.contains("`record 0`: no frame"), "{error}");
    let error = WaymoRecords::open(root.join("LICENSE"))
        .unwrap()
        .next_frame()
        .unwrap_err();
    assert!(error.to_string().contains("byte 0"), "{error}");
}

#[test]
fn pages_that_say_to_skip_more_than_the_file_holds_are_refused_at_once() {
    let good = stored("waymo_v2/camera_image/1_0_1.parquet");
    let reader = SerializedFileReader::new(fs::File::open(&good).unwrap()).unwrap();
    let columns = reader.metadata().row_group(0).columns();
    let starts = columns.iter().map(|column| column.byte_range().0 as usize);
    let starts: Vec<usize> = starts.collect();
    let folder = tempfile::tempdir().unwrap();
    let component = folder.path().join("camera_image");
    fs::create_dir_all(&component).unwrap();
    // An unknown field: a list of 2³¹ − 1 doubles, texts, or truth values, which take no room.
    for kind in [0x07, 0x08, 0x01] {
        let list = [0xf9, 0xf0 | kind, 0xff, 0xff, 0xff, 0xff, 0x07];
        let mut bytes = fs::read(&good).unwrap();
        for start in &starts {
            bytes[*start..start + list.len()].copy_from_slice(&list);
        }
        fs::write(component.join("1.parquet"), bytes).unwrap();
        let set = WaymoComponents::open(folder.path()).unwrap();
        let read = set
            .images("1")
            .and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let error = read.unwrap_err().to_string();
        assert!(error.contains("1.parquet"), "{error}");
    }
}
