//! The dialplan: a table of extensions, those of a small test configuration.

use std::collections::VecDeque;

use trunkline_proto::{ChannelState, HangupCause};

use crate::app::Action;
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::event::origin;
use crate::log;
use crate::text::split;

const TONES: (&str, &str) = ("playback", "tone_stream://%(300,100,440);loops=2");

/// Extensions of the context `default`, and the applications they run with their arguments.
const EXTENSIONS: &[(&str, &[(&str, &str)])] = &[
    ("9001", &[("answer", ""), ("echo", "")]),
    ("9002", &[("answer", ""), ("park", "")]),
    ("9003", &[("answer", ""), ("playback", "tone_stream://%(2000,4000,440,480);loops=-1")]),
    ("9013", &[("hangup", "USER_BUSY")]),
    ("9014", &[("ring_ready", ""), ("sleep", "3000"), ("answer", ""), ("park", "")]),
    ("9020", &[("answer", ""), ("sleep", "500"), ("hangup", "")]),
    ("9026", &[("answer", ""), ("playback", "silence_stream://-1")]),
    // The numbers of the recorded conversations.
    ("9196", &[("answer", ""), ("echo", "")]),
    ("9197", &[("answer", ""), ("playback", "tone_stream://%(10000,0,1004);loops=-1")]),
    (
        "6005",
        &[
            ("answer", ""),
            ("event", "Event-Name=CUSTOM,Event-Subclass=lab::dialplan,foo=bar,uni=héllo"),
            ("park", ""),
        ],
    ),
    ("6012", &[("pre_answer", ""), ("sleep", "1000"), ("hangup", "NORMAL_TEMPORARY_FAILURE")]),
    ("6013", &[("answer", ""), ("set", "hangup_after_bridge=true"), ("bridge", "loopback/9196/default")]),
    ("5001", &[("answer", ""), ("socket", "127.0.0.1:8084 async full")]),
    ("5002", &[("answer", ""), ("socket", "127.0.0.1:8084")]),
    ("5003", &[("answer", ""), ("socket", "127.0.0.1:8084 async")]),
    ("5004", &[("answer", ""), ("socket", "127.0.0.1:8084 full")]),
    ("5005", &[("socket", "127.0.0.1:8084 async full")]),
    ("5006", &[("answer", ""), ("socket", "127.0.0.1:8084/ivr/main async full")]),
    ("5007", &[("answer", ""), ("socket", "127.0.0.1:8099|127.0.0.1:8084 async full")]),
    (
        "5008",
        &[
            ("answer", ""),
            ("set", "socket_resume=true"),
            ("socket", "127.0.0.1:8084 async full"),
            TONES,
            ("hangup", ""),
        ],
    ),
    ("5009", &[("answer", ""), ("socket", "127.0.0.1:8084 full"), TONES, ("hangup", "")]),
    ("5010", &[("socket", "127.0.0.1:8084 full")]),
    ("5011", &[("answer", ""), ("socket", "127.0.0.1:8084 async full"), TONES, ("hangup", "")]),
    ("5012", &[("ring_ready", ""), ("socket", "127.0.0.1:8084 async full")]),
    (
        "5013",
        &[
            ("answer", ""),
            ("set", "socket_resume=true"),
            ("socket", "127.0.0.1:8084 full"),
            TONES,
            ("hangup", ""),
        ],
    ),
    ("6001", &[("hangup", "USER_BUSY")]),
    ("6002", &[("ring_ready", ""), ("sleep", "1500"), ("answer", ""), ("park", "")]),
    ("6003", &[("ring_ready", ""), ("sleep", "60000")]),
];

fn find(context: &[u8], destination: &[u8]) -> Option<Vec<Action>> {
    if context != b"default" {
        return None;
    }
    let Some((_, actions)) = EXTENSIONS.iter().find(|(number, _)| number.as_bytes() == destination) else {
        return socket_to(destination);
    };
    Some(actions.iter().map(|(app, data)| Action::new(app, data.as_bytes())).collect())
}

/// Prefixes of numbers that lead to a program on a port of this host, which follows: whether the call is answered
/// before, and how the program is called.
const PROGRAMS: &[(&str, bool, &str)] = &[
    ("s_", true, ""),
    ("sf_", true, " full"),
    ("a_", true, " async"),
    ("af_", true, " async full"),
    ("nsf_", false, " full"),
    ("naf_", false, " async full"),
];

fn socket_to(destination: &[u8]) -> Option<Vec<Action>> {
    let destination = std::str::from_utf8(destination).ok()?;
    let program = |(prefix, answers, words): &(&str, bool, &'static str)| {
        let port = destination.strip_prefix(prefix)?;
        port.bytes().all(|byte| byte.is_ascii_digit()).then_some((port.to_owned(), *answers, *words))
    };
    let (port, answers, words) = PROGRAMS.iter().find_map(program)?;
    let answer = answers.then(|| Action::new("answer", b""));
    let socket = Action::new("socket", format!("127.0.0.1:{port}{words}").as_bytes());
    Some(answer.into_iter().chain([socket]).collect())
}

/// `app:data,app:data`: the dialplan that is its own extension (`inline_dialplan_hunt` in `mod_dptools.c`).
fn inline(destination: &[u8]) -> Vec<Action> {
    let destination = destination.strip_prefix(b"m:").map_or_else(
        || destination.to_vec(),
        // `m:c:` chooses the separator as `^^c` does.
        |rest| match rest {
            [chosen, b':', rest @ ..] => [b"^^".as_slice(), &[*chosen], rest].concat(),
            _ => destination.to_vec(),
        },
    );
    let actions = split(&destination, b',', MOST_INLINE).into_iter().map(|action| {
        let colon = action.iter().position(|byte| *byte == b':').unwrap_or(action.len());
        let (app, data) = action.split_at(colon);
        Action::new(&String::from_utf8_lossy(app), data.get(1..).unwrap_or_default())
    });
    actions.collect()
}

const MOST_INLINE: usize = 128;

fn processing(channel: &Channel) -> String {
    let Some(profile) = &channel.profile else { return String::new() };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "Processing {} <{}>->{} in context {}",
        text(&profile.caller_name),
        text(&profile.caller_number),
        text(&profile.destination),
        text(&profile.context)
    )
}

impl Core {
    /// Looks a channel's extension up, and sends it to execute it.
    pub(crate) fn hunt(&mut self, id: ChannelId) {
        self.renew_call_uuid(id);
        let queued = self.channels.get_mut(id).and_then(|channel| channel.queued_extension.take());
        if let Some(extension) = queued {
            return self.go_on_with(id, extension);
        }
        let Some(channel) = self.channels.get(id) else { return };
        let Some(profile) = &channel.profile else { return };
        let transferred = channel.transferred;
        let extension = if profile.dialplan == b"inline" {
            Some(inline(&profile.destination))
        } else {
            find(&profile.context, &profile.destination)
        };
        self.log_session(log::INFO, &origin::DIALPLAN, id, processing);
        let Some(extension) = extension else {
            self.log_session(log::INFO, &origin::NO_ROUTE, id, |_| "No Route, Aborting".into());
            self.hangup(id, HangupCause::NoRouteDestination, &origin::NO_ROUTE_HANGUP);
            return;
        };
        if let Some(channel) = self.channels.get_mut(id) {
            channel.extension = extension.into();
        }
        if transferred {
            self.flip_unless_in_dialplan(id);
        }
        self.set_target(id, ChannelState::Execute);
    }

    fn go_on_with(&mut self, id: ChannelId, extension: VecDeque<Action>) {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.extension = extension;
        }
        self.set_target(id, ChannelState::Execute);
    }
}
