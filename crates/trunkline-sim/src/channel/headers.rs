//! The headers a channel puts into events (`switch_channel_event_set_data` in `src/switch_channel.c`).

use std::ops::Add;

use trunkline_proto::AnswerState;

use super::{Channel, KeptProfile};
use crate::event::{Draft, Size};

/// What the headers of a channel take that are neither its profiles' nor variables.
const OWN: Size = Size { lines: 18, plain: 672, raw: 0 };

impl Channel {
    /// An event about it, with room for all its headers.
    pub(crate) fn draft(&self, with_variables: bool) -> Draft {
        let other = self.other.as_ref().map(|(_, profile)| profile);
        let profiles = self.profile.iter().chain(other).map(KeptProfile::size);
        let variables = if with_variables { self.variables.size() } else { Size::default() };
        Draft::with_room(profiles.fold(OWN + variables, Size::add))
    }

    /// What every event about it carries.
    pub(crate) fn write_basic(&self, event: &mut Draft) {
        event.push("Channel-State", self.running.as_str());
        event.push("Channel-Call-State", self.call_state.as_str());
        event.push_number("Channel-State-Number", self.target.number().unwrap_or_default().into());
        event.push("Channel-Name", self.name.as_slice());
        event.push("Unique-ID", self.uuid.as_str());
        event.push("Call-Direction", self.direction.as_str());
        event.push("Presence-Call-Direction", self.direction.as_str());
        event.push("Channel-HIT-Dialplan", if self.hit_dialplan { "true" } else { "false" });
        self.write_presence_data(event);
        event.push("Channel-Call-UUID", self.variables.get("call_uuid").unwrap_or(self.uuid.as_bytes()));
        event.push("Answer-State", self.answer_state().as_str());
        if let Some(cause) = self.cause {
            event.push("Hangup-Cause", cause.name());
        }
        self.write_codecs(event);
        if let Some(profile) = &self.profile {
            profile.write("Caller", event);
        }
        if let Some((kind, profile)) = &self.other {
            event.push("Other-Type", kind.as_str());
            profile.write("Other-Leg", event);
        }
    }

    /// What most events about it carry besides.
    pub(crate) fn write_variables(&self, event: &mut Draft) {
        self.write_scopes(event);
        self.variables.write(event);
    }

    /// The variables that `presence_data_cols` lists, with colons between them.
    fn write_presence_data(&self, event: &mut Draft) {
        let Some(columns) = self.variables.get("presence_data_cols") else { return };
        event.push("Presence-Data-Cols", columns);
        for name in columns.split(|byte| *byte == b':') {
            let field = || self.profile.as_deref().and_then(|profile| profile.field(name));
            if let Some(value) = self.variables.get(name).or_else(field) {
                event.push([b"PD-".as_slice(), name].concat(), value);
            }
        }
    }

    fn answer_state(&self) -> AnswerState {
        if self.hung_up() {
            AnswerState::Hangup
        } else if self.answered {
            AnswerState::Answered
        } else if self.early {
            AnswerState::Early
        } else {
            AnswerState::Ringing
        }
    }

    fn write_codecs(&self, event: &mut Draft) {
        if self.reads {
            event.append(self.codec.read_headers());
        }
        if self.writes {
            event.append(self.codec.write_headers());
        }
    }
}
