//! Folders that are recognised in spite of what lies beside or within them.

use std::fs;
use std::path::Path;

use tubelet_datasets::{DatasetKind, Overview, inspect};
use tubelet_geometry::FrameSize;
use tubelet_video::LabelMap;

const SENTENCES: &str =
    r#"{"videos": {"VIDEO": {"frames": ["0"], "expressions": {"0": {"exp": "a"}}}}}"#;
const TRACKS: &str = r#"{"categories": [], "videos": [{"id": 1, "width": 2, "height": 2, "file_names": ["v/0.jpg"]}]}"#;

fn only(path: &Path) -> Overview {
    let mut found = inspect(path).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// Writes a file, a label picture where it is a PNG, and the folders that lead to it.
fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    if name.ends_with("png") && !name.contains("._") {
        LabelMap::new(FrameSize::new(2, 2)).write_png(path).unwrap();
    } else {
        fs::write(path, text).unwrap();
    }
}

#[test]
fn what_lies_beside_label_pictures_does_not_hide_them() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["video/0.png", "video/._0.png", "__MACOSX/video/._0.png"] {
        write(folder.path(), name, "");
    }
    for name in ["readme.txt", "README.md", "video/notes.TXT", "._video"] {
        write(folder.path(), name, "by hand");
    }
    let found = only(folder.path());
    assert_eq!(
        (found.kind, found.splits[0].videos, found.problem_count),
        (DatasetKind::LabelPictures, Some(1), 0)
    );
}

#[test]
fn tracks_are_recognised_however_long_their_annotations_are() {
    let folder = tempfile::tempdir().unwrap();
    let track = r#"{"id": 1, "video_id": 1, "category_id": 1, "segmentations": [null]}"#;
    let tracks = vec![track; 2000].join(",");
    let text = TRACKS.replacen('{', &format!(r#"{{"annotations": [{tracks}], "#), 1);
    write(folder.path(), "a.json", &text);
    let found = only(folder.path());
    assert_eq!(
        (found.kind, found.splits[0].objects),
        (DatasetKind::YoutubeVis, Some(2000))
    );
}

#[test]
fn sentences_about_davis_are_not_those_about_youtube() {
    let folder = tempfile::tempdir().unwrap();
    let sentences = SENTENCES.replace("VIDEO", "blackswan");
    let name = "ref-davis/meta_expressions/valid/meta_expressions.json";
    write(folder.path(), name, &sentences);
    let parts = |found: Overview| {
        let names = found.splits.into_iter().map(|it| it.name);
        (found.kind, names.collect::<Vec<_>>())
    };
    let converted = parts(only(folder.path()));
    assert_eq!(converted, (DatasetKind::RefDavis, vec!["valid".to_owned()]));
    for annotator in ["1", "1_full_video", "2", "2_full_video"] {
        let name = format!("ref-davis/davis_text_annotations/Davis17_annot{annotator}.txt");
        write(folder.path(), &name, "bear 1 \"a\"");
    }
    let (kind, names) = parts(only(folder.path()));
    assert_eq!((kind, names.len()), (DatasetKind::RefDavis, 5));
}
