//! From the name of a model to its weights on this machine.
//!
//! In: `tubelet-nano`, a file, a folder or a hub id. Out: where the weights are; a hub id is looked up in the local
//! cache first and fetched only when it is not there. Opens no weights.

use std::path::{Path, PathBuf};

use hf_hub::{Cache, api::sync::ApiBuilder};
use tubelet_segmentation::EmbeddedModel;

use super::known::{NANO, RIG, weight_files};
use crate::failure::Failure;

/// Where a model's weights are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ModelSource {
    /// In the program.
    Embedded(EmbeddedModel),
    /// In a file.
    File(PathBuf),
}

/// Finds the weights of the model called `name`.
///
/// # Errors
/// When nothing of that name is here, nor can be fetched: with what to get and where to put it.
pub(crate) fn locate(name: &str) -> Result<ModelSource, Failure> {
    let path = Path::new(name);
    if let Some(embedded) = EmbeddedModel::from_name(name) {
        Ok(ModelSource::Embedded(embedded))
    } else if path.is_file() {
        Ok(ModelSource::File(path.to_owned()))
    } else if path.is_dir() {
        in_folder(path).map(ModelSource::File)
    } else if is_hub_id(name) && !looks_like_path(path) {
        on_hub(name).map(ModelSource::File)
    } else {
        Err(Failure::NoModel {
            name: name.to_owned(),
            reason: "there is no such file".to_owned(),
            hint: format!(
                "a model is `{NANO}`, `{RIG}`, a .safetensors or .pt file, a folder with one, or a hub id such as \
                 facebook/sam2.1-hiera-tiny; `tubelet models list` shows the known ones"
            ),
        })
    }
}

/// The weights of a published model, if they are in the local cache.
pub(crate) fn cached(hub_id: &str) -> Option<PathBuf> {
    let repository = Cache::from_env().model(hub_id.to_owned());
    weight_files(hub_id).find_map(|file| repository.get(file))
}

fn in_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(Failure::reading(folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "safetensors" || extension == "pt")
        })
        .collect();
    found.sort();
    let preferred = found.iter().position(|path| {
        path.file_name()
            .is_some_and(|name| name == "model.safetensors")
    });
    match (preferred, found.len()) {
        (Some(index), _) => Ok(found.swap_remove(index)),
        (None, 1) => Ok(found.swap_remove(0)),
        (None, count) => Err(Failure::NoModel {
            name: folder.display().to_string(),
            reason: format!("the folder holds {count} weight files and none is model.safetensors"),
            hint: "name the .safetensors or .pt file itself".to_owned(),
        }),
    }
}

/// `owner/name` of letters, digits, dots, dashes and underscores.
pub(crate) fn is_hub_id(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
            && !part.starts_with('.')
    };
    name.split_once('/')
        .is_some_and(|(owner, model)| is_part(owner) && is_part(model))
}

/// Whether a name is meant as a path: it ends as weight files do, or begins with a folder that is here.
fn looks_like_path(path: &Path) -> bool {
    let is_weights = path.extension().is_some_and(|ending| {
        ["safetensors", "pt", "pth"]
            .iter()
            .any(|known| ending == *known)
    });
    is_weights || path.parent().is_some_and(Path::is_dir)
}

fn on_hub(hub_id: &str) -> Result<PathBuf, Failure> {
    if let Some(path) = cached(hub_id) {
        return Ok(path);
    }
    let fetched = ApiBuilder::from_env()
        .build()
        .and_then(|api| api.model(hub_id.to_owned()).get("model.safetensors"));
    fetched.map_err(|error| Failure::NoModel {
        name: hub_id.to_owned(),
        reason: format!("it is not in the local cache and could not be fetched ({error})"),
        hint: format!(
            "get `model.safetensors` of {hub_id} on a connected machine and give its path with --model, \
             or copy that machine's folder models--{} into {}",
            hub_id.replace('/', "--"),
            Cache::from_env().path().display()
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hub_ids_have_an_owner_and_a_name() {
        for name in ["facebook/sam2.1-hiera-tiny", "a/b"] {
            assert!(is_hub_id(name), "{name}");
        }
        for name in ["tiny", "./weights", "a/b/c", "../x", "a/", "/a", "a b/c"] {
            assert!(!is_hub_id(name), "{name}");
        }
    }

    #[test]
    fn a_weight_file_that_is_not_there_is_no_hub_id() {
        for name in ["checkpoints/sam2.1_hiera_tiny.pt", "src/tiny"] {
            let refused = locate(name).expect_err("no such file").to_string();
            assert!(refused.contains("there is no such file"), "{refused}");
        }
    }

    #[test]
    fn a_folder_gives_its_only_weights_or_says_how_many() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name = folder.path().to_str().expect("a text path");
        let refused = locate(name).expect_err("an empty folder");
        assert!(refused.to_string().contains("holds 0 weight files"));
        let weights = folder.path().join("sam.pt");
        std::fs::write(&weights, b"").expect("written");
        assert_eq!(locate(name).expect("found"), ModelSource::File(weights));
    }
}
