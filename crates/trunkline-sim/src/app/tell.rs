//! Applications that tell others something: events and log lines (`mod_dptools.c`).

use trunkline_proto::{EventBuilder, EventFormat, EventName};

use super::{Application, Progress};
use crate::channel::ChannelId;
use crate::core::{Announced, Core};
use crate::event::{Draft, Fired, origin};
use crate::log;
use crate::text::{split, trim};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("event", event), ("log", log), ("info", info)];

/// `name=value,…`: an event of the dialplan's own, with what is known of the channel.
fn event(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let mut name = EventName::ChannelApplication;
    let mut subclass = None;
    let mut event = core.new_event(&name, &origin::APP_EVENT).to_builder();
    for word in split(data, b',', 25) {
        let equals = word.iter().position(|byte| *byte == b'=').unwrap_or(word.len());
        let (header, value) = word.split_at(equals);
        let (header, value) = (trim(header), trim(value.get(1..).unwrap_or_default()));
        if header.eq_ignore_ascii_case(b"Event-Name") {
            name = EventName::from_bytes(value);
            event.delete("Event-Name");
        }
        if header.eq_ignore_ascii_case(b"Event-Subclass") {
            subclass = Some(value.to_vec());
        } else if !value.is_empty() {
            event.push(header, value);
        }
    }
    let mut content = on_top(subclass.as_deref(), event);
    if let Some(channel) = core.channels.get(id) {
        channel.write_basic(&mut content);
        if name == EventName::Custom {
            channel.write_variables(&mut content);
        }
    }
    let subclass = subclass.filter(|_| name == EventName::Custom);
    core.announce(Announced::Event(Fired::new(name, subclass, content).into()));
    Progress::Done
}

/// An event with its subclass before all else.
fn on_top(subclass: Option<&[u8]>, event: EventBuilder) -> Draft {
    let mut draft = Draft::new();
    if let Some(subclass) = subclass {
        draft.push("Event-Subclass", subclass);
    }
    for (name, values) in event.headers() {
        draft.push_values(name, values);
    }
    draft
}

/// `[<level> ]<text>`
fn log(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let text = String::from_utf8_lossy(data).into_owned();
    let (level, text) = match text.split_once(' ') {
        Some((word, rest)) => match log::parse_level(word).and_then(|level| u8::try_from(level).ok()) {
            Some(level) => (level, rest.to_owned()),
            None => (log::DEBUG, rest.to_owned()),
        },
        None => (log::DEBUG, text),
    };
    core.log_session(level, &origin::APP_LOG, id, |_| text.clone());
    Progress::Done
}

/// Logs all that is known of the channel.
fn info(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    let mut event = core.new_event(&EventName::ChannelData, &origin::APP_INFO);
    if let Some(channel) = core.channels.get(id) {
        channel.write_basic(&mut event);
        channel.write_variables(&mut event);
    }
    let text = String::from_utf8_lossy(&event.payload(EventFormat::Plain)).into_owned();
    core.log_session(log::INFO, &origin::APP_INFO, id, |_| format!("CHANNEL_DATA:\n{text}"));
    Progress::Done
}
