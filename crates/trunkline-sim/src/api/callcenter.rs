//! `callcenter_config`: queues, agents, and which queues they serve (`mod_callcenter.c`). Queues are those of
//! `callcenter.conf`, and nobody waits in them; where no files were read, there is one, `support@default`.

mod queue;

use super::interfaces::INTERFACES;
use super::{Command, Invocation, Outcome};
use crate::config::SwitchConfig;
use crate::core::Core;
use crate::text::{atoi, split_spaces};
use crate::xml::{self, Node};
use queue::Queue;

pub(super) const COMMANDS: &[(&str, Command)] = &[("callcenter_config", callcenter_config)];

/// Its file, where there are no files.
const USUAL: &str = r#"<configuration name="callcenter.conf"><queues><queue name="support@default">
<param name="moh-sound" value="local_stream://moh"/><param name="time-base-score" value="system"/>
</queue></queues></configuration>"#;

const AGENTS: &str = "name|instance_id|uuid|type|contact|status|state|max_no_answer|wrap_up_time|reject_delay_time|\
busy_delay_time|no_answer_delay_time|last_bridge_start|last_bridge_end|last_offered_call|last_status_change|\
no_answer_count|calls_answered|talk_time|ready_time|external_calls_count\n";

const TIERS: &str = "queue|agent|state|level|position\n";

const STATUSES: [&str; 4] = ["Logged Out", "Available", "Available (On Demand)", "On Break"];
const STATES: [&str; 5] = ["Waiting", "Receiving", "In a queue call", "Idle", "Reserved"];
const TIER_STATES: [&str; 5] = ["No Answer", "Ready", "Offering", "Active Inbound", "Standby"];
const TYPES: [&str; 2] = ["Callback", "uuid-standby"];

/// Numbers of an agent that can be set, in the order of the table.
const NUMBERS: [&str; 5] =
    ["max_no_answer", "wrap_up_time", "reject_delay_time", "busy_delay_time", "no_answer_delay_time"];

const INVALID: &str = "-ERR Invalid!\n";
const OK: &str = "+OK\n";
const UNKNOWN: &str = "-ERR Unknown Error!\n";
const EXISTS: &str = "-ERR Agent already exist!\n";
const NO_AGENT: &str = "-ERR Agent not found!\n";

/// Queues, agents, and the queues they serve.
#[derive(Debug, Default)]
pub(crate) struct CallCenter {
    /// `callcenter.conf`, as it was read last.
    file: Node,
    queues: Vec<Queue>,
    agents: Vec<Agent>,
    tiers: Vec<Tier>,
}

#[derive(Debug)]
struct Agent {
    name: String,
    kind: String,
    contact: String,
    status: String,
    state: String,
    numbers: [i32; NUMBERS.len()],
    ready_time: i32,
    /// Seconds since 1970; 0 if its status has never been another.
    status_changed: u64,
}

#[derive(Debug)]
struct Tier {
    queue: String,
    agent: String,
    state: String,
    level: i32,
    position: i32,
}

/// What the command of `json` lists (`json_callcenter_config_function`). Of a queue that is not named, nothing.
pub(super) fn json_list(core: &Core, arguments: &str, queue: Option<&str>) -> Option<Result<String, String>> {
    let center = &core.stores.call_center;
    let arguments = arguments.to_ascii_lowercase();
    let rows = match (arguments.as_str(), queue.filter(|name| !name.is_empty())) {
        ("queue list", _) => {
            let queues: Vec<String> = center.queues.iter().map(Queue::to_json).collect();
            return Some(Ok(format!("[{}]", queues.join(","))));
        }
        ("agent list", _) => center.agent_list(None),
        ("tier list", _) => center.tier_list(),
        ("member list", _) => String::new(),
        ("queue list agents" | "queue list members" | "queue list tiers", None) => {
            return Some(Err(super::json::object("error", "Missing data attribute: queue_name")));
        }
        ("queue list agents", Some(name)) => center.agents_of(name, &[]),
        ("queue list tiers", Some(name)) => center.tiers_of(name),
        ("queue list members", Some(_)) => String::new(),
        _ => return None,
    };
    Some(Ok(json_rows(&rows)))
}

/// A table's rows, in JSON.
fn json_rows(table: &str) -> String {
    let mut lines = table.lines().filter(|line| line.contains('|'));
    let columns = lines.next().unwrap_or_default();
    let row = |line: &str| {
        // What was never set is null in the database, and left out.
        let fields = columns.split('|').zip(line.split('|')).filter(|(_, value)| !value.is_empty());
        let fields = fields.map(|(name, value)| format!("\"{name}\":{}", super::json::text(value)));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    };
    format!("[{}]", lines.map(row).collect::<Vec<_>>().join(","))
}

impl CallCenter {
    /// As the module is when it has been loaded.
    pub(crate) fn new(config: &SwitchConfig, now: u64) -> Self {
        let mut center = Self::default();
        center.read(config);
        for queue in center.names("queues", "queue") {
            center.load_queue(&queue);
        }
        center.load_agents_and_tiers(now);
        center
    }

    fn read(&mut self, config: &SwitchConfig) {
        let usual =
            || if config.has_files() { Node::default() } else { xml::parse(USUAL).unwrap_or_default() };
        self.file = config.configuration("callcenter.conf").cloned().unwrap_or_else(usual);
    }

    fn names(&self, list: &str, element: &str) -> Vec<String> {
        let elements = self.file.child(list).into_iter().flat_map(|list| list.all(element));
        elements.filter_map(|element| element.attribute("name")).map(str::to_owned).collect()
    }

    /// Takes a queue from the file; whether it is there.
    fn load_queue(&mut self, name: &str) -> bool {
        let found = self.file.child("queues").and_then(|queues| queues.find("queue", "name", name));
        let Some(queue) = found.map(Queue::read) else { return false };
        match self.queues.iter_mut().find(|known| known.name == queue.name) {
            Some(known) => *known = queue,
            None => self.queues.push(queue),
        }
        true
    }

    /// Whether there is a queue, now that it is asked for.
    fn has_queue(&mut self, name: &str) -> bool {
        self.queues.iter().any(|queue| queue.name == name) || self.load_queue(name)
    }

    fn load_agents_and_tiers(&mut self, now: u64) {
        for agent in self.names("agents", "agent") {
            self.load_agent(&agent, now);
        }
        self.load_tiers(|_, _| true);
    }

    fn load_agent(&mut self, name: &str, now: u64) {
        let found = self.file.child("agents").and_then(|agents| agents.find("agent", "name", name)).cloned();
        let Some(agent) = found else { return };
        let Some(kind) = agent.attribute("type") else { return };
        let is_known = match self.add_agent(name, kind) {
            OK => false,
            EXISTS => true,
            _ => return,
        };
        let settings = ["contact", "status"].into_iter().chain(NUMBERS);
        for key in settings.chain(is_known.then_some("type")) {
            if let Some(value) = agent.attribute(&key.replace('_', "-")) {
                self.set_agent(key, name, value, now);
            }
        }
    }

    /// Takes those from the file that are meant, by queue and agent; whether there are any.
    fn load_tiers(&mut self, meant: impl Fn(&str, &str) -> bool) -> bool {
        let tiers = self.file.child("tiers").into_iter().flat_map(|tiers| tiers.all("tier"));
        let names =
            |tier: &Node| Some((tier.attribute("queue")?.to_owned(), tier.attribute("agent")?.to_owned()));
        let number = |tier: &Node, name: &str| {
            let given = tier.attribute(name).filter(|given| !given.is_empty());
            given.map_or(1, |given| atoi(given.as_bytes()))
        };
        let tiers: Vec<_> = tiers
            .filter_map(|tier| Some((names(tier)?, number(tier, "level"), number(tier, "position"))))
            .filter(|((queue, agent), ..)| meant(queue, agent))
            .collect();
        for ((queue, agent), level, position) in &tiers {
            match self.tier(queue, agent) {
                Some(tier) => (tier.level, tier.position) = (*level, *position),
                None => {
                    self.add_tier(queue, agent, *level, *position);
                }
            }
        }
        !tiers.is_empty()
    }

    fn tier(&mut self, queue: &str, agent: &str) -> Option<&mut Tier> {
        self.tiers.iter_mut().find(|tier| tier.queue == queue && tier.agent == agent)
    }

    fn agent(&mut self, name: &str) -> Option<&mut Agent> {
        self.agents.iter_mut().find(|agent| agent.name == name)
    }

    fn add_agent(&mut self, name: &str, kind: &str) -> &'static str {
        let Some(kind) = TYPES.iter().find(|known| known.eq_ignore_ascii_case(kind)) else {
            return "-ERR Agent type invalid!\n";
        };
        if self.agent(name).is_some() {
            return EXISTS;
        }
        self.agents.push(Agent {
            name: name.into(),
            kind: (*kind).into(),
            contact: String::new(),
            status: "Logged Out".into(),
            state: "Waiting".into(),
            numbers: [0; NUMBERS.len()],
            ready_time: 0,
            status_changed: 0,
        });
        OK
    }

    fn set_agent(&mut self, key: &str, name: &str, value: &str, now: u64) -> &'static str {
        let Some(agent) = self.agent(name) else { return NO_AGENT };
        match key {
            "status" if STATUSES.contains(&value) => {
                agent.status = value.into();
                agent.status_changed = now;
            }
            "status" => return "-ERR Invalid Agent Status!\n",
            "state" if STATES.contains(&value) => agent.state = value.into(),
            "state" => return "-ERR Invalid Agent State!\n",
            "type" if TYPES.contains(&value) => agent.kind = value.into(),
            "type" => return "-ERR Invalid Agent Type!\n",
            "contact" => agent.contact = value.into(),
            "uuid" => {}
            "ready_time" => agent.ready_time = atoi(value.as_bytes()),
            key => match NUMBERS.iter().position(|known| *known == key) {
                Some(place) => {
                    if let Some(number) = agent.numbers.get_mut(place) {
                        *number = atoi(value.as_bytes());
                    }
                }
                None => return "-ERR Invalid Agent Update KEY!\n",
            },
        }
        OK
    }

    fn agent_list(&self, only: Option<&str>) -> String {
        let row = |agent: &Agent| {
            let numbers: Vec<String> = agent.numbers.iter().map(i32::to_string).collect();
            format!(
                "{}|single_box||{}|{}|{}|{}|{}|0|0|0|{}|0|0|0|{}|0\n",
                agent.name,
                agent.kind,
                agent.contact,
                agent.status,
                agent.state,
                numbers.join("|"),
                agent.status_changed,
                agent.ready_time,
            )
        };
        let meant = |agent: &&Agent| only.is_none_or(|only| only == agent.name);
        listed(AGENTS, self.agents.iter().filter(meant).map(row))
    }

    /// Those who serve a queue, with a status and a state if those are wanted.
    fn agents_of(&self, queue: &str, wanted: &[&str]) -> String {
        let of_queue = self.tiers.iter().filter(|tier| tier.queue == queue);
        let agents = of_queue.flat_map(|tier| self.agents.iter().filter(|agent| agent.name == tier.agent));
        let is_wanted = |agent: &&Agent| {
            let has = [&agent.status, &agent.state];
            wanted.iter().zip(has).all(|(wanted, has)| wanted == has)
        };
        let tables = agents.filter(is_wanted).map(|agent| self.agent_list(Some(&agent.name)));
        listed(AGENTS, tables.map(|table| table.replace(AGENTS, "").replace(OK, "")))
    }

    fn tier_list(&self) -> String {
        let mut tiers: Vec<&Tier> = self.tiers.iter().collect();
        tiers.sort_by_key(|tier| (tier.level, tier.position));
        listed(TIERS, tiers.into_iter().map(Tier::row))
    }

    fn tiers_of(&self, queue: &str) -> String {
        listed(TIERS, self.tiers.iter().filter(|tier| tier.queue == queue).map(Tier::row))
    }

    fn add_tier(&mut self, queue: &str, agent: &str, level: i32, position: i32) -> &'static str {
        if !self.has_queue(queue) {
            return "-ERR Queue not found!\n";
        }
        if self.agent(agent).is_none() {
            return NO_AGENT;
        }
        if self.tier(queue, agent).is_some() {
            return "-ERR Tier already exist!\n";
        }
        self.tiers.push(Tier {
            queue: queue.into(),
            agent: agent.into(),
            state: "Ready".into(),
            level,
            position,
        });
        OK
    }

    fn set_tier(&mut self, key: &str, queue: &str, agent: &str, value: &str) -> &'static str {
        let Some(tier) = self.tier(queue, agent) else { return UNKNOWN };
        match key {
            "state" if TIER_STATES.contains(&value) => tier.state = value.into(),
            "state" => return "-ERR Invalid Tier State!\n",
            "level" => tier.level = atoi(value.as_bytes()),
            "position" => tier.position = atoi(value.as_bytes()),
            _ => return "-ERR Invalid Tier Update KEY!\n",
        }
        OK
    }
}

impl Tier {
    fn row(&self) -> String {
        format!("{}|{}|{}|{}|{}\n", self.queue, self.agent, self.state, self.level, self.position)
    }
}

/// A table without its columns where it has no rows.
fn listed(columns: &str, rows: impl Iterator<Item = String>) -> String {
    let rows: String = rows.collect();
    if rows.is_empty() { OK.into() } else { format!("{columns}{rows}{OK}") }
}

fn callcenter_config(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() {
        let usage = INTERFACES.iter().find(|interface| interface.name == "callcenter_config");
        let usage = usage.map(|interface| interface.syntax.as_str()).unwrap_or_default();
        return format!("-USAGE: \n{usage}\n").into();
    }
    let words = split_spaces(invocation.arguments, 8);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let now = core.now.as_secs();
    let center = &mut core.stores.call_center;
    if matches!(words.get(1), Some(&("load" | "reload"))) {
        center.read(&core.config);
    }
    match words.as_slice() {
        ["agent", rest @ ..] if !rest.is_empty() => agent(center, rest, now).into(),
        ["tier", rest @ ..] if !rest.is_empty() => tier(center, rest).into(),
        ["queue", rest @ ..] if !rest.is_empty() => queue(center, rest, now).into(),
        [_] => INVALID.into(),
        _ => "".into(),
    }
}

fn agent(center: &mut CallCenter, words: &[&str], now: u64) -> String {
    match words {
        ["add", name, kind, ..] => center.add_agent(name, kind).into(),
        ["del", name, ..] => {
            center.agents.retain(|agent| agent.name != *name);
            center.tiers.retain(|tier| tier.agent != *name);
            OK.into()
        }
        ["set", key, name, value, ..] => center.set_agent(key, name, value, now).into(),
        ["get", key, name, ..] => match (*key, center.agent(name)) {
            (_, None) => NO_AGENT.into(),
            ("status", Some(agent)) => agent.status.clone(),
            ("state", Some(agent)) => agent.state.clone(),
            ("uuid", Some(_)) => String::new(),
            _ => "-ERR Invalid Agent Update KEY!\n".into(),
        },
        ["list"] => center.agent_list(None),
        ["list", name] => center.agent_list(Some(name)),
        ["reload", name, ..] => {
            center.load_agent(name, now);
            OK.into()
        }
        ["add" | "del" | "set" | "get" | "list" | "reload", ..] => INVALID.into(),
        _ => String::new(),
    }
}

fn tier(center: &mut CallCenter, words: &[&str]) -> String {
    let number = |word: Option<&&str>| word.map_or(1, |word| atoi(word.as_bytes()));
    match words {
        ["add", queue, agent, rest @ ..] => {
            center.add_tier(queue, agent, number(rest.first()), number(rest.get(1))).into()
        }
        ["set", key, queue, agent, value, ..] => center.set_tier(key, queue, agent, value).into(),
        ["del", queue, agent, ..] => {
            center.tiers.retain(|tier| (tier.queue.as_str(), tier.agent.as_str()) != (queue, agent));
            OK.into()
        }
        ["reload", queue, rest @ ..] => {
            let all = queue.eq_ignore_ascii_case("all");
            let is_meant = |of: &str, agent: &str| {
                let named = rest.first().is_none_or(|name| name.eq_ignore_ascii_case(agent));
                all || (named && queue.eq_ignore_ascii_case(of))
            };
            if center.load_tiers(is_meant) { OK } else { UNKNOWN }.into()
        }
        ["list"] => center.tier_list(),
        ["add" | "del" | "set" | "reload", ..] => INVALID.into(),
        _ => String::new(),
    }
}

fn queue(center: &mut CallCenter, words: &[&str], now: u64) -> String {
    match words {
        ["load", name, ..] => load(center, name, now).into(),
        ["reload", name, ..] => {
            center.queues.retain(|queue| queue.name != *name);
            load(center, name, now).into()
        }
        ["unload", name, ..] => {
            center.queues.retain(|queue| queue.name != *name);
            OK.into()
        }
        ["list"] => {
            let rows: String = center.queues.iter().map(Queue::row).collect();
            format!("{}{rows}{OK}", Queue::columns())
        }
        ["list", "agents", name, wanted @ ..] => center.agents_of(name, wanted),
        ["list", "tiers", name, ..] => center.tiers_of(name),
        ["list", "agents" | "members" | "tiers", ..] => OK.into(),
        ["count"] => format!("{}\n", center.queues.len()),
        ["count", "agents", name, wanted @ ..] => count(&center.agents_of(name, wanted)),
        ["count", "tiers", name, ..] => count(&center.tiers_of(name)),
        ["count", "agents" | "tiers" | "members", ..] => "0\n".into(),
        ["load" | "reload" | "unload" | "list" | "count", ..] => INVALID.into(),
        _ => String::new(),
    }
}

/// Takes a queue from the file, with the agents and tiers that stand there.
fn load(center: &mut CallCenter, name: &str, now: u64) -> &'static str {
    if !center.load_queue(name) {
        return "-ERR Invalid Queue not found!\n";
    }
    center.load_agents_and_tiers(now);
    OK
}

/// How many rows a table has.
fn count(table: &str) -> String {
    format!("{}\n", table.lines().filter(|line| line.contains('|')).skip(1).count())
}
