//! What the question world promises: its answers can be read off the pixels' identities, and guessing does not pay.

use std::collections::{BTreeMap, BTreeSet};

use tubelet_datasets::{
    ClipQuestion, PlainDirection, QuestionClip, QuestionClipConfig, QuestionKind, WorldFrame,
};

fn clip(seed: u64) -> QuestionClip {
    QuestionClip::new(QuestionClipConfig::default(), seed)
}

/// An object as the frames show it.
#[derive(Debug)]
struct Seen {
    colour: String,
    shape: String,
    direction: PlainDirection,
    first_frame: usize,
}

/// The mean place of an object's pixels.
fn middle(frame: &WorldFrame, id: u8) -> Option<[f64; 2]> {
    let mask = frame.mask(id);
    let count = mask.count();
    let side = frame.size.width;
    let mut sum = [0.0; 2];
    for (place, found) in frame.ids.iter().enumerate() {
        if *found == id {
            sum[0] += (place % side) as f64;
            sum[1] += (place / side) as f64;
        }
    }
    (count > 0).then(|| sum.map(|axis| axis / count as f64))
}

/// What frames show, without a look at how they were made but for the names of colours and shapes.
fn seen(clip: &QuestionClip) -> Vec<Seen> {
    let frames: Vec<WorldFrame> = clip.frames().collect();
    let objects = clip.objects().iter().zip(1_u8..);
    objects
        .map(|(object, id)| {
            let places: Vec<_> = frames.iter().map(|frame| middle(frame, id)).collect();
            let first_frame = places.iter().position(Option::is_some).unwrap();
            let there = || places[first_frame..].iter().map(|place| place.unwrap());
            let (start, end) = (there().next().unwrap(), there().next_back().unwrap());
            let way = [end[0] - start[0], end[1] - start[1]];
            let direction = match (way[0].abs() > way[1].abs(), way) {
                (true, [across, _]) if across < 0.0 => PlainDirection::Left,
                (true, _) => PlainDirection::Right,
                (false, [_, down]) if down < 0.0 => PlainDirection::Up,
                (false, _) => PlainDirection::Down,
            };
            Seen {
                colour: object.colour.name().to_owned(),
                shape: object.shape.name().to_owned(),
                direction,
                first_frame,
            }
        })
        .collect()
}

/// The objects that the words of a question fit.
fn meant<'a>(seen: &'a [Seen], text: &str) -> Vec<&'a Seen> {
    let words: BTreeSet<&str> = text
        .trim_end_matches('?')
        .split(' ')
        .map(|word| word.trim_end_matches(','))
        .collect();
    let is_named = |word: &str| words.contains(word) || words.contains(format!("{word}s").as_str());
    let names = |all: Vec<&str>| all.into_iter().any(is_named);
    let colours = names(vec!["red", "green", "blue", "yellow", "purple", "white"]);
    let shapes = names(vec!["circle", "square", "triangle"]);
    let ways = names(vec!["left", "right", "up", "down"]);
    seen.iter()
        .filter(|object| !colours || is_named(&object.colour))
        .filter(|object| !shapes || is_named(&object.shape))
        .filter(|object| !ways || is_named(object.direction.name()))
        .collect()
}

/// The answer from what was seen; of questions about two objects, by the order of their names.
fn answer(seen: &[Seen], question: &ClipQuestion) -> String {
    let text = &question.text;
    let named = |object: &Seen| format!("{} {}", object.colour, object.shape);
    match question.kind {
        QuestionKind::Count => meant(seen, text).len().to_string(),
        QuestionKind::Presence => if meant(seen, text).is_empty() {
            "no"
        } else {
            "yes"
        }
        .to_owned(),
        QuestionKind::Order => {
            let mut there: Vec<&Seen> = seen.iter().filter(|o| text.contains(&named(o))).collect();
            if there.is_empty() {
                there = seen.iter().collect();
                there.sort_by_key(|object| object.first_frame);
                let object = if text.contains("first") {
                    there.first()
                } else {
                    there.last()
                };
                return object.unwrap().colour.clone();
            }
            assert_eq!(there.len(), 2, "{text}");
            there.sort_by_key(|object| text.find(&named(object)));
            let is_before = there[0].first_frame < there[1].first_frame;
            assert_ne!(there[0].first_frame, there[1].first_frame, "{text}");
            let yes = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
            if text.contains(" before ") {
                return yes(is_before);
            }
            if text.contains(" after ") {
                return yes(!is_before);
            }
            let first = text.contains("first");
            named(there[usize::from(first != is_before)])
        }
        QuestionKind::Description => {
            let mut all: Vec<&Seen> = seen.iter().collect();
            let place = |names: &[&str], name: &str| names.iter().position(|n| *n == name);
            all.sort_by_key(|object| {
                let colours = ["red", "green", "blue", "yellow", "purple", "white"];
                let shapes = ["circle", "square", "triangle"];
                let looks = [
                    place(&colours, &object.colour),
                    place(&shapes, &object.shape),
                ];
                (object.first_frame, looks)
            });
            let told =
                |object: &&Seen| format!("{} moving {}", named(object), object.direction.name());
            all.iter().map(told).collect::<Vec<_>>().join(", ")
        }
        kind => {
            let [object] = meant(seen, text)[..] else {
                panic!("{text} fits not exactly one of {seen:?}");
            };
            match kind {
                QuestionKind::Colour => object.colour.clone(),
                QuestionKind::Shape => object.shape.clone(),
                _ => object.direction.name().to_owned(),
            }
        }
    }
}

#[test]
fn answers_are_what_the_frames_show() {
    let mut asked = 0;
    for seed in 0..120 {
        let clip = clip(seed);
        let seen = seen(&clip);
        for question in clip.questions(&QuestionKind::ALL, 12, seed) {
            assert_eq!(
                answer(&seen, &question),
                question.answer,
                "seed {seed}: {} of {seen:?}",
                question.text
            );
            asked += 1;
        }
    }
    assert!(asked > 1000, "{asked} questions");
}

#[test]
fn objects_never_touch_and_stay_whole() {
    for seed in 0..60 {
        let clip = clip(seed);
        let areas = |frame: &WorldFrame| -> Vec<usize> {
            let ids = 1..=clip.objects().len() as u8;
            ids.map(|id| frame.visible(id)).collect()
        };
        let last = clip.frames().last().unwrap();
        for frame in clip.frames() {
            assert_eq!(areas(&frame), frame.unhidden, "seed {seed}");
            for (now, end) in areas(&frame).into_iter().zip(areas(&last)) {
                assert!(now == 0 || now.abs_diff(end) * 8 < end, "{now} and {end}");
            }
        }
    }
}

#[test]
fn the_same_seed_asks_the_same() {
    let questions = |seed| clip(seed).questions(&QuestionKind::ALL, 8, seed);
    assert_eq!(questions(3), questions(3));
    assert_ne!(questions(3), questions(4));
    assert!(clip(5).frames().eq(clip(5).frames()));
}

#[test]
fn whoever_guesses_is_mostly_wrong() {
    let mut answers: BTreeMap<QuestionKind, BTreeMap<String, usize>> = BTreeMap::new();
    for seed in 0..400 {
        for question in clip(seed).questions(&QuestionKind::ALL, 6, seed) {
            let of_kind = answers.entry(question.kind).or_default();
            *of_kind.entry(question.answer).or_default() += 1;
        }
    }
    assert_eq!(answers.len(), QuestionKind::ALL.len());
    for (kind, answers) in answers {
        let all: usize = answers.values().sum();
        let most = answers.values().max().unwrap();
        let limit = if kind == QuestionKind::Presence {
            0.56
        } else {
            0.45
        };
        assert!((*most as f64) < limit * all as f64, "{kind:?}: {answers:?}");
    }
}
