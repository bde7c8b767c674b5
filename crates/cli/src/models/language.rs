//! From the name of a language model to its files on this machine.
//!
//! In: `tubelet-ask`, a folder or a hub id. Out: configuration, tokenizer and weights; a hub id is looked up in the local cache
//! first and fetched only when it is not there. Opens no weights.

use std::path::{Path, PathBuf};

use hf_hub::{Cache, api::sync::ApiBuilder};

use tubelet_qwen_vl::{ModelFiles, Processor, VideoMarks};

use super::{known::ASK, locate::is_hub_id};
use crate::failure::Failure;

/// Files that a model needs besides its weights.
const NEEDED: [&str; 2] = ["config.json", "tokenizer.json"];
/// Files that it may have.
const OPTIONAL: [&str; 7] = [
    "preprocessor_config.json",
    "video_preprocessor_config.json",
    "tokenizer_config.json",
    "chat_template.json",
    "chat_template.jinja",
    "generation_config.json",
    "special_tokens_map.json",
];
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// The files of the language model called `name`.
///
/// # Errors
/// When nothing of that name is here, nor can be fetched: with what to get and where to put it.
pub(crate) fn locate(name: &str) -> Result<ModelFiles, Failure> {
    if name == ASK && !Path::new(name).is_dir() {
        return Ok(ModelFiles::tubelet_ask());
    }
    folder(name).map(ModelFiles::Folder)
}

/// What turns conversations into tokens, for a model as it is asked.
///
/// # Errors
/// When its files are not what they should be.
pub(crate) fn processor(files: &ModelFiles) -> Result<Processor, Failure> {
    let mut processor = Processor::load(files, &files.config()?)?;
    // Models were released, and trained, with these.
    processor.video_marks = VideoMarks::Replaced;
    Ok(processor)
}

fn folder(name: &str) -> Result<PathBuf, Failure> {
    let path = Path::new(name);
    if path.is_dir() {
        return checked(path);
    }
    if !is_hub_id(name) {
        return Err(Failure::NoModel {
            name: name.to_owned(),
            reason: "there is no such folder".to_owned(),
            hint: "a language model is tubelet-ask, a folder of Qwen3-VL as released, or a hub id such as Qwen/Qwen3-VL-2B-Instruct"
                .to_owned(),
        });
    }
    let cached = Cache::from_env().model(name.to_owned()).get(NEEDED[0]);
    if let Some(folder) = cached.as_deref().and_then(Path::parent)
        && checked(folder).is_ok()
    {
        return Ok(folder.to_owned());
    }
    fetch(name).map_err(|reason| Failure::NoModel {
        name: name.to_owned(),
        reason: format!("it is not in the local cache and could not be fetched ({reason})"),
        hint: format!(
            "get {}, {WEIGHTS} (or {INDEX} with its parts), preprocessor_config.json, video_preprocessor_config.json and \
             chat_template.json of {name} on a connected machine, and give the folder's path with --model",
            NEEDED.join(", ")
        ),
    })
}

/// A folder that has what a model needs.
fn checked(folder: &Path) -> Result<PathBuf, Failure> {
    let has = |name: &str| folder.join(name).is_file();
    let mut missing: Vec<&str> = NEEDED.into_iter().filter(|name| !has(name)).collect();
    if !has(WEIGHTS) && !has(INDEX) {
        missing.push(WEIGHTS);
    }
    if missing.is_empty() {
        return Ok(folder.to_owned());
    }
    Err(Failure::NoModel {
        name: folder.display().to_string(),
        reason: format!("the folder has no {}", missing.join(", no ")),
        hint: "it should hold the files of a Qwen3-VL model as released".to_owned(),
    })
}

/// Fetches all files; gives the folder they are in, or why not.
fn fetch(hub_id: &str) -> Result<PathBuf, String> {
    let text = |error: hf_hub::api::sync::ApiError| error.to_string();
    let api = ApiBuilder::from_env().build().map_err(text)?;
    let repository = api.model(hub_id.to_owned());
    let mut folder = PathBuf::new();
    for name in NEEDED {
        let path = repository.get(name).map_err(text)?;
        folder = path.parent().map(Path::to_owned).unwrap_or_default();
    }
    for name in OPTIONAL {
        // Not every model has every one of them.
        let _ = repository.get(name);
    }
    if repository.get(WEIGHTS).is_ok() {
        return Ok(folder);
    }
    let index = repository.get(INDEX).map_err(text)?;
    let parts = std::fs::read_to_string(&index).map_err(|error| error.to_string())?;
    let parts: serde_json::Value =
        serde_json::from_str(&parts).map_err(|error| error.to_string())?;
    let mut names: Vec<&str> = parts["weight_map"]
        .as_object()
        .into_iter()
        .flat_map(|map| map.values().filter_map(serde_json::Value::as_str))
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        repository.get(name).map_err(text)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_weights_says_what_it_lacks() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("config.json"), "{}").expect("written");
        let name = folder.path().display().to_string();
        let refused = locate(&name).expect_err("half a model").to_string();
        assert!(
            refused.contains("no tokenizer.json, no model.safetensors"),
            "{refused}"
        );
        let refused = locate("not/a/hub/id").expect_err("no folder").to_string();
        assert!(refused.contains("there is no such folder"), "{refused}");
    }
}
