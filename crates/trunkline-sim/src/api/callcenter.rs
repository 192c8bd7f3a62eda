//! `callcenter_config`: agents, and which queues they serve (`mod_callcenter.c`). There is one queue,
//! `support@default`, and nobody waits in it.

use super::interfaces::INTERFACES;
use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::{atoi, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] = &[("callcenter_config", callcenter_config)];

const QUEUE: &str = "support@default";

const QUEUES: &str = "name|strategy|moh_sound|time_base_score|tier_rules_apply|tier_rule_wait_second|\
tier_rule_wait_multiply_level|tier_rule_no_agent_no_wait|discard_abandoned_after|abandoned_resume_allowed|\
max_wait_time|max_wait_time_with_no_agent|max_wait_time_with_no_agent_time_reached|record_template|calls_answered|\
calls_abandoned|ring_progressively_delay|skip_agents_with_external_calls|agent_no_answer_status\n\
support@default|longest-idle-agent|local_stream://moh|system|false|0|false|true|60|false|0|0|5||0|0|0|true|On Break\n\
+OK\n";

const QUEUES_JSON: &str = "[{\"name\":\"support@default\",\"strategy\":\"longest-idle-agent\",\
\"moh_sound\":\"local_stream://moh\",\"time_base_score\":\"system\",\"tier_rules_apply\":\"false\",\
\"tier_rule_wait_second\":0,\"tier_rule_wait_multiply_level\":\"false\",\"tier_rule_no_agent_no_wait\":\"true\",\
\"discard_abandoned_after\":60,\"abandoned_resume_allowed\":\"false\",\"max_wait_time\":0,\
\"max_wait_time_with_no_agent\":0,\"max_wait_time_with_no_agent_time_reached\":5,\
\"skip_agents_with_external_calls\":\"true\",\"agent_no_answer_status\":\"On Break\"}]";

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
const NO_AGENT: &str = "-ERR Agent not found!\n";

/// Agents, and the queues they serve.
#[derive(Debug, Default)]
pub(crate) struct CallCenter {
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
    agent: String,
    state: String,
    level: i32,
    position: i32,
}

/// What the command of `json` lists (`json_callcenter_config_function`): queues or agents.
pub(super) fn json_list(core: &Core, arguments: &str) -> Option<String> {
    match arguments.to_ascii_lowercase().as_str() {
        "queue list" => Some(QUEUES_JSON.to_owned()),
        "agent list" => {
            let agents = core.stores.call_center.agent_list(None);
            let row = |line: &str| {
                // What was never set is null in the database, and left out.
                let fields = AGENTS.trim_end().split('|').zip(line.split('|'));
                let fields = fields.filter(|(_, value)| !value.is_empty());
                let fields = fields.map(|(name, value)| format!("\"{name}\":{}", super::json::text(value)));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
            };
            let rows: Vec<String> =
                agents.lines().skip(1).filter(|line| line.contains('|')).map(row).collect();
            Some(format!("[{}]", rows.join(",")))
        }
        _ => None,
    }
}

impl CallCenter {
    fn agent(&mut self, name: &str) -> Option<&mut Agent> {
        self.agents.iter_mut().find(|agent| agent.name == name)
    }

    fn add_agent(&mut self, name: &str, kind: &str) -> &'static str {
        let Some(kind) = TYPES.iter().find(|known| known.eq_ignore_ascii_case(kind)) else {
            return "-ERR Agent type invalid!\n";
        };
        if self.agent(name).is_some() {
            return "-ERR Agent already exist!\n";
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

    fn tier_list(&self) -> String {
        let mut tiers: Vec<&Tier> = self.tiers.iter().collect();
        tiers.sort_by_key(|tier| (tier.level, tier.position));
        let row =
            |tier: &Tier| format!("{QUEUE}|{}|{}|{}|{}\n", tier.agent, tier.state, tier.level, tier.position);
        listed(TIERS, tiers.into_iter().map(row))
    }

    fn add_tier(&mut self, queue: &str, agent: &str, level: i32, position: i32) -> &'static str {
        if queue != QUEUE {
            return "-ERR Queue not found!\n";
        }
        if self.agent(agent).is_none() {
            return NO_AGENT;
        }
        if self.tiers.iter().any(|tier| tier.agent == agent) {
            return "-ERR Tier already exist!\n";
        }
        self.tiers.push(Tier { agent: agent.into(), state: "Ready".into(), level, position });
        OK
    }

    fn set_tier(&mut self, key: &str, queue: &str, agent: &str, value: &str) -> &'static str {
        let tier = self.tiers.iter_mut().find(|tier| queue == QUEUE && tier.agent == agent);
        let Some(tier) = tier else { return NO_AGENT };
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
    match words.as_slice() {
        ["agent", rest @ ..] if !rest.is_empty() => agent(center, rest, now).into(),
        ["tier", rest @ ..] if !rest.is_empty() => tier(center, rest).into(),
        ["queue", rest @ ..] if !rest.is_empty() => queue(center, rest).into(),
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
        ["del", _, agent, ..] => {
            center.tiers.retain(|tier| tier.agent != *agent);
            OK.into()
        }
        ["list"] => center.tier_list(),
        ["add" | "del" | "set" | "reload", ..] => INVALID.into(),
        _ => String::new(),
    }
}

fn queue(center: &CallCenter, words: &[&str]) -> String {
    let known = |queue: &&str| *queue == QUEUE;
    match words {
        ["load" | "reload", name, ..] if !known(name) => "-ERR Invalid Queue not found!\n".into(),
        ["load" | "reload" | "unload", _, ..] => OK.into(),
        ["list"] => QUEUES.into(),
        ["list", "agents", name, ..] if known(name) && !center.tiers.is_empty() => {
            let agents = center.agents.iter();
            let serving = agents.filter(|agent| center.tiers.iter().any(|tier| tier.agent == agent.name));
            let rows = serving.map(|agent| center.agent_list(Some(&agent.name)));
            let rows = rows.map(|table| table.replace(AGENTS, "").replace(OK, ""));
            listed(AGENTS, rows)
        }
        ["list", "tiers", name, ..] if known(name) => center.tier_list(),
        ["list", "agents" | "members" | "tiers", _, ..] => OK.into(),
        ["count"] => "1\n".into(),
        ["count", "agents" | "tiers", name, ..] if known(name) => format!("{}\n", center.tiers.len()),
        ["count", "agents" | "tiers" | "members", _, ..] => "0\n".into(),
        _ => INVALID.into(),
    }
}
