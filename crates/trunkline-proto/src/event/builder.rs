//! Making events and changing them: for `sendevent`, for copies of received ones, and for whoever plays the switch.

mod add_header;
mod store;
mod write;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

pub use add_header::Stack;
pub use store::Values;

use super::{Event, EventError, EventFormat, EventName};
use store::Store;

/// An event to be sent, header by header in the order given. Nothing is added on its own.
///
/// Names and values are kept as they are given, whatever is in them; [`add_header`](Self::add_header) alone reads them
/// as the switch would. Names are compared without regard to case, and repeat.
///
/// ```
/// use trunkline_proto::{EventBuilder, EventFormat, EventName, Stack};
///
/// let mut event = EventBuilder::named(&EventName::Notify).header("Event-String", "reload");
/// event.add_header(Stack::Push, "Codec", "PCMU");
/// event.add_header(Stack::Push, "Codec", "OPUS");
/// event.set("event-string", "check");
/// assert_eq!(
///     event.payload(EventFormat::Plain),
///     b"Event-Name: NOTIFY\nEvent-String: check\nCodec: ARRAY%3A%3APCMU%7C%3AOPUS\n\n"
/// );
/// ```
#[derive(Clone, PartialEq, Default)]
pub struct EventBuilder {
    store: Store,
    body: Option<Vec<u8>>,
}

impl Eq for EventBuilder {}

/// How urgent an event says it is (`switch_priority_t`). It is a header and no more: the switch delivers all alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Priority {
    /// `NORMAL`
    Normal,
    /// `LOW`
    Low,
    /// `HIGH`
    High,
}

impl Priority {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Normal, Self::Low, Self::High];

    /// The priority of a word, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.as_str().eq_ignore_ascii_case(name))
    }

    /// The word in the header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Low => "LOW",
            Self::High => "HIGH",
        }
    }
}

/// Making one.
impl EventBuilder {
    /// No headers, no body.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins with `Event-Name`.
    #[must_use]
    pub fn named(name: &EventName) -> Self {
        Self::new().header("Event-Name", name.as_str())
    }

    /// Begins with `Event-Subclass` and `Event-Name: CUSTOM`, in the switch's order.
    #[must_use]
    pub fn custom(subclass: &str) -> Self {
        Self::new().header("Event-Subclass", subclass).header("Event-Name", EventName::Custom.as_str())
    }

    /// Adds a header after those there are, even if one of that name is among them.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.push(name, value);
        self
    }

    /// Adds an array of values under one name.
    #[must_use]
    pub fn list(
        mut self,
        name: impl AsRef<[u8]>,
        values: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Self {
        self.push_list(name, values);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.set_body(body);
        self
    }

    /// [`header`](Self::header) in place, for loops.
    pub fn push(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        self.store.insert(self.store.len(), name.as_ref(), value.as_ref());
    }

    /// Adds a header as another event has it: one value, or an array.
    pub fn push_values(&mut self, name: impl AsRef<[u8]>, values: Values<'_>) {
        if values.is_list() {
            self.push_list(name, values.iter());
        } else {
            self.push(name, values.text());
        }
    }

    /// [`list`](Self::list) in place.
    pub fn push_list(&mut self, name: impl AsRef<[u8]>, values: impl IntoIterator<Item = impl AsRef<[u8]>>) {
        self.store.insert_list(self.store.len(), name.as_ref(), values);
    }
}

/// Reading it.
impl EventBuilder {
    /// The headers in order, each with its values: one, or an array of them.
    pub fn headers(&self) -> impl DoubleEndedIterator<Item = (&[u8], Values<'_>)> {
        self.store.iter()
    }

    /// The values of the first header of this name.
    #[must_use]
    pub fn values(&self, name: &str) -> Option<Values<'_>> {
        self.store.get(self.store.find(name.as_bytes())?)
    }

    /// The first header of this name, an array as its text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.values(name).map(Values::text)
    }

    /// An element of the first header of this name, counted from 0; `None` where it is no array, or a shorter one
    /// (`switch_event_get_header_idx` in `src/switch_event.c`).
    #[must_use]
    pub fn element(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.values(name).filter(|values| values.is_list())?.iter().nth(index)
    }

    /// The body given, if one was.
    #[must_use]
    pub fn given_body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// The name: the last of its `Event-Name` headers, as [`Event::name`] reads it.
    #[must_use]
    pub fn name(&self) -> Option<EventName> {
        let is_name = |name: &[u8]| name.eq_ignore_ascii_case(b"Event-Name");
        let (_, values) = self.headers().rfind(|(name, _)| is_name(name))?;
        Some(EventName::from_bytes(&values.text()))
    }
}

/// Changing it.
impl EventBuilder {
    /// Gives the first header of this name another value, and takes out the others; one that is not there is put
    /// behind the last. An empty value is kept.
    pub fn set(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let (name, value) = (name.as_ref(), value.as_ref());
        let Some(place) = self.store.find(name) else { return self.push(name, value) };
        self.store.replace(place, value);
        let mut first = true;
        self.store.retain(|known, _| !known.eq_ignore_ascii_case(name) || std::mem::take(&mut first));
    }

    /// Sets an element of the first header of this name, counted from 0, as `name[index]` does on the switch: a shorter
    /// array is filled with empty elements, what is no array loses its value, and a header that is not there is made.
    /// The switch takes an index of at most 4000.
    pub fn set_element(&mut self, name: impl AsRef<[u8]>, index: usize, value: impl AsRef<[u8]>) {
        let name = name.as_ref();
        let place = self.store.find(name).unwrap_or_else(|| {
            self.store.insert_list(self.store.len(), name, [b""; 0]);
            self.store.len() - 1
        });
        self.store.set_element(place, index, value.as_ref());
    }

    /// Takes out every header of this name; how many there were.
    pub fn delete(&mut self, name: impl AsRef<[u8]>) -> usize {
        let name = name.as_ref();
        self.store.retain(|known, _| !known.eq_ignore_ascii_case(name))
    }

    /// Takes out every header of this name and exactly this value, an array by its text; how many there were.
    pub fn delete_value(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> usize {
        let (name, value) = (name.as_ref(), value.as_ref());
        self.store.retain(|known, values| !known.eq_ignore_ascii_case(name) || *values.text() != *value)
    }

    /// Renames every header of this name, each at its place; how many there were.
    pub fn rename(&mut self, name: impl AsRef<[u8]>, new: impl AsRef<[u8]>) -> usize {
        self.store.rename(name.as_ref(), new.as_ref())
    }

    /// Sets the body, in place of the one there was.
    pub fn set_body(&mut self, body: impl Into<Vec<u8>>) {
        self.body = Some(body.into());
    }

    /// Adds to the end of the body.
    pub fn append_body(&mut self, more: impl AsRef<[u8]>) {
        self.body.get_or_insert_default().extend_from_slice(more.as_ref());
    }

    /// Takes the body out.
    pub fn take_body(&mut self) -> Option<Vec<u8>> {
        self.body.take()
    }

    /// Names the event, in place of what it was called: the first `Event-Name` says so, and there is no other. No
    /// event but CUSTOM and CLONE has a subclass (`switch_event_create_subclass_detailed` in `src/switch_event.c`):
    /// any other loses it.
    pub fn set_name(&mut self, name: &EventName) {
        self.set("Event-Name", name.as_str());
        if !matches!(name, EventName::Custom | EventName::Clone) {
            self.delete("Event-Subclass");
        }
    }

    /// Makes it a CUSTOM event of this subclass, which goes on top as the switch has it.
    pub fn set_subclass(&mut self, subclass: &str) {
        self.set_name(&EventName::Custom);
        self.delete("Event-Subclass");
        self.store.insert(0, b"Event-Subclass", subclass.as_bytes());
    }

    /// Sets the header `priority`, on top of all others (`switch_event_set_priority` in `src/switch_event.c`).
    pub fn set_priority(&mut self, priority: Priority) {
        self.delete("priority");
        self.store.insert(0, b"priority", priority.as_str().as_bytes());
    }
}

/// What goes on the wire.
impl EventBuilder {
    /// The payload in this form, byte for byte as FreeSWITCH serialises it.
    #[must_use]
    pub fn payload(&self, format: EventFormat) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.size_hint());
        write::payload(self, format, &mut out);
        out
    }

    /// The whole message: the outer Content-Length and Content-Type, in FreeSWITCH's order, and the payload.
    #[must_use]
    pub fn message(&self, format: EventFormat) -> Vec<u8> {
        let payload = self.payload(format);
        let mut out =
            format!("Content-Length: {}\nContent-Type: {}\n\n", payload.len(), format.content_type())
                .into_bytes();
        out.extend_from_slice(&payload);
        out
    }

    /// The event a client would read from [`payload`](Self::payload).
    ///
    /// # Errors
    ///
    /// [`EventError::TooLong`] for one of 2 GiB; [`EventError::Xml`] for XML with names that break it.
    pub fn to_event(&self, format: EventFormat) -> Result<Event, EventError> {
        Event::decode(format, Bytes::from(self.payload(format)))
    }

    /// Headers as `sendevent` wants them: names and values as they are, arrays as `ARRAY::a|:b`.
    pub(crate) fn raw_headers(&self) -> impl Iterator<Item = (&[u8], Cow<'_, [u8]>)> {
        self.headers().map(|(name, values)| (name, values.text()))
    }

    /// The name of an array that the switch would read as a longer one: an element of it holds the separator.
    pub(crate) fn ambiguous_list(&self) -> Option<&[u8]> {
        let has_separator = |value: &[u8]| value.windows(2).any(|pair| pair == b"|:");
        let is_ambiguous = |values: Values<'_>| values.is_list() && values.iter().any(has_separator);
        self.headers().find(|(_, values)| is_ambiguous(*values)).map(|(name, _)| name)
    }

    fn size_hint(&self) -> usize {
        self.store.text_len() + 16 * self.store.len() + self.body.as_ref().map_or(2, |body| body.len() + 64)
    }
}

impl fmt::Debug for EventBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Headers<'a>(&'a EventBuilder);
        impl fmt::Debug for Headers<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let headers = self.0.headers().map(|(name, values)| (String::from_utf8_lossy(name), values));
                f.debug_map().entries(headers).finish()
            }
        }
        f.debug_struct("EventBuilder")
            .field("headers", &Headers(self))
            .field("body", &self.given_body().map(String::from_utf8_lossy))
            .finish()
    }
}
