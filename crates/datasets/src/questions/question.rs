//! Questions about a clip, with their answers.
//!
//! In: a clip, a kind of question, a seed. Out: words. Where a kind has several answers that a guess could live on, each is as
//! likely as the clip allows.

use super::{
    clip::QuestionClip,
    object::{PlainColour, PlainObject, PlainShape},
    wording::Wording,
};
use crate::world::dice::Dice;

/// Share of the questions about colour and shape that say how the object moves.
const WAY_SHARE: f32 = 0.3;

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuestionKind {
    /// Which colour something has.
    Colour,
    /// Which shape something has.
    Shape,
    /// Where something moves to.
    Direction,
    /// How many there are.
    Count,
    /// What appears before or after something else.
    Order,
    /// Whether something is there.
    Presence,
    /// All that is there and where it moves to: what appears first comes first, then colours in their order, then shapes.
    Description,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipQuestion {
    /// What it is about.
    pub kind: QuestionKind,
    /// Its words.
    pub text: String,
    /// The answer: a word, a number, "red circle", or "red circle moving left, blue square moving up".
    pub answer: String,
}

impl QuestionKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Colour,
        Self::Shape,
        Self::Direction,
        Self::Count,
        Self::Order,
        Self::Presence,
        Self::Description,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Colour => "colour",
            Self::Shape => "shape",
            Self::Direction => "direction",
            Self::Count => "count",
            Self::Order => "order",
            Self::Presence => "presence",
            Self::Description => "description",
        }
    }
}

impl QuestionClip {
    /// A question of a kind; `None` where the clip has nothing that it would be clear about.
    pub fn question(&self, kind: QuestionKind, seed: u64) -> Option<ClipQuestion> {
        let dice = &mut Dice::new(seed, 1 + kind as u64);
        let asked = match kind {
            QuestionKind::Colour => self.colour(dice),
            QuestionKind::Shape => self.shape(dice),
            QuestionKind::Direction => self.direction(dice),
            QuestionKind::Count => self.count(dice),
            QuestionKind::Order => self.order(dice),
            QuestionKind::Presence => self.presence(dice),
            QuestionKind::Description => self.description(),
        }?;
        Some(ClipQuestion {
            kind,
            text: asked.wording.phrase(&asked.names, dice),
            answer: asked.answer,
        })
    }

    /// Up to `count` different questions of some kinds, which take turns.
    pub fn questions(&self, kinds: &[QuestionKind], count: usize, seed: u64) -> Vec<ClipQuestion> {
        let mut dice = Dice::new(seed, 0);
        let mut found: Vec<ClipQuestion> = Vec::with_capacity(count);
        let first = dice.integer(0, kinds.len().saturating_sub(1));
        for kind in kinds.iter().cycle().skip(first).take(4 * count) {
            let new = self.question(*kind, dice.seed());
            let new = new.filter(|new| found.iter().all(|old| old.text != new.text));
            found.extend(new);
            if found.len() == count {
                break;
            }
        }
        found
    }

    /// An object that a property sets apart from all others.
    fn only<T: PartialEq>(
        &self,
        property: impl Fn(&PlainObject) -> T,
        dice: &mut Dice,
    ) -> Option<&PlainObject> {
        let all = self.objects();
        let alone = all.iter().filter(|object| {
            let same = all
                .iter()
                .filter(|other| property(other) == property(object));
            same.count() == 1
        });
        one_of(alone.collect(), dice)
    }

    fn colour(&self, dice: &mut Dice) -> Option<Asked> {
        let (wording, name, object) = if dice.chance(WAY_SHARE) {
            let object = self.only(|object| object.direction, dice)?;
            (Wording::ColourOfMoving, object.direction.name(), object)
        } else {
            let object = self.only(|object| object.shape, dice)?;
            (Wording::ColourOf, object.shape.name(), object)
        };
        Some(Asked::about(wording, name, object.colour.name()))
    }

    fn shape(&self, dice: &mut Dice) -> Option<Asked> {
        let (wording, name, object) = if dice.chance(WAY_SHARE) {
            let object = self.only(|object| object.direction, dice)?;
            (Wording::ShapeOfMoving, object.direction.name(), object)
        } else {
            let object = self.only(|object| object.colour, dice)?;
            (Wording::ShapeOf, object.colour.name(), object)
        };
        Some(Asked::about(wording, name, object.shape.name()))
    }

    fn direction(&self, dice: &mut Dice) -> Option<Asked> {
        let (object, name) = match dice.integer(0, 2) {
            0 => {
                let object = self.only(|object| object.shape, dice)?;
                (object, object.shape.name().to_owned())
            }
            1 => {
                let object = self.only(|object| object.colour, dice)?;
                (object, format!("{} object", object.colour.name()))
            }
            _ => {
                let object = one_of(self.objects().iter().collect(), dice)?;
                (object, object.name())
            }
        };
        Some(Asked::about(Wording::WayOf, &name, object.direction.name()))
    }

    fn count(&self, dice: &mut Dice) -> Option<Asked> {
        let all = self.objects();
        if dice.chance(0.4) {
            let answer = all.len().to_string();
            return Some(Asked::about(Wording::CountAll, "", &answer));
        }
        let mut counts: Vec<(String, usize)> = Vec::new();
        if dice.chance(0.5) {
            for colour in PlainColour::ALL {
                let same = all.iter().filter(|object| object.colour == colour);
                counts.push((format!("{} objects", colour.name()), same.count()));
            }
        } else {
            for shape in PlainShape::ALL {
                let same = all.iter().filter(|object| object.shape == shape);
                counts.push((format!("{}s", shape.name()), same.count()));
            }
        }
        // First the number, then what there are so many of: else nearly all answers would be 0 and 1.
        let mut answers: Vec<usize> = counts.iter().map(|(_, count)| *count).collect();
        answers.sort_unstable();
        answers.dedup();
        let answer = one_of(answers.iter().collect(), dice)?;
        let (name, _) = one_of(counts.iter().filter(|(_, n)| n == answer).collect(), dice)?;
        Some(Asked::about(Wording::CountOf, name, &answer.to_string()))
    }

    fn order(&self, dice: &mut Dice) -> Option<Asked> {
        let asks_last = dice.chance(0.5);
        if dice.chance(0.3) {
            let times = self.objects().iter().map(|object| object.first_frame);
            let end = if asks_last { times.max() } else { times.min() }?;
            let mut there = self.objects().iter().filter(|o| o.first_frame == end);
            let (object, None) = (there.next()?, there.next()) else {
                return None;
            };
            if self.objects().len() < 2 {
                return None;
            }
            let wording = if asks_last {
                Wording::ColourOfLast
            } else {
                Wording::ColourOfFirst
            };
            return Some(Asked::about(wording, "", object.colour.name()));
        }
        let one = one_of(self.objects().iter().collect(), dice)?;
        let differ = |other: &&PlainObject| other.first_frame != one.first_frame;
        let other = one_of(self.objects().iter().filter(differ).collect(), dice)?;
        let is_before = one.first_frame < other.first_frame;
        let (wording, answer) = match (dice.chance(0.5), asks_last) {
            (true, false) => (Wording::IsBefore, yes_or_no(is_before)),
            (true, true) => (Wording::IsAfter, yes_or_no(!is_before)),
            (false, _) => {
                let answer = if is_before == asks_last { other } else { one };
                let wording = if asks_last {
                    Wording::WhichLast
                } else {
                    Wording::WhichFirst
                };
                (wording, answer.name())
            }
        };
        Some(Asked {
            wording,
            names: [one.name(), other.name()],
            answer,
        })
    }

    fn description(&self) -> Option<Asked> {
        let mut all: Vec<&PlainObject> = self.objects().iter().collect();
        all.sort_by_key(|object| (object.first_frame, object.colour, object.shape));
        let told = all
            .iter()
            .map(|object| format!("{} moving {}", object.name(), object.direction.name()));
        let answer = told.collect::<Vec<_>>().join(", ");
        (!all.is_empty()).then(|| Asked::about(Wording::Everything, "", &answer))
    }

    fn presence(&self, dice: &mut Dice) -> Option<Asked> {
        let object = one_of(self.objects().iter().collect(), dice)?;
        let is_there = dice.chance(0.5);
        let (mut colour, mut shape) = (object.colour, object.shape);
        // What a name has to fit: a colour, a shape, or both.
        let (by_colour, by_shape) = match dice.integer(0, 3) {
            0 => (true, false),
            1 => (false, true),
            _ => (true, true),
        };
        let there = |colour, shape| {
            self.objects().iter().any(|object| {
                (!by_colour || object.colour == colour) && (!by_shape || object.shape == shape)
            })
        };
        let every_colour = PlainColour::ALL
            .into_iter()
            .all(|colour| there(colour, shape));
        let every_shape = PlainShape::ALL
            .into_iter()
            .all(|shape| there(colour, shape));
        if !is_there && every_colour && every_shape {
            return None;
        }
        while !is_there && there(colour, shape) {
            // Half of what is there is kept, so that neither colour nor shape alone gives it away.
            (colour, shape) = if dice.chance(0.5) {
                (dice.pick(PlainColour::ALL), object.shape)
            } else {
                (object.colour, dice.pick(PlainShape::ALL))
            };
        }
        let name = match (by_colour, by_shape) {
            (true, false) => format!("{} object", colour.name()),
            (false, _) => shape.name().to_owned(),
            _ => format!("{} {}", colour.name(), shape.name()),
        };
        Some(Asked::about(Wording::IsThere, &name, &yes_or_no(is_there)))
    }
}

/// A question before it is put into words.
struct Asked {
    wording: Wording,
    names: [String; 2],
    answer: String,
}

impl Asked {
    fn about(wording: Wording, name: &str, answer: &str) -> Self {
        Self {
            wording,
            names: [name.to_owned(), String::new()],
            answer: answer.to_owned(),
        }
    }
}

fn yes_or_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

fn one_of<'a, T>(choices: Vec<&'a T>, dice: &mut Dice) -> Option<&'a T> {
    let last = choices.len().checked_sub(1)?;
    choices.get(dice.integer(0, last)).copied()
}
