//! Numbers of a recipe that cannot be out of range, so that a mistake is reported where it stands.
//!
//! In: a TOML value. Out: the number, or the reason why it will not do.

use serde::Deserialize;

/// From 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Share(f64);

/// Above zero.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Positive(f64);

/// From 1 to 1,000,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "usize")]
pub struct Count(usize);

impl Share {
    /// A number that is known to be between 0 and 1.
    pub(crate) const fn constant(number: f64) -> Self {
        assert!(number >= 0.0 && number <= 1.0);
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Positive {
    /// One.
    pub(crate) const ONE: Self = Self(1.0);

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Count {
    /// One.
    pub(crate) const ONE: Self = Self(1);
    /// The largest, so that sums of steps are numbers.
    const MOST: usize = 1_000_000_000;

    /// The number.
    pub const fn get(self) -> usize {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("{number} is not between 0 and 1"))
        }
    }
}

impl TryFrom<f64> for Positive {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, String> {
        if number > 0.0 && number.is_finite() {
            Ok(Self(number))
        } else {
            Err(format!("{number} is not above 0"))
        }
    }
}

impl TryFrom<usize> for Count {
    type Error = String;

    fn try_from(number: usize) -> Result<Self, String> {
        if number == 0 {
            return Err("0 is not at least 1".to_owned());
        }
        if number > Self::MOST {
            return Err(format!("{number} is more than {}", Self::MOST));
        }
        Ok(Self(number))
    }
}
