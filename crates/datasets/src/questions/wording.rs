//! The words of questions.
//!
//! In: what is asked, of what. Out: one of several sentences that ask it.

use crate::world::dice::Dice;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wording {
    ColourOf,
    ColourOfMoving,
    ShapeOf,
    ShapeOfMoving,
    WayOf,
    CountAll,
    CountOf,
    WhichFirst,
    WhichLast,
    ColourOfFirst,
    ColourOfLast,
    IsBefore,
    IsAfter,
    IsThere,
    Everything,
}

impl Wording {
    /// A sentence; `{a}` and `{b}` stand for names.
    fn sentences(self) -> [&'static str; 3] {
        match self {
            Self::ColourOf => [
                "What colour is the {a}?",
                "Which colour does the {a} have?",
                "What is the colour of the {a}?",
            ],
            Self::ColourOfMoving => [
                "What colour is the object that moves {a}?",
                "Which colour does the object moving {a} have?",
                "What is the colour of the object that goes {a}?",
            ],
            Self::ShapeOf => [
                "What shape is the {a} object?",
                "Which shape does the {a} object have?",
                "What is the shape of the {a} object?",
            ],
            Self::ShapeOfMoving => [
                "What shape is the object that moves {a}?",
                "Which shape does the object moving {a} have?",
                "What is the shape of the object that goes {a}?",
            ],
            Self::WayOf => [
                "Which way does the {a} move?",
                "In which direction does the {a} move?",
                "Where does the {a} go?",
            ],
            Self::CountAll => [
                "How many objects are there?",
                "How many objects do you see?",
                "How many objects are in the video?",
            ],
            Self::CountOf => [
                "How many {a} are there?",
                "How many {a} do you see?",
                "How many {a} are in the video?",
            ],
            Self::WhichFirst => [
                "Which appears first, the {a} or the {b}?",
                "What appears first, the {a} or the {b}?",
                "Which comes first, the {a} or the {b}?",
            ],
            Self::WhichLast => [
                "Which appears last, the {a} or the {b}?",
                "What appears last, the {a} or the {b}?",
                "Which comes last, the {a} or the {b}?",
            ],
            Self::ColourOfFirst => [
                "What colour is the object that appears first?",
                "Which colour does the first object have?",
                "What colour is the object that comes first?",
            ],
            Self::ColourOfLast => [
                "What colour is the object that appears last?",
                "Which colour does the last object have?",
                "What colour is the object that comes last?",
            ],
            Self::IsBefore => [
                "Does the {a} appear before the {b}?",
                "Does the {a} come before the {b}?",
                "Is the {a} there before the {b}?",
            ],
            Self::IsAfter => [
                "Does the {a} appear after the {b}?",
                "Does the {a} come after the {b}?",
                "Is the {b} there before the {a}?",
            ],
            Self::IsThere => [
                "Is there a {a}?",
                "Do you see a {a}?",
                "Does a {a} appear in the video?",
            ],
            Self::Everything => [
                "What do you see?",
                "What is there?",
                "What is in the video?",
            ],
        }
    }

    /// One of the sentences.
    pub(super) fn phrase(self, [a, b]: &[String; 2], dice: &mut Dice) -> String {
        dice.pick(self.sentences())
            .replace("{a}", a)
            .replace("{b}", b)
    }
}
