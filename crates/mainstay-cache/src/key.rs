//! What an entry is found by: the values that its answer was made for, so written down that two lists of values never give
//! the same bytes, and how they are read back. Never here: tokens. Secrets have no [`KeyPart`], and a principal is told by
//! its id.

use uuid::Uuid;

/// The bytes of a key. Those of two names are kept apart by their names. Most are short, and need no memory of their own.
#[derive(Clone)]
pub struct Key(Bytes);

/// So many bytes stand in the key itself: two UUIDs and two numbers, with their kinds. More are kept elsewhere.
const SHORT_MOST: usize = 54;

#[derive(Clone)]
enum Bytes {
    Short { len: u8, bytes: [u8; SHORT_MOST] },
    Long(Vec<u8>),
}

/// What may stand in a key. Each value writes its kind, and what has no fixed length its length, so that no value is the
/// beginning of another one. Tuples, slices and options are made of such; an application's ids write the number inside.
///
/// ```compile_fail
/// use mainstay_cache::KeyPart;
/// fn is_part<K: KeyPart>(_: K) {}
/// is_part(mainstay_config::Secret::new("a token"));
/// ```
pub trait KeyPart {
    /// Writes this value after what is there.
    fn write(&self, into: &mut Key);
}

const ABSENT: u8 = 0;
const PRESENT: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
const UNSIGNED: u8 = 4;
const SIGNED: u8 = 5;
const ID: u8 = 6;
const TEXT: u8 = 7;
const LIST: u8 = 8;
const TUPLE: u8 = 9;

impl Key {
    /// The key of these values.
    #[inline]
    pub fn of(parts: &(impl KeyPart + ?Sized)) -> Self {
        let mut key = Self::from_bytes(&[]);
        parts.write(&mut key);
        key
    }

    /// The key whose bytes were taken by [`Key::as_bytes`], for whoever has noted it.
    pub fn from_bytes(noted: &[u8]) -> Self {
        let mut key = Self(Bytes::Short { len: 0, bytes: [0; SHORT_MOST] });
        key.extend(noted);
        key
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Short { len, bytes } => &bytes[..usize::from(*len).min(SHORT_MOST)],
            Bytes::Long(bytes) => bytes,
        }
    }

    /// Reads its values back, in the order in which they were written.
    pub fn parts(&self) -> KeyParts<'_> {
        KeyParts { rest: self.as_bytes() }
    }

    /// The memory that it takes besides its own place.
    pub(crate) fn held(&self) -> usize {
        match &self.0 {
            Bytes::Short { .. } => 0,
            Bytes::Long(bytes) => bytes.capacity(),
        }
    }

    #[inline]
    fn kind(&mut self, kind: u8) {
        self.extend(&[kind]);
    }

    #[inline]
    fn count(&mut self, count: usize) {
        self.extend(&(count as u64).to_be_bytes());
    }

    #[inline]
    fn extend(&mut self, more: &[u8]) {
        match &mut self.0 {
            Bytes::Short { len, bytes } => {
                let from = usize::from(*len);
                if let Some(free) = bytes.get_mut(from..from + more.len()) {
                    free.copy_from_slice(more);
                    *len += more.len() as u8;
                } else {
                    self.extend_elsewhere(more);
                }
            }
            Bytes::Long(bytes) => bytes.extend_from_slice(more),
        }
    }

    #[cold]
    fn extend_elsewhere(&mut self, more: &[u8]) {
        let short = self.as_bytes();
        let mut long = Vec::with_capacity(2 * (short.len() + more.len()));
        long.extend_from_slice(short);
        long.extend_from_slice(more);
        self.0 = Bytes::Long(long);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write(self.as_bytes());
    }
}

/// Neither values nor their hashes: they may tell of persons.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({} bytes)", self.as_bytes().len())
    }
}

macro_rules! numbers {
    ($kind:ident as $wide:ty: $($type:ty),*) => {$(
        impl KeyPart for $type {
            #[inline]
            fn write(&self, into: &mut Key) {
                into.kind($kind);
                into.extend(&<$wide>::from(*self).to_be_bytes());
            }
        }
    )*};
}

numbers!(UNSIGNED as u64: u8, u16, u32, u64);
numbers!(SIGNED as i64: i8, i16, i32, i64);

impl KeyPart for bool {
    #[inline]
    fn write(&self, into: &mut Key) {
        into.kind(if *self { TRUE } else { FALSE });
    }
}

impl KeyPart for Uuid {
    #[inline]
    fn write(&self, into: &mut Key) {
        into.kind(ID);
        into.extend(self.as_bytes());
    }
}

impl KeyPart for str {
    #[inline]
    fn write(&self, into: &mut Key) {
        into.kind(TEXT);
        into.count(self.len());
        into.extend(self.as_bytes());
    }
}

impl KeyPart for String {
    #[inline]
    fn write(&self, into: &mut Key) {
        self.as_str().write(into);
    }
}

impl<K: KeyPart + ?Sized> KeyPart for &K {
    #[inline]
    fn write(&self, into: &mut Key) {
        (**self).write(into);
    }
}

impl<K: KeyPart> KeyPart for Option<K> {
    #[inline]
    fn write(&self, into: &mut Key) {
        match self {
            None => into.kind(ABSENT),
            Some(part) => {
                into.kind(PRESENT);
                part.write(into);
            }
        }
    }
}

impl<K: KeyPart> KeyPart for [K] {
    #[inline]
    fn write(&self, into: &mut Key) {
        into.kind(LIST);
        into.count(self.len());
        self.iter().for_each(|part| part.write(into));
    }
}

impl<K: KeyPart> KeyPart for Vec<K> {
    #[inline]
    fn write(&self, into: &mut Key) {
        self.as_slice().write(into);
    }
}

macro_rules! tuples {
    ($($count:literal: $($part:ident $place:tt)*;)*) => {$(
        impl<$($part: KeyPart),*> KeyPart for ($($part,)*) {
            #[inline]
            fn write(&self, into: &mut Key) {
                into.kind(TUPLE);
                into.kind($count);
                $(self.$place.write(into);)*
            }
        }
    )*};
}

tuples! {
    1: A 0;
    2: A 0 B 1;
    3: A 0 B 1 C 2;
    4: A 0 B 1 C 2 D 3;
    5: A 0 B 1 C 2 D 3 E 4;
    6: A 0 B 1 C 2 D 3 E 4 F 5;
    7: A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    8: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}

/// The values of a key that are still to be read. Each is asked for by its kind; `None`: the next is of another kind, or
/// these are no bytes of a key. What was noted may have been noted by anybody: nothing here trusts a length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyParts<'a> {
    rest: &'a [u8],
}

impl<'a> KeyParts<'a> {
    /// The beginning of a tuple of so many values, which follow.
    pub fn tuple(&mut self, count: u8) -> Option<()> {
        self.kind(TUPLE)?;
        self.kind(count)
    }

    /// The beginning of a list: how many values follow.
    pub fn list(&mut self) -> Option<u64> {
        self.kind(LIST)?;
        self.number()
    }

    /// Whether there is an optional value, which follows.
    pub fn option(&mut self) -> Option<bool> {
        self.one_of(PRESENT, ABSENT)
    }

    /// A truth value.
    pub fn flag(&mut self) -> Option<bool> {
        self.one_of(TRUE, FALSE)
    }

    /// A number without a sign, of any width.
    pub fn unsigned(&mut self) -> Option<u64> {
        self.kind(UNSIGNED)?;
        self.number()
    }

    /// A number with a sign, of any width.
    pub fn signed(&mut self) -> Option<i64> {
        self.kind(SIGNED)?;
        self.take().map(i64::from_be_bytes)
    }

    /// An id.
    pub fn id(&mut self) -> Option<Uuid> {
        self.kind(ID)?;
        self.take().map(Uuid::from_bytes)
    }

    /// A text.
    pub fn text(&mut self) -> Option<&'a str> {
        self.kind(TEXT)?;
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }

    /// That nothing follows.
    pub fn end(self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }

    fn kind(&mut self, kind: u8) -> Option<()> {
        self.take().filter(|[found]| *found == kind).map(|_| ())
    }

    fn one_of(&mut self, yes: u8, no: u8) -> Option<bool> {
        let [found] = self.take()?;
        (found == yes || found == no).then_some(found == yes)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    enum Part {
        Flag(bool),
        Number(u64),
        Signed(i64),
        Text(String),
        Id(u128),
        Maybe(Option<Box<Part>>),
        List(Vec<Part>),
        Pair(Box<(Part, Part)>),
    }

    impl KeyPart for Part {
        fn write(&self, into: &mut Key) {
            match self {
                Self::Flag(flag) => flag.write(into),
                Self::Number(number) => number.write(into),
                Self::Signed(number) => number.write(into),
                Self::Text(text) => text.write(into),
                Self::Id(id) => Uuid::from_u128(*id).write(into),
                Self::Maybe(part) => part.as_deref().write(into),
                Self::List(parts) => parts.write(into),
                Self::Pair(pair) => (&pair.0, &pair.1).write(into),
            }
        }
    }

    impl Part {
        /// A part like this one, read back.
        fn read(&self, parts: &mut KeyParts<'_>) -> Option<Self> {
            Some(match self {
                Self::Flag(_) => Self::Flag(parts.flag()?),
                Self::Number(_) => Self::Number(parts.unsigned()?),
                Self::Signed(_) => Self::Signed(parts.signed()?),
                Self::Text(_) => Self::Text(parts.text()?.to_owned()),
                Self::Id(_) => Self::Id(parts.id()?.as_u128()),
                Self::Maybe(part) => {
                    let is_there = parts.option()?;
                    Self::Maybe(match part.as_deref() {
                        _ if !is_there => None,
                        part => Some(Box::new(part?.read(parts)?)),
                    })
                }
                Self::List(members) => {
                    (parts.list()? == members.len() as u64).then_some(())?;
                    Self::List(members.iter().map(|part| part.read(parts)).collect::<Option<_>>()?)
                }
                Self::Pair(pair) => {
                    parts.tuple(2)?;
                    Self::Pair(Box::new((pair.0.read(parts)?, pair.1.read(parts)?)))
                }
            })
        }
    }

    /// Few values and short ones, so that two often look alike.
    fn part() -> impl Strategy<Value = Part> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Part::Flag),
            (0_u64..3).prop_map(Part::Number),
            (-1_i64..2).prop_map(Part::Signed),
            "[ab\\x00\\x01\\x07]{0,3}".prop_map(Part::Text),
            (0_u128..2).prop_map(Part::Id),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::option::of(inner.clone().prop_map(Box::new)).prop_map(Part::Maybe),
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Part::List),
                (inner.clone(), inner).prop_map(|pair| Part::Pair(Box::new(pair))),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn two_values_never_share_a_key(one in part(), other in part()) {
            prop_assert_eq!(Key::of(&one) == Key::of(&other), one == other);
        }

        #[test]
        fn what_was_written_is_read_back_and_nothing_else_is(one in part(), other in part()) {
            let key = Key::of(&one);
            let mut parts = key.parts();
            prop_assert_eq!(one.read(&mut parts), Some(one.clone()));
            prop_assert!(parts.end().is_some());
            // As another one it is read in part at most.
            let mut parts = key.parts();
            let misread = other.read(&mut parts).filter(|_| parts.end().is_some());
            prop_assert!(misread.is_none_or(|part| part == one));
        }

        /// Whoever may write into the table of notes writes what he likes.
        #[test]
        fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..40), like in part()) {
            let key = Key::from_bytes(&bytes);
            let mut parts = key.parts();
            if let Some(part) = like.read(&mut parts) && parts.end().is_some() {
                prop_assert!(Key::of(&part) == key);
            }
        }

        /// What follows cannot make up for it: no key is the beginning of another one.
        #[test]
        fn no_key_begins_another(one in part(), other in part()) {
            let (one_key, other_key) = (Key::of(&one), Key::of(&other));
            prop_assert!(one == other || !one_key.as_bytes().starts_with(other_key.as_bytes()));
        }
    }

    #[test]
    fn a_key_is_the_same_wherever_its_bytes_are_kept() {
        for length in 0..3 * SHORT_MOST {
            let text = "x".repeat(length);
            let (key, again) = (Key::of(&(&text, 1)), Key::of(&(&text, 2)));
            let noted = Key::from_bytes(key.as_bytes());
            assert!(noted == key && again != key && again > key && noted.as_bytes() == key.as_bytes());
            assert_eq!(key.held() == 0, key.as_bytes().len() <= SHORT_MOST, "{length}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_apart() {
        assert_ne!(Key::of(&("ab", "c")), Key::of(&("a", "bc")));
        let kind = char::from(TEXT);
        assert_ne!(Key::of(&(format!("a{kind}b"), "c")), Key::of(&("a", format!("b{kind}c"))));
        assert_ne!(Key::of(&(1_u32, None::<u32>)), Key::of(&(1_u32, Some(0_u32))));
        assert_ne!(Key::of("1"), Key::of(&1_u64));
        assert_eq!(Key::of(&7_u32), Key::of(&7_u64));
        assert!(!format!("{:?}", Key::of("a person's name")).contains("name"));
    }
}
