//! What goes wrong on the way: damaged files, a full disk, Ctrl-C, a killed process. What was finished stays on disk.

use std::{fs, path::Path};

use crate::{
    program::{refuses, tubelet},
    tracking::demonstration,
};

const CLICK: [&str; 2] = ["--point", "200,150"];

/// `tubelet track` with a click.
fn track<'a>(clip: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["track", clip], &CLICK[..], &["--out", "out"], more].concat()
}

#[test]
fn damaged_clips_name_the_file_and_what_is_wrong_with_it() {
    let folder = demonstration();
    let path = |name: &str| folder.path().join(name);
    let whole = fs::read(path("demo/clip.mp4")).unwrap();
    fs::write(path("half.mp4"), &whole[..whole.len() / 2]).unwrap();
    refuses(
        folder.path(),
        &track("half.mp4", &[]),
        (1, "half.mp4: cut short"),
    );

    let mut damaged = whole.clone();
    // The box around all pictures holds a box for each fragment.
    let media = whole.windows(4).enumerate();
    let mut media = media.filter_map(|(at, window)| (window == b"mdat").then_some(at + 4));
    let samples = media.nth(1).unwrap();
    damaged[samples..samples + 1000].fill(0xFF);
    fs::write(path("damaged.mp4"), damaged).unwrap();
    refuses(
        folder.path(),
        &track("damaged.mp4", &[]),
        (1, "damaged.mp4: frame "),
    );
}

#[test]
fn nothing_is_written_over_that_no_run_wrote_or_that_is_read() {
    let folder = demonstration();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("mine/masks")).unwrap();
    fs::copy(path("demo/masks/00000.png"), path("mine/masks/00000.png")).unwrap();
    let track = |clip, out| {
        [
            "track",
            clip,
            "--mask",
            "mine/masks/00000.png",
            "--out",
            out,
        ]
    };
    for (arguments, said) in [
        (track("demo/clip.mp4", "mine"), "mine/masks is read"),
        (
            track("demo/overlay.mp4", "demo"),
            "demo/overlay.mp4 is read",
        ),
    ] {
        refuses(folder.path(), &arguments, (1, said));
    }
    let click = [
        "track",
        "demo/clip.mp4",
        "--point",
        "9,9",
        "--out",
        "mine",
        "--tracks-only",
    ];
    refuses(folder.path(), &click, (1, "no earlier run wrote it"));
    assert!(path("mine/masks/00000.png").exists());
    fs::write(path("mine/clip.mp4"), "of somebody").unwrap();
    fs::remove_dir_all(path("mine/masks")).unwrap();
    refuses(
        folder.path(),
        &["demo", "--out", "mine"],
        (1, "mine/clip.mp4 would be written over"),
    );
    assert_eq!(
        fs::read_to_string(path("mine/clip.mp4")).unwrap(),
        "of somebody"
    );
    // What a run wrote may be replaced by the next.
    let again = ["demo", "--out", "demo", "--frames", "2"];
    assert!(tubelet(folder.path(), &again).status.success());
    assert!(!path("demo/masks/00007.png").exists());
}

#[test]
fn weights_with_a_tensor_of_another_name_or_cut_short_name_the_tensor() {
    let folder = demonstration();
    let path = |name: &str| folder.path().join(name);
    let convert = ["models", "convert", "tubelet-nano", "whole.safetensors"];
    assert!(tubelet(folder.path(), &convert).status.success());
    let whole = fs::read(path("whole.safetensors")).unwrap();
    let name = b"mask_decoder.mask_tokens.weight";
    let at = whole.windows(name.len()).position(|window| window == name);
    let mut renamed = whole.clone();
    renamed[at.unwrap()] = b'M';
    fs::write(path("renamed.safetensors"), renamed).unwrap();
    fs::write(path("cut.safetensors"), &whole[..whole.len() / 2]).unwrap();
    for (model, part) in [
        ("renamed.safetensors", "mask_decoder.mask_tokens.weight"),
        ("renamed.safetensors", "Mask_decoder.mask_tokens.weight"),
        ("cut.safetensors", "of cut.safetensors: it ends at byte"),
    ] {
        refuses(
            folder.path(),
            &track("demo/clip.mp4", &["--model", model]),
            (1, part),
        );
    }
}

#[cfg(unix)]
mod unix {
    use std::{
        process::{Child, Command, Stdio},
        thread::sleep,
        time::{Duration, Instant},
    };

    use super::*;
    use crate::tracking::read_json;

    const JOURNAL: &str = "out/tracks.partial.jsonl";

    /// Starts a run over many frames and waits until it has finished some of them.
    fn started(folder: &Path) -> Child {
        let output = tubelet(folder, &["demo", "--out", "long", "--frames", "60"]);
        assert!(output.status.success());
        let run = Command::new(env!("CARGO_BIN_EXE_tubelet"))
            .args(track("long/clip.mp4", &["--direction", "forward"]))
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while lines(folder) < 4 {
            assert!(start.elapsed() < Duration::from_mins(2), "nothing happens");
            sleep(Duration::from_millis(5));
        }
        run
    }

    fn lines(folder: &Path) -> usize {
        fs::read_to_string(folder.join(JOURNAL)).map_or(0, |text| text.lines().count())
    }

    #[test]
    fn ctrl_c_leaves_whole_results_of_the_frames_that_were_tracked() {
        let folder = tempfile::tempdir().unwrap();
        let mut run = started(folder.path());
        let asked = Command::new("kill")
            .args(["-INT", &run.id().to_string()])
            .status();
        assert!(asked.unwrap().success());
        assert_eq!(run.wait().unwrap().code(), Some(130));
        let tracks = read_json(&folder.path().join("out/tracks.json"));
        assert_eq!(tracks["video"]["complete"], false);
        let frames = tracks["objects"][0]["frames"].as_array().unwrap().len();
        assert!((1..60).contains(&frames), "{frames}");
        for name in ["overlay.mp4", "contact-sheet.png", "masks/00000.png"] {
            assert!(folder.path().join("out").join(name).exists(), "{name}");
        }
    }

    #[test]
    fn a_killed_run_leaves_a_line_for_every_finished_frame() {
        let folder = tempfile::tempdir().unwrap();
        let mut run = started(folder.path());
        run.kill().unwrap();
        run.wait().unwrap();
        let text = fs::read_to_string(folder.path().join(JOURNAL)).unwrap();
        let whole = text
            .lines()
            .filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
        assert!(whole.count() >= 3);
    }

    #[test]
    fn a_full_disk_is_named_and_finished_frames_stay() {
        let folder = demonstration();
        // Writing beyond the limit fails as on a full disk, once its signal is ignored.
        for (blocks, part) in [(2, "out/tracks.partial.jsonl"), (110, "out/overlay.mp4")] {
            let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
            let output = Command::new("sh")
                .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_tubelet")])
                .args(track("demo/clip.mp4", &[]))
                .current_dir(folder.path())
                .output()
                .unwrap();
            let said = crate::program::stderr(&output);
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(
                said.contains(part) && said.contains("File too large"),
                "{said}"
            );
            assert!(lines(folder.path()) > 0);
        }
    }
}
