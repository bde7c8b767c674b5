//! Clips with questions as the model reads them.
//!
//! In: a recipe and the number of a step. Out: patches, and the tokens of a conversation about each clip, made by the processor as
//! for anybody who asks. Held-out clips come from seeds of their own.

use std::sync::Arc;

use tubelet_datasets::{ClipQuestion, QuestionClip, QuestionClipConfig, QuestionKind};
use tubelet_qwen_vl::{
    Message, Part, Picture, Processor, QwenVlConfig, Role, SeenVideo, VideoMarks, Visual,
};

use super::recipe::{AskedKind, LanguageRecipe};
use crate::{
    TrainingError,
    randomness::{Purpose, Randomness},
};

/// Clips with as many questions each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QuestionBatch {
    /// The patches of each clip.
    pub(crate) clips: Vec<Visual>,
    /// What every conversation begins with, up to the end of the clip.
    pub(crate) opening: Vec<u32>,
    /// The rest of each conversation, clip by clip.
    pub(crate) questions: Vec<TokenisedQuestion>,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TokenisedQuestion {
    pub(crate) kind: QuestionKind,
    pub(crate) answer: String,
    /// The question, what stands between, the answer, its end.
    pub(crate) tokens: Vec<u32>,
    /// How many of the last tokens are the answer and its end.
    pub(crate) answered: usize,
}

/// Which clips and questions.
#[derive(Clone, Debug)]
pub(crate) struct QuestionRequest {
    pub(crate) config: QuestionClipConfig,
    pub(crate) purpose: Purpose,
    /// Number of the first clip.
    pub(crate) first: u64,
    pub(crate) clips: usize,
    pub(crate) questions: usize,
    pub(crate) kinds: Vec<QuestionKind>,
}

/// Clips that are drawn until one leaves something to ask.
const ATTEMPTS: u64 = 64;

/// Makes batches.
#[derive(Clone, Debug)]
pub(crate) struct QuestionSampler {
    recipe: LanguageRecipe,
    processor: Arc<Processor>,
    /// Token after an answer.
    end: u32,
    vision_end: u32,
}

impl QuestionSampler {
    pub(crate) fn new(
        recipe: LanguageRecipe,
        config: &QwenVlConfig,
    ) -> Result<Self, TrainingError> {
        let mut processor = Processor::load(recipe.files(), config)?;
        // As `tubelet ask` has it.
        processor.video_marks = VideoMarks::Replaced;
        let end = processor.token("<|im_end|>");
        Ok(Self {
            end: end.ok_or_else(|| TrainingError::Recipe {
                path: recipe.model.clone(),
                reason: "the tokenizer has no `<|im_end|>`".to_owned(),
            })?,
            vision_end: config.tokens.vision_end,
            processor: Arc::new(processor),
            recipe,
        })
    }

    /// Batch `number`, of which every step takes so many.
    pub(crate) fn of_step(
        &self,
        number: u64,
        of_step: u64,
    ) -> Result<QuestionBatch, TrainingError> {
        let step = (number / of_step) as usize;
        let stage = self.recipe.stage(step);
        let stage = stage.ok_or(TrainingError::Worker { step })?;
        self.batch(&QuestionRequest {
            config: self.recipe.clip(stage.objects, stage.frames),
            purpose: Purpose::World,
            // Stages may have clips of different numbers; none may come twice.
            first: number << 16,
            clips: stage.clips.get(),
            questions: stage.questions.get(),
            kinds: stage.kinds.iter().map(|AskedKind(kind)| *kind).collect(),
        })
    }

    pub(crate) fn batch(&self, request: &QuestionRequest) -> Result<QuestionBatch, TrainingError> {
        let mut batch = QuestionBatch {
            clips: Vec::with_capacity(request.clips),
            opening: Vec::new(),
            questions: Vec::with_capacity(request.clips * request.questions),
        };
        for number in 0..request.clips as u64 {
            let (clip, asked) = self.asked(request, request.first + number)?;
            let mut seen = self.seen(&clip)?;
            batch.clips.push(Visual {
                patches: std::mem::take(&mut seen.visual.patches),
                ..seen.visual.clone()
            });
            // A clip with little in it is asked the same again.
            for question in asked.iter().cycle().take(request.questions) {
                let (opening, question) = self.tokenised(question, seen.clone())?;
                batch.opening = opening;
                batch.questions.push(question);
            }
        }
        Ok(batch)
    }

    /// Clip `number` and its questions; another clip where nothing can be asked of that one.
    fn asked(
        &self,
        request: &QuestionRequest,
        number: u64,
    ) -> Result<(QuestionClip, Vec<ClipQuestion>), TrainingError> {
        let random = Randomness(self.recipe.seed);
        let mut attempts = (0..ATTEMPTS).map(|attempt| {
            let seed = random.seed(request.purpose, number | attempt << 56);
            let clip = QuestionClip::new(request.config, seed);
            let asked = clip.questions(&request.kinds, request.questions, seed);
            (clip, asked)
        });
        let found = attempts.find(|(_, asked)| !asked.is_empty());
        found.ok_or_else(|| {
            let names = request.kinds.iter().map(|kind| kind.name());
            TrainingError::Recipe {
                path: self.recipe.model.clone(),
                reason: format!(
                    "clips of {} frames and {} to {} objects leave nothing to ask of {}",
                    request.config.frames,
                    request.config.objects[0],
                    request.config.objects[1],
                    names.collect::<Vec<_>>().join(", ")
                ),
            }
        })
    }

    fn seen(&self, clip: &QuestionClip) -> Result<SeenVideo, TrainingError> {
        let size = clip.size();
        let mut collector = self
            .processor
            .video(clip.frame_count(), [size.width, size.height])?;
        let rate = self.recipe.questions.frames_per_second.get() as f64;
        for frame in clip.frames() {
            let picture = Picture {
                pixels: &frame.rgb,
                width: size.width,
                height: size.height,
            };
            collector.push(picture, frame.index as f64 / rate)?;
        }
        Ok(collector.finish()?)
    }

    /// Tokens of the opening, and of the rest.
    fn tokenised(
        &self,
        question: &ClipQuestion,
        seen: SeenVideo,
    ) -> Result<(Vec<u32>, TokenisedQuestion), TrainingError> {
        let parts = vec![Part::Video(seen), Part::Text(question.text.clone())];
        let message = Message {
            role: Role::User,
            parts,
        };
        let mut opening = self.processor.sequence(vec![message])?.tokens;
        let end = opening.iter().rposition(|token| *token == self.vision_end);
        let mut tokens = opening.split_off(end.map_or(0, |place| place + 1));
        let answer = self.processor.encode(&question.answer)?;
        let answered = answer.len() + 1;
        tokens.extend(answer);
        tokens.push(self.end);
        let question = TokenisedQuestion {
            kind: question.kind,
            answer: question.answer.clone(),
            tokens,
            answered,
        };
        Ok((opening, question))
    }
}
