//! The argument of the application `bridge`.

use std::fmt;
use std::str::FromStr;

use super::application::Application;
use super::dial_string::DialString;
use super::error::DialStringError;
use super::expansion::{escape_expansion, expand_literal};

/// The argument of the application `bridge`, as `sendmsg execute`, a dialplan or another application that takes a
/// dial string is to be given it.
///
/// The switch expands `${…}` in it before it reads it, so that backslashes are doubled here; and as nothing from data
/// may be expanded, `${` is refused on both ways. The tokenizer for spaces, through which `api originate` puts its
/// argument, is not in between.
///
/// ```
/// # use trunkline_proto::dialstring::{Bridge, Endpoint, Originate};
/// let bridge = Bridge::new(Endpoint::user("1000")?).variable("note", "it's late")?;
/// assert_eq!(bridge.to_string(), r"{note=it\\\\\\'s\\\\slate}user/1000");
/// let plain: Bridge = "{ignore_early_media=true}user/1000, user/1001".parse()?;
/// assert_eq!(plain.dial_string().to_string(), "{ignore_early_media=true}user/1000,user/1001");
/// // Never through `application`, which would write the written text.
/// let originate = Originate::new(Endpoint::user("1001")?).run(plain.into())?;
/// assert!(originate.to_string().ends_with("&bridge({ignore_early_media=true}user/1000,user/1001)"));
/// assert!("user/${number}".parse::<Bridge>().is_err());
/// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bridge {
    dial_string: DialString,
}

impl Bridge {
    /// To whom.
    #[must_use]
    pub fn new(dial_string: impl Into<DialString>) -> Self {
        Self { dial_string: dial_string.into() }
    }

    /// [`DialString::variable`]: for all legs of the last group.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn variable(self, name: &str, value: &str) -> Result<Self, DialStringError> {
        Ok(Self { dial_string: self.dial_string.variable(name, value)? })
    }

    /// To whom.
    #[must_use]
    pub fn dial_string(&self) -> &DialString {
        &self.dial_string
    }
}

/// For [`Originate::run`](super::Originate::run).
impl From<Bridge> for Application {
    fn from(bridge: Bridge) -> Self {
        Self::written("bridge", bridge.to_string())
    }
}

/// The argument, before it is expanded.
impl fmt::Display for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape_expansion(&self.dial_string.to_string()))
    }
}

/// Reads the argument of a `bridge` as it stands in a dialplan.
impl FromStr for Bridge {
    type Err = DialStringError;

    fn from_str(text: &str) -> Result<Self, DialStringError> {
        let what = "the argument of bridge";
        let text = expand_literal(text).ok_or(DialStringError::Expansion { what })?;
        Ok(Self { dial_string: text.parse()? })
    }
}
