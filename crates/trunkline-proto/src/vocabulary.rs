//! The words of FreeSWITCH as enums that stay open: what this version does not know is kept as `Other`.

/// Declares one. `enum X { … }` is words; `enum X: u16 { … = number }` is words FreeSWITCH has numbers for, too.
macro_rules! vocabulary {
    (
        $(#[$doc:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$word_doc:meta])* $variant:ident => $word:literal,)*
        }
    ) => {
        $(#[$doc])*
        ///
        /// Read without regard to case, as FreeSWITCH does. Ordered as listed; an unknown word comes last.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $visibility enum $name {
            $(#[doc = concat!("`", $word, "`")] $(#[$word_doc])* $variant,)*
            /// A word this version does not know.
            Other(Box<str>),
        }

        impl $name {
            /// Every known word, in FreeSWITCH's order.
            $visibility const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The word on the wire.
            #[must_use]
            $visibility fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    // As FreeSWITCH writes it, which it nearly always is.
                    $($word => Self::$variant,)*
                    _ => {
                        let known = Self::KNOWN.iter().find(|known| known.as_str().eq_ignore_ascii_case(word));
                        known.cloned().unwrap_or_else(|| Self::Other(word.into()))
                    }
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
    (
        $(#[$doc:meta])*
        $visibility:vis enum $name:ident: $number:ty {
            $($(#[$word_doc:meta])* $variant:ident = $value:literal => $word:literal,)*
        }
    ) => {
        $crate::vocabulary::vocabulary! {
            $(#[$doc])*
            $visibility enum $name {
                $(
                    #[doc = concat!("(", $value, ")")]
                    $(#[$word_doc])*
                    $variant => $word,
                )*
            }
        }

        impl $name {
            /// FreeSWITCH's number for it.
            #[must_use]
            $visibility fn number(&self) -> Option<$number> {
                match self {
                    $(Self::$variant => Some($value),)*
                    Self::Other(_) => None,
                }
            }

            /// The word of a number, if this version knows one.
            #[must_use]
            $visibility fn from_number(number: $number) -> Option<Self> {
                match number {
                    $($value => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use vocabulary;

#[cfg(test)]
mod tests {
    vocabulary! {
        /// For the test.
        enum Colour: u8 {
            Red = 1 => "RED",
            Green = 4 => "Green",
        }
    }

    #[test]
    fn words_are_read_in_any_case_and_unknown_ones_kept() {
        assert_eq!(Colour::from("red"), Colour::Red);
        assert_eq!(Colour::from("GREEN").as_str(), "Green");
        assert_eq!(Colour::from("Blue"), Colour::Other("Blue".into()));
        assert_eq!(Colour::from("Blue").to_string(), "Blue");
        assert_eq!(Colour::from(""), Colour::Other("".into()));
    }

    #[test]
    fn numbers_are_those_listed() {
        for colour in Colour::KNOWN {
            assert_eq!(Colour::from_number(colour.number().unwrap()).as_ref(), Some(colour));
        }
        assert_eq!(Colour::Green.number(), Some(4));
        assert_eq!(Colour::from_number(2), None);
        assert_eq!(Colour::from("blue").number(), None);
        assert!(Colour::Red < Colour::Green && Colour::Green < Colour::from("blue"));
    }
}
