//! Prompts from a JSON file, in the format of `docs/formats.md`.
//!
//! In: a file. Out: prompts, or the place where it stops being one. Mask images are named, not opened.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::Failure;

/// A file of prompts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PromptFile {
    prompts: Vec<FilePrompt>,
}

/// What is said about one object in one frame.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilePrompt {
    /// The object.
    #[serde(default = "first_object")]
    pub(crate) object: u32,
    /// The frame; the command's default when absent.
    #[serde(default)]
    pub(crate) frame: Option<usize>,
    /// The camera, for a rig.
    #[serde(default)]
    pub(crate) camera: Option<String>,
    /// `[x, y, label]`: 1 on the object, 0 beside it.
    #[serde(default)]
    pub(crate) points: Vec<(f32, f32, u8)>,
    /// Left, top, right, bottom.
    #[serde(default, rename = "box")]
    pub(crate) bounds: Option<[f32; 4]>,
    /// A PNG, relative to the file of prompts.
    #[serde(default)]
    pub(crate) mask: Option<PathBuf>,
}

fn first_object() -> u32 {
    1
}

/// Reads the prompts of `path`.
///
/// # Errors
/// When the file cannot be read, or says something that is no prompt: with line and column.
pub(crate) fn read(path: &Path) -> Result<Vec<FilePrompt>, Failure> {
    let wrong = |reason: String| Failure::PromptFile {
        path: path.to_owned(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(Failure::reading(path))?;
    let file: PromptFile = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| wrong(error.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut prompts = file.prompts;
    for (index, prompt) in prompts.iter_mut().enumerate() {
        if let Some((_, _, label)) = prompt.points.iter().find(|(_, _, label)| *label > 1) {
            return Err(wrong(format!(
                "prompt {index}: a point's label is 0 or 1, not {label}"
            )));
        }
        if prompt.points.is_empty() && prompt.bounds.is_none() && prompt.mask.is_none() {
            return Err(wrong(format!(
                "prompt {index} has no points, no box and no mask"
            )));
        }
        prompt.mask = prompt.mask.take().map(|mask| folder.join(mask));
    }
    Ok(prompts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<FilePrompt>, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("prompts.json");
        std::fs::write(&path, text).expect("written");
        read(&path).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_prompt_has_an_object_a_frame_and_something_to_say() {
        let prompts = read_text(
            r#"{"prompts": [{"object": 2, "frame": 3, "points": [[1, 2.5, 1], [4, 5, 0]]}, {"box": [1, 2, 3, 4]}]}"#,
        )
        .expect("two prompts");
        assert_eq!(prompts[0].object, 2);
        assert_eq!(prompts[0].points, [(1.0, 2.5, 1), (4.0, 5.0, 0)]);
        assert_eq!((prompts[0].frame, prompts[1].frame), (Some(3), None));
        assert_eq!(prompts[1].object, 1);
        assert_eq!(prompts[1].bounds, Some([1.0, 2.0, 3.0, 4.0]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("{", "line 1"),
            (r#"{"prompts": [{"frame": 1}]}"#, "prompt 0 has no points"),
            (r#"{"prompts": [{"points": [[1, 2, 7]]}]}"#, "not 7"),
            (r#"{"prompts": [{"colour": 1}]}"#, "unknown field `colour`"),
        ] {
            let message = read_text(text).expect_err("refused");
            assert!(message.contains(part), "{message}");
        }
    }
}
