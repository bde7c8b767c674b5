//! Prompts as typed: `[OBJECT:]VALUE[@FRAME]`.
//!
//! In: one argument. Out: object, value and frame, or what is wrong with it. Opens nothing.

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

impl<T: FromStr<Err: ToString>> FromStr for Addressed<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rest, frame) = match text.rsplit_once('@') {
            Some((rest, frame)) => {
                let frame = frame
                    .parse()
                    .map_err(|_| format!("`{frame}` is not a frame number"))?;
                (rest, Some(frame))
            }
            None => (text, None),
        };
        let (object, value) = match rest.split_once(':') {
            Some((object, value)) => {
                let object = object
                    .parse()
                    .map_err(|_| format!("`{object}` is not an object number"))?;
                (Some(object), value)
            }
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
