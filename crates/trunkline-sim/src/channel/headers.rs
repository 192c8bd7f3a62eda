//! The headers a channel puts into events (`switch_channel_event_set_data` in `src/switch_channel.c`).

use trunkline_proto::{AnswerState, ChannelState, EventBuilder};

use super::Channel;

impl Channel {
    /// What every event about it carries.
    pub(crate) fn write_basic(&self, event: &mut EventBuilder) {
        event.push("Channel-State", self.running.as_str());
        event.push("Channel-Call-State", self.call_state.as_str());
        event.push("Channel-State-Number", number_of(&self.target));
        event.push("Channel-Name", self.name.as_slice());
        event.push("Unique-ID", self.uuid.as_str());
        event.push("Call-Direction", self.direction.as_str());
        event.push("Presence-Call-Direction", self.direction.as_str());
        event.push("Channel-HIT-Dialplan", if self.hit_dialplan { "true" } else { "false" });
        event.push("Channel-Call-UUID", self.uuid.as_str());
        event.push("Answer-State", self.answer_state().as_str());
        if let Some(cause) = self.cause {
            event.push("Hangup-Cause", cause.name());
        }
        self.write_codecs(event);
        if let Some(profile) = &self.profile {
            profile.write("Caller", event);
        }
    }

    /// What most events about it carry besides.
    pub(crate) fn write_variables(&self, event: &mut EventBuilder) {
        for (name, value) in self.variables.iter() {
            let mut header = b"variable_".to_vec();
            header.extend_from_slice(name);
            match array_elements(value) {
                Some(elements) => *event = std::mem::take(event).list(header, elements),
                None => event.push(header, value),
            }
        }
    }

    fn answer_state(&self) -> AnswerState {
        if self.hung_up() {
            AnswerState::Hangup
        } else if self.answered {
            AnswerState::Answered
        } else {
            AnswerState::Ringing
        }
    }

    fn write_codecs(&self, event: &mut EventBuilder) {
        for (set, way) in [(self.reads, "Read"), (self.writes, "Write")] {
            if set {
                event.push(format!("Channel-{way}-Codec-Name"), "L16");
                event.push(format!("Channel-{way}-Codec-Rate"), "8000");
                event.push(format!("Channel-{way}-Codec-Bit-Rate"), "128000");
            }
        }
    }
}

/// A state's number as headers have it.
fn number_of(state: &ChannelState) -> String {
    state.number().unwrap_or_default().to_string()
}

/// The elements of `ARRAY::a|:b`.
fn array_elements(value: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = value.strip_prefix(b"ARRAY::")?;
    let mut elements = Vec::new();
    while let Some(end) = rest.windows(2).position(|pair| pair == b"|:") {
        let (element, after) = rest.split_at(end);
        elements.push(element.to_vec());
        rest = after.get(2..).unwrap_or_default();
    }
    elements.push(rest.to_vec());
    Some(elements)
}
