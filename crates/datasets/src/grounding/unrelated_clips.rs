//! Which clips have nothing to do with a sentence.
//!
//! In: the sentences of all clips of a data set. Out: for a sentence, clips none of whose sentences shares a word of
//! content with it. Words are compared as they are written, with a plural `s` taken off: a rule that anyone can follow,
//! not a model's opinion.

use std::collections::BTreeSet;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore;

use crate::referring::expressions::ReferringVideo;

/// Words that say nothing about what is seen.
const EMPTY_WORDS: &[&str] = &[
    "a",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "behind",
    "being",
    "by",
    "can",
    "could",
    "does",
    "for",
    "from",
    "has",
    "have",
    "her",
    "his",
    "in",
    "into",
    "is",
    "it",
    "its",
    "most",
    "not",
    "object",
    "of",
    "on",
    "one",
    "or",
    "other",
    "out",
    "over",
    "some",
    "something",
    "that",
    "the",
    "their",
    "them",
    "there",
    "these",
    "they",
    "thing",
    "this",
    "those",
    "to",
    "two",
    "up",
    "video",
    "was",
    "what",
    "which",
    "while",
    "who",
    "will",
    "with",
    "would",
    "you",
];

/// Clips to draw from before it is given up.
const MOST_DRAWS: usize = 64;

/// The words of all clips.
#[derive(Clone, Debug)]
pub(super) struct UnrelatedClips {
    words: Vec<BTreeSet<String>>,
}

impl UnrelatedClips {
    /// Collects the words of each clip's sentences.
    pub(super) fn new(videos: &[ReferringVideo]) -> Self {
        let words = videos.iter().map(|video| {
            let texts = video.expressions.iter().map(|it| it.text.as_str());
            texts.flat_map(content_words).collect()
        });
        Self {
            words: words.collect(),
        }
    }

    /// Draws the place of a clip, other than one, that has nothing to do with a sentence; `None` where none is found.
    pub(super) fn draw(
        &self,
        other_than: usize,
        text: &str,
        dice: &mut ChaCha8Rng,
    ) -> Option<usize> {
        let wanted: BTreeSet<String> = content_words(text).collect();
        let count = u64::try_from(self.words.len())
            .ok()
            .filter(|count| *count > 1)?;
        (0..MOST_DRAWS)
            .map(|_| (dice.next_u64() % count) as usize)
            .find(|place| {
                let words = self.words.get(*place);
                *place != other_than && words.is_some_and(|words| words.is_disjoint(&wanted))
            })
    }
}

fn content_words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !EMPTY_WORDS.contains(&word.as_str()))
        .map(|word| match word.strip_suffix('s') {
            Some(stem) if stem.len() > 2 => stem.to_owned(),
            _ => word,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_content_are_compared_without_plurals() {
        let words: Vec<String> =
            content_words("The dogs, that is on the bus: a Dog's toy!").collect();
        assert_eq!(words, ["dog", "bus", "dog", "s", "toy"]);
    }
}
