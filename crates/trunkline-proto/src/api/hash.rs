//! `hash`: a store in the switch's memory, of `mod_hash.c`. It is lost with the switch.

use super::command::command;
use super::line::Line;
use super::output::{Printed, done, value};
use super::{ApiCommand, ApiError};
use crate::dialstring::tokenizer;
use crate::error::ApiMisuse;

/// `VERB/REALM/KEY/VALUE`, cut at slashes; of the last word a slash needs no escape, but may have one.
pub(crate) fn slashed(verb: &str, action: &str, words: &[&str]) -> Result<String, ApiMisuse> {
    let mut argument = action.to_owned();
    for word in words {
        let what = "a realm, key or value";
        if word.is_empty() {
            return Err(ApiMisuse::Empty { what });
        }
        if word.contains('\0') {
            return Err(ApiMisuse::Unsendable { what, character: "NUL byte" });
        }
        argument.push('/');
        argument.push_str(&tokenizer::escape_word(word, '/'));
    }
    Line::new(verb).put(Ok(()), &argument).finish()
}

/// A command of the form `VERB ACTION/REALM/KEY…`.
macro_rules! store_command {
    (
        $(#[$meta:meta])*
        $name:ident = $verb:literal, $action:literal => $output:ty, $read:path;
        $($field:ident),*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[must_use = "a command does nothing until it is run"]
        #[non_exhaustive]
        pub struct $name {
            $($field: String,)*
        }

        impl $name {
            /// With these words; none may be empty.
            #[allow(clippy::new_without_default, reason = "`Default` would say less than `new`")]
            pub fn new($($field: impl Into<String>),*) -> Self {
                Self { $($field: $field.into()),* }
            }
        }

        impl $crate::api::ApiCommand for $name {
            type Output = $output;

            fn line(&self) -> Result<String, $crate::ApiMisuse> {
                $crate::api::hash::slashed($verb, $action, &[$(&self.$field),*])
            }

            fn read(&self, output: &[u8]) -> Result<$output, $crate::api::ApiError> {
                $read($crate::api::output::Printed::by($verb, output)?)
            }
        }
    };
}

pub(crate) use store_command;

store_command! {
    /// `hash insert`: keeps a value.
    ///
    /// ```
    /// # use trunkline_proto::api::{ApiCommand, hash::Insert};
    /// assert_eq!(Insert::new("lab", "a/b", "c d").line()?, r"hash insert/lab/a\/b/c\sd");
    /// # Ok::<(), trunkline_proto::ApiMisuse>(())
    /// ```
    Insert = "hash", "insert" => (), done;
    realm, key, value
}

store_command! {
    /// `hash insert_ifempty`: keeps a value if there is none; fails if there is.
    InsertIfEmpty = "hash", "insert_ifempty" => (), done;
    realm, key, value
}

store_command! {
    /// `hash select`: the value; none if there is none.
    Select = "hash", "select" => Option<String>, value;
    realm, key
}

store_command! {
    /// `hash delete`: forgets a value; fails if there is none.
    Delete = "hash", "delete" => (), done;
    realm, key
}

store_command! {
    /// `hash delete_ifmatch`: forgets a value if it is this one; fails if it is not, or if there is none.
    DeleteIfMatch = "hash", "delete_ifmatch" => (), done;
    realm, key, value
}

/// `hash_dump`: what `hash` and the limits of its backend hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Dump {
    what: &'static str,
    realm: Option<String>,
}

/// Something [`Dump`] gives. Realm and key are one text, with `_` between; either may have one of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// A value.
    #[non_exhaustive]
    Value {
        /// Realm and key.
        key: String,
        /// The value.
        value: String,
    },
    /// A limit.
    #[non_exhaustive]
    Limit {
        /// Realm and resource.
        key: String,
        /// How many use it.
        total: u32,
        /// How many there were in the interval.
        rate: u32,
        /// The interval, in seconds.
        interval: u32,
        /// When the interval began, in seconds since 1970.
        last_check: u64,
    },
}

impl Dump {
    /// Values and limits.
    pub fn all() -> Self {
        Self { what: "all", realm: None }
    }

    /// Limits.
    pub fn limits() -> Self {
        Self { what: "limit", realm: None }
    }

    /// Values.
    pub fn values() -> Self {
        Self { what: "db", realm: None }
    }

    /// Values of one realm.
    pub fn values_of(realm: impl Into<String>) -> Self {
        Self { what: "db", realm: Some(realm.into()) }
    }
}

impl ApiCommand for Dump {
    type Output = Vec<Entry>;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("hash_dump").keyword(self.what).optional("realm", self.realm.as_ref(), Line::word).finish()
    }

    /// A line each; a value with a line break goes on in the next, which cannot be told from another entry if it
    /// begins as one.
    fn read(&self, output: &[u8]) -> Result<Vec<Entry>, ApiError> {
        let printed = Printed::by("hash_dump", output)?.or_failed()?;
        let text = printed.text();
        let mut entries: Vec<Entry> = Vec::new();
        for line in text.trim_end_matches('\n').split('\n').filter(|_| !printed.is_empty()) {
            match (Entry::parse(line), entries.last_mut()) {
                (Some(entry), _) => entries.push(entry),
                (None, Some(Entry::Value { value, .. })) => value.extend(["\n", line]),
                _ => return Err(printed.unreadable("values and limits")),
            }
        }
        Ok(entries)
    }
}

impl Entry {
    /// `D/KEY/VALUE` or `L/KEY/TOTAL/RATE/INTERVAL/LAST_CHECK`. A key with a slash is cut too early in the first.
    fn parse(line: &str) -> Option<Self> {
        if let Some(entry) = line.strip_prefix("D/") {
            let (key, value) = entry.split_once('/')?;
            return Some(Self::Value { key: key.to_owned(), value: value.to_owned() });
        }
        let mut parts = line.strip_prefix("L/")?.rsplitn(5, '/');
        let last_check = parts.next()?.parse().ok()?;
        let interval = parts.next()?.parse().ok()?;
        let rate = parts.next()?.parse().ok()?;
        let total = parts.next()?.parse().ok()?;
        let key = parts.next()?.to_owned();
        Some(Self::Limit { key, total, rate, interval, last_check })
    }
}

command! {
    /// `hash_remote list`: other switches whose limits count here, with the state of each.
    RemoteList = "hash_remote list" => Vec<(String, String)>, remotes;
}

fn remotes(printed: Printed<'_>) -> Result<Vec<(String, String)>, ApiError> {
    let printed = printed.or_failed()?;
    let text = printed.text();
    let list = text.strip_prefix("Remote connections:\nName\t\t\tState\n");
    let list = list.and_then(|list| list.strip_suffix("+OK\n"));
    let remotes = list.and_then(|list| {
        let remote = |line: &str| line.split_once("\t\t\t").map(|(a, b)| (a.to_owned(), b.to_owned()));
        list.lines().map(remote).collect()
    });
    remotes.ok_or_else(|| printed.unreadable("a list of remotes"))
}

command! {
    /// `hash_remote kill`: no longer counts another switch.
    RemoteKill = "hash_remote kill" => (), done;
    name: String = word
}

command! {
    /// `hash_remote rescan`: reads from the configuration which other switches count.
    RemoteRescan = "hash_remote rescan" => (), done;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialstring::tokenizer::separate;

    #[test]
    fn dumps() {
        let text = b"L/lab_call/3/7/60/1795216000\nD/lab_key/a/b\nmore\n";
        let entries = Dump::all().read(text).unwrap();
        assert_eq!(
            entries,
            [
                Entry::Limit {
                    key: "lab_call".to_owned(),
                    total: 3,
                    rate: 7,
                    interval: 60,
                    last_check: 1_795_216_000
                },
                Entry::Value { key: "lab_key".to_owned(), value: "a/b\nmore".to_owned() },
            ]
        );
        assert_eq!(Dump::all().read(b"-ERR no reply\n"), Ok(vec![]));
        assert!(Dump::all().read(b"Usage: all|limit|db [<realm>]\n").is_err());
    }

    proptest::proptest! {
        #[test]
        fn words_come_back(realm in "[^\0]{1,8}", key in "[^\0]{1,8}", value in "[^\0]{1,8}") {
            let line = Insert::new(realm.as_str(), key.as_str(), value.as_str()).line().unwrap();
            let arguments = line.strip_prefix("hash ").unwrap().trim_matches([' ', '\t', '\r', '\n', '\u{b}']);
            let words = separate(arguments.as_bytes(), b'/', 4).unwrap();
            proptest::prop_assert_eq!(words, ["insert".as_bytes(), realm.as_bytes(), key.as_bytes(), value.as_bytes()]);
        }
    }
}
