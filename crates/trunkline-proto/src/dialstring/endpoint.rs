//! Where a leg goes.

use std::fmt;
use std::str::FromStr;

use super::error::{DialStringError, NUMBER, check_characters};
use super::expansion::check_no_expansion;

/// Where one leg of a call goes: `sofia/gateway/carrier/18005551234`.
///
/// The named constructors take data: they accept only characters that are known to pass every layer unharmed and to
/// mean nothing but themselves. [`raw`](Self::raw) takes any address you answer for.
///
/// ```
/// # use trunkline_proto::dialstring::{Endpoint, EndpointKind};
/// let endpoint = Endpoint::gateway("carrier", "+18005551234")?;
/// assert_eq!(endpoint.as_str(), "sofia/gateway/carrier/+18005551234");
/// assert_eq!(endpoint.kind(), EndpointKind::Gateway { gateway: "carrier", number: "+18005551234" });
/// assert!(Endpoint::gateway("carrier", "1,user/1000").is_err());
/// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint(Box<str>);

/// What an [`Endpoint`] is, read from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndpointKind<'a> {
    /// `sofia/gateway/GATEWAY/NUMBER`
    Gateway {
        /// The gateway's name, perhaps `profile::name`.
        gateway: &'a str,
        /// What is dialled there.
        number: &'a str,
    },
    /// `sofia/PROFILE/DESTINATION`
    Sofia {
        /// The SIP profile.
        profile: &'a str,
        /// User, host, and parameters.
        destination: &'a str,
    },
    /// `user/USER` or `user/USER@DOMAIN`
    User {
        /// The user with its domain.
        user: &'a str,
    },
    /// `group/GROUP` or `group/GROUP@DOMAIN`
    Group {
        /// The group with its domain.
        group: &'a str,
    },
    /// `loopback/EXTENSION/CONTEXT`
    Loopback {
        /// What is dialled, with its context and dialplan.
        extension: &'a str,
    },
    /// `null/NAME`
    Null {
        /// A name, of no effect.
        name: &'a str,
    },
    /// `error/CAUSE`
    Error {
        /// The hangup cause.
        cause: &'a str,
    },
    /// Of some other module.
    Other {
        /// The endpoint's name.
        endpoint: &'a str,
        /// Its address.
        address: &'a str,
    },
}

const ADDRESS: &str = "an endpoint's address";

impl Endpoint {
    /// `sofia/gateway/GATEWAY/NUMBER`: through a SIP gateway, whose name may say its profile, `profile::name`.
    ///
    /// # Errors
    ///
    /// A gateway or number that is empty or holds others than ASCII letters, digits and `+*#._-`; the gateway may
    /// have `:`, too.
    pub fn gateway(gateway: &str, number: &str) -> Result<Self, DialStringError> {
        check_characters("a gateway", gateway, "+*#._-:")?;
        check_characters("a number", number, NUMBER)?;
        Self::raw(&format!("sofia/gateway/{gateway}/{number}"))
    }

    /// `sofia/PROFILE/DESTINATION`: from a SIP profile to `user@host`, `user@host:port;transport=tcp`, or
    /// `user%domain` for a registered one.
    ///
    /// # Errors
    ///
    /// A profile of others than ASCII letters, digits and `+*#._-`, or named `gateway`; a destination that has
    /// others than these and `@:;=%&?/~![]`; unbalanced `[]`.
    pub fn sofia(profile: &str, destination: &str) -> Result<Self, DialStringError> {
        check_characters("a SIP profile", profile, NUMBER)?;
        check_characters("a SIP destination", destination, "+*#._-@:;=%&?/~![]")?;
        if profile.eq_ignore_ascii_case("gateway") {
            let why = "names gateways, not a profile";
            return Err(DialStringError::Reserved { what: "a SIP profile", text: profile.to_owned(), why });
        }
        Self::raw(&format!("sofia/{profile}/{destination}"))
    }

    /// `user/USER` or `user/USER@DOMAIN`: wherever the directory says the user is.
    ///
    /// # Errors
    ///
    /// One that is empty or holds others than ASCII letters, digits and `+*#._-@`.
    pub fn user(user: &str) -> Result<Self, DialStringError> {
        check_characters("a user", user, "+*#._-@")?;
        Self::raw(&format!("user/{user}"))
    }

    /// `group/GROUP` or `group/GROUP@DOMAIN`: the members of a group of the directory.
    ///
    /// # Errors
    ///
    /// One that is empty or holds others than ASCII letters, digits and `+*#._-@`.
    pub fn group(group: &str) -> Result<Self, DialStringError> {
        check_characters("a group", group, "+*#._-@")?;
        Self::raw(&format!("group/{group}"))
    }

    /// `loopback/EXTENSION/CONTEXT`: into the dialplan of this switch.
    ///
    /// # Errors
    ///
    /// One that is empty or holds others than ASCII letters, digits and `+*#._-`.
    pub fn loopback(extension: &str, context: &str) -> Result<Self, DialStringError> {
        check_characters("an extension", extension, NUMBER)?;
        check_characters("a context", context, NUMBER)?;
        Self::raw(&format!("loopback/{extension}/{context}"))
    }

    /// `null/NAME`: nowhere; it answers and is silent.
    ///
    /// # Errors
    ///
    /// One that is empty or holds others than ASCII letters, digits and `+*#._-`.
    pub fn null(name: &str) -> Result<Self, DialStringError> {
        check_characters("a name", name, NUMBER)?;
        Self::raw(&format!("null/{name}"))
    }

    /// `error/CAUSE`: fails at once with this hangup cause, `USER_BUSY` or a number.
    ///
    /// # Errors
    ///
    /// One that is empty or holds others than ASCII letters, digits and `_`.
    pub fn error(cause: &str) -> Result<Self, DialStringError> {
        check_characters("a hangup cause", cause, "_")?;
        Self::raw(&format!("error/{cause}"))
    }

    /// Any `ENDPOINT/ADDRESS`, as its module is to see it: what the layers in between would take is escaped.
    ///
    /// # Errors
    ///
    /// No `/`, or nothing before it; a control character; `${`; unbalanced `[]`, over which the switch's search for
    /// a leg's variables trips; one of `[{<%^` or a space at the beginning, or a space at the end;
    /// `origination_nested_vars=true`, which anywhere in a dial string lets `${` into variables. Users and groups as in [`user`](Self::user) and [`group`](Self::group), since the switch looks them up by expanding
    /// `${group_call(…)}`.
    pub fn raw(text: &str) -> Result<Self, DialStringError> {
        check_shape(text)?;
        check_no_expansion(ADDRESS, text)?;
        if let Some(character) = text.chars().find(|c| c.is_ascii_control()) {
            let why = "no address has control characters";
            return Err(DialStringError::Unsayable { what: ADDRESS, character, why });
        }
        if !super::block::is_balanced(text, '[', ']') {
            return Err(DialStringError::Unbalanced { what: ADDRESS, open: '[', close: ']' });
        }
        let endpoint = Self(text.into());
        match endpoint.kind() {
            EndpointKind::User { user } => check_characters("a user", user, "+*#._-@")?,
            EndpointKind::Group { group } => check_characters("a group", group, "+*#._-@")?,
            _ => {}
        }
        Ok(endpoint)
    }

    /// The text its module sees, with the module's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> EndpointKind<'_> {
        let (endpoint, address) = self.0.split_once('/').unwrap_or((&self.0, ""));
        match endpoint.to_ascii_lowercase().as_str() {
            "sofia" => sofia(endpoint, address),
            "user" => EndpointKind::User { user: address },
            "group" => EndpointKind::Group { group: address },
            "loopback" => EndpointKind::Loopback { extension: address },
            "null" => EndpointKind::Null { name: address },
            "error" => EndpointKind::Error { cause: address },
            _ => EndpointKind::Other { endpoint, address },
        }
    }
}

fn sofia<'a>(endpoint: &'a str, address: &'a str) -> EndpointKind<'a> {
    match address.split_once('/') {
        Some((profile, rest)) if profile.eq_ignore_ascii_case("gateway") => match rest.split_once('/') {
            Some((gateway, number)) => EndpointKind::Gateway { gateway, number },
            None => EndpointKind::Other { endpoint, address },
        },
        Some((profile, destination)) => EndpointKind::Sofia { profile, destination },
        None => EndpointKind::Other { endpoint, address },
    }
}

fn check_shape(text: &str) -> Result<(), DialStringError> {
    let refuse = |why| Err(DialStringError::Reserved { what: ADDRESS, text: text.to_owned(), why });
    if text.is_empty() {
        return Err(DialStringError::Empty { what: ADDRESS });
    }
    if !text.contains('/') || text.starts_with('/') {
        return refuse("does not name an endpoint, as `sofia/…` or `user/…` does");
    }
    if text.starts_with(['[', '{', '<']) {
        return refuse("begins with variables, as a dial string may: read it as a `DialString`");
    }
    if text.starts_with(['^', '%']) {
        return refuse("begins with a sign that the switch takes for the beginning of something else");
    }
    if text.to_ascii_lowercase().contains("origination_nested_vars=true") {
        return refuse("holds the text that makes the switch let `${` into variables");
    }
    if text.starts_with(' ') || text.ends_with(' ') {
        return refuse("begins or ends with a space");
    }
    Ok(())
}

/// As [`Endpoint::raw`].
impl FromStr for Endpoint {
    type Err = DialStringError;

    fn from_str(text: &str) -> Result<Self, DialStringError> {
        Self::raw(text)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
