//! Calls in tables (the views `channels`, `basic_calls` and `detailed_calls` in `switch_core_sqldb.c`).

use super::ghosts::Ghost;
use super::table::Table;
use crate::channel::Channel;
use crate::core::Core;

const CHANNELS: &str = "uuid,direction,created,created_epoch,name,state,cid_name,cid_num,ip_addr,dest,application,\
application_data,dialplan,context,read_codec,read_rate,read_bit_rate,write_codec,write_rate,write_bit_rate,secure,\
hostname,presence_id,presence_data,accountcode,callstate,callee_name,callee_num,callee_direction,call_uuid,\
sent_callee_name,sent_callee_num,initial_cid_name,initial_cid_num,initial_ip_addr,initial_dest,initial_dialplan,\
initial_context";

const CALLS: &str = "uuid,direction,created,created_epoch,name,state,cid_name,cid_num,ip_addr,dest,presence_id,\
presence_data,accountcode,callstate,callee_name,callee_num,callee_direction,call_uuid,hostname,sent_callee_name,\
sent_callee_num,b_uuid,b_direction,b_created,b_created_epoch,b_name,b_state,b_cid_name,b_cid_num,b_ip_addr,b_dest,\
b_presence_id,b_presence_data,b_accountcode,b_callstate,b_callee_name,b_callee_num,b_callee_direction,\
b_sent_callee_name,b_sent_callee_num,call_created_epoch";

const DETAILED: &str = "uuid,direction,created,created_epoch,name,state,cid_name,cid_num,ip_addr,dest,application,\
application_data,dialplan,context,read_codec,read_rate,read_bit_rate,write_codec,write_rate,write_bit_rate,secure,\
hostname,presence_id,presence_data,accountcode,callstate,callee_name,callee_num,callee_direction,call_uuid,\
sent_callee_name,sent_callee_num,b_uuid,b_direction,b_created,b_created_epoch,b_name,b_state,b_cid_name,b_cid_num,\
b_ip_addr,b_dest,b_application,b_application_data,b_dialplan,b_context,b_read_codec,b_read_rate,b_read_bit_rate,\
b_write_codec,b_write_rate,b_write_bit_rate,b_secure,b_hostname,b_presence_id,b_presence_data,b_accountcode,\
b_callstate,b_callee_name,b_callee_num,b_callee_direction,b_call_uuid,b_sent_callee_name,b_sent_callee_num,\
call_created_epoch";

/// Columns that `channels like` looks at.
const LIKE: [&str; 6] = ["uuid", "name", "cid_name", "cid_num", "presence_data", "accountcode"];

pub(super) fn channels(core: &Core, like: Option<&str>) -> Table {
    let mut table = Table::new(CHANNELS);
    for channel in core.channels.listed(core.now, core.config.show_delay) {
        let fields = Fields { core, channel };
        if like.is_none_or(|like| are_like(like, |column| fields.get(column))) {
            let row: Vec<Vec<u8>> = table.columns.iter().map(|column| fields.get(column)).collect();
            table.row(row);
        }
    }
    let is_like = |ghost: &&Ghost| like.is_none_or(|like| are_like(like, |column| ghost.get(column, core)));
    add_ghosts(core, &mut table, is_like);
    table
}

fn add_ghosts(core: &Core, table: &mut Table, is_meant: impl Fn(&&Ghost) -> bool) {
    let listed = core.stores.ghosts.iter().filter(|ghost| ghost.is_listed(core.now, core.config.show_delay));
    for ghost in listed.filter(is_meant) {
        let row: Vec<Vec<u8>> = table.columns.iter().map(|column| ghost.get(column, core)).collect();
        table.row(row);
    }
}

/// Which calls: with all their columns, and only bridged ones.
pub(super) fn calls(core: &Core, detailed: bool, bridged: bool) -> Table {
    let mut table = Table::new(if detailed { DETAILED } else { CALLS });
    for channel in core.channels.listed(core.now, core.config.show_delay) {
        let peer = channel.bridge.and_then(|bridge| core.channels.get(bridge.peer));
        let leads = channel.bridge.is_some_and(|bridge| bridge.leads);
        if (peer.is_some() && !leads) || (peer.is_none() && bridged) {
            continue;
        }
        let (fields, others) = (Fields { core, channel }, peer.map(|channel| Fields { core, channel }));
        let field = |column: &&str| match (column.strip_prefix("b_"), &others) {
            (Some(column), Some(others)) => others.get(column),
            (Some(_), None) => Vec::new(),
            (None, Some(_)) if *column == "call_created_epoch" => fields.bridged_epoch(),
            (None, _) => fields.get(column),
        };
        let row: Vec<Vec<u8>> = table.columns.iter().map(field).collect();
        table.row(row);
    }
    if !bridged {
        add_ghosts(core, &mut table, |_| true);
    }
    table
}

struct Fields<'a> {
    core: &'a Core,
    channel: &'a Channel,
}

/// As SQL's `like`: in any case, anywhere in the field; with a `%` in it, only where that says.
fn are_like(pattern: &str, get: impl Fn(&str) -> Vec<u8>) -> bool {
    let pattern = if pattern.contains('%') { pattern.to_owned() } else { format!("%{pattern}%") };
    let pattern = pattern.to_ascii_lowercase();
    LIKE.iter().any(|column| {
        let field = String::from_utf8_lossy(&get(column)).to_ascii_lowercase();
        is_like(field.as_bytes(), pattern.as_bytes())
    })
}

impl Fields<'_> {
    fn bridged_epoch(&self) -> Vec<u8> {
        let times = self.channel.profile.as_ref().map(|profile| profile.times.bridged.as_secs());
        times.unwrap_or_default().to_string().into_bytes()
    }

    fn get(&self, column: &str) -> Vec<u8> {
        let channel = self.channel;
        let flipped = channel.variables.get(b"channel_cid_flipped").is_some();
        match column {
            "uuid" => channel.uuid.clone().into_bytes(),
            "direction" => channel.direction.as_str().into(),
            "name" => channel.name.clone(),
            "state" => channel.running.as_str().into(),
            "callstate" => channel.call_state.as_str().into(),
            "application" => channel.shown_app().map(|(app, _)| app.into()).unwrap_or_default(),
            "application_data" => channel.shown_app().map(|(_, data)| data.into()).unwrap_or_default(),
            "read_codec" | "write_codec" => channel.codec.name.into(),
            "read_rate" | "write_rate" => channel.codec.rate.into(),
            "read_bit_rate" | "write_bit_rate" => channel.codec.bit_rate.into(),
            "hostname" => self.core.config.switchname.clone().into_bytes(),
            "callee_direction" if flipped => "RECV".into(),
            "call_uuid" => self.call_uuid(flipped),
            _ => self.profile_field(column),
        }
    }

    /// Who leads a bridge gives his id to both.
    fn call_uuid(&self, flipped: bool) -> Vec<u8> {
        let own = || self.channel.uuid.clone().into_bytes();
        match self.channel.bridge {
            Some(bridge) if bridge.leads => own(),
            Some(bridge) => self.core.uuid_of(bridge.peer).into_bytes(),
            None if flipped => own(),
            None => Vec::new(),
        }
    }

    fn profile_field(&self, column: &str) -> Vec<u8> {
        let Some(profile) = &self.channel.profile else { return Vec::new() };
        match column {
            "created" => profile.times.created.date().into_bytes(),
            "created_epoch" => profile.times.created.as_secs().to_string().into_bytes(),
            "cid_name" => self.channel.shown_caller(profile).0.into(),
            "cid_num" => self.channel.shown_caller(profile).1.into(),
            "callee_name" => self.channel.shown_callee(profile).0.into(),
            "callee_num" => self.channel.shown_callee(profile).1.into(),
            "dest" => profile.destination.clone(),
            "dialplan" => profile.dialplan.clone(),
            "context" => profile.context.clone(),
            _ => self.initial_field(column),
        }
    }

    fn initial_field(&self, column: &str) -> Vec<u8> {
        let Some(initial) = &self.channel.initial else { return Vec::new() };
        match column {
            "initial_cid_name" => initial.caller_name.clone(),
            "initial_cid_num" => initial.caller_number.clone(),
            "initial_dest" => initial.destination.clone(),
            "initial_dialplan" => initial.dialplan.clone(),
            "initial_context" => initial.context.clone(),
            _ => Vec::new(),
        }
    }
}

fn is_like(text: &[u8], pattern: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some((b'%', rest)), _) => {
            is_like(text, rest) || text.split_first().is_some_and(|(_, text)| is_like(text, pattern))
        }
        (Some((b'_', rest)), Some((_, text))) => is_like(text, rest),
        (Some((first, rest)), Some((found, text))) => first == found && is_like(text, rest),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_sql() {
        for (text, pattern, is) in [
            ("null/1001", "%1001%", true),
            ("null/1001", "null%", true),
            ("null/1001", "1001%", false),
            ("abc", "a_c", true),
            ("", "%", true),
            ("a", "", false),
        ] {
            assert_eq!(is_like(text.as_bytes(), pattern.as_bytes()), is, "{text} like {pattern}");
        }
    }
}
