//! GOT-10k: a third party's folder in its layout, and files in the published form.

use std::fs;

use tubelet_datasets::{AnnotatedBox, Got10k, Got10kResults, Got10kSequence};
use tubelet_geometry::FrameSize;
use tubelet_video::Frame;

use crate::shared::shared;

#[test]
fn sequences_in_the_layout_of_got_10k_are_read_whatever_separates_their_numbers() {
    let Some(root) = shared("got10k_format") else {
        return;
    };
    let set = Got10k::open(root.join("older_commit/got10k_dataset"), "train").unwrap();
    assert_eq!(set.sequences().unwrap(), ["car_1"]);
    // Two boxes more than labels: which frame a label belongs to cannot be known.
    let error = set.sequence("car_1").unwrap_err().to_string();
    assert!(
        error.contains("absence.label") && error.ends_with("62 labels for 64 boxes"),
        "{error}"
    );
    let set = Got10k::open(root.join("newer_commit/got10k_dataset"), "train").unwrap();
    let human = set.sequence("human_1").unwrap();
    assert_eq!(human.boxes[1].corner_and_size(), [280.0, 0.0, 25.0, 31.0]);
    let cuts = [0, 4].map(|frame| human.notes[frame].is_cut);
    assert_eq!(cuts, [Some(true), Some(false)]);
    assert_eq!(human.notes[0].is_absent, Some(false));
    assert!(Got10k::open(root.join("splits"), "train").is_err());
}

#[test]
fn got_10k_written_from_its_description_is_read_and_misfits_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let sequence = folder.path().join("val/GOT-10k_Val_000001");
    fs::create_dir_all(&sequence).unwrap();
    let write = |name: &str, text: &str| fs::write(sequence.join(name), text).unwrap();
    write(
        "groundtruth.txt",
        "347.0000,443.0000,429.0000,272.0000\n347,443,429.5,272\n",
    );
    write("absence.label", "0\n1\n");
    write("cover.label", "8\n0\n");
    write("cut_by_image.label", "0\n1\n");
    write(
        "meta_info.ini",
        "[METAINFO]\nanno_fps: 10Hz\nobject_class: bear\nresolution: (1920, 1080)\n",
    );
    fs::write(
        folder.path().join("val/list.txt"),
        "GOT-10k_Val_000001\nGOT-10k_Val_000002\n",
    )
    .unwrap();
    let set = Got10k::open(folder.path(), "val").unwrap();
    assert_eq!(set.sequences().unwrap(), ["GOT-10k_Val_000001"]);
    let read = || Got10kSequence::read(&sequence);
    let picture = Frame::new(FrameSize::new(4, 2), vec![7; 24]).unwrap();
    picture
        .write_jpeg(sequence.join("00000001.jpg"), 90)
        .unwrap();
    let found = read().unwrap();
    assert_eq!(
        (found.images(), found.image(0).unwrap().size),
        (1, FrameSize::new(4, 2))
    );
    assert!(found.image(1).is_err());
    assert_eq!(found.boxes[1].width, 429.5);
    assert_eq!(found.notes[0].cover, Some(8));
    assert_eq!(found.notes[1].is_absent, Some(true));
    assert_eq!(
        (found.size, found.meta["object_class"].as_str()),
        (Some(FrameSize::new(1920, 1080)), "bear")
    );
    fs::remove_file(sequence.join("absence.label")).unwrap();
    let found = read().unwrap().notes;
    assert_eq!(found.len(), 2);
    assert_eq!((found[1].cover, found[1].is_absent), (Some(0), None));
    write("cover.label", "8\n9\n");
    assert!(
        read()
            .unwrap_err()
            .to_string()
            .ends_with("cover.label, line 2: a cover above 8")
    );
    write("cover.label", "8\n");
    assert!(
        read()
            .unwrap_err()
            .to_string()
            .contains("1 labels for 2 boxes")
    );
    write("groundtruth.txt", "1,2,3,4\n1,2,nan,4\n");
    assert!(
        read()
            .unwrap_err()
            .to_string()
            .contains("groundtruth.txt, line 2: `nan` is not finite")
    );
    write("groundtruth.txt", "1,2,3\n");
    assert!(
        read()
            .unwrap_err()
            .to_string()
            .contains("line 1: 3 numbers")
    );
}

#[test]
fn results_are_written_with_the_precision_of_the_toolkit() {
    let folder = tempfile::tempdir().unwrap();
    let results = Got10kResults::new(folder.path());
    let boxes = [[1.0, 2.0, 3.000_4, 4.0], [0.5, -1.0, 2.0, 2.0]];
    let boxes = boxes.map(AnnotatedBox::from_corner_and_size);
    results.write("a", 1, &boxes, &[0.125, 0.25]).unwrap();
    results.write("a", 2, &boxes, &[]).unwrap();
    let text = fs::read_to_string(folder.path().join("a/a_001.txt")).unwrap();
    assert_eq!(text, "1.000,2.000,3.000,4.000\n0.500,-1.000,2.000,2.000\n");
    let runs = results.runs("a").unwrap();
    assert_eq!((runs.len(), runs["001"][1]), (2, boxes[1]));
    assert!(results.write("../a", 1, &boxes, &[]).is_err());
    assert!(results.runs("b").unwrap().is_empty());
}

#[test]
fn times_of_runs_stand_side_by_side_and_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let results = Got10kResults::new(folder.path());
    let boxes = [AnnotatedBox::from_corner_and_size([1.0; 4]); 2];
    results.write("a", 1, &boxes, &[0.125, 0.25]).unwrap();
    results.write("a", 3, &boxes, &[0.5]).unwrap();
    let path = folder.path().join("a/a_time.txt");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, "0.12500000,nan,0.50000000\n0.25000000,nan,nan\n");
    assert_eq!(results.seconds("a").unwrap(), [0.125, 0.5, 0.25]);
    // The second run is missing, and a file of another sequence is none.
    fs::write(folder.path().join("a/a_b_001.txt"), "no box").unwrap();
    let runs = results.runs("a").unwrap();
    assert_eq!(runs.keys().collect::<Vec<_>>(), ["001", "003"]);
    results.write("a", 3, &boxes, &[]).unwrap();
    assert_eq!(results.seconds("a").unwrap(), [0.125, 0.25]);
    fs::write(&path, "1 2\t3\n\nNaN,inf\n").unwrap();
    let error = results.seconds("a").unwrap_err().to_string();
    assert!(error.ends_with("line 3: `inf` is not finite"), "{error}");
}
