//! Whatever the bytes are, the same is read of them by blocks as one member after the other.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

type Read = (Vec<Mark>, Result<(Option<EventName>, Option<(usize, usize, bool)>), EventError>);

fn read(
    raw: &[u8],
    at: usize,
    index: impl Fn(&[u8], usize, &mut Vec<Mark>) -> Result<Parts, EventError>,
) -> Read {
    let mut marks = Vec::new();
    let parts = index(raw, at, &mut marks);
    let body = |body: Body| (body.start, body.len, body.escaped);
    (marks, parts.map(|parts| (parts.name, parts.body.map(body))))
}

#[track_caller]
fn check(raw: &[u8], at: usize) {
    let singly = |raw: &[u8], at, marks: &mut _| index_by(raw, at, marks, |at, _| at);
    assert_eq!(read(raw, at, index), read(raw, at, singly), "{}", raw.escape_ascii());
}

/// What is seldom written, beside what is.
const NAMES: [&str; 18] = [
    "Event-Name",
    "event-NAME",
    "Event\\u002dName",
    "Evenx-Name",
    "_body",
    "_Body",
    "_bod\\u0079",
    "abcde",
    "Content-Length",
    "",
    ":",
    ",",
    "\\\"",
    "a\\\\",
    "a\",\"b",
    "a\":\"b",
    "Caller-Caller-ID-Number",
    "variable_of_a_name_that_is_longer_than_a_block_and_so_reaches_into_the_next",
];
const STRINGS: [&str; 14] = [
    "",
    ":",
    ",",
    ":,",
    "\\\"",
    "\\\\",
    "\\\\\\\"",
    "\\\",\\\":\\\"",
    "CHANNEL_ANSWER",
    "v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=-\\r\\n",
    "an \\u00e9 and \u{e9}",
    "::1",
    "7",
    "a value that is much longer than a block is, so that one lies wholly in it, and the next one begins in it too, after it",
];
const OTHERS: [&str; 12] = [
    "[\"one\"]",
    "[]",
    "[\"t\\\"wo\" , \",\",\"]\"]",
    "[1]",
    "[[\"a\"]]",
    "12.5e3",
    "null",
    "{\"a\":{\"b\":\"}\"}}",
    "\"",
    "x\"y",
    "\"a\":\"b\"",
    "\"a\"\"b\"",
];

fn member() -> impl Strategy<Value = String> {
    let padding = (0usize..70, select(&["", "\\n", "\\\\"][..])).prop_map(|(len, end)| "x".repeat(len) + end);
    let string = prop_oneof![4 => select(&STRINGS[..]).prop_map(str::to_owned), 4 => padding.clone()];
    let value = prop_oneof![8 => string.prop_map(|it| format!("\"{it}\"")), 1 => select(&OTHERS[..]).prop_map(str::to_owned)];
    let name = prop_oneof![1 => select(&NAMES[..]).prop_map(str::to_owned), 1 => padding];
    let colon = prop_oneof![30 => Just(":"), 1 => select(&[" :", ": ", "\n:\t", "", "::", ",", ";"][..])];
    (name, colon, value).prop_map(|(name, colon, value)| format!("\"{name}\"{colon}{value}"))
}

/// Mostly an object.
fn object() -> impl Strategy<Value = String> {
    let comma = prop_oneof![30 => Just(","), 1 => select(&[" ,", ", ", ",\n", "", ",,", ":", "}"][..])];
    let ends = select(&[("{", "}"), ("{", ""), (" {", "} rest"), ("{ ", " }"), ("{", ",}"), ("", "}")][..]);
    let ends = prop_oneof![4 => Just(("{", "}")), 1 => ends];
    (ends, vec((member(), comma), 0..24)).prop_map(|((begin, end), members)| {
        let mut members: Vec<_> =
            members.into_iter().flat_map(|(member, comma)| [member, comma.to_owned()]).collect();
        members.pop();
        format!("{begin}{}{end}", members.concat())
    })
}

#[test]
fn of_every_part_of_an_event() {
    let event = [
        "{\"Event-Name\":\"CHANNEL_ANSWER\",\"Core-UUID\":\"0994936e-7b76-4d24-ac0a-5af130b1a70a\",\"FreeSWITCH-IPv6\":\"::1\"",
        ",\"variable_empty\":\"\",\"variable_comma\":\",\",\"variable_colon\":\":\",\"variable_sdp\":\"v=0\\r\\no=- 1 1\\r\\n\\\\\"",
        ",\"variable_list\":[\"a\",\"b\"],\"Caller-ANI\":\"1000\",\"variable_end\":\"a longer one, so that there is another block\"",
        ",\"Content-Length\":\"4\",\"_body\":\"four\"}",
    ]
    .concat()
    .into_bytes();
    for end in 0..=event.len() {
        check(&event[..end], 0);
        check(&event, end);
    }
    for (place, byte) in (0..event.len()).flat_map(|place| b"\"\\:,{}[] \nx_\xe9".map(|byte| (place, byte))) {
        let mut event = event.clone();
        event[place] = byte;
        check(&event, 0);
        event.remove(place);
        check(&event, 0);
    }
}

/// Whatever place of a block it is at.
#[test]
fn of_what_is_between_strings() {
    for padding in 0..64 {
        let event = format!(
            "{{\"{}\":\"a\",\"b\":\"\\\\\",\"\":\"\",\"c\":\"{}\"}}",
            "n".repeat(padding),
            "v".repeat(130)
        );
        let event = event.into_bytes();
        for place in (0..event.len() - 130).filter(|place| b"\":,\\".contains(&event[*place])) {
            let with = |bytes: &[u8]| [&event[..place], bytes, &event[place + 1..]].concat();
            for bytes in [&b""[..], b":", b",", b"\"", b"x", b"\",\"", b":\"x\",", b":\"x\":", b",\"x\","] {
                check(&with(bytes), 0);
            }
        }
    }
}

/// All that can be is read by blocks.
#[cfg(target_arch = "x86_64")]
#[test]
fn up_to_the_last_block() {
    if !members::can_be_noted() {
        return;
    }
    for padding in 0..64 {
        let value = "v".repeat(70);
        let members = format!(r#""a name":"value","b":"","line":"\n\\","quote":"\"","clean":"{value}","#);
        let object = format!("{{\"{}\":\"\",{}\"last\":\"\"}}", "n".repeat(padding), members.repeat(9));
        let mut marks = Vec::new();
        #[expect(unsafe_code, reason = "as it is called")]
        // SAFETY: it was asked for.
        let end = unsafe { members::note(object.as_bytes(), 1, &mut marks) };
        assert!(end + 64 + members.len() > object.len(), "{padding} {end}");
        assert_eq!(marks.len(), object[..end].matches("\":\"").count(), "{padding} {end}");
    }
}

proptest! {
    #[test]
    fn of_objects(
        object in object(),
        before in 0usize..70,
        changes in vec((any::<prop::sample::Index>(), select(&b"\"\\:,{}[] \nx\xe9"[..])), 0..3),
        end in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut raw = [&b"x".repeat(before)[..], object.as_bytes()].concat();
        if raw.len() > before {
            for (place, byte) in changes {
                let place = before + place.index(raw.len() - before);
                raw[place] = byte;
            }
            raw.truncate(end.map_or(raw.len(), |end| before + end.index(raw.len() - before)));
        }
        check(&raw, before);
    }

    #[test]
    fn of_what_is_hardly_json(
        parts in vec(select(&["\"", "\\", ":", ",", "{", "}", "[", "]", " ", "x", "\":\"", "\",\"", "\"a\":\"b\",", "\"Event-Name\":\""][..]), 0..200),
    ) {
        let members = "\"name\":\"value\",".repeat(5);
        check(format!("{{{}", parts.concat()).as_bytes(), 0);
        check(format!("{{{members}{}", parts.concat()).as_bytes(), 0);
    }
}
