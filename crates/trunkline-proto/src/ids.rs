//! Identifiers, named after the header that carries them.

use std::borrow::Cow;
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The text on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }

        /// As a header is read.
        impl From<Cow<'_, str>> for $name {
            fn from(id: Cow<'_, str>) -> Self {
                Self(id.into())
            }
        }

        /// So that an id that is still needed can be given to what takes any.
        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        /// So that maps keyed by it can be asked by text.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id! {
    /// The Job-UUID of a `bgapi`. Usually a UUID; the switch takes any text up to 235 bytes.
    JobUuid
}

id! {
    /// The Unique-ID of a channel. Usually a UUID; `origination_uuid` can make it any text.
    ChannelUuid
}

id! {
    /// The Core-UUID: one run of one switch. Another one means that the switch was restarted.
    CoreUuid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_from_whatever_holds_one() {
        let id = ChannelUuid::from("call-1");
        assert_eq!(ChannelUuid::from("call-1".to_owned()), id);
        assert_eq!(ChannelUuid::from(Cow::Borrowed("call-1")), id);
        assert_eq!(ChannelUuid::from(&id), id);
    }
}
