//! Prompts as typed: `[OBJECT:]VALUE[@FRAME]`.
//!
//! In: one argument. Out: object, value and frame, or what is wrong with it. Opens nothing. A path may hold `:` and `@` where
//! no number stands before or after them.

use std::{path::PathBuf, str::FromStr};

/// A value with the object it speaks of and the frame it lies in, where named.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Addressed<T> {
    /// The object; the first when absent.
    pub(crate) object: Option<u32>,
    /// The frame; the command's default when absent.
    pub(crate) frame: Option<usize>,
    /// What is said.
    pub(crate) value: T,
}

/// What may be typed as a value.
pub(crate) trait TypedValue {
    /// Whether `:` and `@` may be part of it.
    const MAY_HOLD_MARKS: bool;
}

impl<const N: usize> TypedValue for Coordinates<N> {
    const MAY_HOLD_MARKS: bool = false;
}

impl TypedValue for PathBuf {
    const MAY_HOLD_MARKS: bool = true;
}

/// `X,Y`.
pub(crate) type TypedPoint = Addressed<Coordinates<2>>;
/// `X0,Y0,X1,Y1`.
pub(crate) type TypedBox = Addressed<Coordinates<4>>;
/// A path.
pub(crate) type TypedMask = Addressed<PathBuf>;

/// Numbers separated by commas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Coordinates<const N: usize>(pub(crate) [f32; N]);

impl<const N: usize> FromStr for Coordinates<N> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(',').collect();
        if parts.len() != N {
            return Err(format!("expected {N} numbers, found {}", parts.len()));
        }
        let mut numbers = [0.0; N];
        for (number, part) in numbers.iter_mut().zip(parts) {
            *number = part
                .trim()
                .parse::<f32>()
                .ok()
                .filter(|value| value.is_finite())
                .ok_or_else(|| format!("`{part}` is not a number"))?;
        }
        Ok(Self(numbers))
    }
}

impl<T: FromStr<Err: ToString> + TypedValue> FromStr for Addressed<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rest, frame) = match text.rsplit_once('@') {
            Some((rest, frame)) => match frame.parse() {
                Ok(frame) => (rest, Some(frame)),
                Err(_) if T::MAY_HOLD_MARKS => (text, None),
                Err(_) => return Err(format!("`{frame}` is not a frame number")),
            },
            None => (text, None),
        };
        let (object, value) = match rest.split_once(':') {
            Some((object, value)) => match object.parse() {
                Ok(object) => (Some(object), value),
                Err(_) if T::MAY_HOLD_MARKS => (None, rest),
                Err(_) => return Err(format!("`{object}` is not an object number")),
            },
            None => (None, rest),
        };
        Ok(Self {
            object,
            frame,
            value: value.parse().map_err(|error: T::Err| error.to_string())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_and_frame_may_be_left_out() {
        assert_eq!(
            "3.5,4".parse::<TypedPoint>(),
            Ok(Addressed {
                object: None,
                frame: None,
                value: Coordinates([3.5, 4.0])
            })
        );
        assert_eq!(
            "2:1,2,3,4@17".parse::<TypedBox>(),
            Ok(Addressed {
                object: Some(2),
                frame: Some(17),
                value: Coordinates([1.0, 2.0, 3.0, 4.0])
            })
        );
    }

    #[test]
    fn paths_may_hold_the_marks() {
        let mask = |text: &str| {
            let typed: TypedMask = text.parse().expect("a path");
            let value = typed.value.display().to_string();
            (typed.object, value, typed.frame)
        };
        assert_eq!(
            mask("first@2x.png"),
            (None, "first@2x.png".to_owned(), None)
        );
        assert_eq!(
            mask("C:/a@b/m.png@7"),
            (None, "C:/a@b/m.png".to_owned(), Some(7))
        );
        assert_eq!(mask("3:m.png"), (Some(3), "m.png".to_owned(), None));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, message) in [
            ("3", "expected 2 numbers, found 1"),
            ("3,x", "`x` is not a number"),
            ("3,inf", "`inf` is not a number"),
            ("dog:3,4", "`dog` is not an object number"),
            ("3,4@late", "`late` is not a frame number"),
        ] {
            assert_eq!(text.parse::<TypedPoint>(), Err(message.to_owned()));
        }
    }
}
