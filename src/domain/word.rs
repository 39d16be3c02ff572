//! Closed sets of words: enums that have one spelling in files, on the wire and on screen.

/// Declares an enum whose every value has a fixed number (kept in stored bytes) and a fixed word
/// (shown and used in JSON). Numbers are never reused: the order of the variants is free to change.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in the order shown to people.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word for it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            /// The number it is stored as.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self { $(Self::$variant => $number),+ }
            }
            /// The value stored as this number, if there is one.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
            /// The value with this word; case, spaces, dashes and underscores do not matter.
            #[must_use]
            pub fn from_word(text: &str) -> Option<Self> {
                let plain = |t: &str| -> String {
                    t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
                };
                let text = plain(text);
                Self::ALL.iter().copied().find(|value| plain(value.word()) == text)
            }
            /// All the words, for messages and choices.
            #[must_use]
            pub fn all_words() -> Vec<&'static str> {
                Self::ALL.iter().map(|value| value.word()).collect()
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.word()) }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.serialize_str(self.word())
                } else {
                    serializer.serialize_u8(self.number())
                }
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                if deserializer.is_human_readable() {
                    let text = String::deserialize(deserializer)?;
                    Self::from_word(&text).ok_or_else(|| {
                        D::Error::custom(format!("{text:?} is none of {}", Self::all_words().join(", ")))
                    })
                } else {
                    let number = u8::deserialize(deserializer)?;
                    Self::from_number(number).ok_or_else(|| {
                        D::Error::custom(format!("{number} is no {}", stringify!($name)))
                    })
                }
            }
        }
    };
}
pub(crate) use words;
