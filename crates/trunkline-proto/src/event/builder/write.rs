//! The payload of an event, byte for byte as FreeSWITCH serialises it (`switch_event_serialize` and
//! `switch_event_serialize_json_obj` in `src/switch_event.c`).

use super::super::{EventFormat, xml};
use super::{EventBuilder, Values};
use crate::{json, percent};

pub(super) fn payload(event: &EventBuilder, format: EventFormat, out: &mut Vec<u8>) {
    match format {
        EventFormat::Plain => plain(event, out),
        EventFormat::Json => json(event, out),
        EventFormat::Xml => xml::write(event, out),
    }
}

fn plain(event: &EventBuilder, out: &mut Vec<u8>) {
    // The switch has no array without elements.
    for (name, values) in event.headers().filter(|(_, values)| !values.is_empty()) {
        out.extend_from_slice(name);
        out.extend_from_slice(b": ");
        let text = values.text();
        if text.is_empty() {
            out.extend_from_slice(b"_undef_");
        } else {
            percent::encode_into(&text, out);
        }
        out.push(b'\n');
    }
    if let Some(body) = event.given_body().filter(|body| !body.is_empty()) {
        out.extend_from_slice(format!("Content-Length: {}\n\n", body.len()).as_bytes());
        out.extend_from_slice(body);
    } else {
        out.push(b'\n');
    }
}

fn json(event: &EventBuilder, out: &mut Vec<u8>) {
    out.push(b'{');
    let start = out.len();
    for (name, values) in event.headers() {
        if out.len() > start {
            out.push(b',');
        }
        json::quote_into(name, out);
        out.push(b':');
        json_values(values, out);
    }
    if let Some(body) = event.given_body() {
        if out.len() > start {
            out.push(b',');
        }
        out.extend_from_slice(format!("\"Content-Length\":\"{}\",\"_body\":", body.len()).as_bytes());
        json::quote_into(body, out);
    }
    out.push(b'}');
}

fn json_values(values: Values<'_>, out: &mut Vec<u8>) {
    if !values.is_list() {
        return json::quote_into(&values.text(), out);
    }
    out.push(b'[');
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        json::quote_into(value, out);
    }
    out.push(b']');
}
