//! What each event does to the model: a file an event family, and a table which event is of which.
//!
//! A fold is a function of the draft and the event. It changes objects by [`Draft::create`], [`Draft::alter`] and
//! [`Draft::remove`], which note what has changed; it must do with any event of its name, whatever is missing in it.

mod application;
mod bridge;
mod calls;
mod channel;
pub(in crate::model) mod conference;
mod core;
mod found;
mod gateway;
pub(in crate::model) mod job;
mod node;
mod parked;
mod pass;
mod recording;
pub(in crate::model) mod registration;
mod told;
mod value;
mod with_channel;

use trunkline_proto::{ChannelUuid, Event, EventName, EventSet, Value};

use super::change::Removal;
use super::channel::Channel;
use super::draft::Draft;
use super::standing::{Standing, Why};
use channel::set;
use told::Told;

/// What an event does.
type Fold = fn(&mut Draft, &Told<'_>);

/// Takes one event in.
pub(in crate::model) fn event(draft: &mut Draft, event: &Event) {
    let Some(name) = event.name() else { return };
    let told = Told::by(event, &draft.run_read);
    let folds = folds(name, &told);
    draft.begin_event(Standing::new(told.date, Why::Event(name.clone())), told.sequence);
    core::check(draft, &told);
    for fold in folds {
        fold(draft, &told);
    }
    calls::settle(draft);
}

/// Takes in what the live session says of a channel (`uuid_dump`); only what it runs, if events tell of it.
pub(in crate::model) fn snapshot(draft: &mut Draft, event: &Event, is_told: bool) {
    let told = Told::by(event, &draft.run_read);
    draft.begin_event(Standing::new(told.date, Why::Snapshot), told.sequence);
    let id = event.unique_id().unwrap_or_default();
    let before = draft.get::<Channel>(&id).cloned();
    if !is_told {
        channel::block(draft, &told);
    }
    found::running(draft, event, &id);
    found::parked(draft, event, before.as_deref());
    calls::settle(draft);
}

/// A channel is not there any more.
pub(in crate::model) fn missing(draft: &mut Draft, id: &ChannelUuid) {
    draft.begin_event(Standing::new(None, Why::Snapshot), None);
    channel::bury(draft, id, 0, Removal::Unknown);
    calls::settle(draft);
}

/// Two channels are bridged, or no longer.
pub(in crate::model) fn set_bridged(draft: &mut Draft, a: &ChannelUuid, b: &ChannelUuid, bridged: bool) {
    draft.begin_event(Standing::new(None, Why::Snapshot), None);
    if bridged {
        bridge::join(draft, a, b);
    } else {
        bridge::part(draft, a, b);
        bridge::part(draft, b, a);
    }
    calls::settle(draft);
}

/// The folds of an event, by its name, in the order they are done.
fn of_name(name: &EventName) -> &'static [Fold] {
    use EventName as N;
    match name {
        N::ChannelUuid => &[channel::rename, channel::block],
        N::ChannelDestroy => &[channel::destroy, node::churn],
        N::ChannelCreate => &[channel::block, node::churn],
        N::ChannelBridge => &[channel::block, bridge::bridge],
        N::ChannelUnbridge => &[channel::block, bridge::unbridge],
        N::ChannelHold => &[channel::block, channel::hold],
        N::ChannelUnhold => &[channel::block, channel::unhold],
        N::ChannelExecute => &[application::execute],
        N::ChannelExecuteComplete => &[application::complete],
        N::RecordStart => &[channel::block, recording::start, channel::record_start],
        N::RecordStop => &[channel::block, recording::stop, channel::record_stop],
        N::ChannelPark => &[channel::block, parked::park],
        N::ChannelUnpark => &[channel::block, parked::unpark],
        N::BackgroundJob => &[job::end],
        N::Heartbeat => &[node::heartbeat],
        N::Startup | N::ShutdownRequested | N::Shutdown => &[node::lifecycle],
        N::CallSecure => &[channel::secure],
        N::ChannelState
        | N::ChannelCallstate
        | N::ChannelAnswer
        | N::ChannelHangup
        | N::ChannelHangupComplete
        | N::ChannelProgress
        | N::ChannelProgressMedia
        | N::ChannelOutgoing
        | N::ChannelApplication
        | N::ChannelOriginate
        | N::CallUpdate
        | N::Codec
        | N::SessionHeartbeat => &[channel::block],
        _ => &[],
    }
}

/// The folds of a CUSTOM event, by the module and the event in its subclass: a line each.
const SUBCLASSES: &[(&str, &str, &[Fold])] = &[
    ("conference", "maintenance", &[conference::maintenance]),
    ("sofia", "register", &[registration::register]),
    ("sofia", "unregister", &[registration::unregister]),
    ("sofia", "expire", &[registration::unregister]),
    ("sofia", "gateway_state", &[gateway::gateway]),
    ("sofia", "gateway_add", &[gateway::gateway]),
    ("sofia", "gateway_delete", &[gateway::gateway]),
    ("valet_parking", "info", &[parked::valet]),
];

fn folds(name: &EventName, told: &Told<'_>) -> &'static [Fold] {
    let subclass = || told.subclass.or_else(|| told.event.headers().value("Event-Subclass"));
    match name {
        EventName::Custom => subclass().map_or(&[], of_subclass),
        _ => of_name(name),
    }
}

fn of_subclass(subclass: Value<'_>) -> &'static [Fold] {
    let known = SUBCLASSES.iter().find(|(module, event, _)| is_subclass(subclass, module, event));
    known.map_or(&[], |(.., folds)| folds)
}

/// Whether it is `module::event`, as JSON has it or as plain events do.
fn is_subclass(subclass: Value<'_>, module: &str, event: &str) -> bool {
    let between =
        subclass.raw().strip_prefix(module.as_bytes()).and_then(|rest| rest.strip_suffix(event.as_bytes()));
    between.is_some_and(|between| between == b"::" || between == b"%3A%3A")
}

/// The events that do something.
pub(in crate::model) fn events() -> EventSet {
    let folded = EventName::KNOWN.iter().filter(|name| !of_name(name).is_empty());
    let names = folded.cloned().fold(EventSet::new(), EventSet::with);
    let subclasses = SUBCLASSES.iter().map(|(module, event, _)| format!("{module}::{event}"));
    subclasses.fold(names, |events, subclass| events.with_subclass(&subclass))
}

/// The number of the event that is folded. Without one it counts as the latest.
fn sequence(draft: &Draft) -> u64 {
    draft.sequence().unwrap_or(u64::MAX)
}

/// How what an event tells came to be.
fn standing(event: &Event) -> Standing {
    Standing::new(event.standard().date(), why(event))
}

fn why(event: &Event) -> Why {
    match event.name() {
        Some(EventName::Custom) => Why::Custom {
            subclass: event.subclass().unwrap_or_default().into(),
            action: event.get("Action").map(Into::into),
        },
        Some(name) => Why::Event(name.clone()),
        None => Why::Snapshot,
    }
}
