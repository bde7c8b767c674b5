//! Rigs of a `rig.toml`: videos and folders of pictures, synchronised, with and without calibration and poses.

use std::fs;
use std::path::Path;

use tubelet_datasets::{DatasetKind, DeepLabels, RigClip, RigWarning, inspect, validate};
use tubelet_geometry::{FrameSize, Mask};
use tubelet_video::{Frame, VideoWriter, WriteOptions};

const CALIBRATION: &str = "size = [64, 32]
focal = [50, 50]
center = [31.5, 15.5]
position = [1.5, 0.0, 1.6]
rotation = [0.5, -0.5, 0.5, -0.5]";

/// A folder of pictures of one grey each.
fn pictures(folder: &Path, size: FrameSize, greys: &[u8]) {
    fs::create_dir_all(folder).unwrap();
    for (index, grey) in greys.iter().enumerate() {
        let frame = Frame::filled(size, [*grey; 3]);
        frame
            .write_png(folder.join(format!("{index}.png")))
            .unwrap();
    }
}

/// Front: a video of 10 frames, 100 ms apart. Side: 4 pictures of half the size, the third long after the second.
fn rig(folder: &Path) {
    let options = WriteOptions::default();
    let size = FrameSize::new(64, 32);
    let mut writer = VideoWriter::create(folder.join("front.mp4"), size, options).unwrap();
    for index in 0..10_u8 {
        let mut frame = Frame::filled(size, [index * 20 + 20; 3]);
        frame.seconds = f64::from(index) / 10.0;
        writer.write(&frame).unwrap();
    }
    writer.finish().unwrap();
    pictures(
        &folder.join("side"),
        FrameSize::new(32, 16),
        &[10, 60, 110, 160],
    );
    let masks = folder.join("masks");
    fs::create_dir_all(&masks).unwrap();
    let mut labels = DeepLabels::new(FrameSize::new(32, 16));
    labels
        .paint(&Mask::full(FrameSize::new(32, 16)), 600)
        .unwrap();
    labels.write(masks.join("00001.png")).unwrap();
    let header = "timestamp,x,y,z,qw,qx,qy,qz";
    let poses = format!("{header}\n5000000,0,0,0,1,0,0,0\n6000000,10,0,0,1,0,0,0\n");
    fs::write(folder.join("poses.csv"), poses).unwrap();
    fs::write(
        folder.join("side.txt"),
        "5000000\n5110000\n5600000\n5920000\n",
    )
    .unwrap();
}

fn description() -> String {
    format!(
        "name = \"street\"
[sync]
tolerance_ms = 30
[poses]
file = \"poses.csv\"
longest_gap_ms = 1000
[[camera]]
name = \"front\"
video = \"front.mp4\"
start = 5000000
[camera.calibration]
{CALIBRATION}
[[camera]]
name = \"side\"
video = \"side\"
times = \"side.txt\"
masks = \"masks\"
[camera.calibration]
{CALIBRATION}
distortion = {{ model = \"brown-conrady\", terms = [0.01, 0, 0, 0, 0] }}
"
    )
}

fn open(folder: &Path, text: &str) -> Result<RigClip, String> {
    fs::write(folder.join("rig.toml"), text).unwrap();
    RigClip::from_description(folder).map_err(|error| error.to_string())
}

#[test]
fn steps_follow_a_camera_and_a_camera_that_drops_out_is_absent() {
    let folder = tempfile::tempdir().unwrap();
    rig(folder.path());
    let mut clip = open(folder.path(), &description()).unwrap();
    assert_eq!((clip.name(), clip.step_count()), ("street", 10));
    assert_eq!(clip.about().warnings, []);
    let cameras = clip.rig().unwrap().cameras().to_vec();
    // The side camera's calibration is for pictures of twice the size.
    assert_eq!(cameras[1].size, FrameSize::new(32, 16));
    assert_eq!(
        (cameras[0].lens.focal().x, cameras[1].lens.focal().x),
        (50.0, 25.0)
    );
    let steps: Vec<_> = clip.steps().map(Result::unwrap).collect();
    let shown = steps.iter().map(|step| step.views[1].is_some());
    let shown: Vec<bool> = shown.collect();
    let expected = [
        true, true, false, false, false, false, true, false, false, true,
    ];
    assert_eq!(shown, expected);
    let side = steps[1].views[1].as_ref().unwrap();
    assert_eq!(side.timestamp_micros, 5_110_000);
    let metres = side.world_from_ego.unwrap().translation().x;
    assert!((metres - 1.1).abs() < 1e-9, "{metres}");
    assert_eq!(side.picture.decode().unwrap().pixels[0], 60);
    let objects = side.masks.as_ref().unwrap().decode().unwrap();
    assert_eq!(
        (objects.len(), objects[0].instance, objects[0].mask.count()),
        (1, 600, 512)
    );
    assert!(steps[0].views[1].as_ref().unwrap().masks.is_none());
    // Decoded backward.
    for (index, step) in steps.iter().enumerate().rev() {
        let grey = step.views[0]
            .as_ref()
            .unwrap()
            .picture
            .decode()
            .unwrap()
            .pixels[0];
        assert!(grey.abs_diff(index as u8 * 20 + 20) < 4, "{index} {grey}");
    }
}

#[test]
fn a_rate_makes_steps_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    rig(folder.path());
    let text = description().replace("[sync]", "[sync]\nrate = 5");
    let mut clip = open(folder.path(), &text).unwrap();
    assert_eq!(clip.step_count(), 5);
    let times: Vec<i64> = clip
        .steps()
        .map(|it| it.unwrap().timestamp_micros)
        .collect();
    assert_eq!(
        times,
        [5_000_000, 5_200_000, 5_400_000, 5_600_000, 5_800_000]
    );
}

#[test]
fn without_calibration_or_poses_a_rig_can_be_used_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    rig(folder.path());
    let text = "[[camera]]\nname = \"a\"\nvideo = \"side\"\nfps = 10\n[[camera]]\nname = \"b\"\nvideo = \"front.mp4\"\nstart = 9000000";
    let mut clip = open(folder.path(), text).unwrap();
    assert!(clip.rig().is_none());
    let warnings = &clip.about().warnings;
    let never = RigWarning::NeverShown { camera: "b".into() };
    assert_eq!(
        *warnings,
        [RigWarning::NoCalibration, RigWarning::NoPoses, never]
    );
    assert!(warnings[2].to_string().contains("`b`"));
    let step = clip.step(3).unwrap();
    assert_eq!(step.timestamp_micros, 300_000);
    assert!(step.views[0].as_ref().unwrap().world_from_ego.is_none());
}

#[test]
fn gaps_of_poses_are_refused_by_name_or_left_open() {
    let folder = tempfile::tempdir().unwrap();
    rig(folder.path());
    let text = description().replace("longest_gap_ms = 1000", "longest_gap_ms = 900");
    let error = open(folder.path(), &text).unwrap_err();
    assert!(
        error.contains("picture of camera front at 5100000 µs"),
        "{error}"
    );
    assert!(error.contains("1000000 µs long"), "{error}");
    let text = text.replace(
        "longest_gap_ms = 900",
        "longest_gap_ms = 900\ngaps = \"absent\"",
    );
    let mut clip = open(folder.path(), &text).unwrap();
    let known: Vec<bool> = clip
        .steps()
        .map(|step| {
            step.unwrap().views[0]
                .as_ref()
                .unwrap()
                .world_from_ego
                .is_some()
        })
        .collect();
    assert_eq!(known.iter().filter(|it| **it).count(), 1);
    assert!(known[0]);
}

#[test]
fn poses_in_json_and_in_the_file_itself_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    rig(folder.path());
    let json = r#"[{"token": "x", "timestamp": 5000000, "rotation": [1, 0, 0, 0], "translation": [0, 0, 0]},
        {"token": "y", "timestamp": 6000000, "rotation": [1, 0, 0, 0], "translation": [10, 0, 0]}]"#;
    fs::write(folder.path().join("ego_pose.json"), json).unwrap();
    let rows = "rows = [[5000000, 0, 0, 0, 1, 0, 0, 0], [6000000, 10, 0, 0, 1, 0, 0, 0]]";
    for poses in ["file = \"ego_pose.json\"", rows] {
        let text = description().replace("file = \"poses.csv\"", poses);
        let step = open(folder.path(), &text).unwrap().step(5).unwrap();
        let pose = step.views[0].as_ref().unwrap().world_from_ego.unwrap();
        assert!((pose.translation().x - 5.0).abs() < 1e-9);
    }
}

#[test]
fn bad_descriptions_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    rig(folder.path());
    let side_calibration = format!(
        "masks = \"masks\"\n[camera.calibration]\n{CALIBRATION}\ndistortion = {{ model = \"brown-conrady\", terms = [0.01, 0, 0, 0, 0] }}\n"
    );
    let cases: &[(&str, &str, &str)] = &[
        (
            "name = \"side\"",
            "name = \"front\"",
            "camera front`: the rig has two cameras",
        ),
        (
            &side_calibration,
            "",
            "camera side`: it is not calibrated, though",
        ),
        (
            "focal = [50, 50]",
            "focal = [0, 50]",
            "camera front`: a lens with focal lengths",
        ),
        (
            "focal = [50, 50]",
            "focal = [-50, 50]",
            "camera front`: a lens with focal lengths",
        ),
        (
            "focal = [50, 50]",
            "focal = [nan, 50]",
            "camera front`: a lens with focal lengths",
        ),
        (
            "center = [31.5, 15.5]",
            "center = [inf, 15.5]",
            "camera front`: a lens",
        ),
        (
            "[1.5, 0.0, 1.6]",
            "[nan, 0.0, 1.6]",
            "camera front`: this is no rigid motion",
        ),
        (
            "[0.5, -0.5, 0.5, -0.5]",
            "[0, 0, 0, 0]",
            "camera front`: this is no rigid motion",
        ),
        (
            "rotation = [0.5, -0.5, 0.5, -0.5]",
            "",
            "camera front`: it needs `position` and",
        ),
        (
            "size = [64, 32]",
            "size = [0, 32]",
            "camera front`: `size` is 0 by 32",
        ),
        ("[64, 32]", "[64, 40]", "camera front`: its pictures are 64"),
        (
            "brown-conrady",
            "fisheye",
            "camera side`: unknown distortion `fisheye`",
        ),
        (
            "[0.01, 0, 0, 0, 0]",
            "[0.01]",
            "camera side`: distortion `brown-conrady` with 1 terms",
        ),
        ("video = \"side\"", "video = \"gone\"", "gone"),
        (
            "times = \"side.txt\"",
            "times = \"gone.txt\"",
            "gone.txt: cannot read",
        ),
        (
            "times = \"side.txt\"",
            "times = [1, 2]",
            "camera side`: 2 times for 4 pictures",
        ),
        (
            "times = \"side.txt\"",
            "times = [1, 2, 2, 3]",
            "camera side`: picture 2 is not later",
        ),
        (
            "times = \"side.txt\"",
            "",
            "camera side`: a folder of pictures needs",
        ),
        (
            "times = \"side.txt\"",
            "fps = 0",
            "camera side`: `fps` is 0",
        ),
        (
            "masks = \"masks\"",
            "masks = \"none\"",
            "camera side`: there is no folder",
        ),
        (
            "tolerance_ms = 30",
            "tolerance_ms = -1",
            "`sync`: `tolerance_ms` is -1",
        ),
        ("tolerance_ms = 30", "rate = nan", "`sync`: `rate` is NaN"),
        (
            "tolerance_ms = 30",
            "follow = \"roof\"",
            "`sync`: there is no camera `roof`",
        ),
        (
            "tolerance_ms = 30",
            "tolerance = 30",
            "line 3: unknown field `tolerance`",
        ),
        (
            "longest_gap_ms = 1000",
            "longest_gap_ms = -5",
            "`poses`: `longest_gap_ms` is -5",
        ),
        (
            "file = \"poses.csv\"",
            "",
            "`poses`: either `file` or `rows`",
        ),
        (
            "file = \"poses.csv\"",
            "rows = []",
            "`poses`: there are no poses",
        ),
        (
            "file = \"poses.csv\"",
            "rows = [[0, 0, 0, 0, 0, 0, 0, 0]]",
            "`poses`: row 0: this is no",
        ),
        (
            "file = \"poses.csv\"",
            "file = \"none.csv\"",
            "none.csv: cannot read",
        ),
    ];
    for (from, to, reason) in cases {
        let text = description();
        assert!(text.contains(from), "{from}");
        let error = open(folder.path(), &text.replacen(from, to, 1)).unwrap_err();
        assert!(error.contains(reason), "{to}: {error}");
    }
    assert!(
        open(folder.path(), "")
            .unwrap_err()
            .contains("there is no camera")
    );
    fs::remove_file(folder.path().join("rig.toml")).unwrap();
    let gone = RigClip::from_description(folder.path())
        .unwrap_err()
        .to_string();
    assert!(gone.contains("rig.toml: cannot read"), "{gone}");
}

#[test]
fn a_described_rig_is_recognised_and_its_pictures_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    rig(folder.path());
    open(folder.path(), &description()).unwrap();
    let found = inspect(folder.path()).unwrap();
    assert_eq!((found.len(), found[0].kind), (1, DatasetKind::DescribedRig));
    let part = &found[0].splits[0];
    let counts = (part.name.as_str(), part.videos, part.frames, part.objects);
    assert_eq!(counts, ("street", Some(2), Some(14), None));
    let read = validate(folder.path(), &mut |_| ()).unwrap();
    assert_eq!(read[0].overview.splits[0].objects, Some(1));
    assert_eq!(read[0].overview.problem_count, 0);
    fs::write(folder.path().join("rig.toml"), "name = 3").unwrap();
    let broken = inspect(folder.path()).unwrap();
    assert!(broken[0].problems[0].contains("rig.toml"), "{broken:?}");
}
