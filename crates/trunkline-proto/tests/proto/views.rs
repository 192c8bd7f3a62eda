//! Every recorded event, read by what it is.

mod blocks;
mod call;
mod conference;
mod media;
mod modules;
mod server;
mod sweep;
mod unrecorded;

use trunkline_proto::{Event, EventName, Message};

use crate::recordings;

/// Every event there is, with where it is from.
fn every_event() -> impl Iterator<Item = (String, Event)> {
    let connections = recordings::connections().map(|(name, connection)| (name, connection.received.clone()));
    let captures = ["events-all.plain.bin", "events-all.json.bin"]
        .map(|name| (name.to_owned(), recordings::capture(name)));
    connections.chain(captures).flat_map(|(name, bytes)| {
        let events = recordings::messages(&bytes).into_iter().filter_map(event);
        events.map(move |event| (name.clone(), event))
    })
}

fn event(message: Message) -> Option<Event> {
    match message {
        Message::Event(event) => Some(event),
        _ => None,
    }
}

/// The events of a recording's first connection that have this name.
fn named(recording: &str, name: EventName) -> Vec<Event> {
    let events = recordings::messages_of(recording).into_iter().filter_map(event);
    let found: Vec<_> = events.filter(|event| event.is(name.clone())).collect();
    assert!(!found.is_empty(), "{recording} has no {name}");
    found
}

/// The CUSTOM events of a recording's first connection that have this subclass.
fn custom(recording: &str, subclass: &str) -> Vec<Event> {
    let mut found = named(recording, EventName::Custom);
    found.retain(|event| event.subclass().as_deref() == Some(subclass));
    assert!(!found.is_empty(), "{recording} has no {subclass}");
    found
}
