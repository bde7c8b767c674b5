//! Frames that come only once: tracked, recorded, and drawn on the recording.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use tubelet_video::VideoSource;

use crate::{
    program::{stderr, stdout, tubelet},
    tracking::{demonstration, read_json},
};

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn a_stream_is_opened_once_and_what_has_passed_is_read_from_its_recording() {
    let folder = demonstration();
    let at = |name: &str| folder.path().join(name);
    let made = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-i"])
        .arg(at("demo/clip.mp4"))
        .args(["-c", "copy"])
        .arg(at("clip.mkv"))
        .status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: ffmpeg is not installed");
        return;
    }
    let bytes = fs::read(at("clip.mkv")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            // Whoever has seen enough hangs up.
            let _ = connection.write_all(&bytes);
        }
    });
    // The second prompt lies ahead of where tracking begins: what has passed by then is gone through all the same.
    let prompts = r#"{"prompts": [{"object": 1, "frame": 4, "box": [100, 80, 300, 280]},
        {"object": 2, "frame": 6, "box": [10, 10, 90, 90]}]}"#;
    fs::write(at("prompts.json"), prompts).unwrap();
    fs::create_dir(at("out")).unwrap();
    fs::write(at("out/recording.mp4"), "of a run").unwrap();
    fs::write(at("out/recording.mp4.partial"), "of a killed run").unwrap();
    let arguments = [
        "track",
        &address,
        "--prompts",
        "prompts.json",
        "--direction",
        "both",
    ];
    let output = tubelet(
        folder.path(),
        &[&arguments[..], &["--out", "out", "--json"]].concat(),
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let summary: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(summary["recording"], "out/recording.mp4");
    assert_eq!(summary["frames"], 8);
    let tracks = read_json(&at("out/tracks.json"));
    assert_eq!(tracks["video"]["clip"], address.as_str());
    assert_eq!(tracks["video"]["frames"], 8);
    for object in 0..2 {
        let frames = tracks["objects"][object]["frames"].as_array().unwrap();
        assert_eq!(frames.len(), 8);
    }
    for name in ["recording.mp4", "overlay.mp4"] {
        let written = VideoSource::open(at("out").join(name)).unwrap();
        assert_eq!(written.info().frame_count, Some(8), "{name}");
    }
    for (name, text) in [
        ("recording.1.mp4", "of a killed run"),
        ("recording.2.mp4", "of a run"),
    ] {
        assert_eq!(fs::read_to_string(at("out").join(name)).unwrap(), text);
    }
    // Once to ask what it is, once for its frames.
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}
