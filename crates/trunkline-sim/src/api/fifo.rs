//! `fifo`: what waits in queues, for what, and whom they are to call (`mod_fifo.c`).

use super::{Command, Invocation, Outcome};
use crate::app::{Fifo, Fifos, Member};
use crate::channel::ChannelId;
use crate::core::Core;
use crate::text::{atoi, split_spaces};
use crate::time::Time;
use crate::xml::Node;

use trunkline_proto::percent;

pub(super) const COMMANDS: &[(&str, Command)] =
    &[("fifo", fifo), ("fifo_check_bridge", fifo_check_bridge), ("fifo_member", fifo_member)];

const SYNTAX: &str =
    "list|list_verbose|count|debug|status|has_outbound|importance [<fifo name>]|reparse [del_all]";

fn fifo(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 5);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let Some((action, rest)) = words.split_first() else { return format!("{SYNTAX}\n").into() };
    let name = rest.first().map(String::as_str);
    match action.to_ascii_lowercase().as_str() {
        "status" => status(core),
        "debug" => format!("debug {}\n", name.map_or(0, |level| atoi(level.as_bytes()).max(0))).into(),
        "reparse" => "+OK\n".into(),
        "list" => core.fifo_report(name, false).into(),
        "list_verbose" => core.fifo_report(name, true).into(),
        "importance" => importance(core, name, rest.get(1)),
        "count" => lines(core, name, |core, name, fifo| {
            let (consumers, callers) = (fifo.consumers.len(), fifo.count());
            let members = fifo.members.len();
            format!("{name}:{consumers}:{callers}:{members}:0:{}\n", core.idle(fifo))
        }),
        "has_outbound" => {
            lines(core, name, |_, name, fifo| format!("{name}:{}\n", u8::from(!fifo.members.is_empty())))
        }
        _ => format!("-ERR Usage: {SYNTAX}\n").into(),
    }
}

/// A line for one queue, or for each.
fn lines(core: &Core, name: Option<&str>, line: impl Fn(&Core, &str, &Fifo) -> String) -> Outcome {
    match name {
        Some(name) => core.fifos.get(name).map_or_else(|| "none\n".into(), |fifo| line(core, name, fifo)),
        None => core.fifos.iter().map(|(name, fifo)| line(core, name, fifo)).collect(),
    }
    .into()
}

/// `importance <name> [<importance>]`
fn importance(core: &mut Core, name: Option<&str>, given: Option<&String>) -> Outcome {
    let Some(fifo) = name.and_then(|name| core.fifos.get_mut(name)) else {
        return "no fifo by that name\n".into();
    };
    if let Some(given) = given {
        fifo.importance = u32::try_from(atoi(given.as_bytes())).unwrap_or(0);
    }
    format!("importance: {}\n", fifo.importance).into()
}

fn status(core: &Core) -> Outcome {
    let node = |(name, fifo): (&str, &Fifo)| {
        format!(
            "node: {name}\n outbound_name: \n outbound_per_cycle: 0 outbound_per_cycle_min: 0 outbound_priority: \
             {PRIORITY} outbound_strategy: ringall\n has_outbound: {}\n outbound_priority: {PRIORITY}\n busy: 0\n \
             ready: {}\n waiting: {}\n",
            u8::from(!fifo.members.is_empty()),
            if name == Fifos::MANUAL { 2 } else { 1 },
            fifo.count()
        )
    };
    let nodes: String = core.fifos.iter().map(node).collect();
    let bridged: String = core
        .fifos
        .iter()
        .flat_map(|(_, fifo)| &fifo.talks)
        .flat_map(|talk| [talk.caller, talk.consumer])
        .map(|leg| format!("  {}\n", core.uuid_of(leg)))
        .collect();
    format!("{nodes} caller_orig:\n consumer_orig:\n bridge:\n{bridged}").into()
}

/// Of calls that a queue makes.
const PRIORITY: &str = "5";

/// `<uuid>`: whether a call has been taken out of a queue, or takes one.
fn fifo_check_bridge(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let Some(id) = core.channels.locate(invocation.arguments) else { return "false".into() };
    let mut talks = core.fifos.iter().flat_map(|(_, fifo)| &fifo.talks);
    let talks = talks.any(|talk| talk.caller == id || talk.consumer == id);
    if talks { "true" } else { "false" }.into()
}

const MEMBER_USAGE: &str = "-USAGE: [add <fifo_name> <originate_string> [<simo_count>] [<timeout>] [<lag>] [<expires>] \
     [<taking_calls>] | del <fifo_name> <originate_string>]\n";

/// `add <queue> <dial string> [<calls at once> [<timeout> [<lag> [<expires> [<takes calls>]]]]]`, of which `expires` means
/// nothing, or `del <queue> <dial string>`
fn fifo_member(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 8);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let [action, queue, dial, numbers @ ..] = words.as_slice() else {
        return if words.is_empty() { MEMBER_USAGE } else { "-ERR Invalid!\n" }.into();
    };
    match action.to_ascii_lowercase().as_str() {
        "add" => core.fifos.add_member(queue, member(dial, numbers, core.now)),
        "del" => core.fifos.remove_member(queue, dial),
        _ => return "-ERR Invalid!\n".into(),
    }
    core.watch_fifos();
    "+OK\n".into()
}

/// One with numbers of its own; a negative one counts for nothing.
fn member(dial: &str, numbers: &[String], now: Time) -> Member {
    let number = |place: usize| u32::try_from(atoi(numbers.get(place)?.as_bytes())).ok();
    let mut member = Member::new(dial, now);
    member.at_once = number(0).unwrap_or(member.at_once);
    member.timeout = number(1).unwrap_or(member.timeout);
    member.lag = number(2).unwrap_or(member.lag);
    member.takes_calls = number(4).unwrap_or(member.takes_calls).max(1);
    member
}

impl Core {
    /// How many consumers talk with nobody.
    pub(crate) fn idle(&self, fifo: &Fifo) -> usize {
        fifo.consumers.iter().filter(|consumer| self.partner(**consumer).is_none()).count()
    }

    /// The queue of a name, or all; with the record of each call, if that is wanted.
    fn fifo_report(&self, only: Option<&str>, verbose: bool) -> String {
        let mut report = Node::new("fifo_report");
        for (name, fifo) in self.fifos.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
            report.add(self.fifo_node(name, fifo, verbose));
        }
        format!("{}\n", report.to_xml())
    }

    fn fifo_node(&self, name: &str, fifo: &Fifo, verbose: bool) -> Node {
        let mut node = Node::new("fifo");
        let callers = fifo.count().to_string();
        for (attribute, value) in [
            ("name", name),
            ("consumer_count", &fifo.consumers.len().to_string()),
            ("caller_count", &callers),
            ("waiting_count", &callers),
            ("importance", &fifo.importance.to_string()),
            ("outbound_per_cycle", "0"),
            ("outbound_per_cycle_min", "0"),
            ("ring_timeout", "0"),
            ("default_lag", "0"),
            ("outbound_priority", PRIORITY),
            ("outbound_strategy", "ringall"),
        ] {
            node.set_attribute(attribute, value);
        }
        node.add(self.fifos.members_node(name));
        let mut callers = Node::new("callers");
        for (slot, caller) in fifo.callers() {
            let mut caller = self.visitor_node("caller", caller, &["fifo_position"], verbose);
            caller.set_attribute("slot", &slot.to_string());
            callers.add(caller);
        }
        let mut consumers = Node::new("consumers");
        for consumer in &fifo.consumers {
            consumers.add(self.visitor_node("consumer", *consumer, &[], verbose));
        }
        node.add(callers);
        node.add(consumers);
        node.add(self.bridges_node(name, fifo, verbose));
        node
    }

    fn visitor_node(&self, name: &str, id: ChannelId, more: &[&str], verbose: bool) -> Node {
        let mut node = Node::new(name);
        node.set_attribute("uuid", &self.uuid_of(id));
        let variables =
            ["fifo_status", "caller_id_name", "caller_id_number", "fifo_timestamp", "fifo_target"];
        for variable in variables.iter().chain(more) {
            let Some(value) = self.channel_variable(id, variable.as_bytes()) else { continue };
            let encoded = variable.starts_with("caller_id").then(|| percent_encoded(value));
            let value = encoded.unwrap_or_else(|| String::from_utf8_lossy(value).into_owned());
            node.set_attribute(variable.strip_prefix("fifo_").unwrap_or(variable), &value);
        }
        self.add_record(&mut node, id, verbose);
        node
    }

    fn bridges_node(&self, name: &str, fifo: &Fifo, verbose: bool) -> Node {
        let mut bridges = Node::new("bridges");
        for talk in &fifo.talks {
            let mut bridge = Node::new("bridge");
            bridge.set_attribute("fifo_name", name);
            bridge.set_attribute("bridge_start", &talk.since.date());
            bridge.set_attribute("bridge_start_epoch", &talk.since.as_secs().to_string());
            let mut caller = Node::new("caller");
            caller.set_attribute("uuid", &self.uuid_of(talk.caller));
            for variable in ["caller_id_name", "caller_id_number"] {
                let value = self.channel_variable(talk.caller, variable.as_bytes()).unwrap_or_default();
                caller.set_attribute(variable, &percent_encoded(value));
            }
            self.add_record(&mut caller, talk.caller, verbose);
            let mut consumer = Node::new("consumer");
            consumer.add_text("uuid", &self.uuid_of(talk.consumer));
            let member = self.channel_variable(talk.consumer, b"fifo_outbound_uuid").unwrap_or_default();
            consumer.add_text("outgoing_uuid", &String::from_utf8_lossy(member));
            self.add_record(&mut consumer, talk.caller, verbose);
            bridge.add(caller);
            bridge.add(consumer);
            bridges.add(bridge);
        }
        bridges
    }

    fn add_record(&self, node: &mut Node, id: ChannelId, verbose: bool) {
        if let Some(channel) = self.channels.get(id).filter(|_| verbose) {
            node.add(channel.record(&self.core_uuid, &self.config.switchname));
        }
    }
}

fn percent_encoded(value: &[u8]) -> String {
    let mut encoded = Vec::new();
    percent::encode_into(value, &mut encoded);
    String::from_utf8_lossy(&encoded).into_owned()
}
