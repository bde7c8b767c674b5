//! The chat template of the model's own files.
//!
//! In: messages. Out: the text that the model was trained to continue, with one placeholder for each picture.

use std::io::{self, Write};

use minijinja::{Environment, Error, ErrorKind, Value, context};
use serde::{Deserialize, Serialize};

use crate::{
    error::{QwenError, Result},
    files::ModelFiles,
};

/// Steps that a template may take; some ten for a part of a message are usual.
const MOST_STEPS: u64 = 10_000_000;
/// Bytes of the longest text that a template may make.
const LONGEST_TEXT: usize = 1 << 26;

/// A message as templates see it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TemplateMessage {
    pub role: &'static str,
    pub content: TemplateContent,
}

/// Text, or several things.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum TemplateContent {
    Text(String),
    Parts(Vec<TemplatePart>),
}

/// One of several things.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum TemplatePart {
    Text { text: String },
    Image,
    Video,
}

/// See the module docs.
#[derive(Debug)]
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
}

#[derive(Deserialize)]
struct TemplateFile {
    chat_template: Option<String>,
}

impl ChatTemplate {
    /// Reads `chat_template.jinja`, else the template in `chat_template.json` or `tokenizer_config.json`.
    pub(crate) fn read(files: &ModelFiles) -> Result<Self> {
        let name = "chat_template.jinja";
        if let Some(text) = files.read(name)? {
            let text = String::from_utf8(text.into_owned()).map_err(|error| QwenError::File {
                path: files.path(name),
                reason: error.to_string(),
            })?;
            return Self::new(text);
        }
        for name in ["chat_template.json", "tokenizer_config.json"] {
            let file = files.json::<TemplateFile>(name)?;
            if let Some(text) = file.and_then(|file| file.chat_template) {
                return Self::new(text);
            }
        }
        Err(QwenError::Io {
            path: files.path(name),
            source: io::ErrorKind::NotFound.into(),
        })
    }

    pub(crate) fn new(text: String) -> Result<Self> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_fuel(Some(MOST_STEPS));
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function(
            "raise_exception",
            |reason: String| -> std::result::Result<Value, Error> {
                Err(Error::new(ErrorKind::InvalidOperation, reason))
            },
        );
        environment
            .add_template_owned("chat", text)
            .map_err(failed)?;
        Ok(Self { environment })
    }

    /// The text of a conversation, with the beginning of the answer that is asked for.
    pub(crate) fn render(&self, messages: &[TemplateMessage]) -> Result<String> {
        let template = self.environment.get_template("chat").map_err(failed)?;
        let mut text = BoundedText(Vec::new());
        template
            .render_captured_to(
                context! { messages => messages, add_generation_prompt => true },
                &mut text,
            )
            .map_err(failed)?;
        String::from_utf8(text.0).map_err(|error| QwenError::Template {
            reason: error.to_string(),
        })
    }
}

/// Text that does not grow without end.
struct BoundedText(Vec<u8>);

impl Write for BoundedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST_TEXT {
            let reason = format!("it makes more than {LONGEST_TEXT} bytes of text");
            return Err(io::Error::other(reason));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failed(error: Error) -> QwenError {
    let mut reason = format!("{error:#}");
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        reason.push_str(": ");
        reason.push_str(&inner.to_string());
        cause = inner.source();
    }
    QwenError::Template { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_does_not_end_is_stopped() {
        let rendered = |text: &str| {
            let template = ChatTemplate::new(text.to_owned()).map_err(|error| error.to_string())?;
            template.render(&[]).map_err(|error| error.to_string())
        };
        assert_eq!(rendered("{{ 'ab' * 2 }}"), Ok("abab".to_owned()));
        let all = "{% for a in range(99999) %}";
        let endless = format!("{all}{all}{{% endfor %}}{{% endfor %}}");
        assert!(rendered(&endless).is_err_and(|it| it.contains("fuel")));
        let long = format!("{all}{{{{ 'x' * 9999999 }}}}{{% endfor %}}");
        assert!(rendered(&long).is_err_and(|it| it.contains("67108864 bytes of text")));
    }
}
