//! A switch's configuration as FreeSWITCH's own files have it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{AccessList, SwitchConfig};
use crate::core::own_globals;
use crate::dialplan::Dialplan;
use crate::directory::Directory;
use crate::text::is_true;
use crate::xml::{self, Globals, Node, Preprocessor};

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    #[non_exhaustive]
    Read {
        /// Which.
        path: PathBuf,
        /// Why; it names the file, which may be an included one.
        source: std::io::Error,
    },
    /// A file is no XML as FreeSWITCH takes it.
    #[error("{}: {what}", path.display())]
    #[non_exhaustive]
    Xml {
        /// Which, or `dialplan` for a text.
        path: PathBuf,
        /// What is wrong with it, and in which line, includes counted in.
        what: String,
    },
}

/// Files a configuration was read from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    directory: Option<PathBuf>,
    dialplan: Option<PathBuf>,
    /// All that is in the directory, as one.
    document: Arc<Node>,
}

impl ConfigurationError {
    /// What `reloadxml` says of it.
    pub(crate) fn told(&self) -> &str {
        match self {
            Self::Read { .. } => "Cannot Open log directory or XML Root!",
            Self::Xml { what, .. } => what,
        }
    }
}

impl SwitchConfig {
    /// Takes over what FreeSWITCH's configuration in a directory says, from its `freeswitch.xml` on: the dialplan, the
    /// directory with those who may come in by `userauth`, global variables, the password and the access lists of
    /// `event_socket.conf`, `max-sessions`, `sessions-per-second`, `event-heartbeat-interval` and the name of
    /// `switch.conf`, the profiles and gateways of `sofia.conf`, the profiles and caller controls of `conference.conf`.
    /// Where it listens is not taken from there.
    ///
    /// The files are read again by `reloadxml`, and everything else that does that: the dialplan, the directory, the
    /// conference profiles and the variables are then as the files have them. The rest is as it was, as in a real
    /// switch, whose modules look at theirs when they are loaded.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or is not XML.
    pub fn load(&mut self, directory: impl AsRef<Path>) -> Result<(), ConfigurationError> {
        let directory = directory.as_ref();
        let root = self.read(directory)?;
        self.take(&root);
        self.sources.directory = Some(directory.to_owned());
        Ok(())
    }

    /// Takes the dialplan from a file, which is read again by `reloadxml`, too; see [`Dialplan::load`].
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or is not XML.
    pub fn load_dialplan(&mut self, file: impl AsRef<Path>) -> Result<(), ConfigurationError> {
        self.dialplan = Dialplan::load(file.as_ref())?;
        self.sources.dialplan = Some(file.as_ref().to_owned());
        Ok(())
    }

    /// Reads the files again that it was read from; the variables they set. Where one of them is broken, everything is
    /// as before.
    pub(crate) fn reload(&mut self) -> Result<Globals, ConfigurationError> {
        let before = self.globals.clone();
        let files = self.sources.clone();
        let dialplan = files.dialplan.map(Dialplan::load).transpose()?;
        let mut set = Globals::new();
        if let Some(directory) = files.directory {
            let root = self.read(&directory)?;
            self.take_live(&root);
            set.clone_from(&self.globals);
            // What files do not set any more stays set.
            let gone =
                before.into_iter().filter(|(name, _)| !self.globals.iter().any(|(known, _)| known == name));
            let gone: Vec<_> = gone.collect();
            self.globals.splice(0..0, gone);
        }
        if let Some(dialplan) = dialplan {
            self.dialplan = dialplan;
        }
        Ok(set)
    }

    /// The document of a directory; the variables it sets are set.
    fn read(&mut self, directory: &Path) -> Result<Node, ConfigurationError> {
        let path = directory.join("freeswitch.xml");
        let mut preprocessor = Preprocessor::new(own_globals(self));
        let text = preprocessor
            .file(&path)
            .and_then(|text| if text.is_empty() { Err(empty(&path)) } else { Ok(text) });
        let text = text.map_err(|source| ConfigurationError::Read { path: path.clone(), source })?;
        let root = xml::parse(&text).map_err(|what| ConfigurationError::Xml { path, what })?;
        self.globals = preprocessor.globals;
        self.sources.document = Arc::new(root.clone());
        Ok(root)
    }

    /// All that is in the files it was loaded from; nothing, where there are none.
    pub(crate) fn document(&self) -> &Node {
        &self.sources.document
    }

    /// Whether it was read from files.
    pub(crate) fn has_files(&self) -> bool {
        self.sources.directory.is_some()
    }

    /// A file of the section `configuration`, as it was read last.
    pub(crate) fn configuration(&self, name: &str) -> Option<&Node> {
        let section = self.document().find("section", "name", "configuration")?;
        section.find("configuration", "name", name)
    }

    /// What is looked up in the document whenever it is needed.
    fn take_live(&mut self, root: &Node) {
        let section = |name: &str| root.find("section", "name", name);
        if let Some(dialplan) = section("dialplan") {
            self.dialplan = Dialplan::of_section(dialplan);
        }
        if let Some(directory) = section("directory") {
            self.directory = Directory::of_section(directory);
            self.users = self.directory.event_socket_users();
        }
        let configuration = section("configuration");
        if let Some(file) = configuration.and_then(|all| all.find("configuration", "name", "conference.conf"))
        {
            self.conferences.take(file);
        }
    }

    fn take(&mut self, root: &Node) {
        self.take_live(root);
        let Some(configuration) = root.find("section", "name", "configuration") else { return };
        let file = |name: &str| configuration.find("configuration", "name", name);
        if let Some(file) = file("switch.conf") {
            self.take_switch(file);
        }
        if let Some(socket) = file("event_socket.conf") {
            self.take_event_socket(socket, file("acl.conf"));
        }
        if let Some(sofia) = file("sofia.conf") {
            self.take_sofia(sofia);
        }
    }

    fn take_switch(&mut self, file: &Node) {
        for (name, value) in file.pairs("settings", "param") {
            let number = value.trim().parse::<u64>();
            match (name, number) {
                ("switchname", _) if !value.is_empty() => value.clone_into(&mut self.switchname),
                ("max-sessions", Ok(number)) => self.max_sessions = number,
                ("sessions-per-second", Ok(number)) => self.sessions_per_second = number,
                ("event-heartbeat-interval", Ok(seconds)) if seconds > 0 => {
                    self.heartbeat = Duration::from_secs(seconds);
                }
                _ => {}
            }
        }
    }

    fn take_event_socket(&mut self, file: &Node, lists: Option<&Node>) {
        let mut access = Vec::new();
        for (name, value) in file.pairs("settings", "param") {
            match name {
                "password" => value.clone_into(&mut self.password),
                "apply-inbound-acl" => access.push(access_list(value, lists)),
                _ => {}
            }
        }
        if !access.is_empty() {
            self.access = access;
        }
    }

    fn take_sofia(&mut self, file: &Node) {
        let profiles: Vec<&Node> =
            file.child("profiles").into_iter().flat_map(|all| all.all("profile")).collect();
        let names = profiles.iter().filter_map(|profile| profile.attribute("name")).map(str::to_owned);
        self.sip.profiles = names.collect();
        self.sip.aliases = profiles.iter().flat_map(|profile| aliases(profile)).collect();
        let port = |profile: &&&Node| {
            let mut settings = profile.pairs("settings", "param");
            let (_, port) = settings.find(|(name, _)| *name == "sip-port")?;
            Some((profile.attribute("name")?.to_owned(), port.parse().ok()?))
        };
        self.sip.ports = profiles.iter().filter_map(|profile| port(&profile)).collect();
        // Calls from outside come in at the first, or at the one that is called so.
        let internal = self.sip.ports.iter().find(|(name, _)| name == "internal").or(self.sip.ports.first());
        self.sip.port = internal.map_or(self.sip.port, |(_, port)| *port);
        let gateways = profiles.iter().filter_map(|profile| profile.child("gateways"));
        for gateway in gateways.flat_map(|gateways| gateways.all("gateway")) {
            let name = gateway.attribute_or_empty("name");
            let value =
                |wanted: &str| gateway.all("param").find(|param| param.attribute("name") == Some(wanted));
            // Without a realm, the name is one.
            let host =
                value("proxy").or_else(|| value("realm")).map_or(name, |p| p.attribute_or_empty("value"));
            self.sip.gateways.push((name.to_owned(), host.to_owned()));
        }
    }
}

/// The other names of a profile: its aliases, and the domains that are to be some.
fn aliases(profile: &Node) -> Vec<(String, String)> {
    let own = profile.child("aliases").into_iter().flat_map(|all| all.all("alias"));
    let domains = profile.child("domains").into_iter().flat_map(|all| all.all("domain"));
    let domains = domains.filter(|domain| is_true(domain.attribute_or_empty("alias").as_bytes()));
    let names = own.chain(domains).filter_map(|alias| alias.attribute("name"));
    let of = profile.attribute_or_empty("name");
    names.filter(|name| *name != "all").map(|name| (name.to_owned(), of.to_owned())).collect()
}

fn empty(path: &Path) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::UnexpectedEof, format!("{}: nothing in it", path.display()))
}

/// A list by its name: one of `acl.conf`, or of those FreeSWITCH always has. A network is one, too.
fn access_list(name: &str, lists: Option<&Node>) -> AccessList {
    let known = lists.and_then(|lists| lists.child("network-lists")?.find("list", "name", name));
    let Some(known) = known else {
        return match name {
            "loopback.auto" => AccessList::loopback(),
            network if network.contains('/') => with_rule(AccessList::new(name, false), network, true),
            // Nobody is in a list that is not there.
            _ => AccessList::new(name, false),
        };
    };
    let allows = known.attribute_or_empty("default").eq_ignore_ascii_case("allow");
    known.all("node").fold(AccessList::new(name, allows), |list, node| {
        let allow = node.attribute_or_empty("type").eq_ignore_ascii_case("allow");
        with_rule(list, node.attribute_or_empty("cidr"), allow)
    })
}

fn with_rule(list: AccessList, network: &str, allow: bool) -> AccessList {
    let (address, prefix) = network.split_once('/').unwrap_or((network, "32"));
    match (address.trim().parse(), prefix.trim().parse()) {
        (Ok(address), Ok(prefix)) => list.rule(address, prefix, allow),
        _ => list,
    }
}
