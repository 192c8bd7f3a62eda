//! A simulated switch as a file describes it: `--config`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use trunkline::HangupCause;
use trunkline_sim::{Release, SimBuilder, SipConfig, SipPeer, SwitchConfig, Talker, User};

use crate::failure::Failure;

/// All of a file. Times are milliseconds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SimFile {
    pub(super) listen: Option<String>,
    password: Option<String>,
    pub(super) conf: Option<PathBuf>,
    pub(super) dialplan: Option<PathBuf>,
    release: Option<String>,
    seed: Option<u64>,
    hostname: Option<String>,
    switchname: Option<String>,
    ipv4: Option<String>,
    ipv6: Option<String>,
    heartbeat: Option<u64>,
    max_sessions: Option<u64>,
    sessions_per_second: Option<u64>,
    queue_limit: Option<usize>,
    show_delay: Option<u64>,
    park_delay: Option<u64>,
    frame: Option<u64>,
    missing_files: Option<Vec<String>>,
    faults: Vec<String>,
    globals: BTreeMap<String, String>,
    system: BTreeMap<String, String>,
    lua: BTreeMap<String, String>,
    user: Vec<UserEntry>,
    sip: SipEntry,
    talker: Vec<TalkerEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserEntry {
    id: String,
    domain: String,
    password: String,
    events: Option<String>,
    api: Option<String>,
    log: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SipEntry {
    profiles: Option<Vec<String>>,
    port: Option<u16>,
    latency: Option<u64>,
    gateways: BTreeMap<String, String>,
    registrations: BTreeMap<String, String>,
    peer: Vec<PeerEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PeerEntry {
    number: String,
    rings: Option<u64>,
    early_media: Option<u64>,
    answers: Option<u64>,
    refuses: Option<u64>,
    hangs_up: Option<u64>,
    cause: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TalkerEntry {
    number: String,
    after: u64,
    lasts: u64,
    pause: Option<u64>,
    energy: Option<u32>,
}

impl SimFile {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::Local(format!("{}: {error}", path.display())))?;
        let mut file =
            Self::parse(&text).map_err(|why| Failure::Usage(format!("{}: {why}", path.display())))?;
        let directory = path.parent().unwrap_or(Path::new(""));
        for path in [&mut file.conf, &mut file.dialplan].into_iter().flatten() {
            *path = directory.join(&path);
        }
        Ok(file)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        // What is wrong is to be said before anything is begun.
        file.apply(&mut SwitchConfig::default())?;
        Ok(file)
    }

    /// A switch as the file describes it, but for its address and what it takes from other files.
    pub(super) fn build(&self, builder: SimBuilder) -> SimBuilder {
        builder.configure(|config| {
            // It was found to be right when it was read.
            let _ = self.apply(config);
        })
    }

    fn apply(&self, config: &mut SwitchConfig) -> Result<(), String> {
        let millis = Duration::from_millis;
        give(&mut config.password, self.password.clone());
        give(&mut config.release, self.release.as_deref().map(release).transpose()?);
        // Another run of a switch is another switch: clients tell them apart by their uuids.
        config.seed = self.seed.unwrap_or_else(|| fastrand::u64(..));
        give(&mut config.hostname, self.hostname.clone());
        give(&mut config.switchname, self.switchname.clone());
        give(&mut config.ipv4, self.ipv4.clone());
        give(&mut config.ipv6, self.ipv6.clone());
        give(&mut config.heartbeat, self.heartbeat.map(millis));
        give(&mut config.max_sessions, self.max_sessions);
        give(&mut config.sessions_per_second, self.sessions_per_second);
        give(&mut config.queue_limit, self.queue_limit);
        give(&mut config.show_delay, self.show_delay.map(millis));
        give(&mut config.park_delay, self.park_delay.map(millis));
        give(&mut config.frame, self.frame.map(millis));
        give(&mut config.missing_files, self.missing_files.clone());
        for order in &self.faults {
            if !config.faults.order(order) {
                return Err(format!("`{order}` is no rule of `sim fault`"));
            }
        }
        config.globals.extend(self.globals.clone());
        self.system.iter().for_each(|(line, prints)| config.system.prints(line, prints));
        self.lua.iter().for_each(|(line, writes)| config.lua.prints(line, writes));
        config.users.extend(self.user.iter().map(UserEntry::user));
        config.conferences.talkers.extend(self.talker.iter().map(TalkerEntry::talker));
        self.sip.apply(&mut config.sip)
    }
}

fn give<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn release(name: &str) -> Result<Release, String> {
    match name {
        "1.10" => Ok(Release::V1_10),
        "1.11" => Ok(Release::V1_11),
        other => Err(format!("release `{other}`: there are 1.10 and 1.11")),
    }
}

impl UserEntry {
    fn user(&self) -> User {
        let mut user = User::new(&self.id, &self.domain, &self.password);
        user.allowed_events.clone_from(&self.events);
        user.allowed_api.clone_from(&self.api);
        user.log(self.log.unwrap_or(true))
    }
}

impl TalkerEntry {
    fn talker(&self) -> Talker {
        let millis = Duration::from_millis;
        let mut talker = Talker::new(&self.number, millis(self.after), millis(self.lasts));
        give(&mut talker.energy, self.energy);
        match self.pause {
            Some(pause) => talker.again(millis(pause)),
            None => talker,
        }
    }
}

impl SipEntry {
    fn apply(&self, sip: &mut SipConfig) -> Result<(), String> {
        give(&mut sip.profiles, self.profiles.clone());
        give(&mut sip.port, self.port);
        give(&mut sip.latency, self.latency.map(Duration::from_millis));
        sip.gateways.extend(self.gateways.clone());
        sip.registrations.extend(self.registrations.clone());
        for entry in &self.peer {
            sip.peers.push(entry.peer()?);
        }
        Ok(())
    }
}

impl PeerEntry {
    fn peer(&self) -> Result<SipPeer, String> {
        let millis = Duration::from_millis;
        let mut peer = SipPeer::new(&self.number).rings(self.rings.map(millis));
        if let Some(after) = self.early_media {
            peer = peer.plays_early(millis(after));
        }
        match (self.answers, self.refuses) {
            (Some(_), Some(_)) => return Err(format!("`{}` cannot both answer and refuse", self.number)),
            (Some(after), None) => peer = peer.answers(millis(after)),
            (None, Some(after)) => peer = peer.refuses(millis(after), self.cause(HangupCause::CallRejected)?),
            (None, None) => {}
        }
        if let Some(after) = self.hangs_up {
            peer = peer.hangs_up(millis(after), self.cause(HangupCause::NormalClearing)?);
        }
        Ok(peer)
    }

    fn cause(&self, default: HangupCause) -> Result<HangupCause, String> {
        let Some(name) = &self.cause else { return Ok(default) };
        let cause = HangupCause::from(name.as_str());
        if cause.number().is_some() { Ok(cause) } else { Err(format!("`{name}` is no hangup cause")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_read() {
        let file = SimFile::parse(include_str!("../../sim.toml")).unwrap();
        let mut config = SwitchConfig::default();
        file.apply(&mut config).unwrap();
        assert_eq!((config.faults.chunk, config.faults.delayed_replies), (512, 10));
        assert_eq!(config.heartbeat, Duration::from_secs(20));
        assert_eq!(config.globals, [("default_language".to_owned(), "en".to_owned())]);
        assert_eq!(config.system.output("uname -s").as_deref(), Some("Linux\n"));
        assert_eq!(config.lua.output("hello.lua world").as_deref(), Some("hello from lua: world\n"));
        assert_eq!(config.users[0].allowed_api.as_deref(), Some("status version uptime"));
        assert_eq!(config.sip.gateways, [("provider".to_owned(), "sip.example.com".to_owned())]);
        let [first, second] = config.sip.peers.as_slice() else { panic!("{:?}", config.sip.peers) };
        assert_eq!(first.hangs_up, Some((Duration::from_secs(30), HangupCause::NormalClearing)));
        assert_eq!((second.rings, second.early_media), (None, Some(Duration::from_millis(50))));
        let [talker] = config.conferences.talkers.as_slice() else {
            panic!("{:?}", config.conferences.talkers)
        };
        assert_eq!((talker.pause, talker.energy), (Some(Duration::from_secs(5)), 6400));
    }

    #[test]
    fn nonsense_is_refused() {
        for (text, what) in [
            ("nosuch = 1", "unknown field `nosuch`"),
            ("listen = ", "TOML parse error"),
            ("release = \"2.0\"", "release `2.0`"),
            ("faults = [\"rain\"]", "`rain` is no rule"),
            ("faults = [\"stall 100\"]", "`stall 100` is no rule"),
            (
                "[[sip.peer]]\nnumber = \"1\"\nrefuses = 1\ncause = \"BAD_LUCK\"",
                "`BAD_LUCK` is no hangup cause",
            ),
            ("[[sip.peer]]\nnumber = \"1\"\nrefuses = 1\nanswers = 1", "both answer and refuse"),
            ("[[user]]\nid = \"1\"", "missing field"),
        ] {
            let why = SimFile::parse(text).unwrap_err();
            assert!(why.contains(what), "{text}: {why}");
        }
    }
}
