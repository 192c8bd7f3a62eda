//! Since when each object is as it is, and why: over recorded calls.

use std::time::Instant;

use trunkline::Event;
use trunkline::model::{
    Altered, CallField, Change, ChannelField, ConferenceField, GatewayField, MemberField, NodeField, Object,
    Standing, Switch, Why,
};

use crate::recorded::events;

/// How many of each there were: objects that are new, and those that are in another state.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    new: usize,
    other: usize,
    same: usize,
}

impl Seen {
    /// One that is new, or in whose state one of these fields is different, stands so by this event; any other as before.
    fn check<T: Object>(
        &mut self,
        altered: &Altered<T>,
        event: &Event,
        of: fn(&T) -> &Standing,
        state: &[T::Field],
    ) {
        let about = format!("{:?} {:?}", altered.object().id(), event.name());
        let is_told = |standing: &Standing| {
            let why = match &standing.why {
                Why::Event(name) => event.name() == Some(name),
                Why::Custom { subclass, action } => {
                    event.subclass().as_deref() == Some(&**subclass)
                        && event.get("Action").as_deref() == action.as_deref()
                }
                _ => false,
            };
            assert!(why && standing.since.is_some(), "{about}: {standing:?}");
            assert_eq!(standing.since, event.standard().date(), "{about}");
        };
        match altered {
            Altered::Created { after, .. } => {
                self.new += 1;
                is_told(of(after));
            }
            Altered::Updated { before, after, fields, .. }
                if !state.iter().any(|one| fields.contains(*one)) =>
            {
                self.same += 1;
                assert_eq!(of(before), of(after), "{about}");
            }
            Altered::Updated { after, .. } => {
                self.other += 1;
                is_told(of(after));
            }
            _ => {}
        }
    }
}

fn check(seen: &mut Seen, change: &Change, event: &Event) {
    use MemberField as M;
    match change {
        Change::Channel(it) => {
            seen.check(it, event, |it| &it.state_since, &[ChannelField::State]);
            seen.check(it, event, |it| &it.call_state_since, &[ChannelField::CallState]);
        }
        Change::Call(it) => seen.check(it, event, |it| &it.stage_since, &[CallField::Stage]),
        Change::Conference(it) => seen.check(it, event, |it| &it.since, &[ConferenceField::Locked]),
        Change::Member(it) => seen.check(it, event, |it| &it.since, &[M::Speak, M::Hear, M::Hold]),
        Change::Gateway(it) => seen.check(it, event, |it| &it.since, &[GatewayField::State]),
        Change::Node(it) => seen.check(it, event, |it| &it.since, &[NodeField::Stage]),
        Change::Parked(it) => seen.check(it, event, |it| &it.since, &[]),
        Change::Recording(it) => seen.check(it, event, |it| &it.since, &[]),
        Change::Registration(it) => seen.check(it, event, |it| &it.since, &[]),
        _ => {}
    }
}

#[test]
fn everything_says_since_when_and_why() {
    let mut seen = Seen::default();
    for name in [
        "ev-dialplan-bridge",
        "ev-bridge-plain",
        "ev-callstate-park",
        "ev-call-plain",
        "ev-channel-uuid",
        "ev-originate-fail",
        "ev-sip-hold",
        "ev-conference-plain",
        "ev-conference-talk",
        "ev-heartbeat",
        "ev-playback-record-plain",
        "ev-fifo-valet-callcenter",
    ] {
        let (mut switch, now) = (Switch::new(), Instant::now());
        for event in events(name, 1) {
            for change in switch.apply(&event, now).changes() {
                check(&mut seen, change, &event);
            }
        }
    }
    assert!(seen.new > 50 && seen.other > 100 && seen.same > 100, "{seen:?}");
}

/// The one that is called, of a call that is answered and parked: how its call stands, how many milliseconds after it began,
/// and by what event.
#[test]
fn a_call_that_is_parked() {
    let (mut switch, now) = (Switch::new(), Instant::now());
    let (mut stands, mut begun) = (Vec::new(), None);
    for event in events("ev-callstate-park", 1) {
        for change in switch.apply(&event, now).changes() {
            let Some(altered) = change.of::<trunkline::model::Channel>() else { continue };
            let Some(channel) = altered.after().filter(|_| altered.has_changed(ChannelField::CallState))
            else {
                continue;
            };
            if channel.direction != Some(trunkline::CallDirection::Inbound) {
                continue;
            }
            let since = channel.call_state_since.since.unwrap().as_micros();
            let after = (since - *begun.get_or_insert(since)) / 1000;
            let state = channel.call_state.as_ref().unwrap();
            stands.push(format!("{state} at {after} by {:?}", channel.call_state_since.why));
        }
    }
    assert_eq!(
        stands,
        [
            "DOWN at 0 by Event(ChannelState)",
            "RINGING at 0 by Event(ChannelCallstate)",
            "ACTIVE at 1500 by Event(ChannelCallstate)",
            "HANGUP at 2400 by Event(ChannelCallstate)"
        ]
    );
}
