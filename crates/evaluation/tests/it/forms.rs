//! The forms of a report: JSON, CSV, Parquet, HTML.

use std::fs;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use tubelet_evaluation::{Evidence, MaskEvidence, MaskSource, Options, Report};
use tubelet_geometry::{FrameSize, Mask, RunLength};

use crate::judged::judge;
use crate::segmentation::sequence;

fn report(folder: &std::path::Path) -> Report {
    let (truth, found) = (folder.join("truth"), folder.join("found"));
    for (root, offset) in [(truth.join("Annotations/480p"), 0), (found.clone(), 3)] {
        sequence(&root.join("<b>one"), 2, offset);
        sequence(&root.join("two"), 1, offset / 3);
    }
    judge("davis-2017", &truth, &found, &Options::default()).unwrap()
}

#[test]
fn every_form_holds_every_sample() {
    let folder = tempfile::tempdir().unwrap();
    let report = report(folder.path());
    let json = serde_json::to_value(report.document()).unwrap();
    assert_eq!(
        (json["protocol"].as_str(), json["rules"].as_str()),
        (Some("davis-2017"), Some("exact"))
    );
    assert_eq!(json["samples"].as_array().unwrap().len(), 3);
    assert_eq!(
        json["samples"][0]["values"]["J-Mean"].as_f64(),
        report.samples[0].values[1]
    );

    let csv = folder.path().join("samples.csv");
    report.write_csv(&csv).unwrap();
    let text = fs::read_to_string(csv).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("id,group,frames,J&F-Mean,J-Mean"),
        "{}",
        lines[0]
    );
    assert_eq!(lines.len(), 4);

    let parquet = folder.path().join("samples.parquet");
    report.write_parquet(&parquet).unwrap();
    let reader = SerializedFileReader::new(fs::File::open(parquet).unwrap()).unwrap();
    let rows: Vec<_> = reader
        .get_row_iter(None)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), 3);
    for (row, sample) in rows.iter().zip(&report.samples) {
        let mut cells = row.get_column_iter();
        assert_eq!(
            cells.next(),
            Some((&"id".to_owned(), &Field::Str(sample.id.clone())))
        );
        let frames = cells.find(|(name, _)| *name == "frames");
        assert_eq!(frames.map(|(_, cell)| cell), Some(&Field::Long(3)));
        let region = cells.find(|(name, _)| *name == "J-Mean");
        assert_eq!(
            region.map(|(_, cell)| cell),
            Some(&Field::Double(sample.values[1].unwrap()))
        );
    }
}

#[test]
fn a_code_that_claims_a_vast_frame_is_named_in_place_of_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let mut report = report(folder.path());
    let vast = RunLength::encode(&Mask::new(FrameSize::new(1 << 14, 1 << 14)));
    report.samples.truncate(1);
    report.samples[0].evidence = Some(Evidence::Masks(MaskEvidence {
        caption: "frame 3".to_owned(),
        image: None,
        truth: MaskSource::Codes(vec![vast]),
        prediction: MaskSource::Codes(Vec::new()),
    }));
    report.write_html(&path, 1).unwrap();
    let page = fs::read_to_string(path).unwrap();
    let named = "no picture: `frame 3`: 16384×16384 pixels are not drawn, 33554432 are the most";
    assert!(page.contains(named), "{page}");
}

#[test]
fn the_page_shows_the_worst_samples_and_needs_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let report = report(folder.path());
    let worst: Vec<&str> = report
        .worst(2)
        .iter()
        .map(|sample| sample.id.as_str())
        .collect();
    assert_eq!(worst, ["<b>one/1", "<b>one/2"]);
    let path = folder.path().join("report.html");
    report.write_html(&path, 2).unwrap();
    let page = fs::read_to_string(path).unwrap();
    assert_eq!(page.matches("data:image/jpeg;base64,").count(), 2);
    assert!(page.contains("<svg") && !page.contains("<b>one"));
    assert!(!page.contains("http"), "an address outside the page");
}

#[test]
fn evidence_is_kept_of_the_samples_that_are_shown_and_of_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let all = report(folder.path());
    assert!(all.samples.iter().all(|sample| sample.evidence.is_some()));
    let (truth, found) = (folder.path().join("truth"), folder.path().join("found"));
    for shown in [0, 1, 2] {
        let options = Options {
            shown: Some(shown),
            ..Options::default()
        };
        let report = judge("davis-2017", &truth, &found, &options).unwrap();
        assert_eq!(report.summary, all.summary);
        let kept = report.samples.iter().filter(|it| it.evidence.is_some());
        assert_eq!(kept.count(), shown);
        let worst = report.worst(shown);
        assert!(worst.iter().all(|sample| sample.evidence.is_some()));
    }
}
