//! Sentences about objects of a video, in the JSON form that Ref-YouTube-VOS began and MeViS, ReVOS and others extend.
//!
//! In: `{"videos": {VIDEO: {"frames": […], "expressions": {ID: {"exp": …, …}}}}}`. Out: videos with their sentences. What
//! the numbers of objects refer to is each data set's business.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use tubelet_geometry::FrameSize;

use crate::error::Result;
use crate::formats::json::read_json;
use crate::formats::run_length_json::checked_size;
use crate::formats::text::in_entry;
use crate::names::{check_name, check_relative};

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// Its key in the file; results are written under it.
    pub id: String,
    /// The words.
    pub text: String,
    /// Numbers of the objects in the video (`obj_id`); none where they are kept secret.
    pub objects: Vec<u64>,
    /// Numbers of their masks in the mask dictionary (`anno_id`; MeViS, ReVOS).
    pub annotations: Vec<u64>,
    /// Kind of sentence (`type_id`, ReVOS): 0 referring, 1 reasoning, 2 about nothing that is there.
    pub kind: Option<u8>,
}

/// A video with sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferringVideo {
    /// Name of the video.
    pub name: String,
    /// Names of its frames, in order.
    pub frames: Vec<String>,
    /// Width and height where the file says (ReVOS).
    pub size: Option<FrameSize>,
    /// The sentences, ordered by their keys as texts, as the evaluators number them.
    pub expressions: Vec<Expression>,
}

#[derive(Deserialize)]
struct File {
    videos: BTreeMap<String, FileVideo>,
}

#[derive(Deserialize)]
struct FileVideo {
    expressions: BTreeMap<String, FileExpression>,
    frames: Vec<String>,
    width: Option<usize>,
    height: Option<usize>,
}

#[derive(Deserialize)]
struct FileExpression {
    exp: String,
    #[serde(default)]
    obj_id: Numbers,
    #[serde(default)]
    anno_id: Numbers,
    type_id: Option<u8>,
}

/// Reads the videos of a file, in alphabetical order.
pub(crate) fn read_expressions(path: &Path) -> Result<Vec<ReferringVideo>> {
    let file: File = read_json(path)?;
    let videos = file.videos.into_iter().map(|(name, video)| {
        let refuse = |reason: String| in_entry(path, format!("videos/{name}"), reason);
        check_relative(&name).map_err(|error| refuse(error.to_string()))?;
        let mut frames = video.frames.iter();
        frames
            .try_for_each(|frame| check_name(frame))
            .map_err(|error| refuse(error.to_string()))?;
        let size = match (video.width, video.height) {
            (Some(width), Some(height)) => Some(checked_size(width, height).map_err(refuse)?),
            _ => None,
        };
        let expressions = video.expressions.into_iter().map(|(id, expression)| {
            check_name(&id).map_err(|error| refuse(error.to_string()))?;
            Ok(Expression {
                id,
                text: expression.exp,
                objects: expression.obj_id.0,
                annotations: expression.anno_id.0,
                kind: expression.type_id,
            })
        });
        Ok(ReferringVideo {
            expressions: expressions.collect::<Result<_>>()?,
            frames: video.frames,
            size,
            name,
        })
    });
    videos.collect()
}

/// A number, a number written as text, or a list of either.
#[derive(Default)]
struct Numbers(Vec<u64>);

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumbersVisitor)
    }
}

struct NumbersVisitor;

impl<'de> Visitor<'de> for NumbersVisitor {
    type Value = Numbers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the number of an object, or a list of them")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Numbers, E> {
        Ok(Numbers(vec![number]))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Numbers, E> {
        let number = text.trim().parse();
        number
            .map(|number| Numbers(vec![number]))
            .map_err(|_| E::custom(format_args!("`{text}` is no number of an object")))
    }

    fn visit_unit<E: Error>(self) -> Result<Numbers, E> {
        Ok(Numbers::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Numbers, A::Error> {
        let mut numbers = Vec::new();
        while let Some(Number(number)) = list.next_element()? {
            numbers.push(number);
        }
        Ok(Numbers(numbers))
    }
}

/// One number of a list, which is no list itself.
struct Number(u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u64),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(number) => Ok(Self(number)),
            Either::Text(text) => text.trim().parse().map(Self).map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<ReferringVideo>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_expressions(file.path())
    }

    #[test]
    fn all_ways_to_write_numbers_of_objects_are_read() {
        let text = r#"{"videos": {"v": {"frames": ["00000"], "height": 4, "width": 6, "expressions": {
            "10": {"exp": "b", "obj_id": [1, "2"], "anno_id": 7, "type_id": 1},
            "9": {"exp": "a", "obj_id": "3"}}}}}"#;
        let videos = read(text).unwrap();
        assert_eq!(videos[0].size, Some(FrameSize::new(6, 4)));
        let [first, second] = videos[0].expressions.as_slice() else {
            panic!("two sentences");
        };
        assert_eq!(
            (first.id.as_str(), first.objects.as_slice()),
            ("10", [1, 2].as_slice())
        );
        assert_eq!(
            (first.annotations.as_slice(), first.kind),
            ([7].as_slice(), Some(1))
        );
        assert_eq!(
            (second.objects.as_slice(), second.kind),
            ([3].as_slice(), None)
        );
    }

    #[test]
    fn names_that_lead_elsewhere_and_odd_numbers_are_refused() {
        let with = |video: &str, frame: &str, object: &str| {
            read(&format!(
                r#"{{"videos": {{"{video}": {{"frames": ["{frame}"], "expressions": {{"0": {{"exp": "", "obj_id": {object}}}}}}}}}}}"#
            ))
        };
        assert!(with("a/b", "0", "null").is_ok());
        let error = with("../b", "0", "1").unwrap_err().to_string();
        assert!(error.contains("`videos/../b`"), "{error}");
        assert!(with("b", "../0", "1").is_err());
        assert!(with("b", "0", "-1").is_err());
        assert!(with("b", "0", "\"x\"").is_err());
        assert!(with("b", "0", "[[1]]").is_err());
    }
}
