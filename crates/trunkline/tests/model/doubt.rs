//! What a snapshot finds beside what events tell: of which of the two the model believes what.

use std::time::{Duration, Instant};

use trunkline::model::{Options, StaleCause, Switch};

use crate::told::{event, told, whole};

/// A model that has missed something.
struct Doubt {
    about: &'static str,
    /// What was heard before.
    before: &'static [&'static str],
    /// What is heard again, before anything is asked.
    heard: &'static [&'static str],
    /// What is asked, and what the switch prints: of the same the first time this, then that. Nothing else is asked, but the
    /// lists that are empty.
    asked: &'static [(&'static str, &'static str)],
    /// What changes with the answers, in whatever order.
    told: &'static [&'static str],
    /// Whether all is known then.
    is_fresh: bool,
}

/// What is asked in all of them, and is empty where nothing else is said.
const EMPTY: &[(&str, &str)] = &[
    ("show channels as json", "{\"row_count\":0}"),
    ("show bridged_calls as json", "{\"row_count\":0}"),
    ("conference json_list compact", "[]"),
    ("show registrations as json", "{\"row_count\":0}"),
    ("sofia status gateway", "Invalid Gateway!"),
];
const NONE: &str = "-ERR No such channel!\n";
const NO_BUGS: (&str, &str) = ("uuid_buglist a", "<media-bugs>\n</media-bugs>\n");

const DOUBTS: &[Doubt] = &[
    Doubt {
        about: "of one that ends events tell more than the switch, which has it no more",
        before: &["CHANNEL_CREATE; %a; variable_uuid: a"],
        heard: &["CHANNEL_HANGUP; %a; Hangup-Cause: USER_BUSY"],
        asked: &[("uuid_dump a", NONE), ("uuid_buglist a", NONE)],
        told: &[],
        is_fresh: true,
    },
    Doubt {
        about: "one that events tell of and the switch has not is asked for once more, and is gone",
        before: &["CHANNEL_CREATE; %a; variable_uuid: a"],
        heard: &["CHANNEL_STATE; %a"],
        asked: &[("uuid_dump a", NONE), ("uuid_buglist a", NONE), ("uuid_dump a", NONE)],
        told: &["- channel \"a\" while away: Unknown", "- call \"a\" while away: Unknown"],
        is_fresh: true,
    },
    Doubt {
        about: "one that was made meanwhile is nowhere in doubt",
        before: &[],
        heard: &["CHANNEL_CREATE; %a; variable_uuid: a"],
        asked: &[],
        told: &[],
        is_fresh: true,
    },
    Doubt {
        about: "one of which nothing was heard is gone if the switch has it not",
        before: &["CHANNEL_CREATE; %a; variable_uuid: a", "CHANNEL_PARK; %a"],
        heard: &[],
        asked: &[("uuid_dump a", NONE)],
        told: &[
            "- parked \"a\" while away: Unknown",
            "- channel \"a\" while away: Unknown",
            "- call \"a\" while away: Unknown",
        ],
        is_fresh: true,
    },
    Doubt {
        about: "from what is no answer nothing is concluded",
        before: &["CHANNEL_CREATE; %a; variable_uuid: a"],
        heard: &[],
        asked: &[("uuid_dump a", "-ERR permission denied\n")],
        told: &[],
        is_fresh: false,
    },
    Doubt {
        about: "who is bridged to nobody any more",
        before: &[
            "CHANNEL_CREATE; %a; variable_uuid: a",
            "CHANNEL_CREATE; %b; variable_uuid: b",
            "CHANNEL_BRIDGE; %a; Bridge-A-Unique-ID: a; Bridge-B-Unique-ID: b",
        ],
        heard: &[],
        asked: &[("uuid_dump a", DUMP), ("uuid_dump b", DUMP_B), NO_BUGS, NO_BUGS_B],
        told: &[
            "~ channel \"a\" while away BridgedTo: \"b\" -> None",
            "~ channel \"b\" while away BridgedTo: \"a\" -> None",
            "~ call \"a\" while away Stage: Bridged -> Setup",
        ],
        is_fresh: true,
    },
    Doubt {
        about: "who is bridged since is so, whatever a list says that is older",
        before: &["CHANNEL_CREATE; %a; variable_uuid: a", "CHANNEL_CREATE; %b; variable_uuid: b"],
        heard: &["CHANNEL_BRIDGE; %a; Bridge-A-Unique-ID: a; Bridge-B-Unique-ID: b"],
        asked: &[("uuid_dump a", DUMP), ("uuid_dump b", DUMP_B), NO_BUGS, NO_BUGS_B],
        told: &[],
        is_fresh: true,
    },
    Doubt {
        about: "registrations: what events told, and what the list finds",
        before: &[
            "sofia::register; from-user: 1; from-host: pbx; call-id: gone",
            "sofia::register; from-user: 2; from-host: pbx; call-id: renewed",
            "sofia::register; from-user: 3; from-host: pbx; call-id: over",
        ],
        heard: &[
            "sofia::register; from-user: 2; from-host: pbx; call-id: renewed; contact: <sip:2@192.0.2.2>",
            "sofia::unregister; from-user: 3; from-host: pbx; call-id: over",
            "sofia::register; from-user: 4; from-host: pbx; call-id: new; contact: <sip:4@192.0.2.4>",
        ],
        asked: &[(
            "show registrations as json",
            "{\"row_count\":3,\"rows\":[{\"reg_user\":\"3\",\"realm\":\"pbx\",\"token\":\"over\"},\
             {\"reg_user\":\"4\",\"realm\":\"pbx\",\"token\":\"new\",\"url\":\"sofia/internal/sip:4@192.0.2.9\"},\
             {\"reg_user\":\"5\",\"realm\":\"pbx\",\"token\":\"found\"}]}",
        )],
        told: &["- registration 1@pbx gone while away: Unknown", "+ registration 5@pbx found while away"],
        is_fresh: true,
    },
    Doubt {
        about: "gateways: what events told, and what the list finds",
        before: &[
            "sofia::gateway_add; Gateway: gone; profile-name: internal",
            "sofia::gateway_add; Gateway: told; profile-name: internal",
            "sofia::gateway_add; Gateway: over; profile-name: internal",
            "sofia::gateway_add; Gateway: other; profile-name: internal",
        ],
        heard: &[
            "sofia::gateway_state; Gateway: told; State: FAILED",
            "sofia::gateway_delete; Gateway: over; profile-name: internal",
            "sofia::gateway_add; Gateway: new; profile-name: internal",
        ],
        asked: &[("sofia status gateway", GATEWAYS)],
        told: &[
            "- gateway \"gone\" while away: Unknown",
            "~ gateway \"other\" while away State: None -> Noreg",
            "+ gateway \"found\" while away",
        ],
        is_fresh: true,
    },
    Doubt {
        about: "recordings: what events told, and what the list finds",
        before: &[
            "CHANNEL_CREATE; %a; variable_uuid: a",
            "RECORD_START; %a; Record-File-Path: gone.wav",
            "RECORD_START; %a; Record-File-Path: over.wav",
            "RECORD_START; %a; Record-File-Path: stays.wav",
        ],
        heard: &[
            "RECORD_STOP; %a; Record-File-Path: over.wav",
            "RECORD_START; %a; Record-File-Path: new.wav",
        ],
        asked: &[("uuid_dump a", DUMP), ("uuid_buglist a", BUGS)],
        told: &[
            "- recording \"a\" gone.wav while away: Unknown",
            "~ channel \"a\" while away Recordings: [\"gone.wav\", \"stays.wav\", \"new.wav\"] -> [\"stays.wav\", \"new.wav\", \"found.wav\"]",
            "+ recording \"a\" found.wav while away",
        ],
        is_fresh: true,
    },
    Doubt {
        about: "the application `record` records without being in the list",
        before: &[
            "CHANNEL_CREATE; %a; variable_uuid: a",
            "CHANNEL_EXECUTE; %a; variable_uuid: a; Application: record; Application-Data: a.wav; Application-UUID: r",
            "RECORD_START; %a; Record-File-Path: a.wav",
        ],
        heard: &["CHANNEL_STATE; %a"],
        asked: &[("uuid_dump a", RECORDS), NO_BUGS],
        told: &[],
        is_fresh: true,
    },
    Doubt {
        about: "one that is parked, and runs something else since, is where it was",
        before: &["CHANNEL_CREATE; %a; variable_uuid: a", "CHANNEL_PARK; %a"],
        heard: &[],
        asked: &[("uuid_dump a", PLAYS), NO_BUGS],
        told: &[
            "~ channel \"a\" while away Application: None -> Application { name: \"playback\", data: \"a.wav\", uuid: None }",
        ],
        is_fresh: true,
    },
    Doubt {
        about: "one that was parked in a lot",
        before: &["CHANNEL_CREATE; %a; variable_uuid: a"],
        heard: &[],
        asked: &[("uuid_dump a", VALET), NO_BUGS],
        told: &[
            "~ channel \"a\" while away Application: None -> Application { name: \"valet_park\", data: \"lot 8001\", uuid: None }",
            "+ parked \"a\" while away",
            "Lot: \"lot\"",
            "Extension: \"8001\"",
        ],
        is_fresh: true,
    },
    Doubt {
        about: "what runs, and that one is parked no more, if events told",
        before: &["CHANNEL_CREATE; %a; variable_uuid: a", "CHANNEL_PARK; %a"],
        heard: &["CHANNEL_UNPARK; %a", "CHANNEL_EXECUTE; %a; Application: echo; Application-UUID: e"],
        asked: &[("uuid_dump a", PARKS), NO_BUGS],
        told: &[],
        is_fresh: true,
    },
];

const NO_BUGS_B: (&str, &str) = ("uuid_buglist b", "<media-bugs>\n</media-bugs>\n");
const DUMP: &str = "CHANNEL_DATA; Event-Sequence: 900; %a; variable_uuid: a";
const DUMP_B: &str = "CHANNEL_DATA; Event-Sequence: 901; %b; variable_uuid: b";
const RECORDS: &str = "CHANNEL_DATA; Event-Sequence: 900; %a; variable_uuid: a; variable_current_application: record; \
     variable_current_application_data: a.wav";
const PLAYS: &str = "CHANNEL_DATA; Event-Sequence: 900; %a; variable_uuid: a; variable_current_application: playback; \
     variable_current_application_data: a.wav";
const PARKS: &str =
    "CHANNEL_DATA; Event-Sequence: 900; %a; variable_uuid: a; variable_current_application: park";
const VALET: &str = "CHANNEL_DATA; Event-Sequence: 900; %a; variable_uuid: a; variable_current_application: valet_park; \
     variable_current_application_data: lot 8001; variable_valet_lot_extension: 8001";
const BUGS: &str = "<media-bugs>\n\
     <media-bug>\n<function>session_record</function>\n<target>over.wav</target>\n</media-bug>\n\
     <media-bug>\n<function>session_record</function>\n<target>stays.wav</target>\n</media-bug>\n\
     <media-bug>\n<function>session_record</function>\n<target>found.wav</target>\n</media-bug>\n</media-bugs>\n";
const GATEWAYS: &str = "Profile::Gateway-Name\tData\tState\tPing Time\tIB Calls(F/T)\tOB Calls(F/T)\n=====\n\
     internal::told\tsip:1@192.0.2.1\tREGED\t0.00\t0/0\t0/0\n\
     internal::over\tsip:1@192.0.2.2\tREGED\t0.00\t0/0\t0/0\n\
     internal::other\tsip:1@192.0.2.3\tNOREG\t0.00\t0/0\t0/0\n\
     internal::new\tsip:1@192.0.2.4\tREGED\t0.00\t0/0\t0/0\n\
     internal::found\tsip:1@192.0.2.5\tNOREG\t0.00\t0/0\t0/0\n=====\n5 gateways: Inbound(Failed/Total): 0/0\n";

/// What the switch prints: of a channel what is given as an event is.
fn printed(answer: &str) -> String {
    if !answer.starts_with("CHANNEL_DATA") {
        return answer.to_owned();
    }
    let text = format!("Event-Name: {}", whole(answer));
    let headers = text.split("; ").filter_map(|header| header.split_once(": "));
    let headers: Vec<String> = headers.map(|(name, value)| format!("{name:?}:{value:?}")).collect();
    format!("{{{}}}", headers.join(","))
}

impl Doubt {
    /// What changes with the answers, and whether all is known then.
    fn resolve(&self) -> (Vec<String>, bool) {
        let (mut switch, now) = (Switch::with(Options::new().with_show_lag(Duration::ZERO)), Instant::now());
        let mut number = 0;
        let mut hear = |switch: &mut Switch, texts: &[&str]| {
            for text in texts {
                number += 10;
                switch.apply(&event(text, number, 100 + number as u64), now);
            }
        };
        hear(&mut switch, self.before);
        switch.lose(StaleCause::Gap, now);
        hear(&mut switch, self.heard);
        switch.resync(now);
        let (mut asked, mut changes) = (self.asked.to_vec(), Vec::new());
        while switch.is_resyncing() {
            for ask in switch.asks(1, now) {
                let line = ask.line();
                let line =
                    line.strip_suffix(" json").filter(|line| line.starts_with("uuid_dump")).unwrap_or(&line);
                let place = asked.iter().position(|(next, _)| *next == line);
                let own = place.map(|place| asked.remove(place));
                let answer = own.or_else(|| EMPTY.iter().find(|(empty, _)| *empty == line).copied());
                let (_, answer) = answer.unwrap_or_else(|| panic!("{}: {line} is asked", self.about));
                let batch = switch.answer(&ask, ask.read(printed(answer).as_bytes()), now);
                changes.extend(told(&batch));
            }
        }
        assert!(asked.is_empty(), "{}: {asked:?} is not asked", self.about);
        (changes, switch.view().stale().is_none())
    }
}

#[test]
fn events_are_believed_and_the_rest_is_asked_for() {
    let mut others = Vec::new();
    for doubt in DOUBTS {
        let (mut changes, is_fresh) = doubt.resolve();
        let mut told = doubt.told.to_vec();
        // Objects are in no order.
        changes.sort();
        told.sort_unstable();
        if changes != told || is_fresh != doubt.is_fresh {
            others.push(format!("{}: {changes:#?}, fresh: {is_fresh}, not {told:#?}", doubt.about));
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}
