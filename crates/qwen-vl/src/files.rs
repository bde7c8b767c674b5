//! Where the files of a model are: in a folder, or in the program itself.
//!
//! In: the name of a file as released. Out: its content. Weights of a folder stay there until they are looked at.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use crate::{
    config::QwenVlConfig,
    error::{QwenError, Result},
    hf_config::{GenerationDefaults, GenerationFile, ModelFile, parsed, read_limited},
};

/// The files of a model.
#[derive(Clone, Debug)]
pub enum ModelFiles {
    /// A folder as released.
    Folder(PathBuf),
    /// Part of the program.
    Embedded(EmbeddedModel),
}

/// A model that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedModel {
    name: &'static str,
    files: &'static [(&'static str, &'static [u8])],
}

/// The one file of a small model that is not settings.
const WEIGHTS: &str = "model.safetensors";

/// Trained from scratch on the question world; recipe and curves are in `docs/results.md`.
static TUBELET_ASK: &[(&str, &[u8])] = &[
    (
        WEIGHTS,
        include_bytes!("../models/tubelet-ask/model.safetensors"),
    ),
    (
        "chat_template.jinja",
        include_bytes!("../models/tubelet-ask/chat_template.jinja"),
    ),
    (
        "config.json",
        include_bytes!("../models/tubelet-ask/config.json"),
    ),
    (
        "generation_config.json",
        include_bytes!("../models/tubelet-ask/generation_config.json"),
    ),
    (
        "preprocessor_config.json",
        include_bytes!("../models/tubelet-ask/preprocessor_config.json"),
    ),
    (
        "tokenizer.json",
        include_bytes!("../models/tubelet-ask/tokenizer.json"),
    ),
    (
        "tokenizer_config.json",
        include_bytes!("../models/tubelet-ask/tokenizer_config.json"),
    ),
    (
        "video_preprocessor_config.json",
        include_bytes!("../models/tubelet-ask/video_preprocessor_config.json"),
    ),
];

impl ModelFiles {
    /// Name of [`ModelFiles::tubelet_ask`].
    pub const TUBELET_ASK: &str = "tubelet-ask";

    /// `tubelet-ask`, a small Qwen3-VL that answers questions about plain shapes in motion, and about nothing else.
    pub fn tubelet_ask() -> Self {
        Self::Embedded(EmbeddedModel {
            name: Self::TUBELET_ASK,
            files: TUBELET_ASK,
        })
    }

    /// The model's sizes.
    ///
    /// # Errors
    /// As [`QwenVlConfig::read`].
    pub fn config(&self) -> Result<QwenVlConfig> {
        self.needed::<ModelFile>("config.json")?.into_config()
    }

    /// What `generation_config.json` proposes; empty where there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn generation_defaults(&self) -> Result<GenerationDefaults> {
        let file = self.json::<GenerationFile>("generation_config.json")?;
        Ok(file.map(GenerationDefaults::from).unwrap_or_default())
    }

    /// Copies all files but weights into a folder.
    ///
    /// # Errors
    /// When it cannot be written, or a file cannot be read.
    pub fn copy_settings(&self, to: &Path) -> Result<()> {
        let names = TUBELET_ASK.iter().map(|(name, _)| name);
        for name in names.filter(|name| **name != WEIGHTS) {
            if let Some(content) = self.read(name)? {
                let path = to.join(name);
                std::fs::write(&path, content).map_err(|source| QwenError::Io { path, source })?;
            }
        }
        Ok(())
    }

    /// What errors call a file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.join(name),
            Self::Embedded(model) => Path::new(model.name).join(name),
        }
    }

    /// The content of a file; `None` where there is none.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Cow<'static, [u8]>>> {
        match self {
            Self::Folder(folder) => Ok(read_limited(&folder.join(name))?.map(Cow::Owned)),
            Self::Embedded(model) => Ok(model.file(name).map(Cow::Borrowed)),
        }
    }

    /// A settings file; `None` where there is none.
    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let content = self.read(name)?;
        content
            .map(|content| parsed(&self.path(name), &content))
            .transpose()
    }

    /// A file that has to be there.
    pub(crate) fn needed<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        self.json(name)?.ok_or_else(|| QwenError::Io {
            path: self.path(name),
            source: std::io::ErrorKind::NotFound.into(),
        })
    }
}

impl EmbeddedModel {
    /// The content of a file.
    pub(crate) fn file(self, name: &str) -> Option<&'static [u8]> {
        let found = self.files.iter().find(|(found, _)| *found == name);
        found.map(|(_, content)| *content)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.name
    }
}

impl From<&Path> for ModelFiles {
    fn from(folder: &Path) -> Self {
        Self::Folder(folder.to_owned())
    }
}

impl From<&PathBuf> for ModelFiles {
    fn from(folder: &PathBuf) -> Self {
        Self::Folder(folder.clone())
    }
}

impl From<&ModelFiles> for ModelFiles {
    fn from(files: &ModelFiles) -> Self {
        files.clone()
    }
}
