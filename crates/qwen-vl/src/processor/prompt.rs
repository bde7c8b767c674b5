//! The processor as a whole: messages with pictures to tokens with patches.
//!
//! In: a model folder's settings, template and tokenizer; RGB pixels and words. Out: [`TokenSequence`]s, and text.

use super::{
    chat::{ChatTemplate, TemplateContent, TemplateMessage, TemplatePart},
    patches::patches,
    resize::resized,
    settings::{ImageSettings, VideoSettings},
    size::image_size,
    video::{SeenVideo, VideoCollector, frame_indices},
    words::{TextStream, Words},
};
use crate::{
    config::{QwenVlConfig, SpecialTokens},
    error::{QwenError, Result},
    files::ModelFiles,
    model::{TokenSequence, Visual},
    positions::VisualKind,
    vision::grid::VisionGrid,
};

/// An RGB picture.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Red, green and blue of each pixel, row by row.
    pub pixels: &'a [u8],
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
}

impl Picture<'_> {
    pub(crate) fn check(&self) -> Result<()> {
        let expected = self
            .width
            .checked_mul(self.height)
            .and_then(|n| n.checked_mul(3));
        if expected == Some(self.pixels.len()) {
            return Ok(());
        }
        Err(QwenError::Image {
            width: self.width,
            height: self.height,
            reason: format!("it comes with {} numbers", self.pixels.len()),
        })
    }
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sets the scene.
    System,
    /// Asks.
    User,
    /// Answers.
    Assistant,
}

/// Something said or shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Words.
    Text(String),
    /// An image.
    Image(Visual),
    /// A video with the times of its frames.
    Video(SeenVideo),
}

/// What somebody says and shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Who.
    pub role: Role,
    /// What, in order.
    pub parts: Vec<Part>,
}

/// What becomes of the marks that a template puts around a video's placeholder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VideoMarks {
    /// They stay around all frames, as in `transformers` from 5 on.
    #[default]
    Kept,
    /// They give way to those of the frames, as in `transformers` 4.57, with which the models were released.
    Replaced,
}

/// See the module docs.
#[derive(Debug)]
pub struct Processor {
    images: ImageSettings,
    videos: VideoSettings,
    chat: ChatTemplate,
    words: Words,
    special: SpecialTokens,
    /// What becomes of the marks around a video.
    pub video_marks: VideoMarks,
}

impl Processor {
    /// Reads the settings, the template and the tokenizer of a model.
    ///
    /// # Errors
    /// When a file is missing or unusable, or does not fit the model.
    pub fn load(files: impl Into<ModelFiles>, config: &QwenVlConfig) -> Result<Self> {
        let files = &files.into();
        Ok(Self {
            images: ImageSettings::read(files, &config.vision)?,
            videos: VideoSettings::read(files, &config.vision)?,
            chat: ChatTemplate::read(files)?,
            words: Words::read(files, config)?,
            special: config.tokens,
            video_marks: VideoMarks::default(),
        })
    }

    /// How images are resized and normalised.
    pub fn image_settings(&mut self) -> &mut ImageSettings {
        &mut self.images
    }

    /// How videos are sampled, resized and normalised.
    pub fn video_settings(&mut self) -> &mut VideoSettings {
        &mut self.videos
    }

    /// Patches of an image.
    ///
    /// # Errors
    /// When it has no pixels, too many, or an absurd shape.
    pub fn image(&self, picture: Picture) -> Result<Visual> {
        let from = [picture.height, picture.width];
        let to = image_size(from, &self.images)?;
        picture.check()?;
        let pixels = resized(picture.pixels, from, to);
        let frames = vec![&pixels[..]; self.images.patch_frames];
        Ok(Visual {
            kind: VisualKind::Image,
            grid: VisionGrid {
                frames: 1,
                rows: to[0] / self.images.patch,
                columns: to[1] / self.images.patch,
            },
            patches: patches(&frames, to, &self.images),
        })
    }

    /// Which frames of a video to read.
    ///
    /// # Errors
    /// When there are none, or they do not follow at any speed.
    pub fn frame_indices(&self, total: usize, fps: f64) -> Result<Vec<usize>> {
        frame_indices(total, fps, &self.videos)
    }

    /// Takes `frames` frames of a video, `width` by `height`, one after the other.
    ///
    /// # Errors
    /// When there are too few, or their size is absurd.
    pub fn video(&self, frames: usize, [width, height]: [usize; 2]) -> Result<VideoCollector<'_>> {
        VideoCollector::new(frames, [height, width], &self.videos)
    }

    /// A conversation as the model reads it, with the beginning of its answer.
    ///
    /// # Errors
    /// When the template or the tokenizer refuses, or text contains a placeholder of its own.
    pub fn sequence(&self, messages: Vec<Message>) -> Result<TokenSequence> {
        let template: Vec<_> = messages.iter().map(template_message).collect();
        let text = self.chat.render(&template)?;
        let parts = messages.into_iter().flat_map(|message| message.parts);
        let shown: Vec<Part> = parts
            .filter(|part| !matches!(part, Part::Text(_)))
            .collect();
        self.with_visuals(&text, shown)
    }

    /// Text with `<|image_pad|>` and `<|video_pad|>` for pictures, as the model reads it.
    ///
    /// # Errors
    /// When placeholders and pictures do not agree, or the tokenizer refuses.
    pub fn with_visuals(&self, text: &str, shown: Vec<Part>) -> Result<TokenSequence> {
        let mut remaining = text;
        let mut spelled = String::with_capacity(text.len());
        let (mut visuals, mut counts) = (Vec::new(), Vec::new());
        for part in shown {
            let (mark, replacement, visual, runs) = match part {
                Part::Text(_) => continue,
                Part::Image(visual) => {
                    let tokens = visual.grid.tokens(self.images.merge);
                    (IMAGE, IMAGE.to_owned(), visual, vec![tokens])
                }
                Part::Video(video) => {
                    let tokens = video.visual.grid.frame_tokens(self.images.merge);
                    let times = video.times.iter();
                    let frames: Vec<String> = times
                        .map(|time| format!("<{time:.1} seconds>{START}{VIDEO}{END}"))
                        .collect();
                    let runs = vec![tokens; frames.len()];
                    (VIDEO, frames.concat(), video.visual, runs)
                }
            };
            let place = remaining
                .find(mark)
                .ok_or_else(|| QwenError::Placeholders {
                    reason: format!(
                        "`{mark}` is missing in the text for visual {}",
                        visuals.len()
                    ),
                })?;
            let (mut before, mut after) = (&remaining[..place], &remaining[place + mark.len()..]);
            if mark == VIDEO && self.video_marks == VideoMarks::Replaced {
                let inside = before.strip_suffix(START).zip(after.strip_prefix(END));
                (before, after) = inside.unwrap_or((before, after));
            }
            spelled.push_str(before);
            spelled.push_str(&replacement);
            remaining = after;
            visuals.push(visual);
            counts.extend(runs);
        }
        spelled.push_str(remaining);
        let tokens = self.words.encode(&spelled)?;
        Ok(TokenSequence {
            tokens: self.expanded(&tokens, &counts)?,
            visuals,
        })
    }

    /// Each placeholder as often as its picture has tokens.
    fn expanded(&self, tokens: &[u32], counts: &[usize]) -> Result<Vec<u32>> {
        let mut counts_left = counts.iter();
        let mut expanded = Vec::with_capacity(tokens.len() + counts.iter().sum::<usize>());
        for token in tokens {
            if [self.special.image, self.special.video].contains(token) {
                let count = counts_left.next().ok_or_else(|| QwenError::Placeholders {
                    reason: format!("the text holds more than {} placeholders", counts.len()),
                })?;
                expanded.extend(std::iter::repeat_n(*token, *count));
            } else {
                expanded.push(*token);
            }
        }
        Ok(expanded)
    }

    /// Tokens of plain text.
    ///
    /// # Errors
    /// When the tokenizer refuses.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        self.words.encode(text)
    }

    /// Text of tokens, special ones left out.
    ///
    /// # Errors
    /// When the tokenizer refuses.
    pub fn decode(&self, tokens: &[u32]) -> Result<String> {
        self.words.decode(tokens)
    }

    /// The id of a token by its exact spelling, special tokens included.
    pub fn token(&self, spelling: &str) -> Option<u32> {
        self.words.id(spelling)
    }

    /// Turns an answer into text while it grows.
    pub fn text_stream(&self) -> TextStream<'_> {
        TextStream::new(&self.words)
    }

    /// The bytes of every token, for answers of a given form.
    pub fn token_bytes(&self) -> Vec<Vec<u8>> {
        self.words.bytes()
    }
}

const IMAGE: &str = "<|image_pad|>";
const VIDEO: &str = "<|video_pad|>";
const START: &str = "<|vision_start|>";
const END: &str = "<|vision_end|>";

fn template_message(message: &Message) -> TemplateMessage {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let content = match &message.parts[..] {
        [Part::Text(text)] => TemplateContent::Text(text.clone()),
        parts => TemplateContent::Parts(parts.iter().map(template_part).collect()),
    };
    TemplateMessage { role, content }
}

fn template_part(part: &Part) -> TemplatePart {
    match part {
        Part::Text(text) => TemplatePart::Text { text: text.clone() },
        Part::Image(_) => TemplatePart::Image,
        Part::Video(_) => TemplatePart::Video,
    }
}
