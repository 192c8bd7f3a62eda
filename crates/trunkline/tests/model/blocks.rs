//! What one event says of a channel is read beside what the one before said: it must come to the same as without.

use std::time::Instant;

use proptest::{collection, prop_assert_eq, proptest, sample};
use trunkline::model::{Channel, ChannelField, Object, Switch};
use trunkline::{EventBuilder, EventFormat, EventName};

/// What an event may say, in the order in which the switch writes it, and in which it may say it.
const SAID: &[(&str, &[&str])] = &[
    ("Channel-State", &["CS_EXECUTE"]),
    ("Channel-Call-State", &["ACTIVE"]),
    ("Channel-State-Number", &["4"]),
    ("Channel-Name", &["loopback/a-a", "loopback/b"]),
    ("Unique-ID", &["a"]),
    ("Session-External-ID", &["1", "2"]),
    ("Call-Direction", &["inbound", "outbound"]),
    ("Channel-Presence-ID", &["1000@a", "1001@a.b"]),
    ("Channel-Call-UUID", &["c1", "c2"]),
    ("Answer-State", &["ringing", "answered"]),
    ("Hangup-Cause", &["NONE", "NORMAL_CLEARING", "USER_BUSY"]),
    ("Channel-Read-Codec-Name", &["PCMU", "opus"]),
    ("Channel-Read-Codec-Rate", &["8000", "48000"]),
    ("Channel-Read-Codec-Bit-Rate", &["64000", "0"]),
    ("Channel-Write-Codec-Name", &["L16", "G722"]),
    ("Channel-Write-Codec-Rate", &["16000", "8000"]),
    ("Channel-Write-Codec-Bit-Rate", &["0", "64000"]),
    ("Caller-Direction", &["inbound"]),
    ("Caller-Username", &["u", "v"]),
    ("Caller-Dialplan", &["XML", "inline"]),
    ("Caller-Caller-ID-Name", &["A B", "A \"B\"", "%"]),
    ("Caller-Caller-ID-Number", &["1000", "1001"]),
    ("Caller-Callee-ID-Name", &["Outbound Call", "C"]),
    ("Caller-Callee-ID-Number", &["2000", "2001"]),
    ("Caller-Network-Addr", &["10.0.0.1", "10.0.0.2"]),
    ("Caller-Destination-Number", &["9196", "9197"]),
    ("Caller-Context", &["default", "public"]),
    ("Caller-Channel-Created-Time", &["5000000"]),
    ("Caller-Channel-Answered-Time", &["0", "6000000"]),
    ("Caller-Channel-Hangup-Time", &["0", "7000000"]),
    ("Caller-Channel-Hold-Accum", &["0", "3"]),
    ("Caller-Privacy-Hide-Number", &["false"]),
    ("variable_direction", &["inbound"]),
];
/// Those without which it is of no channel, or of none that is known.
const NEEDED: &[&str] =
    &["Channel-State", "Channel-Call-State", "Channel-State-Number", "Channel-Name", "Unique-ID"];

/// An event that says, of each, nothing or one of what it may.
fn event(format: EventFormat, sequence: usize, said: &[usize]) -> trunkline::Event {
    // The last of each block is there: without it what comes behind is looked up, and not read beside what is known.
    let builder = EventBuilder::named(&EventName::ChannelState)
        .header("Core-UUID", "core")
        .header("FreeSWITCH-IPv6", "::1")
        .header("Event-Date-Timestamp", "9000000")
        .header("Event-Sequence", sequence.to_string());
    let said = SAID.iter().zip(said).filter_map(|((name, values), choice)| {
        let choice = if NEEDED.contains(name) { choice % values.len() } else { *choice };
        Some((*name, *values.get(choice)?))
    });
    let builder = said.fold(builder, |builder, (name, value)| builder.header(name, value));
    builder.to_event(format).expect("an event")
}

/// What is known of the channel, but for what is of no event.
fn known(switch: &Switch) -> Vec<String> {
    let view = switch.view();
    let channel: &Channel = view.channel("a").expect("the channel");
    let fields = [
        ChannelField::Direction,
        ChannelField::CallUuid,
        ChannelField::PresenceId,
        ChannelField::AnswerState,
        ChannelField::HangupCause,
        ChannelField::ReadCodec,
        ChannelField::WriteCodec,
        ChannelField::Name,
        ChannelField::CallerIdName,
        ChannelField::CallerIdNumber,
        ChannelField::CalleeIdName,
        ChannelField::CalleeIdNumber,
        ChannelField::DestinationNumber,
        ChannelField::Context,
        ChannelField::Dialplan,
        ChannelField::NetworkAddr,
        ChannelField::Times,
    ];
    fields.iter().map(|field| format!("{field:?}: {:?}", channel.value(*field))).collect()
}

proptest! {
    #[test]
    fn what_is_read_beside_what_is_known(
        first in collection::vec(0..4_usize, SAID.len()),
        others in collection::vec(collection::vec((0..SAID.len(), 0..4_usize), 0..4), 1..5),
        format in sample::select(vec![EventFormat::Plain, EventFormat::Json]),
    ) {
        // All that is needed for a caller profile, so that each event says all of it.
        let mut said = first;
        let place = |name| SAID.iter().position(|(it, _)| *it == name).expect("one of them");
        let always = ["Caller-Direction", "Caller-Privacy-Hide-Number", "Caller-Channel-Created-Time"].map(place);
        let now = Instant::now();
        let mut switch = Switch::new();
        for (sequence, changes) in std::iter::once(Vec::new()).chain(others).enumerate() {
            for (at, choice) in changes {
                said[at] = choice;
            }
            for at in always {
                said[at] = 0;
            }
            let event = event(format, sequence + 1, &said);
            let mut fresh = Switch::new();
            switch.apply(&event, now);
            fresh.apply(&event, now);
            prop_assert_eq!(known(&switch), known(&fresh));
        }
    }

    /// Another channel that has the id of one whose end was not heard has nothing of it.
    #[test]
    fn what_is_replaced_is_read_anew(
        said in collection::vec(0..4_usize, SAID.len()),
        format in sample::select(vec![EventFormat::Plain, EventFormat::Json]),
    ) {
        let now = Instant::now();
        let (mut switch, mut fresh) = (Switch::new(), Switch::new());
        let made = |event: trunkline::Event, at: &str| {
            let builder = EventBuilder::named(&EventName::ChannelState);
            let builder = event.headers().iter().skip(1).fold(builder, |builder, (name, value)| {
                let is_made = name == "Caller-Channel-Created-Time";
                let value = if is_made { at.to_owned() } else { value.to_str().into_owned() };
                builder.header(&*name, value)
            });
            builder.to_event(format).expect("an event")
        };
        let mut said = said;
        for (at, (name, _)) in SAID.iter().enumerate() {
            if name.starts_with("Caller-") {
                said[at] = 0;
            }
        }
        switch.apply(&made(event(format, 1, &said), "5000000"), now);
        let other = made(event(format, 2, &said), "6000000");
        switch.apply(&other, now);
        fresh.apply(&other, now);
        prop_assert_eq!(known(&switch), known(&fresh));
    }
}
