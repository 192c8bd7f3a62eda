//! Changing an event, against a plain list of names and values that is changed the same way.

use proptest::prelude::*;
use trunkline_proto::{EventBuilder, EventFormat, EventName, Priority, Stack};

#[derive(Debug, Clone)]
enum Change {
    Push(&'static str, String),
    PushList(&'static str, Vec<String>),
    Set(&'static str, String),
    SetElement(&'static str, usize, String),
    Delete(&'static str),
    DeleteValue(&'static str, String),
    Rename(&'static str, &'static str),
    Add(Stack, &'static str, String),
    AddElement(Stack, &'static str, usize, String),
    SetName(EventName),
    SetSubclass(&'static str),
    SetPriority(Priority),
    SetBody(String),
    AppendBody(String),
    TakeBody,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Header {
    name: String,
    values: Vec<String>,
    is_list: bool,
}

impl Header {
    fn one(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), values: vec![value.to_owned()], is_list: false }
    }

    fn list(name: &str, values: Vec<String>) -> Self {
        Self { name: name.to_owned(), values, is_list: true }
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn text(&self) -> String {
        let prefix = if self.values.len() > 1 { "ARRAY::" } else { "" };
        format!("{prefix}{}", self.values.join("|:"))
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Model {
    headers: Vec<Header>,
    body: Option<String>,
}

impl Model {
    fn find(&mut self, name: &str) -> Option<&mut Header> {
        self.headers.iter_mut().find(|header| header.is(name))
    }

    fn delete(&mut self, name: &str) {
        self.headers.retain(|header| !header.is(name));
    }

    fn set(&mut self, name: &str, value: &str) {
        match self.headers.iter().position(|header| header.is(name)) {
            Some(place) => {
                let spelled = self.headers[place].name.clone();
                self.headers[place] = Header::one(&spelled, value);
                let mut place_now = 0;
                self.headers.retain(|header| {
                    place_now += 1;
                    !header.is(name) || place_now - 1 == place
                });
            }
            None => self.headers.push(Header::one(name, value)),
        }
    }

    fn set_element(&mut self, name: &str, index: usize, value: &str, on_top: bool) {
        if self.find(name).is_none() {
            let place = if on_top { 0 } else { self.headers.len() };
            self.headers.insert(place, Header::list(name, Vec::new()));
        }
        let header = self.find(name).unwrap();
        if !header.is_list {
            *header = Header::list(&header.name, Vec::new());
        }
        while header.values.len() <= index {
            header.values.push(String::new());
        }
        header.values[index] = value.to_owned();
    }

    fn add(&mut self, stack: Stack, name: &str, value: &str) {
        let in_front = stack == Stack::Unshift;
        let is_array = in_front || stack == Stack::Push;
        if let Some(header) = self.find(name).filter(|_| is_array) {
            header.is_list = true;
            header.values.insert(if in_front { 0 } else { header.values.len() }, value.to_owned());
        } else if value.is_empty() {
            self.delete(name);
        } else if let Some(list) = value.strip_prefix("ARRAY::") {
            if !list.is_empty() {
                list.split("|:").for_each(|element| self.add(Stack::Push, name, element));
            }
        } else if is_array {
            self.headers.push(Header::list(name, vec![value.to_owned()]));
        } else {
            let place = if stack == Stack::Top { 0 } else { self.headers.len() };
            self.headers.insert(place, Header::one(name, value));
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Push(name, value) => self.headers.push(Header::one(name, value)),
            Change::PushList(name, values) => self.headers.push(Header::list(name, values.clone())),
            Change::Set(name, value) => self.set(name, value),
            Change::SetElement(name, index, value) => self.set_element(name, *index, value, false),
            Change::Delete(name) => self.delete(name),
            Change::DeleteValue(name, value) => {
                self.headers.retain(|header| !header.is(name) || header.text() != *value);
            }
            Change::Rename(name, new) => {
                let named = self.headers.iter_mut().filter(|header| header.is(name));
                named.for_each(|header| header.name = (*new).to_owned());
            }
            Change::Add(stack, name, value) => self.add(*stack, name, value),
            Change::AddElement(stack, name, index, value) => {
                self.set_element(name, *index, value, *stack == Stack::Top);
            }
            Change::SetName(name) => {
                self.set("Event-Name", name.as_str());
                if !matches!(name, EventName::Custom | EventName::Clone) {
                    self.delete("Event-Subclass");
                }
            }
            Change::SetSubclass(subclass) => {
                self.set("Event-Name", "CUSTOM");
                self.delete("Event-Subclass");
                self.headers.insert(0, Header::one("Event-Subclass", subclass));
            }
            Change::SetPriority(priority) => {
                self.delete("priority");
                self.headers.insert(0, Header::one("priority", priority.as_str()));
            }
            Change::SetBody(body) => self.body = Some(body.clone()),
            Change::AppendBody(more) => self.body.get_or_insert_default().push_str(more),
            Change::TakeBody => self.body = None,
        }
    }
}

fn change(event: &mut EventBuilder, change: &Change) {
    match change {
        Change::Push(name, value) => event.push(name, value),
        Change::PushList(name, values) => event.push_list(name, values),
        Change::Set(name, value) => event.set(name, value),
        Change::SetElement(name, index, value) => event.set_element(name, *index, value),
        Change::Delete(name) => {
            let had =
                event.headers().filter(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes())).count();
            assert_eq!(event.delete(name), had);
        }
        Change::DeleteValue(name, value) => {
            let before = event.headers().count();
            let taken = event.delete_value(name, value);
            assert_eq!(event.headers().count(), before - taken);
        }
        Change::Rename(name, new) => {
            event.rename(name, new);
        }
        Change::Add(stack, name, value) => event.add_header(*stack, name, value),
        Change::AddElement(stack, name, index, value) => {
            event.add_header(*stack, format!("{name}[{index}]"), value);
        }
        Change::SetName(name) => event.set_name(name),
        Change::SetSubclass(subclass) => event.set_subclass(subclass),
        Change::SetPriority(priority) => event.set_priority(*priority),
        Change::SetBody(body) => event.set_body(body.clone()),
        Change::AppendBody(more) => event.append_body(more),
        Change::TakeBody => {
            event.take_body();
        }
    }
}

fn model_of(event: &EventBuilder) -> Model {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let headers = event.headers().map(|(name, values)| {
        assert_eq!(values.len(), values.iter().len());
        Header { name: text(name), values: values.iter().map(text).collect(), is_list: values.is_list() }
    });
    Model { headers: headers.collect(), body: event.given_body().map(text) }
}

fn any_change() -> impl Strategy<Value = Change> {
    let name = || {
        prop::sample::select(vec!["A", "a", "B", "Event-Name", "event-name", "Event-Subclass", "priority"])
    };
    let value = || {
        prop_oneof![
            "[ab]{0,2}",
            "ARRAY::[ab|:]{0,4}",
            Just("ARRAY::ARRAY::b|:c".to_owned()),
            // Long enough that memory is given back.
            Just("x".repeat(400)),
        ]
    };
    let values = prop::collection::vec(value(), 0..4);
    let stack = || prop::sample::select(vec![Stack::Bottom, Stack::Top, Stack::Push, Stack::Unshift]);
    let event_name =
        prop::sample::select(vec![EventName::Custom, EventName::Clone, EventName::Dtmf, EventName::All]);
    let headers = prop_oneof![
        2 => (name(), value()).prop_map(|(name, value)| Change::Push(name, value)),
        1 => (name(), values).prop_map(|(name, values)| Change::PushList(name, values)),
        3 => (name(), value()).prop_map(|(name, value)| Change::Set(name, value)),
        1 => (name(), 0..4usize, value())
            .prop_map(|(name, index, value)| Change::SetElement(name, index, value)),
        1 => name().prop_map(Change::Delete),
        1 => (name(), value()).prop_map(|(name, value)| Change::DeleteValue(name, value)),
        1 => (name(), name()).prop_map(|(name, new)| Change::Rename(name, new)),
        4 => (stack(), name(), value()).prop_map(|(stack, name, value)| Change::Add(stack, name, value)),
        1 => (stack(), name(), 0..4usize, value())
            .prop_map(|(stack, name, index, value)| Change::AddElement(stack, name, index, value)),
    ];
    let others = prop_oneof![
        event_name.prop_map(Change::SetName),
        prop::sample::select(vec!["a::b", "c"]).prop_map(Change::SetSubclass),
        prop::sample::select(Priority::ALL.to_vec()).prop_map(Change::SetPriority),
        value().prop_map(Change::SetBody),
        value().prop_map(Change::AppendBody),
        Just(Change::TakeBody),
    ];
    prop_oneof![4 => headers, 1 => others]
}

proptest! {
    #[test]
    fn every_change_is_as_to_a_plain_list(changes in prop::collection::vec(any_change(), 0..40)) {
        let (mut event, mut model) = (EventBuilder::new(), Model::default());
        for one in &changes {
            let before = event.clone();
            change(&mut event, one);
            prop_assert_eq!(&model_of(&before), &model, "a copy changed");
            model.change(one);
            prop_assert_eq!(&model_of(&event), &model, "{:?}", one);
        }
        for header in &model.headers {
            let first = model.headers.iter().find(|known| known.is(&header.name)).unwrap();
            let text = event.get(&header.name).unwrap().into_owned();
            prop_assert_eq!(String::from_utf8(text).unwrap(), first.text());
            let element = event.element(&header.name, 1).map(<[u8]>::to_vec);
            let wanted = first.values.get(1).filter(|_| first.is_list);
            prop_assert_eq!(element, wanted.map(|value| value.clone().into_bytes()));
        }
        let last = model.headers.iter().rfind(|header| header.is("Event-Name"));
        prop_assert_eq!(event.name(), last.map(|header| EventName::from(header.text().as_str())));
        // What was made by changing is what is made at once, and is read so.
        let mut at_once = EventBuilder::new();
        for header in &model.headers {
            if header.is_list {
                at_once.push_list(&header.name, &header.values);
            } else {
                at_once.push(&header.name, &header.values[0]);
            }
        }
        if let Some(body) = &model.body {
            at_once.set_body(body.clone());
        }
        prop_assert_eq!(&at_once, &event);
        for format in EventFormat::ALL {
            prop_assert_eq!(at_once.message(format), event.message(format));
        }
        let read = event.to_event(EventFormat::Json).unwrap();
        prop_assert_eq!(read.name().cloned(), event.name());
        prop_assert_eq!(read.to_builder(), event);
    }
}

#[test]
fn one_that_was_received_is_changed_and_sent_again() {
    let payload =
        "Event-Subclass: a%3A%3Ab\nEvent-Name: CUSTOM\nTwice: 1\nTwice: 2\nContent-Length: 3\n\nold";
    let event = trunkline_proto::Event::decode(EventFormat::Plain, payload.into()).unwrap();
    let mut copy = event.to_builder();
    copy.set("twice", "3");
    copy.append_body("er");
    copy.set_name(&EventName::Notify);
    copy.set_priority(Priority::High);
    assert_eq!(
        String::from_utf8(copy.payload(EventFormat::Plain)).unwrap(),
        "priority: HIGH\nEvent-Name: NOTIFY\nTwice: 3\nContent-Length: 5\n\nolder"
    );
    copy.set_subclass("c::d");
    assert_eq!(
        String::from_utf8(copy.payload(EventFormat::Json)).unwrap(),
        r#"{"Event-Subclass":"c::d","priority":"HIGH","Event-Name":"CUSTOM","Twice":"3","Content-Length":"5","_body":"older"}"#
    );
    assert_eq!(event.payload(), payload.as_bytes());
    assert_eq!(
        EventBuilder::custom("c::d").payload(EventFormat::Plain),
        b"Event-Subclass: c%3A%3Ad\nEvent-Name: CUSTOM\n\n"
    );
}
