//! What a pickle of plain data holds: an arena of values that refer to each other by index.
//!
//! In: the arena that [`super::machine`] fills. Out: views of it. Nothing is copied into a tree, so a pickle whose lists
//! contain themselves or each other a million times over costs no more than its bytes.

/// Keys of a dictionary that are searched.
const MOST_KEYS: usize = 256;

/// Index of a value.
pub(crate) type Place = usize;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// `None`.
    Nothing,
    /// `True` or `False`.
    Truth(bool),
    /// An integer of at most 64 bits.
    Integer(i64),
    /// A float.
    Number(f64),
    /// A text, or bytes (Python 2 does not tell them apart).
    Text(String),
    /// A list or a tuple.
    List(Vec<Place>),
    /// A dictionary, as pairs in their order.
    Dictionary(Vec<Pair>),
}

/// A key and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) key: Place,
    pub(crate) value: Place,
}

/// A parsed pickle.
#[derive(Clone, Debug)]
pub(crate) struct Pickle {
    pub(super) values: Vec<Value>,
    pub(super) root: Place,
}

impl Pickle {
    /// The value that was pickled.
    pub(crate) fn root(&self) -> View<'_> {
        self.view(self.root)
    }

    /// The value at a place.
    pub(crate) fn view(&self, place: Place) -> View<'_> {
        View {
            pickle: self,
            place,
        }
    }
}

/// A value in its pickle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pickle: &'a Pickle,
    place: Place,
}

impl<'a> View<'a> {
    fn value(self) -> Option<&'a Value> {
        self.pickle.values.get(self.place)
    }

    fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// Where the value stands, to find it again.
    pub(crate) fn place(self) -> Place {
        self.place
    }

    /// The value itself; nothing for Python's `None`.
    pub(crate) fn if_any(self) -> Option<Self> {
        (self.value()? != &Value::Nothing).then_some(self)
    }

    /// Keys and values of a dictionary in their order; `None` for anything else.
    pub(crate) fn members(self) -> Option<impl Iterator<Item = (Self, Self)>> {
        match self.value()? {
            Value::Dictionary(pairs) => Some(
                pairs
                    .iter()
                    .map(move |pair| (self.at(pair.key), self.at(pair.value))),
            ),
            _ => None,
        }
    }

    /// The elements of a list; `None` for anything else.
    pub(crate) fn list(self) -> Option<impl ExactSizeIterator<Item = Self>> {
        match self.value()? {
            Value::List(places) => Some(places.iter().map(move |place| self.at(*place))),
            _ => None,
        }
    }

    /// The value of a key in a dictionary; the last one, as in Python. Of large dictionaries only the end is searched:
    /// records have a few keys, and a pickle may name one dictionary many times over.
    pub(crate) fn get(self, key: &str) -> Option<Self> {
        match self.value()? {
            Value::Dictionary(pairs) => pairs
                .iter()
                .rev()
                .take(MOST_KEYS)
                .find(|pair| self.at(pair.key).text() == Some(key))
                .map(|pair| self.at(pair.value)),
            _ => None,
        }
    }

    /// A text or a whole number, as a key of JSON would be written.
    pub(crate) fn name(self) -> Option<String> {
        let number = || self.count().map(|number| number.to_string());
        self.text().map(str::to_owned).or_else(number)
    }

    /// A text.
    pub(crate) fn text(self) -> Option<&'a str> {
        match self.value()? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn count(self) -> Option<u64> {
        match self.value()? {
            Value::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }
}
