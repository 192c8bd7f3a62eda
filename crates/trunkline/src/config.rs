//! Where the switch is, who we are to it, and how patient to be.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use trunkline_proto::{ConnectionConfig, Credentials, EventFormat, Limits, percent};

#[cfg(feature = "client")]
use crate::after_connect::AfterConnect;
use crate::reconnect::Reconnect;

/// The port of the event socket in FreeSWITCH's own configuration.
const PORT: u16 = 8021;
/// The password FreeSWITCH falls back to when none is configured.
const PASSWORD: &str = "ClueCon";

/// How to connect to a switch. Made from a URL, or step by step.
///
/// ```
/// use trunkline::Config;
///
/// let config: Config = "esl://:secret@pbx.example.net:8021?format=json".parse()?;
/// assert_eq!(config.address(), "pbx.example.net:8021");
/// // The password is never shown.
/// assert!(!format!("{config:?}").contains("secret"));
/// # Ok::<(), trunkline::ConfigError>(())
/// ```
///
/// # URL
///
/// `esl://[[USER@DOMAIN]:PASSWORD@]HOST[:PORT][?KEY=VALUE&…]`: the port is 8021 if not given, the password
/// FreeSWITCH's own `ClueCon`. With a user it is `userauth`, without one `auth`. Characters that mean something in
/// a URL are written `%XX`. The keys: `format` (`plain`, `json`, `xml`), and in milliseconds `connect_timeout`,
/// `greeting_timeout`, `auth_timeout`, `command_timeout`, `job_timeout`; `reconnect` (`on`, `off`); `lanes`, a number.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Name or address of the switch.
    pub host: String,
    /// Port of its event socket.
    pub port: u16,
    /// Where else the switch, or its stand-in, may be: names or addresses and ports, tried in this order when the first
    /// cannot be connected to.
    pub fallbacks: Vec<(String, u16)>,
    /// Whether and how a lost connection is made again; `None`, losing it is the end. The client of
    /// `trunkline::blocking` makes none again by itself: it takes from this how to watch the switch, and the waits of its
    /// `reconnect_patiently`.
    pub reconnect: Option<Reconnect>,
    /// How many connections are made for commands alone; 0, no others, and commands go over the one that carries events.
    /// With 1, events and log lines keep flowing while a long `api` runs; with more, several of them run at once, and
    /// background jobs are started faster (about 870 a second each is FreeSWITCH's own limit). Each is a thread of the
    /// switch. See [`Client`](crate::Client#lanes).
    #[cfg(feature = "client")]
    pub lanes: usize,
    /// What is done after each connect.
    #[cfg(feature = "client")]
    pub after_connect: Option<AfterConnect>,
    /// Who we are; the form events come in; the limits; how long a greeting, the answer to the credentials and a
    /// command may take.
    pub connection: ConnectionConfig,
    /// How long making the TCP connection may take; 5 s.
    pub connect_timeout: Duration,
    /// How long a background job may take; one hour. It runs on in the switch.
    pub job_timeout: Duration,
    /// How many events or log lines wait for a consumer before some are dropped; 50,000.
    pub queue_items: usize,
    /// How many bytes of them; 128 MiB.
    pub queue_bytes: usize,
    /// How long reading pauses for a consumer that is behind, before events are dropped; 500 ms.
    pub pause: Duration,
}

impl Config {
    /// The defaults, for the switch at `host` and this password.
    #[must_use]
    pub fn new(host: impl Into<String>, password: &str) -> Self {
        Self {
            host: host.into(),
            port: PORT,
            fallbacks: Vec::new(),
            reconnect: None,
            #[cfg(feature = "client")]
            lanes: 0,
            #[cfg(feature = "client")]
            after_connect: None,
            connection: ConnectionConfig::new(Credentials::Password(password.into())),
            connect_timeout: Duration::from_secs(5),
            job_timeout: Duration::from_secs(3600),
            queue_items: 50_000,
            queue_bytes: 128 * 1024 * 1024,
            pause: Duration::from_millis(500),
        }
    }

    /// From `TRUNKLINE_URL`, and `TRUNKLINE_PASSWORD` over the password in it, if they are set; otherwise the
    /// switch on this machine with FreeSWITCH's own password.
    ///
    /// # Errors
    ///
    /// A `TRUNKLINE_URL` that is none.
    pub fn from_env() -> Result<Self, ConfigError> {
        let mut config = match std::env::var("TRUNKLINE_URL") {
            Ok(url) => url.parse()?,
            Err(_) => Self::new("127.0.0.1", PASSWORD),
        };
        if let Ok(password) = std::env::var("TRUNKLINE_PASSWORD") {
            config.set_password(&password);
        }
        Ok(config)
    }

    /// `HOST:PORT`
    #[must_use]
    pub fn address(&self) -> String {
        address(&self.host, self.port)
    }

    /// Every place the switch may be, in the order they are tried.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&str, u16)> {
        let fallbacks = self.fallbacks.iter().map(|(host, port)| (host.as_str(), *port));
        std::iter::once((self.host.as_str(), self.port)).chain(fallbacks)
    }

    /// With a stand-in: tried when the switch, and the stand-ins named before, cannot be connected to.
    #[must_use]
    pub fn fallback(mut self, host: impl Into<String>, port: u16) -> Self {
        self.fallbacks.push((host.into(), port));
        self
    }

    /// Making a lost connection again, in this way: `Config::new(…).reconnect(Reconnect::default())`.
    #[must_use]
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = Some(reconnect);
        self
    }

    /// With so many [lanes](Self::lanes): connections for commands alone.
    #[cfg(feature = "client")]
    #[must_use]
    pub fn lanes(mut self, lanes: usize) -> Self {
        self.lanes = lanes;
        self
    }

    /// With this password, keeping the user.
    pub fn set_password(&mut self, password: &str) {
        let password = password.into();
        self.connection.credentials = match &self.connection.credentials {
            Credentials::User { user, .. } => Credentials::User { user: user.clone(), password },
            _ => Credentials::Password(password),
        };
    }

    /// As this user of the directory (`name@domain`), keeping the password.
    pub fn set_user(&mut self, user: &str) {
        let password = match &self.connection.credentials {
            Credentials::User { password, .. } | Credentials::Password(password) => password.clone(),
            _ => return,
        };
        self.connection.credentials = Credentials::User { user: user.to_owned(), password };
    }

    /// With events in this form.
    #[must_use]
    pub fn format(mut self, format: EventFormat) -> Self {
        self.connection.format = format;
        self
    }

    /// With these limits on what the switch may send.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.connection.limits = limits;
        self
    }

    /// With this much time for each command, from when it reaches the head of the line.
    #[must_use]
    pub fn command_timeout(mut self, timeout: Duration) -> Self {
        self.connection.command_timeout = timeout;
        self
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), ConfigError> {
        let bad = || ConfigError::Value { key: key.to_owned(), value: value.to_owned() };
        let millis = || value.parse().map(Duration::from_millis).map_err(|_| bad());
        match key {
            "format" => self.connection.format = EventFormat::from_name(value).ok_or_else(bad)?,
            "connect_timeout" => self.connect_timeout = millis()?,
            "greeting_timeout" => self.connection.greeting_timeout = millis()?,
            "auth_timeout" => self.connection.auth_timeout = millis()?,
            "command_timeout" => self.connection.command_timeout = millis()?,
            "job_timeout" => self.job_timeout = millis()?,
            #[cfg(feature = "client")]
            "lanes" => self.lanes = value.parse().map_err(|_| bad())?,
            "reconnect" => {
                self.reconnect = match value {
                    "on" => Some(Reconnect::default()),
                    "off" => None,
                    _ => return Err(bad()),
                }
            }
            _ => return Err(ConfigError::Key { key: key.to_owned() }),
        }
        Ok(())
    }
}

/// `HOST:PORT`, the way a URL has it.
pub(crate) fn address(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Why a URL does not say how to connect. The URL itself, which may hold a password, is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It does not begin with `esl://`.
    #[error("the URL of a switch begins with esl://, as in esl://:PASSWORD@HOST:8021")]
    Scheme,
    /// It names no host.
    #[error("the URL of the switch names no host; it is like esl://:PASSWORD@HOST:8021")]
    NoHost,
    /// The port is no number up to 65535.
    #[error("the port \"{port}\" in the URL of the switch is no number from 1 to 65535")]
    Port {
        /// What it says.
        port: String,
    },
    /// It has a path, which means nothing here.
    #[error("the URL of the switch has a path; it ends with the port, or with ?KEY=VALUE")]
    Path,
    /// A user that is not `name@domain`.
    #[error("the user in the URL of the switch is not of the form name@domain, as `userauth` wants it")]
    User,
    /// A key it does not know.
    #[error("the URL of the switch has a key \"{key}\" that means nothing here")]
    Key {
        /// Which.
        key: String,
    },
    /// A value that key cannot have.
    #[error("the URL of the switch gives \"{key}\" the value \"{value}\", which it cannot have")]
    Value {
        /// Which key.
        key: String,
        /// What value.
        value: String,
    },
}

impl FromStr for Config {
    type Err = ConfigError;

    fn from_str(url: &str) -> Result<Self, ConfigError> {
        let rest = url.strip_prefix("esl://").ok_or(ConfigError::Scheme)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (userinfo, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let place = place.strip_suffix('/').unwrap_or(place);
        if place.contains('/') {
            return Err(ConfigError::Path);
        }
        let (host, port) = split_place(place)?;
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        let password = decoded(password);
        let mut config = Self::new(host, if password.is_empty() { PASSWORD } else { &password });
        config.port = port;
        let user = decoded(user);
        if !user.is_empty() {
            match user.split_once('@') {
                Some((name, domain)) if !name.is_empty() && !domain.is_empty() => config.set_user(&user),
                _ => return Err(ConfigError::User),
            }
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            config.set(key, &decoded(value))?;
        }
        Ok(config)
    }
}

impl TryFrom<&str> for Config {
    type Error = ConfigError;

    fn try_from(url: &str) -> Result<Self, ConfigError> {
        url.parse()
    }
}

impl TryFrom<String> for Config {
    type Error = ConfigError;

    fn try_from(url: String) -> Result<Self, ConfigError> {
        url.parse()
    }
}

impl TryFrom<&String> for Config {
    type Error = ConfigError;

    fn try_from(url: &String) -> Result<Self, ConfigError> {
        url.parse()
    }
}

/// Of a [`Config`] given where a URL may be: it is one already.
impl From<Infallible> for ConfigError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Where, without the credentials.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "esl://{}", self.address())
    }
}

/// `HOST`, `HOST:PORT`, `[ADDRESS]`, `[ADDRESS]:PORT`
fn split_place(place: &str) -> Result<(String, u16), ConfigError> {
    let (host, port) = match place.strip_prefix('[').and_then(|place| place.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match place.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    if host.is_empty() {
        return Err(ConfigError::NoHost);
    }
    let port = match port {
        None => PORT,
        Some(port) => port
            .parse()
            .ok()
            .filter(|number| *number != 0)
            .ok_or_else(|| ConfigError::Port { port: port.to_owned() })?,
    };
    Ok((decoded(host), port))
}

fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent::decode(text.as_bytes())).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> String {
        match url.parse::<Config>() {
            Ok(config) => {
                let who = match &config.connection.credentials {
                    Credentials::Password(password) => format!(":{}", password.reveal()),
                    Credentials::User { user, password } => format!("{user}:{}", password.reveal()),
                    other => format!("{other:?}"),
                };
                format!("{who} {}", config.address())
            }
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn urls() {
        for (url, reading) in [
            ("esl://:secret@pbx:9000", ":secret pbx:9000"),
            ("esl://pbx", ":ClueCon pbx:8021"),
            ("esl://:@pbx/", ":ClueCon pbx:8021"),
            ("esl://1000@localhost:pw@127.0.0.1", "1000@localhost:pw 127.0.0.1:8021"),
            ("esl://1000%40localhost:p%40w%3a%25@127.0.0.1", "1000@localhost:p@w:% 127.0.0.1:8021"),
            ("esl://:p@w@[::1]:8022", ":p@w [::1]:8022"),
            ("esl://[::1]", ":ClueCon [::1]:8021"),
            ("http://pbx", "Scheme"),
            ("esl://", "NoHost"),
            ("esl://:pw@:8021", "NoHost"),
            ("esl://pbx:0", "Port { port: \"0\" }"),
            ("esl://pbx:99999", "Port { port: \"99999\" }"),
            ("esl://pbx/x", "Path"),
            ("esl://1000:pw@pbx", "User"),
            ("esl://pbx?speed=9", "Key { key: \"speed\" }"),
            ("esl://pbx?format=yaml", "Value { key: \"format\", value: \"yaml\" }"),
        ] {
            assert_eq!(read(url), reading, "{url}");
        }
    }

    #[test]
    fn keys() {
        for format in EventFormat::ALL {
            let config: Config = format!("esl://pbx?format={format}").parse().unwrap();
            assert_eq!(config.connection.format, format);
        }
        let config: Config = "esl://pbx?format=json&command_timeout=250&connect_timeout=1".parse().unwrap();
        assert_eq!(config.connection.format, EventFormat::Json);
        assert_eq!(config.connection.command_timeout, Duration::from_millis(250));
        assert_eq!(config.connect_timeout, Duration::from_millis(1));
    }

    #[test]
    fn secrets_are_not_shown() {
        let config: Config = "esl://u@d:hunter2@pbx".parse().unwrap();
        assert!(!format!("{config:?} {config}").contains("hunter2"));
    }
}
