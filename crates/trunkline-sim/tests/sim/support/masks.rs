//! Messages with what differs from one run to the next taken out: ids, times, numbers that count.

use trunkline_proto::percent;

/// A message from the switch, comparable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) content_type: String,
    /// The headers of the event within, or else of the message.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Said {
    pub(crate) fn is_event(&self) -> bool {
        self.content_type.starts_with("text/event-")
    }

    /// Without what tells of a transfer: the switch notes it in another thread than the one that goes on, so that the
    /// first events may have it or not.
    pub(crate) fn without_transfers(mut self) -> Self {
        let tells = |name: &str| name.contains("ransfer-Source") || name.starts_with("variable_transfer_");
        self.headers.retain(|(name, _)| !tells(name));
        self
    }

    /// Without what a SIP call's last request says of its dialog: when the first one, the ACK, gets there is a race.
    pub(crate) fn without_acknowledgement(mut self) -> Self {
        let told =
            ["to_tag", "from_tag", "cseq", "call_id", "full_via", "from_display", "full_from", "full_to"];
        let tells = |name: &str| name.strip_prefix("variable_sip_").is_some_and(|name| told.contains(&name));
        self.headers.retain(|(name, _)| !tells(name));
        self
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Headers that differ between any two runs.
const VARYING: &[&str] = &[
    "Core-UUID",
    "FreeSWITCH-Hostname",
    "FreeSWITCH-Switchname",
    "FreeSWITCH-IPv4",
    "FreeSWITCH-IPv6",
    "Event-Date-Local",
    "Event-Date-GMT",
    "Event-Date-Timestamp",
    "Event-Sequence",
    "Application-UUID",
    "Idle-CPU",
    "Up-Time",
    "Uptime-msec",
    "Task-Runtime",
];

/// Cuts a stream into messages, by the rules a client would use.
pub(crate) fn read_messages(mut stream: &[u8]) -> Vec<Said> {
    let mut messages = Vec::new();
    while let Some(end) = find(stream, b"\n\n") {
        let headers = header_lines(&stream[..end]);
        let get =
            |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let length: usize = get("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let start = end + 2;
        if headers.first().is_some_and(|(name, _)| name == "Event-Name") {
            // What `connect` gets: an event without a frame, and no reply but for where it stands.
            messages.push(said("command/reply".into(), decoded(headers), b""));
            stream = &stream[start..];
            continue;
        }
        let body = &stream[start..(start + length).min(stream.len())];
        stream = &stream[(start + length).min(stream.len())..];
        messages.push(said(get("Content-Type").unwrap_or_default(), headers, body));
    }
    if !stream.is_empty() {
        let rest = String::from_utf8_lossy(stream).into_owned();
        messages.push(Said { content_type: "unfinished".into(), headers: Vec::new(), body: rest });
    }
    messages
}

fn said(content_type: String, headers: Vec<(String, String)>, body: &[u8]) -> Said {
    // What `uuid_dump` gives is an event, too.
    let form = match content_type.as_str() {
        "api/response" if body.starts_with(b"Event-Name: ") => "text/event-plain",
        "api/response" if body.starts_with(b"{\"Event-Name\"") => "text/event-json",
        other => other,
    };
    let (headers, body) = match form {
        "text/event-plain" => {
            let end = find(body, b"\n\n").unwrap_or(body.len());
            (decoded(header_lines(&body[..end])), body[(end + 2).min(body.len())..].to_vec())
        }
        "text/event-json" => (json_members(body), Vec::new()),
        "text/event-xml" => (xml_elements(body), Vec::new()),
        "log/data" => (headers, Vec::new()),
        _ => (headers, body.to_vec()),
    };
    let headers = headers.into_iter().map(|(name, value)| mask(name, &value)).collect();
    Said { content_type, headers, body: mask_body(&String::from_utf8_lossy(&body)) }
}

/// Headers with their values percent-decoded.
fn decoded(headers: Vec<(String, String)>) -> Vec<(String, String)> {
    let decode = |value: &str| String::from_utf8_lossy(&percent::decode(value.as_bytes())).into_owned();
    headers.into_iter().map(|(name, value)| (name, decode(&value))).collect()
}

fn header_lines(block: &[u8]) -> Vec<(String, String)> {
    let lines = block.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let line = String::from_utf8_lossy(line).into_owned();
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            (name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned())
        })
        .collect()
}

/// Members of a JSON object in order, repeated ones too.
fn json_members(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body).into_owned();
    let mut members = Vec::new();
    let mut rest = text.trim_start_matches('{');
    while let Some(key_end) = rest.find("\":") {
        let key = rest[..key_end].trim_start_matches(['"', ',']).to_owned();
        let value_text = &rest[key_end + 2..];
        let mut values = serde_json::Deserializer::from_str(value_text).into_iter::<serde_json::Value>();
        let Some(Ok(value)) = values.next() else { break };
        rest = &value_text[values.byte_offset()..];
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        members.push((key, value));
    }
    members
}

fn xml_elements(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body).into_owned();
    let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix('<'));
    lines
        .filter_map(|line| line.split_once('>'))
        .map(|(name, rest)| (name.to_owned(), rest.split("</").next().unwrap_or_default().to_owned()))
        .collect()
}

fn mask(name: String, value: &str) -> (String, String) {
    let counts = [
        "_epoch",
        "_uepoch",
        "_stamp",
        "sec",
        "duration",
        "_id",
        "_ms",
        "_samples",
        "_seconds",
        "_offset_pos",
        "_file_size",
    ];
    let is_count = name.starts_with("variable_") && counts.iter().any(|end| name.ends_with(end));
    let is_time = (["-Time", "-Last-Hold", "-Hold-Accum"].iter().any(|end| name.ends_with(end))
        && value != "0")
        || is_count;
    if VARYING.contains(&name.as_str()) || is_time || name == "Content-Length" {
        return (name, "*".into());
    }
    if is_of_sip(&name) {
        return (name, mask_sip(value));
    }
    let is_transfer =
        ["transfer_source", "transfer_history", "Transfer-Source"].iter().any(|end| name.ends_with(end));
    let masked = if is_transfer {
        mask_seconds(&mask_ids(value))
    } else if matches!(name.as_str(), "_body" | "body") {
        mask_body(value)
    } else {
        mask_ids(value)
    };
    (name, masked)
}

/// Whether a header tells of a SIP dialog, or of what is sent over it.
fn is_of_sip(name: &str) -> bool {
    let name = name.strip_prefix("variable_").unwrap_or_default();
    name.starts_with("sip_")
        || name.starts_with("rtp_")
        || name.ends_with("_sdp")
        || name.ends_with("_media_port")
}

/// Tags, branches, ports, and what counts packets.
fn mask_sip(value: &str) -> String {
    let marks = [("tag=", 13), ("branch=z9hG4bK", 13), ("o=FreeSWITCH ", 21), ("m=audio ", 5)];
    let mut text = mask_ids(value);
    for (mark, length) in marks {
        if let Some(start) = text.find(mark).map(|at| at + mark.len()) {
            let end = (start + length).min(text.len());
            text.replace_range(start..end, "*");
        }
    }
    let is_token = text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_count = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_token || is_count { "*".into() } else { text }
}

/// The seconds each transfer begins with.
fn mask_seconds(text: &str) -> String {
    let (array, text) = text.split_at(if text.starts_with("ARRAY::") { 7 } else { 0 });
    let parts = text.split("|:").map(|part| match part.split_once(':') {
        Some((seconds, rest)) if seconds.bytes().all(|byte| byte.is_ascii_digit()) => format!("*:{rest}"),
        _ => part.to_owned(),
    });
    format!("{array}{}", parts.collect::<Vec<_>>().join("|:"))
}

/// What counts time and calls.
fn mask_body(body: &str) -> String {
    if body.starts_with("UP 0 years") {
        "<status>".into()
    } else if !body.is_empty() && body.trim_end().bytes().all(|byte| byte.is_ascii_digit()) {
        "<number>".into()
    } else {
        mask_times(&mask_ids(body))
    }
}

/// Seconds since 1970, and the dates they are, become others.
fn mask_times(text: &str) -> String {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(next) = rest.chars().next() else { break };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let begins = at == 0 || !is_digit(bytes.get(at - 1));
        if begins && digits >= 10 && rest.starts_with("17") {
            out.push_str("1700000000");
            at += digits;
        } else if begins && digits == 4 && is_date(rest) {
            out.push_str("2000-01-01 00:00:00");
            at += 19;
        } else {
            out.push(next);
            at += next.len_utf8();
        }
    }
    out
}

/// Whether a text begins as `2026-11-20 23:06:38` does.
fn is_date(text: &str) -> bool {
    let shape = b"0000-00-00 00:00:00";
    let bytes = text.as_bytes();
    bytes.len() >= shape.len()
        && bytes
            .iter()
            .zip(shape)
            .all(|(byte, shape)| byte == shape || byte.is_ascii_digit() && *shape == b'0')
}

/// Random uuids; those of the recordings' own choice begin with `ca11`.
fn mask_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.char_indices().map(|(at, _)| at).find(|at| is_uuid(&rest[*at..])) {
        out.push_str(&rest[..at]);
        let uuid = &rest[at..at + 36];
        out.push_str(if uuid.starts_with("ca11") { uuid } else { "<uuid>" });
        rest = &rest[at + 36..];
    }
    out.push_str(rest);
    out
}

fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 36
        && bytes[..36].iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
