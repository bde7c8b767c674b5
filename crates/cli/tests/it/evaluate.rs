//! Predictions are judged: tables, files, and refusals.

use std::{fs, path::Path};

use serde_json::Value;
use tubelet_geometry::FrameSize;
use tubelet_video::LabelMap;

use crate::program::{refuses, stderr, stdout, tubelet};

/// Three questions, and answers to them of which one is wrong.
fn write_questions(root: &Path) {
    let table = "\
video,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4
v,90,4,3,why is it,1,0,CW,a,b,c,d,e
v,90,4,3,why is it,1,1,TN,a,b,c,d,e
v,90,4,3,why is it,1,2,DO,a,b,c,d,e
";
    fs::write(root.join("val.csv"), table).unwrap();
    let answers = r#"{"v_0": {"prediction": 1, "answer": 1}, "v_1": {"prediction": 3, "answer": 1}, "v_2": {"prediction": 1, "answer": 1}}"#;
    fs::write(root.join("answers.json"), answers).unwrap();
}

const NEXT_QA: [&str; 6] = [
    "evaluate",
    "next-qa",
    "--gt",
    "val.csv",
    "--pred",
    "answers.json",
];

#[test]
fn a_table_says_what_was_counted_and_how() {
    let folder = tempfile::tempdir().unwrap();
    write_questions(folder.path());
    let output = tubelet(folder.path(), &NEXT_QA);
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(said.contains("Acc@All        0.6667"), "{said}");
    assert!(said.contains("rules official"), "{said}");
}

#[test]
fn every_form_of_report_is_written() {
    let folder = tempfile::tempdir().unwrap();
    write_questions(folder.path());
    let forms = [
        "--json",
        "--csv",
        "a.csv",
        "--parquet",
        "a.parquet",
        "--html",
        "a.html",
        "--worst",
        "1",
    ];
    let output = tubelet(folder.path(), &[&NEXT_QA[..], &forms[..]].concat());
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(report["summary"]["questions"], 3.0);
    assert_eq!(report["samples"][1]["values"]["accuracy"], 0.0);
    assert_eq!(
        fs::read_to_string(folder.path().join("a.csv"))
            .unwrap()
            .lines()
            .count(),
        4
    );
    assert!(
        fs::read(folder.path().join("a.parquet"))
            .unwrap()
            .starts_with(b"PAR1")
    );
    let page = fs::read_to_string(folder.path().join("a.html")).unwrap();
    assert!(page.contains("v_1") && page.contains("why is it"), "{page}");
    // The values 1, 0 and 1 in a histogram.
    for bar in ["<svg", "0.00 to 0.05: 1", "0.95 to 1.00: 2"] {
        assert!(page.contains(bar), "{bar}: {page}");
    }
}

#[test]
fn the_page_shows_pictures_of_as_many_masks_as_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for (root, width) in [("truth", 8), ("found", 4)] {
        for video in ["a", "b"] {
            let place = folder.path().join(root).join(video);
            fs::create_dir_all(&place).unwrap();
            let labels = (0..256).map(|pixel| u8::from(pixel % 16 < width));
            let map = LabelMap::from_labels(FrameSize::new(16, 16), labels.collect()).unwrap();
            for frame in 0..3 {
                map.write_png(place.join(format!("{frame}.png"))).unwrap();
            }
        }
    }
    let masks = [
        "evaluate",
        "vos-benchmark",
        "--gt",
        "truth",
        "--pred",
        "found",
        "--html",
        "a.html",
    ];
    for worst in ["1", "2"] {
        let output = tubelet(folder.path(), &[&masks[..], &["--worst", worst]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let page = fs::read_to_string(folder.path().join("a.html")).unwrap();
        let pictures = page.matches("data:image/jpeg;base64,").count();
        assert_eq!(pictures.to_string(), worst);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_known_first_and_takes_no_figures_along() {
    let folder = tempfile::tempdir().unwrap();
    write_questions(folder.path());
    for (option, place) in [("--html", "gone/a.html"), ("--csv", ".")] {
        let output = tubelet(folder.path(), &[&NEXT_QA[..], &[option, place]].concat());
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(place), "{}", stderr(&output));
        assert_eq!(stdout(&output), "", "it was judged before");
    }
    if Path::new("/dev/full").exists() {
        let full = [&NEXT_QA[..], &["--csv", "/dev/full"]].concat();
        let output = tubelet(folder.path(), &full);
        assert_eq!(output.status.code(), Some(1));
        assert!(stdout(&output).contains("Acc@All"), "{}", stderr(&output));
    }
}

#[test]
fn what_does_not_fit_is_refused_with_its_problems() {
    let folder = tempfile::tempdir().unwrap();
    write_questions(folder.path());
    fs::write(
        folder.path().join("answers.json"),
        r#"{"v_0": {"prediction": 1, "answer": 1}}"#,
    )
    .unwrap();
    refuses(
        folder.path(),
        &NEXT_QA,
        (
            1,
            "2 problems 1. no prediction for question `v_1` 2. no prediction for question `v_2`",
        ),
    );
    let output = tubelet(
        folder.path(),
        &[&NEXT_QA[..], &["--missing", "leave-out"]].concat(),
    );
    assert!(
        stdout(&output).contains("Left out: 2 of 3"),
        "{}",
        stdout(&output)
    );
    refuses(
        folder.path(),
        &["evaluate", "davis", "--gt", "a", "--pred", "b"],
        (2, "there is no protocol `davis`"),
    );
    refuses(
        folder.path(),
        &["evaluate", "davis-2017", "--gt", "a"],
        (2, "--pred"),
    );
    refuses(
        folder.path(),
        &[&NEXT_QA[..], &["--rules", "lgi"]].concat(),
        (1, "has no rules `lgi`"),
    );
}

#[test]
fn protocols_are_listed_with_what_they_expect() {
    let folder = tempfile::tempdir().unwrap();
    let said = stdout(&tubelet(folder.path(), &["evaluate", "--list"]));
    assert_eq!(said.lines().count(), 27);
    let said = stdout(&tubelet(folder.path(), &["evaluate", "vidstg", "--list"]));
    assert!(
        said.contains("vidor/") && said.contains("--rules stcat"),
        "{said}"
    );
    let listed: Value = serde_json::from_str(&stdout(&tubelet(
        folder.path(),
        &["evaluate", "--list", "--json"],
    )))
    .unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 27);
}
