//! Messages with room for what differs from call to call: writing one is copying.

use std::io::Write;
use std::ops::Range;

use memchr::memmem;
use trunkline_proto::{EventBuilder, EventFormat, EventName, percent};

/// What differs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Uuid,
    Sequence,
    Application,
    Argument,
    ApplicationUuid,
    /// The name of the variable that gets the digit.
    Variable,
}

impl Slot {
    const ALL: [Self; 6] = [
        Self::Uuid,
        Self::Sequence,
        Self::Application,
        Self::Argument,
        Self::ApplicationUuid,
        Self::Variable,
    ];

    /// What stands for it in a template; neither form encodes any of it.
    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::Uuid => "QuuidQ",
            Self::Sequence => "QsequenceQ",
            Self::Application => "QapplicationQ",
            Self::Argument => "QargumentQ",
            Self::ApplicationUuid => "Qapplication-uuidQ",
            Self::Variable => "QvariableQ",
        }
    }
}

/// The forms of events there are templates of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Json,
}

impl Form {
    const ALL: [Self; 2] = [Self::Plain, Self::Json];

    pub(super) fn as_format(self) -> EventFormat {
        match self {
            Self::Plain => EventFormat::Plain,
            Self::Json => EventFormat::Json,
        }
    }
}

/// What a client has the channel execute.
#[derive(Default)]
pub(super) struct Application {
    pub(super) name: String,
    /// The client's Event-UUID.
    uuid: String,
    argument: String,
    /// The argument in each form.
    encoded: [Vec<u8>; 2],
}

impl Application {
    pub(super) fn new(name: String, uuid: String, argument: String) -> Self {
        let mut plain = Vec::new();
        percent::encode_into(argument.as_bytes(), &mut plain);
        let json = serde_json::to_string(&argument).expect("text");
        let encoded = [plain, json.as_bytes()[1..json.len() - 1].to_vec()];
        Self { name, uuid, argument, encoded }
    }

    pub(super) fn has_argument(&self) -> bool {
        !self.argument.is_empty()
    }

    /// The one `play_and_get_digits` sets: `min max tries timeout terminators file invalid-file variable …`
    pub(super) fn variable(&self) -> &str {
        self.argument.split_whitespace().nth(7).unwrap_or_default()
    }
}

/// What goes into the slots.
pub(super) struct Values<'a> {
    uuid: &'a str,
    sequence: String,
    application: &'a Application,
}

impl<'a> Values<'a> {
    pub(super) fn new(uuid: &'a str, sequence: u64, application: &'a Application) -> Self {
        Self { uuid, sequence: sequence.to_string(), application }
    }

    fn get(&self, slot: Slot, form: Form) -> &[u8] {
        match slot {
            Slot::Uuid => self.uuid.as_bytes(),
            Slot::Sequence => self.sequence.as_bytes(),
            Slot::Application => self.application.name.as_bytes(),
            Slot::Argument => &self.application.encoded[form as usize],
            Slot::ApplicationUuid => self.application.uuid.as_bytes(),
            Slot::Variable => self.application.variable().as_bytes(),
        }
    }
}

/// An event, in each form.
pub(super) struct Template {
    pub(super) name: EventName,
    /// What it was made of, marks and all.
    event: EventBuilder,
    payloads: [Text; 2],
}

impl Template {
    pub(super) fn of(event: EventBuilder) -> Self {
        let name = event.name().expect("an Event-Name");
        let payloads = Form::ALL.map(|form| Text::of(event.payload(form.as_format())));
        Self { name, event, payloads }
    }

    /// Whether this header would have this value, for the call of this id.
    pub(super) fn has(&self, header: &str, value: &str, uuid: &str) -> bool {
        let found = self.event.get(header).unwrap_or_default();
        let value = if value.eq_ignore_ascii_case(uuid) { Slot::Uuid.mark() } else { value };
        found.eq_ignore_ascii_case(value.as_bytes())
    }

    /// Writes the whole message.
    pub(super) fn write(&self, form: Form, values: &Values<'_>, out: &mut Vec<u8>) {
        let payload = &self.payloads[form as usize];
        let kind = form.as_format().content_type();
        let length = payload.len(form, values);
        write!(out, "Content-Length: {length}\nContent-Type: {kind}\n\n").expect("memory");
        payload.write(form, values, out);
    }
}

/// Bytes with slots in them.
pub(super) struct Text {
    bytes: Vec<u8>,
    /// Some of the bytes, and the slot behind them.
    pieces: Vec<(Range<usize>, Option<Slot>)>,
}

impl Text {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        let mut pieces = Vec::new();
        let mut from = 0;
        while let Some((at, slot)) = next_mark(&bytes, from) {
            pieces.push((from..at, Some(slot)));
            from = at + slot.mark().len();
        }
        pieces.push((from..bytes.len(), None));
        Self { bytes, pieces }
    }

    pub(super) fn write(&self, form: Form, values: &Values<'_>, out: &mut Vec<u8>) {
        for (text, slot) in &self.pieces {
            out.extend_from_slice(&self.bytes[text.clone()]);
            if let Some(slot) = slot {
                out.extend_from_slice(values.get(*slot, form));
            }
        }
    }

    fn len(&self, form: Form, values: &Values<'_>) -> usize {
        let lengths = self.pieces.iter().map(|(text, slot)| {
            let slot = slot.map_or(0, |slot| values.get(slot, form).len());
            text.len() + slot
        });
        lengths.sum()
    }
}

fn next_mark(bytes: &[u8], from: usize) -> Option<(usize, Slot)> {
    let found = Slot::ALL.into_iter().filter_map(|slot| {
        let at = memmem::find(&bytes[from..], slot.mark().as_bytes())?;
        Some((from + at, slot))
    });
    found.min_by_key(|(at, _)| *at)
}
