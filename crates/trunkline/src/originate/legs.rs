//! The legs of a call that is looked for, and what was seen of them.

use trunkline_proto::{AnswerState, ChannelState, ChannelUuid, Event, EventName, HangupCause};

/// What looking for a leg found.
#[derive(Debug)]
pub(super) enum Look {
    /// A live channel, and all there is to know of it.
    There(Box<Event>),
    /// A live channel; no more than that may be asked.
    Exists,
    /// None of its id.
    Absent,
}

#[derive(Debug)]
pub(super) struct Legs {
    legs: Vec<Leg>,
}

#[derive(Debug)]
struct Leg {
    uuid: ChannelUuid,
    seen: Seen,
}

#[derive(Debug)]
enum Seen {
    Never,
    Alive {
        answer_state: Option<AnswerState>,
        /// The switch has sent it where the `originate` says, so that is over.
        sent_on: bool,
    },
    Ended {
        cause: HangupCause,
        answered: bool,
    },
    /// It was alive, and is no more.
    Gone,
}

impl Legs {
    pub(super) fn new(uuids: &[ChannelUuid]) -> Self {
        let leg = |uuid: &ChannelUuid| Leg { uuid: uuid.clone(), seen: Seen::Never };
        Self { legs: uuids.iter().map(leg).collect() }
    }

    pub(super) fn uuids(&self) -> impl Iterator<Item = &ChannelUuid> {
        self.legs.iter().map(|leg| &leg.uuid)
    }

    /// Whether an event is about one of them.
    pub(super) fn concerns(&self, event: &Event) -> bool {
        event.unique_id().is_some_and(|id| self.uuids().any(|uuid| uuid.as_str() == id))
    }

    /// Takes down what an event says of one of them.
    pub(super) fn on_event(&mut self, event: &Event) {
        let Some(id) = event.unique_id() else { return };
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.uuid.as_str() == id) {
            leg.seen = Seen::in_event(event);
        }
    }

    pub(super) fn on_look(&mut self, at: usize, look: &Look) {
        let Some(leg) = self.legs.get_mut(at) else { return };
        match (look, &leg.seen) {
            (Look::There(channel), _) => leg.seen = Seen::in_event(channel),
            (Look::Exists, _) => leg.seen = Seen::Alive { answer_state: None, sent_on: false },
            (Look::Absent, Seen::Alive { .. }) => leg.seen = Seen::Gone,
            (Look::Absent, _) => {}
        }
    }

    /// The one the call is up on. Where the switch will yet say so itself, an answer is not enough: the party that
    /// answered may still have to confirm (`group_confirm_key`).
    pub(super) fn up(&self, answer_is_enough: bool) -> Option<&ChannelUuid> {
        self.legs.iter().find(|leg| leg.seen.is_up(answer_is_enough)).map(|leg| &leg.uuid)
    }

    /// One that is alive, and how far it has come.
    pub(super) fn alive(&self) -> Option<(&ChannelUuid, Option<&AnswerState>)> {
        self.legs.iter().find_map(|leg| match &leg.seen {
            Seen::Alive { answer_state, .. } => Some((&leg.uuid, answer_state.as_ref())),
            _ => None,
        })
    }

    /// How it ended, if every leg was seen to end: the one that was answered, or else the last.
    pub(super) fn ended(&self) -> Option<(&ChannelUuid, &HangupCause, bool)> {
        let mut last = None;
        for leg in &self.legs {
            let Seen::Ended { cause, answered } = &leg.seen else { return None };
            last = last.filter(|(_, _, answered)| *answered).or(Some((&leg.uuid, cause, *answered)));
        }
        last
    }
}

impl Seen {
    fn in_event(event: &Event) -> Self {
        let Some(channel) = event.channel() else {
            return Self::Alive { answer_state: None, sent_on: false };
        };
        let answered = channel.caller().is_some_and(|caller| caller.answered().is_some());
        let state = channel.target_state().or_else(|| channel.state());
        if let Some(cause) = channel.hangup_cause()
            && state.as_ref().is_none_or(|state| *state >= ChannelState::Hangup)
        {
            return Self::Ended { cause, answered };
        }
        let answer_state = if event.is(EventName::ChannelAnswer) {
            Some(AnswerState::Answered)
        } else {
            channel.answer_state()
        };
        Self::Alive { answer_state, sent_on: state.is_some_and(|state| is_sent_on(&state)) }
    }

    fn is_up(&self, answer_is_enough: bool) -> bool {
        match self {
            Self::Alive { answer_state, sent_on } => {
                *sent_on || (answer_is_enough && *answer_state == Some(AnswerState::Answered))
            }
            _ => false,
        }
    }
}

/// While it is dialled a leg goes from CS_INIT by CS_ROUTING to CS_CONSUME_MEDIA, and no further
/// (`originate_on_routing` in `switch_ivr_originate.c`).
fn is_sent_on(state: &ChannelState) -> bool {
    *state > ChannelState::Routing && *state < ChannelState::Hangup && *state != ChannelState::ConsumeMedia
}
