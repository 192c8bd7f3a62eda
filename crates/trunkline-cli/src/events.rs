//! `events`: print events as they come.

use std::io::Write;
use std::pin::pin;

use serde_json::{Map, Value};
use trunkline::{Event, EventFormat, EventSet, GapCause, Item};

use crate::args::{ConnectionArgs, EventsArgs, Format, WireFormat};
use crate::failure::Failure;
use crate::signal;

pub(crate) async fn run(connection: &ConnectionArgs, options: &EventsArgs) -> Result<(), Failure> {
    let wanted =
        if options.names.is_empty() { EventSet::all() } else { EventSet::parse(&options.names.join(" ")) };
    let mut config = connection.config()?.format(match options.format {
        WireFormat::Plain => EventFormat::Plain,
        WireFormat::Json => EventFormat::Json,
        WireFormat::Xml => EventFormat::Xml,
    });
    if options.reconnect {
        config.reconnect.get_or_insert_default();
    }
    let client = trunkline::Client::connect(config).await?;
    let mut events = client.events(wanted).await?;
    let mut left = options.count.unwrap_or(u64::MAX);
    let mut out = std::io::stdout();
    let mut interrupted = pin!(signal::interrupted());
    while left > 0 {
        let item = tokio::select! {
            item = events.next() => item,
            () = &mut interrupted => None,
        };
        match item {
            Some(Item::Event(event)) => {
                let text = match options.output {
                    Format::Plain => plain(&event),
                    Format::Json => format!("{}\n", json(&event)),
                };
                out.write_all(text.as_bytes())?;
                out.flush()?;
                left -= 1;
            }
            Some(Item::Missed(missed)) => {
                let names: Vec<String> =
                    missed.by_name().map(|(name, count)| format!("{count} {name}")).collect();
                eprintln!(
                    "trunkline: printing was too slow: {} events were dropped ({})",
                    missed.count(),
                    names.join(", ")
                );
            }
            Some(Item::Gap(gap)) => {
                let blind = gap.to.duration_since(gap.from).unwrap_or_default();
                let what = match gap.why {
                    GapCause::Restarted => "the switch was restarted",
                    _ => "connected again",
                };
                eprintln!("trunkline: {what}: nothing was seen for {blind:.1?} ({})", gap.reason);
            }
            Some(Item::Refused(refused)) => return Err(Failure::Refused(refused.to_string())),
            Some(Item::Closed(reason)) => return Err(reason.into()),
            Some(other) => eprintln!("trunkline: {other:?}"),
            None => break,
        }
    }
    client.close().await;
    Ok(())
}

/// `Name: value` lines, decoded, an empty line, and the body if there is one. A line break within a value is shown
/// as `\n`.
fn plain(event: &Event) -> String {
    let mut text = String::new();
    for (name, value) in event.headers().iter() {
        text.push_str(&visible(&name));
        text.push_str(": ");
        text.push_str(&visible(&value.to_str()));
        text.push('\n');
    }
    text.push('\n');
    if let Some(body) = event.body().filter(|body| !body.is_empty()) {
        text.push_str(&body);
        text.push_str(if body.ends_with('\n') { "\n" } else { "\n\n" });
    }
    text
}

fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}

/// One object: a header that repeats, or holds several values, is a list; the body is `_body`.
fn json(event: &Event) -> Value {
    let mut object = Map::new();
    for (name, value) in event.headers().iter() {
        let elements = value.elements();
        let new: Vec<Value> = elements
            .iter()
            .map(|element| Value::from(String::from_utf8_lossy(element).into_owned()))
            .collect();
        match object.get_mut(&*name) {
            Some(Value::Array(list)) => list.extend(new),
            Some(one) => *one = Value::Array([vec![one.take()], new].concat()),
            None if value.is_array() => {
                object.insert(name.into_owned(), Value::Array(new));
            }
            None => {
                object.insert(name.into_owned(), new.into_iter().next().unwrap_or_default());
            }
        }
    }
    if let Some(body) = event.body() {
        object.insert("_body".to_owned(), body.into());
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use trunkline::EventBuilder;

    use super::*;

    fn event() -> Event {
        EventBuilder::new()
            .header("Event-Name", "CUSTOM")
            .header("Text", "two\nlines")
            .header("Twice", "a")
            .header("Twice", "b")
            .list("List", ["x", "y"])
            .body("the body")
            .to_event(EventFormat::Json)
            .unwrap()
    }

    #[test]
    fn for_reading() {
        assert_eq!(
            plain(&event()),
            "Event-Name: CUSTOM\nText: two\\nlines\nTwice: a\nTwice: b\nList: ARRAY::x|:y\n\nthe body\n\n"
        );
    }

    #[test]
    fn for_programs() {
        assert_eq!(
            json(&event()).to_string(),
            r#"{"Event-Name":"CUSTOM","Text":"two\nlines","Twice":["a","b"],"List":["x","y"],"_body":"the body"}"#
        );
    }
}
