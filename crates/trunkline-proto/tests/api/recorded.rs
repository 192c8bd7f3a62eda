//! Every recorded command is said again by its type, and its answer read.
//!
//! What is read is in `recorded.txt`. `TRUNKLINE_BLESS=1` writes that file anew; look at the difference then.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use trunkline_proto::Message;
use trunkline_proto::dialstring::Originate;
use trunkline_proto::dialstring::tokenizer::separate;

use crate::recordings::{self, Cut};
use crate::typed::typed;

/// A command of `api`, without the word, and what it printed.
type Pair = (String, Vec<u8>);

/// All that was recorded, each once. Commands with headers (`console_execute`) or bytes that are not UTF-8 are not among
/// them.
pub(crate) fn pairs() -> BTreeSet<Pair> {
    let mut pairs = BTreeSet::new();
    for (_, connection) in recordings::connections() {
        let sent = recordings::packets(&connection.sent, Cut::Whole).0;
        let is_reply =
            |message: &Message| matches!(message, Message::CommandReply(_) | Message::ApiResponse(_));
        let replies: Vec<Message> =
            recordings::messages(&connection.received).into_iter().filter(is_reply).collect();
        if sent.len() != replies.len() {
            continue;
        }
        for (sent, reply) in sent.iter().zip(replies) {
            let line = sent.wire.strip_prefix(b"api ").and_then(|rest| rest.strip_suffix(b"\n\n"));
            let line = line.and_then(|line| std::str::from_utf8(line).ok());
            let line = line.filter(|line| !line.contains(['\n', '\r', '\0']));
            if let (Some(line), Message::ApiResponse(response)) = (line, reply) {
                pairs.insert((line.to_owned(), response.bytes().to_vec()));
            }
        }
    }
    assert!(pairs.len() > 1000, "only {} pairs were found", pairs.len());
    pairs
}

/// How a line said again compares to the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Exactly,
    /// The switch reads the same words.
    InOtherQuotes,
    /// With a word the switch reads the same without, or for another.
    InOtherWords,
    /// The arguments are such as are refused.
    Refused,
}

#[test]
fn all_that_was_recorded() {
    let mut said: BTreeMap<Said, usize> = BTreeMap::new();
    let mut not_said: BTreeMap<&str, usize> = BTreeMap::new();
    let mut text = String::new();
    let mut differing = Vec::new();
    for (line, output) in pairs() {
        let Some(typed) = typed(&line) else {
            let why = why_not(&line);
            *not_said
                .entry(why.unwrap_or_else(|| panic!("no type for `{line}`, and no reason")))
                .or_default() += 1;
            continue;
        };
        let how = match &typed.line {
            Ok(again) if *again == line => Said::Exactly,
            Ok(again) if is_same_to_the_switch(again, &line) => Said::InOtherQuotes,
            Ok(again) if is_other_word(again, &line) => Said::InOtherWords,
            Ok(again) => {
                differing.push(format!("{line}\n  {again}"));
                continue;
            }
            Err(_) => Said::Refused,
        };
        *said.entry(how).or_default() += 1;
        text.push_str(&entry(&line, &typed.line, &(typed.read)(&output)));
    }
    assert!(differing.is_empty(), "said otherwise:\n{}", differing.join("\n"));
    compare_to_file(&text);
    assert_eq!(said.into_iter().collect::<Vec<_>>(), SAID);
    assert_eq!(not_said.into_iter().collect::<Vec<_>>(), NOT_SAID);
}

/// How many of the recorded lines are said, and how.
const SAID: &[(Said, usize)] =
    &[(Said::Exactly, 755), (Said::InOtherQuotes, 22), (Said::InOtherWords, 73), (Said::Refused, 12)];

/// How many are not, and why.
const NOT_SAID: &[(&str, usize)] = &[
    ("another form of something that has a type, or text for people", 58),
    ("another module's", 75),
    ("as XML: JSON says the same", 30),
    ("ends the switch; fsctl has it", 1),
    ("no command", 8),
    ("wrong on purpose: arguments missing, too many, or unknown", 160),
];

/// The beginning of a line, and why it has no type.
const WITHOUT_TYPE: &[(&str, &str)] = &[
    ("callcenter_config", "another module's"),
    ("fifo", "another module's"),
    ("valet_info", "another module's"),
    ("vm_", "another module's"),
    ("voicemail", "another module's"),
    ("local_stream", "another module's"),
    ("lua ", "another module's"),
    ("json", "another module's"),
    ("nosuch", "no command"),
    ("lab_host", "no command"),
    ("show_local_stream", "no command"),
    ("shutdown", "ends the switch; fsctl has it"),
];

fn why_not(line: &str) -> Option<&'static str> {
    if line.is_empty() || line.starts_with(' ') {
        return Some("no command");
    }
    let known = WITHOUT_TYPE.iter().find(|(beginning, _)| line.starts_with(beginning)).map(|(_, why)| *why);
    known.or_else(|| crate::typed::misuse(line))
}

/// No answer is misread into a panic, wherever it breaks off, and whatever command it is taken for.
#[test]
fn answers_cut_short_or_mixed_up() {
    let pairs = pairs();
    let outputs: Vec<&[u8]> =
        pairs.iter().map(|(_, output)| &output[..]).filter(|output| output.len() < 900).collect();
    let mut random = fastrand::Rng::with_seed(7);
    for (line, output) in &pairs {
        let Some(typed) = typed(line) else { continue };
        if output.len() < 900 {
            (0..output.len()).for_each(|end| drop((typed.read)(&output[..end])));
        }
        for _ in 0..20 {
            (typed.read)(outputs[random.usize(..outputs.len())]);
            let mut spoilt = outputs[random.usize(..outputs.len())].to_vec();
            let at = random.usize(..spoilt.len().max(1));
            if let Some(byte) = spoilt.get_mut(at) {
                *byte = random.u8(..);
            }
            (typed.read)(&spoilt);
        }
    }
}

/// What the switch would make of the arguments is the same.
fn is_same_to_the_switch(one: &str, other: &str) -> bool {
    let (verb, ours) = one.split_once(' ').unwrap_or((one, ""));
    let (other_verb, theirs) = other.split_once(' ').unwrap_or((other, ""));
    let strip = |text: &str| text.trim_matches([' ', '\t', '\u{b}']).as_bytes().to_vec();
    let (delimiter, most) = match verb {
        "uuid_setvar" => (b' ', 3),
        "uuid_send_message" | "uuid_display" | "uuid_phone_event" => (b' ', 2),
        "uuid_send_info" => (b' ', 4),
        "hash" | "db" => (b'/', 4),
        "regex" | "chat" => (b'|', 5),
        "coalesce" => (b',', 100),
        "global_setvar" => (b'=', 3),
        "uuid_setvar_multi" => (b';', 64),
        _ => (b' ', 25),
    };
    let words = |text: &str| separate(&strip(text), delimiter, most).unwrap();
    verb.eq_ignore_ascii_case(other_verb) && words(ours) == words(theirs)
}

/// What we say in another way, and mean the same by.
fn is_other_word(ours: &str, recorded: &str) -> bool {
    // Its defaults are written out; that they are the same call is read back.
    if let (Some(ours), Some(recorded)) =
        (ours.strip_prefix("originate "), recorded.strip_prefix("originate "))
    {
        return ours.parse::<Originate>().unwrap() == recorded.parse().unwrap();
    }
    crate::typed::OTHER_WORDS.iter().any(|(theirs, we)| recorded == *theirs && ours == *we)
}

/// What is read of an output, in a few hundred characters.
fn entry(line: &str, ours: &Result<String, String>, read: &str) -> String {
    const MOST: usize = 600;
    let cut = |text: &str| match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}… ({} characters)", &text[..at], text.chars().count()),
        None => text.to_owned(),
    };
    let mut entry = format!("{}\n", cut(&line.escape_debug().to_string()));
    match ours {
        Ok(ours) if ours == line => {}
        Ok(ours) => entry.push_str(&format!("    said {}\n", cut(&ours.escape_debug().to_string()))),
        Err(misuse) => entry.push_str(&format!("    refused: {}\n", cut(misuse))),
    }
    entry.push_str(&format!("    {}\n", cut(read)));
    entry
}

fn compare_to_file(text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/recorded.txt");
    if std::env::var_os("TRUNKLINE_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    let differing = text.lines().zip(expected.lines()).enumerate().find(|(_, (now, then))| now != then);
    if let Some((at, (now, then))) = differing {
        panic!("recorded.txt, line {}:\n  expected {then}\n  found    {now}", at + 1);
    }
    assert_eq!(text.lines().count(), expected.lines().count());
}
