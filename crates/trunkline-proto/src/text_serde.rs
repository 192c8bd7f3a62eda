//! Names, ids and other words for serde: their text.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::event::{EventFormat, EventName, Priority};
use crate::ids::{ChannelUuid, CoreUuid, JobUuid};
use crate::message::{Disposition, LogLevel};

/// Serialised as its text, and read back by a function that knows which texts there are.
macro_rules! text {
    ($($type:ty: $expected:literal, $read:expr;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                let read: fn(&str) -> Option<Self> = $read;
                read(&text).ok_or_else(|| Error::invalid_value(serde::de::Unexpected::Str(&text), &$expected))
            }
        }
    )*};
}

text! {
    EventName: "the name of an event", |name| Some(name.into());
    EventFormat: "plain, json or xml", Self::from_name;
    Priority: "NORMAL, LOW or HIGH", Self::from_name;
    LogLevel: "the name of a log level, such as NOTICE", Self::from_name;
    Disposition: "disconnect or linger", Self::from_name;
    JobUuid: "an id", |id| Some(id.into());
    ChannelUuid: "an id", |id| Some(id.into());
    CoreUuid: "an id", |id| Some(id.into());
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::de::DeserializeOwned;

    use super::*;

    fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T, json: &str) {
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
        assert_eq!(serde_json::from_str::<T>(json).unwrap(), value);
    }

    #[test]
    fn words_are_their_text() {
        for name in EventName::KNOWN {
            round_trip(name.clone(), &format!("\"{name}\""));
        }
        round_trip(EventName::Other("BRAND_NEW".into()), "\"BRAND_NEW\"");
        for (format, json) in EventFormat::ALL.into_iter().zip(["\"plain\"", "\"json\"", "\"xml\""]) {
            round_trip(format, json);
        }
        for level in LogLevel::ALL {
            round_trip(level, &format!("\"{level}\""));
        }
        for (priority, json) in Priority::ALL.into_iter().zip(["\"NORMAL\"", "\"LOW\"", "\"HIGH\""]) {
            round_trip(priority, json);
        }
        round_trip(Disposition::Disconnect, "\"disconnect\"");
        round_trip(Disposition::Linger, "\"linger\"");
        round_trip(JobUuid::from("a-b"), "\"a-b\"");
        round_trip(ChannelUuid::from("leg A"), "\"leg A\"");
        round_trip(CoreUuid::from("c"), "\"c\"");
    }

    #[test]
    fn words_that_are_none_are_refused() {
        let error = serde_json::from_str::<EventFormat>("\"yaml\"").unwrap_err().to_string();
        assert!(error.contains("expected plain, json or xml"), "{error}");
        assert!(serde_json::from_str::<LogLevel>("7").is_err());
        assert!(serde_json::from_str::<Disposition>("\"\"").is_err());
    }
}
