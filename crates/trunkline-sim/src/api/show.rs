//! `show`: tables of what is up (`show_function` in `mod_commands.c`). The real one is a query of a database that
//! lags the events; this one is exact.

use super::{Command, Invocation, Outcome};
use crate::channel::Channel;
use crate::core::Core;

pub(super) const COMMANDS: &[(&str, Command)] = &[("show", show)];

const USAGE: &str = "-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like \
<match string>]|calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|modules|\
nat_map|say|interfaces|interface_types|tasks|limits|status\n";

const CHANNEL_COLUMNS: &str = "uuid,direction,created,created_epoch,name,state,cid_name,cid_num,ip_addr,dest,\
application,application_data,dialplan,context,read_codec,read_rate,read_bit_rate,write_codec,write_rate,\
write_bit_rate,secure,hostname,presence_id,presence_data,accountcode,callstate,callee_name,callee_num,\
callee_direction,call_uuid,sent_callee_name,sent_callee_num,initial_cid_name,initial_cid_num,initial_ip_addr,\
initial_dest,initial_dialplan,initial_context";

const CALL_COLUMNS: &str = "uuid,direction,created,created_epoch,name,state,cid_name,cid_num,ip_addr,dest,\
presence_id,presence_data,accountcode,callstate,callee_name,callee_num,callee_direction,call_uuid,hostname,\
sent_callee_name,sent_callee_num,b_uuid,b_direction,b_created,b_created_epoch,b_name,b_state,b_cid_name,b_cid_num,\
b_ip_addr,b_dest,b_presence_id,b_presence_data,b_accountcode,b_callstate,b_callee_name,b_callee_num,\
b_callee_direction,b_sent_callee_name,b_sent_callee_num,call_created_epoch";

/// Tables that are always empty here.
const EMPTY: &[&str] = &[
    "registrations",
    "bridged_calls",
    "detailed_bridged_calls",
    "nat_map",
    "limits",
    "aliases",
    "complete",
    "tasks",
];

type Row = Vec<Vec<u8>>;

/// How the table is written.
#[derive(Clone, Copy, PartialEq)]
enum Form<'a> {
    Text(&'a str),
    Json,
    Xml,
    Count,
    CountJson,
}

fn show(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some((table, rest)) = words.split_first() else { return USAGE.into() };
    let (like, rest) = match rest {
        ["like", like, rest @ ..] => (Some(*like), rest),
        _ => (None, rest),
    };
    let Some(form) = form(rest) else { return USAGE.into() };
    let (columns, rows) = match table.to_ascii_lowercase().as_str() {
        "channels" => (CHANNEL_COLUMNS, rows(core, CHANNEL_COLUMNS, like)),
        "calls" | "detailed_calls" => (CALL_COLUMNS, rows(core, CALL_COLUMNS, like)),
        empty if EMPTY.contains(&empty) => ("", Vec::new()),
        _ => return USAGE.into(),
    };
    Outcome::Done(write(form, columns, &rows))
}

fn form<'a>(words: &[&'a str]) -> Option<Form<'a>> {
    match words {
        [] => Some(Form::Text(",")),
        ["count"] => Some(Form::Count),
        ["count", "as", "json"] => Some(Form::CountJson),
        ["as", "json"] => Some(Form::Json),
        ["as", "xml"] => Some(Form::Xml),
        ["as", "delim", delimiter] => Some(Form::Text(delimiter)),
        _ => None,
    }
}

fn rows(core: &Core, columns: &str, like: Option<&str>) -> Vec<Row> {
    let row = |channel: &Channel| -> Row {
        let fields = Fields { core, channel };
        columns.split(',').map(|column| fields.get(column)).collect()
    };
    let is_like = |row: &Row| {
        let has = |like: &str| row.iter().any(|field| String::from_utf8_lossy(field).contains(like));
        like.is_none_or(has)
    };
    core.channels.listed(core.now, core.config.show_delay).map(row).filter(is_like).collect()
}

struct Fields<'a> {
    core: &'a Core,
    channel: &'a Channel,
}

impl Fields<'_> {
    fn get(&self, column: &str) -> Vec<u8> {
        let channel = self.channel;
        let flipped = channel.variables.get(b"channel_cid_flipped").is_some();
        match column {
            "uuid" => channel.uuid.clone().into_bytes(),
            "direction" => channel.direction.as_str().into(),
            "name" => channel.name.clone(),
            "state" => channel.running.as_str().into(),
            "callstate" => channel.call_state.as_str().into(),
            "application" => channel.last_app.as_ref().map(|(app, _)| app.clone().into()).unwrap_or_default(),
            "application_data" => channel.last_app.as_ref().map(|(_, data)| data.clone()).unwrap_or_default(),
            "read_codec" | "write_codec" => "L16".into(),
            "read_rate" | "write_rate" => "8000".into(),
            "read_bit_rate" | "write_bit_rate" => "128000".into(),
            "hostname" => self.core.config.switchname.clone().into_bytes(),
            "callee_direction" if flipped => "RECV".into(),
            "call_uuid" if flipped => channel.uuid.clone().into_bytes(),
            _ => self.profile_field(column),
        }
    }

    fn profile_field(&self, column: &str) -> Vec<u8> {
        let Some(profile) = &self.channel.profile else { return Vec::new() };
        match column {
            "created" => profile.times.created.date().into_bytes(),
            "created_epoch" => profile.times.created.as_secs().to_string().into_bytes(),
            "cid_name" => profile.caller_name.clone(),
            "cid_num" => profile.caller_number.clone(),
            "callee_name" => profile.callee_name.clone(),
            "callee_num" => profile.callee_number.clone(),
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

fn write(form: Form<'_>, columns: &str, rows: &[Row]) -> Vec<u8> {
    let count = rows.len();
    match form {
        Form::Count => format!("\n{count} total.\n").into_bytes(),
        Form::CountJson => format!("{{\"row_count\":{count},\"rows\":[]}}").into_bytes(),
        Form::Text(delimiter) => write_text(columns, rows, delimiter),
        Form::Json if rows.is_empty() => b"{\"row_count\": 0}\n".to_vec(),
        Form::Json => write_json(columns, rows),
        Form::Xml if rows.is_empty() => b"<result row_count=\"0\"/>\n".to_vec(),
        Form::Xml => write_xml(columns, rows),
    }
}

/// The columns, unless there are no rows, and the rows; nothing is quoted.
fn write_text(columns: &str, rows: &[Row], delimiter: &str) -> Vec<u8> {
    let mut out = Vec::new();
    if !rows.is_empty() {
        out.extend_from_slice(columns.replace(',', delimiter).as_bytes());
        out.push(b'\n');
    }
    for row in rows {
        out.extend_from_slice(&row.join(delimiter.as_bytes()));
        out.push(b'\n');
    }
    out.extend_from_slice(format!("\n{} total.\n", rows.len()).as_bytes());
    out
}

fn write_json(columns: &str, rows: &[Row]) -> Vec<u8> {
    let mut out = format!("{{\"row_count\":{},\"rows\":[", rows.len()).into_bytes();
    for (at, row) in rows.iter().enumerate() {
        out.extend_from_slice(if at > 0 { b",{" } else { b"{" });
        for (place, (column, field)) in columns.split(',').zip(row).enumerate() {
            if place > 0 {
                out.push(b',');
            }
            out.extend_from_slice(format!("\"{column}\":\"").as_bytes());
            quote(field, &mut out);
            out.push(b'"');
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    out
}

fn quote(text: &[u8], out: &mut Vec<u8>) {
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(*byte),
        }
    }
}

fn write_xml(columns: &str, rows: &[Row]) -> Vec<u8> {
    let mut out = format!("<result row_count=\"{}\">\n", rows.len());
    for (at, row) in rows.iter().enumerate() {
        out.push_str(&format!("  <row row_id=\"{}\">\n", at + 1));
        for (column, field) in columns.split(',').zip(row) {
            let text = escape(&String::from_utf8_lossy(field));
            out.push_str(&format!("    <{column}>{text}</{column}>\n"));
        }
        out.push_str("  </row>\n");
    }
    out.push_str("</result>\n");
    out.into_bytes()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            ascii if ascii.is_ascii() => out.push(ascii),
            other => out.push_str(&format!("&#x{:X};", u32::from(other))),
        }
    }
    out
}
