//! Folders with one damaged file, looked at as a whole.

use tubelet_datasets::inspect;

use super::target::{Target, put};

const SENTENCES: &str = r#"{"videos": {"v": {"frames": ["0"], "expressions": {"0": {"exp": "a", "anno_id": [1], "obj_id": [1]}}}}}"#;

pub(super) fn targets() -> Vec<Target> {
    vec![Target::new(
        "overviews",
        "train/meta_expressions.json",
        vec![SENTENCES.as_bytes().to_vec()],
        |path| {
            put(&path.with_file_name("mask_dict.json"), br#"{"1": [null]}"#);
            inspect(path.ancestors().nth(2).unwrap()).is_ok_and(|found| found[0].problem_count == 0)
        },
    )]
}
