//! What a real switch told of a call that was answered, played to, asked for a digit and hung up, as templates.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use trunkline_proto::{Event, EventBuilder, EventFormat, EventName};

use super::template::{Application, Form, Slot, Template, Text, Values};
use crate::server::recorded_messages;

/// A SIP call under an outbound socket, with `myevents` and `linger`.
pub(super) const RECORDING: &str = "out-ivr.ndjson";
const UUID: &str = "fd5180ce-ab4f-46bc-80ea-949d1e30a49f";
/// What the caller presses.
pub(super) const DIGIT: &str = "2";

/// What a channel tells of, in about the order in which it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    Park,
    /// CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE of an application without an argument.
    BareBegin,
    BareEnd,
    Answer,
    Active,
    Begin,
    End,
    PlaybackStart,
    PlaybackStop,
    Digit,
    DigitsEnd,
    Hangup,
    Unpark,
    SocketEnd,
    StateHangup,
    CallStateHangup,
    StateReporting,
    HangupComplete,
}

impl Told {
    const ALL: [Self; 18] = [
        Self::Park,
        Self::BareBegin,
        Self::BareEnd,
        Self::Answer,
        Self::Active,
        Self::Begin,
        Self::End,
        Self::PlaybackStart,
        Self::PlaybackStop,
        Self::Digit,
        Self::DigitsEnd,
        Self::Hangup,
        Self::Unpark,
        Self::SocketEnd,
        Self::StateHangup,
        Self::CallStateHangup,
        Self::StateReporting,
        Self::HangupComplete,
    ];
}

pub(super) struct Recorded {
    connect: Text,
    /// In the order of [`Told::ALL`].
    events: Vec<Template>,
    /// No two events have the same Event-Sequence.
    sequence: AtomicU64,
}

impl Recorded {
    pub(super) fn load() -> Self {
        let messages = recorded_messages(RECORDING);
        let data = messages.iter().find(|message| message.starts_with("Event-Name: CHANNEL_DATA"));
        let data = data.expect("the reply to connect").replace(UUID, Slot::Uuid.mark());
        let data =
            data.replace("Event-Sequence: 13100", &format!("Event-Sequence: {}", Slot::Sequence.mark()));
        let source = Source(messages.iter().filter_map(|message| event(message)).collect());
        let events = Told::ALL.map(|told| Template::of(source.event(told))).into();
        Self { connect: Text::of(data.into_bytes()), events, sequence: AtomicU64::new(100_000) }
    }

    pub(super) fn write_connect(&self, uuid: &str, out: &mut Vec<u8>) {
        self.connect.write(Form::Plain, &self.values(uuid, &Application::default()), out);
    }

    pub(super) fn write(
        &self,
        told: Told,
        form: Form,
        uuid: &str,
        application: &Application,
        out: &mut Vec<u8>,
    ) {
        self.events[told as usize].write(form, &self.values(uuid, application), out);
    }

    /// A bit for each event that is wanted.
    pub(super) fn heard(&self, is_wanted: impl Fn(&Template) -> bool) -> u32 {
        let events = self.events.iter().enumerate();
        events.filter(|(_, event)| is_wanted(event)).map(|(at, _)| 1 << at).sum()
    }

    fn values<'a>(&self, uuid: &'a str, application: &'a Application) -> Values<'a> {
        Values::new(uuid, self.sequence.fetch_add(1, Ordering::Relaxed), application)
    }
}

/// The event of a recorded message, with marks where it is one call's own.
fn event(message: &str) -> Option<EventBuilder> {
    let (head, payload) = message.split_once("\n\n")?;
    if !head.contains("text/event-plain") {
        return None;
    }
    let payload = payload.replace(UUID, Slot::Uuid.mark());
    let event = Event::decode(EventFormat::Plain, Bytes::from(payload)).expect("a recorded event");
    let mut event = event.to_builder();
    event.set("Event-Sequence", Slot::Sequence.mark());
    Some(event)
}

/// The recorded events.
struct Source(Vec<EventBuilder>);

impl Source {
    fn event(&self, told: Told) -> EventBuilder {
        match told {
            Told::Park => self.find(EventName::ChannelPark, None),
            Told::BareBegin => self.application(EventName::ChannelExecute, "answer"),
            Told::BareEnd => self.application(EventName::ChannelExecuteComplete, "answer"),
            Told::Answer => self.find(EventName::ChannelAnswer, None),
            Told::Begin => self.application(EventName::ChannelExecute, "playback"),
            Told::End => self.application(EventName::ChannelExecuteComplete, "playback"),
            Told::PlaybackStart => self.playback(EventName::PlaybackStart),
            Told::PlaybackStop => self.playback(EventName::PlaybackStop).header("Playback-Status", "done"),
            Told::Digit => self.find(EventName::Dtmf, None),
            Told::DigitsEnd => self.digits_end(),
            Told::Hangup => self.find(EventName::ChannelHangup, None),
            Told::Unpark => self.find(EventName::ChannelUnpark, None),
            Told::SocketEnd => self.find(EventName::ChannelExecuteComplete, Some("socket")),
            Told::Active => self.call_state("ACTIVE"),
            Told::CallStateHangup => self.call_state("HANGUP"),
            Told::StateHangup => self.state("CS_HANGUP"),
            Told::StateReporting => self.state("CS_REPORTING"),
            Told::HangupComplete => self.find(EventName::ChannelHangupComplete, None),
        }
    }

    fn find(&self, name: EventName, application: Option<&str>) -> EventBuilder {
        let is_it = |event: &&EventBuilder| {
            event.name().as_ref() == Some(&name)
                && application.is_none_or(|it| event.get("Application").as_deref() == Some(it.as_bytes()))
        };
        self.0.iter().find(is_it).unwrap_or_else(|| panic!("no {name} of {application:?}")).clone()
    }

    /// What was said of one application, for any.
    fn application(&self, name: EventName, recorded: &str) -> EventBuilder {
        let mut event = self.find(name, Some(recorded));
        event.set("Application", Slot::Application.mark());
        event.set("variable_current_application", Slot::Application.mark());
        event.set("Application-UUID", Slot::ApplicationUuid.mark());
        if event.get("Application-Data").is_some() {
            event.set("Application-Data", Slot::Argument.mark());
            event.set("variable_current_application_data", Slot::Argument.mark());
        }
        event
    }

    fn digits_end(&self) -> EventBuilder {
        let mut event = self.application(EventName::ChannelExecuteComplete, "play_and_get_digits");
        assert_eq!(event.get("variable_lab_choice").as_deref(), Some(DIGIT.as_bytes()));
        event.rename("variable_lab_choice", format!("variable_{}", Slot::Variable.mark()));
        event
    }

    /// Not recorded, since `myevents` does not name them: as `switch_ivr_play_file` fires them.
    fn playback(&self, name: EventName) -> EventBuilder {
        let mut event = self.application(EventName::ChannelExecute, "playback");
        for header in ["Application", "Application-Data", "Application-UUID"] {
            event.delete(header);
        }
        event.set_name(&name);
        event.header("Playback-File-Path", Slot::Argument.mark())
    }

    fn state(&self, state: &str) -> EventBuilder {
        let is_it = |event: &&EventBuilder| {
            event.name() == Some(EventName::ChannelState)
                && event.get("Channel-State").as_deref() == Some(state.as_bytes())
        };
        self.0.iter().find(is_it).unwrap_or_else(|| panic!("no {state}")).clone()
    }

    /// Not recorded, either (`switch_channel_perform_set_callstate`).
    fn call_state(&self, state: &str) -> EventBuilder {
        let mut event = self.state("CS_HANGUP");
        event.set_name(&EventName::ChannelCallstate);
        event.set("Channel-Call-State", state);
        event.header("Original-Channel-Call-State", "RINGING").header("Channel-Call-State-Number", "4")
    }
}
