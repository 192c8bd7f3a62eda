//! How the switch stores and writes events, byte for byte, against what we say it does. Random, by a seed that is shown.

use trunkline::proto::Stack;
use trunkline::{Client, Command, Config, Event, EventBuilder, EventFormat, EventName, Events, Item, Reply};

use crate::{own_uuid, talked};

async fn notified(config: Config, format: EventFormat) -> (Client, Events) {
    let client = Client::connect(config.format(format)).await.unwrap();
    let events = client.events("NOTIFY").await.unwrap();
    (client, events)
}

async fn marked(events: &mut Events, mark: &str) -> Event {
    loop {
        match events.next().await {
            Some(Item::Event(event)) if event.get("Mark").as_deref() == Some(mark) => return event,
            Some(Item::Event(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// What we write as XML is what the switch writes: odd names, and bodies of any bytes.
#[tokio::test]
async fn xml_is_written_alike() {
    const PIECES: [&[u8]; 12] = [
        b"<",
        b"!",
        b"&",
        b">",
        b"\r",
        b"\n",
        b"  ",
        b"\"'\t",
        "é".as_bytes(),
        "\u{1f980}".as_bytes(),
        b"\xe9",
        b"\xc0\xbc",
    ];
    let Some(config) = crate::config("events::xml_is_written_alike") else { return };
    let (client, mut events) = notified(config, EventFormat::Xml).await;
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..100 {
        let mut body = Vec::new();
        for _ in 0..random.usize(..8) {
            match PIECES.get(random.usize(..PIECES.len() + 2)) {
                Some(piece) => body.extend_from_slice(piece),
                None => body.push(random.u8(1..)),
            }
        }
        let mark = own_uuid();
        let event = EventBuilder::new()
            .header("Mark", mark.as_str())
            .header("we ird", "1")
            .header("a>b", "<2>")
            .header("c</d", "3")
            .list("Array", ["x", "y"])
            .body(body.clone());
        client.sendevent(&EventName::Notify, &event).await.unwrap();
        let back = marked(&mut events, &mark).await;
        assert_eq!(back.get("A>B").as_deref(), Some("<2>"));
        assert_eq!(back.headers().get_all("Array").count(), 2);
        let mut again = back.to_builder();
        again.set_body(body.clone());
        let again = again.payload(EventFormat::Xml);
        assert_eq!(text(&again), text(back.payload()), "{}, seed {seed}", text(&body));
        assert_eq!(back.normalised().given_body(), event.normalised().given_body(), "seed {seed}");
    }
    talked("events::xml_is_written_alike");
}

/// What `add_header` makes of names and values is what the switch makes of them.
#[tokio::test]
async fn headers_are_added_alike() {
    const NAMES: [&str; 9] = ["A", "a", "B", "A[0]", "A[2]", "B[1]", "A[-1]", "B[4001]", "A[ 1x]"];
    const VALUES: [&str; 9] =
        ["", "1", "2", "ARRAY::x|:y", "ARRAY::", "ARRAY::|:z", "ARRAY::ARRAY::q", "x ARRAY::y", "|:"];
    let Some(config) = crate::config("events::headers_are_added_alike") else { return };
    let (client, mut events) = notified(config, EventFormat::Json).await;
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..200 {
        let mark = own_uuid();
        let mut command = format!("sendevent NOTIFY\nMark: {mark}");
        let mut stored = EventBuilder::new();
        for _ in 0..random.usize(..7) {
            let (name, value) = (NAMES[random.usize(..NAMES.len())], VALUES[random.usize(..VALUES.len())]);
            command.push_str(&format!("\n{name}: {value}"));
            stored.add_header(Stack::Bottom, name, value);
        }
        let sent = client.send(Command::raw(&command).unwrap()).await.unwrap();
        assert!(matches!(sent, Reply::Command(_)), "{sent:?}");
        let back = marked(&mut events, &mark).await.to_builder();
        let is_ours = |name: &[u8]| matches!(name, b"A" | b"a" | b"B");
        let back: Vec<_> = back.headers().filter(|(name, _)| is_ours(name)).collect();
        let copy = copied(&stored);
        let wanted: Vec<_> = copy.headers().collect();
        assert_eq!(back, wanted, "{command}, seed {seed}");
    }
    talked("events::headers_are_added_alike");
}

/// As the switch copies an event for each listener (`switch_event_dup` in `src/switch_event.c`).
fn copied(event: &EventBuilder) -> EventBuilder {
    let mut copy = EventBuilder::new();
    for (name, values) in event.headers() {
        let stack = if values.is_list() { Stack::Push } else { Stack::Bottom };
        for value in values.iter() {
            copy.add_header(stack, name, value);
        }
    }
    copy
}
