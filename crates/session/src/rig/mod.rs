//! Contents: sessions over rigs, what they are told and what they tell.

pub(crate) mod object;
pub(crate) mod prompting;
pub(crate) mod session;
pub(crate) mod step;
pub(crate) mod tracking;
