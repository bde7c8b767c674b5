//! A small world to ask about: plain shapes that move over quiet backgrounds, and questions whose answers are exact.
//!
//! In: sizes and a seed. Out: frames with the identity of every pixel; questions with their answers. In the order things
//! happen: what an object is, a clip of several, how it is drawn, what is asked, in which words.

pub(crate) mod clip;
pub(crate) mod object;
pub(crate) mod question;

mod draw;
mod wording;
