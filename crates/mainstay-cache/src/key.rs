//! What an entry is found by: the values that its answer was made for, so written down that two lists of values never give
//! the same bytes. Never here: tokens. Secrets have no [`KeyPart`], and a principal is told by its id.

use uuid::Uuid;

/// The bytes of a key. Those of two names are kept apart by their names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Vec<u8>);

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
    pub fn of(parts: &(impl KeyPart + ?Sized)) -> Self {
        let mut key = Self(Vec::with_capacity(64));
        parts.write(&mut key);
        key
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn kind(&mut self, kind: u8) {
        self.0.push(kind);
    }

    fn count(&mut self, count: usize) {
        self.0.extend_from_slice(&(count as u64).to_be_bytes());
    }
}

/// Neither values nor their hashes: they may tell of persons.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({} bytes)", self.0.len())
    }
}

macro_rules! numbers {
    ($kind:ident as $wide:ty: $($type:ty),*) => {$(
        impl KeyPart for $type {
            fn write(&self, into: &mut Key) {
                into.kind($kind);
                into.0.extend_from_slice(&<$wide>::from(*self).to_be_bytes());
            }
        }
    )*};
}

numbers!(UNSIGNED as u64: u8, u16, u32, u64);
numbers!(SIGNED as i64: i8, i16, i32, i64);

impl KeyPart for bool {
    fn write(&self, into: &mut Key) {
        into.kind(if *self { TRUE } else { FALSE });
    }
}

impl KeyPart for Uuid {
    fn write(&self, into: &mut Key) {
        into.kind(ID);
        into.0.extend_from_slice(self.as_bytes());
    }
}

impl KeyPart for str {
    fn write(&self, into: &mut Key) {
        into.kind(TEXT);
        into.count(self.len());
        into.0.extend_from_slice(self.as_bytes());
    }
}

impl KeyPart for String {
    fn write(&self, into: &mut Key) {
        self.as_str().write(into);
    }
}

impl<K: KeyPart + ?Sized> KeyPart for &K {
    fn write(&self, into: &mut Key) {
        (**self).write(into);
    }
}

impl<K: KeyPart> KeyPart for Option<K> {
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
    fn write(&self, into: &mut Key) {
        into.kind(LIST);
        into.count(self.len());
        self.iter().for_each(|part| part.write(into));
    }
}

impl<K: KeyPart> KeyPart for Vec<K> {
    fn write(&self, into: &mut Key) {
        self.as_slice().write(into);
    }
}

macro_rules! tuples {
    ($($count:literal: $($part:ident $place:tt)*;)*) => {$(
        impl<$($part: KeyPart),*> KeyPart for ($($part,)*) {
            fn write(&self, into: &mut Key) {
                into.kind(TUPLE);
                into.0.push($count);
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

        /// What follows cannot make up for it: no key is the beginning of another one.
        #[test]
        fn no_key_begins_another(one in part(), other in part()) {
            let (one_key, other_key) = (Key::of(&one), Key::of(&other));
            prop_assert!(one == other || !one_key.as_bytes().starts_with(other_key.as_bytes()));
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
